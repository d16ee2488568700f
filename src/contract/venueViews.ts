/** Clients, pools, instruments and the books of the venue as people read them. */
import { min } from '../base/index.js';
import {
  accountEquity,
  clientLedgerRow,
  DEFICIT_CAUSES,
  hasUsableMark,
  INSTRUMENT_STATUS,
  isPoolSound,
  listedInstrument,
  poolLedgerRow,
  poolSurplus,
  type Situation,
  type State,
  takeoverEquity,
} from '../engine/index.js';
import { fundBalance, takeoverExposure } from '../engine/soundness.js';
import { LEDGER_KINDS, type LedgerKind, trialBalance } from '../ledger/index.js';
import { definitionJson } from './commandView.js';
import type { JsonObject } from './json.js';
import { accountName, takeoverName } from './names.js';
import {
  assetScale,
  formatAmount,
  formatFunding,
  formatIndex,
  formatMark,
  formatQuantity,
  instrumentScale,
} from './scale.js';

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
  readonly balances: readonly WalletView[];
  /** Ids of its margin accounts, closed ones included. */
  readonly accounts: readonly string[];
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
  const accountRows = rows(accounts.table.size).filter((row) => accounts.client.get(row) === clientRow);
  const margins = new Map<number, bigint>();
  for (const accountRow of accountRows) {
    const ledgerRow = accounts.ledgerRow.get(accountRow);
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
    balances,
    accounts: accountRows.map((row) => accounts.names.nameOf(row)),
  };
}

export interface PoolView {
  readonly pool: string;
  readonly desk: boolean;
  readonly status: 'open' | 'quarantined';
  /** As the pool itself last recorded it; `soundNow` is the same at this moment's marks. */
  readonly sound: boolean;
  readonly soundNow: boolean;
  readonly workBudget: number;
  readonly instruments: readonly string[];
  /** Instruments with open interest whose mark may not decide: the pool is not sound while there is one. */
  readonly withoutUsableMark: readonly string[];
  /** Accounts that wait for liquidation. */
  readonly queue: readonly string[];
  readonly takeovers: readonly TakeoverView[];
  readonly assets: readonly PoolAssetView[];
}

/** A position taken over by the pool and not yet unwound. */
export interface TakeoverView {
  readonly takeover: string;
  /** The margin account it came from. */
  readonly account: string | null;
  readonly instrument: string;
  readonly side: 'long' | 'short';
  readonly quantity: string;
  readonly collateral: string;
  /** Collateral, accrued funding and unrealized profit at the last good mark. */
  readonly equity: string;
  readonly timeMs: number;
}

/** surplus = insurance fund - takeover shortfall - open deficits - queue shortfall; sound while it is not negative. */
export interface PoolAssetView {
  readonly asset: string;
  readonly insuranceFund: string;
  readonly takeoverShortfall: string;
  readonly openDeficits: string;
  readonly queueShortfall: string;
  readonly surplus: string;
  /** Everything the pool holds in this asset. */
  readonly cash: string;
  readonly deficits: readonly DeficitView[];
}

/** A loss that its account could not bear, and who has paid of it. */
export interface DeficitView {
  readonly account: string | null;
  readonly takeover: string | null;
  readonly cause: (typeof DEFICIT_CAUSES)[number];
  readonly amount: string;
  readonly coveredByFund: string;
  readonly sharedByGains: string;
  readonly open: string;
  readonly timeMs: number;
}

export function poolView(situation: Situation, poolRow: number): PoolView {
  const { state, derived, timeMs } = situation;
  const { pools, instruments } = state;
  const instrumentRows = derived.instrumentsOf(poolRow);
  const needsMark = (row: number) =>
    state.totals.openInterest.get(row) > 0n && !hasUsableMark(state, row, timeMs);
  return {
    pool: pools.names.nameOf(poolRow),
    desk: pools.isDesk.get(poolRow) === 1,
    status: pools.isQuarantined.get(poolRow) === 1 ? 'quarantined' : 'open',
    sound: pools.isSound.get(poolRow) === 1,
    soundNow: isPoolSound(situation, poolRow),
    workBudget: pools.workBudget.get(poolRow),
    instruments: instrumentRows.map((row) => instruments.names.nameOf(row)),
    withoutUsableMark: instrumentRows.filter(needsMark).map((row) => instruments.names.nameOf(row)),
    queue: [...derived.queuedOf(poolRow)]
      .sort((a, b) => a - b)
      .map((row) => state.accounts.names.nameOf(row)),
    takeovers: openTakeovers(state, poolRow).map((row) => takeoverView(state, row)),
    assets: derived.poolAssetsOf(poolRow).map((row) => poolAssetView(situation, row)),
  };
}

