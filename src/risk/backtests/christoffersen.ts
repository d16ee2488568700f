/**
 * Do hits come alone, or does one foretell the next? P. F. Christoffersen, "Evaluating interval forecasts",
 * International Economic Review 39 (1998): a first-order Markov chain against one probability for every period, and
 * against the promised one.
 *
 *     LR_ind = -2 ln [ L(q) / L(q01, q11) ], one degree;   LR_cc = -2 ln [ L(p) / L(q01, q11) ], two
 *
 * n_ij counts periods in state j after state i (1 is a hit), q01 = n01 / (n00 + n01), q11 = n11 / (n10 + n11),
 * q = (n01 + n11) / (n - 1). All likelihoods leave out the first period, which follows none, so that LR_cc is LR_ind plus
 * the coverage ratio of the other periods.
 */
import { coverageRatio } from './kupiec.js';
import { bestLogLikelihood, type LikelihoodRatio, likelihoodRatio, ratioOf } from './likelihood.js';
import type { HitSeries } from './series.js';

export interface Transitions {
  readonly n00: number;
  readonly n01: number;
  readonly n10: number;
  readonly n11: number;
}

export function transitionsOf({ periods, at }: HitSeries): Transitions {
  const pairs = at.filter((position, index) => index > 0 && at[index - 1] === position - 1).length;
  const n01 = at.length - pairs - (at[0] === 0 ? 1 : 0);
  const n10 = at.length - pairs - (at.at(-1) === periods - 1 ? 1 : 0);
  return { n00: periods - 1 - pairs - n01 - n10, n01, n10, n11: pairs };
}

/** That a hit tells nothing of the next period. */
export function independence({ n00, n01, n10, n11 }: Transitions): LikelihoodRatio {
  return likelihoodRatio({
    restricted: bestLogLikelihood(n01 + n11, n00 + n10),
    free: bestLogLikelihood(n01, n00) + bestLogLikelihood(n11, n10),
    degrees: 1,
  });
}

/** That hits come with the promised probability whatever the period before was. */
export function conditionalCoverage(transitions: Transitions, tailProbability: number): LikelihoodRatio {
  const { n00, n01, n10, n11 } = transitions;
  const coverage = coverageRatio({ periods: n00 + n01 + n10 + n11, hits: n01 + n11, tailProbability });
  return ratioOf(coverage.likelihoodRatio + independence(transitions).likelihoodRatio, 2);
}
