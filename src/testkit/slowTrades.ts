/**
 * Judges what trades do to positions and to the books of who holds them: values, what was realized, funding collected,
 * what an account could not pay. One identity binds them all: per account and asset, what settlement pays is the change
 * of cost less the value traded.
 */
import { abs, divFloor, min, sign } from '../base/index.js';
import type { EventOf, PositionChange } from '../engine/event.js';
import type { FlowName } from '../isolation/index.js';
import {
  holdingOf,
  positionRowsOf,
  type SlowAccount,
  type SlowBooks,
  type SlowHolding,
  type SlowInstrument,
  type SlowPosition,
} from './slowBooks.js';
import { balanceAfter, demand, type EventContext, netOf } from './slowDemand.js';
import { isWithin, type Quotient, slowFunding, slowValue } from './slowValues.js';

export type TradeEvent = EventOf<'filled' | 'unwound' | 'deleveraged' | 'expirySettled' | 'tradeBusted'>;

const SETTLED: { readonly receive: readonly FlowName[]; readonly pay: readonly FlowName[] } = {
  receive: ['realizeGain', 'premiumReceive'],
  pay: ['realizeLoss', 'premiumPay'],
};

export function judgeTrade(context: EventContext, event: TradeEvent): void {
  const { books } = context;
  const changes = lastChanges(event);
  const lotsSums = new Map<number, bigint>();
  for (const { before, change } of changes.map((change) => held(books, change))) {
    const { instrument } = before;
    lotsSums.set(instrument, (lotsSums.get(instrument) ?? 0n) + change.lots - before.lots);
    if (before.lots === change.lots) continue;
    const { fundingIndex } = books.instruments[instrument] as SlowInstrument;
    demand(isTradedIn(books, event, instrument), () => "a trade in another instrument's position");
    demand(change.fundingIndex === fundingIndex, () => 'FND-02: funding is collected to the index');
  }
  for (const sum of lotsSums.values())
    demand(sum === 0n, () => `law 2: a trade changes the sum of lots by ${sum}`);
  const values = tradeValues(context, event, changes);
  for (const change of changes) judgePremium(context, event, change, values.get(change.position) ?? 0n);
  const accounts = new Set(changes.map(({ position }) => books.positions[position]?.account as number));
  for (const account of accounts) {
    const own = changes.filter(({ position }) => books.positions[position]?.account === account);
    if (account >= 0) judgeAccount(context, event, { account, changes: own, values });
    else for (const change of own) judgeOther(context, change, values.get(change.position) ?? 0n);
  }
  judgeLiquidationAccount(context, event, changes);
}

/** Options of one underlying, expiry and settlement asset settle together; else a trade is in one instrument. */
function isTradedIn(books: SlowBooks, event: TradeEvent, instrument: number): boolean {
  if (instrument === event.instrumentRow) return true;
  if (event.kind !== 'expirySettled') return false;
  const [own, named] = [instrument, event.instrumentRow].map(
    (row) => books.instruments[row] as SlowInstrument,
  );
  const [a, b] = [own?.listed.option, named?.listed.option];
  return (
    own?.status === 'settling' &&
    own.pool === named?.pool &&
    own.asset === named.asset &&
    a?.underlying !== undefined &&
    a.underlying === b?.underlying &&
    a.expiryMs === b.expiryMs
  );
}

/** Each position as the event leaves it. */
function lastChanges(event: TradeEvent): PositionChange[] {
  return [...new Map(event.positions.map((change) => [change.position, change])).values()];
}

function held(books: SlowBooks, change: PositionChange) {
  return { before: books.positions[change.position] as SlowPosition, change };
}

// ---- values ----

/**
 * Signed value that each position takes in the event, 0 for one that does not trade. Settled expiries do not say it: there
 * a value follows from the settlement mark, as far as cost and payment allow to tell.
 */