function openTakeovers(state: State, poolRow: number): readonly number[] {
  return [...(state.openTakeovers.get(poolRow) ?? [])];
}

function takeoverView(state: State, takeoverRow: number): TakeoverView {
  const { takeovers, positions } = state;
  const instrumentRow = takeovers.instrument.get(takeoverRow);
  const scale = instrumentScale(state, instrumentRow);
  const lots = positions.lots.get(takeovers.position.get(takeoverRow));
  return {
    takeover: takeovers.names.nameOf(takeoverRow),
    account: accountName(state, takeovers.account.get(takeoverRow)),
    instrument: state.instruments.names.nameOf(instrumentRow),
    side: lots > 0n ? 'long' : 'short',
    quantity: formatQuantity(lots < 0n ? -lots : lots, listedInstrument(state, instrumentRow)),
    collateral: formatAmount(takeovers.collateral.get(takeoverRow), scale),
    equity: formatAmount(takeoverEquity(state, takeoverRow), scale),
    timeMs: takeovers.timeMs.get(takeoverRow),
  };
}

function poolAssetView(situation: Situation, poolAssetRow: number): PoolAssetView {
  const { state } = situation;
  const scale = assetScale(state, state.poolAssets.asset.get(poolAssetRow));
  const amount = (minor: bigint) => formatAmount(minor, scale);
  return {
    asset: scale.asset,
    insuranceFund: amount(fundBalance(state, poolAssetRow)),
    takeoverShortfall: amount(takeoverExposure(state, poolAssetRow)),
    openDeficits: amount(-state.ledger.balance(poolLedgerRow(state, poolAssetRow, 'receivable'))),
    queueShortfall: amount(queueShortfall(situation, poolAssetRow)),
    surplus: amount(poolSurplus(situation, poolAssetRow)),
    cash: amount(state.totals.cash.get(poolAssetRow)),
    deficits: openDeficits(state, poolAssetRow).map((row) => deficitView(state, row)),
  };
}

/** What the accounts in the queue are short of, each taken for itself. */
function queueShortfall({ state, derived }: Situation, poolAssetRow: number): bigint {
  let shortfall = 0n;
  for (const accountRow of derived.queuedOf(state.poolAssets.pool.get(poolAssetRow))) {
    const instrumentRow = state.accounts.instrument.get(accountRow);
    if (state.instruments.poolAsset.get(instrumentRow) !== poolAssetRow) continue;
    shortfall -= min(0n, accountEquity(state, accountRow));
  }
  return shortfall;
}

function openDeficits(state: State, poolAssetRow: number): readonly number[] {
  const open: number[] = [];
  let row = state.poolAssets.firstOpenDeficit.get(poolAssetRow);
  for (; row >= 0; row = state.deficits.next.get(row)) open.push(row);
  return open;
}

function deficitView(state: State, row: number): DeficitView {
  const { deficits } = state;
  const scale = assetScale(state, state.poolAssets.asset.get(deficits.poolAsset.get(row)));
  const [owed, covered, shared] = [
    deficits.amount.get(row),
    deficits.covered.get(row),
    deficits.shared.get(row),
  ];
  return {
    account: accountName(state, deficits.account.get(row)),
    takeover: takeoverName(state, deficits.takeover.get(row)),
    cause: DEFICIT_CAUSES[deficits.cause.get(row)] as DeficitView['cause'],
    amount: formatAmount(owed, scale),
    coveredByFund: formatAmount(covered, scale),
    sharedByGains: formatAmount(shared, scale),
    open: formatAmount(owed - covered - shared, scale),
    timeMs: deficits.timeMs.get(row),
  };
}

export interface InstrumentView {
  readonly instrument: string;
  readonly status: keyof typeof INSTRUMENT_STATUS;
  readonly markPrice: string | null;
  readonly indexPrice: string | null;
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
    markPrice: price(instruments.markTicks.get(row)),
    indexPrice:
      instruments.indexTicks.get(row) === 0n ? null : formatIndex(instruments.indexTicks.get(row), listed),
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
      status: pools.isQuarantined.get(row) === 1 ? 'quarantined' : 'open',
      sound: isPoolSound(situation, row),
      queued: derived.queuedOf(row).size,
      openTakeovers: openTakeovers(state, row).length,
    })),
  };
}

function rows(count: number): readonly number[] {
  return Array.from({ length: count }, (_, row) => row);
}
