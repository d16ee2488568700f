/**
 * Were there as many hits as the confidence promises? The proportion of failures of P. H. Kupiec, "Techniques for
 * verifying the accuracy of risk measurement models", Journal of Derivatives 3 (1995):
 *
 *     LR = -2 ln [ (1 - p)^(n - x) p^x / ((1 - x/n)^(n - x) (x/n)^x) ], chi-square with one degree
 *
 * n periods, x hits, p = 1 - confidence. Beside it the exact binomial tails, which need no large sample.
 */
import { binomialLower, binomialTwoSided, binomialUpper } from '../distributions.js';
import { bestLogLikelihood, type LikelihoodRatio, likelihoodRatio, logLikelihood } from './likelihood.js';

export interface CoverageTest extends LikelihoodRatio {
  readonly periods: number;
  readonly hits: number;
  /** p x n. */
  readonly expectedHits: number;
  /** Probability of a count no more likely than this one. */
  readonly exactPValue: number;
  /** Probability of so many hits or more: small where margin is too low. */
  readonly tooManyPValue: number;
  /** Probability of so many hits or fewer: small where margin is too high. */
  readonly tooFewPValue: number;
}

export interface HitCount {
  readonly periods: number;
  readonly hits: number;
  /** 1 - confidence. */
  readonly tailProbability: number;
}

export function proportionOfFailures({ periods, hits, tailProbability }: HitCount): CoverageTest {
  const law = { n: periods, p: tailProbability };
  return {
    ...coverageRatio({ periods, hits, tailProbability }),
    periods,
    hits,
    expectedHits: periods * tailProbability,
    exactPValue: binomialTwoSided(hits, law),
    tooManyPValue: binomialUpper(hits, law),
    tooFewPValue: binomialLower(hits, law),
  };
}

/** The likelihood ratio alone. */
export function coverageRatio({ periods, hits, tailProbability }: HitCount): LikelihoodRatio {
  const misses = periods - hits;
  return likelihoodRatio({
    restricted: logLikelihood({ hits, misses, p: tailProbability }),
    free: bestLogLikelihood(hits, misses),
    degrees: 1,
  });
}
