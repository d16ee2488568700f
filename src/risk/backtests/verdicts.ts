/**
 * Many cells judged together: each test of a model over all assets, sides and confidences is one family, corrected after Holm,
 * so that "rejected" errs on a model that is right with a chance of 5% in all its cells together; and each cell
 * of a model against the same cell of another by FZ0.
 */
import { dieboldMariano, type ForecastComparison } from './dieboldMariano.js';
import { holmAdjusted } from './holm.js';
import type { WalkForwardCell } from './walkForward.js';

export const VERDICT_TESTS = [
  'coverage',
  'independence',
  'conditionalCoverage',
  'timeBetweenFailures',
  'z1',
  'z2',
  'exceedanceResiduals',
] as const;
export type VerdictTest = (typeof VERDICT_TESTS)[number];

/** Null where a test has no p-value: too few hits. */
export interface Verdict {
  readonly pValue: number | null;
  /** Within the family; null with it. */
  readonly adjusted: number | null;
  readonly isRejected: boolean;
}

export interface JudgedCell {
  readonly cell: WalkForwardCell;
  readonly verdicts: Readonly<Record<VerdictTest, Verdict>>;
}

export const LEVEL = 0.05;

/** In the order of the cells. Families are the cells of one model and one test. */
export function judge(cells: readonly WalkForwardCell[]): JudgedCell[] {
  const adjusted = new Map<WalkForwardCell, Record<VerdictTest, Verdict>>();
  for (const model of new Set(cells.map((cell) => cell.model))) {
    const family = cells.filter((cell) => cell.model === model);
    const perTest = VERDICT_TESTS.map((test) => familyVerdicts(family.map((cell) => pValueOf(cell, test))));
    for (const [at, cell] of family.entries())
      adjusted.set(
        cell,
        Object.fromEntries(VERDICT_TESTS.map((test, which) => [test, perTest[which]?.[at]])) as Record<
          VerdictTest,
          Verdict
        >,
      );
  }
  return cells.map((cell) => ({ cell, verdicts: adjusted.get(cell) as Record<VerdictTest, Verdict> }));
}

/** The p-value by which a test is judged: exact or simulated where there is one. */
export function pValueOf({ report }: WalkForwardCell, test: VerdictTest): number | null {
  switch (test) {
    case 'coverage':
      return report.coverage.exactPValue;
    case 'independence':
    case 'conditionalCoverage':
    case 'timeBetweenFailures':
      return report[test].simulatedPValue;
    default:
      return report.shortfall?.[test].pValue ?? null;
  }
}

export interface CellComparison {
  readonly subject: string;
  readonly side: string;
  readonly confidence: string;
  readonly first: string;
  readonly second: string;
  /** Null where both forecast the same. */
  readonly comparison: ForecastComparison | null;
  /** Holm, within all cells of the two models. */
  readonly adjusted: number | null;
}

/** FZ0 of one model less that of another, in every cell that both have. */
export function compareModels(
  cells: readonly WalkForwardCell[],
  { first, second }: { readonly first: string; readonly second: string },
): CellComparison[] {
  const pairs = cells
    .filter((cell) => cell.model === first)
    .flatMap((cell) => {
      const other = cells.find((found) => found.model === second && isSameCell(found, cell));
      return other === undefined ? [] : [{ cell, other }];
    });
  const comparisons = pairs.map(({ cell, other }) => {
    const days = Math.min(cell.fisslerZiegelLosses.length, other.fisslerZiegelLosses.length);
    return dieboldMariano(cell.fisslerZiegelLosses.slice(-days), other.fisslerZiegelLosses.slice(-days));
  });
  const verdicts = familyVerdicts(comparisons.map((comparison) => comparison?.pValue ?? null));
  return pairs.map(({ cell: { subject, side, confidence } }, at) => ({
    subject,
    side,
    confidence,
    first,
    second,
    comparison: comparisons[at] as ForecastComparison | null,
    adjusted: verdicts[at]?.adjusted ?? null,
  }));
}

function isSameCell(a: WalkForwardCell, b: WalkForwardCell): boolean {
  return a.subject === b.subject && a.side === b.side && a.confidence === b.confidence;
}

/** Tests without a p-value are no part of the family. */
function familyVerdicts(pValues: readonly (number | null)[]): Verdict[] {
  const adjusted = holmAdjusted(pValues.filter((pValue) => pValue !== null));
  let next = 0;
  return pValues.map((pValue) => {
    if (pValue === null) return { pValue, adjusted: null, isRejected: false };
    const value = adjusted[next] as number;
    next += 1;
    return { pValue, adjusted: value, isRejected: value <= LEVEL };
  });
}
