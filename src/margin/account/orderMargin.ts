/**
 * Order margin of a whole account (MAR-06): a requirement, never a posting (LED-02), and zero while no order opens
 * anything. Per instrument and leg the larger of its buy and sell side (orderSide.ts); of the legs of one instrument the
 * larger, under the rule `both` their sum, and under `net` what orders of either leg make of both together.
 *
 * Options: a buy that opens needs its premium in full, and the fee; a sale the initial margin of the underlying's options
 * after it less that now, with open loss and fee of what it opens. A sale that takes the cover from a short is therefore
 * charged although it reduces (FND-05); every other reducing order is free. A premium to come counts up to the mark.
 * Legs of options are paid one by one: their margins add up. In mode `portfolio` the scenarios decide
 * (scenarioOrderMargin.ts).
 */

import { assert } from '../../base/assert.js';
import { abs, divCeil, max, min } from '../../base/integers.js';
import { type Fraction, unitValue } from '../../market/payoff.js';
import { assetOf } from './accountEquity.js';
import { type Charge, chargesOf, totalScaled } from './charge.js';
import { positivePart, subtractFractions, sumFractions, ZERO } from './fractions.js';
import { grouped } from './groups.js';
import { legRequirement } from './legRequirement.js';
import { chargedLegs } from './legRule.js';
import { optionRequirement } from './optionRequirement.js';
import {
  type Holding,
  holdingAfter,
  type OrderedPosition,
  openingOrders,
  type PricedOrder,
  type SideMargin,
  sideMargin,
} from './orderSide.js';
import { scenarioOrderMargin } from './scenarioOrderMargin.js';
import { type AccountView, type LegView, type OrderView, scenariosOf } from './view.js';

export function orderCharges(view: AccountView): readonly Charge[] {
  const scenarios = scenariosOf(view);
  if (scenarios !== null) return scenarioOrderMargin(view, scenarios);
  return grouped(view.orders, ({ instrument }) => instrument).flatMap((orders) => {
    const isOption = legOf(view, orders[0] as OrderView).option !== null;
    if (!isOption && view.legRule === 'net' && orders.some(({ leg }) => leg !== 'net'))
      return netCharges(view, orders);
    const legs = grouped(orders, ({ leg }) => leg).map((ofLeg) => legCharges(view, ofLeg));
    return isOption || view.legRule === 'both' ? legs.flat() : largest(legs);
  });
}

/** Of one leg's orders, none empty: those of its larger side. */
function legCharges(view: AccountView, orders: readonly OrderView[]): readonly Charge[] {
  const leg = legOf(view, orders[0] as OrderView);
  const of = leg.option === null ? plainSide : optionSide;
  return largest([of(view, leg, 'buy', orders), of(view, leg, 'sell', orders)]);
}

type Side = PricedOrder['side'];

/**
 * Legs margined net: all buys against all sells, whichever leg they open or close. Closing one leg lays the other bare, so
 * it is charged as what it makes of both, reduce-only or not.
 */
function netCharges(view: AccountView, orders: readonly OrderView[]): readonly Charge[] {
  const { instrument } = orders[0] as OrderView;
  const legs = view.legs.filter((leg) => leg.instrument === instrument);
  const initialOf = (held: readonly LegView[]) =>
    sumFractions(chargedLegs('initial', 'net', held).map((leg) => legRequirement('initial', leg)));
  const sides = (['buy', 'sell'] as const).map((side) => {
    const ofSide = orders.filter((order) => order.side === side);
    if (ofSide.length === 0) return [];
    const net = netted(view, ofSide[0] as OrderView, legs);
    const position = orderedPosition(net);
    const opening = openingOrders(position, side, whatCanFill(side, ofSide));
    const { openLoss, openFee } = sideMargin(position, opening, () => ZERO);
    const after = (['long', 'short'] as const).flatMap((leg) => legAfter(view, leg, ofSide));
    const orderMargin = positivePart(subtractFractions(initialOf(after), initialOf(legs)));
    return chargesOfSide(view, net, { orderMargin, openLoss, openFee });
  });
  return largest(sides);
}

/**
 * Orders that close a leg may open as part of both legs. Together they are never larger than the leg (ORD-02), so all of
 * them count; those that could only reduce what they add to do not.
 */
function whatCanFill(side: Side, orders: readonly OrderView[]): readonly PricedOrder[] {
  const closed = side === 'buy' ? 'short' : 'long';
  return orders
    .filter(({ leg, isReduceOnly }) => leg === closed || !isReduceOnly)
    .map((order) => ({ ...order, isReduceOnly: false }));
}

/** Both legs as one, for what is opened of it. */
function netted(view: AccountView, order: OrderView, legs: readonly LegView[]): LegView {
  const lots = legs.reduce((sum, leg) => sum + leg.lots, 0n);
  return { ...legOf(view, order), leg: 'net', lots, cost: 0n };
}

