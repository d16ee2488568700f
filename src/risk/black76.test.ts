import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Black76Input, black76Price, intrinsicValue, type OptionType, timeValue } from './black76.js';
import { normalPdf } from './normal.js';

/** A published example: spot, strike, years, interest, cost of carry, volatility, price. */
type Published = readonly [OptionType, number, number, number, number, number, number, number];

/** The forward and discount that a spot with cost of carry b stands for. */
function fromSpot([optionType, spot, strike, years, rate, carry, volatility]: Published): Black76Input {
  return {
    optionType,
    payoff: 'linear',
    forward: spot * Math.exp(carry * years),
    strike,
    years,
    volatility,
    discount: Math.exp(-rate * years),
  };
}

describe('published prices', () => {
  // E. G. Haug, "Option Pricing Formulas" (McGraw-Hill 1998), pages 2 to 8 and 27.
  it.each<Published>([
    ['call', 60, 65, 0.25, 0.08, 0.08, 0.3, 2.1334],
    ['put', 100, 95, 0.5, 0.1, 0.05, 0.2, 2.4648],
    ['call', 19, 19, 0.75, 0.1, 0, 0.28, 1.7011],
    ['put', 19, 19, 0.75, 0.1, 0, 0.28, 1.7011],
    ['call', 1.56, 1.6, 0.5, 0.06, -0.02, 0.12, 0.0291],
    ['put', 75, 70, 0.5, 0.1, 0.05, 0.35, 4.087],
    ['call', 42, 40, 0.75, 0.04, -0.04, 0.35, 5.0975],
  ])('%s on %d struck at %d (Haug, examples)', (...published) => {
    expect(Math.abs(black76Price(fromSpot(published)) - published[7])).toBeLessThan(1e-4);
  });

  // The same book, page 24: Black-76 options on a future, strike 100, interest 10%.
  it.each([
    [0.1, 0.15, [0.0205, 1.8734, 9.9413], [9.921, 1.8734, 0.0408]],
    [0.1, 0.25, [0.315, 3.1217, 10.3556], [10.2155, 3.1217, 0.4551]],
    [0.1, 0.35, [0.9474, 4.3693, 11.1381], [10.8479, 4.3693, 1.2376]],
    [0.5, 0.15, [0.8069, 4.0232, 10.5769], [10.3192, 4.0232, 1.0646]],
    [0.5, 0.25, [2.7026, 6.6997, 12.7857], [12.2149, 6.6997, 3.2734]],
    [0.5, 0.35, [4.9329, 9.3679, 15.3086], [14.4452, 9.3679, 5.7963]],
  ])('futures options of %d years at volatility %d (Haug, page 24)', (years, volatility, calls, puts) => {
    for (const [at, forward] of [90, 100, 110].entries()) {
      const common = { payoff: 'linear', forward, strike: 100, years, volatility } as const;
      const discount = Math.exp(-0.1 * years);
      const call = black76Price({ ...common, optionType: 'call', discount });
      const put = black76Price({ ...common, optionType: 'put', discount });
      expect(Math.abs(call - (calls[at] as number))).toBeLessThan(1e-4);
      expect(Math.abs(put - (puts[at] as number))).toBeLessThan(1e-4);
    }
  });

  // J. Hull, "Options, Futures, and Other Derivatives", chapter "Options on futures", the two Black examples.
  it.each<Published>([
    ['put', 20, 20, 4 / 12, 0.09, 0, 0.25, 1.12],
    ['call', 1240, 1200, 0.5, 0.05, 0, 0.2, 88.37],
  ])('%s on a future at %d struck at %d (Hull)', (...published) => {
    expect(Math.abs(black76Price(fromSpot(published)) - published[7])).toBeLessThan(0.005);
  });

  // Computed in 60 digits: near and far, short and long, cheap and dear.
  it.each([
    [100, 200, 0.25, 0.2, 4.08296663158787e-12],
    [100, 101, 0.002, 0.05, 1.9910069068310753e-7],
    [100, 1000, 0.1, 0.5, 8.209126843699504e-48],
    [65000, 70000, 0.0821917808219178, 0.55, 2200.535008173533],
    [100, 100, 1e-6, 0.01, 0.0003989422803997704],
    [100, 100, 1, 5, 98.75806693484478],
  ])('call on %d struck at %d keeps its digits', (forward, strike, years, volatility, exact) => {
    const price = black76Price({
      optionType: 'call',
      payoff: 'linear',
      forward,
      strike,
      years,
      volatility,
      discount: 1,
    });
    expect(Math.abs(price / exact - 1)).toBeLessThan(2e-12);
  });
});

/** Moneyness from a hundredth to a hundred times, a minute to four years, hardly any volatility to 300%. */
const options: fc.Arbitrary<Black76Input> = fc
  .record({
    optionType: fc.constantFrom('call' as const, 'put' as const),
    payoff: fc.constantFrom('linear' as const, 'inverse' as const),
    forward: fc.double({ min: 0.01, max: 100_000, noNaN: true }),
    moneyness: fc.double({ min: -4.6, max: 4.6, noNaN: true }),
    years: fc.double({ min: 2e-6, max: 4, noNaN: true }),
    volatility: fc.double({ min: 0.001, max: 3, noNaN: true }),
    rate: fc.double({ min: -0.02, max: 0.2, noNaN: true }),
  })
  .map(({ moneyness, rate, ...rest }) => ({
    ...rest,
    strike: rest.forward * Math.exp(moneyness),
    discount: Math.exp(-rate * rest.years),
  }));

const ROUNDING = 1e-13;

