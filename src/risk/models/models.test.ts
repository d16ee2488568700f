import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../base/index.js';
import { studentQuantile } from '../distributions.js';
import { normalQuantile } from '../normal.js';
import type { Side, TailModel } from '../tailModel.js';
import { ageWeightedModel, ageWeights } from './ageWeighted.js';
import { ewmaFilter } from './ewma.js';
import { filteredModel, historicalModel, TAIL_MODEL_NAMES, TAIL_MODELS } from './index.js';

const SIDES: readonly Side[] = ['long', 'short'];

describe.each(TAIL_MODEL_NAMES)('the model %s', (name) => {
  const model = TAIL_MODELS[name]();
  const { daysMin } = model;
  const returns = clusteredReturns(daysMin + 60, 'models');

  it.each(SIDES)('says the same before day t whatever returns[t..] are, %s', (side) => {
    const end = daysMin + 40;
    const whole = ask(model, returns, { start: daysMin, end, side });
    for (const t of [daysMin, daysMin + 7, daysMin + 20, daysMin + 39]) {
      const changed = returns.map((value, day) => (day < t ? value : day % 2 === 0 ? 0.5 : -0.5));
      const other = ask(model, changed, { start: daysMin, end: t + 1, side });
      for (const field of ['valueAtRisk', 'expectedShortfall'] as const)
        expect(other[field]).toEqual(whole[field].subarray(0, t + 1 - daysMin));
      // Neither the days before `start` nor how many are asked for change the answer.
      const alone = ask(model, changed.slice(0, t), { start: t, end: t + 1, side });
      expect(alone.valueAtRisk[0]).toBe(whole.valueAtRisk[t - daysMin]);
    }
  });

  it('does not look at what comes later even to refuse it', () => {
    const bad = returns.slice();
    bad[daysMin + 5] = Number.NaN;
    const question = { returns: bad, start: daysMin, confidence: '0.99', side: 'long' as const };
    expect(model.forecasts({ ...question, end: daysMin + 6 }).ok).toBe(true);
    expect(model.forecasts({ ...question, end: daysMin + 7 })).toMatchObject({
      error: { code: 'not_finite', at: [daysMin + 5] },
    });
  });

  it('rises with the confidence, the shortfall never under the value at risk', () => {
    for (const side of SIDES) {
      let last = ask(model, returns, { start: daysMin, end: daysMin + 3, side, confidence: '0.9' });
      for (const confidence of ['0.95', '0.975', '0.99', '0.995', '0.996', '0.999']) {
        const next = ask(model, returns, { start: daysMin, end: daysMin + 3, side, confidence });
        for (let i = 0; i < 3; i++) {
          expect(next.valueAtRisk[i]).toBeGreaterThanOrEqual(last.valueAtRisk[i] as number);
          expect(next.expectedShortfall[i]).toBeGreaterThanOrEqual(
            (last.expectedShortfall[i] as number) - 1e-12,
          );
          expect(next.expectedShortfall[i]).toBeGreaterThanOrEqual(next.valueAtRisk[i] as number);
        }
        last = next;
      }
    }
  });

  it('is homogeneous, and the short side of a series is the long side of its mirror image', () => {
    const end = daysMin + 2;
    const one = ask(model, returns, { start: daysMin, end, side: 'long' });
    const half = ask(
      model,
      returns.map((x) => x / 2),
      { start: daysMin, end, side: 'long' },
    );
    const mirror = ask(
      model,
      returns.map((x) => -x),
      { start: daysMin, end, side: 'short' },
    );
    expect(half.expectedShortfall[1]).toBeCloseTo((one.expectedShortfall[1] as number) / 2, 6);
    expect(mirror.expectedShortfall[1]).toBeCloseTo(one.expectedShortfall[1] as number, 9);
  });

  it('refuses what it cannot answer', () => {
    const question = { returns, start: daysMin, end: daysMin + 1, confidence: '0.99', side: 'long' as const };
    const refusals = [
      [{ start: daysMin - 1 }, 'too_few'],
      [{ end: returns.length + 2 }, 'bad_range'],
      [{ end: daysMin }, 'bad_range'],
      [{ confidence: '1' }, 'bad_confidence'],
      [{ confidence: '0' }, 'bad_confidence'],
      [{ returns: returns.map((x, day) => (day === 3 ? Number.NaN : x)) }, 'not_finite'],
      [{ returns: returns.map((x, day) => (day === 3 ? -1 : x)) }, 'return_below_total_loss'],
    ] as const;
    for (const [change, code] of refusals)
      expect(model.forecasts({ ...question, ...change })).toMatchObject({ ok: false, error: { code } });
  });
});