/** The leg with all orders of one side filled, opened at their prices or closed; nothing where none is left. */
function legAfter(
  view: AccountView,
  leg: 'long' | 'short',
  orders: readonly OrderView[],
): readonly LegView[] {
  const own = orders.filter((order) => order.leg === leg);
  const { instrument } = orders[0] as OrderView;
  const held = legOf(view, own[0] ?? { ...(orders[0] as OrderView), instrument, leg });
  const opens = (orders[0] as OrderView).side === (leg === 'long' ? 'buy' : 'sell');
  const { lots, cost } = opens
    ? holdingAfter(
        orderedPosition(held),
        own.filter(({ isReduceOnly }) => !isReduceOnly),
      )
    : closedBy(
        held,
        min(
          abs(held.lots),
          own.reduce((sum, order) => sum + order.lots, 0n),
        ),
      );
  return lots === 0n ? [] : [{ ...held, lots, cost }];
}

/** The cost that stays is rounded up in size: never less than what the leg keeps. */
function closedBy({ lots, cost }: LegView, closed: bigint): Holding {
  const left = abs(lots) - closed;
  if (left === 0n) return { lots: 0n, cost: 0n };
  const size = divCeil(abs(cost) * left, abs(lots));
  return { lots: lots < 0n ? -left : left, cost: cost < 0n ? -size : size };
}

function plainSide(
  view: AccountView,
  leg: LegView,
  side: Side,
  orders: readonly OrderView[],
): readonly Charge[] {
  const position = orderedPosition(leg);
  const initialOf = (holding: Holding) => legRequirement('initial', { ...leg, ...holding });
  return chargesOfSide(view, leg, sideMargin(position, openingOrders(position, side, orders), initialOf));
}

function optionSide(
  view: AccountView,
  leg: LegView,
  side: Side,
  orders: readonly OrderView[],
): readonly Charge[] {
  const position = orderedPosition(leg);
  const opening = openingOrders(position, side, orders);
  // On this holding nothing is required: what the sale asks for is found among all options of the underlying.
  const margin = sideMargin(position, opening, () => ZERO);
  if (side === 'sell') {
    const orderMargin = marginOfSale(view, leg, lotsAfterSale(leg, orders));
    return chargesOfSide(view, leg, { ...margin, orderMargin });
  }
  const premium = sumFractions(opening.map((order) => premiumOf(leg, order)));
  return chargesOfSide(view, leg, { ...margin, openLoss: ZERO }, premium);
}

function chargesOfSide(
  view: AccountView,
  { instrument, leg, settleAsset }: LegView,
  { orderMargin, openLoss, openFee }: SideMargin,
  premium: Fraction = ZERO,
): readonly Charge[] {
  const parts = [
    { part: 'premium', amount: premium },
    { part: 'orderMargin', amount: orderMargin },
    { part: 'openLoss', amount: openLoss },
    { part: 'openFee', amount: openFee },
  ] as const;
  return chargesOf(
    { instrument, leg, asset: settleAsset },
    assetOf(view, settleAsset),
    parts.filter(({ amount }) => amount.numerator !== 0n),
  );
}

function premiumOf({ terms }: LegView, { lots, priceTicks }: PricedOrder): Fraction {
  const { numerator, denominator } = unitValue(terms, priceTicks * terms.markTicksPerTick);
  return { numerator: numerator * lots, denominator };
}

/** All sell orders filled; reduce-only ones end where the position does. */
function lotsAfterSale({ leg, lots }: LegView, orders: readonly OrderView[]): bigint {
  const sold = (isReduceOnly: boolean) =>
    orders
      .filter((order) => order.side === 'sell' && order.isReduceOnly === isReduceOnly)
      .reduce((sum, order) => sum + order.lots, 0n);
  const held = max(0n, lots);
  const plain = leg === 'long' ? min(held, sold(false)) : sold(false);
  return plain >= held ? lots - plain : lots - min(held, plain + sold(true));
}

/** Initial margin of the underlying's options with the leg at that size, less that now; not below zero. */
function marginOfSale({ legs }: AccountView, leg: LegView, lots: bigint): Fraction {
  const others = legs.filter(
    (other) =>
      other.option?.underlying === leg.option?.underlying &&
      other.settleAsset === leg.settleAsset &&
      !(other.instrument === leg.instrument && other.leg === leg.leg),
  );
  const initialWith = (size: bigint) => {
    const held = size === 0n ? others : [...others, { ...leg, lots: size }];
    return sumFractions(optionRequirement(held).map(({ initial }) => initial));
  };
  return positivePart(subtractFractions(initialWith(lots), initialWith(leg.lots)));
}

function orderedPosition(leg: LegView): OrderedPosition {
  return { terms: leg.terms, markTicks: leg.markTicks, leg: leg.leg, holding: leg };
}

/** The position the order is for, or one of 0 lots with the instrument's terms and prices. */
function legOf(view: AccountView, { instrument, leg }: OrderView): LegView {
  const held = view.legs.find((other) => other.instrument === instrument && other.leg === leg);
  if (held !== undefined) return held;
  const terms = [...view.orderTerms, ...view.legs].find((other) => other.instrument === instrument);
  assert(terms !== undefined, () => `no terms for an order of instrument ${instrument}`);
  return { ...terms, leg, lots: 0n, cost: 0n, fundingPerLot: 0n };
}

function largest(choices: readonly (readonly Charge[])[]): readonly Charge[] {
  return choices.reduce((best, next) => (totalScaled(next) > totalScaled(best) ? next : best), []);
}
