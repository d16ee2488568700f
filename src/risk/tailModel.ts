/**
 * What a tail model is: it says, before each day, what the loss of that day may come to, from the returns before that
 * day alone. All models have this one form, so that back-tests compare them on equal terms.
 */
import type { Result } from '../base/index.js';
import type { RiskFault } from './riskFault.js';

/** Which position loses: `long` when the price falls, `short` when it rises. */
export type Side = 'long' | 'short';

export interface TailModel {
  /** Names the model and the parameters that are not its defaults: `filtered`, `filtered/lambda=0.94`. */
  readonly id: string;
  /** Days of returns that it needs before its first forecast. */
  readonly daysMin: number;
  /** Forecasts for each t in [start, end) from returns[0..t) only. */
  readonly forecasts: (question: TailQuestion) => Result<TailForecasts, RiskFault>;
}

export interface TailQuestion {
  /** Simple returns of one period each, oldest first, above -1. */
  readonly returns: Float64Array;
  readonly start: number;
  /** Past the last day forecast; at most `returns.length + 1`, whose last forecast is for the day that comes. */
  readonly end: number;
  /** Decimal text: "0.99". */
  readonly confidence: string;
  readonly side: Side;
}

/** One value for each day of [start, end): losses as positive fractions of the position's value. */
export interface TailForecasts {
  readonly valueAtRisk: Float64Array;
  readonly expectedShortfall: Float64Array;
}
