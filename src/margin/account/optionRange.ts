/**
 * What options of one underlying bring and require while marks and the price of their underlying move inside ranges. With
 * V their value, M what they require, S the part of it that falls on short legs and is charged in full, X = V - (M - S)
 * what they leave in the net of their asset (optionCharges.ts): what counts, along a line of slope s from 0 to 1
 * (worstCase.ts), is
 *
 *   s x X - S = s x (V - M) - (1 - s) x S
 *
 * optionRequirement.ts: V - M never falls as a leg's value rises, nor rises with what is asked for a short; S never falls
 * as a short's value or what is asked for it rises, nor rises with a long's value; and it moves by no more than what is
 * asked does. So each has its ends at corners:
 *
 *   V - M   least: longs low, shorts and underlying high           most: the other way round
 *   S       most:  longs and shorts low, underlying high           least: the other way round
 *
 * where a put's asking also depends on its own mark: the difference is added, or taken off.
 */
import { type Fraction, valueAtMark } from '../../market/payoff.js';
import type { LegBox } from './accountBox.js';
import { addFractions, positivePart, subtractFractions, sumFractions } from './fractions.js';
import { type OptionLegRequirement, optionRequirement } from './optionRequirement.js';
import { shortOptionMargin } from './shortOptionMargin.js';
import type { LegView } from './view.js';

/** In settlement minor units, exact: for every slope s x `left` - `charged` is beyond s x X - S in the whole range. */
export interface OptionBound {
  readonly left: Fraction;
  readonly charged: Fraction;
}

export type LegBoxes = ReadonlyMap<LegView, LegBox>;

/** At or below what the options bring less what they require. */
export function leastOfOptions(legs: readonly LegView[], boxes: LegBoxes): OptionBound {
  const worst = legs.map((leg) => at(leg, boxes, { mark: isLong(leg) ? 'low' : 'high', index: 'high' }));
  const dearest = legs.map((leg) => at(leg, boxes, { mark: 'low', index: 'high' }));
  const charged = addFractions(chargedOf(optionRequirement(dearest)), askedDifference(worst, dearest));
  return { left: addFractions(valueLessRequirement(worst), charged), charged };
}

/** At or above it. */
export function mostOfOptions(legs: readonly LegView[], boxes: LegBoxes): OptionBound {
  const best = legs.map((leg) => at(leg, boxes, { mark: isLong(leg) ? 'high' : 'low', index: 'low' }));
  const cheapest = legs.map((leg) => at(leg, boxes, { mark: 'high', index: 'low' }));
  const charged = positivePart(
    subtractFractions(chargedOf(optionRequirement(cheapest)), askedDifference(cheapest, best)),
  );
  return { left: addFractions(valueLessRequirement(best), charged), charged };
}

/** At the legs' own prices, with what each requires: no range. */
export function optionsAt(legs: readonly LegView[]): OptionBound & {
  readonly shorts: readonly OptionLegRequirement[];
} {
  const required = optionRequirement(legs);
  const charged = chargedOf(required);
  return {
    left: addFractions(valueLessRequirement(legs), charged),
    charged,
    shorts: required.filter(({ leg, maintenance }) => !isLong(leg) && maintenance.numerator !== 0n),
  };
}

type End = 'low' | 'high';

function at(leg: LegView, boxes: LegBoxes, ends: { readonly mark: End; readonly index: End }): LegView {
  const { markTicks, indexTicks } = boxes.get(leg) as LegBox;
  return { ...leg, markTicks: markTicks[ends.mark], indexTicks: indexTicks[ends.index] };
}

function isLong({ lots }: LegView): boolean {
  return lots > 0n;
}

function valueLessRequirement(legs: readonly LegView[]): Fraction {
  const value = sumFractions(legs.map(({ terms, lots, markTicks }) => valueAtMark(terms, lots, markTicks)));
  return subtractFractions(value, sumFractions(optionRequirement(legs).map((leg) => leg.maintenance)));
}

/** Of the short legs. */
function chargedOf(required: readonly OptionLegRequirement[]): Fraction {
  return sumFractions(required.filter(({ leg }) => !isLong(leg)).map(({ maintenance }) => maintenance));
}

/** How much more is asked for the shorts, each by itself, at one list of prices than at the other. */
function askedDifference(more: readonly LegView[], less: readonly LegView[]): Fraction {
  const asked = (legs: readonly LegView[]) =>
    sumFractions(legs.filter((leg) => !isLong(leg)).map((leg) => shortOptionMargin('maintenance', leg)));
  return subtractFractions(asked(more), asked(less));
}
