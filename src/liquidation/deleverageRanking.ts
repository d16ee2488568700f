/**
 * Which winners take over the lots of a deficit nobody else will, and in which order. It proposes; each
 * candidate is checked again with `isEligible` on exact values when its turn comes (LIQ-06).
 */
import { assert } from '../base/assert.js';
import { abs, min } from '../base/integers.js';

/**
 * One position as a candidate. Amounts are in minor units of the settlement asset, or all of them in one
 * same finer unit where a mark does not give whole minor units: only their ratios count.
 */
export interface DeleverageCandidate {
  readonly row: number;
  /** Signed: long positive. */
  readonly lots: bigint;
  /** Signed cost of the whole position. */
  readonly cost: bigint;
  /** What stands behind the position without its unrealized PnL, accrued funding included. */
  readonly collateral: bigint;
  /** Signed value of the whole position at the guarded mark. Unrealized PnL is this less cost. */
  readonly markValue: bigint;
}

export interface DeleverageStep {
  readonly row: number;
  /** How many lots to take from the position, whatever its side: at least one. */
  readonly lots: bigint;
}

/**
 * Takes whole lots down the ranking until the needed lots are found or the winners are exhausted, so the
 * steps sum to the lesser of the two and no step exceeds its position. The candidates are one side of one
 * instrument: the side against the deficit.
 */
export function planDeleverage(plan: {
  readonly neededLots: bigint;
  readonly candidates: readonly DeleverageCandidate[];
}): DeleverageStep[] {
  assert(plan.neededLots >= 0n, `needed lots are a count: ${plan.neededLots}`);
  const longs = plan.candidates.filter(({ lots }) => lots > 0n).length;
  assert(longs === 0 || longs === plan.candidates.length, 'deleveraging candidates are on one side');
  const steps: DeleverageStep[] = [];
  let needed = plan.neededLots;
  for (const { row, lots } of rankDeleverageCandidates(plan.candidates)) {
    if (needed === 0n) break;
    const taken = min(needed, abs(lots));
    steps.push({ row, lots: taken });
    needed -= taken;
  }
  return steps;
}

/**
 * The winners among the candidates, first in line first; equal scores by ascending row.
 *
 * score = (unrealized PnL / |cost|) x (|value| / equity), profit rate times effective leverage, as large
 * venues publish it for their own queues (Binance: PnL percentage x effective leverage); a position that
 * cost nothing ranks before all others. Scores are compared as fractions, never divided.
 */
export function rankDeleverageCandidates(candidates: readonly DeleverageCandidate[]): DeleverageCandidate[] {
  return candidates
    .map((candidate) => ({ candidate, score: scoreOf(candidate) }))
    .filter(({ candidate, score }) => candidate.lots !== 0n && score !== null)
    .sort((a, b) => compareScores(b.score!, a.score!) || a.candidate.row - b.candidate.row)
    .map(({ candidate }) => candidate);
}

export interface DeleverageCheck {
  /** Signed lots of the position in deficit, and of the candidate. */
  readonly deficitLots: bigint;
  readonly candidateLots: bigint;
  /** Unrealized PnL of the candidate's position at the guarded mark. */
  readonly profitAtMark: bigint;
  /** Its PnL at the value at which it would be deleveraged. */
  readonly profitAtDeleveraging: bigint;
  /** Equity and maintenance margin of the candidate's margin account once deleveraged. */
  readonly equityAfter: bigint;
  readonly maintenanceAfter: bigint;
}

/** Opposite side, in profit at mark, not in loss where it is deleveraged, healthy afterwards (LIQ-06). */
export function isEligible(check: DeleverageCheck): boolean {
  return (
    check.deficitLots * check.candidateLots < 0n &&
    check.profitAtMark > 0n &&
    check.profitAtDeleveraging >= 0n &&
    check.equityAfter > check.maintenanceAfter
  );
}

/** A fraction, not negative; `below` is zero for a position that cost nothing. Never are both zero. */
interface Score {
  readonly above: bigint;
  readonly below: bigint;
}

/**
 * Null where there is no place in the queue: no profit, or no equity. An account at or below its maintenance
 * margin keeps its place, since losing the position may be what makes it healthy; one without equity cannot
 * become so, since deleveraging never pays more than the mark.
 */
function scoreOf({ cost, collateral, markValue }: DeleverageCandidate): Score | null {
  const unrealizedPnl = markValue - cost;
  const equity = collateral + unrealizedPnl;
  if (unrealizedPnl <= 0n || equity <= 0n) return null;
  return { above: unrealizedPnl * abs(markValue), below: abs(cost) * equity };
}

function compareScores(a: Score, b: Score): number {
  const left = a.above * b.below;
  const right = b.above * a.below;
  return left < right ? -1 : left > right ? 1 : 0;
}
