/** The tests of a back-test in one list: statistic, p-value, and how the p-value was found. */
import type {
  BacktestReport,
  LikelihoodRatio,
  ShortfallTest,
  SimulatedRatio,
} from '../risk/backtests/index.js';
import type { BacktestTest, BacktestTestAnswer } from './backtestSchema.js';

export function backtestTests(report: BacktestReport): BacktestTestAnswer[] {
  const { coverage, shortfall } = report;
  const exact = (test: BacktestTest, pValue: number): BacktestTestAnswer =>
    answer(test, { statistic: coverage.hits, pValue, by: 'exact' });
  return [
    ratio('kupiec', coverage),
    exact('binomial', coverage.exactPValue),
    exact('tooManyHits', coverage.tooManyPValue),
    exact('tooFewHits', coverage.tooFewPValue),
    ratio('independence', report.independence),
    ratio('conditionalCoverage', report.conditionalCoverage),
    ratio('timeUntilFirstFailure', report.timeUntilFirstFailure),
    ratio('timeBetweenFailures', report.timeBetweenFailures),
    simulated('acerbiSzekelyZ1', shortfall?.z1),
    simulated('acerbiSzekelyZ2', shortfall?.z2),
    answer('exceedanceResiduals', {
      statistic: shortfall?.exceedanceResiduals.statistic ?? null,
      pValue: shortfall?.exceedanceResiduals.pValue ?? null,
      by: 'bootstrap',
    }),
  ];
}

function ratio(test: BacktestTest, found: LikelihoodRatio | SimulatedRatio | null): BacktestTestAnswer {
  return answer(test, {
    statistic: found?.likelihoodRatio ?? null,
    degrees: found?.degrees ?? null,
    pValue: found?.pValue ?? null,
    by: 'chiSquare',
    simulatedPValue: found !== null && 'simulatedPValue' in found ? found.simulatedPValue : null,
  });
}

function simulated(test: BacktestTest, found: ShortfallTest | undefined): BacktestTestAnswer {
  return answer(test, {
    statistic: found?.statistic ?? null,
    pValue: found?.pValue ?? null,
    by: 'simulation',
  });
}

function answer(
  test: BacktestTest,
  found: Pick<BacktestTestAnswer, 'statistic' | 'pValue' | 'by'> & Partial<BacktestTestAnswer>,
): BacktestTestAnswer {
  return { degrees: null, simulatedPValue: null, ...found, test };
}