describe('a constant price', () => {
  it.each(['filtered', 'ewmaNormal', 'ewmaStudent', 'garchStudent', 'peaksOverThreshold'] as const)(
    'is refused by %s',
    (name) => {
      const model = TAIL_MODELS[name]();
      const returns = new Float64Array(model.daysMin);
      const question = { start: model.daysMin, end: model.daysMin + 1, confidence: '0.99' };
      const answer = model.forecasts({ returns, side: 'long', ...question });
      expect(answer).toMatchObject({ ok: false, error: { code: 'constant' } });
    },
  );
});

describe('filtered historical simulation', () => {
  it('knows tomorrow of a series whose volatility it can see', () => {
    const { returns, volatility } = garchPath(3000, 'filtered');
    const found = ask(filteredModel(), returns, { start: 1500, end: 3000, side: 'long' });
    let ratio = 0;
    for (let day = 1500; day < 3000; day++)
      ratio += (found.valueAtRisk[day - 1500] as number) / (2.326 * (volatility[day] as number)) / 1500;
    expect(ratio).toBeGreaterThan(0.93);
    expect(ratio).toBeLessThan(1.1);
  });

  it('doubles its forecast within days when losses double, where plain history waits', () => {
    const returns = clusteredReturns(900, 'jump').map((x, day) => (day < 800 ? x : 4 * x));
    const rise = (model: TailModel) => {
      const { valueAtRisk } = ask(model, returns, { start: 799, end: 830, side: 'long' });
      return (valueAtRisk[30] as number) / (valueAtRisk[0] as number);
    };
    expect(rise(filteredModel())).toBeGreaterThan(1.8);
    expect(rise(historicalModel())).toBeLessThan(rise(filteredModel()));
  });

  it('does not raise the margin of longs for weeks after one day of +73%', () => {
    const quiet = clusteredReturns(700, 'rise');
    const risen = quiet.map((x, day) => (day === 690 ? 0.73 : x));
    const growth = (model: TailModel, side: Side) => {
      const at = { start: 691, end: 692, side };
      return (
        (ask(model, risen, at).expectedShortfall[0] as number) /
        (ask(model, quiet, at).expectedShortfall[0] as number)
      );
    };
    expect(growth(filteredModel(), 'long')).toBeLessThan(1.1);
    expect(growth(filteredModel({ favourableCap: Number.POSITIVE_INFINITY }), 'long')).toBeGreaterThan(2);
    expect(growth(filteredModel(), 'short')).toBeGreaterThan(2);
  });

  it('never says that a long position loses more than its value', () => {
    const wild = clusteredReturns(600, 'wild').map((x) => Math.max(-0.9, 12 * x));
    const { expectedShortfall } = ask(filteredModel(), wild, { start: 550, end: 601, side: 'long' });
    expect(Math.max(...expectedShortfall)).toBeLessThanOrEqual(1);
  });

  it('carries the parameters that are not its defaults in its id', () => {
    expect(filteredModel().id).toBe('filtered');
    expect(filteredModel({ lambda: 0.94 }).id).toBe('filtered/lambda=0.94');
    expect(() => filteredModel({ lambda: 1 })).toThrow(RangeError);
  });
});

