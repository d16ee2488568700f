/**
 * The generalised Pareto tail of a sample beyond a threshold, by probability-weighted moments (J. Hosking, J. Wallis,
 * Technometrics 29, 1987), and its VaR and ES (A. McNeil, R. Frey, Journal of Empirical Finance 7, 2000):
 *
 *   VaR = u + b/g x ((n / m x (1 - c))^-g - 1),   ES = VaR + (b + g x (VaR - u)) / (1 - g)
 *
 * u threshold, n sample, m losses above u, g shape, b scale. The moments give g < 1 always, so that ES is finite.
 */
import { err, ok, type Result } from '../../base/index.js';
import type { Confidence } from '../measures/tailCount.js';
import { type RiskFault, riskFault } from '../riskFault.js';

export interface ParetoTail {
  readonly threshold: number;
  readonly shape: number;
  readonly scale: number;
  /** Losses above the threshold, over all. */
  readonly exceeding: number;
}

/** `worst` is the sample, worst first; the `share` of it that is worst is fitted. Refused: under ten excesses, or equal ones. */
export function fitParetoTail(worst: Float64Array, share: number): Result<ParetoTail, RiskFault> {
  const count = Math.floor(worst.length * share);
  if (count < EXCESSES_MIN)
    return err(
      riskFault('too_few', 'returns', { context: { excesses: String(count), needed: String(EXCESSES_MIN) } }),
    );
  const threshold = worst[count] as number;
  const excesses = worst.slice(0, count).map((loss) => loss - threshold);
  const fitted = paretoByMoments(excesses);
  if (fitted === null) return err(riskFault('constant', 'returns'));
  return ok({ threshold, ...fitted, exceeding: count / worst.length });
}

const EXCESSES_MIN = 10;

/** With a0 = E[X] and a1 = E[X (1 - F(X))]: g = 2 - a0 / (a0 - 2 a1), b = 2 a0 a1 / (a0 - 2 a1). `excesses`: worst first. */
export function paretoByMoments(
  excesses: Float64Array,
): { readonly shape: number; readonly scale: number } | null {
  const n = excesses.length;
  let [a0, a1] = [0, 0];
  for (const [rank, excess] of excesses.entries()) {
    a0 += excess / n;
    // `rank` of the other n - 1 are worse: the unbiased estimate of 1 - F.
    a1 += ((rank / (n - 1)) * excess) / n;
  }
  const spread = a0 - 2 * a1;
  if (!(a0 > 0 && a1 > 0 && spread > a0 * 1e-12)) return null;
  return { shape: 2 - a0 / spread, scale: (2 * a0 * a1) / spread };
}

/** VaR and ES beyond the threshold; `confidence` must be: 1 - c at most the part that exceeds it. */
export function paretoMeasure(
  { threshold, shape, scale, exceeding }: ParetoTail,
  { tailProbability }: Confidence,
) {
  const log = Math.log(exceeding / tailProbability);
  const beyond = Math.abs(shape) < 1e-9 ? log : Math.expm1(shape * log) / shape;
  const valueAtRisk = threshold + scale * beyond;
  return {
    valueAtRisk,
    expectedShortfall: valueAtRisk + (scale + shape * (valueAtRisk - threshold)) / (1 - shape),
  };
}
