import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../base/random.js';
import { ok } from '../../base/result.js';
import { normalPdf, normalQuantile } from '../normal.js';
import type { TailModel } from '../tailModel.js';
import { BACKTEST_SETTINGS } from './backtest.js';
import { equalWeight, type ReturnHistory, returnHistory } from './returnHistory.js';
import { tailProbabilityOf } from './series.js';
import { compareModels, judge } from './verdicts.js';
import { type WalkForwardPlan, walkForward } from './walkForward.js';

const DAYS = 1200;

const dates = Array.from({ length: DAYS }, (_, day) =>
  new Date(Date.UTC(2019, 0, 1 + day)).toISOString().slice(0, 10),
);
const history = (id: string): ReturnHistory => {
  const random = seededRandom(id);
  const draw = () => 0.03 * normalQuantile((random.word() + 0.5) / 2 ** 32);
  return { id, dates, returns: Float64Array.from(dates, draw) };
};

/** Normal with a fixed deviation: right for these histories at 0.03. It records what it was asked. */
function fixed(id: string, deviation: number): TailModel {
  return {
    id,
    daysMin: 100,
    forecasts: ({ start, end, confidence }) => {
      const tail = tailProbabilityOf(confidence) as number;
      const quantile = -normalQuantile(tail);
      const all = (value: number) => new Float64Array(end - start).fill(deviation * value);
      return ok({ valueAtRisk: all(quantile), expectedShortfall: all(normalPdf(quantile) / tail) });
    },
  };
}

const plan: WalkForwardPlan = {
  histories: [history('AAA'), history('BBB')],
  models: [fixed('right', 0.03), fixed('low', 0.02)],
  sides: ['long', 'short'],
  confidences: ['0.99', '0.975'],
  from: '2020-01-01',
  to: null,
};
const settings = { ...BACKTEST_SETTINGS, draws: 399 };

describe('a walk forward', () => {
  const walk = walkForward(plan, settings);

  it('has a cell for each asset, confidence, side and model, on the dates that are judged', () => {
    expect(walk.refused).toEqual([]);
    expect(walk.cells).toHaveLength(16);
    const [cell] = walk.cells;
    expect(cell).toMatchObject({ subject: 'AAA', model: 'right', side: 'long', confidence: '0.99' });
    expect([cell?.dates[0], cell?.dates.length]).toEqual(['2020-01-01', DAYS - 365]);
    expect(cell?.series.losses[0]).toBe(-(plan.histories[0]?.returns[365] as number));
    expect(cell?.judgedFrom).toBe(265);
    expect(cell?.margins).toHaveLength(DAYS - 100);
    const short = walk.cells.find(({ side }) => side === 'short');
    expect(short?.series.losses[0]).toBe(plan.histories[0]?.returns[365]);
  });

  it('judges each test of a model over all its cells: the right one stands, the low one falls', () => {
    const judged = judge(walk.cells);
    const rejected = (model: string) =>
      judged.filter(({ cell, verdicts }) => cell.model === model && verdicts.coverage.isRejected).length;
    expect(rejected('right')).toBe(0);
    expect(rejected('low')).toBe(8);
    for (const { verdicts } of judged)
      for (const { pValue, adjusted } of Object.values(verdicts))
        if (pValue !== null) expect(adjusted).toBeGreaterThanOrEqual(pValue);
  });

  it('compares models cell by cell: the right one has the lower loss', () => {
    const compared = compareModels(walk.cells, { first: 'right', second: 'low' });
    expect(compared).toHaveLength(8);
    for (const { comparison, adjusted } of compared) {
      expect(comparison?.meanDifference).toBeLessThan(0);
      expect(adjusted as number).toBeGreaterThanOrEqual(comparison?.pValue as number);
    }
    expect(compareModels(walk.cells, { first: 'right', second: 'right' })[0]).toMatchObject({
      comparison: null,
      adjusted: null,
    });
  });

  it('judges all models on the same days, from when the one that needs most can forecast', () => {
    const slow = { ...fixed('slow', 0.03), daysMin: 700 };
    const never = { ...fixed('never', 0.03), daysMin: 5000 };
    const same = walkForward({ ...plan, models: [fixed('right', 0.03), slow, never] }, settings);
    expect(new Set(same.cells.map(({ dates: judged }) => judged.length))).toEqual(new Set([DAYS - 700]));
    expect(new Set(same.refused.map(({ model }) => model))).toEqual(new Set(['never']));
  });

  it('ends at a date, and names what it could not answer', () => {
    const short = walkForward({ ...plan, to: '2020-01-10', models: [fixed('right', 0.03)] }, settings);
    expect(short.cells).toEqual([]);
    expect(short.refused).toHaveLength(8);
    expect(short.refused[0]).toMatchObject({ subject: 'AAA', fault: { reason: 'tooShort', got: 10 } });
  });
});

describe('histories', () => {
  it('are simple returns, dated by the later price', () => {
    const prices = [100, 110, 99].map((price, day) => ({ date: `2020-01-0${day + 1}`, price }));
    const found = returnHistory('X', prices);
    expect(found.dates).toEqual(['2020-01-02', '2020-01-03']);
    expect(found.returns[0]).toBeCloseTo(0.1, 12);
    expect(found.returns[1]).toBeCloseTo(-0.1, 12);
  });

  it('of equal weight are the mean of those that have a return on the date', () => {
    const one = { id: 'A', dates: ['d1', 'd2'], returns: Float64Array.of(0.1, 0.2) };
    const two = { id: 'B', dates: ['d2', 'd3'], returns: Float64Array.of(0.4, -0.1) };
    const found = equalWeight('all', [one, two]);
    expect(found.dates).toEqual(['d1', 'd2', 'd3']);
    expect(found.returns[1]).toBeCloseTo(0.3, 12);
    expect(found.returns[2]).toBe(-0.1);
  });
});
