/**
 * Exact whole-number arithmetic on bigint. Products are unbounded; only what is stored must fit int64.
 * A function that rounds says so in its name; its caller says whom the rounding favours.
 */
import { assert, BrokenAssertion } from './assert.js';

export const INT64_MAX = 2n ** 63n - 1n;
export const INT64_MIN = -(2n ** 63n);

/** Rates are parts per million: 1_000_000 is one. */
export const PPM = 1_000_000n;

/** A number that its column cannot hold. Raised before anything is written. */
export class Int64Overflow extends BrokenAssertion {
  override readonly name = 'Int64Overflow';
}

export function isInt64(value: bigint): boolean {
  return value >= INT64_MIN && value <= INT64_MAX;
}

export function assertInt64(value: bigint, what: string): bigint {
  assert(isInt64(value), () => `${what} does not fit int64: ${value}`);
  return value;
}

/** Quotient rounded towards minus infinity. */
export function divFloor(numerator: bigint, denominator: bigint): bigint {
  assert(denominator !== 0n, 'division by zero');
  const quotient = numerator / denominator;
  const exact = quotient * denominator === numerator;
  return exact || numerator < 0n === denominator < 0n ? quotient : quotient - 1n;
}

/** Quotient rounded towards plus infinity. */
export function divCeil(numerator: bigint, denominator: bigint): bigint {
  return -divFloor(-numerator, denominator);
}

/** a x b / c rounded towards minus infinity, with an unbounded intermediate. */
export function mulDivFloor(a: bigint, b: bigint, c: bigint): bigint {
  return divFloor(a * b, c);
}

/** a x b / c rounded towards plus infinity, with an unbounded intermediate. */
export function mulDivCeil(a: bigint, b: bigint, c: bigint): bigint {
  return divCeil(a * b, c);
}

export function abs(value: bigint): bigint {
  return value < 0n ? -value : value;
}

export function max(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}

export function min(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

export function sign(value: bigint): -1n | 0n | 1n {
  return value === 0n ? 0n : value < 0n ? -1n : 1n;
}

/** The nearest int64: for derived keys, where saturation only widens a search. */
export function saturateInt64(value: bigint): bigint {
  return value > INT64_MAX ? INT64_MAX : value < INT64_MIN ? INT64_MIN : value;
}
