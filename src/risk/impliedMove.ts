/**
 * What a hand-set price range claims: how many standard deviations it is, and how probable a move beyond it, for a
 * volatility and a horizon, if logarithms of prices were normal with no drift. Real tails are fatter, which is why
 * `coverage` counts the same thing on returns that happened.
 */
import { DAYS_PER_YEAR } from './greeks.js';
import { normalCdf } from './normal.js';
import { toFloat } from './quantize.js';

export interface ImpliedMove {
  /** Standard deviations of the horizon that the move is, in logarithms; positive. */
  readonly deviations: number;
  /** Probability of no worse a move on that side. */
  readonly confidence: number;
}

/** Of a move to one side: -160_000 ppm is a fall by 16%. */
export function impliedMove({
  movePpm,
  volatility,
  days,
}: {
  readonly movePpm: bigint;
  /** Per year. */
  readonly volatility: number;
  readonly days: number;
}): ImpliedMove {
  const deviations =
    Math.abs(Math.log1p(toFloat(movePpm) / 1e6)) / (volatility * Math.sqrt(days / DAYS_PER_YEAR));
  return { deviations, confidence: normalCdf(deviations) };
}

/** The volatility at which a move is so many standard deviations of the horizon. */
export function impliedRangeVolatility({
  movePpm,
  deviations,
  days,
}: {
  readonly movePpm: bigint;
  readonly deviations: number;
  readonly days: number;
}): number {
  return Math.abs(Math.log1p(toFloat(movePpm) / 1e6)) / (deviations * Math.sqrt(days / DAYS_PER_YEAR));
}

/** How many of the returns stayed within the range on each side, and how many there were. */
export function coverage(
  returns: readonly number[],
  rangePpm: bigint,
): { readonly count: number; readonly worseDown: number; readonly worseUp: number } {
  const range = toFloat(rangePpm) / 1e6;
  return {
    count: returns.length,
    worseDown: returns.filter((value) => value < -range).length,
    worseUp: returns.filter((value) => value > range).length,
  };
}
