import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Black76Input, black76Price } from './black76.js';
import { black76Greeks } from './greeks.js';
import { type ImpliedVolatilityInput, impliedVolatility } from './impliedVolatility.js';

const input: ImpliedVolatilityInput = {
  optionType: 'call',
  payoff: 'linear',
  forward: 100,
  strike: 90,
  years: 0.25,
  discount: 0.99,
  price: 12,
};

const found = (changes: Partial<ImpliedVolatilityInput>) => impliedVolatility({ ...input, ...changes });

describe('implied volatility', () => {
  // J. Hull, "Options, Futures, and Other Derivatives", "Implied volatilities": stock 21, strike 20, three months,
  // interest 10%, call at 1.875.
  it('of the published call is 23.5%', () => {
    const carry = Math.exp(0.1 * 0.25);
    const answer = found({ forward: 21 * carry, strike: 20, discount: 1 / carry, price: 1.875 });
    expect(answer).toMatchObject({ ok: true });
    if (answer.ok) expect(answer.value).toBeCloseTo(0.235, 3);
  });

  it('turns every price back, as far as vega lets it', () => {
    fc.assert(
      fc.property(
        fc.record({
          optionType: fc.constantFrom('call' as const, 'put' as const),
          payoff: fc.constantFrom('linear' as const, 'inverse' as const),
          forward: fc.double({ min: 0.01, max: 100_000, noNaN: true }),
          moneyness: fc.double({ min: -3, max: 3, noNaN: true }),
          years: fc.double({ min: 1e-4, max: 3, noNaN: true }),
          volatility: fc.double({ min: 0.01, max: 4, noNaN: true }),
          discount: fc.double({ min: 0.5, max: 1.02, noNaN: true }),
        }),
        ({ moneyness, ...rest }) => {
          const option: Black76Input = { ...rest, strike: rest.forward * Math.exp(moneyness) };
          const price = black76Price(option);
          const answer = impliedVolatility({ ...option, price });
          // At its bound a price has nothing left of the volatility.
          if (!answer.ok) {
            expect(answer.error.reason).toBe('aboveBound');
            return;
          }
          const digits = 1e-15 * Math.max(option.forward, option.strike);
          const unit = option.payoff === 'linear' ? 1 : option.forward;
          const { vega } = black76Greeks(option);
          const uncertainty = Math.min((64 * digits) / (vega * unit), 4);
          if (uncertainty < 0.01)
            expect(Math.abs(answer.value - option.volatility)).toBeLessThan(uncertainty + 1e-12);
          const again = black76Price({ ...option, volatility: answer.value });
          expect(Math.abs(again - price) * unit).toBeLessThan(64 * digits);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('keeps its digits far out of the money, where prices are tiny', () => {
    for (const [strike, volatility] of [
      [200, 0.2],
      [1000, 0.5],
      [30, 0.25],
    ] as const) {
      const optionType = strike > 100 ? 'call' : 'put';
      const option: Black76Input = { ...input, optionType, strike, volatility };
      const answer = impliedVolatility({ ...option, price: black76Price(option) });
      expect(answer.ok && Math.abs(answer.value / volatility - 1) < 1e-12).toBe(true);
    }
  });

  it('of the intrinsic value alone is 0', () => {
    expect(found({ discount: 1, price: 10 })).toEqual({ ok: true, value: 0 });
    expect(found({ strike: 110, price: 0 })).toEqual({ ok: true, value: 0 });
  });
});

describe('a price without a volatility is refused, with the numbers', () => {
  it.each<[string, Partial<ImpliedVolatilityInput>, object]>([
    ['under the intrinsic value', { price: 9.8 }, { reason: 'belowIntrinsic', price: 9.8, intrinsic: 9.9 }],
    ['at the forward', { price: 99 }, { reason: 'aboveBound', price: 99, bound: 99 }],
    ['over it', { price: 200 }, { reason: 'aboveBound', price: 200, bound: 99 }],
    ['a put at its strike', { optionType: 'put', price: 89.1 }, { reason: 'aboveBound', price: 89.1 }],
    [
      'a coin price of one coin',
      { payoff: 'inverse', discount: 1, price: 1 },
      { reason: 'aboveBound', bound: 1 },
    ],
    ['a coin price too low', { payoff: 'inverse', discount: 1, price: 0.09 }, { reason: 'belowIntrinsic' }],
    ['at expiry', { years: 0 }, { reason: 'expired' }],
    ['after it', { years: -1 }, { reason: 'expired' }],
    ['no forward', { forward: 0 }, { reason: 'badInput', field: 'forward' }],
    ['no strike', { strike: -1 }, { reason: 'badInput', field: 'strike' }],
    ['no discount', { discount: Number.NaN }, { reason: 'badInput', field: 'discount' }],
    ['a price below zero', { price: -1 }, { reason: 'badInput', field: 'price' }],
    ['endless time', { years: Number.POSITIVE_INFINITY }, { reason: 'badInput', field: 'years' }],
  ])('%s', (_name, changes, error) => {
    expect(found(changes)).toMatchObject({ ok: false, error });
  });
});
