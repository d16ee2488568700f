/**
 * Judges orders: what lets them in, that a fill of one is a fact, that they never ask for more than there is, and what
 * becomes of them when margin runs short (MAR-06, ORD-01, ORD-02).
 */
import { abs } from '../base/index.js';
import type { EventOf } from '../engine/event.js';
import type { EngineRecord } from '../engine/index.js';
import type { RejectionCode } from '../engine/rejection.js';
import {
  accountEquityFloor,
  accountRequirement,
  equityFloor,
  initialMarginCeil,
  isolatedOrderMarginCeil,
} from '../margin/index.js';
import {
  positionRowsOf,
  type SlowAccount,
  type SlowBooks,
  type SlowInstrument,
  type SlowOrder,
  type SlowPool,
  type SlowPosition,
} from './slowBooks.js';
import { demand, type EventContext } from './slowDemand.js';
import { judgeLevelOpening } from './slowLevels.js';
import { applySlowly } from './slowModel.js';
import { copyOf, heldOf } from './slowRules.js';
import {
  hasAllLivePrices,
  hasFreshScenarios,
  isPlain,
  isUsable,
  slowView,
  slowWholeView,
} from './slowValues.js';

/** What a fill may be refused for that is a matter of margin, not of what it says. */
const MARGIN_CODES: readonly RejectionCode[] = [
  'insufficient_initial_margin',
  'insufficient_order_margin',
  'leverage_out_of_range',
  'position_cap',
  'open_interest_cap',
  'concentration_cap',
  'instrument_reduce_only',
  'pool_not_open',
  'scenarios_stale',
];

/** A fill of accepted orders on both sides is a fact: no margin refuses it. */
export function judgeRefusal(books: SlowBooks, { command, outcome }: EngineRecord): void {
  if (command.kind !== 'fill' || outcome.kind !== 'rejected') return;
  const isOrdered = [command.buyer, command.seller].every(
    ({ party, order }) => party !== 'account' || books.orders.some(({ id }) => id === order),
  );
  const { code } = outcome.rejection;
  demand(
    !isOrdered || !MARGIN_CODES.includes(code),
    () => `MAR-06: a fill of accepted orders is refused, ${code}`,
  );
}

/** Held of no wallet is more than it has; reduce-only orders of a leg never sum above it. */
export function judgeOrderBooks(books: SlowBooks): void {
  for (const [client, { id, wallets }] of books.clients.entries())
    for (const [asset, ledger] of wallets) {
      const held = heldOf(books, client, asset);
      const balance = books.balances[ledger]?.balance as bigint;
      demand(held <= balance, () => `MAR-06: orders hold ${held} of ${id}'s ${balance}`);
    }
  for (const account of books.accounts)
    demand(account.hold >= 0n, () => `${account.id} holds ${account.hold}`);
  const reducing = new Map<string, { readonly order: SlowOrder; lots: bigint }>();
  for (const order of books.orders) {
    if (order.lots === 0n) continue;
    demand(order.lots > 0n, () => `ORD-01: ${order.lots} lots are left of order ${order.id}`);
    if (!order.isReduceOnly) continue;
    const key = [order.account, order.instrument, order.leg, order.isBuy].join();
    const sum = reducing.get(key);
    if (sum === undefined) reducing.set(key, { order, lots: order.lots });
    else sum.lots += order.lots;
  }
  for (const { order, lots } of reducing.values()) {
    const held = legOf(books, order)?.lots ?? 0n;
    demand(
      held !== 0n && order.isBuy === held < 0n && lots <= abs(held),
      () => `ORD-02: reduce-only orders of ${lots} on a leg of ${held}`,
    );
  }
}

function legOf(books: SlowBooks, { account, instrument, leg }: SlowOrder): SlowPosition | undefined {
  const row = positionRowsOf(books, account).find((each) => {
    const position = books.positions[each] as SlowPosition;
    return position.instrument === instrument && position.leg === leg;
  });
  return row === undefined ? undefined : books.positions[row];
}

/** What is let in is carried, by equity or by what is held of the wallet, unless it asks for nothing more than there was. */
export function judgeAcceptance(
  context: EventContext,
  event: EventOf<'orderAccepted' | 'orderAmended'>,
): void {
  const { books } = context;
  const { accountRow } = event;
  const after = copyOf(books);
  applySlowly(after, event);
  const row = event.kind === 'orderAmended' ? event.orderRow : after.orders.length - 1;
  const order = after.orders[row] as SlowOrder;
  const { status, id } = books.pools[(books.accounts[accountRow] as SlowAccount).pool] as SlowPool;
  demand(
    status === 'open' || order.isReduceOnly,
    () => `order ${order.id} is let into ${id}, which is ${status}`,
  );
  if (!reduces(books, order)) {
    judgeOpening(context, after, order);
    judgeLevelOpening(books, accountRow, order.instrument);
  }
  const account = after.accounts[accountRow] as SlowAccount;
  const missing = slowMissing(context, after, accountRow);
  if (missing === null) return;
  const before = slowMissing(context, books, accountRow);
  demand(
    missing <= account.hold || (before !== null && missing <= before),
    () => `MAR-06: ${account.id} lacks ${missing} for its orders, and holds ${account.hold} of its wallet`,
  );
}

