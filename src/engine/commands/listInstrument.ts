/** Lists an instrument in a pool, if its definition keeps every rule of listing. */
import type { CommandOf } from '../command.js';
import type { Decision, Situation } from '../decision.js';
import { listingTerms } from '../listing.js';
import { optionListingFault } from '../optionSeries.js';
import { poolOpenFault } from '../poolStatus.js';
import { reject } from '../rejection.js';
import { spotListingFault } from '../spotPair.js';
import { newIdFault, poolFault, unknown } from './checks.js';

export function decideListInstrument(situation: Situation, command: CommandOf<'listInstrument'>): Decision {
  const { state, timeMs } = situation;
  const { kind: _kind, ...definition } = command;
  const fault = newIdFault(state.instruments.names, definition.id);
  if (fault !== null) return fault;
  const poolRow = state.pools.names.rowOf(definition.pool);
  if (poolRow < 0) return unknown('unknown_pool', definition.pool);
  const settleRow = state.assets.names.rowOf(definition.settle);
  if (settleRow < 0) return unknown('unknown_asset', definition.settle);
  const closed = poolFault(state, poolRow) ?? poolOpenFault(state, poolRow);
  if (closed !== null) return closed;
  const listed = listingTerms(definition, state.assets.decimals.get(settleRow));
  if (!listed.ok) return reject('invalid_definition', { ...listed.error });
  if (definition.expiryMs !== null && definition.expiryMs <= timeMs) {
    return reject('invalid_definition', { field: 'expiryMs', rule: 'must be in the future' });
  }
  return (
    spotListingFault(state, definition, poolRow) ??
    optionListingFault(situation, definition, poolRow) ?? [{ kind: 'instrumentListed', definition }]
  );
}
