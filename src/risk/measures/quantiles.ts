/**
 * Other quantiles of the same losses, for comparison with what other programs print; margin uses the k-th worst loss.
 * Numbers are those of R. Hyndman, Y. Fan, "Sample quantiles in statistical packages", The American Statistician 50
 * (1996): 1 the order statistic, 5 Hazen, 6 Weibull, 7 the usual default of software.
 */
import { type Confidence, tailCount } from './tailCount.js';

export const QUANTILE_TYPES = ['orderStatistic', 'hazen', 'weibull', 'linear'] as const;
export type QuantileType = (typeof QUANTILE_TYPES)[number];

/** The loss that `confidence` of the losses do not exceed. Losses are finite and there is at least one. */
export function quantileLoss(losses: ArrayLike<number>, confidence: Confidence, type: QuantileType): number {
  const worst = Float64Array.from(losses).sort().reverse();
  if (type === 'orderStatistic') return worst[tailCount(worst.length, confidence).count - 1] as number;
  return atRank(worst, rankOf(type, worst.length, confidence.tailProbability));
}

/** Rank from the worst, 1 for the worst; the order statistics between which it lies are joined by a line. */
function rankOf(type: Exclude<QuantileType, 'orderStatistic'>, n: number, tail: number): number {
  switch (type) {
    case 'hazen':
      return n * tail + 0.5;
    case 'weibull':
      return (n + 1) * tail;
    case 'linear':
      return (n - 1) * tail + 1;
  }
}

function atRank(worst: Float64Array, rank: number): number {
  const kept = Math.min(worst.length, Math.max(1, rank));
  const low = Math.floor(kept);
  const [a, b] = [worst[low - 1] as number, worst[Math.min(worst.length, low + 1) - 1] as number];
  return a + (kept - low) * (b - a);
}
