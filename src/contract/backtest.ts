/** The stateless back-test: one document in, every statistic with its p-value out, whatever the text holds. */
import Type from 'typebox';
import { Compile } from 'typebox/compile';
import { err, ok, type Result } from '../base/result.js';
import {
  BACKTEST_SETTINGS,
  type BacktestReport,
  type BacktestSeries,
  backtest,
  capitalFigures,
  type TailLaw,
} from '../risk/backtests/index.js';
import { TAIL_MODELS } from '../risk/models/index.js';
import { ANTI_PROCYCLICAL_POLICIES, antiProcyclical, procyclicality } from '../risk/procyclicality/index.js';
import { type BacktestDocumentFault, backtestFault, modelFaultOf, seriesFaultOf } from './backtestFaults.js';
import {
  BACKTEST_DOCUMENTS,
  BACKTEST_SOURCES,
  type BacktestAnswer,
  type BacktestDocument,
  type ForecastsDocument,
  type ModelDocument,
} from './backtestSchema.js';
import { backtestTests } from './backtestTests.js';
import { oneOf } from './calcSchemaField.js';
import { type ContainmentRefusal, containmentRefusal, readDocument } from './containmentFault.js';

/** What every document has: which shape the rest must be of. */
const HEAD = Compile(Type.Object({ source: oneOf([...BACKTEST_SOURCES], 'Where the forecasts come from.') }));
const VALIDATORS = {
  forecasts: Compile(BACKTEST_DOCUMENTS.forecasts),
  model: Compile(BACKTEST_DOCUMENTS.model),
};

/** Never throws on account of its input. */
export function answerBacktest(text: string): BacktestAnswer | ContainmentRefusal {
  const head = readDocument(text, HEAD);
  if (!head.ok) return containmentRefusal(head.error);
  const { source } = head.value as Pick<BacktestDocument, 'source'>;
  const read = readDocument(text, VALIDATORS[source]);
  if (!read.ok) return containmentRefusal(read.error);
  const answer = answerOf(read.value as BacktestDocument);
  return answer.ok ? answer.value : containmentRefusal(answer.error);
}

/** Forecasts beside losses, wherever they came from. */
interface Judged {
  readonly series: BacktestSeries;
  readonly dates: readonly string[] | null;
  readonly model: string | null;
  /** Margins of the model from its first forecast: taming looks back at them. Null: those of the series. */
  readonly margins: Float64Array | null;
}

function answerOf(document: BacktestDocument): Result<BacktestAnswer, BacktestDocumentFault> {
  const judged = document.source === 'forecasts' ? givenForecasts(document) : modelForecasts(document);
  if (!judged.ok) return judged;
  const report = backtest(judged.value.series, settingsOf(document));
  if (!report.ok) return err(seriesFaultOf(report.error));
  const answer = assembled(document, judged.value, report.value);
  return hasFiniteNumbers(answer) ? ok(answer) : err(backtestFault('result_not_finite', ''));
}

function givenForecasts(document: ForecastsDocument): Result<Judged, BacktestDocumentFault> {
  const { losses, valueAtRisk, expectedShortfall, confidence, dates } = document;
  if (dates !== undefined && dates.length !== losses.length)
    return err(lengthFault('/dates', dates.length, losses.length));
  const series = {
    losses: Float64Array.from(losses),
    valueAtRisk: Float64Array.from(valueAtRisk),
    expectedShortfall: expectedShortfall === undefined ? null : Float64Array.from(expectedShortfall),
    confidence,
  };
  return ok({ series, dates: dates ?? null, model: null, margins: null });
}

function modelForecasts(document: ModelDocument): Result<Judged, BacktestDocumentFault> {
  const { confidence, side = 'long', dates, prices } = document;
  const returns = returnsOf(document);
  if (!returns.ok) return returns;
  const model = TAIL_MODELS[document.model ?? 'filtered']();
  const end = returns.value.length;
  // A name for each price names the return by the later one.
  const names = dates?.slice(dates.length === end + 1 && prices !== undefined ? 1 : 0);
  if (names !== undefined && names.length !== end) return err(lengthFault('/dates', names.length, end));
  const start = Math.max(document.start ?? 0, model.daysMin);
  if (start >= end)
    return err(backtestFault('too_short', '', { got: String(end), needed: String(start + 1) }));
  const forecasts = model.forecasts({ returns: returns.value, start: model.daysMin, end, confidence, side });
  if (!forecasts.ok) return err(modelFaultOf(forecasts.error, prices !== undefined));
  const skipped = start - model.daysMin;
  const judged = returns.value.slice(start);
  return ok({
    series: {
      losses: side === 'long' ? judged.map((value) => -value) : judged,
      valueAtRisk: forecasts.value.valueAtRisk.slice(skipped),
      expectedShortfall: forecasts.value.expectedShortfall.slice(skipped),
      confidence,
    },
    dates: names?.slice(start) ?? null,
    model: model.id,
    margins: forecasts.value.expectedShortfall,
  });
}

