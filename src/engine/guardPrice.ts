/** What a price of collateral does, by the guard that marks have: one that came finished, or one made of sources. */
import { type GuardedMark, guardMark } from '../market/index.js';
import type { EventOf } from './event.js';
import type { State } from './state.js';

/** As large a number as a price column holds; what is larger is malformed, not a jump. */
export const TICKS_MAX = 2n ** 62n;

export function guardPrice(
  state: State,
  at: {
    readonly poolAssetRow: number;
    readonly price: bigint;
    readonly sourceTimeMs: number;
    readonly timeMs: number;
  },
): EventOf<'marked'>['assetPrices'][number] {
  const { poolAssetRow: row, sourceTimeMs } = at;
  const { poolAssets } = state;
  const before = {
    markTicks: poolAssets.price.get(row),
    sourceTimeMs: poolAssets.priceTimeMs.get(row),
    lastSourceTimeMs: poolAssets.priceSourceTimeMs.get(row),
    pendingTicks: poolAssets.pendingPrice.get(row),
    pendingCount: poolAssets.pendingCount.get(row),
    isSuspect: poolAssets.isPriceSuspect.get(row) === 1,
  };
  const guard = {
    markMaxAgeMs: poolAssets.priceMaxAgeMs.get(row),
    markMaxJumpPpm: poolAssets.priceMaxJumpPpm.get(row),
    markConfirmations: poolAssets.priceConfirmations.get(row),
    markTicksMax: TICKS_MAX,
  };
  const arrival = { markTicks: at.price, sourceTimeMs, nowMs: at.timeMs };
  const { verdict, next }: GuardedMark = guardMark(before, guard, arrival);
  return {
    poolAssetRow: row,
    verdict,
    price: next.markTicks,
    priceTimeMs: next.sourceTimeMs,
    pendingPrice: next.pendingTicks,
    pendingCount: next.pendingCount,
    isSuspect: next.isSuspect,
  };
}
