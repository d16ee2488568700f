/** From exact quotients to whole steps, and comparison without division. */
import { divCeil, divFloor } from '../base/integers.js';
import type { Fraction } from '../market/payoff.js';

/** The next whole step at or above: for what is asked of an account. */
export function roundUp({ numerator, denominator }: Fraction, step: bigint): bigint {
  return step === 1n ? divCeil(numerator, denominator) : divCeil(numerator, denominator * step) * step;
}

/** The next whole step at or below: for what is credited to an account. */
export function roundDown({ numerator, denominator }: Fraction, step: bigint): bigint {
  return step === 1n ? divFloor(numerator, denominator) : divFloor(numerator, denominator * step) * step;
}

export function isAtMost(a: Fraction, b: Fraction): boolean {
  return a.numerator * b.denominator <= b.numerator * a.denominator;
}
