/**
 * What options of one underlying bring and require while marks and the price of their underlying move inside ranges. With
 * V their value, M what they require, S the part of it that falls on short legs and is charged in full, X = V - (M - S)
 * what they leave in the net of their asset (optionCharges.ts): what counts, along a line of slope s from 0 to 1
 * (worstCase.ts), is
 *
 *   s x X - S = s x (V - M) - (1 - s) x S
 *
 * With D of optionCover.ts and v the shorts' value without its sign, V - M = -D and S = max(0, D - v). D never falls as a
 * long's mark falls, or as a short's mark or what is asked for it rises, and by no more than these do. So S never falls as
 * a mark falls, or as more is asked, and moves by no more than what is asked does: each has its ends at corners,
 *
 *   V - M   least: longs low, shorts and underlying high           most: the other way round
 *   S       most:  longs and shorts low, underlying high           least: the other way round
 *
 * where a put's asking also depends on its own mark: the difference is added, or taken off.
 */
import { type Fraction, valueAtMark } from '../../market/payoff.js';
import type { LegBox } from './accountBox.js';
import { addFractions, positivePart, subtractFractions, sumFractions } from './fractions.js';
import { type OptionBook, optionMaintenance } from './optionRequirement.js';
import { shortOptionMargin } from './shortOptionMargin.js';
import type { LegView } from './view.js';

/** In settlement minor units, exact. */
export interface OptionBound {
  /** A bound of V - M. */
  readonly gain: Fraction;
  /** Between which S stays. */
  readonly charged: { readonly low: Fraction; readonly high: Fraction };
}

export type LegBoxes = ReadonlyMap<LegView, LegBox>;

/** V - M at the least (`worst`) or at the most (`best`). At a point everything is exact. */
export function optionBound(book: OptionBook, boxes: LegBoxes, outlook: 'worst' | 'best'): OptionBound {
  const { legs } = book;
  const worst = legs.map((leg) => at(leg, boxes, { mark: isLong(leg) ? 'low' : 'high', index: 'high' }));
  const best = legs.map((leg) => at(leg, boxes, { mark: isLong(leg) ? 'high' : 'low', index: 'low' }));
  const dearest = legs.map((leg) => at(leg, boxes, { mark: 'low', index: 'high' }));
  const cheapest = legs.map((leg) => at(leg, boxes, { mark: 'high', index: 'low' }));
  return {
    gain: gainOf(book, outlook === 'worst' ? worst : best),
    charged: {
      low: positivePart(subtractFractions(chargedOf(book, cheapest), askedDifference(cheapest, best))),
      high: addFractions(chargedOf(book, dearest), askedDifference(worst, dearest)),
    },
  };
}

type End = 'low' | 'high';

function at(leg: LegView, boxes: LegBoxes, ends: { readonly mark: End; readonly index: End }): LegView {
  const { markTicks, indexTicks } = boxes.get(leg) as LegBox;
  const [mark, index] = [markTicks[ends.mark], indexTicks[ends.index]];
  if (mark === leg.markTicks && index === leg.indexTicks) return leg;
  return { ...leg, markTicks: mark, indexTicks: index };
}

function isLong({ lots }: LegView): boolean {
  return lots > 0n;
}

function gainOf(book: OptionBook, priced: readonly LegView[]): Fraction {
  const value = sumFractions(priced.map(({ terms, lots, markTicks }) => valueAtMark(terms, lots, markTicks)));
  const { onLongs, onShorts } = optionMaintenance(book, priced);
  return subtractFractions(value, addFractions(onLongs, onShorts));
}

/** On the short legs. */
function chargedOf(book: OptionBook, priced: readonly LegView[]): Fraction {
  return optionMaintenance(book, priced).onShorts;
}

/** How much more is asked for the shorts, each by itself, at one list of prices than at the other. */
function askedDifference(more: readonly LegView[], less: readonly LegView[]): Fraction {
  const asked = (legs: readonly LegView[]) =>
    sumFractions(legs.filter((leg) => !isLong(leg)).map((leg) => shortOptionMargin('maintenance', leg)));
  return subtractFractions(asked(more), asked(less));
}
