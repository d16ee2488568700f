/** A back-test as tables for people. */
import type { BacktestAnswer, BacktestTest } from '../contract/backtestSchema.js';
import { pairs, table } from './table.js';

const ASKS: Readonly<Record<BacktestTest, string>> = {
  kupiec: 'as many hits as promised',
  binomial: 'the same, exactly',
  tooManyHits: 'not too many',
  tooFewHits: 'not too few',
  independence: 'a hit foretells no other',
  conditionalCoverage: 'both together',
  timeUntilFirstFailure: 'the first hit in time',
  timeBetweenFailures: 'waits as long as promised',
  acerbiSzekelyZ1: 'hits as large as foretold',
  acerbiSzekelyZ2: 'size and number of hits',
  exceedanceResiduals: 'no more beyond the shortfall',
};

export function backtestText(answer: BacktestAnswer): string {
  const { basel, capital, procyclicality } = answer;
  const subject = answer.model === null ? 'given forecasts' : `${answer.model}, ${answer.side}`;
  const { dates } = answer.series;
  const span = dates === null ? '' : `, ${dates[0]} to ${dates.at(-1)}`;
  const head = pairs([
    ['forecasts', `${subject}, confidence ${answer.confidence}`],
    ['periods', `${answer.periods}${span}`],
    ['hits', `${answer.hits.length}, expected ${shown(answer.expectedHits)}`],
    ['Basel zone', `${basel.zone}: yellow from ${basel.yellowFrom}, red from ${basel.redFrom}`],
  ]);
  const tests = table(
    [
      { title: 'test' },
      { title: 'asks whether' },
      { title: 'statistic', align: 'right' },
      { title: 'p-value', align: 'right' },
      { title: 'by' },
      { title: 'simulated p', align: 'right' },
    ],
    answer.tests.map(({ test, statistic, pValue, by, degrees, simulatedPValue }) => [
      test,
      ASKS[test],
      orDash(statistic),
      orDash(pValue),
      degrees === null ? by : `${by}(${degrees})`,
      simulatedPValue === null ? '' : shown(simulatedPValue),
    ]),
  );
  const tail = pairs([
    ...(answer.fisslerZiegelLoss === null ? [] : ([['FZ0 loss', shown(answer.fisslerZiegelLoss)]] as const)),
    ['mean margin', `${shown(capital.marginMean)} (${capital.margin})`],
    ['worst loss', shown(capital.worstLoss)],
    ['margin / worst loss', orDash(capital.marginOverWorstLoss)],
    [
      'uncovered',
      `${shown(capital.uncoveredLoss)} in ${capital.uncoveredPeriods}, at most ${shown(capital.uncoveredLossMax)}`,
    ],
    ...(procyclicality === null
      ? []
      : ([
          ['anti-procyclical', `${procyclicality.policy}, cost ${shown(procyclicality.cost)}`],
          ['peak to trough', shown(procyclicality.peakToTrough)],
          [
            'largest rise',
            `1 day ${shown(procyclicality.largestRiseOneDay)}, 5 days ${shown(procyclicality.largestRiseFiveDays)}, 30 days ${shown(procyclicality.largestRiseThirtyDays)}`,
          ],
        ] as const)),
  ]);
  return `${head}\n${tests}\n${tail}`;
}

function orDash(value: number | null): string {
  return value === null ? '-' : shown(value);
}

/** Four digits are more than a few hits know. */
function shown(value: number): string {
  return String(Number(value.toPrecision(4)));
}
