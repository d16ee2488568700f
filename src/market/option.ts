/**
 * What a European, cash-settled option is worth at a price S of its underlying, in settlement minor units, exact. Per
 * lot, with strike K and unit u:
 *
 *   linear   call u x max(0, S - K)        put u x max(0, K - S)         in quote
 *   inverse  call u x max(0, S - K) / S    put u x max(0, K - S) / S     in coin
 *
 * An inverse call never pays a whole coin and a linear put never more than its strike; the other two have no bound.
 */
import { assert } from '../base/assert.js';
import { abs, max } from '../base/integers.js';
import type { Lots, MarkTicks } from '../base/units.js';
import type { Fraction, PayoffTerms } from './payoff.js';

export interface OptionPayoffTerms {
  readonly optionType: 'call' | 'put';
  /** Linear: settled in quote. Inverse: in coin. */
  readonly payoff: 'linear' | 'inverse';
  /** In ticks of the underlying. */
  readonly strikeTicks: bigint;
  /** Linear: settlement minor units per lot and tick of the underlying. Inverse: settlement minor units (coin) per lot. */
  readonly unit: bigint;
}

/** What signed lots would settle at; negative for a short. */
export function intrinsicValue(terms: OptionPayoffTerms, lots: Lots, underlyingTicks: bigint): Fraction {
  return amountOf(terms, lots * max(0n, inTheMoneyTicks(terms, underlyingTicks)), underlyingTicks);
}

/** How far the lots are out of the money, whatever their sign; zero in the money. */
export function outOfTheMoneyAmount(terms: OptionPayoffTerms, lots: Lots, underlyingTicks: bigint): Fraction {
  return amountOf(terms, abs(lots) * max(0n, -inTheMoneyTicks(terms, underlyingTicks)), underlyingTicks);
}

/** What the underlying of the lots is worth, whatever their sign: in coin the same at every price. */
export function underlyingValue(terms: OptionPayoffTerms, lots: Lots, underlyingTicks: bigint): Fraction {
  return amountOf(terms, abs(lots) * underlyingTicks, underlyingTicks);
}

/**
 * The intrinsic value of one lot as a price of the premium, which an expired option settles at. Rounded towards zero,
 * once: both sides settle at this number.
 */
export function intrinsicMarkTicksTowardsZero(
  terms: OptionPayoffTerms,
  premium: Pick<PayoffTerms, 'unit' | 'markTicksPerTick'>,
  underlyingTicks: bigint,
): MarkTicks {
  const { numerator, denominator } = intrinsicValue(terms, 1n, underlyingTicks);
  return (numerator * premium.markTicksPerTick) / (denominator * premium.unit);
}

/** The most that signed lots may have to pay when they expire: zero for a long, null without bound. */
export function mostOwed(
  { optionType, payoff, strikeTicks, unit }: OptionPayoffTerms,
  lots: Lots,
): Fraction | null {
  if (lots >= 0n) return { numerator: 0n, denominator: 1n };
  if (payoff === 'linear' && optionType === 'put')
    return { numerator: -lots * unit * strikeTicks, denominator: 1n };
  if (payoff === 'inverse' && optionType === 'call') return { numerator: -lots * unit, denominator: 1n };
  return null;
}

/** The most that signed lots of this value (negative for a short) can still lose; null without bound. */
export function greatestFurtherLoss(terms: OptionPayoffTerms, lots: Lots, value: Fraction): Fraction | null {
  const owed = mostOwed(terms, lots);
  if (owed === null) return null;
  return { numerator: owed.numerator * value.denominator + value.numerator, denominator: value.denominator };
}

function inTheMoneyTicks({ optionType, strikeTicks }: OptionPayoffTerms, underlyingTicks: bigint): bigint {
  assert(underlyingTicks > 0n, 'the price of an underlying is positive');
  return optionType === 'call' ? underlyingTicks - strikeTicks : strikeTicks - underlyingTicks;
}

/** Lots x ticks of the underlying as an amount in settlement minor units. */
function amountOf({ payoff, unit }: OptionPayoffTerms, lotTicks: bigint, underlyingTicks: bigint): Fraction {
  return { numerator: lotTicks * unit, denominator: payoff === 'linear' ? 1n : underlyingTicks };
}
