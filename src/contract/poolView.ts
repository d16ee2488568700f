/** A risk pool as people read it: its funds, what it is short of, who waits, what was taken over. */
import { min } from '../base/index.js';
import { equityNow } from '../engine/accountHealth.js';
import { valuedInPoolAsset } from '../engine/accountParts.js';
import { reservedCapital } from '../engine/capitalReserve.js';
import { fundClosing } from '../engine/fundBooks.js';
import {
  hasUsableMark,
  isPoolSound,
  listedInstrument,
  poolLedgerRow,
  poolSurplus,
  type Situation,
  type State,
  takeoverEquity,
} from '../engine/index.js';
import { type PoolRemains, poolRemains } from '../engine/poolRemains.js';
import { fundBalance } from '../engine/soundness.js';
import { POOL_STATUS } from '../engine/state.js';
import { waterfallOf } from '../engine/waterfallStore.js';
import { waterfallHash } from '../liquidation/index.js';
import { LEG_RULES, type LegRule } from '../margin/index.js';
import { type CollateralTermsView, collateralTermsView } from './collateralTermsView.js';
import { type DeficitView, deficitView, type ForgoneView, forgoneView, openDeficits } from './deficitView.js';
import { type LendingView, lendingView } from './lendingView.js';
import { accountName, assetName } from './names.js';
import { assetScale, formatAmount, formatQuantity, instrumentScale } from './scale.js';

export type PoolStatus = keyof typeof POOL_STATUS | 'quarantined';

export interface PoolView {
  readonly pool: string;
  readonly desk: boolean;
  /** Whether its accounts trade by accepted orders, or each fill is tested itself. */
  readonly admission: 'orders' | 'fills';
  /** The asset in which cross and portfolio accounts are valued; null: isolated accounts only. */
  readonly valuationAsset: string | null;
  readonly legRule: LegRule;
  /** Scenario sets of portfolio accounts: in force, and defined last; null where there is none. */
  readonly scenarios: { readonly inForce: string | null; readonly defined: string } | null;
  readonly status: PoolStatus;
  /** How long its insurance fund rests before each draw-down, and until when it does; 0: it does not. */
  readonly fundCoolDownMs: number;
  readonly fundRestsUntilMs: number;
  /** What is still open while the pool is wound down: closing waits for all of it but money. Null otherwise. */
  readonly remains: PoolRemains | null;
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
  /** What winners have forgone for it so far, and who. */
  readonly forgone: ForgoneView;
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
  /** What the pool gives for collateral that is converted into this asset. */
  readonly facility: string;
  /** Everything the pool holds in this asset. */
  readonly cash: string;
  /** How the asset counts as collateral; null where it does not. */
  readonly collateral: CollateralTermsView | null;
  /** Null where the pool does not lend it. */
  readonly lending: LendingView | null;
  /** Hash of who bears its losses: equal rules are seen to be equal. Revision 0: the order in which every pool works by itself. */
  readonly waterfallHash: string;
  readonly waterfallRevision: number;
  /** Venue capital that is kept for its top-ups. */
  readonly reservedCapital: string;
  readonly fund: FundStatementView;
  readonly deficits: readonly DeficitView[];
}

