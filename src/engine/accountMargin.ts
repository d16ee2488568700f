/** What the margin models see of a whole margin account of this state, and the answers the engine takes from them. */
import { divCeil, divFloor, PPM } from '../base/index.js';
import {
  type AccountView,
  ASSET_PRICE_SCALE,
  type AssetView,
  LEG_RULES,
  LEGS,
  type Leg,
  type LegView,
  MARGIN_MODES,
  type MarginMode,
  type OrderView,
} from '../margin/index.js';
import { assetsOf, poolValuationAsset, positionsOf, valuedInPoolAsset } from './accountParts.js';
import { assetPrice, collateralTerms, hasUsablePrice } from './assetPrice.js';
import { type Draft, draftBalance, draftPosition } from './draft.js';
import type { PositionChange } from './event.js';
import { debtOf } from './lending.js';
import { hasUsableMark } from './marginView.js';
import { orderViews } from './orderFacts.js';
import { fundingIndexAt, markAt, type PriceChange } from './priceChange.js';
import { scenarioView } from './scenarioViews.js';
import { listedInstrument, type State } from './state.js';

/**
 * Which prices and terms judge the account. lastGood: by the terms of liquidation, at the last that were accepted, as liquidation does. adverse: what may not
 * decide is moved against the account by the largest step its guard lets pass, as opening and removal do (PRC-04).
 */
export type PriceBasis =
  | { readonly kind: 'lastGood' }
  | { readonly kind: 'adverse'; readonly timeMs: number };

export const LAST_GOOD: PriceBasis = { kind: 'lastGood' };

/**
 * Both have to hold where something opens or leaves: what is adverse to most may favour an account that is short of the
 * very asset.
 */
export function openingBases(timeMs: number): readonly [PriceBasis, PriceBasis] {
  return [{ kind: 'adverse', timeMs }, LAST_GOOD];
}

export interface ViewOptions {
  readonly prices: PriceBasis;
  /** What an event under way would leave of the account. */
  readonly draft?: Draft;
  /** Margin mode to judge by, in place of the account's. */
  readonly mode?: MarginMode;
  /** Orders to judge with, in place of those that are open. */
  readonly orders?: readonly OrderView[];
  /** Prices that a command under way brings. */
  readonly change?: PriceChange;
}

export function marginModeOf(state: State, accountRow: number): MarginMode {
  return MARGIN_MODES[state.accounts.mode.get(accountRow)] as MarginMode;
}

export function wholeAccountView(state: State, accountRow: number, options: ViewOptions): AccountView {
  const { accounts, pools } = state;
  const poolRow = accounts.pool.get(accountRow);
  const legs: LegView[] = [];
  for (const row of positionsOf(state, accountRow)) {
    const held =
      options.draft === undefined ? heldPosition(state, row) : draftPosition(state, options.draft, row);
    if (held.lots === 0n) continue;
    const leg = LEGS[state.positions.leg.get(row)] as Leg;
    legs.push(
      legView(state, { accountRow, instrumentRow: state.positions.instrument.get(row), leg }, held, options),
    );
  }
  const orders = options.orders ?? orderViews(state, accountRow, options.draft);
  const mode = options.mode ?? marginModeOf(state, accountRow);
  const terms = orderTerms(state, accountRow, orders, options);
  const scenarios =
    mode === 'portfolio'
      ? scenarioView(state, {
          poolRow,
          legs: [...legs, ...terms],
          poolAssets: assetsOf(state, accountRow).map((row) => state.accountAssets.poolAsset.get(row)),
          change: options.change,
          judges: options.prices.kind === 'lastGood' ? 'liquidation' : 'opening',
        })
      : null;
  return {
    mode,
    legRule: LEG_RULES[pools.legRule.get(poolRow)] as (typeof LEG_RULES)[number],
    assets: assetsOf(state, accountRow).map((row) => assetView(state, row, options)),
    legs,
    orders,
    orderTerms: terms,
    scenarios,
  };
}

