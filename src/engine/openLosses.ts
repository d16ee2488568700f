/** Whether a pool has losses that are being worked off: who bears them, and with what, stays as it is until they are. */
import type { Situation } from './decision.js';
import { isPoolSound } from './soundness.js';

/** Queued accounts, takeovers and open deficits of the pool, or that it is short of anything or has a stale mark. */
export function hasOpenLosses(situation: Situation, poolRow: number): boolean {
  const { state, derived } = situation;
  return (
    derived.queuedOf(poolRow).size > 0 ||
    (state.openTakeovers.get(poolRow)?.size ?? 0) > 0 ||
    derived.poolAssetsOf(poolRow).some((row) => state.totals.outstanding.get(row) > 0n) ||
    !isPoolSound(situation, poolRow)
  );
}
