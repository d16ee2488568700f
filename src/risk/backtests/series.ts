/**
 * What every back-test is given: losses that happened beside the forecasts made before them. Losses are positive. A hit
 * is a loss above the forecast of value at risk; a loss that equals it is covered.
 */
import { parseDecimal } from '../../base/decimal.js';
import { err, ok, type Result } from '../../base/result.js';

export interface BacktestSeries {
  /** One a period, oldest first; gains are negative. */
  readonly losses: Float64Array;
  /** The forecast for the same period, made without it. */
  readonly valueAtRisk: Float64Array;
  /** Left out by models that forecast value at risk alone. */
  readonly expectedShortfall: Float64Array | null;
  /** Decimal text in (0, 1): "0.99". */
  readonly confidence: string;
}

export type SeriesField = 'losses' | 'valueAtRisk' | 'expectedShortfall';

export type BacktestFault =
  | { readonly reason: 'tooShort'; readonly got: number; readonly needed: number }
  | {
      readonly reason: 'lengthsDiffer';
      readonly field: SeriesField;
      readonly got: number;
      readonly needed: number;
    }
  | { readonly reason: 'notFinite'; readonly field: SeriesField; readonly at: number }
  | { readonly reason: 'confidenceOutOfRange'; readonly confidence: string }
  /** The shortfall is a divisor: it must be above 0. */
  | { readonly reason: 'shortfallNotPositive'; readonly at: number }
  | { readonly reason: 'shortfallBelowValueAtRisk'; readonly at: number };

/** Fewer periods than this say nothing about a tail. */
export const BACKTEST_PERIODS_MIN = 20;

/** When the hits were, of so many periods. Coverage tests need no more than this. */
export interface HitSeries {
  readonly periods: number;
  /** Positions of the hits, rising, from 0. */
  readonly at: readonly number[];
}

export function hitsOf({ losses, valueAtRisk }: BacktestSeries): HitSeries {
  const at: number[] = [];
  for (let t = 0; t < losses.length; t++) if ((losses[t] as number) > (valueAtRisk[t] as number)) at.push(t);
  return { periods: losses.length, at };
}

/** 1 - confidence, subtracted in decimal and rounded once: 0.01 of "0.99". Null outside (0, 1). */
export function tailProbabilityOf(confidence: string): number | null {
  const parsed = parseDecimal(confidence);
  if (!parsed.ok) return null;
  const { digits, scale } = parsed.value;
  const one = 10n ** BigInt(scale);
  return digits > 0n && digits < one ? Number(one - digits) / Number(one) : null;
}

/** The series as it is, or the first thing that is wrong with it. */
export function checkedSeries(series: BacktestSeries): Result<BacktestSeries, BacktestFault> {
  const fault = seriesFault(series);
  return fault === null ? ok(series) : err(fault);
}

function seriesFault(series: BacktestSeries): BacktestFault | null {
  const { losses, valueAtRisk, expectedShortfall, confidence } = series;
  if (tailProbabilityOf(confidence) === null) return { reason: 'confidenceOutOfRange', confidence };
  const needed = losses.length;
  if (needed < BACKTEST_PERIODS_MIN) return { reason: 'tooShort', got: needed, needed: BACKTEST_PERIODS_MIN };
  const fields: [SeriesField, Float64Array][] = [
    ['losses', losses],
    ['valueAtRisk', valueAtRisk],
  ];
  if (expectedShortfall !== null) fields.push(['expectedShortfall', expectedShortfall]);
  for (const [field, values] of fields) {
    if (values.length !== needed) return { reason: 'lengthsDiffer', field, got: values.length, needed };
    const at = values.findIndex((value) => !Number.isFinite(value));
    if (at >= 0) return { reason: 'notFinite', field, at };
  }
  return expectedShortfall === null ? null : shortfallFault(valueAtRisk, expectedShortfall);
}

function shortfallFault(valueAtRisk: Float64Array, expectedShortfall: Float64Array): BacktestFault | null {
  for (let at = 0; at < expectedShortfall.length; at++) {
    const shortfall = expectedShortfall[at] as number;
    if (!(shortfall > 0)) return { reason: 'shortfallNotPositive', at };
    // One rounding apart is equal.
    if (shortfall < (valueAtRisk[at] as number) * (1 - 1e-12))
      return { reason: 'shortfallBelowValueAtRisk', at };
  }
  return null;
}
