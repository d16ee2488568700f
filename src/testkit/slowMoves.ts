/** Judges an instrument's going to another pool: both at rest, everything of it and nothing else, the fund by its rule. */
import { abs, divFloor } from '../base/index.js';
import type { EventOf } from '../engine/event.js';
import type { SlowBooks, SlowInstrument } from './slowBooks.js';
import { demand, type EventContext } from './slowDemand.js';
import { isSlowlySound, slowCash, slowFund, slowOutstanding, slowValue } from './slowValues.js';

export function judgeInstrumentMove(context: EventContext, event: EventOf<'instrumentMoved'>): void {
  const { books, timeMs } = context;
  const { instrumentRow, poolRow } = event;
  const { pool, asset } = books.instruments[instrumentRow] as SlowInstrument;
  for (const each of [pool, poolRow]) judgeRest(books, each, timeMs);
  const moved = [...books.accounts.entries()].filter(([, { instrument }]) => instrument === instrumentRow);
  demand(
    event.accountRows.join() === moved.map(([row]) => row).join(),
    () => 'ISO-03: others move, or too few',
  );
  const held = books.positions.filter(({ instrument, lots }) => instrument === instrumentRow && lots !== 0n);
  for (const { account } of held)
    demand(event.accountRows.includes(account), () => 'ISO-03: an account that stays holds the instrument');
  for (const { instrument, lots, account } of books.orders)
    demand(
      instrument !== instrumentRow || lots === 0n || event.accountRows.includes(account),
      () => 'ISO-03: an account that stays has an order in the instrument',
    );
  judgeOwed(context, event);
  judgeDivision(context, event, { pool, asset });
  let leaves = event.fundMovedMinor;
  for (const { kind, asset: of, account, balance } of books.balances)
    if (kind === 'margin' && of === asset && event.accountRows.includes(account)) leaves += balance;
  leaves -= held.reduce((sum, { cost }) => sum + cost, 0n);
  // Funding is settled in whole units: one less is left behind at most.
  const [stays, comes] = [pool, poolRow].map((each) => slowCash(books, each, asset)) as [bigint, bigint];
  const accrued = fundingMoved(context, event);
  demand(stays - leaves - accrued >= 0n, () => 'law 8: the pool that stays is short of cash');
  demand(comes + leaves + accrued >= 0n, () => 'law 8: the other pool is short of cash');
}

/** Nothing of either pool is under way. */
export function judgeRest(books: SlowBooks, pool: number, timeMs: number): void {
  demand(isSlowlySound(books, pool, timeMs), () => 'law 8: an instrument moves while a pool is not sound');
  const isQueued = books.accounts.some((account) => account.pool === pool && account.isQueued);
  const isTaken = books.takeovers.some((takeover) => takeover.pool === pool && !takeover.isClosed);
  const isOwed = books.poolAssets.some(
    ({ pool: of, asset }) => of === pool && slowOutstanding(books, pool, asset) !== 0n,
  );
  demand(!isQueued && !isTaken && !isOwed, () => 'LIQ-09: an instrument moves while losses are open');
}

/** What positions cost and have accrued, position by position: settlement exactly, funding down to whole units. */
function judgeOwed({ books }: EventContext, event: EventOf<'instrumentMoved'>): void {
  const { instrumentRow, costMinor, fundingEntry } = event;
  let [cost, entry] = [0n, 0n];
  for (const position of books.positions) {
    if (position.instrument !== instrumentRow) continue;
    cost += position.cost;
    entry += position.lots * position.fundingIndex;
  }
  demand(cost === costMinor && entry === fundingEntry, () => `law 2: ${cost} and ${entry} were to move`);
  demand(
    signedMove({ books }, event, 'moveSettlement') === -cost,
    () => 'law 2: settlement does not go along',
  );
}

function fundingMoved(context: EventContext, event: EventOf<'instrumentMoved'>): bigint {
  return signedMove(context, event, 'moveFunding');
}

/** What the event takes out of the pool that stays by a flow, less what it puts in. */
function signedMove(
  { books }: Pick<EventContext, 'books'>,
  { transfers, fromPoolRow }: EventOf<'instrumentMoved'>,
  flow: string,
): bigint {
  return transfers
    .filter((transfer) => transfer.flow === flow)
    .reduce(
      (sum, { from, amount }) => sum + (books.balances[from]?.pool === fromPoolRow ? amount : -amount),
      0n,
    );
}

/** A stated share of the fund, or that of the open interest at the marks, rounded down. */
function judgeDivision(
  context: EventContext,
  event: EventOf<'instrumentMoved'>,
  { pool, asset }: { readonly pool: number; readonly asset: number },
): void {
  const { books, command } = context;
  const amount = signedMove(context, event, 'moveFund');
  demand(amount === event.fundMovedMinor, () => `law 5: ${amount} of the fund goes along`);
  if (command.kind !== 'moveInstrument') return;
  const fund = slowFund(books, pool, asset);
  if (command.fundSharePpm !== null) {
    const due = divFloor(fund * command.fundSharePpm, 1_000_000n);
    return demand(amount === due, () => `LIQ-09: ${amount} of the fund goes along, ${due} was stated`);
  }
  const rows = [...books.instruments.keys()].filter(
    (row) => books.instruments[row]?.pool === pool && books.instruments[row]?.asset === asset,
  );
  const all = rows.reduce((sum, row) => sum + openValue(books, row), 0n);
  const due = all === 0n ? 0n : divFloor(fund * openValue(books, event.instrumentRow), all);
  demand(amount === due, () => `LIQ-09: ${amount} of the fund goes along, by open interest it is ${due}`);
}

function openValue(books: SlowBooks, row: number): bigint {
  const instrument = books.instruments[row] as SlowInstrument;
  const long = books.positions
    .filter(({ instrument: of, lots }) => of === row && lots > 0n)
    .reduce((sum, { lots }) => sum + lots, 0n);
  if (long === 0n) return 0n;
  const { above, below } = slowValue(instrument, long, instrument.markTicks);
  return divFloor(abs(above), below);
}
