import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { abs } from '../base/index.js';
import { VALUE_SCALE } from '../margin/account/view.js';
import { type PayoffTerms, unitValue } from '../market/payoff.js';
import { black76Price } from './black76.js';
import { priceShock, type Shock, type VolatilityShock } from './scenario.js';
import {
  black76InputOf,
  DAY_MS,
  futurePnlPerLot,
  optionPnlPerLot,
  type PricedOption,
} from './scenarioPnl.js';

const NOW = 1_700_000_000_000;

const terms: fc.Arbitrary<PayoffTerms> = fc.record({
  payoff: fc.constantFrom('linear' as const, 'inverse' as const),
  unit: fc.bigInt(1n, 10n ** 12n),
  markTicksPerTick: fc.bigInt(1n, 1000n),
});
const moves = fc.bigInt(-999_999n, 5_000_000n);
const dampings = fc
  .tuple(fc.bigInt(0n, 1000n), fc.bigInt(1n, 1000n))
  .map(([a, b]) => (a < b ? { numerator: a, denominator: b } : { numerator: b, denominator: a || 1n }));

describe('a future under a shock', () => {
  it('changes by the value at the moved mark less the value at the mark, exactly', () => {
    fc.assert(
      fc.property(terms, fc.bigInt(1n, 10n ** 6n), moves, (any, millions, move) => {
        // Marks of whole millions move to whole marks.
        const markTicks = millions * 1_000_000n;
        const before = unitValue(any, markTicks);
        const after = unitValue(any, millions * (1_000_000n + move));
        const pnl = futurePnlPerLot({ terms: any, markTicks }, priceShock(move));
        const denominator = after.denominator * before.denominator;
        const exact =
          (after.numerator * before.denominator - before.numerator * after.denominator) * VALUE_SCALE;
        expect(abs(pnl * denominator - exact) * 2n <= denominator).toBe(true);
      }),
    );
  });

  it('damped, is a future under the smaller move', () => {
    fc.assert(
      fc.property(
        terms,
        fc.bigInt(1n, 10n ** 9n),
        fc.bigInt(-490_000n, 2_500_000n),
        (any, markTicks, part) => {
          const future = { terms: any, markTicks };
          const damped: Shock = { ...priceShock(2n * part), damping: { numerator: 1n, denominator: 2n } };
          expect(futurePnlPerLot(future, damped)).toBe(futurePnlPerLot(future, priceShock(part)));
        },
      ),
    );
  });
});

const option = (changes: Partial<PricedOption['option']> = {}, rest: Partial<PricedOption> = {}) => ({
  option: {
    optionType: 'call' as const,
    payoff: 'linear' as const,
    unit: 1_000n,
    strikeTicks: 70_000n,
    expiryMs: NOW + 30 * DAY_MS,
    ...changes,
  },
  forwardTicks: 65_000n,
  volatility: 0.55,
  ...rest,
});

const volatilityShocks: fc.Arbitrary<VolatilityShock> = fc.oneof(
  fc.constant<VolatilityShock>({ kind: 'same' }),
  fc.record({
    kind: fc.constantFrom('relative' as const, 'points' as const),
    changePpm: fc.bigInt(-900_000n, 2_000_000n),
    term: fc.constant({ kind: 'flat' as const }),
    volatilityMinPpm: fc.constant(0n),
  }),
);
const shocks: fc.Arbitrary<Shock> = fc.record({
  priceMovePpm: fc.bigInt(-900_000n, 5_000_000n),
  volatility: volatilityShocks,
  damping: dampings,
  horizonMs: fc.constantFrom(0, DAY_MS, 40 * DAY_MS),
});
const pricedOptions: fc.Arbitrary<PricedOption> = fc
  .record({
    payoff: fc.constantFrom('linear' as const, 'inverse' as const),
    strikeTicks: fc.bigInt(10_000n, 300_000n),
    days: fc.double({ min: 0.1, max: 700, noNaN: true }),
    forwardTicks: fc.bigInt(20_000n, 200_000n),
    volatility: fc.double({ min: 0.05, max: 3, noNaN: true }),
  })
  .map(({ days, payoff, strikeTicks, ...rest }) =>
    option({ payoff, strikeTicks, expiryMs: NOW + Math.round(days * DAY_MS) }, rest),
  );

