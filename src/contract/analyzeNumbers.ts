/** Arithmetic on decimal text, for what is compared and added up between documents; nothing here is a margin. */
import { formatMinor } from '../base/decimal.js';
import { decimalOf, finest, formatNearest } from './calcDecimal.js';

export function add(a: string, b: string): string {
  const scale = finest([a, b]);
  return formatMinor(at(a, scale) + at(b, scale), scale);
}

export function subtract(a: string, b: string): string {
  const scale = finest([a, b]);
  return formatMinor(at(a, scale) - at(b, scale), scale);
}

function at(text: string, scale: number): bigint {
  const value = decimalOf(text);
  return value.digits * 10n ** BigInt(scale - value.scale);
}

/** (a - b) / |b| in percent, to the nearest. */
export function relative(a: string, b: string, decimals: number): string {
  const [x, y] = [decimalOf(a), decimalOf(b)];
  const [p, q] = [x.digits * 10n ** BigInt(y.scale), y.digits * 10n ** BigInt(x.scale)];
  const size = q < 0n ? -q : q;
  return formatNearest({ numerator: (p - q) * 100n, denominator: size }, decimals);
}

const QUOTIENT_DECIMALS = 20;

/** To at most twenty decimals. */
export function product(texts: readonly string[]): string {
  const { digits, scale } = texts
    .map(decimalOf)
    .reduce((a, b) => ({ digits: a.digits * b.digits, scale: a.scale + b.scale }), { digits: 1n, scale: 0 });
  return formatNearest(
    { numerator: digits, denominator: 10n ** BigInt(scale) },
    Math.min(scale, QUOTIENT_DECIMALS),
  );
}

/** To twenty decimals; zero where the divisor is not positive. */
export function quotient(a: string, b: string): string {
  const [x, y] = [decimalOf(a), decimalOf(b)];
  if (y.digits <= 0n) return '0';
  return formatNearest(
    { numerator: x.digits * 10n ** BigInt(y.scale), denominator: y.digits * 10n ** BigInt(x.scale) },
    QUOTIENT_DECIMALS,
  );
}
