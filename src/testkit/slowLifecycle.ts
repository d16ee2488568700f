/** Judges pools that end: nothing new in one that is not open, and nothing left in one that is closed. */
import type { Event, EventOf } from '../engine/event.js';
import { demand, type EventContext } from './slowDemand.js';

/** Accounts, instruments, loans and debts that come into a pool. */
export function judgeNewcomers({ books, command }: EventContext, event: Event): void {
  // A position that is taken out of a shared account brings nothing new.
  if (command.kind === 'carveRaised') return;
  const pool = newcomersPool(books, event);
  if (pool === undefined) return;
  demand(pool.status === 'open', () => `${event.kind} in ${pool.id}, which is ${pool.status}`);
}

/** Where nothing may open no trade leaves an account with more lots of a leg, or on the other side of it. */
export function judgeNothingOpens({ books }: EventContext, event: EventOf<'filled'>): void {
  for (const { position, lots } of event.positions) {
    const before = books.positions[position];
    const pool = books.pools[before?.pool as number];
    if (before === undefined || before.account < 0 || pool?.status === 'open') continue;
    const isLess = before.lots > 0n ? lots >= 0n && lots <= before.lots : lots <= 0n && lots >= before.lots;
    demand(isLess, () => `${before.lots} lots become ${lots} in ${pool?.id}, which is ${pool?.status}`);
  }
}

function newcomersPool(books: EventContext['books'], event: Event) {
  switch (event.kind) {
    case 'accountOpened':
    case 'supplied':
      return books.pools[event.poolRow];
    case 'instrumentMoved':
      return books.pools[event.poolRow];
    case 'instrumentListed':
      return books.pools.find(({ id }) => id === event.definition.pool);
    case 'borrowed':
      return books.pools[books.accounts[event.accountRow]?.pool as number];
    default:
      return undefined;
  }
}

/** Its accounts were swept by the events before this one. */
export function judgePoolStatus(
  { books }: EventContext,
  { poolRow, status, transfers, orders }: EventOf<'poolStatusSet'>,
): void {
  const pool = books.pools[poolRow];
  demand(pool?.status !== status, () => `${pool?.id} is ${status} already`);
  demand(status === 'closed' || transfers.length === 0, () => `${pool?.id} pays although it is not closed`);
  if (status === 'windingDown') {
    const gone = new Set(orders.map(({ orderRow }) => orderRow));
    for (const [row, order] of books.orders.entries())
      demand(
        gone.has(row) ||
          order.lots === 0n ||
          order.isReduceOnly ||
          books.accounts[order.account]?.pool !== poolRow,
        () => `order ${order.id} may open in ${pool?.id}`,
      );
  }
  if (status !== 'closed') return;
  demand(pool?.status === 'windingDown', () => `${pool?.id} is closed at once`);
  demand(
    books.positions.every((position) => position.pool !== poolRow || position.lots === 0n),
    () => `${pool?.id} is closed with positions`,
  );
  demand(
    books.takeovers.every((takeover) => takeover.pool !== poolRow || takeover.isClosed),
    () => `${pool?.id} is closed with takeovers`,
  );
  demand(
    books.accounts.every((account) => account.pool !== poolRow || account.isClosed),
    () => `${pool?.id} is closed with accounts`,
  );
  const held = books.balances.find(
    ({ pool: of, kind, balance }) =>
      of === poolRow &&
      ['margin', 'liquidation', 'receivable', 'settlement'].includes(kind) &&
      balance !== 0n,
  );
  demand(held === undefined, () => `${pool?.id} is closed with ${held?.balance} in ${held?.kind}`);
}
