/** The tables of the pages on back-tests and on procyclical margin, computed by src/risk. */
import {
  ANTI_PROCYCLICAL_POLICIES,
  acerbiSzekelyZ1,
  acerbiSzekelyZ2,
  antiProcyclical,
  BACKTEST_SETTINGS,
  baselZones,
  conditionalCoverage,
  exceedanceResidualTest,
  filteredModel,
  fisslerZiegelLosses,
  holmAdjusted,
  impulseResponse,
  independence,
  procyclicality,
  proportionOfFailures,
  steppedReturns,
  timeBetweenFailures,
  VOLATILITY_STEP,
  waitRatio,
} from '../src/risk/index.js';
import { table } from './markdown.js';

export const BACKTEST_EXAMPLES: Readonly<Record<string, () => string>> = {
  'backtests-coverage': coverageExample,
  'backtests-zones': zonesExample,
  'backtests-clusters': clustersExample,
  'backtests-shortfall': shortfallExample,
  'backtests-holm': holmExample,
  procyclicality: procyclicalityExample,
  'procyclicality-step': stepExample,
};

function coverageExample(): string {
  const rows = [2, 5, 7, 12].map((hits) => {
    const test = proportionOfFailures({ periods: 250, hits, tailProbability: 0.01 });
    return [
      hits,
      test.likelihoodRatio,
      test.pValue,
      test.exactPValue,
      test.tooManyPValue,
      test.tooFewPValue,
    ].map(shown);
  });
  return table(
    ['hits of 250 at 99%', 'LR', 'p, chi-square', 'p, exact', 'so many or more', 'so few or fewer'],
    rows,
  );
}

function zonesExample(): string {
  const rows = [
    [250, 0.01],
    [500, 0.01],
    [730, 0.01],
    [730, 0.025],
  ].map(([periods = 0, tailProbability = 0]) => {
    const { yellowFrom, redFrom } = baselZones({ periods, hits: 0, tailProbability });
    return [shown(periods), `${shown(100 * (1 - tailProbability))}%`, shown(yellowFrom), shown(redFrom)];
  });
  return table(['periods', 'confidence', 'yellow from', 'red from'], rows);
}

function clustersExample(): string {
  const transitions = { n00: 218, n01: 14, n10: 14, n11: 6 };
  const alone = independence(transitions);
  const both = conditionalCoverage(transitions, 0.05);
  const hits = { periods: 250, at: [99, 100, 199] };
  const waits = timeBetweenFailures(hits, 0.01);
  const rows = [
    ['independence, 6 of 20 hits after a hit', alone.likelihoodRatio, alone.degrees, alone.pValue],
    ['conditional coverage of the same at 95%', both.likelihoodRatio, both.degrees, both.pValue],
    ['one wait of 1 period at 99%', ...ratioCells(waitRatio(1, 0.01))],
    ['one wait of 100 periods at 99%', ...ratioCells(waitRatio(100, 0.01))],
    ['waits of 100, 1 and 99, and three hits of 250', ...ratioCells(waits)],
  ].map(([name, ...cells]) => [String(name), ...cells.map((cell) => shown(cell as number))]);
  return table(['test', 'LR', 'degrees', 'p'], rows);
}

function ratioCells({ likelihoodRatio, degrees, pValue }: ReturnType<typeof waitRatio>): number[] {
  return [likelihoodRatio, degrees, pValue];
}

function shortfallExample(): string {
  const losses = Float64Array.from({ length: 100 }, (_, t) => ({ 20: 5, 60: 7, 61: 12 })[t] ?? 0);
  const series = {
    losses,
    valueAtRisk: new Float64Array(100).fill(4),
    expectedShortfall: new Float64Array(100).fill(6),
    confidence: '0.975',
  };
  const z1 = acerbiSzekelyZ1(series, BACKTEST_SETTINGS);
  const z2 = acerbiSzekelyZ2(series, BACKTEST_SETTINGS);
  const residuals = exceedanceResidualTest(series, BACKTEST_SETTINGS);
  const fz0 = fisslerZiegelLosses(series);
  const rows = [
    ['Z1', z1.statistic, z1.pValue],
    ['Z2', z2.statistic, z2.pValue],
    ['residuals, mean over its error', residuals.statistic, residuals.pValue],
    ['FZ0 of a loss of 0', fz0[0], null],
    ['FZ0 of a loss of 12', fz0[61], null],
  ].map(([name, statistic, pValue]) => [
    String(name),
    shown(statistic as number),
    pValue === null ? '' : shown(pValue as number),
  ]);
  return table(['test', 'value', 'p'], rows);
}

function holmExample(): string {
  const pValues = [0.005, 0.012, 0.03, 0.2];
  const adjusted = holmAdjusted(pValues);
  return table(
    ['p', 'times', 'adjusted'],
    pValues.map((pValue, at) => [shown(pValue), shown(pValues.length - at), shown(adjusted[at] as number)]),
  );
}

/** 100 days at 9, 100 at 3, a storm at 12, 100 at 4. */
const MARGINS = Float64Array.from([
  ...Array<number>(100).fill(9),
  ...Array<number>(100).fill(3),
  ...Array<number>(20).fill(12),
  ...Array<number>(100).fill(4),
]);

function procyclicalityExample(): string {
  const rows = Object.values(ANTI_PROCYCLICAL_POLICIES).map((policy) => {
    const asked = antiProcyclical(MARGINS, policy);
    const { peakToTrough, largestRise, cost } = procyclicality(asked, MARGINS);
    return [
      policy.id,
      ...[asked[199], asked[200], asked[319], peakToTrough, largestRise.oneDay, cost].map((value) =>
        shown(value as number),
      ),
    ];
  });
  return table(
    [
      'policy',
      'last calm day',
      'first day of the storm',
      'last day',
      'peak to trough',
      'largest rise in a day',
      'cost',
    ],
    rows,
  );
}

function stepExample(): string {
  const model = filteredModel();
  const returns = steppedReturns(VOLATILITY_STEP);
  const forecasts = model.forecasts({
    returns,
    start: model.daysMin,
    end: returns.length,
    confidence: '0.99',
    side: 'long',
  });
  if (!forecasts.ok) throw new Error(forecasts.error.code);
  const margins = forecasts.value.expectedShortfall;
  const stepAt = VOLATILITY_STEP.daysBefore - model.daysMin;
  const rows = Object.values(ANTI_PROCYCLICAL_POLICIES).map((policy) => {
    const { before, settled, daysToHalf, daysToMost, overshoot } = impulseResponse(
      antiProcyclical(margins, policy),
      stepAt,
    );
    return [
      policy.id,
      ...[before, settled, daysToHalf ?? Number.NaN, daysToMost ?? Number.NaN, overshoot].map(shown),
    ];
  });
  return table(['policy', 'before', 'settled', 'days to half', 'days to nine tenths', 'overshoot'], rows);
}

function shown(value: number): string {
  return String(Number(value.toPrecision(4)));
}