function returnsOf({ returns, prices }: ModelDocument): Result<Float64Array, BacktestDocumentFault> {
  if ((returns === undefined) === (prices === undefined)) return err(backtestFault('returns_or_prices', ''));
  if (returns !== undefined) return ok(Float64Array.from(returns));
  const known = prices as readonly number[];
  const wrong = known.findIndex((price) => !(price > 0));
  if (wrong >= 0) return err(backtestFault('price_not_positive', `/prices/${wrong}`));
  return ok(Float64Array.from(known.slice(1), (price, before) => price / (known[before] as number) - 1));
}

function assembled(document: BacktestDocument, judged: Judged, report: BacktestReport): BacktestAnswer {
  const { series, dates, model } = judged;
  const policy = document.antiProcyclical ?? 'none';
  const untamed = judged.margins ?? series.expectedShortfall ?? series.valueAtRisk;
  const periods = series.losses.length;
  const margins = antiProcyclical(untamed, ANTI_PROCYCLICAL_POLICIES[policy]).slice(-periods);
  const { marginMean, ...capital } = capitalFigures({ ...series, expectedShortfall: margins });
  return {
    source: document.source,
    model,
    side: document.source === 'model' ? (document.side ?? 'long') : null,
    confidence: series.confidence,
    periods,
    expectedHits: report.coverage.expectedHits,
    hits: report.hits.at.map((period) => ({
      period,
      date: dates?.[period] ?? null,
      loss: series.losses[period] as number,
      valueAtRisk: series.valueAtRisk[period] as number,
    })),
    tests: backtestTests(report),
    basel: report.basel,
    acerbiSzekelyZ2Critical: report.shortfall?.z2.criticalValue ?? null,
    fisslerZiegelLoss: report.shortfall?.fisslerZiegelLoss ?? null,
    capital: {
      margin: series.expectedShortfall === null ? 'valueAtRisk' : 'expectedShortfall',
      marginMean,
      ...capital,
    },
    procyclicality: procyclicalityOf(margins, untamed.slice(-periods), policy),
    series: {
      dates: dates === null ? null : [...dates],
      losses: [...series.losses],
      valueAtRisk: [...series.valueAtRisk],
      margins: [...margins],
    },
  };
}

function procyclicalityOf(
  margins: Float64Array,
  untamed: Float64Array,
  policy: string,
): BacktestAnswer['procyclicality'] {
  if (untamed.some((margin) => !(margin > 0))) return null;
  const { peakToTrough, largestRise, cost } = procyclicality(margins, untamed);
  return {
    policy,
    peakToTrough,
    largestRiseOneDay: largestRise.oneDay,
    largestRiseFiveDays: largestRise.fiveDays,
    largestRiseThirtyDays: largestRise.thirtyDays,
    cost,
  };
}

function settingsOf({ draws, seed, tailLaw }: BacktestDocument) {
  const law: TailLaw =
    tailLaw === undefined
      ? BACKTEST_SETTINGS.law
      : tailLaw.kind === 'normal'
        ? { kind: 'normal' }
        : { kind: 'pareto', shape: tailLaw.shape ?? 0.25 };
  return { draws: draws ?? BACKTEST_SETTINGS.draws, seed: seed ?? BACKTEST_SETTINGS.seed, law };
}

function lengthFault(path: string, got: number, needed: number): BacktestDocumentFault {
  return backtestFault('length_differs', path, { got: String(got), needed: String(needed) });
}

/** Whether every number of it can be written in JSON. */
function hasFiniteNumbers(value: unknown): boolean {
  if (typeof value === 'number') return Number.isFinite(value);
  return typeof value !== 'object' || value === null || Object.values(value).every(hasFiniteNumbers);
}
