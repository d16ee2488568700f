/**
 * What fills between accounts of one client or group have moved, in exact quotients and by scans (ISO-05). The engine
 * keeps the same rounded down, at most one unit for each step in which lots of a row came or went.
 */
import { abs, divFloor, max, min, sign } from '../base/index.js';
import type { Event, EventOf } from '../engine/event.js';
import type { State } from '../engine/state.js';
import { compare, minus, plus, type Rational, rational, ZERO } from './rational.js';
import {
  holdingOf,
  openPositionsOf,
  type SlowAccount,
  type SlowBooks,
  type SlowHolding,
  type SlowInstrument,
  type SlowPosition,
  type SlowTakeover,
  settleAssetOf,
} from './slowBooks.js';
import { demand, type EventContext } from './slowDemand.js';
import { slowValue, slowValueFloor } from './slowValues.js';

export interface SlowRelated {
  position: number;
  /** Who was on the other side. */
  account: number;
  lots: bigint;
  value: Rational;
  /** Most that rounding has taken so far. */
  steps: bigint;
}

export interface SlowClaim {
  readonly deficit: number;
  readonly account: number;
  readonly gain: Rational;
  readonly steps: bigint;
  paid: bigint;
}

/** At the mark, or at the price at which it settled. */
function atMark(books: SlowBooks, position: number, lots: bigint): Rational {
  const instrument = books.instruments[
    (books.positions[position] as SlowPosition).instrument
  ] as SlowInstrument;
  const ticks = instrument.status === 'trading' ? instrument.markTicks : instrument.settlementTicks;
  if (ticks === 0n || lots === 0n) return ZERO;
  const { above, below } = slowValue(instrument, lots, ticks);
  return rational(above, below);
}

// ---- written into the books ----

/** What hands over positions hands over what is remembered with them. */
export function moveRelatedSlowly(books: SlowBooks, event: Event): void {
  const rowOf = (is: (position: SlowPosition) => boolean) => books.positions.findIndex(is);
  switch (event.kind) {
    case 'takenOver':
      return move(
        books,
        rowOf(({ account }) => account === event.accountRow),
        event.positionRow,
      );
    case 'accountTakenOver': {
      const assetOf = (instrument: number) => settleAssetOf(books, { instrument });
      for (const [row, position] of books.positions.entries()) {
        if (position.account !== event.accountRow) continue;
        const part =
          event.parts.find(({ instrumentRow }) => instrumentRow === position.instrument) ??
          event.parts.find(({ instrumentRow }) => assetOf(instrumentRow) === settleAssetOf(books, position));
        if (part !== undefined) move(books, row, part.positionRow);
      }
      return;
    }
    case 'positionMoved': {
      const [from, to] = [event.fromAccountRow, event.toAccountRow].map((account) =>
        event.positions.find((each) => books.positions[each.position]?.account === account),
      );
      if (from !== undefined && to !== undefined) move(books, from.position, to.position);
      const instrument =
        books.positions[from?.position ?? -1]?.instrument ?? books.accounts[event.fromAccountRow]?.instrument;
      for (const row of [...books.related])
        if (row.account === event.fromAccountRow && books.positions[row.position]?.instrument === instrument)
          join(books, row, { position: row.position, account: event.toAccountRow });
      return;
    }
    case 'liquidationReversed': {
      const from = (books.takeovers[event.takeoverRow] as SlowTakeover).position;
      if (event.lots !== 0n)
        move(
          books,
          from,
          rowOf(({ account }) => account === event.accountRow),
        );
      return;
    }
    default:
      return;
  }
}

function move(books: SlowBooks, from: number, to: number): void {
  for (const row of books.related.filter(({ position }) => position === from))
    join(books, row, { position: to, account: row.account });
}

function join(
  books: SlowBooks,
  row: SlowRelated,
  to: { readonly position: number; readonly account: number },
): void {
  const { lots, value, steps } = row;
  Object.assign(row, { lots: 0n, value: ZERO, steps: 0n });
  add(books, { ...to, lots, value, steps });
}

function add(books: SlowBooks, more: SlowRelated): void {
  const known = books.related.find(
    ({ position, account }) => position === more.position && account === more.account,
  );
  if (known === undefined) books.related.push({ ...more });
  else {
    known.lots += more.lots;
    known.value = plus(known.value, more.value);
    known.steps += more.steps;
  }
}

/** After a position has changed: lots it has no more leave at the mark. */
export function clampSlowly(books: SlowBooks, position: number): void {
  const { lots: held } = books.positions[position] as SlowPosition;
  let left = abs(held);
  const rows = books.related.filter((row) => row.position === position).sort((a, b) => a.account - b.account);
  for (const row of rows) {
    const stays = sign(row.lots) === sign(held) ? min(abs(row.lots), left) : 0n;
    left -= stays;
    const gone = row.lots - sign(row.lots) * stays;
    if (gone === 0n) continue;
    row.value = minus(row.value, atMark(books, position, gone));
    row.lots -= gone;
    row.steps += 1n;
  }
}

