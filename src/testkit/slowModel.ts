/**
 * The slow, obvious books: plain objects rebuilt from nothing but the events, one movement at a time. It
 * keeps no running totals, no indexes and no queue beyond a flag, and knows nothing of columns. What it
 * holds after a history is what the fast state must hold.
 */
import { assert } from '../base/index.js';
import type { Event, EventOf } from '../engine/event.js';
import { type ListedInstrument, listingTerms } from '../engine/listing.js';
import type { Transfer } from '../isolation/index.js';
import { CLIENT_KINDS, type LedgerKind, POOL_KINDS, VENUE_KINDS } from '../ledger/index.js';
import type { InstrumentDefinition } from '../market/index.js';

export interface SlowBalance {
  readonly kind: LedgerKind;
  readonly asset: number;
  /** -1 where it is not of any. */
  readonly client: number;
  readonly account: number;
  readonly pool: number;
  balance: bigint;
}

export interface SlowPosition {
  readonly pool: number;
  readonly instrument: number;
  /** Both -1: the outside. */
  readonly account: number;
  readonly takeover: number;
  lots: bigint;
  cost: bigint;
  fundingIndex: bigint;
}

export interface SlowInstrument {
  readonly listed: ListedInstrument;
  readonly pool: number;
  readonly asset: number;
  readonly outside: number;
  status: 'trading' | 'settling' | 'settled';
  markTicks: bigint;
  indexTicks: bigint;
  markTimeMs: number;
  sourceTimeMs: number;
  pendingTicks: bigint;
  pendingCount: number;
  isSuspect: boolean;
  fundingIndex: bigint;
  fundingTimeMs: number;
  settlementTicks: bigint;
}

export interface SlowAccount {
  readonly id: string;
  readonly client: number;
  readonly pool: number;
  readonly instrument: number;
  readonly ledger: number;
  readonly position: number;
  leveragePpm: bigint;
  isClosed: boolean;
  isQueued: boolean;
  netPrincipal: bigint;
}

export interface SlowTakeover {
  readonly id: string;
  readonly pool: number;
  readonly account: number;
  readonly instrument: number;
  readonly position: number;
  collateral: bigint;
  isClosed: boolean;
}

export interface SlowDeficit {
  readonly pool: number;
  readonly asset: number;
  readonly account: number;
  readonly takeover: number;
  readonly cause: string;
  readonly amount: bigint;
  covered: bigint;
  shared: bigint;
}

export interface SlowPool {
  readonly id: string;
  readonly isDesk: boolean;
  isQuarantined: boolean;
  isSound: boolean;
  /** Sub-unit leftovers of collected funding by settlement asset, minor units x FUNDING_SCALE. */
  readonly dust: Map<number, bigint>;
  /** First ledger row of the pool's accounts by settlement asset. */
  readonly ledger: Map<number, number>;
}

export interface SlowBooks {
  readonly assets: { readonly id: string; readonly decimals: number; readonly ledger: number }[];
  readonly pools: SlowPool[];
  readonly instruments: SlowInstrument[];
  readonly clients: { readonly id: string; readonly wallets: Map<number, number> }[];
  readonly cash: { status: string; readonly amount: bigint }[];
  readonly balances: SlowBalance[];
  readonly accounts: SlowAccount[];
  readonly positions: SlowPosition[];
  readonly takeovers: SlowTakeover[];
  readonly deficits: SlowDeficit[];
}

export function emptyBooks(): SlowBooks {
  return {
    assets: [],
    pools: [],
    instruments: [],
    clients: [],
    cash: [],
    balances: [],
    accounts: [],
    positions: [],
    takeovers: [],
    deficits: [],
  };
}

