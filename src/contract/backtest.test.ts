import fc from 'fast-check';
import { Compile } from 'typebox/compile';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../base/random.js';
import { TAIL_MODEL_NAMES } from '../risk/models/index.js';
import { arbitraryOf } from '../testkit/fromSchema.js';
import { fieldsWithout } from '../testkit/schemaFields.js';
import { answerBacktest } from './backtest.js';
import {
  BACKTEST_DOCUMENTS,
  BACKTEST_SOURCES,
  BACKTEST_TESTS,
  BacktestAnswer,
  backtestJsonSchema,
} from './backtestSchema.js';
import { ContainmentRefusal } from './containmentFault.js';

// biome-ignore lint/suspicious/noExplicitAny: tests reach into untyped documents and answers by path
type Json = Record<string, any>;

const PERIODS = 250;
const FORECASTS: Json = {
  source: 'forecasts',
  confidence: '0.99',
  losses: Array.from({ length: PERIODS }, (_, t) => (t % 40 === 7 ? 6 : t % 3)),
  valueAtRisk: Array(PERIODS).fill(4),
  expectedShortfall: Array(PERIODS).fill(5),
  draws: 199,
};

const random = seededRandom('backtest');
const RETURNS = Array.from(
  { length: 700 },
  () => (random.unit() - 0.5) * (random.unit() < 0.05 ? 0.3 : 0.05),
);
const MODEL: Json = {
  source: 'model',
  model: 'historical',
  confidence: '0.975',
  returns: RETURNS,
  draws: 199,
};
const pricesOf = (returns: readonly number[]) => {
  const prices = [100];
  for (const value of returns) prices.push((prices.at(-1) as number) * (1 + value));
  return prices;
};

describe('a back-test of given forecasts', () => {
  it('answers with every test, the zone, hits and both sides of the error', () => {
    const answer = ask(FORECASTS);
    expect(answer).toMatchObject({
      source: 'forecasts',
      model: null,
      side: null,
      periods: 250,
      expectedHits: 2.5,
      basel: { zone: 'yellow', yellowFrom: 5, redFrom: 10 },
      capital: {
        margin: 'expectedShortfall',
        marginMean: 5,
        worstLoss: 6,
        uncoveredPeriods: 7,
        uncoveredLoss: 7,
      },
      procyclicality: { policy: 'none', peakToTrough: 1, cost: 0 },
    });
    expect(answer['tests'].map(({ test }: Json) => test)).toEqual([...BACKTEST_TESTS]);
    expect(answer['hits'][0]).toEqual({ period: 7, date: null, loss: 6, valueAtRisk: 4 });
    expect(answer['basel'].cumulativeProbability).toBeCloseTo(0.996, 3);
    const kupiec = answer['tests'][0];
    // 7 of 250 at 1%: -2 [243 ln 0.99 + 7 ln 0.01 - 243 ln (243/250) - 7 ln (7/250)] = 5.497.
    expect(kupiec.statistic).toBeCloseTo(5.497, 3);
  });

  it('without shortfall tests coverage alone', () => {
    const { expectedShortfall: _, ...rest } = FORECASTS;
    const answer = ask(rest);
    expect(answer).toMatchObject({ fisslerZiegelLoss: null, capital: { margin: 'valueAtRisk' } });
    expect(answer['tests'].filter(({ pValue }: Json) => pValue === null)).toHaveLength(3);
  });

  it('names periods by their dates', () => {
    const dates = Array.from({ length: PERIODS }, (_, t) => `day ${t}`);
    expect(ask({ ...FORECASTS, dates })['hits'][0].date).toBe('day 7');
  });

  it('measures margin tamed as asked, and hits of the forecasts', () => {
    const answer = ask({ ...FORECASTS, antiProcyclical: 'buffer' });
    expect(answer['capital']).toMatchObject({ marginMean: 6.25, uncoveredPeriods: 0 });
    expect(answer['procyclicality'].cost).toBeCloseTo(0.25, 12);
    expect(answer['hits']).toHaveLength(7);
  });

  it('depends on the seed and the law of the tail in its simulated p-values alone', () => {
    const strip = ({ tests, acerbiSzekelyZ2Critical, ...rest }: Json) => rest;
    const other = ask({ ...FORECASTS, seed: 'other', tailLaw: { kind: 'normal' } });
    expect(strip(other)).toEqual(strip(ask(FORECASTS)));
    expect(other['acerbiSzekelyZ2Critical']).not.toBe(ask(FORECASTS)['acerbiSzekelyZ2Critical']);
  });
});

