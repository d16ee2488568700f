/** Plain historical simulation: the losses of the last days, all equally likely. */
import { ok } from '../../base/index.js';
import { sortedTail } from '../measures/tailMeasure.js';
import type { TailModel } from '../tailModel.js';
import { forecastDays, modelId, readQuestion, requireParameters, worstBefore } from './question.js';

export interface HistoricalParameters {
  /** Newest days that count; all there are while there are fewer. */
  readonly window: number;
  /** Days before the first forecast. */
  readonly daysMin: number;
}

const DEFAULTS: HistoricalParameters = { window: 500, daysMin: 250 };

export function historicalModel(parameters: Partial<HistoricalParameters> = {}): TailModel {
  const all = { ...DEFAULTS, ...parameters };
  const { window, daysMin } = all;
  requireParameters({ 'daysMin is from 1 to window': daysMin >= 1 && window >= daysMin });
  return {
    id: modelId('historical', all, DEFAULTS),
    daysMin,
    forecasts: (question) => {
      const read = readQuestion(question, daysMin);
      if (!read.ok) return read;
      const { losses, confidence } = read.value;
      return forecastDays(read.value, (day) =>
        ok(sortedTail(worstBefore(losses, { day, most: window }), confidence)),
      );
    },
  };
}
