/** Order margin of an isolated account with a linear or inverse position: the larger of its two sides (orderSide.ts). */
import type { MarkTicks, Minor } from '../../base/units.js';
import type { Fraction } from '../../market/payoff.js';
import { initialParts } from '../initialMargin.js';
import { roundUp } from '../rounding.js';
import type { MarginTerms } from '../terms.js';
import type { IsolatedView } from '../view.js';
import { larger } from './fractions.js';
import { type OrderedPosition, openingOrders, type PricedOrder, sideMargin, totalOf } from './orderSide.js';

/** Settlement minor units, rounded up; zero where no order opens anything. */
export function isolatedOrderMarginCeil(
  terms: MarginTerms,
  view: IsolatedView,
  { markTicks, orders }: { readonly markTicks: MarkTicks; readonly orders: readonly PricedOrder[] },
): Minor {
  const position: OrderedPosition = { terms, markTicks, leg: 'net', holding: view };
  const initialOf = (held: { readonly lots: bigint; readonly cost: Minor }): Fraction => {
    const { position: part, closeFee, denominator } = initialParts(terms, { ...view, ...held }, markTicks);
    return { numerator: part + closeFee, denominator };
  };
  const of = (side: PricedOrder['side']) =>
    totalOf(sideMargin(position, openingOrders(position, side, orders), initialOf));
  return roundUp(larger(of('buy'), of('sell')), terms.roundingStep);
}
