/**
 * How long from hit to hit? Under an exact model the wait is geometric. Time until the first failure: P. H. Kupiec
 * (1995). All waits and the count together: M. Haas, "New methods in backtesting" (caesar, 2001), the mixed Kupiec test.
 *
 *     LR(v) = -2 ln [ p (1 - p)^(v - 1) / ((1/v) (1 - 1/v)^(v - 1)) ]
 *     LR_mixed = LR_POF + sum over hits of LR(v_i), chi-square with x + 1 degrees
 *
 * v_1 is the position of the first hit counted from 1, v_i the periods from hit i - 1 to hit i; x hits, and the wait
 * after the last is not used. Each wait counts for a degree, which is rough: a simulated p-value stands beside.
 */
import { coverageRatio } from './kupiec.js';
import {
  bestLogLikelihood,
  type LikelihoodRatio,
  likelihoodRatio,
  logLikelihood,
  ratioOf,
} from './likelihood.js';
import type { HitSeries } from './series.js';

export function waitsOf({ at }: HitSeries): number[] {
  return at.map((position, index) => position - (index === 0 ? -1 : (at[index - 1] as number)));
}

/** LR(v) of one wait: chi-square with one degree. */
export function waitRatio(wait: number, tailProbability: number): LikelihoodRatio {
  return likelihoodRatio({
    restricted: logLikelihood({ hits: 1, misses: wait - 1, p: tailProbability }),
    free: bestLogLikelihood(1, wait - 1),
    degrees: 1,
  });
}

/** Of the first wait; null where nothing was hit. */
export function timeUntilFirstFailure(hits: HitSeries, tailProbability: number): LikelihoodRatio | null {
  const [first] = waitsOf(hits);
  return first === undefined ? null : waitRatio(first, tailProbability);
}

/** All waits and the count together. */
export function timeBetweenFailures(hits: HitSeries, tailProbability: number): LikelihoodRatio {
  const waits = waitsOf(hits);
  const sum = waits.reduce((total, wait) => total + waitRatio(wait, tailProbability).likelihoodRatio, 0);
  const count = { periods: hits.periods, hits: waits.length, tailProbability };
  return ratioOf(sum + coverageRatio(count).likelihoodRatio, waits.length + 1);
}
