/**
 * Guards on marks: a stale, zero, negative or jumped mark changes nobody's fate. A jump acts only after
 * enough marks in agreement.
 */
import { abs, PPM } from '../base/index.js';
import type { MarkTicks, Ppm, TimeMs } from '../base/units.js';

/** The last good mark, and the jump that waits for confirmation, if any. */
export interface MarkState {
  /** 0 before the first good mark. */
  readonly markTicks: MarkTicks;
  readonly sourceTimeMs: TimeMs;
  /** Source time of the last batch that named the instrument, whatever became of its mark. */
  readonly lastSourceTimeMs: TimeMs;
  /** 0 when no jump waits. */
  readonly pendingTicks: MarkTicks;
  readonly pendingCount: number;
  /** True after a mark that cannot be a price, until the next good one. */
  readonly isSuspect: boolean;
}

export interface MarkGuard {
  readonly markMaxAgeMs: TimeMs;
  readonly markMaxJumpPpm: Ppm;
  readonly markConfirmations: number;
  readonly markTicksMax: MarkTicks;
}

export const MARK_VERDICTS = [
  'accepted',
  'confirmed',
  'heldJump',
  'ignoredBad',
  'ignoredStale',
  'ignoredOld',
] as const;
export type MarkVerdict = (typeof MARK_VERDICTS)[number];

export interface GuardedMark {
  readonly verdict: MarkVerdict;
  readonly next: MarkState;
}

/** What a new mark does to the state of its instrument's mark. */
export function guardMark(
  state: MarkState,
  guard: MarkGuard,
  arrival: {
    readonly markTicks: MarkTicks;
    readonly sourceTimeMs: TimeMs;
    readonly nowMs: TimeMs;
    /** Whether a price that comes along and decides too, as the underlying's of an option, is a jump of its own. */
    readonly isCompanionFar?: boolean;
    /** Whether that price is a jump from the one that came with the mark that waits. */
    readonly isCompanionOff?: boolean;
  },
): GuardedMark {
  const { markTicks, sourceTimeMs, nowMs } = arrival;
  if (sourceTimeMs < state.lastSourceTimeMs) return { verdict: 'ignoredOld', next: state };
  if (nowMs - sourceTimeMs > guard.markMaxAgeMs) return { verdict: 'ignoredStale', next: state };
  if (markTicks <= 0n || markTicks > guard.markTicksMax) {
    return { verdict: 'ignoredBad', next: { ...state, isSuspect: true } };
  }
  const good: MarkState = {
    markTicks,
    sourceTimeMs,
    lastSourceTimeMs: sourceTimeMs,
    pendingTicks: 0n,
    pendingCount: 0,
    isSuspect: false,
  };
  const isMarkFar = state.markTicks !== 0n && isFar(markTicks, state.markTicks, guard.markMaxJumpPpm);
  const isJump = isMarkFar || arrival.isCompanionFar === true;
  if (!isJump) return { verdict: 'accepted', next: good };

  const isMarkOff = state.pendingTicks === 0n || isFar(markTicks, state.pendingTicks, guard.markMaxJumpPpm);
  const agrees = !isMarkOff && arrival.isCompanionOff !== true;
  // The same tick delivered twice does not confirm itself: only a newer one counts.
  const isNewer = sourceTimeMs > state.lastSourceTimeMs;
  const pendingCount = agrees ? state.pendingCount + (isNewer ? 1 : 0) : 1;
  if (pendingCount >= guard.markConfirmations) return { verdict: 'confirmed', next: good };
  return { verdict: 'heldJump', next: { ...state, pendingTicks: markTicks, pendingCount } };
}

/** Whether a mark may decide about money: there is one, it is fresh, no jump waits and the last one was sound. */
export function isMarkUsable(
  state: MarkState,
  guard: { readonly markMaxAgeMs: TimeMs },
  nowMs: TimeMs,
): boolean {
  return (
    state.markTicks !== 0n &&
    state.pendingTicks === 0n &&
    !state.isSuspect &&
    nowMs - state.sourceTimeMs <= guard.markMaxAgeMs
  );
}

/** Whether a price is a jump from another. */
export function isFar(ticks: MarkTicks, from: MarkTicks, limitPpm: Ppm): boolean {
  return abs(ticks - from) * PPM > limitPpm * from;
}