export function addRelatedSlowly(books: SlowBooks, related: EventOf<'filled'>['related']): void {
  for (const { positionRow: position, accountRow: account, lots, value } of related)
    add(books, { position, account, lots, value: rational(value), steps: 0n });
}

export function claimSlowly(
  books: SlowBooks,
  fact: EventOf<'filled'>['deficits'][number],
  asset: number,
): void {
  const deficit = books.deficits.length - 1;
  const isMeant = ({ position: row }: SlowRelated) => {
    const position = books.positions[row] as SlowPosition;
    if (fact.takeoverRow >= 0) return position.takeover === fact.takeoverRow;
    return position.account === fact.accountRow && settleAssetOf(books, position) === asset;
  };
  for (const row of books.related.filter(isMeant)) {
    const gain = minus(row.value, atMark(books, row.position, row.lots));
    if (compare(gain, ZERO) <= 0) continue;
    books.claims.push({ deficit, account: row.account, gain, steps: row.steps + 1n, paid: 0n });
    row.value = minus(row.value, gain);
    row.steps += 1n;
  }
}

/** Who has nothing open has paid for its fills; a takeover that is closed is over. */
export function forgetRelatedSlowly(books: SlowBooks, event: Event): void {
  if (!('positions' in event)) return;
  for (const { position, lots } of event.positions) {
    const { account } = books.positions[position] as SlowPosition;
    if (lots !== 0n || (account >= 0 && openPositionsOf(books, account).length > 0)) continue;
    const isOver = (row: SlowRelated) =>
      account >= 0 ? books.positions[row.position]?.account === account : row.position === position;
    for (const row of books.related.filter(isOver)) Object.assign(row, { lots: 0n, value: ZERO, steps: 0n });
  }
}

// ---- judged ----

/** A fill says of each side what it opened, and what it paid beyond the mark for what it did not open. */
export function judgeRelated({ books }: EventContext, event: EventOf<'filled' | 'tradeBusted'>): void {
  const changes = [...new Map(event.positions.map((change) => [change.position, change])).values()].filter(
    ({ position, lots }) => {
      const before = books.positions[position] as SlowPosition;
      return before.account >= 0 && before.lots !== lots && before.instrument === event.instrumentRow;
    },
  );
  const accounts = changes.map(({ position }) => (books.positions[position] as SlowPosition).account);
  const [a, b] = accounts.map((row) => books.accounts[row] as SlowAccount);
  const isOne = a !== undefined && b !== undefined && areSlowlyOne(books, a.client, b.client);
  demand(
    event.related.length === (isOne ? 2 : 0),
    () => `ISO-05: a fill remembers ${event.related.length} sides, of one client or group: ${isOne}`,
  );
  if (!isOne) return;
  for (const [at, { position, lots: after }] of changes.entries()) {
    const fact = event.related.find((each) => each.positionRow === position);
    const { lots: before } = books.positions[position] as SlowPosition;
    const traded = after - before;
    const opened = sign(after) === sign(traded) ? sign(traded) * min(abs(traded), abs(after)) : 0n;
    demand(
      fact?.accountRow === accounts[1 - at] && fact?.lots === opened,
      () => 'ISO-05: other lots are remembered',
    );
    const paid = traded > 0n ? event.value : -event.value;
    const exact = minus(rational(paid), atMark(books, position, traded - opened));
    const off = minus(exact, rational(fact.value));
    demand(
      compare(off, ZERO) >= 0 && compare(off, rational(1n)) < 0,
      () => `ISO-05: a fill remembers ${fact.value}, it is ${exact.n}/${exact.d}`,
    );
  }
}

function areSlowlyOne({ clients }: SlowBooks, a: number, b: number): boolean {
  const [of, other] = [clients[a]?.group ?? null, clients[b]?.group ?? null];
  return a === b || (of !== null && of === other);
}

/** Out of gains of accounts of the same pool, no more than each gained by those fills, never its principal. */
export function judgeClawback({ books, shares }: EventContext, event: EventOf<'clawedBack'>): void {
  const deficit = books.deficits[event.deficitRow]!;
  const open = deficit.amount - deficit.clawedBack - deficit.covered - deficit.shared;
  const sum = event.payers.reduce((total, { paysMinor }) => total + paysMinor, 0n);
  demand(sum === event.amount && sum > 0n && sum <= open, () => `ISO-05: ${sum} is given back of ${open}`);
  for (const { accountRow, claimMinor, paysMinor } of event.payers) {
    const account = books.accounts[accountRow] as SlowAccount;
    const left = claimOf(books, event.deficitRow, accountRow);
    demand(account.pool === deficit.pool, () => 'ISO-05: another pool gives back');
    demand(
      paysMinor <= claimMinor && claimMinor <= left,
      () => `ISO-05: ${paysMinor} of ${claimMinor} of ${left}`,
    );
    const holding = holdingOf(books, accountRow, deficit.asset) as SlowHolding;
    const balance = books.balances[holding.ledger]!.balance;
    const excess = balance - max(0n, holding.netPrincipal);
    const gain = excess + slowProfit(books, accountRow, deficit.asset);
    demand(paysMinor <= gain, () => `ISO-05: ${account.id} gives ${paysMinor} back, it has gained ${gain}`);
    const memory = shares.get(books.holdings.indexOf(holding));
    if (memory !== undefined)
      memory.realized -= min(max(0n, memory.realized), min(paysMinor, max(0n, excess)));
  }
}

