/** The shapes of `bulkhead backtest`: forecasts beside what happened, or a model to forecast with, and the answer. */
import Type from 'typebox';
import {
  antiProcyclical,
  BACKTEST_PERIODS_MAX,
  confidence,
  dates,
  LOSS,
  model,
  numbers,
  RETURN,
  side,
  simulationFields,
} from './backtestField.js';
import { amountText, CLOSED, oneOf } from './calcSchemaField.js';
import { count, float } from './contagionField.js';
import { ContainmentRefusal } from './containmentFault.js';

const source = <const Name extends 'forecasts' | 'model'>(name: Name) =>
  Type.Literal(name, { description: 'Where the forecasts come from.', unit: 'word', examples: [name] });

export const ForecastsDocument = Type.Object(
  {
    source: source('forecasts'),
    confidence,
    losses: numbers('What was lost in each period, oldest first; gains are negative.', LOSS, 0.021),
    valueAtRisk: numbers('Forecast for the same period, made before it.', LOSS, 0.05),
    expectedShortfall: Type.Optional(
      numbers('The same, above 0. Left out: coverage is tested alone.', LOSS, 0.07),
    ),
    dates,
    antiProcyclical: Type.Optional(antiProcyclical),
    ...simulationFields,
  },
  CLOSED,
);

export const ModelDocument = Type.Object(
  {
    source: source('model'),
    model: Type.Optional(model),
    side: Type.Optional(side),
    confidence,
    returns: Type.Optional(
      numbers(
        'Simple returns, oldest first: -0.1 is a fall by a tenth. Either these or `prices`.',
        RETURN,
        -0.021,
      ),
    ),
    prices: Type.Optional(numbers('Prices, oldest first, above 0.', 'quote per base', 27_350.5)),
    dates,
    start: Type.Optional(
      count('First return that is judged, from 0. Left out: the first that the model can forecast.', 500, {
        maximum: BACKTEST_PERIODS_MAX,
      }),
    ),
    antiProcyclical: Type.Optional(antiProcyclical),
    ...simulationFields,
  },
  CLOSED,
);

export const BACKTEST_DOCUMENTS = { forecasts: ForecastsDocument, model: ModelDocument } as const;
export const BACKTEST_SOURCES = ['forecasts', 'model'] as const;

export type ForecastsDocument = Type.Static<typeof ForecastsDocument>;
export type ModelDocument = Type.Static<typeof ModelDocument>;
export type BacktestDocument = ForecastsDocument | ModelDocument;

/** In the order of the answer. */
export const BACKTEST_TESTS = [
  'kupiec',
  'binomial',
  'tooManyHits',
  'tooFewHits',
  'independence',
  'conditionalCoverage',
  'timeUntilFirstFailure',
  'timeBetweenFailures',
  'acerbiSzekelyZ1',
  'acerbiSzekelyZ2',
  'exceedanceResiduals',
] as const;
export type BacktestTest = (typeof BACKTEST_TESTS)[number];

const orNull = (description: string, unit: string, example: unknown) =>
  Type.Union([Type.Number(), Type.Null()], { description, unit, examples: [example] });
const share = (description: string, example: number) => float(description, { unit: 'fraction', example });

const TestAnswer = Type.Object({
  test: oneOf([...BACKTEST_TESTS], 'Which one.'),
  statistic: orNull('Its value; null where there are too few hits for it.', 'number', 3.91),
  degrees: orNull('Of chi-square; null for other laws.', 'count', 1),
  pValue: orNull(
    'Probability of so much or more under the null; null with the statistic.',
    'fraction, 0 to 1',
    0.048,
  ),
  by: oneOf(['chiSquare', 'exact', 'simulation', 'bootstrap'], 'How the p-value was found.'),
  simulatedPValue: orNull('By simulation, where chi-square is rough.', 'fraction, 0 to 1', 0.06),
});

const HitAnswer = Type.Object({
  period: count('From 0, among those judged.', 41),
  date: Type.Union([Type.String(), Type.Null()], {
    description: 'Its name, if the document has names.',
    unit: 'text',
    examples: ['2022-11-09'],
  }),
  loss: float('What was lost.', { unit: LOSS, example: 0.14 }),
  valueAtRisk: float('What was forecast.', { unit: LOSS, example: 0.09 }),
});

