/**
 * The mark of an option in its own mark ticks, by Black-76 from the forward of its expiry and an implied volatility:
 * what a mark batch carries. The engine never computes it; it is recorded with the batch.
 */
import { err, ok, type Result } from '../base/index.js';
import type { MarkTicks } from '../base/units.js';
import type { PayoffTerms } from '../market/payoff.js';
import { black76Price } from './black76.js';
import { quantizeMarkTicks, toFloat } from './quantize.js';
import { black76InputOf, type PricedOption } from './scenarioPnl.js';

export interface OptionMarkInput extends PricedOption {
  /** What a tick of the premium means: minor units per lot and tick, mark ticks in a tick. */
  readonly terms: Pick<PayoffTerms, 'unit' | 'markTicksPerTick'>;
  readonly nowMs: number;
}

export interface OptionMarkFault {
  readonly field: 'forwardTicks' | 'strikeTicks' | 'volatility';
  readonly rule: string;
}

/**
 * The mark, to the nearest mark tick and never under one: a worthless option is marked at the smallest price there is.
 * At expiry and after it, the intrinsic value.
 */
export function optionMarkTicks(input: OptionMarkInput): Result<MarkTicks, OptionMarkFault> {
  const { option, forwardTicks, volatility, terms, nowMs } = input;
  if (forwardTicks <= 0n) return err({ field: 'forwardTicks', rule: 'must be positive' });
  if (option.strikeTicks <= 0n) return err({ field: 'strikeTicks', rule: 'must be positive' });
  if (!(Number.isFinite(volatility) && volatility >= 0))
    return err({ field: 'volatility', rule: 'must not be negative' });
  const minorPerLot = black76Price(black76InputOf(input, nowMs)) * toFloat(option.unit);
  return ok(quantizeMarkTicks((minorPerLot * toFloat(terms.markTicksPerTick)) / toFloat(terms.unit)));
}
