/**
 * How far value at risk and shortfall of a sample may be from the true ones: two ways to say it.
 *
 * Asymptotic, for independent losses: VaR by the density at the quantile (M. Kendall, A. Stuart, The Advanced Theory of
 * Statistics 1, 1977, section 10.10), ES by B. J. Manistre, G. H. Hancock, "Variance of the CTE estimator", North American
 * Actuarial Journal 9 (2005). Block bootstrap, for losses that come in clusters: circular blocks of D. Politis, J. Romano,
 * in: Exploring the Limits of Bootstrap (1992).
 */
import { ok, type Result, seededRandom } from '../../base/index.js';
import { normalPdf } from '../normal.js';
import { type RiskFault, riskFault } from '../riskFault.js';
import type { Confidence } from './tailCount.js';
import { sortedTail, tailMeasure } from './tailMeasure.js';

export interface StandardErrors {
  readonly valueAtRisk: number;
  readonly expectedShortfall: number;
}

/**
 * With p = 1 - c: VaR sqrt(p c / n) / f(VaR), f a normal kernel of Silverman's width; ES sqrt((variance of the losses in
 * the tail + c x (ES - VaR)^2) / (n p)). Few losses in the tail make both too small: the bootstrap says so too.
 */
export function asymptoticErrors(
  losses: ArrayLike<number>,
  confidence: Confidence,
): Result<StandardErrors, RiskFault> {
  const measured = tailMeasure(losses, confidence);
  if (!measured.ok) return measured;
  const { valueAtRisk, expectedShortfall, tail } = measured.value;
  const { tailProbability: p } = confidence;
  const n = losses.length;
  const density = kernelDensity(losses, valueAtRisk);
  if (!(density > 0)) return { ok: false, error: riskFault('constant', 'losses') };
  const within = tail.reduce((sum, { loss, weight }) => sum + weight * (loss - expectedShortfall) ** 2, 0);
  return ok({
    valueAtRisk: Math.sqrt((p * (1 - p)) / n) / density,
    expectedShortfall: Math.sqrt((within + (1 - p) * (expectedShortfall - valueAtRisk) ** 2) / (n * p)),
  });
}

export interface Bootstrap {
  /** Losses in a row that are drawn together: as long as clusters last, 1 for independent losses. */
  readonly blockLength: number;
  readonly draws: number;
  readonly seed: string;
}

export interface BootstrapErrors extends StandardErrors {
  /** The middle 90% of what the draws measure. */
  readonly valueAtRiskRange: readonly [low: number, high: number];
  readonly expectedShortfallRange: readonly [low: number, high: number];
}

/** The same for a seed on every machine. Refused: blocks longer than the sample, fewer than 20 draws. */
export function bootstrapErrors(
  losses: ArrayLike<number>,
  confidence: Confidence,
  { blockLength, draws, seed }: Bootstrap,
): Result<BootstrapErrors, RiskFault> {
  const checked = tailMeasure(losses, confidence);
  if (!checked.ok) return checked;
  const n = losses.length;
  if (!Number.isInteger(blockLength) || blockLength < 1 || blockLength > n)
    return { ok: false, error: riskFault('bad_parameter', 'blockLength') };
  if (!Number.isInteger(draws) || draws < 20)
    return { ok: false, error: riskFault('bad_parameter', 'draws') };
  const random = seededRandom(`bootstrap/${seed}`);
  const valueAtRisk = new Float64Array(draws);
  const expectedShortfall = new Float64Array(draws);
  const drawn = new Float64Array(n);
  for (let draw = 0; draw < draws; draw++) {
    for (let at = 0, from = 0; at < n; at++) {
      if (at % blockLength === 0) from = random.between(0, n - 1) - at;
      drawn[at] = losses[(from + at) % n] as number;
    }
    const tail = sortedTail(drawn.slice().sort().reverse(), confidence);
    valueAtRisk[draw] = tail.valueAtRisk;
    expectedShortfall[draw] = tail.expectedShortfall;
  }
  return ok({
    valueAtRisk: deviationOf(valueAtRisk),
    expectedShortfall: deviationOf(expectedShortfall),
    valueAtRiskRange: middle(valueAtRisk),
    expectedShortfallRange: middle(expectedShortfall),
  });
}

function kernelDensity(losses: ArrayLike<number>, at: number): number {
  const values = Float64Array.from(losses).sort();
  const n = values.length;
  const quartiles = (values[Math.floor(0.75 * n)] as number) - (values[Math.floor(0.25 * n)] as number);
  const deviation = deviationOf(values);
  const size = quartiles > 0 ? Math.min(deviation, quartiles / 1.34) : deviation;
  const width = 0.9 * size * n ** -0.2;
  if (!(width > 0)) return 0;
  return values.reduce((sum, loss) => sum + normalPdf((at - loss) / width), 0) / (n * width);
}

function deviationOf(values: Float64Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(
    values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, values.length - 1),
  );
}

function middle(values: Float64Array): [number, number] {
  const sorted = values.slice().sort();
  const last = sorted.length - 1;
  return [sorted[Math.floor(0.05 * last)] as number, sorted[Math.ceil(0.95 * last)] as number];
}