const ProcyclicalityAnswer = Type.Object({
  policy: amountText('What the margin was tamed by.', 'word', 'default'),
  peakToTrough: float('Largest margin over the smallest.', { unit: 'ratio', example: 3.2 }),
  largestRiseOneDay: share('Largest rise of margin within a day.', 0.31),
  largestRiseFiveDays: share('Within five days.', 0.52),
  largestRiseThirtyDays: share('Within thirty days.', 0.9),
  cost: share('Mean margin over that of the forecasts alone, less 1.', 0.12),
});

export const BacktestAnswer = Type.Object({
  source: oneOf([...BACKTEST_SOURCES], 'As asked.'),
  model: Type.Union([Type.String(), Type.Null()], {
    description: 'Name and parameters of the model; null for given forecasts.',
    unit: 'text',
    examples: ['filtered'],
  }),
  side: Type.Union([Type.String(), Type.Null()], {
    description: 'As asked; null for given forecasts.',
    unit: 'word',
    examples: ['long'],
  }),
  confidence: amountText('As asked.', 'fraction', '0.99'),
  periods: count('How many are judged.', 730),
  expectedHits: float('Periods x (1 - confidence).', { unit: 'count', example: 7.3 }),
  hits: Type.Array(HitAnswer, { description: 'Losses above value at risk.' }),
  tests: Type.Array(TestAnswer, {
    description: 'In this order: all of them, whether they have a value or not.',
  }),
  basel: Type.Object({
    zone: oneOf(
      ['green', 'yellow', 'red'],
      'By the cumulative probability: yellow from 95%, red from 99.99%.',
    ),
    cumulativeProbability: share('Of so many hits or fewer.', 0.9588),
    yellowFrom: count('Hits from which it is yellow.', 5),
    redFrom: count('Hits from which it is red.', 10),
  }),
  acerbiSzekelyZ2Critical: orNull('What Z2 is below once in twenty under the null.', 'number', -0.7),
  fisslerZiegelLoss: orNull(
    'Mean FZ0 loss, to compare forecasts of the same losses; lower is better.',
    'number',
    -2.1,
  ),
  capital: Type.Object({
    margin: oneOf(['expectedShortfall', 'valueAtRisk'], 'What stands for margin.'),
    marginMean: float('Mean margin, tamed as asked.', { unit: LOSS, example: 0.08 }),
    worstLoss: float('The largest loss.', { unit: LOSS, example: 0.15 }),
    marginOverWorstLoss: orNull('Mean margin over the largest loss.', 'ratio', 0.53),
    uncoveredPeriods: count('Periods whose loss was above the margin.', 3),
    uncoveredLoss: float('Sum of what was above it.', { unit: LOSS, example: 0.06 }),
    uncoveredLossMax: float('The most of one period.', { unit: LOSS, example: 0.04 }),
  }),
  procyclicality: Type.Union([ProcyclicalityAnswer, Type.Null()], {
    description: 'Null where a margin is not above 0.',
  }),
  series: Type.Object({
    dates: Type.Union([Type.Array(Type.String()), Type.Null()], {
      description: 'Names of the periods judged; null without them.',
      unit: 'text',
      examples: [['2022-11-09']],
    }),
    losses: numbers('Of the periods judged.', LOSS, 0.021),
    valueAtRisk: numbers('Forecasts for them.', LOSS, 0.05),
    margins: numbers('What stands for margin, tamed as asked.', LOSS, 0.07),
  }),
});
export type BacktestAnswer = Type.Static<typeof BacktestAnswer>;
export type BacktestTestAnswer = Type.Static<typeof TestAnswer>;

/** The published schema: of the documents, with the possible answers under `$defs`. */
export function backtestJsonSchema(): object {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'bulkhead backtest',
    description:
      'One JSON document, its shape by `source`: `#/$defs/document`. It is answered by `#/$defs/answer`, or `#/$defs/refusal` with nothing computed. Unknown fields are refused.',
    $ref: '#/$defs/document',
    $defs: {
      document: { description: 'By `source`.', anyOf: Object.values(BACKTEST_DOCUMENTS) },
      answer: BacktestAnswer,
      refusal: ContainmentRefusal,
    },
  };
}
