/**
 * Volatility by exponentially weighted squares: s2[t + 1] = lambda x s2[t] + (1 - lambda) x x[t]^2 (J.P. Morgan,
 * RiskMetrics Technical Document, 1996), with the shocks that are good for the position cut at `favourableCap` times
 * the volatility of their day: a rise of 73% on one day must not multiply the margin of those who gained by it.
 */

export interface EwmaParameters {
  readonly lambda: number;
  /** Days whose mean square is the first variance; they give no residual. */
  readonly warmup: number;
  /** Volatilities at which a profit counts no further; infinite: shocks of both signs count alike. */
  readonly favourableCap: number;
}

export interface EwmaFilter {
  /** Of day t from the losses before t, one more than there are losses; NaN for t < warmup. */
  readonly volatility: Float64Array;
  /** Loss over the volatility of its day; NaN for t < warmup, and where the volatility is 0. */
  readonly residuals: Float64Array;
}

/** The mean of losses is taken as 0: over a day it is far below the volatility and cannot be known. */
export function ewmaFilter(
  losses: Float64Array,
  { lambda, warmup, favourableCap }: EwmaParameters,
): EwmaFilter {
  const days = losses.length;
  const volatility = new Float64Array(days + 1).fill(Number.NaN);
  const residuals = new Float64Array(days).fill(Number.NaN);
  if (days < warmup) return { volatility, residuals };
  let variance = 0;
  for (let day = 0; day < warmup; day++) variance += (losses[day] as number) ** 2 / warmup;
  volatility[warmup] = Math.sqrt(variance);
  for (let day = warmup; day < days; day++) {
    const loss = losses[day] as number;
    const deviation = volatility[day] as number;
    residuals[day] = deviation > 0 ? loss / deviation : Number.NaN;
    const counted = loss < 0 ? Math.min(-loss, favourableCap * deviation) : loss;
    // Nothing has moved yet: the first move counts whole, or a cap of 0 would hold the volatility at 0 for good.
    const shock = deviation > 0 ? counted : loss;
    variance = lambda * variance + (1 - lambda) * shock * shock;
    volatility[day + 1] = Math.sqrt(variance);
  }
  return { volatility, residuals };
}

export function isEwma({ lambda, warmup, favourableCap }: EwmaParameters): boolean {
  return lambda > 0 && lambda < 1 && Number.isInteger(warmup) && warmup >= 1 && favourableCap >= 0;
}