/** Writes one event into the books. */
export function applySlowly(books: SlowBooks, event: Event): void {
  if ('transfers' in event) for (const transfer of event.transfers) move(books, transfer);
  if (event.kind === 'takenOver') openTakeover(books, event);
  if ('positions' in event) {
    for (const { position, lots, cost, fundingIndex } of event.positions) {
      Object.assign(books.positions[position] as SlowPosition, { lots, cost, fundingIndex });
    }
  }
  if ('takeovers' in event) {
    for (const { takeoverRow, collateral, isClosed } of event.takeovers)
      Object.assign(books.takeovers[takeoverRow] as SlowTakeover, { collateral, isClosed });
  }
  if ('deficits' in event) {
    for (const { accountRow, takeoverRow, cause, amount } of event.deficits) {
      const { pool, instrument } = books.accounts[accountRow] as SlowAccount;
      const { asset } = books.instruments[instrument] as SlowInstrument;
      const facts = { pool, asset, account: accountRow, takeover: takeoverRow, cause, amount };
      books.deficits.push({ ...facts, covered: 0n, shared: 0n });
    }
  }
  if ('fundingDust' in event) {
    const { pool, asset } = books.instruments[event.instrumentRow] as SlowInstrument;
    const { dust } = books.pools[pool] as SlowPool;
    dust.set(asset, (dust.get(asset) ?? 0n) + event.fundingDust);
  }
  applyFacts(books, event);
}

function applyFacts(books: SlowBooks, event: Event): void {
  const account = (row: number) => books.accounts[row] as SlowAccount;
  switch (event.kind) {
    case 'assetListed':
      books.assets.push({ id: event.asset, decimals: event.decimals, ledger: books.balances.length });
      return openBalances(books, VENUE_KINDS, { asset: books.assets.length - 1 });
    case 'poolOpened':
      books.pools.push({
        id: event.pool,
        isDesk: event.isDesk,
        isQuarantined: false,
        isSound: true,
        dust: new Map(),
        ledger: new Map(),
      });
      return;
    case 'instrumentListed':
      return list(books, event.definition);
    case 'clientOpened':
      books.clients.push({ id: event.client, wallets: new Map() });
      return;
    case 'walletOpened':
      books.clients[event.clientRow]?.wallets.set(event.assetRow, books.balances.length);
      return openBalances(books, CLIENT_KINDS, { asset: event.assetRow, client: event.clientRow });
    case 'depositAnnounced':
    case 'withdrawalRequested':
      books.cash.push({ status: 'pending', amount: event.amount });
      return;
    case 'depositFinalized':
    case 'withdrawalSettled':
      return setCash(books, event.cashRow, 'settled');
    case 'depositReturned':
    case 'withdrawalReturned':
      return setCash(books, event.cashRow, 'returned');
    case 'withdrawalSent':
      return setCash(books, event.cashRow, 'sent');
    case 'accountOpened':
      return openAccount(books, event);
    case 'allocated':
      account(event.accountRow).netPrincipal += event.amount;
      if (event.isRecovered) account(event.accountRow).isQueued = false;
      return;
    case 'released':
      account(event.accountRow).netPrincipal -= event.amount;
      return;
    case 'leverageSet':
      account(event.accountRow).leveragePpm = event.leveragePpm;
      return;
    case 'accountClosed':
      Object.assign(account(event.accountRow), { isClosed: true, netPrincipal: 0n });
      return;
    case 'filled':
      for (const { accountRow, amount } of event.allocations) account(accountRow).netPrincipal += amount;
      for (const row of event.woken) account(row).isQueued = true;
      return;
    case 'marked':
      for (const { instrumentRow, verdict: _verdict, ...mark } of event.marks) {
        const instrument = books.instruments[instrumentRow] as SlowInstrument;
        const sourceTimeMs = Math.max(instrument.sourceTimeMs, event.sourceTimeMs);
        Object.assign(instrument, { ...mark, sourceTimeMs });
      }
      for (const row of event.woken) account(row).isQueued = true;
      return;
    case 'fundingApplied': {
      const { fundingIndex, fundingTimeMs } = event;
      Object.assign(books.instruments[event.instrumentRow] as SlowInstrument, {
        fundingIndex,
        fundingTimeMs,
      });
      for (const row of event.woken) account(row).isQueued = true;
      return;
    }
    case 'expired':
      Object.assign(books.instruments[event.instrumentRow] as SlowInstrument, {
        status: 'settling',
        settlementTicks: event.settlementTicks,
      });
      return;
    case 'instrumentSettled':
      (books.instruments[event.instrumentRow] as SlowInstrument).status = 'settled';
      return;
    case 'recovered':
      account(event.accountRow).isQueued = false;
      return;
    case 'takenOver':
      Object.assign(account(event.accountRow), { isQueued: false, netPrincipal: 0n });
      return;
    case 'covered':
      (books.deficits[event.deficitRow] as SlowDeficit).covered += event.amount;
      return;
    case 'shared':
      (books.deficits[event.deficitRow] as SlowDeficit).shared += event.amount;
      return;
    case 'soundnessAssessed':
      (books.pools[event.poolRow] as SlowPool).isSound = event.isSound;
      return;
    case 'poolQuarantined':
      (books.pools[event.poolRow] as SlowPool).isQuarantined = true;
      return;
    default:
      return;
  }
}

