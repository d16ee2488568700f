/**
 * Changes how much of an asset counts as collateral, at a stated time and with a grace for liquidation (MAR-08). Its peg, its
 * price guard and its place in conversion stay as they were listed.
 */
import type { CommandOf } from '../command.js';
import type { Decision, Situation } from '../decision.js';
import { type Rejection, reject } from '../rejection.js';
import { pairKey, type State } from '../state.js';
import { poolFault, unknown } from './checks.js';
import { countedFault } from './listCollateral.js';

export function decideScheduleCollateral(
  { state, timeMs }: Situation,
  command: CommandOf<'scheduleCollateral'>,
): Decision {
  const { haircutPpm, countedCapMinor, effectiveMs, graceUntilMs } = command;
  const poolAssetRow = findCollateral(state, command);
  if (typeof poolAssetRow === 'object') return poolAssetRow;
  if (effectiveMs < timeMs) return reject('time_backwards', { effectiveMs, timeMs });
  if (graceUntilMs < effectiveMs) return reject('time_backwards', { graceUntilMs, effectiveMs });
  if (state.scheduledCollateral.has(poolAssetRow))
    return reject('already_exists', { id: `${command.pool}:${command.asset}` });
  const fault = countedFault(command);
  if (fault !== null) return fault;
  const countedCap = countedCapMinor ?? -1n;
  const { poolAssets } = state;
  if (
    poolAssets.haircutPpm.get(poolAssetRow) === haircutPpm &&
    poolAssets.countedCap.get(poolAssetRow) === countedCap
  )
    return reject('nothing_to_do');
  return [{ kind: 'collateralScheduled', poolAssetRow, haircutPpm, countedCap, effectiveMs, graceUntilMs }];
}

export function decideCancelCollateral(
  { state }: Situation,
  command: CommandOf<'cancelCollateral'>,
): Decision {
  const poolAssetRow = findCollateral(state, command);
  if (typeof poolAssetRow === 'object') return poolAssetRow;
  const isWaiting =
    state.scheduledCollateral.has(poolAssetRow) && state.poolAssets.isNextOpening.get(poolAssetRow) === 0;
  return isWaiting ? [{ kind: 'collateralCancelled', poolAssetRow }] : reject('nothing_to_do');
}

function findCollateral(
  state: State,
  { pool, asset }: { readonly pool: string; readonly asset: string },
): number | Rejection {
  const poolRow = state.pools.names.rowOf(pool);
  if (poolRow < 0) return unknown('unknown_pool', pool);
  const quarantined = poolFault(state, poolRow);
  if (quarantined !== null) return quarantined;
  const row = state.poolAssetRows.get(pairKey(poolRow, state.assets.names.rowOf(asset)));
  if (row === undefined || state.poolAssets.isCollateral.get(row) === 0)
    return unknown('unknown_asset', asset);
  return row;
}
