import { describe, expect, it } from 'vitest';
import { drawScenarios, historicalScenarios, type ReturnSeries } from './historicalScenarios.js';
import { priceShock } from './scenario.js';
import { scenarioVectors } from './scenarioGrid.js';

const bitcoin: ReturnSeries = {
  underlying: 'BTC',
  returns: [
    { date: '2020-03-11', priceReturn: 0.002 },
    { date: '2020-03-12', priceReturn: -0.37, volatilityReturn: 1.2 },
    { date: '2020-03-13', priceReturn: 0.11 },
    { date: '2020-03-14', priceReturn: -0.07 },
  ],
};
const ether: ReturnSeries = {
  underlying: 'ETH',
  returns: [
    { date: '2020-03-14', priceReturn: -0.08 },
    { date: '2020-03-12', priceReturn: -0.42 },
    { date: '2020-03-13', priceReturn: 0.15 },
  ],
};

function scenariosOf(series: readonly ReturnSeries[], last?: number) {
  const found = historicalScenarios(series, last === undefined ? {} : { last });
  if (!found.ok) throw new Error(found.error.reason);
  return found.value;
}

describe('historical scenarios', () => {
  it('are the dates all series have, oldest first, with the moves of that date together', () => {
    const scenarios = scenariosOf([bitcoin, ether]);
    expect(scenarios.map(({ id }) => id)).toEqual(['2020-03-12', '2020-03-13', '2020-03-14']);
    expect([...(scenarios[0]?.shocks ?? [])]).toEqual([
      [
        'BTC',
        {
          ...priceShock(-370_000n),
          volatility: {
            kind: 'relative',
            changePpm: 1_200_000n,
            term: { kind: 'flat' },
            volatilityMinPpm: 0n,
          },
        },
      ],
      ['ETH', priceShock(-420_000n)],
    ]);
  });

  it('keep only the newest when asked', () => {
    expect(scenariosOf([bitcoin, ether], 2).map(({ id }) => id)).toEqual(['2020-03-13', '2020-03-14']);
    expect(scenariosOf([bitcoin], 9)).toHaveLength(4);
  });

  it('give vectors and price changes of assets as any scenarios do', () => {
    const vectors = scenarioVectors(scenariosOf([bitcoin, ether]), {
      instruments: [
        {
          kind: 'future',
          instrument: 5,
          underlying: 'ETH',
          terms: { payoff: 'linear', unit: 1n, markTicksPerTick: 1n },
          markTicks: 200n,
        },
      ],
      assets: [{ asset: 1, underlying: 'BTC' }],
      nowMs: 0,
    });
    expect(vectors).toEqual({
      ok: true,
      value: {
        ids: ['2020-03-12', '2020-03-13', '2020-03-14'],
        instruments: [{ instrument: 5, pnlPerLot: [-84_000_000n, 30_000_000n, -16_000_000n] }],
        assets: [{ asset: 1, priceChangePpm: [-370_000n, 110_000n, -70_000n] }],
      },
    });
  });

  it.each<[string, readonly ReturnSeries[], object]>([
    ['no series', [], { reason: 'noCommonDate' }],
    [
      'no date in common',
      [bitcoin, { underlying: 'X', returns: [{ date: '1999-01-01', priceReturn: 0 }] }],
      { reason: 'noCommonDate' },
    ],
    [
      'a loss of everything',
      [{ underlying: 'X', returns: [{ date: 'd', priceReturn: -1 }] }],
      { reason: 'badReturn', underlying: 'X', date: 'd' },
    ],
    [
      'a return that is no number',
      [{ underlying: 'X', returns: [{ date: 'd', priceReturn: Number.NaN }] }],
      { reason: 'badReturn' },
    ],
    [
      'a date twice',
      [{ underlying: 'X', returns: [...ether.returns, ...ether.returns.slice(0, 1)] }],
      { reason: 'repeatedDate', date: '2020-03-14' },
    ],
  ])('refuse %s', (_name, series, error) => {
    expect(historicalScenarios(series)).toMatchObject({ ok: false, error });
  });
});

describe('drawn scenarios', () => {
  const scenarios = scenariosOf([bitcoin, ether]);

  it('are the same for a seed, come from the history and have names of their own', () => {
    const drawn = drawScenarios(scenarios, { count: 200, seed: 'a' });
    expect(drawScenarios(scenarios, { count: 200, seed: 'a' })).toEqual(drawn);
    expect(drawScenarios(scenarios, { count: 200, seed: 'b' })).not.toEqual(drawn);
    expect(new Set(drawn.map(({ id }) => id)).size).toBe(200);
    const sources = drawn.map(({ id }) => id.split('/')[0]);
    expect(new Set(sources)).toEqual(new Set(scenarios.map(({ id }) => id)));
    for (const [at, { shocks }] of drawn.entries())
      expect(shocks).toBe(scenarios.find(({ id }) => id === sources[at])?.shocks);
  });
});
