/** Looks up what a lending command names: the lent asset of a pool, and what a client has in it. */
import { type Rejection, reject } from '../rejection.js';
import { pairKey, type State } from '../state.js';
import { poolFault, unknown } from './checks.js';

export interface LentAsset {
  readonly poolRow: number;
  readonly assetRow: number;
  readonly poolAssetRow: number;
}

/** An asset that the pool lends, in a pool that works. */
export function findLentAsset(
  state: State,
  { pool, asset }: { readonly pool: string; readonly asset: string },
): LentAsset | Rejection {
  const poolRow = state.pools.names.rowOf(pool);
  if (poolRow < 0) return unknown('unknown_pool', pool);
  const assetRow = state.assets.names.rowOf(asset);
  if (assetRow < 0) return unknown('unknown_asset', asset);
  const quarantined = poolFault(state, poolRow);
  if (quarantined !== null) return quarantined;
  const poolAssetRow = state.poolAssetRows.get(pairKey(poolRow, assetRow)) ?? -1;
  if (poolAssetRow < 0 || state.poolAssets.isLending.get(poolAssetRow) === 0)
    return unknown('unknown_lending', asset);
  return { poolRow, assetRow, poolAssetRow };
}

/** While a deficit is open that the lenders may have to bear, nobody joins or leaves them. */
export function openDeficitFault(state: State, { poolRow, poolAssetRow }: LentAsset): Rejection | null {
  const open = state.totals.lendersOutstanding.get(poolAssetRow);
  if (open === 0n) return null;
  return reject('pool_not_sound', {
    pool: state.pools.names.nameOf(poolRow),
    deficit: { minor: open, assetRow: state.poolAssets.asset.get(poolAssetRow) },
  });
}
