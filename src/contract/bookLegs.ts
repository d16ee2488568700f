/** Positions and orders of a checked account as legs and orders of the margin model, in the whole numbers of its scale. */
import type { LegView, OrderView } from '../margin/index.js';
import { type BookContext, costOf, instrumentLeg, instrumentNumber } from './bookInstrument.js';
import type { AssetScale, InstrumentScale } from './bookScale.js';
import { decimalOf, scaled } from './calcDecimal.js';
import type { CheckedInstrument } from './calcDocument.js';
import { known } from './calcLookup.js';
import type { CalcMarginAccount, CalcOrder, CalcPosition } from './calcSchema.js';
import { marginalTier } from './calcTerms.js';

/** A position as a leg, and what an answer says of it besides. */
export interface BookLeg {
  readonly position: CalcPosition;
  readonly instrument: CheckedInstrument;
  readonly view: LegView;
  readonly scale: InstrumentScale;
  readonly settle: AssetScale;
  /** From 0; null for an option. */
  readonly tier: number | null;
  readonly isBeyondLast: boolean;
  readonly leverage: string | null;
  /** Of an option, per year; null where none is known. */
  readonly volatility: number | null;
}

export function bookLeg(context: BookContext, position: CalcPosition): BookLeg {
  const instrument = known(context.checked.instruments, position.instrument);
  const scale = known(context.scale.instruments, instrument.id);
  const settle = known(context.scale.assets, instrument.settle);
  const { quantity, side, accruedFunding = '0' } = position;
  const size = scaled(decimalOf(quantity), 10n ** BigInt(scale.sizeDecimals));
  const lots = side === 'long' ? size : -size;
  const funding = scaled(decimalOf(accruedFunding), 10n ** BigInt(settle.unitDecimals));
  const { view: listed, volatility, leverage, flat } = instrumentLeg(context, instrument, position);
  const isOption = instrument.kind === 'option';
  const view: LegView = {
    ...listed,
    leg: legOf(context.account, position),
    // Funding is given as an amount, which is that of an index counted in parts of the whole position.
    terms: { ...listed.terms, fundingScale: funding === 0n ? 1n : size },
    lots,
    cost: isOption ? 0n : costOf(instrument, settle, position),
    fundingPerLot: side === 'long' ? -funding : funding,
  };
  const tier = isOption
    ? null
    : (flat ?? marginalTier(view.terms, { ...view, collateral: 0n }, view.markTicks));
  return {
    position,
    instrument,
    scale,
    settle,
    view,
    tier: tier === null ? null : tier.tier,
    isBeyondLast: tier?.isBeyondLast ?? false,
    leverage: isOption ? null : leverage,
    volatility,
  };
}

/** An instrument as a leg of 0 lots: what orders without a position are judged by. */
export function orderTerms(context: BookContext, order: CalcOrder): LegView {
  const instrument = known(context.checked.instruments, order.instrument);
  const { instrument: id, quantity, price } = order;
  return instrumentLeg(context, instrument, { instrument: id, quantity, entryPrice: price }).view;
}

export function orderView({ checked, account, scale }: BookContext, order: CalcOrder): OrderView {
  const { tickDecimals, sizeDecimals } = known(scale.instruments, order.instrument);
  return {
    instrument: instrumentNumber(checked, order.instrument),
    leg: order.leg ?? legOfOrder(account, order),
    side: order.side,
    lots: scaled(decimalOf(order.quantity), 10n ** BigInt(sizeDecimals)),
    priceTicks: scaled(decimalOf(order.price), 10n ** BigInt(tickDecimals)),
    isReduceOnly: order.reduceOnly === true,
  };
}

/** Left out: one position of its own, or both sides apart. */
function legOf({ positions }: CalcMarginAccount, { instrument, side, leg }: CalcPosition): LegView['leg'] {
  const isHedged = positions.filter((other) => other.instrument === instrument).length > 1;
  return leg ?? (isHedged ? side : 'net');
}

/** Where the position has sides, an order opens its own and a reduce-only one closes the other. */
function legOfOrder(account: CalcMarginAccount, { instrument, side, reduceOnly }: CalcOrder): LegView['leg'] {
  const held = account.positions.filter((position) => position.instrument === instrument);
  if (!held.some((position) => legOf(account, position) !== 'net')) return 'net';
  return (side === 'buy') === (reduceOnly !== true) ? 'long' : 'short';
}
