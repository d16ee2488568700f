/**
 * Margin of a whole account, slow and obvious: reduced quotients, maintenance as a sum over brackets as a tax is, every
 * definition written out once. It judges src/margin/account and shares nothing with it but the types. Options only at
 * their marks: what they require has a judge of its own.
 */
import type { AccountView, AssetView, Bracket, LegView, MarginTerms, OrderView } from '../margin/index.js';
import {
  compare,
  down,
  least,
  minus,
  most,
  over,
  plus,
  type Rational,
  rational,
  size,
  times,
  up,
  ZERO,
} from './rational.js';

/** A valuation counts minor units x this. */
const SCALE = 1_000_000n;
const MILLION = rational(1_000_000n);
const ONE = rational(1n);
const PRICE_SCALE = 1_000_000_000n;

export type Kind = 'initial' | 'maintenance';

export function slowEquityScaled(view: AccountView): bigint {
  return view.assets.reduce((sum, held) => sum + slowValueScaled(held, slowNet(view, held)), 0n);
}

export function slowNet(view: AccountView, held: AssetView): Rational {
  const legs = view.legs.filter((leg) => leg.settleAsset === held.asset);
  return plus(rational(held.balance), rational(-held.debt), ...legs.map(slowProfit));
}

export function slowProfit(leg: LegView): Rational {
  const funding = rational(-leg.lots * leg.fundingPerLot, leg.terms.fundingScale);
  return plus(times(rational(leg.lots), slowLot(leg.terms, leg.markTicks)), rational(-leg.cost), funding);
}

/** Value of one long lot. */
export function slowLot(terms: MarginTerms, markTicks: bigint): Rational {
  const ticks = rational(markTicks, terms.markTicksPerTick);
  return terms.payoff === 'linear'
    ? times(rational(terms.unit), ticks)
    : minus(ZERO, over(rational(terms.unit), ticks));
}

export function slowValueScaled(held: Pick<AssetView, 'price' | 'terms'>, amount: Rational): bigint {
  const market = times(amount, rational(held.price, PRICE_SCALE));
  if (amount.n <= 0n) return down(times(market, rational(SCALE)));
  const { countedCapMinor, haircutPpm, peg } = held.terms;
  const counted = countedCapMinor === null ? market : least(market, rational(countedCapMinor));
  let haircut = over(rational(haircutPpm), MILLION);
  if (peg !== null) {
    const below = minus(ONE, rational(held.price, peg.price));
    const beyond = most(ZERO, minus(below, over(rational(peg.tolerancePpm), MILLION)));
    haircut = plus(haircut, times(beyond, over(rational(peg.slopePpm), MILLION)));
  }
  return down(times(counted, most(ZERO, minus(ONE, haircut)), rational(SCALE)));
}

/** Of positions without options, and of debts. */
export function slowRequirementScaled(kind: Kind, view: AccountView): bigint {
  const instruments = new Set(view.legs.map(({ instrument }) => instrument));
  let sum = 0n;
  for (const instrument of instruments) {
    const legs = view.legs.filter((leg) => leg.instrument === instrument);
    sum += slowChargedLegs(kind, view, legs)
      .map((leg) => chargeScaled(view, leg.settleAsset, slowLegRequirement(kind, leg)))
      .reduce((a, b) => a + b, 0n);
  }
  for (const held of view.assets) {
    const rate = kind === 'initial' ? held.terms.debtInitialPpm : held.terms.debtMaintenancePpm;
    sum += chargeScaled(view, held.asset, times(rational(held.debt), over(rational(rate), MILLION)));
  }
  return sum;
}

function slowChargedLegs(kind: Kind, view: AccountView, legs: readonly LegView[]): readonly LegView[] {
  const [first, second] = legs as readonly [LegView, LegView | undefined];
  if (second === undefined || view.legRule === 'both') return legs;
  const [long, short] = first.lots > 0n ? [first, second] : [second, first];
  if (view.legRule === 'larger') {
    const isShortLarger = compare(slowLegRequirement(kind, short), slowLegRequirement(kind, long)) > 0;
    return [isShortLarger ? short : long];
  }
  const lots = long.lots + short.lots;
  if (lots === 0n) return [];
  const larger = lots > 0n ? long : short;
  const share = rational(lots, larger.lots);
  const cost = times(rational(larger.cost), share);
  return [{ ...larger, lots, cost: larger.cost < 0n ? down(cost) : up(cost) }];
}

