/** What the margin models see of an account's open orders, and what events say about them. */
import { LEGS, type Leg, type OrderView } from '../margin/index.js';
import { isSpot, ordersOf } from './accountParts.js';
import type { Draft } from './draft.js';
import type { HoldFact, OrderFact } from './event.js';
import { lotsLeft } from './reduceOnly.js';
import { INSTRUMENT_STATUS, type State } from './state.js';

/** Open orders as a draft would leave them; of an instrument that no longer trades none asks for anything. */
export function orderViews(
  state: State,
  accountRow: number,
  draft?: Pick<Draft, 'orders'>,
): readonly OrderView[] {
  const { orders, instruments } = state;
  const rows = ordersOf(state, accountRow);
  if (rows.length === 0) return NONE;
  const views: OrderView[] = [];
  for (const row of rows) {
    const lots = draft === undefined ? orders.lots.get(row) : lotsLeft(state, draft, row);
    const instrument = orders.instrument.get(row);
    // A spot order opens nothing: what it gives is kept apart instead (orderReserve.ts).
    if (isSpot(state, instrument)) continue;
    if (lots > 0n && instruments.status.get(instrument) === INSTRUMENT_STATUS.trading)
      views.push({ ...orderView(state, row), lots });
  }
  return views;
}

const NONE: readonly OrderView[] = [];

export function orderView(state: State, row: number): OrderView {
  const { orders } = state;
  return {
    instrument: orders.instrument.get(row),
    leg: LEGS[orders.leg.get(row)] as Leg,
    side: orders.isBuy.get(row) === 1 ? 'buy' : 'sell',
    lots: orders.lots.get(row),
    priceTicks: orders.priceTicks.get(row),
    isReduceOnly: orders.isReduceOnly.get(row) === 1,
  };
}

/** Every open order of the account cancelled, and what they held let go: of no other account's (ORD-04). */
export function cancelAll(
  state: State,
  accountRow: number,
): { readonly orders: readonly OrderFact[]; readonly holds: readonly HoldFact[] } {
  return {
    orders: ordersOf(state, accountRow).map((orderRow) => ({ orderRow, lots: 0n })),
    holds: state.accounts.walletHold.get(accountRow) === 0n ? [] : [{ accountRow, holdMinor: 0n }],
  };
}
