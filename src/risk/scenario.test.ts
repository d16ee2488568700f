import { describe, expect, it } from 'vitest';
import {
  priceShock,
  SAME_VOLATILITY,
  type Shock,
  shockedVolatility,
  shockId,
  termFactor,
  type VolatilityShock,
  type VolatilityTerm,
} from './scenario.js';

const POWER: VolatilityTerm = {
  kind: 'power',
  referenceDays: 30,
  shortPower: 0.3,
  longPower: 0.13,
  daysMin: 1,
};
const TABLE: VolatilityTerm = {
  kind: 'table',
  points: [
    { days: 0, factor: 1 },
    { days: 30, factor: 0.7 },
    { days: 60, factor: 0.5 },
  ],
};

describe('the term of a volatility shock', () => {
  it.each<[string, VolatilityTerm, number, number]>([
    ['flat', { kind: 'flat' }, 3, 1],
    ['power at its reference', POWER, 30, 1],
    ['power, shorter', POWER, 15, 2 ** 0.3],
    ['power, longer', POWER, 120, 0.25 ** 0.13],
    ['power, no shorter than a day', POWER, 0.01, 30 ** 0.3],
    ['table at a point', TABLE, 30, 0.7],
    ['table between points', TABLE, 15, 0.85],
    ['table between later points', TABLE, 45, 0.6],
    ['table before its first', TABLE, -1, 1],
    ['table after its last', TABLE, 400, 0.5],
  ])('%s', (_name, term, days, factor) => {
    expect(termFactor(term, days)).toBeCloseTo(factor, 12);
  });
});

describe('a shocked volatility', () => {
  const shock = (changes: object): VolatilityShock => ({
    kind: 'relative',
    changePpm: 500_000n,
    term: { kind: 'flat' },
    volatilityMinPpm: 0n,
    ...changes,
  });

  it.each<[string, VolatilityShock, number]>([
    ['stays where nothing moves it', SAME_VOLATILITY, 0.4],
    ['rises by a part of itself', shock({}), 0.6],
    ['rises by points', shock({ kind: 'points', changePpm: 300_000n }), 0.7],
    ['falls by a part of itself', shock({ changePpm: -250_000n }), 0.3],
    ['falls by points, never below 0', shock({ kind: 'points', changePpm: -500_000n }), 0],
    ['is at least the minimum', shock({ volatilityMinPpm: 800_000n }), 0.8],
    ['moves more when short-dated', shock({ term: POWER }), 0.4 * (1 + 0.5 * 3 ** 0.3)],
  ])('%s', (_name, change, volatility) => {
    expect(shockedVolatility(change, { volatility: 0.4, daysToExpiry: 10 })).toBeCloseTo(volatility, 12);
  });

  // Deribit's own page: with 15 days left the change is (30/15)^0.30 of that at 30 days (pages/docs/portfoliomargin).
  it('grows as in the example of the documentation', () => {
    const change = shock({ changePpm: 380_000n, term: POWER });
    const shocked = shockedVolatility(change, { volatility: 1, daysToExpiry: 15 });
    expect(shocked).toBeCloseTo(1 + 2 ** 0.3 * 0.38, 12);
  });
});

describe('the name of a shock', () => {
  const up: VolatilityShock = {
    kind: 'relative',
    changePpm: 300_000n,
    term: { kind: 'flat' },
    volatilityMinPpm: 0n,
  };
  it.each<[string, Shock]>([
    ['price-15%/vol+30%', { ...priceShock(-150_000n), volatility: up }],
    ['price+0%/vol+0%', priceShock(0n)],
    [
      'price+5.3333%/vol-2.5pt',
      { ...priceShock(53_333n), volatility: { ...up, kind: 'points', changePpm: -25_000n } },
    ],
    ['price+500%/vol+0%/tail', { ...priceShock(5_000_000n), damping: { numerator: 1n, denominator: 3n } }],
    ['price+0%/vol+0%/1d', { ...priceShock(0n), horizonMs: 86_400_000 }],
  ])('%s', (id, shock) => {
    expect(shockId(shock)).toBe(id);
  });
});
