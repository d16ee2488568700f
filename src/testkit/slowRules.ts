/** Judges what the venue's rules do of themselves: parameters that come into force (MAR-08), and auto-margin. */
import type { Event, EventOf } from '../engine/event.js';
import { equityFloor, initialMarginCeil } from '../margin/index.js';
import {
  holdingOf,
  openPositionsOf,
  type SlowAccount,
  type SlowBooks,
  type SlowHolding,
  type SlowInstrument,
} from './slowBooks.js';
import { demand, type EventContext } from './slowDemand.js';
import { applySlowly } from './slowModel.js';
import { isSlowlyLiquidatable, isUsable, slowView } from './slowValues.js';

/**
 * What has come due in a pool comes into force first of all in what happens to that pool, and nothing else does: no command is
 * judged by terms that are over.
 */
export function judgeDueParameters(books: SlowBooks, timeMs: number, events: readonly Event[]): void {
  const due: string[] = [];
  for (const [row, { scheduled }] of books.instruments.entries()) {
    if (scheduled === null) continue;
    if (timeMs >= scheduled.graceUntilMs) due.push(`${row} liquidation`);
    else if (timeMs >= scheduled.effectiveMs && !scheduled.isOpeningApplied) due.push(`${row} opening`);
  }
  const applied = events.flatMap((event, at) =>
    event.kind === 'parametersApplied' ? [{ at, what: `${event.instrumentRow} ${event.applies}` }] : [],
  );
  const found = applied.map(({ what }) => what);
  const touched = poolsTouched(books, events);
  const wanted = due.filter((what) => touched.has(books.instruments[Number.parseInt(what, 10)]?.pool ?? -1));
  demand(
    found.every((what) => due.includes(what)) && wanted.every((what) => found.includes(what)),
    () => `MAR-08: ${found.join()} comes into force, due is ${wanted.join()}`,
  );
  demand(
    applied.every(({ at }, index) => at === index),
    () => 'MAR-08: something is decided before terms that are due',
  );
}

/** Pools of which the events move money, positions or prices. */
function poolsTouched(books: SlowBooks, events: readonly Event[]): ReadonlySet<number> {
  const pools = new Set<number>();
  const addInstrument = (row: number) => pools.add(books.instruments[row]?.pool ?? -1);
  for (const event of events) {
    if (event.kind === 'parametersApplied') continue;
    if (event.kind === 'marked') for (const { instrumentRow } of event.marks) addInstrument(instrumentRow);
    if ('accountRow' in event) pools.add(books.accounts[event.accountRow]?.pool ?? -1);
    if ('instrumentRow' in event && event.instrumentRow >= 0) addInstrument(event.instrumentRow);
  }
  return pools;
}

/** Nobody is liquidated by new terms before the grace is over; at its end all of them are, or none until the next mark. */
export function judgeParameters({ books, timeMs }: EventContext, event: EventOf<'parametersApplied'>): void {
  const { scheduled } = books.instruments[event.instrumentRow] as SlowInstrument;
  if (event.applies === 'opening' || scheduled?.liquidateAtOnce !== true)
    return demand(event.woken.length === 0, () => 'MAR-08: new terms wake somebody at once');
  const after = copyOf(books);
  applySlowly(after, event);
  const isDeciding = isUsable(books.instruments[event.instrumentRow] as SlowInstrument, timeMs);
  const due = [...books.accounts.entries()]
    .filter(
      ([row, { isQueued }]) =>
        isDeciding &&
        !isQueued &&
        openPositionsOf(books, row).some(({ instrument }) => instrument === event.instrumentRow) &&
        isSlowlyLiquidatable(after, after.accounts[row] as SlowAccount),
    )
    .map(([row]) => row);
  demand(
    event.woken.join() === due.join(),
    () => `MAR-08: new terms wake ${event.woken.join()}, a full scan finds ${due.join()}`,
  );
}

/** Once, in time, out of what is left of the cap, and only what takes the account out of danger and not past initial margin. */
export function judgeAutoMargin({ books, timeMs }: EventContext, event: EventOf<'autoMarginAdded'>): void {
  const { accountRow, amount } = event;
  const account = books.accounts[accountRow] as SlowAccount;
  const { id, autoMarginLeft, autoMarginUntilMs } = account;
  demand(
    account.mode === 'isolated' && account.isQueued && isSlowlyLiquidatable(books, account),
    () => `MAR-02: ${id} is topped up and is in no danger`,
  );
  demand(
    timeMs < autoMarginUntilMs && amount <= autoMarginLeft,
    () => `MAR-02: ${amount} of ${autoMarginLeft} is added at ${timeMs}, agreed until ${autoMarginUntilMs}`,
  );
  const { asset, listed, markTicks } = books.instruments[account.instrument] as SlowInstrument;
  const ledger = (holdingOf(books, accountRow, asset) as SlowHolding).ledger;
  const [transfer] = event.transfers;
  demand(
    event.transfers.length === 1 && transfer?.to === ledger && transfer.amount === amount,
    () => 'MAR-02: auto-margin moves anything else',
  );
  const wallet = books.clients[account.client]?.wallets.get(asset) as number;
  demand(
    amount <= (books.balances[wallet]?.balance as bigint) - heldOf(books, account.client, asset),
    () => `MAR-06: auto-margin of ${id} takes what orders hold`,
  );
  const after = copyOf(books);
  applySlowly(after, event);
  demand(
    !isSlowlyLiquidatable(after, after.accounts[accountRow] as SlowAccount),
    () => `MAR-02: ${id} is topped up and stays liquidatable`,
  );
  const view = slowView(after, after.accounts[accountRow] as SlowAccount);
  const required = initialMarginCeil(listed.marginTerms, view, markTicks);
  const balance = after.balances[ledger] as SlowBooks['balances'][number];
  balance.balance -= 1n;
  demand(
    equityFloor(listed.marginTerms, view, markTicks) <= required ||
      isSlowlyLiquidatable(after, after.accounts[accountRow] as SlowAccount),
    () => `MAR-02: ${id} is topped up by ${amount}, more than its initial margin needs`,
  );
}

/** What orders of a client's accounts hold of its wallet. */
export function heldOf(books: SlowBooks, client: number, asset: number): bigint {
  let held = 0n;
  for (const account of books.accounts)
    if (
      account.client === client &&
      account.hold > 0n &&
      books.instruments[account.instrument]?.asset === asset
    )
      held += account.hold;
  return held;
}

/** Rows copied, so that what is written into the copy leaves the books alone. */
export function copyOf(books: SlowBooks): SlowBooks {
  const copies = Object.entries(books).map(([name, rows]) => [name, rows.map((row: object) => ({ ...row }))]);
  return Object.fromEntries(copies) as SlowBooks;
}
