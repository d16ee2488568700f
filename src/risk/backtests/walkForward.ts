/**
 * Forecasts of many models for many assets and portfolios, on both sides, each made from the days before it alone, and
 * every back-test of them. All models are judged on the same days of a history.
 */
import { err, ok, type Result } from '../../base/result.js';
import type { RiskFault } from '../riskFault.js';
import type { Side, TailModel } from '../tailModel.js';
import { type BacktestReport, type BacktestSettings, backtest } from './backtest.js';
import { fisslerZiegelLosses } from './fisslerZiegel.js';
import type { ReturnHistory } from './returnHistory.js';
import type { BacktestFault, BacktestSeries } from './series.js';

export interface WalkForwardPlan {
  /** Assets and portfolios. */
  readonly histories: readonly ReturnHistory[];
  readonly models: readonly TailModel[];
  readonly sides: readonly Side[];
  /** Decimal texts. */
  readonly confidences: readonly string[];
  /** First date that is judged. */
  readonly from: string;
  /** Last one; null is the end of each history. */
  readonly to: string | null;
}

export interface WalkForwardQuestion {
  readonly history: ReturnHistory;
  readonly model: TailModel;
  readonly side: Side;
  readonly confidence: string;
}

export interface WalkForwardCell {
  readonly subject: string;
  readonly model: string;
  readonly side: Side;
  readonly confidence: string;
  /** Of the periods that are judged. */
  readonly dates: readonly string[];
  readonly series: BacktestSeries & { readonly expectedShortfall: Float64Array };
  readonly report: BacktestReport;
  /** FZ0 of each period, for comparisons. */
  readonly fisslerZiegelLosses: Float64Array;
  /** Shortfall forecast for every day from the model's first, and where in it the judged ones begin. */
  readonly margins: Float64Array;
  readonly judgedFrom: number;
}

export interface RefusedCell {
  readonly subject: string;
  readonly model: string;
  readonly side: Side;
  readonly confidence: string;
  readonly fault: RiskFault | BacktestFault;
}

export interface WalkForward {
  readonly cells: readonly WalkForwardCell[];
  /** Named, never left out in silence: a history too short for a model, a forecast that is no number. */
  readonly refused: readonly RefusedCell[];
}

export function walkForward(plan: WalkForwardPlan, settings: BacktestSettings): WalkForward {
  const cells: WalkForwardCell[] = [];
  const refused: RefusedCell[] = [];
  for (const history of plan.histories) {
    const commonStart = commonStartOf(history, plan);
    for (const confidence of plan.confidences)
      for (const side of plan.sides)
        for (const model of plan.models) {
          const cell = walkForwardCell(
            { history, model, side, confidence },
            { ...plan, commonStart },
            settings,
          );
          if (cell.ok) cells.push(cell.value);
          else
            refused.push({
              subject: history.id,
              model: model.id,
              side,
              confidence,
              fault: cell.error,
            });
        }
  }
  return { cells, refused };
}

export interface JudgedSpan extends Pick<WalkForwardPlan, 'from' | 'to'> {
  /** First return that is judged, at the earliest. */
  readonly commonStart?: number;
}

export function walkForwardCell(
  { history, model, side, confidence }: WalkForwardQuestion,
  { from, to, commonStart = 0 }: JudgedSpan,
  settings: BacktestSettings,
): Result<WalkForwardCell, RiskFault | BacktestFault> {
  const { dates, returns } = history;
  const start = Math.max(
    model.daysMin,
    commonStart,
    countBefore(dates, (date) => date < from),
  );
  const end = endOf(history, to);
  if (start >= end) return err({ reason: 'tooShort', got: 0, needed: model.daysMin });
  const forecasts = model.forecasts({ returns, start: model.daysMin, end, confidence, side });
  if (!forecasts.ok) return forecasts;
  const judgedFrom = start - model.daysMin;
  const judged = returns.subarray(start, end);
  const series = {
    losses: side === 'long' ? judged.map((value) => -value) : judged.slice(),
    valueAtRisk: forecasts.value.valueAtRisk.slice(judgedFrom),
    expectedShortfall: forecasts.value.expectedShortfall.slice(judgedFrom),
    confidence,
  };
  const report = backtest(series, {
    ...settings,
    seed: `${settings.seed}/${history.id}/${side}/${confidence}`,
  });
  if (!report.ok) return report;
  return ok({
    subject: history.id,
    model: model.id,
    side,
    confidence,
    dates: dates.slice(start, end),
    series,
    report: report.value,
    fisslerZiegelLosses: fisslerZiegelLosses(series),
    margins: forecasts.value.expectedShortfall,
    judgedFrom,
  });
}

/** All models of a history are judged on the same days: from when the one that needs most can forecast. */
function commonStartOf(history: ReturnHistory, { models, to }: WalkForwardPlan): number {
  const end = endOf(history, to);
  return Math.max(0, ...models.map(({ daysMin }) => daysMin).filter((daysMin) => daysMin < end));
}

function endOf({ dates }: ReturnHistory, to: string | null): number {
  return to === null ? dates.length : countBefore(dates, (date) => date <= to);
}

/** How many dates, in order, fulfil the condition from the first on. */
function countBefore(dates: readonly string[], condition: (date: string) => boolean): number {
  const found = dates.findIndex((date) => !condition(date));
  return found < 0 ? dates.length : found;
}
