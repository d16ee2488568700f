/** Lists an asset, with the scale in which the ledger counts it. */
import { DECIMALS_MAX } from '../../market/index.js';
import type { CommandOf } from '../command.js';
import type { Decision, Situation } from '../decision.js';
import { reject } from '../rejection.js';
import { newIdFault } from './checks.js';

export function decideListAsset({ state }: Situation, command: CommandOf<'listAsset'>): Decision {
  const { asset, decimals } = command;
  const fault = newIdFault(state.assets.names, asset);
  if (fault !== null) return fault;
  if (decimals > DECIMALS_MAX) {
    return reject('invalid_definition', { field: 'decimals', rule: `from 0 to ${DECIMALS_MAX}` });
  }
  if (state.assets.table.size >= 65536)
    return reject('invalid_definition', { field: 'asset', rule: 'at most 65536 assets' });
  return [{ kind: 'assetListed', asset, decimals }];
}