/** Linear and inverse, in the settlement asset. */
export function slowLegRequirement(kind: Kind, leg: LegView): Rational {
  const { terms } = leg;
  const atMark = size(times(rational(leg.lots), slowLot(terms, leg.markTicks)));
  const notionalOf = (basis: string) => (basis === 'entry' ? size(rational(leg.cost)) : atMark);
  const taker = rational(terms.takerFeeRate, terms.rateScale);
  const feeInMargin = terms.closeFee === 'inMargin' ? times(atMark, taker) : ZERO;
  if (kind === 'initial') {
    const notional = notionalOf(terms.initialBasis);
    const bracket = terms.brackets.find(({ notionalCap }) => isWithin(notional, notionalCap));
    const { initialMarginRate } = bracket ?? (terms.brackets.at(-1) as Bracket);
    const rate = most(rational(initialMarginRate, terms.rateScale), rational(terms.rateScale, leg.leverage));
    return plus(times(notional, rate), feeInMargin);
  }
  const notional = notionalOf(terms.maintenanceBasis);
  const feeInRate = terms.closeFee === 'inRate' ? times(notional, taker) : ZERO;
  return plus(slowTax(terms, notional), feeInRate, feeInMargin);
}

function isWithin(notional: Rational, cap: bigint | null): boolean {
  return cap === null || compare(notional, rational(cap)) <= 0;
}

/** What lies within each bracket at its own rate; the last goes on without end. */
function slowTax({ brackets, rateScale }: MarginTerms, notional: Rational): Rational {
  const parts = brackets.map(({ notionalFloor, notionalCap, maintenanceMarginRate }, at) => {
    const isLast = at === brackets.length - 1 || notionalCap === null;
    const top = isLast ? notional : least(notional, rational(notionalCap));
    return times(most(ZERO, minus(top, rational(notionalFloor))), rational(maintenanceMarginRate, rateScale));
  });
  return plus(...parts);
}

function chargeScaled(view: AccountView, asset: number, amount: Rational): bigint {
  const held = view.assets.find((one) => one.asset === asset) as AssetView;
  return up(times(amount, rational(held.price, PRICE_SCALE), rational(SCALE)));
}

/** With positions or debts, equity at or under maintenance, and some way to lose more than there is. Without options. */
export function isSlowlyAccountLiquidatable(view: AccountView): boolean {
  if (view.legs.length === 0 && view.assets.every(({ debt }) => debt === 0n)) return false;
  if (slowEquityScaled(view) > slowRequirementScaled('maintenance', view)) return false;
  return !isSlowlyCovered(view);
}

/** What each asset comes to if every position is worth the least it can be: nothing, or owed without end. */
function isSlowlyCovered(view: AccountView): boolean {
  const isOwed = (leg: LegView) => {
    const lots = view.legs
      .filter(({ instrument }) => instrument === leg.instrument)
      .reduce((sum, held) => sum + held.lots, 0n);
    return leg.terms.payoff === 'linear' ? lots < 0n : lots > 0n;
  };
  if (view.legs.some(isOwed)) return false;
  return view.assets.every((held) => {
    const legs = view.legs.filter(({ settleAsset }) => settleAsset === held.asset);
    const worthless = legs.map((leg) =>
      minus(slowProfit(leg), times(rational(leg.lots), slowLot(leg.terms, leg.markTicks))),
    );
    return plus(rational(held.balance - held.debt), ...worthless).n >= 0n;
  });
}

/** Of one leg's orders on a linear or inverse instrument, in the settlement asset. */
export function slowOrderMargin(leg: LegView, orders: readonly OrderView[]): Rational {
  return most(slowSide(leg, 'buy', orders), slowSide(leg, 'sell', orders));
}

/** Fills the orders of a side lot by lot, best price first. */
function slowSide(leg: LegView, side: 'buy' | 'sell', orders: readonly OrderView[]): Rational {
  const way = side === 'buy' ? 1n : -1n;
  const prices = orders
    .filter((order) => order.side === side && !order.isReduceOnly)
    .flatMap(({ lots, priceTicks }) => Array.from({ length: Number(lots) }, () => priceTicks))
    .sort((a, b) => Number(way * (b - a)));
  const { terms } = leg;
  let { lots, cost } = { lots: leg.lots, cost: rational(leg.cost) };
  let [loss, fee] = [ZERO, ZERO];
  let hasOpened = false;
  for (const price of prices) {
    const isReducing = lots * way < 0n;
    lots += way;
    if (isReducing) continue;
    if (leg.leg === 'long' ? way < 0n : leg.leg === 'short' && way > 0n) break;
    const value = slowLot(terms, price * terms.markTicksPerTick);
    const atMark = slowLot(terms, leg.markTicks);
    if (!hasOpened && leg.lots * way < 0n) cost = ZERO;
    hasOpened = true;
    cost = plus(cost, times(rational(way), value));
    loss = plus(loss, most(ZERO, times(rational(way), minus(value, atMark))));
    fee = plus(fee, times(size(value), rational(terms.takerFeeRate, terms.rateScale)));
  }
  if (!hasOpened) return ZERO;
  const after = slowLegRequirement('initial', { ...leg, lots, cost: cost.n < 0n ? down(cost) : up(cost) });
  const now = leg.lots === 0n ? ZERO : slowLegRequirement('initial', leg);
  return plus(most(ZERO, minus(after, now)), loss, fee);
}
