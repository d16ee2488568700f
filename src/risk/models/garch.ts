/**
 * GARCH(1,1) with a constant mean: r[t] = m + e[t], s2[t] = w + a x e[t-1]^2 + b x s2[t-1], the shocks normal or t of
 * variance 1. T. Bollerslev, Journal of Econometrics 31 (1986), and Review of Economics and Statistics 69 (1987). The
 * variance of the first day, and of the square before it, is the mean of e^2 over the sample, as in the benchmark of
 * G. Fiorentini, G. Calzolari, L. Panattoni, Journal of Applied Econometrics 11 (1996).
 */
import { err, ok, type Result } from '../../base/index.js';
import { type RiskFault, riskFault } from '../riskFault.js';
import { nelderMead } from './nelderMead.js';
import { studentConstant } from './studentLikelihood.js';

export interface GarchParameters {
  readonly mean: number;
  /** w, a variance. */
  readonly constant: number;
  /** a: weight of the last squared shock. */
  readonly shock: number;
  /** b: weight of the last variance; a + b < 1. */
  readonly persistence: number;
  /** Of the t distribution, above 2; infinite for normal shocks. */
  readonly degrees: number;
}

export interface GarchFit {
  readonly parameters: GarchParameters;
  readonly logLikelihood: number;
  readonly converged: boolean;
}

export type ShockLaw = 'normal' | 'student';

/** The most likely parameters. Refused: a sample that does not vary, and one on which the search finds nothing. */
export function fitGarch(
  returns: Float64Array,
  { law, start }: { readonly law: ShockLaw; readonly start?: GarchParameters },
): Result<GarchFit, RiskFault> {
  const mean = returns.reduce((sum, x) => sum + x, 0) / returns.length;
  const deviation = Math.sqrt(returns.reduce((sum, x) => sum + (x - mean) ** 2, 0) / returns.length);
  if (!(deviation > 1e-12)) return err(riskFault('constant', 'returns'));
  const unit = returns.map((x) => (x - mean) / deviation);
  const cost = (at: readonly number[]) => -garchLogLikelihood(unit, parametersOf(at, law));
  const first = start === undefined ? START : coordinatesOf(rescaled(start, { mean, deviation }), law);
  const kept = law === 'normal' ? first.slice(0, 4) : first;
  const steps = kept.map((_, i) => STEPS[i] as number);
  const rough = nelderMead(cost, kept, { steps, tolerance: 1e-5 });
  // A second start from the same place frees a simplex that has collapsed.
  const found = nelderMead(cost, rough.at, { steps: steps.map((step) => step / 4) });
  if (!Number.isFinite(found.value)) return err(riskFault('no_fit', 'returns'));
  const parameters = parametersOf(found.at, law);
  return ok({
    parameters: {
      ...parameters,
      mean: mean + deviation * parameters.mean,
      constant: parameters.constant * deviation * deviation,
    },
    logLikelihood: -found.value - returns.length * Math.log(deviation),
    converged: found.converged,
  });
}

/** Coordinates without bounds: m, log w, logit(a + b), logit(a / (a + b)), log(v - 2). */
const START = [0, Math.log(0.03), logit(0.97), logit(0.1), Math.log(4)];
const STEPS = [0.05, 0.5, 0.5, 0.5, 0.5];

/** Sum of the log densities of the sample. */
export function garchLogLikelihood(returns: Float64Array, parameters: GarchParameters): number {
  const { mean, constant, shock, persistence, degrees } = parameters;
  const isNormal = degrees === Number.POSITIVE_INFINITY;
  let variance = meanSquare(returns, mean);
  let square = variance;
  let sum = 0;
  for (const value of returns) {
    variance = constant + shock * square + persistence * variance;
    square = (value - mean) ** 2;
    const scaled = square / variance;
    sum += Math.log(variance) + (isNormal ? scaled : (degrees + 1) * Math.log1p(scaled / (degrees - 2)));
  }
  const each = isNormal ? -0.5 * Math.log(2 * Math.PI) : studentConstant(degrees);
  return returns.length * each - sum / 2;
}

/** The variance of each day of the sample and of the day after it, one more than there are returns. */
export function garchVariances(
  returns: Float64Array,
  { mean, constant, shock, persistence }: GarchParameters,
  first: number = meanSquare(returns, mean),
): Float64Array {
  const variances = new Float64Array(returns.length + 1);
  variances[0] = constant + (shock + persistence) * first;
  for (const [day, value] of returns.entries())
    variances[day + 1] = constant + shock * (value - mean) ** 2 + persistence * (variances[day] as number);
  return variances;
}

export function meanSquare(returns: Float64Array, mean: number): number {
  return returns.reduce((sum, value) => sum + (value - mean) ** 2, 0) / returns.length;
}

function parametersOf(at: readonly number[], law: ShockLaw): GarchParameters {
  const [mean, logConstant, total, part, logDegrees] = at as [number, number, number, number, number];
  const both = PERSISTENCE_MAX * logistic(total);
  const shock = both * logistic(part);
  return {
    mean,
    constant: Math.exp(logConstant),
    shock,
    persistence: both - shock,
    degrees: law === 'normal' ? Number.POSITIVE_INFINITY : 2 + Math.min(200, Math.exp(logDegrees) + 0.02),
  };
}

/** a + b stays under this: from 1 on the variance has no mean to return to. */
const PERSISTENCE_MAX = 0.9999;

function coordinatesOf(
  { mean, constant, shock, persistence, degrees }: GarchParameters,
  law: ShockLaw,
): number[] {
  const both = Math.max(1e-6, shock + persistence);
  const extra = law === 'normal' ? 4 : Math.max(1e-3, Math.min(200, degrees - 2) - 0.02);
  const inside = (x: number) => Math.min(1 - 1e-6, Math.max(1e-6, x));
  return [
    mean,
    Math.log(constant),
    logit(inside(both / PERSISTENCE_MAX)),
    logit(inside(shock / both)),
    Math.log(extra),
  ];
}

/** The same model of returns in other units. */
function rescaled(
  parameters: GarchParameters,
  { mean, deviation }: { readonly mean: number; readonly deviation: number },
): GarchParameters {
  return {
    ...parameters,
    mean: (parameters.mean - mean) / deviation,
    constant: parameters.constant / (deviation * deviation),
  };
}

function logistic(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

function logit(p: number): number {
  return Math.log(p / (1 - p));
}