describe('every price', () => {
  it('keeps put-call parity: call - put = D (F - K), in coin / F', () => {
    fc.assert(
      fc.property(options, (input) => {
        const call = black76Price({ ...input, optionType: 'call' });
        const put = black76Price({ ...input, optionType: 'put' });
        const unit = input.payoff === 'linear' ? 1 : input.forward;
        const parity = (input.discount * (input.forward - input.strike)) / unit;
        expect(Math.abs(call - put - parity)).toBeLessThan(
          (ROUNDING * (input.forward + input.strike)) / unit,
        );
      }),
    );
  });

  it('lies between the intrinsic value and the forward (call) or strike (put), discounted', () => {
    fc.assert(
      fc.property(options, (input) => {
        const price = black76Price(input);
        const unit = input.payoff === 'linear' ? 1 : input.forward;
        const most = (input.discount * (input.optionType === 'call' ? input.forward : input.strike)) / unit;
        expect(price).toBeGreaterThanOrEqual(input.discount * intrinsicValue(input) * (1 - 1e-15));
        expect(price).toBeLessThanOrEqual(most * (1 + 1e-15));
      }),
    );
  });

  it('rises with volatility and time value with years, and moves with the strike as it should', () => {
    fc.assert(
      fc.property(options, fc.double({ min: 1.0001, max: 3, noNaN: true }), (input, factor) => {
        const slack = ROUNDING * Math.max(input.forward, input.strike);
        const price = (changes: Partial<Black76Input>) =>
          black76Price({ ...input, payoff: 'linear', ...changes });
        expect(price({ volatility: input.volatility * factor })).toBeGreaterThanOrEqual(price({}) - slack);
        expect(timeValue({ ...input, years: input.years * factor })).toBeGreaterThanOrEqual(
          timeValue(input) - slack,
        );
        const higher = price({ strike: input.strike * factor }) - price({});
        if (input.optionType === 'call') expect(higher).toBeLessThanOrEqual(slack * factor);
        else expect(higher).toBeGreaterThanOrEqual(-slack * factor);
      }),
    );
  });

  it('is the mean payoff of a lognormal price, added up by hand', () => {
    fc.assert(
      fc.property(options, (input) => {
        const judged = {
          ...input,
          volatility: Math.max(input.volatility, 0.05),
          years: Math.max(input.years, 0.01),
        };
        const price = black76Price(judged);
        const unit = judged.payoff === 'linear' ? 1 : judged.forward;
        const scale = (judged.forward + judged.strike) / unit;
        expect(Math.abs(price - meanPayoff(judged))).toBeLessThan(1e-5 * scale);
      }),
      { numRuns: 40 },
    );
  });

  it('is linear in the size of its units, and the inverse one is the linear one / F', () => {
    fc.assert(
      fc.property(options, fc.double({ min: 0.001, max: 1000, noNaN: true }), (input, scale) => {
        const linear = black76Price({ ...input, payoff: 'linear' });
        const scaled = black76Price({
          ...input,
          payoff: 'linear',
          forward: input.forward * scale,
          strike: input.strike * scale,
        });
        const slack = ROUNDING * scale * Math.max(input.forward, input.strike);
        expect(Math.abs(scaled - linear * scale)).toBeLessThanOrEqual(slack);
        expect(black76Price({ ...input, payoff: 'inverse' })).toBe(linear / input.forward);
      }),
    );
  });
});

describe('where nothing is left to happen', () => {
  const input: Black76Input = {
    optionType: 'call',
    payoff: 'linear',
    forward: 120,
    strike: 100,
    years: 1,
    volatility: 0.5,
    discount: 0.9,
  };

  it.each<[string, Partial<Black76Input>, number]>([
    ['no volatility', { volatility: 0 }, 18],
    ['no volatility, out of the money', { volatility: 0, optionType: 'put' }, 0],
    ['no time', { years: 0, discount: 1 }, 20],
    ['after expiry', { years: -1, discount: 1 }, 20],
    ['at the strike', { years: 0, discount: 1, forward: 100 }, 0],
    ['in coin', { years: 0, discount: 1, payoff: 'inverse' }, 20 / 120],
    ['a put in coin', { years: 0, discount: 1, payoff: 'inverse', optionType: 'put', forward: 80 }, 20 / 80],
    ['so far out that doubles end', { volatility: 0.001, forward: 1 }, 0],
    ['so far in that only the intrinsic value is left', { volatility: 0.001, strike: 1 }, 0.9 * 119],
  ])('%s: the intrinsic value, discounted', (_name, changes, price) => {
    expect(black76Price({ ...input, ...changes })).toBe(price);
  });

  it('endless volatility gives the forward or the strike', () => {
    expect(black76Price({ ...input, volatility: 100 })).toBe(0.9 * 120);
    expect(black76Price({ ...input, volatility: 100, optionType: 'put' })).toBe(0.9 * 100);
  });
});

/** The discounted mean of max(S - K, 0) or max(K - S, 0), S = F exp(s z - s^2 / 2), by the midpoint rule in z. */
function meanPayoff({
  optionType,
  payoff,
  forward,
  strike,
  years,
  volatility,
  discount,
}: Black76Input): number {
  const deviation = volatility * Math.sqrt(years);
  const cells = 20_000;
  const reach = 10 + deviation;
  const width = (2 * reach) / cells;
  let sum = 0;
  for (let cell = 0; cell < cells; cell++) {
    const z = -reach + (cell + 0.5) * width;
    const price = forward * Math.exp(deviation * z - (deviation * deviation) / 2);
    const pays = Math.max(optionType === 'call' ? price - strike : strike - price, 0);
    sum += pays * normalPdf(z) * width;
  }
  return (discount * sum) / (payoff === 'linear' ? 1 : forward);
}
