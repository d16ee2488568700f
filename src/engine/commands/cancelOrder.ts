/** Takes an order back; what it held of the wallet is free again. */
import { min } from '../../base/index.js';
import type { CommandOf } from '../command.js';
import type { Decision, Situation } from '../decision.js';
import type { HoldFact, OrderFact } from '../event.js';
import { missingForOrders } from '../orderBacking.js';
import { orderViews } from '../orderFacts.js';
import { type Rejection, reject } from '../rejection.js';
import type { State } from '../state.js';
import { poolFault, unknown } from './checks.js';

export function decideCancelOrder(
  { state, timeMs }: Situation,
  { order }: CommandOf<'cancelOrder'>,
): Decision {
  const orderRow = findOrder(state, order);
  if (typeof orderRow === 'object') return orderRow;
  const fixed = liquidationOrderFault(state, orderRow, order);
  if (fixed !== null) return fixed;
  const accountRow = state.orders.account.get(orderRow);
  const orders = [{ orderRow, lots: 0n }];
  const holds = holdsWithout(state, accountRow, { orders, timeMs });
  return [{ kind: 'orderCancelled', accountRow, orderRow, orders, holds }];
}

/** What the account's orders hold of the wallet once some of them are gone; nothing where they hold none. */
export function holdsWithout(
  state: State,
  accountRow: number,
  { orders, timeMs }: { readonly orders: OrderFact[]; readonly timeMs: number },
): HoldFact[] {
  const held = state.accounts.walletHold.get(accountRow);
  if (held === 0n) return [];
  const left = orderViews(state, accountRow, { orders });
  const prices = { kind: 'adverse', timeMs } as const;
  const holdMinor =
    left.length === 0 ? 0n : min(held, missingForOrders(state, accountRow, { prices, orders: left }));
  return [{ accountRow, holdMinor }];
}

/** An open order in a pool that works, by its id. */
export function findOrder(state: State, order: string): number | Rejection {
  const orderRow = state.orders.names.rowOf(order);
  if (orderRow < 0) return unknown('unknown_order', order);
  const quarantined = poolFault(state, state.accounts.pool.get(state.orders.account.get(orderRow)));
  if (quarantined !== null) return quarantined;
  return state.orders.lots.get(orderRow) === 0n ? reject('order_closed', { order }) : orderRow;
}

/** What the pool sends to reduce an account is not the client's to change. */
export function liquidationOrderFault(state: State, orderRow: number, order: string): Rejection | null {
  return state.orders.isLiquidation.get(orderRow) === 1 ? reject('liquidation_order', { order }) : null;
}