function move(books: SlowBooks, { from, to, amount }: Transfer): void {
  (books.balances[from] as SlowBalance).balance -= amount;
  (books.balances[to] as SlowBalance).balance += amount;
}

interface Owner {
  readonly asset: number;
  readonly client?: number;
  readonly account?: number;
  readonly pool?: number;
}

function openBalances(books: SlowBooks, kinds: readonly LedgerKind[], owner: Owner): void {
  for (const kind of kinds) {
    books.balances.push({ kind, client: -1, account: -1, pool: -1, ...owner, balance: 0n });
  }
}

function list(books: SlowBooks, definition: InstrumentDefinition): void {
  const asset = books.assets.findIndex(({ id }) => id === definition.settle);
  const pool = books.pools.findIndex(({ id }) => id === definition.pool);
  const listed = listingTerms(definition, books.assets[asset]?.decimals as number);
  assert(listed.ok, 'a listed instrument has terms');
  const { isDesk, ledger, dust } = books.pools[pool] as SlowPool;
  if (!ledger.has(asset)) {
    ledger.set(asset, books.balances.length);
    dust.set(asset, 0n);
    openBalances(books, POOL_KINDS, { asset, pool });
  }
  const instrument = books.instruments.length;
  books.instruments.push({
    listed: listed.value,
    pool,
    asset,
    outside: isDesk ? books.positions.length : -1,
    status: 'trading',
    markTicks: 0n,
    indexTicks: 0n,
    markTimeMs: 0,
    sourceTimeMs: 0,
    pendingTicks: 0n,
    pendingCount: 0,
    isSuspect: false,
    fundingIndex: 0n,
    fundingTimeMs: 0,
    settlementTicks: 0n,
  });
  if (isDesk) openPosition(books, { pool, instrument, account: -1, takeover: -1 });
}

function openAccount(books: SlowBooks, event: EventOf<'accountOpened'>): void {
  const account = books.accounts.length;
  const { pool, asset } = books.instruments[event.instrumentRow] as SlowInstrument;
  books.accounts.push({
    id: event.account,
    client: event.clientRow,
    pool,
    instrument: event.instrumentRow,
    ledger: books.balances.length,
    position: books.positions.length,
    leveragePpm: event.leveragePpm,
    isClosed: false,
    isQueued: false,
    netPrincipal: 0n,
  });
  openBalances(books, ['margin'], { asset, client: event.clientRow, account, pool });
  openPosition(books, { pool, instrument: event.instrumentRow, account, takeover: -1 });
}

function openTakeover(books: SlowBooks, event: EventOf<'takenOver'>): void {
  const { pool, instrument } = books.accounts[event.accountRow] as SlowAccount;
  const takeover = books.takeovers.length;
  books.takeovers.push({
    id: event.takeover,
    pool,
    account: event.accountRow,
    instrument,
    position: books.positions.length,
    collateral: event.collateral,
    isClosed: false,
  });
  openPosition(books, { pool, instrument, account: -1, takeover });
}

function openPosition(
  books: SlowBooks,
  holder: Pick<SlowPosition, 'pool' | 'instrument' | 'account' | 'takeover'>,
): void {
  books.positions.push({ ...holder, lots: 0n, cost: 0n, fundingIndex: 0n });
}

function setCash(books: SlowBooks, row: number, status: string): void {
  (books.cash[row] as { status: string }).status = status;
}
