import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { VALUE_SCALE } from '../margin/account/view.js';
import { priceShock, type Scenario, type Shock } from './scenario.js';
import {
  evenMoves,
  gridScenarios,
  gridShocks,
  type ScenarioBook,
  type ScenarioGrid,
  type ScenarioInstrument,
  scenarioVectors,
} from './scenarioGrid.js';
import { DAY_MS, futurePnlPerLot, optionPnlPerLot } from './scenarioPnl.js';

const NOW = 1_700_000_000_000;

const perpetual = {
  kind: 'future',
  instrument: 1,
  underlying: 'BTC',
  terms: { payoff: 'linear', unit: 100n, markTicksPerTick: 10n },
  markTicks: 650_000n,
} as const;
const ether = { ...perpetual, instrument: 2, underlying: 'ETH', markTicks: 35_000n };
const call = {
  kind: 'option',
  instrument: 3,
  underlying: 'BTC',
  option: {
    optionType: 'call',
    payoff: 'linear',
    unit: 100n,
    strikeTicks: 70_000n,
    expiryMs: NOW + 30 * DAY_MS,
  },
  forwardTicks: 65_000n,
  volatility: 0.5,
} as const;

const book: ScenarioBook = {
  instruments: [perpetual, ether, call],
  assets: [
    { asset: 0, underlying: null },
    { asset: 7, underlying: 'BTC' },
  ],
  nowMs: NOW,
};

const up: Shock['volatility'] = {
  kind: 'relative',
  changePpm: 300_000n,
  term: { kind: 'flat' },
  volatilityMinPpm: 0n,
};
const grid: ScenarioGrid = {
  name: 'small',
  shocks: [
    ...gridShocks(evenMoves({ rangePpm: 150_000n, stepsPerSide: 1 }), [up, { kind: 'same' }]),
    { ...priceShock(1_000_000n), damping: { numerator: 15n, denominator: 100n } },
  ],
};

describe('a grid', () => {
  it('pairs every price move with every volatility shock, and names them', () => {
    expect(gridScenarios(grid, ['BTC']).map(({ id }) => id)).toEqual([
      'price-15%/vol+30%',
      'price-15%/vol+0%',
      'price+0%/vol+30%',
      'price+0%/vol+0%',
      'price+15%/vol+30%',
      'price+15%/vol+0%',
      'price+100%/vol+0%/tail',
    ]);
  });

  it('has even moves on both sides of none', () => {
    expect(evenMoves({ rangePpm: 160_000n, stepsPerSide: 4 })).toEqual(
      [-160, -120, -80, -40, 0, 40, 80, 120, 160].map((thousands) => BigInt(thousands) * 1_000n),
    );
    expect(evenMoves({ rangePpm: 100_000n, stepsPerSide: 3 })).toEqual([
      -100_000n,
      -66_667n,
      -33_333n,
      0n,
      33_333n,
      66_667n,
      100_000n,
    ]);
  });
});

