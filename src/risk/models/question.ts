/** What every tail model asks of its question before it answers, and the losses that it works on. */
import { err, ok, type Result } from '../../base/index.js';
import { type Confidence, readConfidence } from '../measures/tailCount.js';
import { type RiskFault, riskFault } from '../riskFault.js';
import type { Side, TailForecasts, TailQuestion } from '../tailModel.js';

export interface ReadQuestion {
  readonly confidence: Confidence;
  /** Loss of each day known to the last forecast, a positive fraction of the position's value. */
  readonly losses: Float64Array;
  readonly start: number;
  readonly end: number;
  readonly side: Side;
}

/** Only returns[0..end - 1) are looked at: what comes later can change neither a forecast nor a refusal. */
export function readQuestion(
  { returns, start, end, confidence, side }: TailQuestion,
  daysMin: number,
): Result<ReadQuestion, RiskFault> {
  const read = readConfidence(confidence);
  if (!read.ok) return read;
  const isRange = Number.isInteger(start) && Number.isInteger(end) && start >= 0 && start < end;
  if (!isRange || end > returns.length + 1)
    return err(
      riskFault('bad_range', 'range', {
        context: { start: String(start), end: String(end), days: String(returns.length) },
      }),
    );
  if (start < daysMin)
    return err(riskFault('too_few', 'returns', { context: { got: String(start), needed: String(daysMin) } }));
  const losses = returns.slice(0, end - 1);
  for (const [day, value] of losses.entries()) {
    if (!Number.isFinite(value)) return err(riskFault('not_finite', 'returns', { at: [day] }));
    if (value <= -1) return err(riskFault('return_below_total_loss', 'returns', { at: [day] }));
    if (side === 'long') losses[day] = -value;
  }
  return ok({ confidence: read.value, losses, start, end, side });
}

/** What one day may lose, before the next thing about it is asked. */
export interface DayTail {
  readonly valueAtRisk: number;
  readonly expectedShortfall: number;
}

/**
 * Asks `dayTail` for each day. A long position loses its value at most: larger forecasts are cut to 1. Negative ones
 * (the tail of a series that only rises) stay as they are.
 */
export function forecastDays(
  { start, end, side }: ReadQuestion,
  dayTail: (day: number) => Result<DayTail, RiskFault>,
): Result<TailForecasts, RiskFault> {
  const valueAtRisk = new Float64Array(end - start);
  const expectedShortfall = new Float64Array(end - start);
  const most = side === 'long' ? 1 : Number.POSITIVE_INFINITY;
  for (let day = start; day < end; day++) {
    const tail = dayTail(day);
    if (!tail.ok) return tail;
    valueAtRisk[day - start] = Math.min(most, tail.value.valueAtRisk);
    expectedShortfall[day - start] = Math.min(most, tail.value.expectedShortfall);
  }
  return ok({ valueAtRisk, expectedShortfall });
}

/** The day on whose morning the parameters for `day` were fitted: every `every` days from the first that is allowed. */
export function fitDay(
  day: number,
  { daysMin, every }: { readonly daysMin: number; readonly every: number },
) {
  return day - ((day - daysMin) % every);
}

/** The newest `most` values before `day`, worst first. */
export function worstBefore(
  values: Float64Array,
  { day, most, from = 0 }: { readonly day: number; readonly most: number; readonly from?: number },
): Float64Array {
  return values
    .slice(Math.max(from, day - most), day)
    .sort()
    .reverse();
}

export function constantFault(day: number): RiskFault {
  return riskFault('constant', 'returns', { context: { beforeDay: String(day) } });
}

/** `name` alone where every parameter is the default, else with those that differ: `filtered/lambda=0.94`. */
export function modelId<T extends object>(name: string, parameters: T, defaults: T): string {
  const other = Object.entries(parameters).filter(([key, value]) => defaults[key as keyof T] !== value);
  return [name, ...other.map(([key, value]) => `${key}=${String(value)}`)].join('/');
}

/** Stops on parameters that no call of the program's own may pass: they are code, not input. */
export function requireParameters(conditions: Readonly<Record<string, boolean>>): void {
  for (const [rule, holds] of Object.entries(conditions))
    if (!holds) throw new RangeError(`tail model: ${rule}`);
}
