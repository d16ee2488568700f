/** Clients, instruments and the books of the venue as people read them. */
import { assetsOf } from '../engine/accountParts.js';
import {
  clientLedgerRow,
  hasUsableMark,
  INSTRUMENT_STATUS,
  isPoolSound,
  listedInstrument,
  pairKey,
  type Situation,
  type State,
} from '../engine/index.js';
import { lenderBook } from '../engine/lending.js';
import { claimFloor } from '../engine/lendingShares.js';
import { LEDGER_KINDS, type LedgerKind, trialBalance } from '../ledger/index.js';
import { definitionJson } from './commandView.js';
import { type IsolationView, isolationView } from './isolationView.js';
import type { JsonObject } from './json.js';
import { openTakeovers, type PoolView, poolStatusOf } from './poolView.js';
import {
  assetScale,
  formatAmount,
  formatFunding,
  formatIndex,
  formatMark,
  formatQuantity,
  instrumentScale,
} from './scale.js';
import { indexSourcesView, type SourcesView } from './sourcesView.js';

export interface AssetView {
  readonly asset: string;
  readonly decimals: number;
}

export function assetViews({ state }: Situation): readonly AssetView[] {
  return rows(state.assets.table.size).map((row) => ({
    asset: state.assets.names.nameOf(row),
    decimals: state.assets.decimals.get(row),
  }));
}

export interface ClientView {
  readonly client: string;
  readonly feeTier: number;
  readonly balances: readonly WalletView[];
  /** What it has lent to pools. */
  readonly lent: readonly LentView[];
  /** Ids of its margin accounts, closed ones included. */
  readonly accounts: readonly string[];
}

export interface LentView {
  readonly pool: string;
  readonly asset: string;
  /** Supplied less taken back. */
  readonly netSupplied: string;
  /** What its share of the lending pool is worth, rounded down. */
  readonly claim: string;
}

export interface WalletView {
  readonly asset: string;
  /** Free to allocate or withdraw. */
  readonly free: string;
  readonly pendingDeposit: string;
  readonly pendingWithdrawal: string;
  /** Balances of the client's margin accounts. */
  readonly margin: string;
  /** All of these together. */
  readonly total: string;
}

export function clientView({ state }: Situation, clientRow: number): ClientView {
  const { accounts, assets } = state;
  const accountRows: number[] = [];
  for (let row = state.clients.firstAccount.get(clientRow); row >= 0; row = accounts.nextOfClient.get(row))
    accountRows.unshift(row);
  const margins = new Map<number, bigint>();
  const ledgerRows = accountRows.flatMap((accountRow) =>
    assetsOf(state, accountRow).map((row) => state.accountAssets.ledgerRow.get(row)),
  );
  for (const ledgerRow of ledgerRows) {
    const assetRow = state.ledger.assetOf(ledgerRow);
    margins.set(assetRow, (margins.get(assetRow) ?? 0n) + state.ledger.balance(ledgerRow));
  }
  const balances = rows(assets.table.size).flatMap((assetRow): readonly WalletView[] => {
    const at = { clientRow, assetRow };
    if (clientLedgerRow(state, at, 'wallet') < 0) return [];
    const scale = assetScale(state, assetRow);
    const of = (kind: 'wallet' | 'pendingDeposit' | 'pendingWithdrawal') =>
      state.ledger.balance(clientLedgerRow(state, at, kind));
    const margin = margins.get(assetRow) ?? 0n;
    const total = of('wallet') + of('pendingDeposit') + of('pendingWithdrawal') + margin;
    return [
      {
        asset: scale.asset,
        free: formatAmount(of('wallet'), scale),
        pendingDeposit: formatAmount(of('pendingDeposit'), scale),
        pendingWithdrawal: formatAmount(of('pendingWithdrawal'), scale),
        margin: formatAmount(margin, scale),
        total: formatAmount(total, scale),
      },
    ];
  });
  return {
    client: state.clients.names.nameOf(clientRow),
    feeTier: state.clients.feeTier.get(clientRow),
    balances,
    lent: lentBy(state, clientRow),
    accounts: accountRows.map((row) => accounts.names.nameOf(row)),
  };
}

function lentBy(state: State, clientRow: number): readonly LentView[] {
  const { lenders } = state;
  return rows(state.poolAssets.table.size).flatMap((poolAssetRow): readonly LentView[] => {
    const row = state.lenderRows.get(pairKey(clientRow, poolAssetRow));
    if (row === undefined) return [];
    const scale = assetScale(state, state.poolAssets.asset.get(poolAssetRow));
    const claim = claimFloor(lenders.shares.get(row), lenderBook(state, poolAssetRow));
    return [
      {
        pool: state.pools.names.nameOf(state.poolAssets.pool.get(poolAssetRow)),
        asset: scale.asset,
        netSupplied: formatAmount(lenders.netSupplied.get(row), scale),
        claim: formatAmount(claim, scale),
      },
    ];
  });
}

