/** The initial margin rate that would have been proposed at each close of a history, from the returns up to it. */
import { ok, type Result } from '../../base/index.js';
import type { AlignedMarket } from '../market/alignedMarket.js';
import { type ParameterRules, parameterRulesFault, proposedRatePpm } from '../parameters/index.js';
import { antiProcyclical } from '../procyclicality/policy.js';
import type { RiskFault } from '../riskFault.js';
import type { TailModel } from '../tailModel.js';

export interface RateQuestion {
  readonly market: AlignedMarket;
  readonly asset: string;
  readonly model: TailModel;
  readonly rules: ParameterRules;
}

/**
 * By date of the market, as a fraction of value: what `proposeParameters` says of the returns to that close, without
 * liquidity. Forecasts and policies look back only, so that all dates are one pass. Where an asset has no return the rate
 * before it stands; NaN before the model's first forecast.
 */
export function rateTimeline({ market, asset, model, rules }: RateQuestion): Result<Float64Array, RiskFault> {
  const fault = parameterRulesFault(rules);
  if (fault !== null) return { ok: false, error: fault };
  const own = market.assets.find((some) => some.asset === asset);
  if (own === undefined) throw new RangeError(`no asset ${asset}`);
  const rates = new Float64Array(own.returns.length).fill(Number.NaN);
  const places = [...own.returns.keys()].filter((day) => !Number.isNaN(own.returns[day]));
  const returns = Float64Array.from(places, (day) => own.returns[day] as number);
  if (returns.length < model.daysMin) return ok(rates);
  const span = {
    returns,
    start: model.daysMin,
    end: returns.length + 1,
    confidence: rules.initialConfidence,
  };
  for (const side of ['long', 'short'] as const) {
    const forecasts = model.forecasts({ ...span, side });
    if (!forecasts.ok) return forecasts;
    const margins = forecasts.value.expectedShortfall.map((margin) => Math.max(0, margin));
    for (const [at, rate] of antiProcyclical(margins, rules.policy).entries()) {
      // The forecast after so many returns is known at the close of the last of them.
      const day = places[model.daysMin + at - 1] as number;
      const asked = Number(proposedRatePpm(rate, rules.initialMaxPpm, rules)) / 1e6;
      rates[day] = Math.max(Number.isNaN(rates[day]) ? 0 : (rates[day] as number), asked);
    }
  }
  for (let day = 1; day < rates.length; day++)
    if (Number.isNaN(rates[day])) rates[day] = rates[day - 1] as number;
  return ok(rates);
}
