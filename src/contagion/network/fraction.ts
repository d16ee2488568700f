/** Exact quotients of whole numbers, kept in lowest terms with a positive denominator. */
import { assert } from '../../base/index.js';
import type { Fraction } from '../../market/index.js';

export type { Fraction } from '../../market/index.js';

export const ZERO: Fraction = { numerator: 0n, denominator: 1n };

export function fraction(numerator: bigint, denominator = 1n): Fraction {
  assert(denominator !== 0n, 'no quotient by nothing');
  const divisor = greatestCommonDivisor(numerator, denominator);
  const signed = denominator < 0n ? -divisor : divisor;
  return { numerator: numerator / signed, denominator: denominator / signed };
}

export function sumOf(terms: readonly Fraction[]): Fraction {
  return terms.reduce(add, ZERO);
}

export function add(a: Fraction, b: Fraction): Fraction {
  return fraction(a.numerator * b.denominator + b.numerator * a.denominator, a.denominator * b.denominator);
}

export function subtract(a: Fraction, b: Fraction): Fraction {
  return add(a, { numerator: -b.numerator, denominator: b.denominator });
}

export function multiply(a: Fraction, b: Fraction): Fraction {
  return fraction(a.numerator * b.numerator, a.denominator * b.denominator);
}

export function lesser(a: Fraction, b: Fraction): Fraction {
  return compareFractions(a, b) < 0 ? a : b;
}

/** Below zero, zero or above zero, as a is below, at or above b. */
export function compareFractions(a: Fraction, b: Fraction): number {
  const difference = a.numerator * b.denominator - b.numerator * a.denominator;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

export function isShare({ numerator, denominator }: Fraction): boolean {
  return denominator > 0n && numerator >= 0n && numerator <= denominator;
}

/** Not negative. Of nothing and x it is x. */
export function greatestCommonDivisor(a: bigint, b: bigint): bigint {
  let [left, right] = [a < 0n ? -a : a, b < 0n ? -b : b];
  while (right !== 0n) [left, right] = [right, left % right];
  return left;
}
