/**
 * How much venue capital is kept for a pool's top-ups in an asset. More comes out of what no pool has reserved; less only
 * while nothing of the pool is open, for it is what stands behind its losses.
 */
import { AMOUNT_MAX } from '../../market/index.js';
import { capitalOf, reservedCapital } from '../capitalReserve.js';
import type { CommandOf } from '../command.js';
import type { Decision, Situation } from '../decision.js';
import { hasOpenLosses } from '../openLosses.js';
import { poolOpenFault } from '../poolStatus.js';
import { type Rejection, reject } from '../rejection.js';
import { POOL_STATUS, pairKey } from '../state.js';
import { balanceFault, poolFault, unknown } from './checks.js';

export function decideReserveCapital(
  situation: Situation,
  { pool, asset, amountMinor }: CommandOf<'reserveCapital'>,
): Decision {
  const { state } = situation;
  const poolRow = state.pools.names.rowOf(pool);
  if (poolRow < 0) return unknown('unknown_pool', pool);
  const assetRow = state.assets.names.rowOf(asset);
  if (assetRow < 0) return unknown('unknown_asset', asset);
  const poolAssetRow = state.poolAssetRows.get(pairKey(poolRow, assetRow));
  if (poolAssetRow === undefined) return unknown('asset_not_in_pool', asset);
  const quarantined = poolFault(state, poolRow);
  if (quarantined !== null) return quarantined;
  if (state.pools.status.get(poolRow) === POOL_STATUS.closed)
    return poolOpenFault(state, poolRow) as Rejection;
  if (amountMinor < 0n || amountMinor > AMOUNT_MAX) {
    const of = (minor: bigint) => ({ minor, assetRow });
    return reject('invalid_amount', { amount: of(amountMinor), largest: of(AMOUNT_MAX) });
  }
  const change = amountMinor - reservedCapital(state, poolAssetRow);
  if (change === 0n) return reject('nothing_to_do');
  if (change < 0n && hasOpenLosses(situation, poolRow)) return reject('losses_open', { pool });
  const added = { ledgerRow: capitalOf(state, poolAssetRow), amountMinor: change, assetRow };
  const short = change > 0n ? balanceFault(state, added, 'insufficient_venue_funds') : null;
  return short ?? [{ kind: 'capitalReserved', poolRow, poolAssetRow, reservedMinor: amountMinor }];
}
