/**
 * Venue capital that is kept for one pool's top-ups in an asset. It stays in the venue's capital and is spoken for, as what
 * orders hold of a wallet is: nothing else is paid out of it, and no other pool's loss reaches it (law 4). So what a pool's
 * top-up layer has follows from the pool alone, and the reserves of all pools together are never more than there is.
 */
import { assert } from '../base/index.js';
import { type State, venueLedgerRow } from './state.js';

export function reservedCapital({ poolAssets }: State, poolAssetRow: number): bigint {
  return poolAssets.reservedCapital.get(poolAssetRow);
}

/** Called by `evolve` alone. */
export function setReservedCapital(state: State, poolAssetRow: number, amountMinor: bigint): void {
  const before = reservedCapital(state, poolAssetRow);
  assert(amountMinor >= 0n, 'law 5: a top-up is paid out of what is reserved for its pool');
  state.poolAssets.reservedCapital.set(poolAssetRow, amountMinor);
  state.totals.held.add(capitalOf(state, poolAssetRow), amountMinor - before);
}

/** A pool that is closed keeps nothing. */
export function freeCapitalOf(state: State, poolRow: number): void {
  const { poolAssets } = state;
  for (let row = 0; row < poolAssets.table.size; row++)
    if (poolAssets.pool.get(row) === poolRow && reservedCapital(state, row) > 0n)
      setReservedCapital(state, row, 0n);
}

/** The venue's capital in the asset. */
export function capitalOf(state: State, poolAssetRow: number): number {
  return venueLedgerRow(state, state.poolAssets.asset.get(poolAssetRow), 'capital');
}
