/**
 * What the open orders of one side of one position would ask for if all of them filled. The best price fills first, so
 * the position is reduced first and what is left opens. With opening orders of l lots at price P, mark m, w the value
 * of one long lot (payoff.ts):
 *
 *   order margin = initial margin of the position after all of them - initial margin of the position now, not below 0
 *   open loss    = sum of l x (the distance of w(P) from w(m)), of the orders that would open at a loss
 *   open fee     = sum of l x taker rate x size of w(P)
 *
 * Adding an order to a side adds a price to the list, of which the best are free: what opens grows by that order or by
 * worse priced ones, and nothing that opened before is free now. So none of the three ever falls (MAR-06). Reduce-only
 * orders are left out: they end where the position does.
 */
import { abs, divCeil, divFloor, max, min } from '../../base/integers.js';
import type { Lots, MarkTicks, Minor } from '../../base/units.js';
import { type Fraction, unitValue } from '../../market/payoff.js';
import type { MarginTerms } from '../terms.js';
import { addFractions, positivePart, subtractFractions, sumFractions } from './fractions.js';
import type { Leg, OrderView } from './view.js';

export type PricedOrder = Pick<OrderView, 'side' | 'lots' | 'priceTicks' | 'isReduceOnly'>;

/** Signed lots and cost of a position. */
export interface Holding {
  readonly lots: Lots;
  readonly cost: Minor;
}

export interface OrderedPosition {
  readonly terms: MarginTerms;
  readonly markTicks: MarkTicks;
  readonly leg: Leg;
  readonly holding: Holding;
}

/** In settlement minor units, exact; none is negative. */
export interface SideMargin {
  readonly orderMargin: Fraction;
  readonly openLoss: Fraction;
  readonly openFee: Fraction;
}

export function sideMargin(
  position: OrderedPosition,
  opening: readonly PricedOrder[],
  initialOf: (holding: Holding) => Fraction,
): SideMargin {
  const after = initialOf(holdingAfter(position, opening));
  return {
    orderMargin: positivePart(subtractFractions(after, initialOf(position.holding))),
    openLoss: sumFractions(opening.map((order) => openLoss(position, order))),
    openFee: sumFractions(opening.map((order) => openFee(position, order))),
  };
}

/** What of one side's orders opens, each with the lots it opens; the best priced only reduce. */
export function openingOrders(
  position: OrderedPosition,
  side: PricedOrder['side'],
  orders: readonly PricedOrder[],
): readonly PricedOrder[] {
  const { leg, holding } = position;
  if (leg === (side === 'buy' ? 'short' : 'long')) return [];
  const reducible = side === 'buy' ? max(0n, -holding.lots) : max(0n, holding.lots);
  let free = reducible;
  const opening: PricedOrder[] = [];
  for (const order of bestFirst(side, orders)) {
    const reducing = min(free, order.lots);
    free -= reducing;
    if (order.lots > reducing) opening.push({ ...order, lots: order.lots - reducing });
  }
  return opening;
}

/** One side's orders that may open, best price first. */
function bestFirst(side: PricedOrder['side'], orders: readonly PricedOrder[]): readonly PricedOrder[] {
  return orders
    .filter((order) => order.side === side && !order.isReduceOnly)
    .sort((a, b) => Number(side === 'buy' ? b.priceTicks - a.priceTicks : a.priceTicks - b.priceTicks));
}

/** The position with these opened: on top of what there is, or alone where the position was closed before. */
export function holdingAfter({ terms, holding }: OrderedPosition, opening: readonly PricedOrder[]): Holding {
  if (opening.length === 0) return holding;
  const opened = opening.reduce<Holding>(
    (sum, order) => ({ lots: sum.lots + signedLots(order), cost: sum.cost + costOf(terms, order) }),
    { lots: 0n, cost: 0n },
  );
  const isFlipped = holding.lots !== 0n && opened.lots < 0n !== holding.lots < 0n;
  if (isFlipped) return opened;
  return { lots: holding.lots + opened.lots, cost: holding.cost + opened.cost };
}

/** Rounded away from zero: the larger notional. */
function costOf(terms: MarginTerms, order: PricedOrder): Minor {
  const { numerator, denominator } = valueAtLimit(terms, order);
  const value = signedLots(order) * numerator;
  return value < 0n ? divFloor(value, denominator) : divCeil(value, denominator);
}

function openLoss({ terms, markTicks }: OrderedPosition, order: PricedOrder): Fraction {
  const atLimit = valueAtLimit(terms, order);
  const atMark = unitValue(terms, markTicks);
  const perLot =
    order.side === 'buy' ? subtractFractions(atLimit, atMark) : subtractFractions(atMark, atLimit);
  return positivePart({ ...perLot, numerator: perLot.numerator * order.lots });
}

function openFee({ terms }: OrderedPosition, order: PricedOrder): Fraction {
  const { numerator, denominator } = valueAtLimit(terms, order);
  return {
    numerator: abs(numerator) * order.lots * terms.takerFeeRate,
    denominator: denominator * terms.rateScale,
  };
}

/** Value of one long lot at the order's limit price, exact. */
function valueAtLimit(terms: MarginTerms, { priceTicks }: PricedOrder): Fraction {
  return unitValue(terms, priceTicks * terms.markTicksPerTick);
}

function signedLots({ side, lots }: PricedOrder): Lots {
  return side === 'buy' ? lots : -lots;
}

export function totalOf({ orderMargin, openLoss, openFee }: SideMargin): Fraction {
  return addFractions(orderMargin, addFractions(openLoss, openFee));
}
