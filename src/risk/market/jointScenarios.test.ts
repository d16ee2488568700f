import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../base/index.js';
import { confidenceOf } from '../measures/confidenceOf.js';
import { scenarioMeasure } from '../measures/scenarioMeasure.js';
import { filteredModel } from '../models/filteredHistorical.js';
import { normalQuantile } from '../normal.js';
import { type AssetBars, alignMarket, type Bar } from './alignedMarket.js';
import { type JointParameters, jointScenarios } from './jointScenarios.js';
import { linearLegs, marketScenarios } from './marketScenarios.js';

const DAY_MS = 86_400_000;
const DAYS = 760;
const CRASH = 400;
const SHORT = { residualsMin: 300 };

describe('scenarios of a whole market', () => {
  it('agree with the filtered model on one asset, on both sides', () => {
    const market = aligned([bars('BTC', 0)]);
    const joint = must(jointScenarios(market, SHORT));
    const { returns } = market.assets[0] as { returns: Float64Array };
    for (const side of ['long', 'short'] as const) {
      const model = filteredModel(SHORT);
      const at = { start: returns.length, end: returns.length + 1, confidence: '0.99', side };
      const forecast = must(model.forecasts({ returns, ...at }));
      const legs = linearLegs(joint, { BTC: side === 'long' ? 1 : -1 });
      const found = must(scenarioMeasure({ ids: joint.dates, legs }, confidenceOf('0.99')));
      expect(found.valueAtRisk).toBeCloseTo(forecast.valueAtRisk[0] as number, 12);
      expect(found.expectedShortfall).toBeCloseTo(forecast.expectedShortfall[0] as number, 12);
    }
  });

  it('keep a crash of all assets on one date, and name it', () => {
    const market = aligned([bars('BTC', 0), bars('ETH', 0)]);
    const joint = must(jointScenarios(market, SHORT));
    const legs = linearLegs(joint, { BTC: 1, ETH: 1 });
    const { tail, legs: measured } = must(scenarioMeasure({ ids: joint.dates, legs }, confidenceOf('0.999')));
    expect(joint.dates[tail[0]?.index as number]).toBe(market.dates[CRASH - 1]);
    for (const { shortfallContribution } of measured) expect(shortfallContribution).toBeGreaterThan(0.1);
  });

  it('a young asset borrows from its peer, date by date, and says how often', () => {
    const market = aligned([bars('BTC', 0), bars('NEW', 500)]);
    const joint = must(jointScenarios(market, { ...SHORT, peers: { NEW: ['BTC'] } }));
    const [btc, young] = joint.assets;
    expect(btc?.borrowed).toEqual({});
    // 709 dates after the warm-up of BTC, of which NEW has 209 after its own.
    expect(joint.dates.length).toBe(DAYS - 1 - 50);
    expect(young?.borrowed).toEqual({ BTC: 500 });
    const at = 10;
    const sign = (btc?.closes[at] as number) < 0 ? 'fallVolatility' : 'riseVolatility';
    const ratio = (young?.[sign] as number) / (btc?.[sign] as number);
    expect(young?.closes[at]).toBeCloseTo((btc?.closes[at] as number) * ratio, 12);
    expect(jointScenarios(market, SHORT)).toMatchObject({
      error: { code: 'too_few', field: 'peers', context: { asset: 'NEW', dates: '500' } },
    });
  });

  it('leave out dates that an asset lacks, by name', () => {
    const holed = bars('ETH', 0);
    const market = aligned([bars('BTC', 0), { ...holed, bars: holed.bars.filter((_, day) => day !== 600) }]);
    const joint = must(jointScenarios(market, SHORT));
    // Without the bar of a day neither its return nor that of the next day is known.
    expect(joint.leftOut).toEqual([market.dates[599], market.dates[600]]);
    expect(market.assets[1]?.missing).toEqual(joint.leftOut);
    expect(joint.dates).not.toContain(market.dates[600]);
  });

  it('leave out what comes after the end of an asset, by name', () => {
    const ended = bars('ETH', 0);
    const market = aligned([bars('BTC', 0), { ...ended, bars: ended.bars.slice(0, -3) }]);
    const joint = must(jointScenarios(market, SHORT));
    expect(joint.leftOut).toEqual(market.dates.slice(-3));
    expect(joint.dates.at(-1)).toBe(market.dates.at(-4));
  });

  it('lose more on the way than at the close, and scale with the stored exponent', () => {
    const market = aligned([bars('BTC', 0)]);
    const joint = must(jointScenarios(market, SHORT));
    const measure = (path: 'close' | 'worst', value: number) =>
      must(
        scenarioMeasure(
          { ids: joint.dates, legs: linearLegs(joint, { BTC: value }, path) },
          confidenceOf('0.99'),
        ),
      ).expectedShortfall;
    expect(measure('worst', 1)).toBeGreaterThan(measure('close', 1));
    expect(measure('worst', -1)).toBeGreaterThan(measure('close', -1));
    const scaled = must(jointScenarios(market, { ...SHORT, scaling: { periods: 4, exponent: 0.5 } }));
    expect(scaled.assets[0]?.closes[5]).toBeCloseTo(2 * (joint.assets[0]?.closes[5] as number), 12);
    expect(scaled.parameters.scaling).toEqual({ periods: 4, exponent: 0.5 });
  });

  it('leave a price, and become scenarios in whole ppm with the dates as ids', () => {
    const market = aligned([bars('BTC', 0)]);
    const joint = must(jointScenarios(market, { ...SHORT, scaling: { periods: 400, exponent: 0.5 } }));
    expect(joint.assets[0]?.floored).toBeGreaterThan(0);
    const scenarios = marketScenarios(joint, 'low');
    expect(scenarios.length).toBe(joint.dates.length);
    const moves = scenarios.map(({ shocks }) => shocks.get('BTC')?.priceMovePpm as bigint);
    expect(moves.every((move) => move >= -999_000n)).toBe(true);
    expect(scenarios[3]?.id).toBe(joint.dates[3]);
    expect(moves[3]).toBe(BigInt(Math.round((joint.assets[0]?.lows[3] as number) * 1e6)));
  });

  it('refuse short histories, constant prices and parameters that are none', () => {
    const market = aligned([bars('BTC', 0)]);
    const refuse = (parameters: Partial<JointParameters>) => jointScenarios(market, parameters);
    expect(refuse({ residualsMin: 800 })).toMatchObject({ error: { code: 'too_few', field: 'dates' } });
    expect(refuse({ lambda: 1 })).toMatchObject({ error: { field: 'lambda' } });
    expect(refuse({ warmup: 0 })).toMatchObject({ error: { field: 'warmup' } });
    expect(refuse({ favourableCap: Number.NaN })).toMatchObject({ error: { field: 'favourableCap' } });
    expect(refuse({ scaling: { periods: 0, exponent: 0.5 } })).toMatchObject({ error: { field: 'scaling' } });
    expect(refuse({ peers: { BTC: ['BTC'] } })).toMatchObject({ error: { field: 'peers/BTC' } });
    const flat = bars('FLAT', 0).bars.map((bar) => ({ ...bar, open: 1, high: 1, low: 1, close: 1 }));
    const constant = jointScenarios(aligned([{ asset: 'FLAT', bars: flat }]), SHORT);
    expect(constant).toMatchObject({ error: { code: 'constant', field: 'assets/FLAT' } });
  });
});

