/**
 * The volatility at which Black-76 gives a price. Newton's method on the logarithm of the time value, which is
 * concave and nearly straight far out, inside a bracket that only shrinks: a step that leaves it is replaced by its
 * middle, so the search always ends.
 */
import { err, ok, type Result } from '../base/index.js';
import { type Black76Input, intrinsicValue, linearIntrinsicValue, timeValue } from './black76.js';
import { normalPdf } from './normal.js';

export interface ImpliedVolatilityInput extends Omit<Black76Input, 'volatility'> {
  /** In quote when linear, in coin when inverse. */
  readonly price: number;
}

/** Why there is no volatility, with the numbers that decided, in the unit of the price. */
export type ImpliedVolatilityRefusal =
  /** A price, forward, strike, discount or time that is no positive number. */
  | { readonly reason: 'badInput'; readonly field: string }
  /** At or after expiry a price says nothing about volatility. */
  | { readonly reason: 'expired' }
  /** Under the discounted intrinsic value: no volatility is that low. */
  | { readonly reason: 'belowIntrinsic'; readonly price: number; readonly intrinsic: number }
  /** At or over the discounted forward (call) or strike (put): no volatility is that high. */
  | { readonly reason: 'aboveBound'; readonly price: number; readonly bound: number };

/**
 * Volatility per year, or why there is none. A price equal to the intrinsic value has volatility 0. How many digits
 * mean something is decided by vega: where the price hardly moves with volatility, it hardly tells it.
 */
export function impliedVolatility(input: ImpliedVolatilityInput): Result<number, ImpliedVolatilityRefusal> {
  const refusal = refusalOf(input);
  if (refusal !== null) return err(refusal);
  const target = undiscountedPrice(input) - linearIntrinsicValue(input);
  if (target <= 0) return ok(0);
  return ok(deviationOf(input, target) / Math.sqrt(input.years));
}

function refusalOf(input: ImpliedVolatilityInput): ImpliedVolatilityRefusal | null {
  for (const field of ['forward', 'strike', 'discount', 'price'] as const) {
    const value = input[field];
    if (!Number.isFinite(value) || (field === 'price' ? value < 0 : value <= 0))
      return { reason: 'badInput', field };
  }
  if (!Number.isFinite(input.years)) return { reason: 'badInput', field: 'years' };
  if (input.years <= 0) return { reason: 'expired' };
  const { price, discount, forward } = input;
  const perUnit = input.payoff === 'linear' ? discount : discount / forward;
  const intrinsic = discount * intrinsicValue(input);
  if (price < intrinsic * (1 - ROUNDING)) return { reason: 'belowIntrinsic', price, intrinsic };
  const bound = perUnit * (input.optionType === 'call' ? forward : input.strike);
  const isTimeValueAtBound =
    undiscountedPrice(input) - linearIntrinsicValue(input) >= Math.min(forward, input.strike);
  if (price >= bound || isTimeValueAtBound) return { reason: 'aboveBound', price, bound };
  return null;
}

function undiscountedPrice({ price, discount, payoff, forward }: ImpliedVolatilityInput): number {
  return (payoff === 'linear' ? price : price * forward) / discount;
}

/** The sigma root T that gives a time value between 0 and min(F, K), neither included. */
function deviationOf({ forward, strike }: ImpliedVolatilityInput, target: number): number {
  const at = (deviation: number) => timeValue({ forward, strike, years: 1, volatility: deviation });
  const logTarget = Math.log(target);
  let low = 0;
  let high = 1;
  while (at(high) < target && high < DEVIATION_MAX) {
    low = high;
    high *= 2;
  }
  let guess = low === 0 ? firstGuess(forward, strike, target) : (low + high) / 2;
  for (let i = 0; i < STEPS_MAX; i++) {
    if (!(guess > low && guess < high)) guess = (low + high) / 2;
    const value = at(guess);
    const gap = Math.log(value) - logTarget;
    if (value < target) low = guess;
    else high = guess;
    const d1 = Math.log(forward / strike) / guess + guess / 2;
    const next = guess - (gap * value) / (forward * normalPdf(d1));
    if (gap === 0 || Math.abs(next - guess) <= guess * TOLERANCE) return clamp(next, low, high);
    guess = next;
  }
  return clamp(guess, low, high);
}

/** Near the money the time value is about min(F, K) x s / root(2 pi); far out s is about |ln(F/K)| over its own scale. */
function firstGuess(forward: number, strike: number, target: number): number {
  const low = Math.min(forward, strike);
  const distance = Math.abs(Math.log(forward / strike));
  const nearMoney = (target / low) * Math.sqrt(2 * Math.PI);
  const farOut = distance / Math.sqrt(Math.max(-2 * Math.log(target / low), 1));
  return Math.max(nearMoney, farOut);
}

function clamp(value: number, low: number, high: number): number {
  return value >= low && value <= high ? value : (low + high) / 2;
}

/** Beyond it every time value is min(F, K) in doubles. */
const DEVIATION_MAX = 64;
const STEPS_MAX = 200;
/** A price may lie so far under the intrinsic value by its own rounding: it is then the intrinsic value. */
const ROUNDING = 4 * Number.EPSILON;
/** Newton doubles the digits: after a step this small the next would be below the last digit. */
const TOLERANCE = 1e-9;