describe('a back-test of a model', () => {
  it('judges every period that it can forecast, or those asked', () => {
    expect(ask(MODEL)).toMatchObject({ model: 'historical', side: 'long', periods: 450 });
    expect(ask({ ...MODEL, start: 600 })['periods']).toBe(100);
    expect(ask({ ...MODEL, start: 3 })['periods']).toBe(450);
  });

  it('of prices is that of their returns, named by the later date', () => {
    const prices = pricesOf(RETURNS);
    const answer = ask({ ...MODEL, returns: undefined, prices, dates: prices.map((_, at) => `p${at}`) });
    const plain = ask(MODEL);
    expect(answer['series'].dates[0]).toBe('p251');
    expect(answer['hits'].map(({ period }: Json) => period)).toEqual(
      plain['hits'].map(({ period }: Json) => period),
    );
  });

  it('of a short position loses when the price rises', () => {
    const short = ask({ ...MODEL, side: 'short' });
    expect(short['series'].losses[0]).toBe(RETURNS[250]);
    expect(ask(MODEL)['series'].losses[0]).toBe(-(RETURNS[250] as number));
  });

  it('does not see what comes after: forecasts of the first days stay when later days change', () => {
    const changed = RETURNS.map((value, at) => (at < 650 ? value : 0.3));
    const known = (answer: Json) => answer['series'].margins.slice(0, 400);
    expect(known(ask({ ...MODEL, returns: changed }))).toEqual(known(ask(MODEL)));
  });

  it.each(TAIL_MODEL_NAMES)('takes %s', (model) => {
    expect(ask({ ...MODEL, model, start: 640 })).toMatchObject({ periods: 60 });
  });
});

describe('a back-test is refused', () => {
  const cases: readonly (readonly [string, string, Json])[] = [
    ['too_short', '', { ...FORECASTS, losses: [1], valueAtRisk: [1], expectedShortfall: [1] }],
    ['length_differs', '/valueAtRisk', { ...FORECASTS, valueAtRisk: [1] }],
    ['length_differs', '/dates', { ...FORECASTS, dates: ['one'] }],
    ['bad_confidence', '/confidence', { ...FORECASTS, confidence: '1' }],
    [
      'shortfall_not_positive',
      '/expectedShortfall/0',
      { ...FORECASTS, expectedShortfall: Array(PERIODS).fill(0) },
    ],
    [
      'shortfall_below_value_at_risk',
      '/expectedShortfall/0',
      { ...FORECASTS, expectedShortfall: Array(PERIODS).fill(3) },
    ],
    ['unknown_field', '/side', { ...FORECASTS, side: 'long' }],
    ['schema_violation', '/model', { ...MODEL, model: 'garch' }],
    ['missing_field', '/source', {}],
    ['returns_or_prices', '', { ...MODEL, prices: [1, 2] }],
    ['returns_or_prices', '', { ...MODEL, returns: undefined }],
    ['price_not_positive', '/prices/1', { ...MODEL, returns: undefined, prices: [1, 0, 2] }],
    ['too_short', '', { ...MODEL, returns: RETURNS.slice(0, 100) }],
    ['too_short', '', { ...MODEL, start: 690 }],
    ['length_differs', '/dates', { ...MODEL, dates: ['one'] }],
    [
      'return_below_total_loss',
      '/returns/5',
      { ...MODEL, returns: RETURNS.map((value, at) => (at === 5 ? -1 : value)) },
    ],
    ['bad_confidence', '/confidence', { ...MODEL, confidence: '0' }],
    ['constant', '/returns', { ...MODEL, model: 'ewmaNormal', returns: Array(600).fill(0) }],
  ];

  it.each(cases)('%s at %s', (code, path, document) => {
    expect(refusal(JSON.stringify(document))).toMatchObject({ code, path });
  });

  it('for text that is no document', () => {
    expect(refusal('{')).toMatchObject({ code: 'malformed_json' });
    expect(refusal(JSON.stringify(FORECASTS).replace('"losses":[0', '"losses":[1e999'))).toMatchObject({
      path: '/losses/0',
    });
  });
});

describe('answers of back-tests', () => {
  it.each(BACKTEST_SOURCES)(
    'are in the published shape whatever fits the schema of %s, and never throw',
    (source) => {
      const answers = Compile(BacktestAnswer);
      const refusals = Compile(ContainmentRefusal);
      let answered = 0;
      fc.assert(
        fc.property(
          arbitraryOf(BACKTEST_DOCUMENTS[source], { ids: ['a'], itemsMax: 3 }),
          fc.boolean(),
          (drawn, isMended) => {
            const document = { ...(drawn as Json), draws: 99, ...(isMended ? mended(drawn as Json) : {}) };
            const answer = answerBacktest(JSON.stringify(document));
            expect(('error' in answer ? refusals : answers).Check(answer)).toBe(true);
            if (!('error' in answer)) answered += 1;
          },
        ),
        { numRuns: 60, seed: 1 },
      );
      expect(answered).toBeGreaterThan(10);
    },
  );

  it('are described: every field has a text, a unit and an example', () => {
    expect(fieldsWithout(backtestJsonSchema())).toEqual([]);
  });
});

/** Of drawn documents few are answered: these have series that fit one another. */
function mended({ source }: Json): Json {
  const { confidence } = FORECASTS;
  return source === 'forecasts'
    ? { ...FORECASTS, confidence, draws: 99, dates: undefined }
    : { ...MODEL, draws: 99, start: 600, dates: undefined, prices: undefined };
}

function ask(document: Json): Json {
  const answer = answerBacktest(JSON.stringify(document)) as Json;
  if ('error' in answer) throw new Error(JSON.stringify(answer));
  return answer;
}

function refusal(text: string): Json {
  return (answerBacktest(text) as Json)['error'] as Json;
}
