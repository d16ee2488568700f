import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  divideExactly,
  formatDecimal,
  formatMinor,
  multiplyDecimals,
  parseDecimal,
  parseMinor,
} from './decimal.js';

const decimals = fc.integer({ min: 0, max: 9 });

describe('decimal text', () => {
  it('goes to minor units and back without loss (LED-04)', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 100n), max: 2n ** 100n }), decimals, (minor, places) => {
        const text = formatMinor(minor, places);
        expect(parseMinor(text, places)).toEqual({ ok: true, value: minor });
        expect(text).toMatch(/^-?(0|[1-9][0-9]*)(\.[0-9]*[1-9])?$/);
        expect(text).not.toBe('-0');
      }),
    );
  });

  it.each([
    ['0', 0, 0n],
    ['-0', 6, 0n],
    ['1.50', 1, 15n],
    ['1.500000000000', 1, 15n],
    ['-12.5', 6, -12_500_000n],
    ['0.000001', 6, 1n],
    ['-0.000001', 6, -1n],
    ['9223372036854775807', 0, 9_223_372_036_854_775_807n],
  ])('reads %s with %i decimals as %s', (text, places, minor) => {
    expect(parseMinor(text, places)).toEqual({ ok: true, value: minor });
  });

  it.each([
    '',
    ' ',
    '+1',
    '1e3',
    '1E3',
    '.5',
    '5.',
    '01',
    '-',
    '--1',
    '1,5',
    '1_000',
    ' 1',
    '1 ',
    '1\n',
    '0x10',
    'NaN',
    'Infinity',
    '-Infinity',
    '\u0661',
    '1.2.3',
    'null',
    '１',
  ])('refuses %j: it is no plain decimal', (text) => {
    expect(parseDecimal(text)).toEqual({ ok: false, error: 'not_a_decimal' });
  });

  it('refuses dust finer than the scale instead of rounding it, and text without an end (LED-04)', () => {
    expect(parseMinor('0.0000001', 6)).toEqual({ ok: false, error: 'too_fine' });
    expect(parseMinor('1.01', 0)).toEqual({ ok: false, error: 'too_fine' });
    expect(parseDecimal('1'.repeat(65))).toEqual({ ok: false, error: 'too_long' });
    expect(parseDecimal('1'.repeat(64)).ok).toBe(true);
    expect(parseDecimal('9'.repeat(10_000_000))).toEqual({ ok: false, error: 'too_long' });
  });

  it('never takes text that is not its own way of writing a number', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 12 }), (text) => {
        const parsed = parseDecimal(text);
        if (parsed.ok) expect(Number(text)).toBe(Number(formatDecimal(parsed.value)));
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('exact decimals', () => {
  const decimal = fc.record({
    digits: fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }),
    scale: fc.integer({ min: 0, max: 12 }),
  });

  it('multiply exactly, and divide exactly or not at all', () => {
    fc.assert(
      fc.property(decimal, fc.bigInt({ min: 1n, max: 10n ** 9n }), decimal, (unit, times, other) => {
        if (unit.digits === 0n) return;
        expect(divideExactly(multiplyDecimals(unit, { digits: times, scale: 0 }), unit)).toBe(times);
        const product = multiplyDecimals(unit, other);
        expect(product.digits * 10n ** BigInt(24 - product.scale)).toBe(
          unit.digits * 10n ** BigInt(12 - unit.scale) * other.digits * 10n ** BigInt(12 - other.scale),
        );
      }),
    );
    expect(divideExactly({ digits: 1n, scale: 0 }, { digits: 3n, scale: 0 })).toBeNull();
    expect(divideExactly({ digits: 1n, scale: 0 }, { digits: 0n, scale: 0 })).toBeNull();
    expect(divideExactly({ digits: 15n, scale: 1 }, { digits: 5n, scale: 1 })).toBe(3n);
  });
});
