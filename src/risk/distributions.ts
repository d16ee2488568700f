/**
 * Distributions from @stdlib, in one place: the packages are CommonJS modules whose export is the function itself.
 * Binomial tails are summed here: exactly as long as the probabilities of single counts are.
 */
import chiSquareCdfOf from '@stdlib/stats-base-dists-chisquare-cdf';
import studentCdfOf from '@stdlib/stats-base-dists-t-cdf';
import studentQuantileOf from '@stdlib/stats-base-dists-t-quantile';
import { normalCdf } from './normal.js';

/**
 * Probability that a chi-square variable exceeds x: the p-value of a likelihood ratio. One degree is the square of a
 * normal and two an exponential, which keep their relative accuracy far out.
 */
export function chiSquareTail(x: number, degrees: number): number {
  if (!(x > 0)) return 1;
  if (degrees === 1) return 2 * normalCdf(-Math.sqrt(x));
  if (degrees === 2) return Math.exp(-x / 2);
  return 1 - chiSquareCdfOf(x, degrees);
}

/** Student's t: probability of a value up to x. */
export function studentCdf(x: number, degrees: number): number {
  return studentCdfOf(x, degrees);
}

/** Student's t: the value with `p` below it. */
export function studentQuantile(p: number, degrees: number): number {
  return studentQuantileOf(p, degrees);
}

/** Probabilities of 0, 1, ... n successes of n independent trials that succeed with probability p in (0, 1). */
export function binomialProbabilities(n: number, p: number): Float64Array {
  const probabilities = new Float64Array(n + 1);
  const odds = Math.log(p) - Math.log1p(-p);
  let log = n * Math.log1p(-p);
  for (let count = 0; count <= n; count++) {
    probabilities[count] = Math.exp(log);
    log += Math.log((n - count) / (count + 1)) + odds;
  }
  return probabilities;
}

/** Probability of `count` successes or fewer. */
export function binomialLower(count: number, { n, p }: BinomialLaw): number {
  return sumOf(binomialProbabilities(n, p).subarray(0, Math.max(0, count + 1)));
}

/** Probability of `count` successes or more. */
export function binomialUpper(count: number, { n, p }: BinomialLaw): number {
  return sumOf(binomialProbabilities(n, p).subarray(Math.max(0, count)).toReversed());
}

/** Probability of a count that is no more likely than this one: the exact test with two sides. */
export function binomialTwoSided(count: number, { n, p }: BinomialLaw): number {
  const probabilities = binomialProbabilities(n, p);
  // A count as likely as this one belongs to the sum although its last digits differ.
  const limit = (probabilities[count] ?? 0) * (1 + 1e-7);
  return Math.min(1, sumOf(probabilities.filter((probability) => probability <= limit).sort()));
}

export interface BinomialLaw {
  /** Trials. */
  readonly n: number;
  /** Probability of a success, in (0, 1). */
  readonly p: number;
}

function sumOf(values: Float64Array): number {
  return Math.min(
    1,
    values.reduce((sum, value) => sum + value, 0),
  );
}
