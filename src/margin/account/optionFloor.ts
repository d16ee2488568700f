/**
 * The least that options of one underlying and expiry can settle at together, over all prices S of the underlying. Per
 * lot, with strike K and unit u:
 *
 *   linear   call u x max(0, S - K)       put u x max(0, K - S)        piecewise linear in S
 *   inverse  call u x max(0, 1 - K / S)   put u x max(0, K / S - 1)    piecewise linear in 1 / S
 *
 * so the least is at a strike, at the end where S (or 1 / S) is zero, or without bound where the other end falls.
 */
import { max } from '../../base/integers.js';
import type { Fraction } from '../../market/payoff.js';
import { smaller, sumFractions, whole } from './fractions.js';
import type { LegView, OptionTerms } from './view.js';

/** Settlement minor units, exact; null: without bound. All legs have the same payoff and expiry. */
export function leastPayoff(legs: readonly LegView[]): Fraction | null {
  if (slopeAtTheEnd(legs) < 0n) return null;
  const atStrikes = legs.map((leg) => payoffAt(legs, optionOf(leg).strikeTicks));
  return atStrikes.reduce(smaller, payoffAtZero(legs));
}

/** Settlement minor units of all legs at a price of the underlying, in its ticks. */
function payoffAt(legs: readonly LegView[], priceTicks: bigint): Fraction {
  return sumFractions(
    legs.map((leg) => {
      const { optionType, payoff, strikeTicks, unit } = optionOf(leg);
      const inside = max(0n, optionType === 'call' ? priceTicks - strikeTicks : strikeTicks - priceTicks);
      return { numerator: leg.lots * unit * inside, denominator: payoff === 'linear' ? 1n : priceTicks };
    }),
  );
}

/** Linear: at price zero, where puts pay their strike. Inverse: beyond every price, where calls pay a whole coin. */
function payoffAtZero(legs: readonly LegView[]): Fraction {
  return sumFractions(
    legs.map((leg) => {
      const { optionType, payoff, strikeTicks, unit } = optionOf(leg);
      if (payoff === 'linear') return whole(optionType === 'put' ? leg.lots * unit * strikeTicks : 0n);
      return whole(optionType === 'call' ? leg.lots * unit : 0n);
    }),
  );
}

/** How fast the sum goes on rising where S (linear: calls), or 1 / S (inverse: puts), has no end. */
function slopeAtTheEnd(legs: readonly LegView[]): bigint {
  return legs.reduce((sum, leg) => {
    const { optionType, payoff, strikeTicks, unit } = optionOf(leg);
    if (payoff === 'linear') return sum + (optionType === 'call' ? leg.lots * unit : 0n);
    return sum + (optionType === 'put' ? leg.lots * unit * strikeTicks : 0n);
  }, 0n);
}

function optionOf({ option }: LegView): OptionTerms {
  return option as OptionTerms;
}
