/** Normal losses with EWMA volatility (J.P. Morgan, RiskMetrics Technical Document, 1996): a model to compare with. */
import { ok } from '../../base/index.js';
import { normalTail } from '../measures/closedForms.js';
import type { TailModel } from '../tailModel.js';
import { type EwmaParameters, ewmaFilter, isEwma } from './ewma.js';
import { constantFault, forecastDays, modelId, readQuestion, requireParameters } from './question.js';

const DEFAULTS: EwmaParameters = { lambda: 0.97, warmup: 50, favourableCap: Number.POSITIVE_INFINITY };

export function ewmaNormalModel(parameters: Partial<EwmaParameters> = {}): TailModel {
  const all = { ...DEFAULTS, ...parameters };
  requireParameters({ 'lambda, warmup and favourableCap are those of a filter': isEwma(all) });
  return {
    id: modelId('ewmaNormal', all, DEFAULTS),
    daysMin: all.warmup,
    forecasts: (question) => {
      const read = readQuestion(question, all.warmup);
      if (!read.ok) return read;
      const { losses, confidence } = read.value;
      const { volatility } = ewmaFilter(losses, all);
      return forecastDays(read.value, (day) => {
        const deviation = volatility[day] as number;
        return deviation > 0
          ? ok(normalTail({ deviation }, confidence))
          : { ok: false, error: constantFault(day) };
      });
    },
  };
}
