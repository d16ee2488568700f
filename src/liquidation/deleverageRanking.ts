/**
 * Which winners take over the lots of a deficit nobody else will, and in which order. It proposes; each
 * candidate is checked again with `isEligible` on exact values when its turn comes (LIQ-06).
 */
import type { Fraction } from '../market/payoff.js';
import {
  compareScores,
  type DeleverageCandidate,
  deleverageScore,
  type NoPlace,
  type ScoreRule,
} from './deleverageScore.js';

/** The queue of a pool that states no other. */
export const DEFAULT_SCORE_RULE: ScoreRule = { score: 'bitmex', payoff: 'linear' };

/** The winners among the candidates, first in line first; equal scores by ascending row. */
export function rankDeleverageCandidates(
  candidates: readonly DeleverageCandidate[],
  rule: ScoreRule = DEFAULT_SCORE_RULE,
): DeleverageCandidate[] {
  return orderCandidates(candidates, (candidate) => deleverageScore(rule, candidate)).placed.map(
    ({ candidate }) => candidate,
  );
}

export interface PlacedCandidate {
  readonly candidate: DeleverageCandidate;
  readonly score: Fraction;
}

export interface CandidateOrder {
  /** Highest score first, equal scores by ascending row: the tie rule. */
  readonly placed: readonly PlacedCandidate[];
  /** Those without a place, by ascending row. */
  readonly unplaced: readonly { readonly candidate: DeleverageCandidate; readonly reason: NoPlace }[];
}

/** One order whatever the order of the candidates. */
export function orderCandidates(
  candidates: readonly DeleverageCandidate[],
  scoreOf: (candidate: DeleverageCandidate) => Fraction | NoPlace,
): CandidateOrder {
  const placed: PlacedCandidate[] = [];
  const unplaced: { candidate: DeleverageCandidate; reason: NoPlace }[] = [];
  for (const candidate of candidates) {
    const score = scoreOf(candidate);
    if (typeof score === 'string') unplaced.push({ candidate, reason: score });
    else placed.push({ candidate, score });
  }
  placed.sort(comparePlaced);
  unplaced.sort((a, b) => a.candidate.row - b.candidate.row);
  return { placed, unplaced };
}

/** Below zero where the first stands before the second. */
export function comparePlaced(a: PlacedCandidate, b: PlacedCandidate): number {
  return compareScores(b.score, a.score) || a.candidate.row - b.candidate.row;
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
