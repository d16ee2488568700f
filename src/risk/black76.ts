/**
 * The price of a European option on a forward: F. Black, "The pricing of commodity contracts", Journal of Financial
 * Economics 3 (1976); notation of E. G. Haug, "The Complete Guide to Option Pricing Formulas" (2nd ed. 2007), 1.1.3.
 *
 *   call = D (F N(d1) - K N(d2)),  put = D (K N(-d2) - F N(-d1)),  d1 = ln(F/K)/s + s/2,  d2 = d1 - s,  s = sigma root T
 *
 * The side that is out of the money is computed, the other follows from put-call parity, so that no price ever falls
 * below its intrinsic value. Linear prices are in quote for one unit of the underlying. An inverse option pays
 * max(S - K, 0) / S in coin; its price is the linear one over F, as coin-margined venues quote it.
 */
import { normalCdfLessHalf, normalPdf, normalTailRatio } from './normal.js';

export type OptionType = 'call' | 'put';

export interface Black76Input {
  readonly optionType: OptionType;
  /** linear: price in quote; inverse: price in coin, the linear price / forward. */
  readonly payoff: 'linear' | 'inverse';
  /** Price of the underlying future or forward of the same expiry, positive. */
  readonly forward: number;
  /** Positive, in the units of the forward. */
  readonly strike: number;
  /** Time to expiry in years; 0 or less is at expiry. */
  readonly years: number;
  /** Per year: 0.5 is 50%. */
  readonly volatility: number;
  /** Value today of one unit at expiry, exp(-r T): 1 where premiums carry no interest, as on crypto venues. */
  readonly discount: number;
}

/** Price of one option. Zero volatility or time gives the discounted intrinsic value. */
export function black76Price(input: Black76Input): number {
  const linear = input.discount * (linearIntrinsicValue(input) + timeValue(input));
  return input.payoff === 'linear' ? linear : linear / input.forward;
}

/** What the option pays if the underlying stays where it is: max(F - K, 0) or max(K - F, 0), / F when inverse. */
export function intrinsicValue(
  input: Pick<Black76Input, 'optionType' | 'payoff' | 'forward' | 'strike'>,
): number {
  const value = linearIntrinsicValue(input);
  return input.payoff === 'linear' ? value : value / input.forward;
}

/** Intrinsic value in quote, whatever the payoff. */
export function linearIntrinsicValue({
  optionType,
  forward,
  strike,
}: Pick<Black76Input, 'optionType' | 'forward' | 'strike'>): number {
  return Math.max(optionType === 'call' ? forward - strike : strike - forward, 0);
}

/**
 * Undiscounted price of the side that is out of the money: a call for strikes above the forward, else a put. By
 * parity it is the time value of both.
 */
export function timeValue({
  forward,
  strike,
  years,
  volatility,
}: Pick<Black76Input, 'forward' | 'strike' | 'years' | 'volatility'>): number {
  const deviation = totalDeviation(years, volatility);
  if (deviation === 0) return 0;
  const low = Math.min(forward, strike);
  const high = Math.max(forward, strike);
  // A put on F struck at K is worth what a call on K struck at F is: one formula serves both.
  const d1 = Math.log(low / high) / deviation + deviation / 2;
  const d2 = d1 - deviation;
  if (d1 > TAIL) {
    // At the money both probabilities are near one half: the halves are subtracted exactly.
    const halves = (high - low) / 2;
    return Math.max(low * normalCdfLessHalf(d1) - high * normalCdfLessHalf(d2) - halves, 0);
  }
  // Far out both terms vanish together: with low x pdf(d1) = high x pdf(d2) the common factor comes out.
  const common = low * normalPdf(d1) * ROOT_TWO_PI;
  return common === 0 ? 0 : Math.max(common * (normalTailRatio(-d1) - normalTailRatio(-d2)), 0);
}

/** sigma root T: the standard deviation of the logarithm at expiry; 0 at or after expiry. */
export function totalDeviation(years: number, volatility: number): number {
  return years > 0 && volatility > 0 ? volatility * Math.sqrt(years) : 0;
}

/** d1, with its limits where nothing is left to happen. */
export function d1Of({
  forward,
  strike,
  years,
  volatility,
}: Pick<Black76Input, 'forward' | 'strike' | 'years' | 'volatility'>): number {
  const deviation = totalDeviation(years, volatility);
  if (deviation > 0) return Math.log(forward / strike) / deviation + deviation / 2;
  if (forward === strike) return 0;
  return forward > strike ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
}

const ROOT_TWO_PI = Math.sqrt(2 * Math.PI);

/** Below this d1 the two terms of the formula agree in too many digits to be subtracted. */
const TAIL = -1;