function tradeValues(
  context: EventContext,
  event: TradeEvent,
  changes: readonly PositionChange[],
): Map<number, bigint> {
  const { books } = context;
  const values = new Map<number, bigint>();
  const traded = changes
    .map((change) => held(books, change))
    .map(({ before, change }) => ({ position: change.position, lots: change.lots - before.lots, before }))
    .filter(({ lots }) => lots !== 0n);
  switch (event.kind) {
    case 'filled':
    case 'tradeBusted':
      for (const { position, lots } of traded) values.set(position, lots > 0n ? event.value : -event.value);
      return values;
    case 'unwound':
      for (const { position, lots } of traded)
        values.set(position, lots === event.lots ? event.value : -event.value);
      return values;
    case 'deleveraged': {
      const { position: own } = books.takeovers[event.takeoverRow]!;
      let sum = 0n;
      for (const { accountRow, lots, value } of event.fills) {
        const of = traded.find(
          (each) =>
            each.before.account === accountRow && abs(each.lots) === lots && !values.has(each.position),
        );
        demand(of !== undefined, () => `LIQ-06: no position of ${accountRow} gives up ${lots}`);
        values.set(of.position, value);
        sum += value;
      }
      return values.set(own, -sum);
    }
    case 'expirySettled':
      for (const { position, lots } of traded)
        values.set(position, settlementValue(context, event, position, lots));
      return values;
  }
}

/** From the settlement mark, and from what was paid: a unit of room for each pair it was settled with. */
function settlementValue(
  { books }: EventContext,
  event: EventOf<'expirySettled'>,
  row: number,
  lots: bigint,
): bigint {
  const { account, instrument: instrumentRow } = books.positions[row] as SlowPosition;
  const instrument = books.instruments[instrumentRow] as SlowInstrument;
  const exact = slowValue(
    instrument,
    lots,
    instrument.settlementTicks === 0n ? 1n : instrument.settlementTicks,
  );
  const worth: Quotient = instrument.settlementTicks === 0n ? { above: 0n, below: 1n } : exact;
  const others = account < 0 ? [] : lastChanges(event).filter((change) => isOf(books, change, account));
  // Where an account has two legs of it, or the holder is not an account, the books do not say more than the mark.
  if (account < 0 || others.filter((change) => isTraded(books, change)).length > 1)
    return divFloor(worth.above, worth.below);
  const { ledger } = holdingOf(books, account, instrument.asset) as SlowHolding;
  const paid = netOf(event.transfers, ledger, SETTLED);
  const costs = others.reduce((sum, change) => {
    const { before } = held(books, change);
    return sum + change.cost - before.cost;
  }, 0n);
  const value = costs - paid;
  const pairs = BigInt(event.positions.length);
  demand(
    isWithin(value, worth, pairs + 1n),
    () => `FND-06: settled at ${value}, the mark says ${worth.above}/${worth.below}`,
  );
  return value;
}

function isOf(books: SlowBooks, { position }: PositionChange, account: number): boolean {
  return books.positions[position]?.account === account;
}

function isTraded(books: SlowBooks, { position, lots }: PositionChange): boolean {
  return books.positions[position]?.lots !== lots;
}

// ---- holders ----

interface Split {
  /** Lots closed of those held. */
  readonly closed: bigint;
  readonly traded: bigint;
  /** Profit of what was closed, before anything that was carried: exact. */
  readonly realized: Quotient;
}

/** What of a trade closes, and what that realizes: proportions, nothing else. */
function splitOf(before: SlowPosition, lots: bigint, value: bigint): Split {
  const traded = lots - before.lots;
  const closed = sign(before.lots) * sign(traded) < 0n ? min(abs(before.lots), abs(traded)) : 0n;
  if (closed === 0n) return { closed, traded, realized: { above: 0n, below: 1n } };
  const paid = before.cost + before.premium;
  return {
    closed,
    traded,
    realized: {
      above: -value * closed * abs(before.lots) - paid * closed * abs(traded),
      below: abs(traded) * abs(before.lots),
    },
  };
}

interface Traded {
  readonly account: number;
  /** Of its positions, as the event leaves them. */
  readonly changes: readonly PositionChange[];
  readonly values: ReadonlyMap<number, bigint>;
}

