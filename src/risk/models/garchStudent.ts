/**
 * GARCH(1,1) with t shocks: fitted every `refitEvery` days to the last days before, filtered daily with what was fitted.
 * Each fit starts from the same place, so that a forecast depends on the returns before its day and on nothing else.
 */
import { ok, type Result } from '../../base/index.js';
import { studentTail } from '../measures/closedForms.js';
import type { RiskFault } from '../riskFault.js';
import type { TailModel } from '../tailModel.js';
import { fitGarch, type GarchFit, garchVariances, meanSquare } from './garch.js';
import { fitDay, forecastDays, modelId, readQuestion, requireParameters } from './question.js';

export interface GarchStudentParameters {
  /** Newest days of a fit. */
  readonly window: number;
  readonly daysMin: number;
  readonly refitEvery: number;
}

const DEFAULTS: GarchStudentParameters = { window: 1000, daysMin: 500, refitEvery: 20 };

export function garchStudentModel(parameters: Partial<GarchStudentParameters> = {}): TailModel {
  const all = { ...DEFAULTS, ...parameters };
  const { window, daysMin, refitEvery } = all;
  requireParameters({
    'daysMin is from 100 to window': daysMin >= 100 && window >= daysMin,
    'refitEvery is at least 1': Number.isInteger(refitEvery) && refitEvery >= 1,
  });
  return {
    id: modelId('garchStudent', all, DEFAULTS),
    daysMin,
    forecasts: (question) => {
      const read = readQuestion(question, daysMin);
      if (!read.ok) return read;
      const { losses, confidence, end } = read.value;
      let filtered: Filtered | null = null;
      return forecastDays(read.value, (day) => {
        const fittedOn = fitDay(day, { daysMin, every: refitEvery });
        if (filtered === null || filtered.fittedOn !== fittedOn) {
          const next = filterFrom(losses, { fittedOn, window, end: Math.min(end, fittedOn + refitEvery) });
          if (!next.ok) return next;
          filtered = next.value;
        }
        const { fit, variances, from } = filtered;
        const deviation = Math.sqrt(variances[day - from] as number);
        return ok(
          studentTail({ mean: fit.parameters.mean, deviation, degrees: fit.parameters.degrees }, confidence),
        );
      });
    },
  };
}

interface Filtered {
  readonly fittedOn: number;
  readonly fit: GarchFit;
  /** First day of the sample. */
  readonly from: number;
  /** Of each day from `from` on. */
  readonly variances: Float64Array;
}

function filterFrom(
  losses: Float64Array,
  { fittedOn, window, end }: { readonly fittedOn: number; readonly window: number; readonly end: number },
): Result<Filtered, RiskFault> {
  const from = Math.max(0, fittedOn - window);
  const sample = losses.subarray(from, fittedOn);
  const fit = fitGarch(sample, { law: 'student' });
  if (!fit.ok) return fit;
  const { parameters } = fit.value;
  const first = meanSquare(sample, parameters.mean);
  const variances = garchVariances(losses.subarray(from, end - 1), parameters, first);
  return ok({ fittedOn, fit: fit.value, from, variances });
}
