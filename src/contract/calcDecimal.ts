/** Decimal text in whole numbers and back, for text that the schema has already found to be a decimal. */
import { assert } from '../base/assert.js';
import { type Decimal, formatMinor, parseDecimal } from '../base/decimal.js';
import { divFloor } from '../base/integers.js';
import type { Fraction } from '../market/payoff.js';

export function decimalOf(text: string): Decimal {
  const parsed = parseDecimal(text);
  assert(parsed.ok, 'the schema lets only decimals through');
  return parsed.value;
}

/** value x factor, which must come out whole. */
export function scaled(value: Decimal, factor: bigint): bigint {
  const product = value.digits * factor;
  const divisor = 10n ** BigInt(value.scale);
  assert(product % divisor === 0n, 'the scale was chosen so that nothing is lost');
  return product / divisor;
}

/** The largest number of decimals among texts. */
export function finest(texts: readonly (string | undefined)[]): number {
  return Math.max(0, ...texts.map((text) => (text === undefined ? 0 : decimalOf(text).scale)));
}

/** To the nearest, halves away from zero: for reading only, favours nobody. */
export function formatNearest({ numerator, denominator }: Fraction, decimals: number): string {
  const size = numerator < 0n ? -numerator : numerator;
  const nearest = divFloor(2n * size * 10n ** BigInt(decimals) + denominator, 2n * denominator);
  return formatMinor(numerator < 0n ? -nearest : nearest, decimals);
}

export function isAbove(text: string, other: string): boolean {
  const [a, b] = [decimalOf(text), decimalOf(other)];
  return a.digits * 10n ** BigInt(b.scale) > b.digits * 10n ** BigInt(a.scale);
}

/** Whether a value is a whole number of steps. */
export function isOnGrid(text: string, step: string): boolean {
  const [value, unit] = [decimalOf(text), decimalOf(step)];
  const scale = Math.max(value.scale, unit.scale);
  const whole = value.digits * 10n ** BigInt(scale - value.scale);
  return whole % (unit.digits * 10n ** BigInt(scale - unit.scale)) === 0n;
}
