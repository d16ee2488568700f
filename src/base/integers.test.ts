import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BrokenAssertion } from './assert.js';
import {
  abs,
  assertInt64,
  divCeil,
  divFloor,
  INT64_MAX,
  INT64_MIN,
  isInt64,
  max,
  min,
  mulDivCeil,
  mulDivFloor,
  saturateInt64,
  sign,
} from './integers.js';

const wide = fc.bigInt({ min: -(2n ** 200n), max: 2n ** 200n });
const nonZero = wide.filter((value) => value !== 0n);

describe('division', () => {
  it.each([
    [7n, 2n, 3n, 4n],
    [-7n, 2n, -4n, -3n],
    [7n, -2n, -4n, -3n],
    [-7n, -2n, 3n, 4n],
    [6n, 3n, 2n, 2n],
    [-6n, 3n, -2n, -2n],
    [0n, -5n, 0n, 0n],
    [1n, 2n ** 100n, 0n, 1n],
    [-1n, 2n ** 100n, -1n, 0n],
    [2n ** 126n, -(2n ** 63n), -(2n ** 63n), -(2n ** 63n)],
  ])('of %s by %s is %s rounded down and %s rounded up (LED-03)', (a, b, down, up) => {
    expect(divFloor(a, b)).toBe(down);
    expect(divCeil(a, b)).toBe(up);
  });

  it('brackets the exact quotient within less than one (LED-03)', () => {
    fc.assert(
      fc.property(wide, nonZero, (a, b) => {
        const down = divFloor(a, b);
        const up = divCeil(a, b);
        // a / b - down in [0, 1), cross-multiplied by |b|.
        const rest = (a - down * b) * sign(b);
        expect(rest >= 0n && rest < abs(b)).toBe(true);
        expect(up - down).toBe(rest === 0n ? 0n : 1n);
      }),
    );
  });

  it('multiplies before it divides, without a limit in between (LED-04)', () => {
    fc.assert(
      fc.property(wide, wide, nonZero, (a, b, c) => {
        expect(mulDivFloor(a, b, c)).toBe(divFloor(a * b, c));
        expect(mulDivCeil(a, b, c)).toBe(-mulDivFloor(-a, b, c));
      }),
    );
    expect(mulDivFloor(INT64_MAX, INT64_MAX, INT64_MAX)).toBe(INT64_MAX);
  });

  it('by zero is a broken assertion, never an answer', () => {
    expect(() => divFloor(1n, 0n)).toThrow(BrokenAssertion);
    expect(() => mulDivCeil(0n, 0n, 0n)).toThrow('division by zero');
  });
});

describe('int64', () => {
  it('holds its two ends and nothing beyond', () => {
    for (const value of [INT64_MIN, -1n, 0n, INT64_MAX]) {
      expect(isInt64(value)).toBe(true);
      expect(assertInt64(value, 'it')).toBe(value);
      expect(saturateInt64(value)).toBe(value);
    }
    for (const value of [INT64_MIN - 1n, INT64_MAX + 1n, 2n ** 200n]) {
      expect(isInt64(value)).toBe(false);
      expect(() => assertInt64(value, 'the balance')).toThrow(`the balance does not fit int64: ${value}`);
      expect(saturateInt64(value)).toBe(value > 0n ? INT64_MAX : INT64_MIN);
    }
  });
});

describe('size and sign', () => {
  it('agree with comparison', () => {
    fc.assert(
      fc.property(wide, wide, (a, b) => {
        expect(abs(a)).toBe(max(a, -a));
        expect(sign(a) * abs(a)).toBe(a);
        expect(max(a, b) + min(a, b)).toBe(a + b);
        expect(max(a, b) >= min(a, b)).toBe(true);
      }),
    );
  });
});
