/**
 * Value at risk and expected shortfall of losses whose distribution is known: normal, Student's t, lognormal prices.
 * A. McNeil, R. Frey, P. Embrechts, Quantitative Risk Management (2005), section 2.2.4.
 */
import { studentQuantile } from '../distributions.js';
import { logGamma } from '../logGamma.js';
import { normalCdf, normalPdf, normalQuantile } from '../normal.js';
import type { Side } from '../tailModel.js';
import type { Confidence } from './tailCount.js';

export interface KnownTail {
  readonly valueAtRisk: number;
  readonly expectedShortfall: number;
}

/** Losses are normal with this mean and deviation: ES = mean + deviation x density(z) / (1 - c). */
export function normalTail(
  { mean = 0, deviation }: { readonly mean?: number; readonly deviation: number },
  { tailProbability }: Confidence,
): KnownTail {
  const z = -normalQuantile(tailProbability);
  return {
    valueAtRisk: mean + deviation * z,
    expectedShortfall: mean + (deviation * normalPdf(z)) / tailProbability,
  };
}

/**
 * Losses are a t variable of `degrees` > 2, scaled to this mean and standard deviation. With q the quantile and g the
 * density of t: ES = mean + s x g(q) / (1 - c) x (degrees + q^2) / (degrees - 1), s = deviation x sqrt((degrees - 2) / degrees).
 */
export function studentTail(
  {
    mean = 0,
    deviation,
    degrees,
  }: { readonly mean?: number; readonly deviation: number; readonly degrees: number },
  { tailProbability }: Confidence,
): KnownTail {
  const q = -studentQuantile(tailProbability, degrees);
  const scale = deviation * Math.sqrt((degrees - 2) / degrees);
  const tailMean = ((studentPdf(q, degrees) / tailProbability) * (degrees + q * q)) / (degrees - 1);
  return { valueAtRisk: mean + scale * q, expectedShortfall: mean + scale * tailMean };
}

/**
 * Loss of a position of value 1 in an asset whose log return is normal. Long: ES = 1 - e^(mean + s^2/2) x
 * Phi(-z - s) / (1 - c); short: e^(mean + s^2/2) x Phi(s - z) / (1 - c) - 1.
 */
export function lognormalTail(
  { mean = 0, deviation, side }: { readonly mean?: number; readonly deviation: number; readonly side: Side },
  { tailProbability }: Confidence,
): KnownTail {
  const z = -normalQuantile(tailProbability);
  const whole = Math.exp(mean + (deviation * deviation) / 2) / tailProbability;
  if (side === 'long')
    return {
      valueAtRisk: -Math.expm1(mean - z * deviation),
      expectedShortfall: 1 - whole * normalCdf(-z - deviation),
    };
  return {
    valueAtRisk: Math.expm1(mean + z * deviation),
    expectedShortfall: whole * normalCdf(deviation - z) - 1,
  };
}

/** Density of Student's t. */
export function studentPdf(x: number, degrees: number): number {
  const log =
    logGamma((degrees + 1) / 2) -
    logGamma(degrees / 2) -
    0.5 * Math.log(degrees * Math.PI) -
    ((degrees + 1) / 2) * Math.log1p((x * x) / degrees);
  return Math.exp(log);
}