describe('age-weighted history', () => {
  it('has the weights of a published exercise, and the loss at which they reach one in twenty', () => {
    // Six worst returns of 100 days at a decay of 0.98, days ago and weights to four digits, as exercises on Boudoukh,
    // Richardson and Whitelaw print them. They interpolate between -3.2% and -2.8%; here it is the loss that happened.
    const worst = [
      [4, -0.034, 0.0217],
      [2, -0.032, 0.0226],
      [45, -0.028, 0.0095],
      [54, -0.026, 0.0079],
      [3, -0.024, 0.0221],
      [31, -0.02, 0.0126],
    ] as const;
    const weights = ageWeights(100, 0.98);
    const whole = weights.reduce((sum, weight) => sum + weight, 0);
    const returns = new Float64Array(100).fill(0.01);
    for (const [daysAgo, value, weight] of worst) {
      expect((weights[100 - daysAgo] as number) / whole).toBeCloseTo(weight, 4);
      returns[100 - daysAgo] = value;
    }
    const model = ageWeightedModel({ decay: 0.98, window: 100, daysMin: 100 });
    const at = { start: 100, end: 101, side: 'long', confidence: '0.95' } as const;
    const answer = model.forecasts({ returns, ...at });
    if (!answer.ok) throw new Error(answer.error.code);
    expect(answer.value.valueAtRisk[0]).toBe(0.028);
    expect(answer.value.expectedShortfall[0]).toBeCloseTo(
      (0.0217 * 0.034 + 0.0226 * 0.032 + (0.05 - 0.0443) * 0.028) / 0.05,
      4,
    );
  });
});

describe('the EWMA filter', () => {
  it('is this by hand: first variance the mean square, then 0.9 of it and 0.1 of the square', () => {
    const losses = Float64Array.from([0.01, -0.03, 0.02, -0.2]);
    const at = { lambda: 0.9, warmup: 2, favourableCap: 2 };
    const { volatility, residuals } = ewmaFilter(losses, at);
    const second = 0.9 * 0.0005 + 0.1 * 0.0004;
    expect([...volatility].slice(0, 2)).toEqual([Number.NaN, Number.NaN]);
    expect(volatility[2]).toBeCloseTo(Math.sqrt(0.0005), 15);
    expect(volatility[3]).toBeCloseTo(Math.sqrt(second), 15);
    // A profit of 0.2 counts as two volatilities of 0.0221.
    expect(volatility[4]).toBeCloseTo(Math.sqrt(0.9 * second + 0.1 * 4 * second), 15);
    expect(residuals[3]).toBeCloseTo(-0.2 / Math.sqrt(second), 12);
  });
});

function ask(
  model: TailModel,
  returns: Float64Array,
  at: { readonly start: number; readonly end: number; readonly side: Side; readonly confidence?: string },
) {
  const answer = model.forecasts({ returns, confidence: '0.99', ...at });
  if (!answer.ok) throw new Error(JSON.stringify(answer.error));
  return answer.value;
}

/** Returns with fat tails and calm and wild stretches. */
function clusteredReturns(days: number, seed: string): Float64Array {
  const random = seededRandom(seed);
  let variance = 0.0016;
  return Float64Array.from({ length: days }, () => {
    const z = studentQuantile((random.word() + 0.5) / 2 ** 32, 5) * Math.sqrt(3 / 5);
    const value = Math.max(-0.4, Math.min(0.4, Math.sqrt(variance) * z));
    variance = 0.00004 + 0.1 * value * value + 0.87 * variance;
    return value;
  });
}

function garchPath(days: number, seed: string) {
  const random = seededRandom(seed);
  const volatility = new Float64Array(days);
  let variance = 0.0009;
  const returns = Float64Array.from({ length: days }, (_, day) => {
    volatility[day] = Math.sqrt(variance);
    const value = Math.sqrt(variance) * normalQuantile((random.word() + 0.5) / 2 ** 32);
    variance = 0.00001 + 0.04 * value * value + 0.95 * variance;
    return value;
  });
  return { returns, volatility };
}
