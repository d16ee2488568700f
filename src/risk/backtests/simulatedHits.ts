/**
 * P-values by simulation where chi-square is rough: a tail has few hits. The statistic is computed for hits drawn under
 * the null hypothesis; the p-value is (1 + how many reach the observed one) / (1 + draws), which is never too small
 * (J.-M. Dufour, "Monte Carlo tests with nuisance parameters", Journal of Econometrics 133, 2006).
 */
import { type Random, seededRandom } from '../../base/random.js';
import type { HitSeries } from './series.js';

export interface Simulation {
  readonly draws: number;
  readonly seed: string;
}

/** Under a hit of the promised probability in each period, independent of the others. */
export function simulatedPValue(
  observed: HitSeries,
  { draws, seed, tailProbability, statistic }: Simulation & NullStatistic,
): number {
  const random = seededRandom(seed);
  return shareAtLeast(statistic(observed), draws, () =>
    statistic({ periods: observed.periods, at: drawHits(random, observed.periods, tailProbability) }),
  );
}

export interface NullStatistic {
  readonly tailProbability: number;
  readonly statistic: (hits: HitSeries) => number;
}

/** Under as many hits as there were, at any periods: whatever the probability, if they are independent. */
export function permutedPValue(
  observed: HitSeries,
  { draws, seed, statistic }: Simulation & Pick<NullStatistic, 'statistic'>,
): number {
  const random = seededRandom(seed);
  const { periods, at } = observed;
  return shareAtLeast(statistic(observed), draws, () =>
    statistic({ periods, at: placeHits(random, periods, at.length) }),
  );
}

/** Positions of independent hits: the wait from one to the next is geometric. */
export function drawHits(random: Random, periods: number, probability: number): number[] {
  const at: number[] = [];
  const logMiss = Math.log1p(-probability);
  for (let position = -1; ; ) {
    position += 1 + Math.floor(Math.log1p(-random.unit()) / logMiss);
    if (position >= periods) return at;
    at.push(position);
  }
}

/** `count` of the positions, all choices as likely (R. W. Floyd's sampling). */
function placeHits(random: Random, periods: number, count: number): number[] {
  const chosen = new Set<number>();
  for (let last = periods - count; last < periods; last++) {
    const drawn = random.between(0, last);
    chosen.add(chosen.has(drawn) ? last : drawn);
  }
  return [...chosen].sort((a, b) => a - b);
}

function shareAtLeast(observed: number, draws: number, draw: () => number): number {
  // A drawn statistic of the same counts is the same up to rounding.
  const limit = observed - 1e-9 * Math.max(1, Math.abs(observed));
  let reached = 0;
  for (let done = 0; done < draws; done++) if (draw() >= limit) reached += 1;
  return (1 + reached) / (1 + draws);
}