describe('a market on one calendar', () => {
  it('refuses names that are there twice, prices not above 0, and times that do not rise', () => {
    const one = bars('A', 700);
    const change = (at: number, more: Partial<Bar>) => [
      { asset: 'A', bars: one.bars.map((bar, row) => (row === at ? { ...bar, ...more } : bar)) },
    ];
    const refuse = (series: readonly AssetBars[]) => alignMarket(series, { intervalMs: DAY_MS });
    expect(refuse([])).toMatchObject({ error: { code: 'too_few' } });
    expect(refuse([one, one])).toMatchObject({ error: { code: 'duplicate_id', at: [1] } });
    expect(refuse(change(3, { low: 0 }))).toMatchObject({ error: { code: 'not_finite', at: [0, 3] } });
    expect(refuse(change(3, { close: Number.NaN }))).toMatchObject({
      error: { code: 'not_finite', at: [0, 3] },
    });
    expect(refuse(change(3, { timeMs: 0 }))).toMatchObject({ error: { code: 'bad_range', at: [0, 3] } });
    expect(refuse([{ asset: 'A', bars: one.bars.slice(0, 1) }])).toMatchObject({
      error: { code: 'too_few' },
    });
  });
});

/** Daily bars from day `from` on, with one crash that all share. */
function bars(asset: string, from: number): AssetBars {
  const random = seededRandom(asset);
  let close = 100;
  const made: Bar[] = [];
  for (let day = 0; day < DAYS; day++) {
    const noise = () => normalQuantile((random.word() + 0.5) / 2 ** 32);
    const open = close;
    close = open * (1 + (day === CRASH ? -0.4 : Math.max(-0.2, 0.03 * noise())));
    const [high, low] = [Math.max(open, close) * 1.01, Math.min(open, close) * 0.99];
    if (day >= from) made.push({ timeMs: day * DAY_MS, open, high, low, close, volume: null });
  }
  return { asset, bars: made };
}

function aligned(series: readonly AssetBars[]) {
  return must(alignMarket(series, { intervalMs: DAY_MS }));
}

function must<T>(result: { ok: true; value: T } | { ok: false; error: unknown }): T {
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
}
