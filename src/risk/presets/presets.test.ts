import { describe, expect, it } from 'vitest';
import { priceShock } from '../scenario.js';
import { gridScenarios, type ScenarioBook, type ScenarioGrid, scenarioVectors } from '../scenarioGrid.js';
import { DAY_MS, futurePnlPerLot } from '../scenarioPnl.js';
import { DERIBIT_LIKE_BTC, deribitLikeGrid, deribitLikeTailReliefUsd } from './deribitLike.js';
import { OKX_LIKE_BTC, OKX_LIKE_MAJOR, OKX_LIKE_OTHER, okxLikeGrid } from './okxLike.js';
import { SPAN_LIKE, spanLikeGrid } from './spanLike.js';

const ids = (grid: ScenarioGrid) => gridScenarios(grid, ['BTC']).map(({ id }) => id);

const book: ScenarioBook = {
  instruments: [
    {
      kind: 'option',
      instrument: 1,
      underlying: 'BTC',
      option: {
        optionType: 'put',
        payoff: 'inverse',
        unit: 10n ** 8n,
        strikeTicks: 60_000n,
        expiryMs: 30 * DAY_MS,
      },
      forwardTicks: 65_000n,
      volatility: 0.6,
    },
  ],
  assets: [],
  nowMs: 0,
};

describe('the Deribit-like grid', () => {
  const grid = deribitLikeGrid();

  it('has nine price buckets x three volatilities, and eight damped tails with volatility up', () => {
    expect(ids(grid)).toHaveLength(35);
    expect(ids(grid).slice(0, 4)).toEqual([
      'price-16%/vol+50%@30d',
      'price-16%/vol+0%',
      'price-16%/vol-25%@30d',
      'price-12%/vol+50%@30d',
    ]);
    expect(ids(grid).slice(27)).toEqual(
      [-66, -33, 50, 100, 200, 300, 400, 500].map(
        (percent) => `price${percent < 0 ? '' : '+'}${percent}%/vol+50%@30d/tail`,
      ),
    );
  });

  // "private/pme/simulate", docs.deribit.com, the response example of 17 June 2024: 0.314538364 BTC of BTC-PERPETUAL.
  it('gives the vectors of the documentation for a perpetual, core and tails', () => {
    const standard = [
      -0.05991206933333334, -0.04289159509090909, -0.027351162086956524, -0.013105765166666668, 0,
      0.012097629384615385, 0.023299138074074074, 0.033700538999999995, 0.043384601931034494,
    ];
    const extended = [-0.05991206933333334, -0.05991206933333334, ...Array(6).fill(0.04338460193103449)];
    const markTicks = 6_591_057n;
    // One lot is the whole position, in billionths of a coin.
    const perpetual = {
      terms: { payoff: 'inverse', unit: 314_538_364n * markTicks, markTicksPerTick: 1n },
      markTicks,
    } as const;
    const found = grid.shocks.map((shock) => Number(futurePnlPerLot(perpetual, shock)) / 1e15);
    const expected = [...standard.flatMap((pnl) => [pnl, pnl, pnl]), ...extended];
    expect(found).toHaveLength(expected.length);
    for (const [at, pnl] of expected.entries())
      expect(Math.abs((found[at] as number) - pnl)).toBeLessThan(1e-15);
  });

  // The same example: a roll shock of 0.00315725898 BTC and a maintenance margin of 0.050274504784 BTC.
  it('states the roll shock and the maintenance factor of the documentation', () => {
    const { annualisedMovePpm, minimumMovePpm, maintenanceFactorPpm } = DERIBIT_LIKE_BTC.addOns;
    const rate = (days: number) =>
      Math.max((Number(annualisedMovePpm) * days) / 365, Number(minimumMovePpm)) / 1e6;
    const rollShock = 0.314538364 * rate(0) + 0.001187534 * rate(11);
    expect(rollShock).toBeCloseTo(0.00315725898, 11);
    const riskMatrixMargin = 0.06284313098;
    expect(Math.abs(0.05968587238095239 + rollShock - riskMatrixMargin)).toBeLessThan(1e-9);
    expect((riskMatrixMargin * Number(maintenanceFactorPpm)) / 1e6).toBeCloseTo(0.050274504784, 14);
  });

  // There the whole tail of a position of 20,000 USD is dampened away.
  it('has a relief for each scenario that takes the tails of the documentation to 0', () => {
    const relief = deribitLikeTailReliefUsd();
    expect(relief).toHaveLength(grid.shocks.length);
    expect(relief.slice(0, 27).every((usd) => usd === 0n)).toBe(true);
    expect(relief.slice(27, 30)).toEqual([312_500n, 106_250n, 212_500n]);
    const tailLossUsd = 0.05991206933333334 * 65_910.57;
    for (const usd of relief.slice(27)) expect(Number(usd)).toBeGreaterThan(tailLossUsd);
  });

  it('takes other parameters', () => {
    const wide = deribitLikeGrid({ ...DERIBIT_LIKE_BTC, priceRangePpm: 180_000n, bucketsPerSide: 2 });
    expect(wide.shocks.slice(0, 15).map(({ priceMovePpm }) => priceMovePpm)[3]).toBe(-90_000n);
    const tail = wide.shocks.find(({ priceMovePpm }) => priceMovePpm === 1_000_000n);
    expect(Number(tail?.damping.numerator) / Number(tail?.damping.denominator)).toBeCloseTo(0.18, 12);
  });
});

