/** The rows of the risk bench: one a cell, one a model, one a margin policy. */
import {
  ANTI_PROCYCLICAL_POLICIES,
  antiProcyclical,
  type CellComparison,
  capitalFigures,
  type JudgedCell,
  procyclicality,
  type Verdict,
  type WalkForwardCell,
} from '../src/risk/index.js';
import { percentile, round3 } from './harness.js';

/** Of the default against each other model. */
export type Compared = ReadonlyMap<string, readonly CellComparison[]>;

type Row = Readonly<Record<string, string | number>>;

export function cellRow({ cell, verdicts }: JudgedCell, compared: Compared): Row {
  const { report } = cell;
  const margins = cell.margins.subarray(cell.judgedFrom);
  const tamed = procyclicality(margins, margins);
  return {
    subject: cell.subject,
    side: cell.side,
    confidence: cell.confidence,
    model: cell.model,
    hits: report.coverage.hits,
    expected: round3(report.coverage.expectedHits),
    coverage: shown(verdicts.coverage),
    independence: shown(verdicts.independence),
    'cond. cov.': shown(verdicts.conditionalCoverage),
    waits: shown(verdicts.timeBetweenFailures),
    zone: report.basel.zone,
    Z1: shown(verdicts.z1),
    Z2: shown(verdicts.z2),
    residuals: shown(verdicts.exceedanceResiduals),
    FZ0: round3(report.shortfall?.fisslerZiegelLoss ?? Number.NaN),
    'FZ0 vs default': againstDefault(cell, compared),
    'margin %': round3(report.capital.marginMean * 100),
    '/ worst': round3(report.capital.marginOverWorstLoss ?? Number.NaN),
    'uncovered %': round3(report.capital.uncoveredLoss * 100),
    'peak/trough': round3(tamed.peakToTrough),
    'rise 1d': round3(tamed.largestRise.oneDay),
    'rise 30d': round3(tamed.largestRise.thirtyDays),
  };
}

export function summaryRows(judged: readonly JudgedCell[], compared: Compared): Row[] {
  return [...new Set(judged.map(({ cell }) => cell.model))].map((model) => {
    const cells = judged.filter(({ cell }) => cell.model === model);
    const rejected = (test: keyof JudgedCell['verdicts']) =>
      `${cells.filter(({ verdicts }) => verdicts[test].isRejected).length}/${cells.length}`;
    const zones = (zone: string) => cells.filter(({ cell }) => cell.report.basel.zone === zone).length;
    const sum = (of: (cell: WalkForwardCell) => number) =>
      cells.reduce((total, { cell }) => total + of(cell), 0);
    const comparisons = (compared.get(model) ?? []).flatMap(({ comparison, adjusted }) =>
      comparison === null ? [] : [{ difference: comparison.meanDifference, adjusted: adjusted as number }],
    );
    const median = (of: (figures: ReturnType<typeof procyclicality>) => number) =>
      round3(
        percentile(
          cells.map(({ cell }) => {
            const margins = cell.margins.subarray(cell.judgedFrom);
            return of(procyclicality(margins, margins));
          }),
          50,
        ),
      );
    return {
      model,
      coverage: rejected('coverage'),
      independence: rejected('independence'),
      'cond. cov.': rejected('conditionalCoverage'),
      waits: rejected('timeBetweenFailures'),
      Z1: rejected('z1'),
      Z2: rejected('z2'),
      residuals: rejected('exceedanceResiduals'),
      'green/yellow/red': `${zones('green')}/${zones('yellow')}/${zones('red')}`,
      'hits/expected': round3(
        sum((cell) => cell.report.coverage.hits) / sum((cell) => cell.report.coverage.expectedHits),
      ),
      'FZ0 mean': round3(
        sum((cell) => cell.report.shortfall?.fisslerZiegelLoss ?? Number.NaN) / cells.length,
      ),
      'default better (sig.)':
        comparisons.length === 0
          ? ''
          : `${comparisons.filter(({ difference }) => difference < 0).length} (${comparisons.filter(({ difference, adjusted }) => difference < 0 && adjusted <= 0.05).length})`,
      'default worse (sig.)':
        comparisons.length === 0
          ? ''
          : `${comparisons.filter(({ difference }) => difference > 0).length} (${comparisons.filter(({ difference, adjusted }) => difference > 0 && adjusted <= 0.05).length})`,
      'margin % mean': round3((sum((cell) => cell.report.capital.marginMean) / cells.length) * 100),
      'uncovered % sum': round3(sum((cell) => cell.report.capital.uncoveredLoss) * 100),
      'peak/trough median': median(({ peakToTrough }) => peakToTrough),
      'rise 30d median': median(({ largestRise }) => largestRise.thirtyDays),
    };
  });
}

/** Margin of some models alone and under the default policy, and of the first of them under each policy. */
export function marginRows(cells: readonly WalkForwardCell[], models: readonly string[]): Row[] {
  const [first] = models;
  const plans = [
    ...Object.values(ANTI_PROCYCLICAL_POLICIES).map((policy) => ({ model: first, policy })),
    ...models.slice(1).flatMap((model) => [
      { model, policy: ANTI_PROCYCLICAL_POLICIES.none },
      { model, policy: ANTI_PROCYCLICAL_POLICIES.default },
    ]),
  ];
  const reference = (like: WalkForwardCell) =>
    cells.find(
      (cell) =>
        cell.model === first &&
        cell.subject === like.subject &&
        cell.side === like.side &&
        cell.confidence === '0.99',
    );
  return plans.map(({ model, policy }) => {
    const figures = cells
      .filter((cell) => cell.model === model && cell.confidence === '0.99')
      .map((cell) => {
        const margins = antiProcyclical(cell.margins, policy).slice(cell.judgedFrom);
        const plain = reference(cell) ?? cell;
        return {
          ...procyclicality(margins, plain.margins.subarray(plain.judgedFrom)),
          ...capitalFigures({ ...cell.series, expectedShortfall: margins }),
        };
      });
    const mean = (of: (figure: (typeof figures)[number]) => number) =>
      round3(figures.reduce((sum, figure) => sum + of(figure), 0) / figures.length);
    return {
      model: model ?? '',
      policy: policy.id,
      'margin %': round3(mean((figure) => figure.marginMean) * 100),
      'cost over the default alone': mean((figure) => figure.cost),
      'margin / worst loss': mean((figure) => figure.marginOverWorstLoss ?? Number.NaN),
      'days uncovered': figures.reduce((sum, figure) => sum + figure.uncoveredPeriods, 0),
      'uncovered %': round3(figures.reduce((sum, figure) => sum + figure.uncoveredLoss, 0) * 100),
      'peak/trough': mean((figure) => figure.peakToTrough),
      'rise 1d': mean((figure) => figure.largestRise.oneDay),
      'rise 5d': mean((figure) => figure.largestRise.fiveDays),
      'rise 30d': mean((figure) => figure.largestRise.thirtyDays),
    };
  });
}

function againstDefault({ model, subject, side, confidence }: WalkForwardCell, compared: Compared): string {
  const found = compared
    .get(model)
    ?.find((one) => one.subject === subject && one.side === side && one.confidence === confidence);
  if (found?.comparison == null) return '';
  return `${found.comparison.meanDifference < 0 ? '+' : '-'}${round3(found.adjusted ?? 1)}`;
}

function shown({ adjusted, isRejected }: Verdict): string {
  return adjusted === null ? '' : `${round3(adjusted)}${isRejected ? '*' : ''}`;
}
