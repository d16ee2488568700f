/** Decimal text to whole numbers and back, without floats and without guessing. */
import { err, ok, type Result } from './result.js';

/** An exact decimal: digits x 10^-scale. */
export interface Decimal {
  readonly digits: bigint;
  readonly scale: number;
}

export type DecimalFault = 'not_a_decimal' | 'too_long' | 'too_fine';

const DECIMAL = /^-?(0|[1-9][0-9]*)(\.[0-9]+)?$/;
const MAX_TEXT_LENGTH = 64;

/** Reads plain decimal text such as "-12.50": no exponent, no leading plus, no NaN, at most 64 characters. */
export function parseDecimal(text: string): Result<Decimal, DecimalFault> {
  if (text.length > MAX_TEXT_LENGTH) return err('too_long');
  if (!DECIMAL.test(text)) return err('not_a_decimal');
  const point = text.indexOf('.');
  if (point < 0) return ok({ digits: BigInt(text), scale: 0 });
  const fraction = text.slice(point + 1).replace(/0+$/, '');
  const digits = BigInt(text.slice(0, point).replace('-', '') + fraction);
  return ok({ digits: text.startsWith('-') ? -digits : digits, scale: fraction.length });
}

/** Decimal text to a count of 10^-decimals; finer dust is refused, never rounded. */
export function parseMinor(text: string, decimals: number): Result<bigint, DecimalFault> {
  const parsed = parseDecimal(text);
  if (!parsed.ok) return parsed;
  if (parsed.value.scale > decimals) return err('too_fine');
  return ok(parsed.value.digits * 10n ** BigInt(decimals - parsed.value.scale));
}

/** A count of 10^-decimals as canonical decimal text: no trailing zeros, no minus zero. */
export function formatMinor(minor: bigint, decimals: number): string {
  const negative = minor < 0n;
  const digits = (negative ? -minor : minor).toString().padStart(decimals + 1, '0');
  const whole = digits.slice(0, digits.length - decimals);
  const fraction = digits.slice(digits.length - decimals).replace(/0+$/, '');
  return `${negative ? '-' : ''}${whole}${fraction === '' ? '' : `.${fraction}`}`;
}

export function formatDecimal(value: Decimal): string {
  return formatMinor(value.digits, value.scale);
}

/** a x b, exact. */
export function multiplyDecimals(a: Decimal, b: Decimal): Decimal {
  return { digits: a.digits * b.digits, scale: a.scale + b.scale };
}

/** The whole number of times `unit` goes into `value`, or null where it does not go exactly. */
export function divideExactly(value: Decimal, unit: Decimal): bigint | null {
  if (unit.digits === 0n) return null;
  const scale = Math.max(value.scale, unit.scale);
  const numerator = value.digits * 10n ** BigInt(scale - value.scale);
  const denominator = unit.digits * 10n ** BigInt(scale - unit.scale);
  return numerator % denominator === 0n ? numerator / denominator : null;
}
