/**
 * Student's t losses with EWMA volatility: the degrees of freedom are the most likely ones for the last residuals,
 * fitted anew every `refitEvery` days. Of variance 1, so that fat tails do not change the volatility.
 */
import { ok } from '../../base/index.js';
import { studentTail } from '../measures/closedForms.js';
import type { TailModel } from '../tailModel.js';
import { type EwmaParameters, ewmaFilter, isEwma } from './ewma.js';
import { constantFault, fitDay, forecastDays, modelId, readQuestion, requireParameters } from './question.js';
import { fitDegrees } from './studentLikelihood.js';

export interface EwmaStudentParameters extends EwmaParameters {
  readonly residualsMax: number;
  readonly residualsMin: number;
  readonly refitEvery: number;
}

const DEFAULTS: EwmaStudentParameters = {
  lambda: 0.97,
  warmup: 50,
  favourableCap: Number.POSITIVE_INFINITY,
  residualsMax: 1000,
  residualsMin: 250,
  refitEvery: 20,
};

export function ewmaStudentModel(parameters: Partial<EwmaStudentParameters> = {}): TailModel {
  const all = { ...DEFAULTS, ...parameters };
  const { warmup, residualsMin, residualsMax, refitEvery } = all;
  requireParameters({
    'lambda, warmup and favourableCap are those of a filter': isEwma(all),
    'residualsMin is from 1 to residualsMax': residualsMin >= 1 && residualsMax >= residualsMin,
    'refitEvery is at least 1': Number.isInteger(refitEvery) && refitEvery >= 1,
  });
  const daysMin = warmup + residualsMin;
  return {
    id: modelId('ewmaStudent', all, DEFAULTS),
    daysMin,
    forecasts: (question) => {
      const read = readQuestion(question, daysMin);
      if (!read.ok) return read;
      const { losses, confidence } = read.value;
      const { volatility, residuals } = ewmaFilter(losses, all);
      let fitted = { day: -1, degrees: 0 };
      return forecastDays(read.value, (day) => {
        const deviation = volatility[day] as number;
        const fittedOn = fitDay(day, { daysMin, every: refitEvery });
        const sample = residuals.subarray(Math.max(warmup, fittedOn - residualsMax), fittedOn);
        if (!(deviation > 0) || sample.some(Number.isNaN)) return { ok: false, error: constantFault(day) };
        if (fitted.day !== fittedOn) fitted = { day: fittedOn, degrees: fitDegrees(sample) };
        return ok(studentTail({ deviation, degrees: fitted.degrees }, confidence));
      });
    },
  };
}