describe('an option under a shock', () => {
  it('gains nothing when nothing moves', () => {
    fc.assert(
      fc.property(pricedOptions, (any) => {
        expect(optionPnlPerLot(any, priceShock(0n), NOW)).toBe(0n);
      }),
    );
  });

  it('changes by Black-76 at the shocked forward and volatility', () => {
    const shock: Shock = {
      ...priceShock(-160_000n),
      volatility: {
        kind: 'relative',
        changePpm: 500_000n,
        term: { kind: 'flat' },
        volatilityMinPpm: 0n,
      },
    };
    const before = black76InputOf(option(), NOW);
    expect(before).toMatchObject({ forward: 65_000, strike: 70_000, years: 30 / 365, discount: 1 });
    const after = { ...before, forward: 54_600, volatility: 0.825 };
    const change = (black76Price(after) - black76Price(before)) * 1_000 * 1e6;
    expect(Number(optionPnlPerLot(option(), shock, NOW))).toBeCloseTo(change, 0);
    expect(change).toBeLessThan(0);
  });

  it('loses its time value with time', () => {
    const decayed = optionPnlPerLot(option(), { ...priceShock(0n), horizonMs: DAY_MS }, NOW);
    const expired = optionPnlPerLot(option(), { ...priceShock(0n), horizonMs: 31 * DAY_MS }, NOW);
    const all = black76Price(black76InputOf(option(), NOW)) * 1_000 * 1e6;
    expect(decayed).toBeLessThan(0n);
    expect(Math.abs(Number(expired) + all)).toBeLessThan(1);
  });

  it('keeps put-call parity: call less put is the future, linear at the forward and inverse of the strike', () => {
    fc.assert(
      fc.property(pricedOptions, shocks, (any, shock) => {
        const pnl = (optionType: 'call' | 'put') =>
          optionPnlPerLot({ ...any, option: { ...any.option, optionType } }, shock, NOW);
        const { unit, strikeTicks, payoff } = any.option;
        const future = futurePnlPerLot(
          {
            terms: { payoff, unit: payoff === 'linear' ? unit : unit * strikeTicks, markTicksPerTick: 1n },
            markTicks: any.forwardTicks,
          },
          shock,
        );
        // One rounding each, and the digits a double has for the largest of them.
        const digits = 2n + abs(future) / 10n ** 12n + (payoff === 'linear' ? 10n ** 4n : 0n);
        expect(abs(pnl('call') - pnl('put') - future)).toBeLessThanOrEqual(digits);
      }),
    );
  });

  it('loses no more than its price', () => {
    fc.assert(
      fc.property(pricedOptions, shocks, (any, shock) => {
        const price = black76Price(black76InputOf(any, NOW)) * Number(any.option.unit) * 1e6;
        const lost = -Number(
          optionPnlPerLot(any, { ...shock, damping: { numerator: 1n, denominator: 1n } }, NOW),
        );
        expect(lost).toBeLessThanOrEqual(price * (1 + 1e-12) + 1);
      }),
    );
  });

  it('gains from volatility, whatever its type', () => {
    fc.assert(
      fc.property(pricedOptions, fc.bigInt(1n, 2_000_000n), (any, changePpm) => {
        const volatility: VolatilityShock = {
          kind: 'relative',
          changePpm,
          term: { kind: 'flat' },
          volatilityMinPpm: 0n,
        };
        const pnl = optionPnlPerLot(any, { ...priceShock(0n), volatility }, NOW);
        // As far as doubles tell: 1e-13 of a contract worth up to 2 x 10^14.
        expect(pnl).toBeGreaterThanOrEqual(-(10n ** 3n));
      }),
    );
  });
});