function judgeAccount(context: EventContext, event: TradeEvent, traded: Traded): void {
  const { books } = context;
  const account = books.accounts[traded.account] as SlowAccount;
  const { asset } = books.instruments[event.instrumentRow] as SlowInstrument;
  const holding = holdingOf(books, traded.account, asset) as SlowHolding;
  const row = holding.ledger;
  const each = traded.changes.map((change) => {
    const { before } = held(books, change);
    const value = traded.values.get(change.position) ?? 0n;
    demand(
      books.instruments[before.instrument]?.asset === asset,
      () => `ISO-02: a loss of ${account.id} is carried into another asset`,
    );
    return { before, change, value, split: splitOf(before, change.lots, value) };
  });
  const sum = (of: (one: (typeof each)[number]) => bigint) =>
    each.reduce((total, one) => total + of(one), 0n);

  const paid = netOf(event.transfers, row, SETTLED);
  const due = sum(({ before, change, value }) => change.cost - before.cost - value);
  // Of two legs settled at once the books do not tell the value of each: a unit for each pair.
  const isTold = event.kind !== 'expirySettled' || each.filter(({ split }) => split.traded !== 0n).length < 2;
  const room = isTold ? 0n : BigInt(event.positions.length);
  demand(abs(paid - due) <= room, () => `account ${account.id} is paid ${paid}, its positions say ${due}`);
  const funding = netOf(event.transfers, row, { receive: ['fundingReceive'], pay: ['fundingPay'] });
  const accrued = sum(({ before, split }) => (split.traded === 0n ? 0n : slowFunding(books, before)));
  demand(funding === accrued, () => `FND-01: ${account.id} collects ${funding} of ${accrued} accrued`);
  const recognised = netOf(event.transfers, row, { receive: ['recognise'] });
  const facts = event.deficits
    .filter(({ accountRow, takeoverRow }) => accountRow === traded.account && takeoverRow < 0)
    .reduce((total, { amount }) => total + amount, 0n);
  demand(facts === recognised, () => `ISO-02: ${recognised} recognised, ${facts} with a cause`);

  judgeCarried(context, event, { ...traded, row, recognised }, each);
  rememberRealized(context, event, holding, each);
  if (event.kind === 'filled') return;
  const drawn = netOf(event.transfers, row, { receive: ['allocate'], pay: ['fee'] });
  demand(drawn === 0n, () => `${event.kind} charges a fee or draws on a wallet`);
}

interface TradedPosition {
  readonly before: SlowPosition;
  readonly change: PositionChange;
  readonly value: bigint;
  readonly split: Split;
}

/** What an account could not pay is carried by a position that goes on, or recognised where none does; never both. */
function judgeCarried(
  { books }: EventContext,
  event: TradeEvent,
  of: Traded & { readonly row: number; readonly recognised: bigint },
  each: readonly TradedPosition[],
): void {
  const account = books.accounts[of.account] as SlowAccount;
  const isOption = books.instruments[event.instrumentRow]?.listed.option !== null;
  const isAlone = each.filter(({ split }) => split.traded !== 0n).length === 1;
  let carried = 0n;
  for (const { before, change, value, split } of each) {
    const extra = change.cost - before.cost - value;
    if (split.traded === 0n) {
      demand(extra > 0n, () => `${account.id}: a position that did not trade has changed by ${extra}`);
      carried += extra;
      continue;
    }
    const isClosed = change.lots === 0n;
    demand(!isClosed || change.cost === 0n, () => `a closed position keeps a cost of ${change.cost}`);
    if (!isAlone) continue;
    // Of an option, cost holds only what was carried before: it goes with the lots it was left on.
    const exact = isOption
      ? {
          above: -value * abs(before.lots) - before.cost * split.closed,
          below: abs(before.lots) === 0n ? 1n : abs(before.lots),
        }
      : split.realized;
    const without = before.lots === 0n && isOption ? { above: -value, below: 1n } : exact;
    if (isWithin(extra, without, split.closed === 0n ? 1n : 2n)) continue;
    const goesOn = sign(before.lots) * sign(change.lots) > 0n;
    demand(
      goesOn && extra * without.below > without.above,
      () => `${account.id} realized ${extra}, exactly ${without.above}/${without.below}`,
    );
    carried += extra - divFloor(without.above, without.below);
  }
  if (!isAlone) return;
  const left = balanceAfter(books, event.transfers, of.row, 'rebate');
  demand(carried === 0n || left === 0n, () => `${account.id} carries ${carried} with ${left} left`);
  if (of.recognised === 0n) return;
  demand(carried === 0n, () => `ISO-02: ${account.id} carries ${carried} and leaves ${of.recognised}`);
  const goingOn = positionRowsOf(books, of.account).filter((row) => {
    const position = books.positions[row] as SlowPosition;
    const lots = each.find(({ change }) => change.position === row)?.change.lots ?? position.lots;
    const isFlipped = sign(lots) * sign(position.lots) < 0n;
    const settle = books.instruments[position.instrument]?.asset;
    return lots !== 0n && !isFlipped && settle === books.instruments[event.instrumentRow]?.asset;
  });
  demand(
    goingOn.length === 0,
    () => `ISO-02: ${account.id} leaves ${of.recognised} while a position goes on`,
  );
}

