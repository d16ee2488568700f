/**
 * Given a hit, is the loss larger than the shortfall foretold? A. J. McNeil and R. Frey, "Estimation of tail-related risk
 * measures for heteroscedastic financial time series", Journal of Empirical Finance 7 (2000): residuals
 * (L - E) / scale at the hits have mean 0 where shortfall is right. The alternative is a mean above 0. No law is
 * assumed: the t-statistic is compared with that of samples drawn with replacement from the centred residuals
 * (B. Efron and R. J. Tibshirani, "An Introduction to the Bootstrap", 1993, page 224).
 * The scale is the volatility forecast where there is one, else E itself.
 */
import { type Random, seededRandom } from '../../base/random.js';
import type { ShortfallSeries } from './acerbiSzekely.js';
import { hitsOf } from './series.js';
import type { Simulation } from './simulatedHits.js';

export interface ResidualTest {
  readonly hits: number;
  /** Mean residual; null without a hit. */
  readonly mean: number | null;
  /** Mean over its standard error; null with fewer than two hits, or residuals that are all the same. */
  readonly statistic: number | null;
  readonly pValue: number | null;
}

export function exceedanceResidualTest(
  series: ShortfallSeries,
  { volatility, ...simulation }: Simulation & { readonly volatility?: Float64Array },
): ResidualTest {
  const { losses, expectedShortfall } = series;
  const scale = volatility ?? expectedShortfall;
  const residuals = hitsOf(series).at.map(
    (t) => ((losses[t] as number) - (expectedShortfall[t] as number)) / (scale[t] as number),
  );
  const hits = residuals.length;
  if (hits === 0) return { hits, mean: null, statistic: null, pValue: null };
  const mean = meanOf(residuals);
  const statistic = studentised(residuals);
  if (!Number.isFinite(statistic)) return { hits, mean, statistic: null, pValue: null };
  return { hits, mean, statistic, pValue: bootstrapPValue(residuals, statistic, simulation) };
}

function bootstrapPValue(
  residuals: readonly number[],
  statistic: number,
  { draws, seed }: Simulation,
): number {
  const random = seededRandom(seed);
  const mean = meanOf(residuals);
  const centred = residuals.map((value) => value - mean);
  let reached = 0;
  for (let done = 0; done < draws; done++)
    if (studentised(resampled(random, centred)) >= statistic) reached += 1;
  return (1 + reached) / (1 + draws);
}

function resampled(random: Random, values: readonly number[]): number[] {
  return values.map(() => random.pick(values));
}

/** A sample of equal values is infinitely far out on the side of its mean. */
function studentised(values: readonly number[]): number {
  const mean = meanOf(values);
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return mean / Math.sqrt(squares / (values.length - 1) / values.length);
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
