import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { divNearest, quantizeMarkTicks, quantizeMovePpm, quantizeScenarioPnl, toFloat } from './quantize.js';

describe('the doors between floats and whole numbers', () => {
  it.each([
    [0, 0n],
    [-0, 0n],
    [0.49, 0n],
    [0.5, 1n],
    [-0.5, -1n],
    [2.5, 3n],
    [-2.5, -3n],
    [-1e15 - 0.25, -1_000_000_000_000_000n],
  ])('a P&L of %d goes to the nearest, halves away from zero', (value, whole) => {
    expect(quantizeScenarioPnl(value)).toBe(whole);
  });

  it('gives long and short the same number with opposite signs', () => {
    fc.assert(
      fc.property(fc.double({ min: -1e15, max: 1e15, noNaN: true }), (value) => {
        expect(quantizeScenarioPnl(-value)).toBe(-quantizeScenarioPnl(value));
        expect(Math.abs(toFloat(quantizeScenarioPnl(value)) - value)).toBeLessThanOrEqual(0.5);
      }),
    );
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, 1e19])('lets no %d through', (value) => {
    expect(() => quantizeScenarioPnl(value)).toThrow('a scenario P&L');
    expect(() => quantizeMarkTicks(value)).toThrow('a mark');
  });

  it('never lets a mark fall to 0', () => {
    expect([0, 0.3, 1.4, 1.5].map(quantizeMarkTicks)).toEqual([1n, 1n, 1n, 2n]);
  });

  it('counts moves in ppm', () => {
    expect([-0.16, 1 / 3, 0].map(quantizeMovePpm)).toEqual([-160_000n, 333_333n, 0n]);
  });

  it('divides whole numbers as the doors round floats', () => {
    fc.assert(
      fc.property(fc.bigInt(-(10n ** 6n), 10n ** 6n), fc.constantFrom(1n, 2n, 4n, 8n), (top, bottom) => {
        expect(divNearest(top, bottom)).toBe(quantizeScenarioPnl(Number(top) / Number(bottom)));
      }),
    );
  });
});
