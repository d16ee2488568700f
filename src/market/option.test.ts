import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  greatestFurtherLoss,
  intrinsicMarkTicksTowardsZero,
  intrinsicValue,
  mostOwed,
  type OptionPayoffTerms,
  outOfTheMoneyAmount,
  underlyingValue,
} from './option.js';
import type { Fraction } from './payoff.js';

const terms = fc.record({
  optionType: fc.constantFrom('call' as const, 'put' as const),
  payoff: fc.constantFrom('linear' as const, 'inverse' as const),
  strikeTicks: fc.bigInt(1n, 10n ** 6n),
  unit: fc.bigInt(1n, 10n ** 6n),
});
const lots = fc.bigInt(-(10n ** 6n), 10n ** 6n);
const price = fc.oneof(fc.bigInt(1n, 2n * 10n ** 6n), fc.bigInt(1n, 10n ** 12n));

function option(fields: Partial<OptionPayoffTerms>): OptionPayoffTerms {
  return { optionType: 'call', payoff: 'linear', strikeTicks: 100n, unit: 10n, ...fields };
}

describe('an option', () => {
  it('pays what the venue that settles in coin states for it', () => {
    // Deribit, options page: 10,000 strikes on 1 BTC, in 1e-8 BTC. A tick is a dollar.
    const on = (optionType: 'call' | 'put') =>
      option({ optionType, payoff: 'inverse', strikeTicks: 10_000n, unit: 100_000_000n });
    expect(inWhole(intrinsicValue(on('call'), 1n, 12_500n))).toBe(20_000_000n);
    expect(inWhole(intrinsicValue(on('put'), 1n, 5_000n))).toBe(100_000_000n);
    expect(inWhole(intrinsicValue(on('put'), -1n, 10_001n))).toBe(0n);
    expect(inWhole(intrinsicValue(on('call'), -1n, 9_999n))).toBe(0n);
  });

  it('pays the distance in quote where it is linear, and a short owes what a long is paid', () => {
    expect(inWhole(intrinsicValue(option({}), 3n, 130n))).toBe(900n);
    expect(inWhole(intrinsicValue(option({}), -3n, 130n))).toBe(-900n);
    expect(inWhole(intrinsicValue(option({ optionType: 'put' }), 3n, 70n))).toBe(900n);
    expect(inWhole(intrinsicValue(option({ optionType: 'put' }), 3n, 130n))).toBe(0n);
  });

  it('is out of the money by the distance, long or short, and not at all in it', () => {
    for (const count of [3n, -3n]) {
      expect(inWhole(outOfTheMoneyAmount(option({}), count, 70n))).toBe(900n);
      expect(inWhole(outOfTheMoneyAmount(option({}), count, 130n))).toBe(0n);
    }
    const put = option({ optionType: 'put', payoff: 'inverse', unit: 1_000n });
    expect(outOfTheMoneyAmount(put, -1n, 125n)).toEqual({ numerator: 25_000n, denominator: 125n });
  });

  it('has an underlying that is worth its price in quote, and in coin itself', () => {
    expect(inWhole(underlyingValue(option({}), -3n, 70n))).toBe(2_100n);
    expect(inWhole(underlyingValue(option({ payoff: 'inverse' }), -3n, 70n))).toBe(30n);
  });

  it('refuses a price of the underlying that is not positive', () => {
    expect(() => intrinsicValue(option({}), 1n, 0n)).toThrow('positive');
  });

  it('settles at a price of the premium that is rounded towards zero, one number for both sides (FND-05)', () => {
    const premium = { unit: 10n, markTicksPerTick: 4n };
    expect(intrinsicMarkTicksTowardsZero(option({}), premium, 130n)).toBe(120n);
    const coin = option({ payoff: 'inverse', unit: 1_000n });
    // 1,000 x 30 / 130 = 230.8 minor units a lot, at 10 / 4 a mark tick.
    expect(intrinsicMarkTicksTowardsZero(coin, premium, 130n)).toBe(92n);
    expect(intrinsicMarkTicksTowardsZero(coin, premium, 99n)).toBe(0n);
  });

  it('never settles for more than its intrinsic value, nor a whole mark tick under it', () => {
    fc.assert(
      fc.property(terms, price, fc.bigInt(1n, 1000n), fc.bigInt(1n, 1000n), (any, at, unit, perTick) => {
        const ticks = intrinsicMarkTicksTowardsZero(any, { unit, markTicksPerTick: perTick }, at);
        const exact = intrinsicValue(any, 1n, at);
        const settled = (mark: bigint) => ({ numerator: mark * unit, denominator: perTick });
        expect(isLess(exact, settled(ticks))).toBe(false);
        expect(isLess(exact, settled(ticks + 1n))).toBe(true);
      }),
    );
  });

  it('is worth at any price what a call less a put is: the underlying less the strike', () => {
    fc.assert(
      fc.property(terms, lots, price, (any, count, at) => {
        const call = intrinsicValue({ ...any, optionType: 'call' }, count, at);
        const put = intrinsicValue({ ...any, optionType: 'put' }, count, at);
        expect(call.denominator).toBe(put.denominator);
        expect(call.numerator - put.numerator).toBe(count * any.unit * (at - any.strikeTicks));
      }),
    );
  });

  it('owes at most its strike as a linear put, under a coin as an inverse call, without bound otherwise (FND-07)', () => {
    expect(mostOwed(option({ optionType: 'put' }), -3n)).toEqual({ numerator: 3_000n, denominator: 1n });
    expect(mostOwed(option({ payoff: 'inverse' }), -3n)).toEqual({ numerator: 30n, denominator: 1n });
    expect(mostOwed(option({}), -3n)).toBeNull();
    expect(mostOwed(option({ optionType: 'put', payoff: 'inverse' }), -3n)).toBeNull();
    expect(mostOwed(option({}), 3n)).toEqual({ numerator: 0n, denominator: 1n });
  });

  it('never owes more than that, and comes as near to it as prices go', () => {
    fc.assert(
      fc.property(terms, lots, price, (any, count, at) => {
        const owed = mostOwed(any, count);
        if (owed === null) return;
        const paid = intrinsicValue(any, count, at);
        expect(isLess(owed, { numerator: -paid.numerator, denominator: paid.denominator })).toBe(false);
      }),
    );
    const end = intrinsicValue(option({ payoff: 'inverse', unit: 1n }), -1n, 10n ** 12n);
    expect(isLess(end, { numerator: -999_999n, denominator: 1_000_000n })).toBe(true);
    expect(inWhole(intrinsicValue(option({ optionType: 'put' }), -1n, 1n))).toBe(-990n);
  });

  it('can still lose its value when long, and what it may owe less its value when short', () => {
    const worth = (numerator: bigint) => ({ numerator, denominator: 4n });
    expect(greatestFurtherLoss(option({}), 3n, worth(50n))).toEqual(worth(50n));
    expect(greatestFurtherLoss(option({ optionType: 'put' }), -3n, worth(-50n))).toEqual(worth(11_950n));
    expect(greatestFurtherLoss(option({}), -3n, worth(-50n))).toBeNull();
  });
});

function inWhole({ numerator, denominator }: Fraction): bigint {
  expect(numerator % denominator).toBe(0n);
  return numerator / denominator;
}

function isLess(a: Fraction, b: Fraction): boolean {
  return a.numerator * b.denominator < b.numerator * a.denominator;
}