describe('the vectors of a book', () => {
  it('hold one number for each scenario, in order, and nothing where the underlying stands still', () => {
    const vectors = scenarioVectors(gridScenarios(grid, ['BTC']), book);
    if (!vectors.ok) throw new Error(vectors.error.rule);
    const { ids, instruments, assets } = vectors.value;
    expect(ids).toHaveLength(grid.shocks.length);
    expect(instruments.map(({ instrument }) => instrument)).toEqual([1, 2, 3]);
    // 65,000 ticks x 100 minor units, a tenth of a tick finer: 15% of 6,500,000 minor units.
    expect(instruments[0]?.pnlPerLot[0]).toBe(-975_000n * VALUE_SCALE);
    expect(instruments[0]?.pnlPerLot[6]).toBe(975_000n * VALUE_SCALE);
    expect(new Set(instruments[1]?.pnlPerLot)).toEqual(new Set([0n]));
    expect(new Set(assets[0]?.priceChangePpm)).toEqual(new Set([0n]));
    expect(assets[1]?.priceChangePpm).toEqual([-150_000n, -150_000n, 0n, 0n, 150_000n, 150_000n, 150_000n]);
    for (const [at, shock] of grid.shocks.entries()) {
      expect(instruments[0]?.pnlPerLot[at]).toBe(futurePnlPerLot(perpetual, shock));
      expect(instruments[2]?.pnlPerLot[at]).toBe(optionPnlPerLot(call, shock, NOW));
    }
  });

  it('move underlyings together or one by one, as the scenarios say', () => {
    const both = scenarioVectors(gridScenarios(grid, ['BTC', 'ETH']), book);
    if (!both.ok) throw new Error(both.error.rule);
    expect(both.value.instruments[1]?.pnlPerLot[0]).toBe(-52_500n * VALUE_SCALE);
  });

  it('leave a coin hedged with its own inverse short worth the same in quote in every scenario, damped or not', () => {
    const shocks: fc.Arbitrary<Shock> = fc
      .tuple(fc.bigInt(-990_000n, 5_000_000n), fc.bigInt(0n, 100n))
      .map(([move, part]) => ({ ...priceShock(move), damping: { numerator: part, denominator: 100n } }));
    fc.assert(
      fc.property(shocks, fc.bigInt(1_000n, 10n ** 7n), (shock, markTicks) => {
        const coins = 1_000_000_000n;
        const short: ScenarioInstrument = {
          ...perpetual,
          terms: { payoff: 'inverse', unit: coins * markTicks, markTicksPerTick: 1n },
          markTicks,
        };
        const vectors = scenarioVectors([{ id: 'one', shocks: new Map([['BTC', shock]]) }], {
          ...book,
          instruments: [short],
        });
        if (!vectors.ok) throw new Error(vectors.error.rule);
        const pnl = -Number(vectors.value.instruments[0]?.pnlPerLot[0]) / 1e6;
        const price = 1 + Number(vectors.value.assets[1]?.priceChangePpm[0]) / 1e6;
        // The price change is whole ppm, so the value is right to half of one of the moved price.
        expect(Math.abs(((Number(coins) + pnl) * price) / Number(coins) - 1)).toBeLessThan(6e-7 / price);
      }),
    );
  });
});

describe('what is wrong is named', () => {
  const one = (shock: Shock): Scenario[] => [{ id: 'one', shocks: new Map([['BTC', shock]]) }];
  const still = one(priceShock(0n));

  it.each<[string, Scenario[], Partial<ScenarioBook>, string, string]>([
    ['no scenario', [], {}, '', 'scenarios'],
    ['two of one name', [...still, ...still], {}, 'one', 'id'],
    ['a fall by everything', one(priceShock(-1_000_000n)), {}, 'one', 'priceMovePpm'],
    [
      'damping over one',
      one({ ...priceShock(0n), damping: { numerator: 2n, denominator: 1n } }),
      {},
      'one',
      'damping',
    ],
    ['time backwards', one({ ...priceShock(0n), horizonMs: -1 }), {}, 'one', 'horizonMs'],
    ['a future without mark', still, { instruments: [{ ...perpetual, markTicks: 0n }] }, '1', 'markTicks'],
    ['no forward', still, { instruments: [{ ...call, forwardTicks: 0n }] }, '3', 'forwardTicks'],
    ['no volatility', still, { instruments: [{ ...call, volatility: 0 }] }, '3', 'volatility'],
    [
      'no strike',
      still,
      { instruments: [{ ...call, option: { ...call.option, strikeTicks: 0n } }] },
      '3',
      'strikeTicks',
    ],
    ['an expired option', still, { nowMs: NOW + 30 * DAY_MS }, '3', 'expiryMs'],
  ])('%s', (_name, scenarios, changes, subject, field) => {
    expect(scenarioVectors(scenarios, { ...book, ...changes })).toMatchObject({
      ok: false,
      error: { subject, field },
    });
  });
});
