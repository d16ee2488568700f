/** What the slow books consist of: plain objects in lists, one for each row that the events open. */
import { assert } from '../base/index.js';
import type { Correction } from '../engine/correctionFields.js';
import { type ListedInstrument, listingTerms } from '../engine/listing.js';
import type { KeptVectors, PoolScenarioSet } from '../engine/scenarioFields.js';
import type { IsolationLevel } from '../isolation/index.js';
import { CLIENT_KINDS, type LedgerKind, POOL_KINDS, VENUE_KINDS } from '../ledger/index.js';
import type { Leg, LegRule, MarginMode } from '../margin/index.js';
import type { InstrumentDefinition } from '../market/index.js';
import type { SlowClaim, SlowRelated } from './slowRelated.js';
import { noSources, type SlowSources } from './slowSourceBooks.js';

export interface SlowBalance {
  readonly kind: LedgerKind;
  readonly asset: number;
  /** -1 where it is not of any. */
  readonly client: number;
  readonly account: number;
  pool: number;
  balance: bigint;
}

export interface SlowPosition {
  pool: number;
  readonly instrument: number;
  /** Both -1: the outside. */
  readonly account: number;
  readonly takeover: number;
  readonly leg: Leg;
  lots: bigint;
  cost: bigint;
  fundingIndex: bigint;
  premium: bigint;
}

/** A price and its guard: of an instrument or of collateral. */
export interface SlowPrice {
  markTicks: bigint;
  markTimeMs: number;
  sourceTimeMs: number;
  pendingTicks: bigint;
  pendingCount: number;
  isSuspect: boolean;
}

/** Terms that are to come into force. */
export interface SlowSchedule {
  readonly listed: ListedInstrument;
  readonly effectiveMs: number;
  readonly graceUntilMs: number;
  readonly liquidateAtOnce: boolean;
  isOpeningApplied: boolean;
}

export interface SlowLevelChange {
  readonly level: IsolationLevel;
  readonly effectiveMs: number;
  readonly graceUntilMs: number;
}

export interface SlowLevel extends SlowLevelChange {
  readonly isGraceOver: boolean;
  /** By which maintenance margin judges. */
  readonly ofLiquidation: IsolationLevel;
  readonly next: SlowLevelChange | null;
}

export const NO_LEVEL: SlowLevel = {
  level: 'portfolio',
  effectiveMs: 0,
  graceUntilMs: 0,
  isGraceOver: true,
  ofLiquidation: 'portfolio',
  next: null,
};

export interface SlowInstrument extends SlowPrice {
  listed: ListedInstrument;
  scheduled: SlowSchedule | null;
  /** New terms of liquidation are in force, and no mark since has asked who is under them. */
  isUnasked: boolean;
  isReduceOnly: boolean;
  isolation: SlowLevel;
  readonly sources: SlowSources;
  /** What the scenarios of its pool do to it; null before any were sent. */
  vectors: KeptVectors | null;
  pool: number;
  readonly asset: number;
  readonly outside: number;
  status: 'trading' | 'settling' | 'settled';
  indexTicks: bigint;
  /** Of an option: what came with the mark that waits. */
  pendingIndexTicks: bigint;
  fundingIndex: bigint;
  fundingTimeMs: number;
  settlementTicks: bigint;
}

export interface SlowAccount {
  readonly id: string;
  readonly client: number;
  pool: number;
  readonly hasLegs: boolean;
  mode: MarginMode;
  /** What an isolated account trades, or -1. */
  instrument: number;
  leveragePpm: bigint;
  isClosed: boolean;
  isQueued: boolean;
  /** What its orders hold of its client's wallet. */
  hold: bigint;
  /** What its client's wallet may still add of itself, and until when. */
  autoMarginLeft: bigint;
  autoMarginUntilMs: number;
  /** At which its positions may be carved out; 0: they may not. */
  carveLeveragePpm: bigint;
}

/** What a margin account has of one asset. */
export interface SlowHolding {
  readonly account: number;
  readonly asset: number;
  readonly ledger: number;
  netPrincipal: bigint;
}

export interface SlowOrder {
  readonly id: string;
  account: number;
  readonly instrument: number;
  leg: Leg;
  readonly isBuy: boolean;
  isReduceOnly: boolean;
  priceTicks: bigint;
  lots: bigint;
}

