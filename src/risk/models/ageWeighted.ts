/**
 * Age-weighted historical simulation: a loss counts less the older it is, by `decay` for each day. J. Boudoukh,
 * M. Richardson, R. Whitelaw, "The best of both worlds", Risk 11 (1998). The VaR is the loss at which the weights reach
 * 1 - c, without their interpolation, so that it is a loss that happened.
 */
import { ok } from '../../base/index.js';
import { weightedTailMeasure } from '../measures/tailMeasure.js';
import type { TailModel } from '../tailModel.js';
import { forecastDays, modelId, readQuestion, requireParameters } from './question.js';

export interface AgeWeightedParameters {
  /** Weight of a day over that of the day after it. */
  readonly decay: number;
  readonly window: number;
  readonly daysMin: number;
}

const DEFAULTS: AgeWeightedParameters = { decay: 0.99, window: 500, daysMin: 250 };

export function ageWeightedModel(parameters: Partial<AgeWeightedParameters> = {}): TailModel {
  const all = { ...DEFAULTS, ...parameters };
  const { decay, window, daysMin } = all;
  requireParameters({
    'decay is in (0, 1]': decay > 0 && decay <= 1,
    'daysMin is from 1 to window': daysMin >= 1 && window >= daysMin,
  });
  return {
    id: modelId('ageWeighted', all, DEFAULTS),
    daysMin,
    forecasts: (question) => {
      const read = readQuestion(question, daysMin);
      if (!read.ok) return read;
      const { losses, confidence } = read.value;
      const weights = ageWeights(window, decay);
      return forecastDays(read.value, (day) => {
        const sample = losses.subarray(Math.max(0, day - window), day);
        const tail = weightedTailMeasure(sample, weights.subarray(window - sample.length), confidence);
        return tail.ok ? ok(tail.value) : tail;
      });
    },
  };
}

/** Weights of n days, oldest first: decay^(n - 1) to 1. */
export function ageWeights(n: number, decay: number): Float64Array {
  const weights = new Float64Array(n);
  for (let i = n - 1, weight = 1; i >= 0; i--, weight *= decay) weights[i] = weight;
  return weights;
}
