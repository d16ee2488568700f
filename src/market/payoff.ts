/**
 * What signed lots are worth at a price. Linear: value = lots x price. Inverse: value = -lots / price in
 * coin, so that a long gains when the price rises. Everything else (profit, notional, margin, liquidation)
 * is built from these values and an exact cost; nothing else multiplies a price by a size.
 */
import { assert } from '../base/assert.js';
import { abs } from '../base/integers.js';
import type { Lots, MarkTicks, Minor, PriceTicks } from '../base/units.js';

/** What a price means for an instrument, in whole numbers. */
export interface PayoffTerms {
  readonly payoff: 'linear' | 'inverse';
  /** linear: minor units per lot and tick. inverse: minor units x ticks per lot. */
  readonly unit: bigint;
  /** Whole mark ticks in one tick. */
  readonly markTicksPerTick: bigint;
}

/** An exact quotient; the denominator is positive. */
export interface Fraction {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

/**
 * Value of a fill in minor units, signed as the lots are for linear and against them for inverse. Rounded
 * towards zero, once: the other side takes the same number with the other sign, so neither is favoured.
 */
export function fillValueTowardsZero(
  terms: Pick<PayoffTerms, 'payoff' | 'unit'>,
  fill: { readonly lots: Lots; readonly priceTicks: PriceTicks },
): Minor {
  assert(fill.priceTicks > 0n, 'a fill needs a positive price');
  if (terms.payoff === 'linear') return fill.lots * fill.priceTicks * terms.unit;
  return (-fill.lots * terms.unit) / fill.priceTicks;
}

/** Notional of a fill in minor units: the size of its value. */
export function fillNotionalTowardsZero(
  terms: Pick<PayoffTerms, 'payoff' | 'unit'>,
  fill: { readonly lots: Lots; readonly priceTicks: PriceTicks },
): Minor {
  return abs(fillValueTowardsZero(terms, fill));
}

/**
 * Value of one long lot at a mark, in minor units, exact. It rises with the mark for both payoffs:
 * linear m x unit / K from 0 upwards, inverse -unit x K / m from minus infinity up to 0.
 */
export function unitValue(terms: PayoffTerms, markTicks: MarkTicks): Fraction {
  assert(markTicks > 0n, 'a mark is positive');
  return terms.payoff === 'linear'
    ? { numerator: markTicks * terms.unit, denominator: terms.markTicksPerTick }
    : { numerator: -terms.unit * terms.markTicksPerTick, denominator: markTicks };
}

/** Value of signed lots at a mark, in minor units, exact. */
export function valueAtMark(terms: PayoffTerms, lots: Lots, markTicks: MarkTicks): Fraction {
  const { numerator, denominator } = unitValue(terms, markTicks);
  return { numerator: lots * numerator, denominator };
}

/** Notional of signed lots at a mark, in minor units, exact: the size of their value. */
export function notionalAtMark(terms: PayoffTerms, lots: Lots, markTicks: MarkTicks): Fraction {
  const { numerator, denominator } = valueAtMark(terms, lots, markTicks);
  return { numerator: abs(numerator), denominator };
}

/** The mark, in mark ticks and exact, at which one long lot has this value; null where no positive mark gives it. */
export function markAtUnitValue(terms: PayoffTerms, value: Fraction): Fraction | null {
  if (terms.payoff === 'linear') {
    if (value.numerator <= 0n) return null;
    return {
      numerator: value.numerator * terms.markTicksPerTick,
      denominator: value.denominator * terms.unit,
    };
  }
  if (value.numerator >= 0n) return null;
  return {
    numerator: terms.unit * terms.markTicksPerTick * value.denominator,
    denominator: -value.numerator,
  };
}

/**
 * The sign that the value of these lots has at every price: a linear long and an inverse short are worth
 * something, and can lose no more than that; the other two owe something without bound.
 */
export function valueSign(terms: Pick<PayoffTerms, 'payoff'>, lots: Lots): -1n | 0n | 1n {
  if (lots === 0n) return 0n;
  return lots > 0n === (terms.payoff === 'linear') ? 1n : -1n;
}
