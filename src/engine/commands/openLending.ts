/** Opens a lending pool of an asset inside a risk pool: its rate curve, what debts require, and their caps. */
import { PPM } from '../../base/index.js';
import { AMOUNT_MAX } from '../../market/index.js';
import type { CommandOf } from '../command.js';
import type { Decision, Situation } from '../decision.js';
import { poolOpenFault } from '../poolStatus.js';
import { reject } from '../rejection.js';
import { pairKey } from '../state.js';
import { poolFault, unknown } from './checks.js';

/** No yearly rate may be above this: 10,000%. */
const RATE_MAX_PPM = 100n * PPM;

export function decideOpenLending(
  { state }: Situation,
  { kind: _kind, pool, asset, accountDebtCapMinor, poolDebtCapMinor, ...terms }: CommandOf<'openLending'>,
): Decision {
  const poolRow = state.pools.names.rowOf(pool);
  if (poolRow < 0) return unknown('unknown_pool', pool);
  const assetRow = state.assets.names.rowOf(asset);
  if (assetRow < 0) return unknown('unknown_asset', asset);
  const closed = poolFault(state, poolRow) ?? poolOpenFault(state, poolRow);
  if (closed !== null) return closed;
  const valuationRow = state.pools.valuationAsset.get(poolRow);
  if (valuationRow < 0) return reject('pool_isolated_only', { pool });
  const poolAssetRow = state.poolAssetRows.get(pairKey(poolRow, assetRow)) ?? -1;
  // What is owed is valued at the price the asset has as collateral.
  const isValued =
    assetRow === valuationRow || (poolAssetRow >= 0 && state.poolAssets.isCollateral.get(poolAssetRow) === 1);
  if (!isValued) return unknown('unknown_collateral', asset);
  if (state.poolAssets.isLending.get(poolAssetRow) === 1)
    return reject('already_exists', { id: `${pool}:${asset}` });
  const { baseRatePpm, kinkPpm, slopeBelowPpm, slopeAbovePpm, reserveSharePpm } = terms;
  const { debtInitialPpm, debtMaintenancePpm } = terms;
  const isCap = (cap: bigint) => cap >= 0n && cap <= AMOUNT_MAX;
  const fault = [
    rule('baseRatePpm', baseRatePpm >= 0n, 'not negative'),
    rule('kinkPpm', kinkPpm > 0n && kinkPpm <= PPM, 'above 0, at most one'),
    rule('slopeBelowPpm', slopeBelowPpm >= 0n, 'not negative'),
    rule('slopeAbovePpm', slopeAbovePpm >= 0n, 'not negative'),
    rule(
      'baseRatePpm',
      baseRatePpm + slopeBelowPpm + slopeAbovePpm <= RATE_MAX_PPM,
      'with both slopes at most 100 a year',
    ),
    rule('reserveSharePpm', reserveSharePpm >= 0n && reserveSharePpm <= PPM, 'from 0 to one'),
    rule('debtMaintenancePpm', debtMaintenancePpm > 0n, 'positive'),
    rule(
      'debtInitialPpm',
      debtInitialPpm >= debtMaintenancePpm && debtInitialPpm <= 100n * PPM,
      'at least the maintenance share, at most 100',
    ),
    rule('accountDebtCapMinor', isCap(accountDebtCapMinor), `from 0 to ${AMOUNT_MAX}`),
    rule('poolDebtCapMinor', isCap(poolDebtCapMinor), `from 0 to ${AMOUNT_MAX}`),
  ].find((found) => found !== null);
  if (fault !== undefined) return fault;
  return [
    {
      kind: 'lendingOpened',
      poolRow,
      assetRow,
      ...terms,
      accountDebtCap: accountDebtCapMinor,
      poolDebtCap: poolDebtCapMinor,
    },
  ];
}

function rule(field: string, isKept: boolean, sentence: string) {
  return isKept ? null : reject('invalid_definition', { field, rule: sentence });
}
