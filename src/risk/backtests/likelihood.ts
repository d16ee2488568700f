/** Logarithms of the likelihood of hits and misses, where nothing times the logarithm of nothing is nothing. */
import { chiSquareTail } from '../distributions.js';

/** Log-likelihood of so many hits and misses, each hit of probability p. */
export function logLikelihood({ hits, misses, p }: { hits: number; misses: number; p: number }): number {
  return countTimesLog(hits, Math.log(p)) + countTimesLog(misses, Math.log1p(-p));
}

/** The same at the p that fits best, the observed share of hits; 0 where nothing was observed. */
export function bestLogLikelihood(hits: number, misses: number): number {
  const all = hits + misses;
  return all === 0 ? 0 : logLikelihood({ hits, misses, p: hits / all });
}

/** -2 ln (restricted / free), and how likely more than that is by chi-square. */
export interface LikelihoodRatio {
  readonly likelihoodRatio: number;
  readonly degrees: number;
  readonly pValue: number;
}

/** Of two log-likelihoods; a ratio that rounding took below 0 is 0. */
export function likelihoodRatio(logs: {
  readonly restricted: number;
  readonly free: number;
  readonly degrees: number;
}): LikelihoodRatio {
  return ratioOf(2 * (logs.free - logs.restricted), logs.degrees);
}

export function ratioOf(value: number, degrees: number): LikelihoodRatio {
  const ratio = Math.max(0, value);
  return { likelihoodRatio: ratio, degrees, pValue: chiSquareTail(ratio, degrees) };
}

function countTimesLog(count: number, log: number): number {
  return count === 0 ? 0 : count * log;
}