describe('the OKX-like grid', () => {
  it('has seven prices x five volatilities, a day of decay and two extreme moves', () => {
    const names = ids(okxLikeGrid());
    expect(names).toHaveLength(38);
    expect(names.slice(0, 5)).toEqual([
      'price-12%/vol+0%',
      'price-12%/vol+30pt@0d',
      'price-12%/vol-30pt@0d',
      'price-12%/vol+50%@0d',
      'price-12%/vol-50%@0d',
    ]);
    expect(names.slice(35)).toEqual(['price+0%/vol+0%/1d', 'price-24%/vol+0%/tail', 'price+24%/vol+0%/tail']);
  });

  it('counts half the loss of an extreme move', () => {
    const extreme = okxLikeGrid().shocks.at(-2);
    const future = {
      terms: { payoff: 'linear', unit: 100n, markTicksPerTick: 1n },
      markTicks: 65_000n,
    } as const;
    expect(futurePnlPerLot(future, extreme!)).toBe(futurePnlPerLot(future, priceShock(-120_000n)));
  });

  it.each([
    ['BTC', OKX_LIKE_BTC, [-12, -8, -4, 0, 4, 8, 12], 24],
    ['the second tier', OKX_LIKE_MAJOR, [-18, -12, -6, 0, 6, 12, 18], 36],
    ['the others', OKX_LIKE_OTHER, [-25, -16, -8, 0, 8, 16, 25], 50],
  ] as const)('moves %s as published', (_name, parameters, percents, extreme) => {
    const { shocks } = okxLikeGrid(parameters);
    const moves = [...new Set(shocks.slice(0, 35).map(({ priceMovePpm }) => Number(priceMovePpm) / 10_000))];
    expect(moves).toEqual(percents);
    expect(shocks.slice(-2).map(({ priceMovePpm }) => Number(priceMovePpm) / 10_000)).toEqual([
      -extreme,
      extreme,
    ]);
  });
});

describe('the SPAN-like array', () => {
  it('has the sixteen scenarios in their order', () => {
    const { shocks } = spanLikeGrid({ ...SPAN_LIKE, priceScanRangePpm: 30_000n });
    const rows = shocks.map(({ priceMovePpm, volatility }) => [
      Number(priceMovePpm) / 10_000,
      volatility.kind === 'same' ? 0 : Math.sign(Number(volatility.changePpm)),
    ]);
    expect(rows).toEqual([
      ...[0, 1, -1, 2, -2, 3, -3].flatMap((thirds) => [
        [thirds, 1],
        [thirds, -1],
      ]),
      [6, 0],
      [-6, 0],
    ]);
  });

  // L. McMillan, "Options as a Strategic Investment", chapter 34: S&P 500 future, 500 dollars a point, maintenance
  // margin 10,000 = 20 points, extreme move 14 points; thirds are printed to ten dollars.
  it('gives the printed array of a future', () => {
    const future = {
      terms: { payoff: 'linear', unit: 5n, markTicksPerTick: 1n },
      markTicks: 40_000n,
    } as const;
    const array = spanLikeGrid({ ...SPAN_LIKE, priceScanRangePpm: 50_000n }).shocks.map(
      (shock) => Number(futurePnlPerLot(future, shock)) / 1e6,
    );
    const printed = [0, 3_330, -3_330, 6_670, -6_670, 10_000, -10_000].flatMap((pnl) => [pnl, pnl]);
    for (const [at, pnl] of [...printed, 7_000, -7_000].entries())
      expect(Math.abs((array[at] as number) - pnl)).toBeLessThan(5);
  });

  it('has the later extreme move, three times at a third, when asked', () => {
    const { shocks } = spanLikeGrid({ ...SPAN_LIKE, extremeMultiple: 3n, extremeCoverPpm: 330_000n });
    expect(shocks.at(-1)).toMatchObject({ priceMovePpm: -450_000n, damping: { numerator: 330_000n } });
  });
});

describe('every preset', () => {
  it.each([
    ['deribit', deribitLikeGrid()],
    ['okx', okxLikeGrid()],
    ['span', spanLikeGrid({ ...SPAN_LIKE, extremeMultiple: 3n, extremeCoverPpm: 330_000n })],
  ])('%s prices a book: distinct names, whole numbers, a worst loss', (_name, grid) => {
    const vectors = scenarioVectors(gridScenarios(grid, ['BTC']), book);
    if (!vectors.ok) throw new Error(vectors.error.rule);
    const pnl = vectors.value.instruments[0]?.pnlPerLot ?? [];
    expect(pnl).toHaveLength(grid.shocks.length);
    expect(pnl.some((value) => value < 0n) && pnl.some((value) => value > 0n)).toBe(true);
  });
});
