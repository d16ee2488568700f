/** Both sides of the error of a margin: what losses it left uncovered, and how much stood locked while nothing happened. */
import type { BacktestSeries } from './series.js';

export interface CapitalFigures {
  /** Mean margin, in the unit of losses. */
  readonly marginMean: number;
  readonly worstLoss: number;
  /** Mean margin over the worst loss; null where nothing was lost. */
  readonly marginOverWorstLoss: number | null;
  /** Periods whose loss was above the margin. */
  readonly uncoveredPeriods: number;
  /** Sum of losses above the margin. */
  readonly uncoveredLoss: number;
  /** The largest single one. */
  readonly uncoveredLossMax: number;
}

/** With expected shortfall as the margin, or value at risk where that is not forecast. */
export function capitalFigures({ losses, valueAtRisk, expectedShortfall }: BacktestSeries): CapitalFigures {
  const margins = expectedShortfall ?? valueAtRisk;
  const uncovered = losses.map((loss, t) => Math.max(0, loss - (margins[t] as number)));
  const worstLoss = Math.max(
    0,
    losses.reduce((most, loss) => Math.max(most, loss), 0),
  );
  const marginMean = sumOf(margins) / margins.length;
  return {
    marginMean,
    worstLoss,
    marginOverWorstLoss: worstLoss > 0 ? marginMean / worstLoss : null,
    uncoveredPeriods: uncovered.filter((loss) => loss > 0).length,
    uncoveredLoss: sumOf(uncovered),
    uncoveredLossMax: uncovered.reduce((most, loss) => Math.max(most, loss), 0),
  };
}

function sumOf(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0);
}