/** Before the fund pays: nobody without positions keeps a gain that it could give back. */
export function judgeClawedFirst(books: SlowBooks, deficitRow: number): void {
  const { asset, pool } = books.deficits[deficitRow]!;
  for (const { deficit, account } of books.claims) {
    if (deficit !== deficitRow || books.accounts[account]?.pool !== pool) continue;
    const { isQueued, mode } = books.accounts[account] as SlowAccount;
    const holding = holdingOf(books, account, asset);
    if (
      holding === undefined ||
      isQueued ||
      mode !== 'isolated' ||
      openPositionsOf(books, account).length > 0
    )
      continue;
    const gain = books.balances[holding.ledger]!.balance - max(0n, holding.netPrincipal);
    const left = claimOf(books, deficitRow, account) - claimSteps(books, deficitRow, account);
    demand(
      gain <= 0n || left <= 0n,
      () => `ISO-05: the fund pays while ${gain} of ${left} can be given back`,
    );
  }
}

function claimOf(books: SlowBooks, deficitRow: number, accountRow: number): bigint {
  const claims = books.claims.filter(
    ({ deficit, account }) => deficit === deficitRow && account === accountRow,
  );
  const { n, d } = plus(...claims.map(({ gain }) => gain));
  return divFloor(n, d) - claims.reduce((sum, { paid }) => sum + paid, 0n);
}

function claimSteps(books: SlowBooks, deficitRow: number, accountRow: number): bigint {
  return books.claims
    .filter(({ deficit, account }) => deficit === deficitRow && account === accountRow)
    .reduce((sum, { steps }) => sum + steps, 0n);
}

export function bookClawbackSlowly(
  books: SlowBooks,
  { deficitRow, amount, payers }: EventOf<'clawedBack'>,
): void {
  books.deficits[deficitRow]!.clawedBack += amount;
  for (const { accountRow, paysMinor } of payers)
    books.claims.find(({ deficit, account }) => deficit === deficitRow && account === accountRow)!.paid +=
      paysMinor;
}

/** Open profit of the account's positions in the asset, each rounded down. */
function slowProfit(books: SlowBooks, accountRow: number, asset: number): bigint {
  return openPositionsOf(books, accountRow)
    .filter((position) => settleAssetOf(books, position) === asset)
    .reduce((sum, { instrument, lots, cost, premium }) => {
      const of = books.instruments[instrument] as SlowInstrument;
      return sum + slowValueFloor(of, lots, of.markTicks) - cost - premium;
    }, 0n);
}

/** The engine's rows are the slow ones rounded down. */
export function compareRelated(books: SlowBooks, { relatedGains, clawbacks, deficits }: State): void {
  const slow = new Map(books.related.map((row) => [`${row.position} ${row.account}`, row]));
  for (let row = 0; row < relatedGains.table.size; row++) {
    const key = `${relatedGains.position.get(row)} ${relatedGains.account.get(row)}`;
    const { lots, value, steps } = slow.get(key) ?? { lots: 0n, value: ZERO, steps: 0n };
    slow.delete(key);
    const off = minus(value, rational(relatedGains.value.get(row)));
    demand(
      relatedGains.lots.get(row) === lots && compare(off, ZERO) >= 0 && compare(off, rational(steps)) <= 0,
      () =>
        `ISO-05: row ${row} remembers ${relatedGains.value.get(row)}, it is ${value.n}/${value.d}, ${steps} steps`,
    );
  }
  for (const [key, { lots, value, steps }] of slow)
    demand(
      lots === 0n && compare(value, rational(steps)) <= 0,
      () => `ISO-05: the engine has forgotten ${key}`,
    );
  for (let row = 0; row < clawbacks.table.size; row++) {
    const claim = clawbacks.claim.get(row);
    if (claim === 0n) continue;
    const [deficit, account] = [clawbacks.deficit.get(row), clawbacks.account.get(row)];
    const left = claimOf(books, deficit, account);
    const open = claim - clawbacks.paid.get(row);
    demand(
      open <= left && left <= open + claimSteps(books, deficit, account),
      () => `ISO-05: ${open} of a claim on ${account} is open, it is ${left}`,
    );
  }
  for (const [row, { clawedBack }] of books.deficits.entries())
    demand(
      deficits.clawedBack.get(row) === clawedBack,
      () => `ISO-05: deficit ${row} was given back otherwise`,
    );
}
