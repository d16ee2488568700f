/**
 * Is one forecast better than another, or was it luck? F. X. Diebold and R. S. Mariano, "Comparing predictive accuracy",
 * Journal of Business and Economic Statistics 13 (1995): the mean difference d of two series of losses over its standard
 * error, normal. The error is that of W. K. Newey and K. D. West, Econometrica 55 (1987), with Bartlett weights and
 * floor(4 (n / 100)^(2/9)) lags (their 1994 rule of thumb), since losses of one storm come together:
 *
 *     DM = d / sqrt(S / n),   S = g_0 + 2 sum over k of (1 - k / (K + 1)) g_k
 */
import { normalCdf } from '../normal.js';

export interface ForecastComparison {
  /** First less second: negative where the first is better. */
  readonly meanDifference: number;
  readonly standardError: number;
  readonly statistic: number;
  /** With two sides. */
  readonly pValue: number;
  readonly lags: number;
}

/** Null where the series have no two values or are the same. */
export function dieboldMariano(first: Float64Array, second: Float64Array): ForecastComparison | null {
  const n = Math.min(first.length, second.length);
  const differences = first.slice(0, n).map((loss, t) => loss - (second[t] as number));
  const lags = Math.min(n - 1, Math.floor(4 * (n / 100) ** (2 / 9)));
  const meanDifference = differences.reduce((sum, value) => sum + value, 0) / n;
  const standardError = Math.sqrt(longRunVariance(differences, lags) / n);
  if (!(n >= 2) || !(standardError > 0)) return null;
  const statistic = meanDifference / standardError;
  return {
    meanDifference,
    standardError,
    statistic,
    pValue: Math.min(1, 2 * normalCdf(-Math.abs(statistic))),
    lags,
  };
}

/** Newey and West: never negative. */
export function longRunVariance(values: Float64Array, lags: number): number {
  const n = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const centred = values.map((value) => value - mean);
  let variance = 0;
  for (let lag = 0; lag <= lags; lag++) {
    let sum = 0;
    for (let t = lag; t < n; t++) sum += (centred[t] as number) * (centred[t - lag] as number);
    variance += (lag === 0 ? 1 : 2 * (1 - lag / (lags + 1))) * (sum / n);
  }
  return Math.max(0, variance);
}