/** The insurance fund since the pool opened, with nothing: what came in, less what went out, is what is there. */
export interface FundStatementView {
  readonly fees: string;
  readonly surplus: string;
  readonly seized: string;
  readonly interest: string;
  readonly recovered: string;
  readonly injected: string;
  readonly convertedIn: string;
  readonly convertedOut: string;
  readonly drawn: string;
  readonly drawnDown: string;
  readonly movedIn: string;
  readonly movedOut: string;
  readonly compensated: string;
  readonly closing: string;
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
    admission: pools.needsOrders.get(poolRow) === 1 ? 'orders' : 'fills',
    valuationAsset: assetName(state, pools.valuationAsset.get(poolRow)),
    legRule: LEG_RULES[pools.legRule.get(poolRow)] as LegRule,
    scenarios: scenarioSets(state, poolRow),
    status: poolStatusOf(state, poolRow),
    fundCoolDownMs: pools.fundCoolDownMs.get(poolRow),
    fundRestsUntilMs: pools.fundRestsUntilMs.get(poolRow),
    remains: pools.status.get(poolRow) === POOL_STATUS.windingDown ? poolRemains(situation, poolRow) : null,
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

export function poolStatusOf({ pools }: State, poolRow: number): PoolStatus {
  if (pools.isQuarantined.get(poolRow) === 1) return 'quarantined';
  const status = pools.status.get(poolRow);
  if (status === POOL_STATUS.open) return 'open';
  return status === POOL_STATUS.closed ? 'closed' : 'windingDown';
}

function scenarioSets(state: State, poolRow: number): PoolView['scenarios'] {
  const sets = state.scenarios.pools.get(poolRow);
  return sets === undefined ? null : { inForce: sets.inForce?.id ?? null, defined: sets.defined.id };
}

export function openTakeovers(state: State, poolRow: number): readonly number[] {
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
    forgone: forgoneView(state, takeoverRow, (minor) => formatAmount(minor, scale)) as ForgoneView,
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
    takeoverShortfall: amount(situation.derived.inventory.exposure(poolAssetRow)),
    openDeficits: amount(-state.ledger.balance(poolLedgerRow(state, poolAssetRow, 'receivable'))),
    queueShortfall: amount(queueShortfall(situation, poolAssetRow)),
    surplus: amount(poolSurplus(situation, poolAssetRow)),
    facility: amount(state.ledger.balance(poolLedgerRow(state, poolAssetRow, 'facility'))),
    cash: amount(state.totals.cash.get(poolAssetRow)),
    collateral: collateralTermsView(situation, poolAssetRow),
    lending: lendingView(situation, poolAssetRow),
    waterfallHash: waterfallHash(waterfallOf(state, poolAssetRow)),
    reservedCapital: amount(reservedCapital(state, poolAssetRow)),
    waterfallRevision: state.waterfalls.get(poolAssetRow)?.revision ?? 0,
    fund: fundStatement(state, poolAssetRow, amount),
    deficits: openDeficits(state, poolAssetRow).map((row) => deficitView(state, row)),
  };
}

function fundStatement(state: State, row: number, amount: (minor: bigint) => string): FundStatementView {
  const { poolAssets } = state;
  return {
    fees: amount(poolAssets.fundFees.get(row)),
    surplus: amount(poolAssets.fundSurplus.get(row)),
    seized: amount(poolAssets.fundSeized.get(row)),
    interest: amount(poolAssets.fundInterest.get(row)),
    recovered: amount(poolAssets.fundRecovered.get(row)),
    injected: amount(poolAssets.fundInjected.get(row)),
    convertedIn: amount(poolAssets.fundConvertedIn.get(row)),
    convertedOut: amount(poolAssets.fundConvertedOut.get(row)),
    drawn: amount(poolAssets.fundDrawn.get(row)),
    drawnDown: amount(poolAssets.fundDrawnDown.get(row)),
    movedIn: amount(poolAssets.fundMovedIn.get(row)),
    movedOut: amount(poolAssets.fundMovedOut.get(row)),
    compensated: amount(poolAssets.fundCompensated.get(row)),
    closing: amount(fundClosing(state, row)),
  };
}

/** What the accounts in the queue are short of, each taken for itself. */
function queueShortfall({ state, derived }: Situation, poolAssetRow: number): bigint {
  let shortfall = 0n;
  for (const accountRow of derived.queuedOf(state.poolAssets.pool.get(poolAssetRow))) {
    if (valuedInPoolAsset(state, accountRow) !== poolAssetRow) continue;
    shortfall -= min(0n, equityNow(state, accountRow));
  }
  return shortfall;
}
