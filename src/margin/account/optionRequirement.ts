/** Placeholder until the model is written. */
import type { Fraction } from '../../market/payoff.js';
import type { LegView } from './view.js';

export interface OptionLegRequirement {
  readonly leg: LegView;
  readonly maintenance: Fraction;
  readonly initial: Fraction;
  readonly capped: boolean;
}

export function optionRequirement(legs: readonly LegView[]): readonly OptionLegRequirement[] {
  const zero = { numerator: 0n, denominator: 1n };
  return legs.map((leg) => ({ leg, maintenance: zero, initial: zero, capped: false }));
}
