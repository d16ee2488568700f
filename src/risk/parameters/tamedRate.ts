/** What a model asks for the period that comes, after the tools against procyclical margin: the worse of both sides. */
import { err, ok, type Result } from '../../base/index.js';
import { type AntiProcyclicalPolicy, antiProcyclical } from '../procyclicality/policy.js';
import { type RiskFault, riskFault } from '../riskFault.js';
import type { Side, TailModel } from '../tailModel.js';

export interface TamedRate {
  /** Loss over one period of the returns, as a fraction of the position's value. */
  readonly rate: number;
  /** The model's own, before the policy. */
  readonly modelRate: number;
  /** The side whose model rate is the worse. */
  readonly side: Side;
}

export interface TamedRateQuestion {
  /** Oldest first; the forecast is for the period after the last. */
  readonly returns: Float64Array;
  readonly model: TailModel;
  readonly confidence: string;
  readonly policy: AntiProcyclicalPolicy;
  /** Whose loss counts: left out, that of both. */
  readonly sides?: readonly [Side, ...Side[]];
}

/** Each side is tamed over its own forecasts, from the model's first. Refused: what the model refuses. */
export function tamedRate(question: TamedRateQuestion): Result<TamedRate, RiskFault> {
  const { returns, model, confidence, policy, sides = ['long', 'short'] } = question;
  if (returns.length < model.daysMin) {
    const context = { got: String(returns.length), needed: String(model.daysMin) };
    return err(riskFault('too_few', 'returns', { context }));
  }
  const span = { returns, start: model.daysMin, end: returns.length + 1, confidence };
  const found: TamedRate[] = [];
  for (const side of sides) {
    const forecasts = model.forecasts({ ...span, side });
    if (!forecasts.ok) return forecasts;
    // A series that only rises has a tail below 0: that asks nothing, and gives nothing either.
    const margins = forecasts.value.expectedShortfall.map((margin) => Math.max(0, margin));
    const asked = antiProcyclical(margins, policy);
    found.push({ rate: asked.at(-1) as number, modelRate: margins.at(-1) as number, side });
  }
  const worse = found.reduce((worst, one) => (one.modelRate > worst.modelRate ? one : worst));
  return ok({ ...worse, rate: Math.max(...found.map(({ rate }) => rate)) });
}
