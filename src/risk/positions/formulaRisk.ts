/** Risk of positions by a formula for the sum of them: normal or t losses, with EWMA or GARCH volatility. */
import { err, ok, type Result } from '../../base/index.js';
import { normalTail, studentTail } from '../measures/closedForms.js';
import { type ScenarioLeg, totalLosses } from '../measures/scenarioMeasure.js';
import type { Confidence } from '../measures/tailCount.js';
import { ewmaFilter } from '../models/ewma.js';
import { fitGarch, garchVariances } from '../models/garch.js';
import { fitDegrees } from '../models/studentLikelihood.js';
import { type RiskFault, riskFault } from '../riskFault.js';
import type { RiskPart } from './riskOfPositions.js';
import type { RiskQuestion } from './riskQuestion.js';

export function formulaRisk(question: RiskQuestion, confidence: Confidence): Result<RiskPart, RiskFault> {
  const losses = totalLosses(question);
  return question.method === 'garchStudent'
    ? garchRisk(question, losses, confidence)
    : ewmaRisk(question, losses, confidence);
}

function ewmaRisk(
  { method, legs, parameters }: RiskQuestion,
  losses: Float64Array,
  confidence: Confidence,
): Result<RiskPart, RiskFault> {
  const { warmup, lambda, window, sampleMin } = parameters;
  const filter = { lambda, warmup, favourableCap: Number.POSITIVE_INFINITY };
  const { volatility, residuals } = ewmaFilter(losses, filter);
  const sample = residuals.subarray(Math.max(warmup, losses.length - window));
  const needed = warmup + (method === 'ewmaStudent' ? sampleMin : 0);
  if (losses.length < needed) return err(tooFew(losses.length, needed));
  const deviation = volatility[losses.length] as number;
  if (!(deviation > 0) || sample.some(Number.isNaN)) return err(riskFault('constant', 'legs'));
  const degrees = method === 'ewmaStudent' ? fitDegrees(sample) : null;
  const tail =
    degrees === null
      ? normalTail({ deviation }, confidence)
      : studentTail({ deviation, degrees }, confidence);
  return ok({
    ...EMPTY,
    ...tail,
    sampleSize: losses.length,
    degrees,
    // The deviation of the sum is homogeneous in the sizes: its derivative is the covariance with the sum, over it.
    contributions: legs.map((leg) => ({
      id: leg.id,
      shortfall: (tail.expectedShortfall * ewmaCovariance(leg, losses, filter)) / deviation ** 2,
    })),
  });
}

/** Of the losses of one leg with those of all, by the recursion of the variance. */
function ewmaCovariance(
  { pnl }: ScenarioLeg,
  losses: Float64Array,
  { lambda, warmup }: { readonly lambda: number; readonly warmup: number },
): number {
  let covariance = 0;
  for (const [day, loss] of losses.entries()) {
    const product = -(pnl[day] as number) * loss;
    covariance = day < warmup ? covariance + product / warmup : lambda * covariance + (1 - lambda) * product;
  }
  return covariance;
}

function garchRisk(
  { parameters: { window, sampleMin } }: RiskQuestion,
  losses: Float64Array,
  confidence: Confidence,
): Result<RiskPart, RiskFault> {
  const sample = losses.subarray(Math.max(0, losses.length - window));
  if (sample.length < sampleMin) return err(tooFew(sample.length, sampleMin));
  const fit = fitGarch(sample, { law: 'student' });
  if (!fit.ok) return err({ ...fit.error, field: 'legs' });
  const { parameters, converged } = fit.value;
  const deviation = Math.sqrt(garchVariances(sample, parameters).at(-1) as number);
  const { mean, degrees } = parameters;
  return ok({
    ...EMPTY,
    ...studentTail({ mean, deviation, degrees }, confidence),
    sampleSize: sample.length,
    degrees,
    notes: converged ? [] : ['notConverged'],
  });
}

const EMPTY = {
  tail: [],
  contributions: null,
  legs: null,
  errors: { asymptotic: null, bootstrap: null },
  notes: [],
} as const;

function tooFew(got: number, needed: number): RiskFault {
  return riskFault('too_few', 'ids', { context: { got: String(got), needed: String(needed) } });
}