/** The instruments that orders are for, as positions without lots. */
function orderTerms(
  state: State,
  accountRow: number,
  orders: readonly OrderView[],
  options: ViewOptions,
): readonly LegView[] {
  const instruments = [...new Set(orders.map(({ instrument }) => instrument))];
  return instruments.map((instrument) => {
    const held = { lots: 0n, cost: 0n, fundingIndex: fundingIndexAt(state, instrument, options.change) };
    return legView(state, { accountRow, instrumentRow: instrument, leg: 'net' }, held, options);
  });
}

/** Whether every price the account is judged at is there: without one nothing can be said about it. */
export function hasAllPrices(state: State, accountRow: number, change?: PriceChange): boolean {
  const { accountAssets, positions } = state;
  const isMarked = (row: number) => markAt(state, positions.instrument.get(row), change).markTicks !== 0n;
  const valued = valuedInPoolAsset(state, accountRow);
  const isPriced = (poolAssetRow: number) =>
    poolAssetRow === valued ||
    (change?.assetPrices.get(poolAssetRow) ?? assetPrice(state, poolAssetRow)) !== 0n;
  const held = positionsOf(state, accountRow);
  // What was never priced counts for nothing as collateral; what is owed or settled in it, by a flat position that is
  // about to open too, cannot be told.
  const settled = new Set(held.map((row) => state.instruments.poolAsset.get(positions.instrument.get(row))));
  return (
    held.every((row) => positions.lots.get(row) === 0n || isMarked(row)) &&
    assetsOf(state, accountRow).every((row) => {
      const poolAssetRow = accountAssets.poolAsset.get(row);
      const mayBeOwed = accountAssets.debtShares.get(row) !== 0n || settled.has(poolAssetRow);
      return !mayBeOwed || isPriced(poolAssetRow);
    })
  );
}

/**
 * Whether the account has debts and prices that may decide about them: of every asset it owes, and of one that is not
 * its valuation asset, where it has any.
 */
export function hasLiveDebt(state: State, accountRow: number, timeMs: number): boolean {
  const { accountAssets, ledger } = state;
  const rows = assetsOf(state, accountRow);
  const isOwed = (row: number) => accountAssets.debtShares.get(row) !== 0n;
  const isLive = (row: number) => hasUsablePrice(state, accountAssets.poolAsset.get(row), timeMs);
  const owed = rows.filter(isOwed);
  if (owed.length === 0 || !owed.every(isLive)) return false;
  const valued = valuedInPoolAsset(state, accountRow);
  const priced = rows.filter(
    (row) =>
      accountAssets.poolAsset.get(row) !== valued &&
      (isOwed(row) || ledger.balance(accountAssets.ledgerRow.get(row)) > 0n),
  );
  return priced.length === 0 || priced.some(isLive);
}

/** Whether any position of the account has a mark that may decide about it now. */
export function hasLiveLeg(state: State, accountRow: number, timeMs: number): boolean {
  return positionsOf(state, accountRow).some(
    (row) =>
      state.positions.lots.get(row) !== 0n &&
      hasUsableMark(state, state.positions.instrument.get(row), timeMs),
  );
}

function heldPosition(state: State, row: number): PositionChange {
  const { lots, cost, fundingIndex, premium } = state.positions;
  return {
    position: row,
    lots: lots.get(row),
    cost: cost.get(row),
    fundingIndex: fundingIndex.get(row),
    premium: premium.get(row),
  };
}

function legView(
  state: State,
  at: { readonly accountRow: number; readonly instrumentRow: number; readonly leg: Leg },
  { lots, cost, fundingIndex }: Pick<PositionChange, 'lots' | 'cost' | 'fundingIndex'>,
  options: ViewOptions,
): LegView {
  const { instruments, accounts } = state;
  const { accountRow, instrumentRow, leg } = at;
  const listed = options.change?.terms.get(instrumentRow) ?? listedInstrument(state, instrumentRow);
  const { definition } = listed;
  const isLiquidation = options.prices.kind === 'lastGood';
  const option = isLiquidation ? listed.liquidationOption : listed.option;
  const { markTicks, indexTicks } = legPrices(state, instrumentRow, { ...options, lots, definition, option });
  return {
    instrument: instrumentRow,
    leg,
    settleAsset: state.poolAssets.asset.get(instruments.poolAsset.get(instrumentRow)),
    terms: isLiquidation ? listed.liquidationTerms : listed.marginTerms,
    option,
    lots,
    cost,
    fundingPerLot: fundingIndexAt(state, instrumentRow, options.change) - fundingIndex,
    leverage: accounts.leveragePpm.get(accountRow),
    markTicks,
    indexTicks,
  };
}