export interface SlowTakeover {
  readonly id: string;
  readonly pool: number;
  readonly account: number;
  readonly instrument: number;
  readonly position: number;
  collateral: bigint;
  isClosed: boolean;
  /** What it was of an isolated account, uncollected funding with the collateral; null of others. */
  taken: {
    readonly lots: bigint;
    readonly cost: bigint;
    readonly collateral: bigint;
    readonly principal: bigint;
  } | null;
}

export interface SlowProposal {
  readonly id: string;
  readonly operator: string;
  readonly expiresMs: number;
  readonly correction: Correction;
  status: 'open' | 'approved' | 'withdrawn';
}

export interface SlowDeficit {
  readonly pool: number;
  readonly asset: number;
  readonly account: number;
  readonly takeover: number;
  readonly cause: string;
  readonly amount: bigint;
  clawedBack: bigint;
  covered: bigint;
  shared: bigint;
}

export interface SlowPool {
  readonly id: string;
  readonly isDesk: boolean;
  readonly needsOrders: boolean;
  /** -1: isolated accounts only. */
  readonly valuationAsset: number;
  readonly legRule: LegRule;
  isQuarantined: boolean;
  status: 'open' | 'windingDown' | 'closed';
  isSound: boolean;
  scenarios: { readonly inForce: PoolScenarioSet | null; readonly defined: PoolScenarioSet } | null;
}

/** How cross and portfolio accounts of a pool count an asset. */
export interface SlowCollateral {
  readonly haircutPpm: bigint;
  readonly countedCap: bigint;
  readonly pegPrice: bigint;
  readonly pegTolerancePpm: bigint;
  readonly pegSlopePpm: bigint;
  readonly conversionRank: number;
  readonly conversionSpreadPpm: bigint;
  readonly priceMaxAgeMs: number;
  readonly priceMaxJumpPpm: bigint;
  readonly priceConfirmations: number;
}

/** A pool in one asset: its ledger accounts, and the asset's price in it. */
export interface SlowPoolAsset extends SlowPrice {
  readonly pool: number;
  readonly asset: number;
  /** First ledger row of the pool's accounts in it. */
  readonly ledger: number;
  /** Sub-unit leftovers of collected funding, minor units x FUNDING_SCALE. */
  dust: bigint;
  collateral: SlowCollateral | null;
  /** By scenario; none: it stands still in all. */
  shocksPpm: readonly bigint[];
  /** What its price is made of. */
  readonly sources: SlowSources;
}

export interface SlowBooks {
  readonly assets: { readonly id: string; readonly decimals: number; readonly ledger: number }[];
  readonly pools: SlowPool[];
  readonly poolAssets: SlowPoolAsset[];
  readonly instruments: SlowInstrument[];
  readonly clients: {
    readonly id: string;
    readonly wallets: Map<number, number>;
    feeTier: number;
    group: string | null;
  }[];
  readonly cash: { status: string; readonly amount: bigint }[];
  readonly balances: SlowBalance[];
  readonly accounts: SlowAccount[];
  readonly holdings: SlowHolding[];
  readonly positions: SlowPosition[];
  readonly orders: SlowOrder[];
  readonly takeovers: SlowTakeover[];
  readonly deficits: SlowDeficit[];
  readonly proposals: SlowProposal[];
  readonly related: SlowRelated[];
  readonly claims: SlowClaim[];
}

export function emptyBooks(): SlowBooks {
  return {
    assets: [],
    pools: [],
    poolAssets: [],
    instruments: [],
    clients: [],
    cash: [],
    balances: [],
    accounts: [],
    holdings: [],
    positions: [],
    orders: [],
    takeovers: [],
    deficits: [],
    proposals: [],
    related: [],
    claims: [],
  };
}

// ---- look-ups, by scans ----

/** The pool in that asset; opened ones only. */
export function poolAssetOf(books: SlowBooks, pool: number, asset: number): SlowPoolAsset | undefined {
  return books.poolAssets.find((each) => each.pool === pool && each.asset === asset);
}

/** Ledger row of one of a pool's accounts. */
export function poolLedger(at: SlowPoolAsset, kind: (typeof POOL_KINDS)[number]): number {
  return at.ledger + POOL_KINDS.indexOf(kind);
}

