/** What the views of every margin mode show in the same way: status, open orders, entry prices, lines. */
import { abs } from '../base/index.js';
import { ordersOf } from '../engine/accountParts.js';
import { ACCOUNT_STATUS, type ListedInstrument, listedInstrument, type State } from '../engine/index.js';
import { orderView } from '../engine/orderFacts.js';
import type { Leg } from '../margin/index.js';
import { decimalOf, formatNearest } from './calcDecimal.js';
import { formatPrice, formatQuantity } from './scale.js';

export interface AmountLine {
  /** The total it is part of, and which part. */
  readonly name: string;
  readonly amount: string;
  /** Where it comes from, in accounts with several positions or assets. */
  readonly instrument?: string;
  readonly leg?: Leg;
  readonly asset?: string;
  /** Which scenario or add-on, where a part has several. */
  readonly detail?: string;
}

export type AccountStatus = 'open' | 'liquidating' | 'closed';

export function statusOf(state: State, accountRow: number): AccountStatus {
  if (state.accounts.status.get(accountRow) === ACCOUNT_STATUS.closed) return 'closed';
  return state.accounts.isQueued.get(accountRow) === 1 ? 'liquidating' : 'open';
}

/** An open order. */
export interface OrderJson {
  readonly order: string;
  readonly instrument: string;
  readonly leg: Leg;
  readonly side: 'buy' | 'sell';
  /** Its limit; of a market order the worst price it may trade at. */
  readonly price: string;
  /** Contracts left of it. */
  readonly quantity: string;
  readonly isReduceOnly: boolean;
}

export function openOrders(state: State, accountRow: number): readonly OrderJson[] {
  return ordersOf(state, accountRow).map((row) => {
    const { instrument, leg, side, lots, priceTicks, isReduceOnly } = orderView(state, row);
    const listed = listedInstrument(state, instrument);
    return {
      order: state.orders.names.nameOf(row),
      instrument: listed.definition.id,
      leg,
      side,
      price: formatPrice(priceTicks, listed),
      quantity: formatQuantity(lots, listed),
      isReduceOnly,
    };
  });
}

const ENTRY_EXTRA_DECIMALS = 8;

/** linear: cost / (lots x unit) ticks; inverse: lots x unit / cost ticks. For reading only. */
export function entryPrice(
  { definition, terms, marginTerms }: ListedInstrument,
  view: { readonly lots: bigint; readonly cost: bigint },
): string {
  const tick = decimalOf(definition.tickSize);
  const ofLots = abs(view.lots) * terms.unit;
  const ofCost = abs(view.cost);
  const [numerator, denominator] = marginTerms.payoff === 'linear' ? [ofCost, ofLots] : [ofLots, ofCost];
  // A cost of nothing has no price: lots too small for the settlement asset's decimals.
  if (denominator === 0n) return '0';
  const price = { numerator: numerator * tick.digits, denominator: denominator * 10n ** BigInt(tick.scale) };
  return formatNearest(price, tick.scale + ENTRY_EXTRA_DECIMALS);
}
