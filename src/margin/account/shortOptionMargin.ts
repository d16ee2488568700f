/**
 * What is asked for a short option by itself, in settlement minor units. Of a balance that leaves options out, venues ask
 *
 *   maintenance = rate' x N + value           of a put rate' x max(N, value) + value
 *   initial     = max(rate x N - O, floor x N) + value, and no less than maintenance
 *
 * where N is what the underlying is worth (inverse: the coins), O how far the option is out of the money, and the value
 * is at the mark. Here equity has the value taken off already, so what is asked of it is the same less the value.
 */
import { PPM } from '../../base/integers.js';
import { outOfTheMoneyAmount, underlyingValue } from '../../market/option.js';
import { type Fraction, notionalAtMark } from '../../market/payoff.js';
import { larger, subtractFractions } from './fractions.js';
import type { RequirementKind } from './legRequirement.js';
import type { LegView, OptionTerms } from './view.js';

/** Of a leg with negative lots. Maintenance never falls as the mark or the underlying rises. */
export function shortOptionMargin(kind: RequirementKind, leg: LegView): Fraction {
  return kind === 'initial' ? initialOf(leg) : maintenanceOf(leg);
}

function initialOf(leg: LegView): Fraction {
  const option = leg.option as OptionTerms;
  const { initialRatePpm, initialFloorRatePpm } = option.margin;
  const underlying = underlyingValue(option, leg.lots, leg.indexTicks);
  const outOfTheMoney = outOfTheMoneyAmount(option, leg.lots, leg.indexTicks);
  const near = subtractFractions(share(underlying, initialRatePpm), outOfTheMoney);
  return larger(larger(near, share(underlying, initialFloorRatePpm)), maintenanceOf(leg));
}

function maintenanceOf({ terms, option, lots, markTicks, indexTicks }: LegView): Fraction {
  const { optionType, margin } = option as OptionTerms;
  const underlying = underlyingValue(option as OptionTerms, lots, indexTicks);
  const base = optionType === 'put' ? larger(underlying, notionalAtMark(terms, lots, markTicks)) : underlying;
  return share(base, margin.maintenanceRatePpm);
}

function share({ numerator, denominator }: Fraction, ratePpm: bigint): Fraction {
  return { numerator: numerator * ratePpm, denominator: denominator * PPM };
}
