/**
 * Peaks over threshold on residuals: the worst tenth of them, beyond its threshold, is a generalised Pareto variable,
 * scaled by today's volatility. A. McNeil, R. Frey, "Estimation of tail-related risk measures for heteroscedastic
 * financial time series", Journal of Empirical Finance 7 (2000), with an EWMA filter and moments for likelihood.
 * At confidences inside the threshold the residuals speak for themselves.
 */
import { ok, type Result } from '../../base/index.js';
import type { Confidence } from '../measures/tailCount.js';
import { sortedTail } from '../measures/tailMeasure.js';
import type { RiskFault } from '../riskFault.js';
import type { TailModel } from '../tailModel.js';
import { type FilteredParameters, PARETO_SHARE, residualModel } from './filteredHistorical.js';
import { fitParetoTail, paretoMeasure } from './pareto.js';
import type { DayTail } from './question.js';

export function peaksOverThresholdModel(parameters: Partial<FilteredParameters> = {}): TailModel {
  return residualModel('peaksOverThreshold', parameters, peaksTail);
}

export function peaksTail(worst: Float64Array, confidence: Confidence): Result<DayTail, RiskFault> {
  const fit = fitParetoTail(worst, PARETO_SHARE);
  if (!fit.ok) return fit;
  if (confidence.tailProbability > fit.value.exceeding) return ok(sortedTail(worst, confidence));
  return ok(paretoMeasure(fit.value, confidence));
}
