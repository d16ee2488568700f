import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Black76Input, black76Price, type OptionType } from './black76.js';
import { black76Greeks, coinDelta, thetaPerDay, vegaPerPoint } from './greeks.js';

const input: Black76Input = {
  optionType: 'call',
  payoff: 'linear',
  forward: 105,
  strike: 100,
  years: 0.5,
  volatility: 0.36,
  discount: Math.exp(-0.05),
};

describe('published Greeks (Haug, "Option Pricing Formulas", 1998)', () => {
  // Page 11: futures price 105, strike 100, half a year, interest 10%, volatility 36%.
  it.each<[OptionType, number]>([
    ['call', 0.5946],
    ['put', -0.3566],
  ])('delta of a futures %s is %d', (optionType, delta) => {
    expect(black76Greeks({ ...input, optionType }).delta).toBeCloseTo(delta, 4);
  });

  // Pages 14 and 16: stock 55, strike 60, nine months, interest and carry 10%, volatility 30%.
  const carry = Math.exp(0.1 * 0.75);
  const stock: Black76Input = {
    optionType: 'call',
    payoff: 'linear',
    forward: 55 * carry,
    strike: 60,
    years: 0.75,
    volatility: 0.3,
    discount: 1 / carry,
  };

  it('gamma of the stock option is 0.0278, the forward being the stock x its carry', () => {
    expect(black76Greeks(stock).gamma * carry * carry).toBeCloseTo(0.0278, 4);
  });

  it('vega is 18.9358 for 1.00 of volatility, 0.1894 for a point', () => {
    expect(black76Greeks(stock).vega).toBeCloseTo(18.9358, 4);
    expect(vegaPerPoint(black76Greeks(stock))).toBeCloseTo(0.1894, 4);
  });

  // Page 17: put, index 430, strike 405, one month, interest 7%, dividend 5%, volatility 20%.
  it('theta of the index put is -31.1924 a year and -0.0855 a day, with the forward coming nearer to the index', () => {
    const years = 1 / 12;
    const put: Black76Input = {
      optionType: 'put',
      payoff: 'linear',
      forward: 430 * Math.exp(0.02 * years),
      strike: 405,
      years,
      volatility: 0.2,
      discount: Math.exp(-0.07 * years),
    };
    const greeks = black76Greeks(put);
    const theta = greeks.theta - greeks.delta * put.forward * 0.02;
    expect(theta).toBeCloseTo(-31.1924, 4);
    expect(thetaPerDay({ ...greeks, theta })).toBeCloseTo(-0.0855, 4);
  });
});

/** Where finite differences have digits to show: not far out, not within a day of expiry. */
const options: fc.Arbitrary<Black76Input> = fc
  .record({
    optionType: fc.constantFrom('call' as const, 'put' as const),
    payoff: fc.constantFrom('linear' as const, 'inverse' as const),
    forward: fc.double({ min: 1, max: 100_000, noNaN: true }),
    deviations: fc.double({ min: -3, max: 3, noNaN: true }),
    years: fc.double({ min: 0.01, max: 3, noNaN: true }),
    volatility: fc.double({ min: 0.1, max: 2, noNaN: true }),
    rate: fc.double({ min: -0.02, max: 0.2, noNaN: true }),
  })
  .map(({ deviations, rate, ...rest }) => ({
    ...rest,
    strike: rest.forward * Math.exp(deviations * rest.volatility * Math.sqrt(rest.years)),
    discount: Math.exp(-rate * rest.years),
  }));

/** (price(up) - price(down)) / (2 step) */
function slope(price: (shift: number) => number, step: number): number {
  return (price(step) - price(-step)) / (2 * step);
}

describe('Greeks are the slopes of the price', () => {
  it('delta, gamma, vega, theta and rho', () => {
    fc.assert(
      fc.property(options, (option) => {
        const greeks = black76Greeks(option);
        const { forward, years, volatility, discount } = option;
        const rate = -Math.log(discount) / years;
        const scale = option.payoff === 'linear' ? 1 : 1 / forward;
        const deviation = volatility * Math.sqrt(years);
        const near = (found: number, exact: number, size: number) =>
          expect(Math.abs(found - exact)).toBeLessThan(size);

        const step = forward * Math.min(deviation, 0.3) * 1e-3;
        const ofForward = (shift: number) => black76Price({ ...option, forward: forward + shift });
        const strikeScale = scale * Math.max(option.strike / forward, 1);
        near(slope(ofForward, step), greeks.delta, 2e-5 * strikeScale);
        const bend = (ofForward(step) - 2 * ofForward(0) + ofForward(-step)) / (step * step);
        near(bend, greeks.gamma, (1e-5 * strikeScale) / (forward * Math.min(deviation, 1)));

        const ofVolatility = (shift: number) => black76Price({ ...option, volatility: volatility + shift });
        near(slope(ofVolatility, volatility * 1e-4), greeks.vega, 1e-5 * forward * scale * Math.sqrt(years));

        const ofYears = (shift: number) =>
          black76Price({ ...option, years: years + shift, discount: Math.exp(-rate * (years + shift)) });
        near(slope(ofYears, years * 1e-4), -greeks.theta, (1e-5 * (forward + option.strike) * scale) / years);

        const ofRate = (shift: number) =>
          black76Price({ ...option, discount: Math.exp(-(rate + shift) * years) });
        near(slope(ofRate, 1e-4), greeks.rho, 1e-6 * (forward + option.strike) * scale * years);
      }),
    );
  });

  it('call and put differ by what parity says', () => {
    fc.assert(
      fc.property(options, (option) => {
        const linear = { ...option, payoff: 'linear' } as const;
        const call = black76Greeks({ ...linear, optionType: 'call' });
        const put = black76Greeks({ ...linear, optionType: 'put' });
        expect(call.delta - put.delta).toBeCloseTo(option.discount, 12);
        expect([call.gamma, call.vega]).toEqual([put.gamma, put.vega]);
      }),
    );
  });

  it('the coins that hedge an inverse option are the linear delta less its price', () => {
    const linear = black76Greeks(input).delta;
    const coins = coinDelta(input);
    expect(coins).toBeCloseTo(linear - black76Price({ ...input, payoff: 'inverse' }), 14);
    expect(coinDelta({ ...input, payoff: 'inverse' })).toBe(coins);
  });
});

describe('Greeks where nothing is left to happen', () => {
  it.each<[string, Partial<Black76Input>, number]>([
    ['a call in the money', { years: 0, discount: 1 }, 1],
    ['a call out of the money', { years: 0, discount: 1, forward: 95 }, 0],
    ['a call at the strike', { years: 0, discount: 1, forward: 100 }, 0.5],
    ['a put in the money', { years: 0, discount: 1, forward: 95, optionType: 'put' }, -1],
    ['without volatility', { volatility: 0 }, Math.exp(-0.05)],
  ])('%s', (_name, changes, delta) => {
    const greeks = black76Greeks({ ...input, ...changes });
    expect(greeks.delta).toBe(delta);
    expect(greeks.gamma).toBe(0);
    for (const value of Object.values(greeks)) expect(Number.isFinite(value)).toBe(true);
  });
});