function reduces(books: SlowBooks, order: SlowOrder): boolean {
  const held = legOf(books, order)?.lots ?? 0n;
  return order.isReduceOnly || (held !== 0n && order.isBuy === held < 0n && order.lots <= abs(held));
}

function judgeOpening({ timeMs }: EventContext, books: SlowBooks, order: SlowOrder): void {
  const instrument = books.instruments[order.instrument] as SlowInstrument;
  const account = books.accounts[order.account] as SlowAccount;
  demand(isUsable(instrument, timeMs), () => 'PRC-01: an order to open is let in without a usable mark');
  demand(!instrument.isReduceOnly, () => 'MAR-07: an order to open where positions may only be reduced');
  demand(!account.isQueued, () => `MAR-02: ${account.id} is in liquidation and lets an order in`);
  demand(
    account.mode !== 'portfolio' || hasFreshScenarios(books, account, { timeMs, more: [order.instrument] }),
    () => `MAR-10: ${account.id} orders on scenarios that are stale`,
  );
}

/** Initial and order margin less equity, by the terms of opening; null where a price may not decide. */
function slowMissing({ timeMs }: EventContext, books: SlowBooks, accountRow: number): bigint | null {
  const account = books.accounts[accountRow] as SlowAccount;
  if (!hasAllLivePrices(books, account, timeMs)) return null;
  if (isPlain(books, account)) {
    const { listed, markTicks } = books.instruments[account.instrument] as SlowInstrument;
    const view = slowView(books, account);
    const { orders } = slowWholeView(books, account, 'opening');
    return (
      initialMarginCeil(listed.marginTerms, view, markTicks) +
      isolatedOrderMarginCeil(listed.marginTerms, view, { markTicks, orders }) -
      equityFloor(listed.marginTerms, view, markTicks)
    );
  }
  const view = slowWholeView(books, account, 'opening');
  const { initial, order } = accountRequirement(view);
  return initial + order - accountEquityFloor(view);
}

/** Both accounts of a carving stand by the terms of opening, with the orders each has afterwards, where live prices say it (MAR-13). */
export function judgeStanding(context: EventContext, event: EventOf<'positionMoved'>): void {
  if (context.command.kind !== 'carveRaised') return;
  const after = copyOf(context.books);
  applySlowly(after, event);
  for (const row of [event.fromAccountRow, event.toAccountRow]) {
    const missing = slowMissing(context, after, row);
    demand(
      missing === null || missing <= 0n,
      () => `MAR-13: ${after.accounts[row]?.id} lacks ${missing} after a carving`,
    );
  }
  const { id, hold } = after.accounts[event.toAccountRow] as SlowAccount;
  const { amount } = event;
  demand(amount >= 0n && hold === 0n, () => `MAR-13: ${id} is carved out with ${amount}`);
}

/** A fill takes its lots off its order; where the pool wants orders no account trades without. */
export function judgeFilledOrders(context: EventContext, event: EventOf<'filled'>): void {
  const { books, command } = context;
  if (command.kind !== 'fill') return;
  const { pool } = books.instruments[event.instrumentRow] as SlowInstrument;
  for (const role of ['buyer', 'seller'] as const) {
    const { party, order: id, id: accountId } = command[role];
    if (party !== 'account') continue;
    demand(
      id !== '' || !(books.pools[pool] as SlowPool).needsOrders,
      () => `ORD-01: ${accountId} trades without an order`,
    );
    if (id === '') continue;
    const row = books.orders.findIndex((order) => order.id === id);
    const order = books.orders[row] as SlowOrder;
    const limit = order.priceTicks;
    demand(
      order.instrument === event.instrumentRow && order.isBuy === (role === 'buyer'),
      () => `ORD-01: order ${id} is filled as another`,
    );
    demand(
      order.isBuy ? event.priceTicks <= limit : event.priceTicks >= limit,
      () => `ORD-01: order ${id} is filled beyond its limit`,
    );
    const left = event.orders.findLast(({ orderRow }) => orderRow === row)?.lots;
    demand(
      left !== undefined && left <= order.lots - event.lots,
      () => `ORD-01: ${left} of ${order.lots} is left after a fill of ${event.lots}`,
    );
    judgeCarriedOrders(context, event, order.account);
  }
}

/** Orders to open that an account can no longer carry after a fill are cancelled (MAR-06). */
function judgeCarriedOrders(context: EventContext, event: EventOf<'filled'>, accountRow: number): void {
  const after = copyOf(context.books);
  applySlowly(after, event);
  const opening = after.orders.filter(
    (order) => order.account === accountRow && order.lots > 0n && !order.isReduceOnly,
  );
  if (opening.length === 0) return;
  const missing = slowMissing(context, after, accountRow);
  const { id, hold } = after.accounts[accountRow] as SlowAccount;
  demand(
    missing === null || missing <= hold,
    () => `MAR-06: ${id} lacks ${missing} after a fill, holds ${hold}, and keeps ${opening.length} orders`,
  );
}

/** Before anything of an account is taken over, its orders go. */
export function judgeOrdersGone(
  { books }: EventContext,
  event: EventOf<'takenOver' | 'accountTakenOver'>,
): void {
  for (const [row, { account, lots, id }] of books.orders.entries()) {
    if (account !== event.accountRow) continue;
    const left = event.orders.findLast(({ orderRow }) => orderRow === row)?.lots ?? lots;
    demand(left === 0n, () => `MAR-06: order ${id} of a liquidated account is still open`);
  }
}