type Listed = ReturnType<typeof listedInstrument>;

/** Last good prices, or moved against the holder where they may not decide. */
function legPrices(
  state: State,
  instrumentRow: number,
  of: ViewOptions & {
    readonly lots: bigint;
    readonly definition: Listed['definition'];
    readonly option: Listed['option'];
  },
): { readonly markTicks: bigint; readonly indexTicks: bigint } {
  const { lots, prices, definition, option } = of;
  const { markTicks, indexTicks } = markAt(state, instrumentRow, of.change);
  if (prices.kind === 'lastGood' || hasUsableMark(state, instrumentRow, prices.timeMs))
    return { markTicks, indexTicks };
  const step = definition.markMaxJumpPpm;
  const lower = (ticks: bigint) =>
    ticks <= 1n ? ticks : divFloor(ticks * (PPM > step ? PPM - step : 0n), PPM) || 1n;
  const higher = (ticks: bigint) => divCeil(ticks * (PPM + step), PPM);
  const isShort = lots < 0n;
  if (option === null) {
    const shocked = isShort ? higher(markTicks) : lower(markTicks);
    return { markTicks: shocked, indexTicks: isShort ? higher(indexTicks) : lower(indexTicks) };
  }
  const isHurtByRise = isShort === (option.optionType === 'call');
  return {
    markTicks: isShort ? higher(markTicks) : lower(markTicks),
    indexTicks: isHurtByRise ? higher(indexTicks) : lower(indexTicks),
  };
}

function assetView(
  state: State,
  accountAssetRow: number,
  { prices, draft, change, mode }: ViewOptions,
): AssetView {
  const { accountAssets, poolAssets, ledger } = state;
  const poolAssetRow = accountAssets.poolAsset.get(accountAssetRow);
  const ledgerRow = accountAssets.ledgerRow.get(accountAssetRow);
  const balance = draft === undefined ? ledger.balance(ledgerRow) : draftBalance(state, draft, ledgerRow);
  const judges = prices.kind === 'lastGood' ? 'liquidation' : 'opening';
  const terms = change?.collateral.get(poolAssetRow) ?? collateralTerms(state, poolAssetRow, judges);
  const borrowIndex = change?.borrowIndexes.get(poolAssetRow);
  const debt = debtOf(state, accountAssetRow, { draft, borrowIndex });
  const held = { asset: poolAssets.asset.get(poolAssetRow), balance, debt, terms };
  const accountRow = accountAssets.account.get(accountAssetRow);
  const valuedIn =
    mode === undefined ? valuedInPoolAsset(state, accountRow) : poolValuationAsset(state, accountRow);
  if (valuedIn === poolAssetRow) {
    // An isolated account is valued in its own settlement asset: what the pool says of it as collateral does not apply.
    const isOwn = state.accounts.instrument.get(accountRow) >= 0 && mode === undefined;
    const ownTerms = { ...terms, haircutPpm: 0n, countedCapMinor: null, peg: null };
    return { ...held, terms: isOwn ? ownTerms : terms, price: ASSET_PRICE_SCALE };
  }
  const price = change?.assetPrices.get(poolAssetRow) ?? assetPrice(state, poolAssetRow);
  const isLive = prices.kind === 'lastGood' || hasUsablePrice(state, poolAssetRow, prices.timeMs);
  return {
    ...held,
    price: isLive ? price : adversePrice(price, poolAssets.priceMaxJumpPpm.get(poolAssetRow), debt > balance),
  };
}

/** Collateral that cannot be priced now counts as if it had fallen by the largest step, never as nothing less; what is owed as if it had risen. */
function adversePrice(price: bigint, stepPpm: bigint, isOwed: boolean): bigint {
  if (isOwed) return divCeil(price * (PPM + stepPpm), PPM);
  return stepPpm >= PPM ? 0n : divFloor(price * (PPM - stepPpm), PPM);
}
