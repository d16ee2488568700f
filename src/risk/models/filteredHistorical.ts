/**
 * Filtered historical simulation, the default: each loss over the volatility of its day, times today's volatility.
 * J. Hull, A. White, "Incorporating volatility updating into the historical simulation method", Journal of Risk 1
 * (1998); G. Barone-Adesi, K. Giannopoulos, L. Vosper, Journal of Futures Markets 19 (1999). Above 99.5% the tail of
 * the residuals is a generalised Pareto fit, never under what the residuals say at 99.5%.
 */
import { ok, type Result } from '../../base/index.js';
import { confidenceOf } from '../measures/confidenceOf.js';
import type { Confidence } from '../measures/tailCount.js';
import { sortedTail } from '../measures/tailMeasure.js';
import type { RiskFault } from '../riskFault.js';
import type { TailModel } from '../tailModel.js';
import { ewmaFilter, isEwma } from './ewma.js';
import { fitParetoTail, paretoMeasure } from './pareto.js';
import {
  constantFault,
  type DayTail,
  forecastDays,
  modelId,
  readQuestion,
  requireParameters,
  worstBefore,
} from './question.js';

export interface FilteredParameters {
  readonly lambda: number;
  readonly warmup: number;
  readonly favourableCap: number;
  /** Newest residuals that count. */
  readonly residualsMax: number;
  /** Residuals before the first forecast. */
  readonly residualsMin: number;
}

export const FILTERED_DEFAULTS: FilteredParameters = {
  lambda: 0.97,
  warmup: 50,
  favourableCap: 2,
  residualsMax: 1000,
  residualsMin: 500,
};

export function filteredModel(parameters: Partial<FilteredParameters> = {}): TailModel {
  return residualModel('filtered', parameters, residualTail);
}

/** A model that scales a tail of the residuals, worst first, by today's volatility. */
export function residualModel(
  name: string,
  parameters: Partial<FilteredParameters>,
  tailOf: (worst: Float64Array, confidence: Confidence) => Result<DayTail, RiskFault>,
): TailModel {
  const all = { ...FILTERED_DEFAULTS, ...parameters };
  const { warmup, residualsMin, residualsMax } = all;
  requireParameters({
    'lambda, warmup and favourableCap are those of a filter': isEwma(all),
    'residualsMin is from 1 to residualsMax': residualsMin >= 1 && residualsMax >= residualsMin,
  });
  const daysMin = warmup + residualsMin;
  return {
    id: modelId(name, all, FILTERED_DEFAULTS),
    daysMin,
    forecasts: (question) => {
      const read = readQuestion(question, daysMin);
      if (!read.ok) return read;
      const { losses, confidence } = read.value;
      const { volatility, residuals } = ewmaFilter(losses, all);
      return forecastDays(read.value, (day) => {
        const worst = worstBefore(residuals, { day, most: residualsMax, from: warmup });
        if (worst.some(Number.isNaN)) return { ok: false, error: constantFault(day) };
        const tail = tailOf(worst, confidence);
        return tail.ok ? ok(scaled(tail.value, volatility[day] as number)) : tail;
      });
    },
  };
}

/** Of residuals, worst first: what happened up to 99.5%, a fit beyond. */
export function residualTail(worst: Float64Array, confidence: Confidence): Result<DayTail, RiskFault> {
  if (confidence.tailProbability >= EMPIRICAL_UP_TO.tailProbability) return ok(sortedTail(worst, confidence));
  const fit = fitParetoTail(worst, PARETO_SHARE);
  if (!fit.ok) return fit;
  const fitted = paretoMeasure(fit.value, confidence);
  const happened = sortedTail(worst, EMPIRICAL_UP_TO);
  return ok({
    valueAtRisk: Math.max(fitted.valueAtRisk, happened.valueAtRisk),
    expectedShortfall: Math.max(fitted.expectedShortfall, happened.expectedShortfall),
  });
}

/** The worst tenth of the residuals carries the fit. */
export const PARETO_SHARE = 0.1;
const EMPIRICAL_UP_TO = confidenceOf('0.995');

function scaled({ valueAtRisk, expectedShortfall }: DayTail, by: number): DayTail {
  return { valueAtRisk: valueAtRisk * by, expectedShortfall: expectedShortfall * by };
}
