import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  fillNotionalTowardsZero,
  fillValueTowardsZero,
  markAtUnitValue,
  notionalAtMark,
  type PayoffTerms,
  unitValue,
  valueAtMark,
  valueSign,
} from './payoff.js';

const linear: PayoffTerms = { payoff: 'linear', unit: 10n, markTicksPerTick: 4n };
const inverse: PayoffTerms = { payoff: 'inverse', unit: 1_000_000n, markTicksPerTick: 4n };

const terms = fc.record({
  payoff: fc.constantFrom('linear' as const, 'inverse' as const),
  unit: fc.bigInt(1n, 10n ** 12n),
  markTicksPerTick: fc.bigInt(1n, 1000n),
});

describe('payoff', () => {
  it('values a linear fill as lots x price and an inverse one as -lots / price, rounded towards zero', () => {
    expect(fillValueTowardsZero(linear, { lots: 3n, priceTicks: 7n })).toBe(210n);
    expect(fillValueTowardsZero(linear, { lots: -3n, priceTicks: 7n })).toBe(-210n);
    expect(fillValueTowardsZero(inverse, { lots: 3n, priceTicks: 7n })).toBe(-428_571n);
    expect(fillValueTowardsZero(inverse, { lots: -3n, priceTicks: 7n })).toBe(428_571n);
    expect(fillNotionalTowardsZero(inverse, { lots: 3n, priceTicks: 7n })).toBe(428_571n);
  });

  it('values a mark between two ticks exactly', () => {
    expect(unitValue(linear, 7n)).toEqual({ numerator: 70n, denominator: 4n });
    expect(valueAtMark(inverse, -2n, 7n)).toEqual({ numerator: 8_000_000n, denominator: 7n });
    expect(notionalAtMark(inverse, 2n, 7n)).toEqual({ numerator: 8_000_000n, denominator: 7n });
  });

  it('refuses a price that is not positive', () => {
    expect(() => unitValue(linear, 0n)).toThrow('positive');
    expect(() => fillValueTowardsZero(inverse, { lots: 1n, priceTicks: 0n })).toThrow('positive');
  });

  it('gives both sides of a fill the same value with opposite signs (LED-02)', () => {
    fc.assert(
      fc.property(terms, fc.bigInt(1n, 10n ** 9n), fc.bigInt(1n, 10n ** 9n), (any, lots, priceTicks) => {
        const long = fillValueTowardsZero(any, { lots, priceTicks });
        expect(fillValueTowardsZero(any, { lots: -lots, priceTicks })).toBe(-long);
      }),
    );
  });

  it('finds the mark of a value again, exactly', () => {
    fc.assert(
      fc.property(terms, fc.bigInt(1n, 10n ** 9n), (any, markTicks) => {
        const back = markAtUnitValue(any, unitValue(any, markTicks));
        expect(back).not.toBeNull();
        expect(back!.numerator).toBe(markTicks * back!.denominator);
      }),
    );
  });

  it('knows no mark for a value that no price gives', () => {
    for (const numerator of [0n, -1n])
      expect(markAtUnitValue(linear, { numerator, denominator: 1n })).toBeNull();
    for (const numerator of [0n, 1n])
      expect(markAtUnitValue(inverse, { numerator, denominator: 1n })).toBeNull();
  });

  it('raises the value of a long lot with the mark, for both payoffs', () => {
    fc.assert(
      fc.property(terms, fc.bigInt(1n, 10n ** 9n), fc.bigInt(1n, 10n ** 6n), (any, markTicks, rise) => {
        const low = unitValue(any, markTicks);
        const high = unitValue(any, markTicks + rise);
        expect(high.numerator * low.denominator > low.numerator * high.denominator).toBe(true);
      }),
    );
  });

  it('gives the value of lots the sign it has at every price', () => {
    expect([valueSign(linear, 5n), valueSign(linear, -5n), valueSign(linear, 0n)]).toEqual([1n, -1n, 0n]);
    expect([valueSign(inverse, 5n), valueSign(inverse, -5n), valueSign(inverse, 0n)]).toEqual([-1n, 1n, 0n]);
  });
});