export interface InstrumentView {
  readonly instrument: string;
  readonly status: keyof typeof INSTRUMENT_STATUS;
  /** Positions may be reduced but not opened. */
  readonly reduceOnly: boolean;
  readonly isolation: IsolationView;
  readonly markPrice: string | null;
  readonly indexPrice: string | null;
  /** What the index is made of; null: it comes with the mark. */
  readonly indexSources: SourcesView | null;
  /** When the source made the mark, and how long ago that is. */
  readonly markTimeMs: number | null;
  readonly markAgeMs: number | null;
  readonly markUsable: boolean;
  /** A jump that waits for confirmation. */
  readonly pendingPrice: string | null;
  /** The last mark could not be a price. */
  readonly suspect: boolean;
  /** Settlement asset per lot, since listing. */
  readonly fundingIndex: string;
  readonly fundingTimeMs: number | null;
  /** Contracts, one side. */
  readonly openInterest: string;
  readonly settlementPrice: string | null;
  /** As it was listed, every default written out. */
  readonly definition: JsonObject;
}

export function instrumentView({ state, timeMs }: Situation, row: number): InstrumentView {
  const { instruments } = state;
  const listed = listedInstrument(state, row);
  const price = (markTicks: bigint) => (markTicks === 0n ? null : formatMark(markTicks, listed));
  const hasMark = instruments.markTicks.get(row) !== 0n;
  const markTimeMs = instruments.markTimeMs.get(row);
  const fundingTimeMs = instruments.fundingTimeMs.get(row);
  return {
    instrument: instruments.names.nameOf(row),
    status: statusName(instruments.status.get(row)),
    reduceOnly: instruments.isReduceOnly.get(row) === 1,
    isolation: isolationView(state, row),
    markPrice: price(instruments.markTicks.get(row)),
    indexPrice:
      instruments.indexTicks.get(row) === 0n ? null : formatIndex(instruments.indexTicks.get(row), listed),
    indexSources: indexSourcesView(state, row),
    markTimeMs: hasMark ? markTimeMs : null,
    markAgeMs: hasMark ? Math.max(0, timeMs - markTimeMs) : null,
    markUsable: hasUsableMark(state, row, timeMs),
    pendingPrice: price(instruments.pendingTicks.get(row)),
    suspect: instruments.isSuspect.get(row) === 1,
    fundingIndex: formatFunding(instruments.fundingIndex.get(row), instrumentScale(state, row)),
    fundingTimeMs: fundingTimeMs === 0 ? null : fundingTimeMs,
    openInterest: formatQuantity(state.totals.openInterest.get(row), listed),
    settlementPrice: price(instruments.settlementTicks.get(row)),
    definition: definitionJson(state, listed.definition),
  };
}

function statusName(status: number): InstrumentView['status'] {
  const names = Object.keys(INSTRUMENT_STATUS) as readonly InstrumentView['status'][];
  return names.find((name) => INSTRUMENT_STATUS[name] === status) as InstrumentView['status'];
}

export interface TrialBalanceView {
  readonly asset: string;
  /** Sums by kind of ledger account. */
  readonly byKind: Readonly<Record<LedgerKind, string>>;
  /** "0", or the books are broken. */
  readonly total: string;
}

export function trialBalanceJson(state: State): readonly TrialBalanceView[] {
  return trialBalance(state.ledger).map(({ assetRow, byKind, total }) => {
    const scale = assetScale(state, assetRow);
    const sums = LEDGER_KINDS.map((kind) => [kind, formatAmount(byKind[kind], scale)]);
    return {
      asset: scale.asset,
      byKind: Object.fromEntries(sums) as TrialBalanceView['byKind'],
      total: formatAmount(total, scale),
    };
  });
}

/** How the venue is, in a few numbers. */
export interface VenueHealth {
  readonly sequence: number;
  readonly timeMs: number;
  readonly clients: number;
  readonly accounts: number;
  readonly booksBalance: boolean;
  readonly pools: readonly {
    readonly pool: string;
    readonly status: PoolView['status'];
    readonly sound: boolean;
    readonly queued: number;
    readonly openTakeovers: number;
  }[];
}

export function venueHealth(situation: Situation): VenueHealth {
  const { state, derived } = situation;
  const { pools, totals } = state;
  return {
    ...state.clock,
    clients: state.clients.table.size,
    accounts: state.accounts.table.size,
    booksBalance: rows(state.assets.table.size).every((row) => totals.assetBalance.get(row) === 0n),
    pools: rows(pools.table.size).map((row) => ({
      pool: pools.names.nameOf(row),
      status: poolStatusOf(state, row),
      sound: isPoolSound(situation, row),
      queued: derived.queuedOf(row).size,
      openTakeovers: openTakeovers(state, row).length,
    })),
  };
}

function rows(count: number): readonly number[] {
  return Array.from({ length: count }, (_, row) => row);
}
