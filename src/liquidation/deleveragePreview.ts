/** Where each account would stand if its pool had to deleverage now: for showing, before anything is taken. */
import { divCeil, max, min } from '../base/integers.js';
import type { Fraction } from '../market/payoff.js';
import { type DeleverageQuestion, lotsLimit, orderUnder, ranksOf } from './deleverageAllocation.js';
import type { DeleveragePolicy } from './deleveragePolicy.js';
import type { CandidateOrder } from './deleverageRanking.js';
import { type NoPlace, unhedgedLots } from './deleverageScore.js';

const LIGHTS = 5n;

export interface RankPreview {
  readonly row: number;
  /** 1 is first; null without a place. */
  readonly rank: number | null;
  /** 5: first, or within the first fifth of all lots that could be taken, counted from the front; 1: the last fifth; 0: no place. */
  readonly light: number;
  /** Lots up to and with this rank, over all lots with a place: the part of the side that stands no further back. */
  readonly quantile: Fraction | null;
  /** In a queue it gives nothing until more than these lots are needed; where lots are shared none is ahead. */
  readonly lotsAhead: bigint | null;
  readonly score: Fraction | null;
  readonly reason: 'placed' | NoPlace;
}

/**
 * By rank, then those without a place by row. Lots count as far as nothing hedges them and the policy lets
 * them be taken. The lights are quintiles of lots up to and with the account's own, as BitMEX shows them
 * ("Auto-Deleveraging Further Information"); but whoever is first shows all five, however much it holds.
 */
export function rankPreview(
  question: Pick<DeleverageQuestion, 'policy' | 'payoff' | 'candidates'>,
): RankPreview[] {
  return previewOfOrder(question.policy, orderUnder(question));
}

/** The same of an order that is known. */
export function previewOfOrder(
  policy: DeleveragePolicy,
  { placed, unplaced }: CandidateOrder,
): RankPreview[] {
  const ranks = ranksOf(policy, placed);
  const limits = placed.map(({ candidate }) => lotsLimit(policy, candidate));
  const lots = placed.map(({ candidate }, i) => min(unhedgedLots(candidate), limits[i] as bigint));
  const total = lots.reduce((sum, part) => sum + part, 0n);
  const upTo = lotsUpToRank(ranks, lots);
  const ahead = policy.kind === 'queue' ? lotsAhead(lots, limits, total) : lots.map(() => 0n);
  const shown = placed.map(({ candidate, score }, i): RankPreview => {
    const numerator = upTo[i] as bigint;
    return {
      row: candidate.row,
      rank: ranks[i] as number,
      light: ranks[i] === 1 ? Number(LIGHTS) : lightOf(numerator, total),
      quantile: total === 0n ? { numerator: 1n, denominator: 1n } : { numerator, denominator: total },
      lotsAhead: ahead[i] as bigint,
      score,
      reason: 'placed',
    };
  });
  const nothing = { rank: null, light: 0, quantile: null, lotsAhead: null, score: null };
  return [...shown, ...unplaced.map(({ candidate, reason }) => ({ row: candidate.row, ...nothing, reason }))];
}

/** In a queue: what is taken before each one's turn; of who is hedged in full, all that nothing hedges comes before. */
function lotsAhead(lots: readonly bigint[], limits: readonly bigint[], total: bigint): bigint[] {
  const ahead: bigint[] = [];
  let unhedged = 0n;
  let hedged = 0n;
  for (const [i, part] of lots.entries()) {
    ahead.push(part > 0n ? unhedged : total + hedged);
    unhedged += part;
    hedged += (limits[i] as bigint) - part;
  }
  return ahead;
}

/** Lots of all ranks up to each one's, its equals included. */
function lotsUpToRank(ranks: readonly number[], lots: readonly bigint[]): bigint[] {
  const sums: bigint[] = [];
  let sum = 0n;
  for (const part of lots) {
    sum += part;
    sums.push(sum);
  }
  for (let i = ranks.length - 2; i >= 0; i--) {
    if (ranks[i] === ranks[i + 1]) sums[i] = sums[i + 1] as bigint;
  }
  return sums;
}

function lightOf(upTo: bigint, total: bigint): number {
  if (total === 0n) return 1;
  return Number(LIGHTS + 1n - max(1n, divCeil(upTo * LIGHTS, total)));
}
