import { Compile } from 'typebox/compile';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../base/index.js';
import { TAIL_MODEL_NAMES, TAIL_MODELS } from '../risk/index.js';
import { answerRisk } from './risk.js';
import { RiskAnswer } from './riskAnswerSchema.js';
import { riskJsonSchema } from './riskSchema.js';

const PERIODS = 720;
const BTC = returns('BTC', 0.03);
const ETH = returns('ETH', 0.04);
const BOOK = {
  confidence: '0.99',
  unit: 'return',
  positions: [
    { id: 'BTC', size: 10_000, values: BTC },
    { id: 'ETH', size: -4_000, values: ETH },
  ],
};

describe('the question on risk', () => {
  it.each(TAIL_MODEL_NAMES)(
    'is answered by %s in the form of the schema, contributions adding up',
    (method) => {
      const answer = ask({ ...BOOK, method });
      expect(Compile(RiskAnswer).Check(answer)).toBe(true);
      expect(answer.expectedShortfall).toBeGreaterThan(answer.valueAtRisk);
      const sum = answer.contributions?.reduce((total, { shortfall }) => total + shortfall, 0);
      if (method === 'garchStudent') expect(sum).toBeUndefined();
      else expect(sum).toBeCloseTo(answer.expectedShortfall, 6);
      const weights = answer.tail.reduce((total, { weight }) => total + weight, 0);
      if (answer.tail.length > 0) expect(weights).toBeCloseTo(1, 12);
      expect(ask({ ...BOOK, method })).toEqual(answer);
    },
  );

  it.each(TAIL_MODEL_NAMES)('says for one position what the model %s forecasts, on both sides', (method) => {
    // The default window of the formula with EWMA volatility fits its degrees daily, the model every 20 days.
    if (method === 'ewmaStudent' || method === 'garchStudent') return;
    for (const side of ['long', 'short'] as const) {
      const answer = ask({ ...BOOK, method, side, positions: [{ id: 'BTC', values: BTC }] });
      const forecast = TAIL_MODELS[method]().forecasts({
        returns: Float64Array.from(BTC),
        start: PERIODS,
        end: PERIODS + 1,
        confidence: '0.99',
        side,
      });
      if (!forecast.ok) throw new Error(forecast.error.code);
      expect(answer.valueAtRisk).toBeCloseTo(forecast.value.valueAtRisk[0] as number, 12);
      expect(answer.expectedShortfall).toBeCloseTo(forecast.value.expectedShortfall[0] as number, 12);
    }
  });

  it('takes the fifth of 500 days at 99%, and names it', () => {
    const values = Array.from({ length: 500 }, (_, at) => (at < 10 ? at - 10 : 1));
    const answer = ask({
      method: 'historical',
      confidence: '0.99',
      unit: 'pnl',
      positions: [{ id: 'a', values }],
    });
    expect(answer).toMatchObject({ valueAtRisk: 6, expectedShortfall: 8, tailCount: 5, sampleSize: 500 });
    expect(answer.tail.map(({ period }) => period)).toEqual(['1', '2', '3', '4', '5']);
  });

  it('measures horizons by sums in a row, and by a power only with its exponent', () => {
    const positions = [{ id: 'a', values: [0, -1, -2, 5, -3, -4, 0, 0, 0, 0] }];
    const plain = { method: 'historical', confidence: '0.9', unit: 'pnl', positions };
    const summed = ask({ ...plain, horizon: { periods: 2, by: 'overlapping' } });
    expect(summed).toMatchObject({ sampleSize: 9, valueAtRisk: 7, notes: ['tailUnderOne', 'overlapping'] });
    expect(summed.tail[0]?.period).toBe('6');
    const scaled = ask({ ...plain, horizon: { periods: 4, by: 'scaled', exponent: 0.5 } });
    expect(scaled).toMatchObject({ valueAtRisk: 8, notes: ['scaled'], horizon: { exponent: 0.5 } });
    expect(scaled.contributions).toEqual([{ id: 'a', shortfall: 8 }]);
    expect(refuse({ ...plain, horizon: { periods: 4, by: 'scaled' } })).toMatchObject({
      code: 'exponent_missing',
      path: '/horizon/exponent',
    });
  });

  it('says what weakens its figures', () => {
    expect(ask({ ...BOOK, method: 'historical', confidence: '0.999' }).notes).toEqual(['tailUnderOne']);
    const fitted = ask({ ...BOOK, method: 'filtered', confidence: '0.999' });
    expect(fitted).toMatchObject({ notes: ['paretoTail'], positions: null, standardErrors: null });
    const drawn = { ...BOOK, method: 'filtered', bootstrap: { draws: 50, blockLength: 5, seed: 's' } };
    expect(ask(drawn).bootstrap?.expectedShortfall).toBeGreaterThan(0);
  });

  it.each([
    [{ confidence: '1' }, 'bad_confidence', '/confidence'],
    [{ confidence: 0.99 }, 'exact_number_not_text', '/confidence'],
    [{ confidence: '99%' }, 'invalid_decimal', '/confidence'],
    [{ method: 'guess' }, 'schema_violation', '/method'],
    [{ positions: [] }, 'too_few', '/positions'],
    [{ positions: [{ id: 'a', values: [] }] }, 'too_few', '/periods'],
    [{ positions: [{ id: 'a', values: [0.1, null] }] }, 'schema_violation', '/positions/0/values/1'],
    [{ positions: [{ id: 'a', values: [0.1, -1] }] }, 'return_below_total_loss', '/positions/0/values/1'],
    [
      {
        positions: [
          { id: 'a', values: [1] },
          { id: 'a', values: [1] },
        ],
      },
      'duplicate_id',
      '/positions/1',
    ],
    [
      {
        positions: [
          { id: 'a', values: [1, 2] },
          { id: 'b', values: [1] },
        ],
      },
      'length_differs',
      '/positions/1',
    ],
    [{ periods: ['x'], positions: [{ id: 'a', values: [1, 2] }] }, 'length_differs', '/positions/0'],
    [{ periods: ['x', 'x'], positions: [{ id: 'a', values: [1, 2] }] }, 'duplicate_id', '/periods/1'],
    [{ unit: 'pnl' }, 'field_does_not_apply', '/positions/0/size'],
    [{ positions: [{ id: 'a', values: BTC.slice(0, 300) }] }, 'too_few', '/periods'],
    [{ positions: [{ id: 'a', values: BTC.map(() => 0) }] }, 'constant', '/positions/0'],
    [
      { method: 'garchStudent', positions: [{ id: 'a', values: BTC.map(() => 0.01) }] },
      'constant',
      '/positions',
    ],
    [{ method: 'ewmaNormal', positions: [{ id: 'a', values: BTC.map(() => 0) }] }, 'constant', '/positions'],
    [{ parameters: { lambda: 1 } }, 'bad_parameter', '/parameters/lambda'],
    [{ parameters: { sampleMin: 600, window: 500 } }, 'bad_parameter', '/parameters/sampleMin'],
    [{ horizon: { periods: 2, by: 'overlapping' } }, 'bad_parameter', '/horizon/by'],
    [{ bootstrap: { draws: 50, blockLength: 5000, seed: 's' } }, 'bad_parameter', '/bootstrap/blockLength'],
    [{ extra: 1 }, 'unknown_field', '/extra'],
    [
      {
        unit: 'pnl',
        method: 'ewmaNormal',
        positions: [{ id: 'a', values: BTC.map((_, at) => (at % 2 ? 1e300 : -1e300)) }],
      },
      'result_not_finite',
      '/positions/0',
    ],
    [{ positions: [{ id: 'a', size: 1e308, values: BTC }] }, 'result_not_finite', '/positions/0'],
  ])('refuses %j', (change, code, path) => {
    const error = refuse({ ...BOOK, method: 'filtered', ...change });
    expect(error).toMatchObject({ code, path });
  });

  it('has a definition, a unit and an example for each field of the document', () => {
    const fields = leaves(riskJsonSchema());
    expect(fields.length).toBeGreaterThan(40);
    for (const field of fields) expect(field).toMatchObject({ description: expect.any(String) });
  });
});

function ask(document: object): RiskAnswer {
  const answer = answerRisk(JSON.stringify(document));
  if ('error' in answer) throw new Error(JSON.stringify(answer.error));
  return answer;
}

function refuse(document: object) {
  const answer = answerRisk(JSON.stringify(document));
  if (!('error' in answer)) throw new Error('answered');
  return answer.error;
}

/** Schemas of single values. */
function leaves(schema: unknown): object[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const own = 'examples' in schema ? [schema] : [];
  return [...own, ...Object.values(schema).flatMap(leaves)];
}

function returns(seed: string, size: number): number[] {
  const random = seededRandom(seed);
  return Array.from({ length: PERIODS }, () => {
    const sum = Array.from({ length: 4 }, () => random.unit() - 0.5).reduce((a, b) => a + b, 0);
    return size * (sum + 2 * sum ** 3);
  });
}