/** A takeover or the outside: nothing is carried, so what it realizes is what the proportions say. */
function judgeOther({ books }: EventContext, change: PositionChange, value: bigint): void {
  const before = books.positions[change.position] as SlowPosition;
  const isOption = books.instruments[before.instrument]?.listed.option !== null;
  if (isOption) return;
  const split = splitOf(before, change.lots, value);
  const extra = change.cost - before.cost - value;
  demand(
    isWithin(extra, split.realized, split.closed === 0n ? 1n : 2n),
    () => `realized ${extra}, exactly ${split.realized.above}/${split.realized.below}`,
  );
}

/** The premium of an option's open lots: what was paid for them, in proportion. Nothing else has one. */
function judgePremium(
  { books }: EventContext,
  event: TradeEvent,
  change: PositionChange,
  value: bigint,
): void {
  const before = books.positions[change.position] as SlowPosition;
  const { option } = (books.instruments[before.instrument] as SlowInstrument).listed;
  if (option === null) return demand(change.premium === 0n, () => 'a future with a premium');
  const { closed, traded } = splitOf(before, change.lots, value);
  if (traded === 0n) return demand(change.premium === before.premium, () => 'FND-05: a premium moves');
  const keptOf = abs(before.lots) === 0n ? 1n : abs(before.lots);
  const exact: Quotient = {
    above:
      before.premium * (abs(before.lots) - closed) * abs(traded) + value * (abs(traded) - closed) * keptOf,
    below: keptOf * abs(traded),
  };
  demand(
    isWithin(change.premium, exact, 3n),
    () => `FND-05: a premium of ${change.premium} after ${event.kind}, exactly ${exact.above}/${exact.below}`,
  );
  demand(change.lots !== 0n || change.premium === 0n, () => 'FND-05: a flat option keeps a premium');
}

/** The liquidation account moves by what its takeovers realize, collect and are recognised. */
function judgeLiquidationAccount(
  { books }: EventContext,
  event: TradeEvent,
  changes: readonly PositionChange[],
): void {
  const instrument = books.instruments[event.instrumentRow] as SlowInstrument;
  const row = books.balances.findIndex(
    ({ kind, pool, asset }) =>
      kind === 'liquidation' && pool === instrument.pool && asset === instrument.asset,
  );
  const moved = balanceAfter(books, event.transfers, row) - (books.balances[row]?.balance as bigint);
  let collateral = 0n;
  for (const change of event.takeovers) {
    const before = books.takeovers[change.takeoverRow]!;
    demand(!before.isClosed, () => `takeover ${before.id} was closed already`);
    collateral += change.collateral - before.collateral;
    const lots = changes.find(({ position }) => position === before.position)?.lots;
    demand(change.isClosed === (lots === 0n), () => `takeover ${before.id} is closed with ${lots} lots`);
    demand(!change.isClosed || change.collateral === 0n, () => 'a closed takeover keeps collateral');
  }
  demand(
    moved === collateral,
    () => `law 2: the liquidation account moves by ${moved}, its takeovers by ${collateral}`,
  );
}

// ---- gains to remember ----

export function memoryOf(shares: EventContext['shares'], holding: number) {
  let memory = shares.get(holding);
  if (memory === undefined) {
    memory = { realized: 0n };
    shares.set(holding, memory);
  }
  return memory;
}

/** Gains are kept in mind while the pool is not sound, or where the event that realized them left a deficit. */
function rememberRealized(
  { shares, books }: EventContext,
  event: TradeEvent,
  holding: SlowHolding,
  each: readonly TradedPosition[],
): void {
  const { pool } = books.accounts[holding.account] as SlowAccount;
  if (books.pools[pool]?.isSound === true && event.deficits.length === 0) return;
  const memory = memoryOf(shares, books.holdings.indexOf(holding));
  for (const { split } of each) {
    const { above, below } = split.realized;
    // A unit of room for each: the engine rounds a gain down.
    memory.realized += divFloor(above, below) + 1n;
  }
}