export function holdingsOf(books: SlowBooks, account: number): SlowHolding[] {
  return books.holdings.filter((holding) => holding.account === account);
}

export function holdingOf(books: SlowBooks, account: number, asset: number): SlowHolding | undefined {
  return books.holdings.find((holding) => holding.account === account && holding.asset === asset);
}

/** Rows of the account's positions, flat ones too. */
export function positionRowsOf(books: SlowBooks, account: number): number[] {
  return [...books.positions.keys()].filter((row) => books.positions[row]?.account === account);
}

export function openPositionsOf(books: SlowBooks, account: number): SlowPosition[] {
  return books.positions.filter((position) => position.account === account && position.lots !== 0n);
}

/** Settlement asset of a position. */
export function settleAssetOf(books: SlowBooks, position: Pick<SlowPosition, 'instrument'>): number {
  return (books.instruments[position.instrument] as SlowInstrument).asset;
}

// ---- what opens ----

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

export function openAsset(books: SlowBooks, id: string, decimals: number): void {
  books.assets.push({ id, decimals, ledger: books.balances.length });
  openBalances(books, VENUE_KINDS, { asset: books.assets.length - 1 });
}

export function openWallet(books: SlowBooks, client: number, asset: number): void {
  books.clients[client]?.wallets.set(asset, books.balances.length);
  openBalances(books, CLIENT_KINDS, { asset, client });
}

const NO_PRICE: SlowPrice = {
  markTicks: 0n,
  markTimeMs: 0,
  sourceTimeMs: 0,
  pendingTicks: 0n,
  pendingCount: 0,
  isSuspect: false,
};

export function openPoolAsset(books: SlowBooks, pool: number, asset: number): SlowPoolAsset {
  const known = poolAssetOf(books, pool, asset);
  if (known !== undefined) return known;
  const opened = {
    ...NO_PRICE,
    pool,
    asset,
    ledger: books.balances.length,
    dust: 0n,
    collateral: null,
    shocksPpm: [],
    sources: noSources(),
  };
  books.poolAssets.push(opened);
  openBalances(books, POOL_KINDS, { asset, pool });
  return opened;
}

export function openInstrument(books: SlowBooks, definition: InstrumentDefinition): void {
  const asset = books.assets.findIndex(({ id }) => id === definition.settle);
  const pool = books.pools.findIndex(({ id }) => id === definition.pool);
  const listed = listingTerms(definition, books.assets[asset]?.decimals as number);
  assert(listed.ok, 'a listed instrument has terms');
  openPoolAsset(books, pool, asset);
  const { isDesk } = books.pools[pool] as SlowPool;
  const instrument = books.instruments.length;
  books.instruments.push({
    ...NO_PRICE,
    listed: listed.value,
    scheduled: null,
    isUnasked: false,
    isReduceOnly: false,
    isolation: NO_LEVEL,
    sources: noSources(),
    vectors: null,
    pool,
    asset,
    outside: isDesk ? books.positions.length : -1,
    status: 'trading',
    indexTicks: 0n,
    pendingIndexTicks: 0n,
    fundingIndex: 0n,
    fundingTimeMs: 0,
    settlementTicks: 0n,
  });
  if (isDesk) openPosition(books, { pool, instrument, account: -1, takeover: -1, leg: 'net' });
}

export function openHolding(books: SlowBooks, account: number, asset: number): void {
  const { client, pool } = books.accounts[account] as SlowAccount;
  books.holdings.push({ account, asset, ledger: books.balances.length, netPrincipal: 0n });
  openBalances(books, ['margin'], { asset, client, account, pool });
}

export function openPosition(
  books: SlowBooks,
  holder: Pick<SlowPosition, 'pool' | 'instrument' | 'account' | 'takeover' | 'leg'>,
): void {
  books.positions.push({ ...holder, lots: 0n, cost: 0n, fundingIndex: 0n, premium: 0n });
}

export function openTakeover(
  books: SlowBooks,
  of: Pick<SlowTakeover, 'id' | 'account' | 'instrument' | 'collateral'>,
): void {
  const { pool } = books.accounts[of.account] as SlowAccount;
  const takeover = books.takeovers.length;
  books.takeovers.push({ ...of, pool, position: books.positions.length, isClosed: false, taken: null });
  openPosition(books, { pool, instrument: of.instrument, account: -1, takeover, leg: 'net' });
}
