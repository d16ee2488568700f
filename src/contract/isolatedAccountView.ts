/** An isolated margin account with one linear or inverse position, as people read it. */

import { abs, formatMinor } from '../base/index.js';
import {
  hasUsableMark,
  accountView as isolatedView,
  listedInstrument,
  type Situation,
  type State,
} from '../engine/index.js';
import { orderViews } from '../engine/orderFacts.js';
import { accruedFunding } from '../engine/trade.js';
import {
  bankruptcyPrice,
  bracketIndex,
  equityFloor,
  type IsolatedView,
  isLiquidatable,
  isolatedOrderMarginCeil,
  liquidationPrice,
  marginRatioCeil,
  requirement,
  roundUp,
  unrealizedPnlFloor,
} from '../margin/index.js';
import { notionalOn } from '../margin/maintenanceMargin.js';
import { notionalAtMark } from '../market/index.js';
import { type DeleverageRankView, deleverageRankView } from './deleverageRankView.js';
import {
  type AccountStatus,
  type AmountLine,
  entryPrice,
  type OrderJson,
  openOrders,
  statusOf,
} from './positionParts.js';
import { releasableNow } from './releasable.js';
import { formatAmount, formatMark, formatPpm, formatQuantity, instrumentScale, type Scale } from './scale.js';
import { TIME_MAX_MS } from './wireField.js';

/** A position with the field names of CCXT; amounts in the settlement asset. */
/** Why there is no price; null where there is one. */
export type LiquidationPriceReason = 'none' | 'always' | 'unknown' | null;

export interface IsolatedPositionView {
  readonly symbol: string;
  readonly side: 'long' | 'short';
  readonly contracts: string;
  readonly contractSize: string;
  /** Average price of the lots held, to the nearest of 8 decimals beyond the tick. */
  readonly entryPrice: string;
  readonly markPrice: string;
  readonly notional: string;
  readonly leverage: string;
  readonly unrealizedPnl: string;
  /** Funding since the position last collected: positive to receive. */
  readonly accruedFunding: string;
  readonly collateral: string;
  readonly initialMargin: string;
  readonly maintenanceMargin: string;
  readonly marginRatio: string | null;
  readonly liquidationPrice: string | null;
  readonly liquidationPriceReason: LiquidationPriceReason;
  readonly marginMode: 'isolated';
  /** Tier of the notional at the maintenance basis, from 1. */
  readonly tier: number;
  /** Where it stands if its side has to be deleveraged. */
  readonly deleveraging: DeleverageRankView | null;
  /** Source time of the mark. */
  readonly timestamp: number;
}

export interface IsolatedAccountView {
  readonly account: string;
  readonly client: string;
  readonly mode: 'isolated';
  readonly instrument: string;
  readonly pool: string;
  readonly status: AccountStatus;
  /** The settlement asset: unit of every amount here. */
  readonly asset: string;
  readonly leverage: string;
  readonly balance: string;
  /** Allocated less released since the account was last empty. */
  readonly netPrincipal: string;
  readonly equity: string;
  readonly unrealizedPnl: string;
  readonly initialMargin: string;
  readonly maintenanceMargin: string;
  /** What its open orders ask for besides. */
  readonly orderMargin: string;
  /** What of that is held on its client's wallet. */
  readonly walletHold: string;
  /** Maintenance margin / equity, 8 decimals, rounded up; "0" when nothing is required, null when equity is not positive. */
  readonly marginRatio: string | null;
  readonly liquidatable: boolean;
  /** First mark at which the account is liquidatable; where it is null the reason says why. */
  readonly liquidationPrice: string | null;
  /** `none`: there is no such mark, as without a position or fully covered; `always`: at every mark; `unknown`. */
  readonly liquidationPriceReason: LiquidationPriceReason;
  /** First mark at which nothing is left; null for none. */
  readonly bankruptcyPrice: string | null;
  /** The largest amount that `release` takes now. */
  readonly removable: string;
  /** Whether the mark may decide about money now. */
  readonly markUsable: boolean;
  /** Lines named after a total sum to it. */
  readonly lines: readonly AmountLine[];
  readonly position: IsolatedPositionView | null;
  readonly orders: readonly OrderJson[];
  /** What the wallet may still add before a liquidation, and until when; null where it may not. */
  readonly autoMargin: { readonly left: string; readonly expiresMs: number | null } | null;
}

const RATIO_DECIMALS = 8;

export function isolatedAccountView(situation: Situation, accountRow: number): IsolatedAccountView {
  const { state, timeMs } = situation;
  const { accounts, instruments } = state;
  const instrumentRow = accounts.instrument.get(accountRow);
  const scale = instrumentScale(state, instrumentRow);
  const amount = (minor: bigint) => formatAmount(minor, scale);
  const figures = accountFigures(state, accountRow);
  return {
    account: accounts.names.nameOf(accountRow),
    client: state.clients.names.nameOf(accounts.client.get(accountRow)),
    mode: 'isolated',
    instrument: instruments.names.nameOf(instrumentRow),
    pool: state.pools.names.nameOf(accounts.pool.get(accountRow)),
    status: statusOf(state, accountRow),
    asset: scale.asset,
    leverage: formatPpm(figures.view.leverage),
    balance: amount(figures.view.collateral),
    netPrincipal: amount(state.accountAssets.netPrincipal.get(accounts.firstAsset.get(accountRow))),
    equity: amount(figures.equity),
    unrealizedPnl: amount(figures.unrealizedPnl),
    initialMargin: amount(figures.initial),
    maintenanceMargin: amount(figures.maintenance),
    orderMargin: amount(figures.order),
    walletHold: amount(accounts.walletHold.get(accountRow)),
    marginRatio: figures.marginRatio,
    liquidatable: figures.isLiquidatable,
    liquidationPrice: figures.liquidationPrice,
    liquidationPriceReason: figures.liquidationPriceReason,
    bankruptcyPrice: figures.bankruptcyPrice,
    removable: amount(releasableNow(situation, accounts.firstAsset.get(accountRow)).amount),
    markUsable: hasUsableMark(state, instrumentRow, timeMs),
    lines: figures.lines.map((line) => ({ name: line.name, amount: amount(line.amount) })),
    position: positionView(situation, accountRow, figures, scale),
    orders: openOrders(state, accountRow),
    autoMargin: autoMarginOf(situation, accountRow, scale),
  };
}

function autoMarginOf(
  { state, timeMs }: Situation,
  accountRow: number,
  scale: Scale,
): IsolatedAccountView['autoMargin'] {
  const left = state.accounts.autoMarginLeft.get(accountRow);
  const untilMs = state.accounts.autoMarginUntilMs.get(accountRow);
  if (left === 0n || timeMs >= untilMs) return null;
  return { left: formatAmount(left, scale), expiresMs: untilMs > TIME_MAX_MS ? null : untilMs };
}

/** The numbers of an account in minor units, before they are written down. */
export interface AccountFigures {
  readonly view: IsolatedView;
  readonly markTicks: bigint;
  readonly equity: bigint;
  readonly unrealizedPnl: bigint;
  readonly accruedFunding: bigint;
  readonly initial: bigint;
  readonly maintenance: bigint;
  readonly order: bigint;
  readonly marginRatio: string | null;
  readonly isLiquidatable: boolean;
  readonly liquidationPrice: string | null;
  readonly liquidationPriceReason: LiquidationPriceReason;
  readonly bankruptcyPrice: string | null;
  readonly lines: readonly { readonly name: string; readonly amount: bigint }[];
}

export function accountFigures(state: State, accountRow: number): AccountFigures {
  const instrumentRow = state.accounts.instrument.get(accountRow);
  const listed = listedInstrument(state, instrumentRow);
  // Within the grace of a change of parameters opening is judged by the new terms, liquidation by the former ones.
  const { marginTerms: terms, liquidationTerms } = listed;
  const markTicks = state.instruments.markTicks.get(instrumentRow);
  const view = isolatedView(state, accountRow);
  const orders = orderViews(state, accountRow);
  const order = orders.length === 0 ? 0n : isolatedOrderMarginCeil(terms, view, { markTicks, orders });
  const orderLines = orders.length === 0 ? [] : [{ name: 'orderMargin.orders', amount: order }];
  if (view.lots === 0n) return { ...flatFigures(view, markTicks, orderLines), order };
  const accrued = accruedFunding(state, state.accounts.firstPosition.get(accountRow));
  const equity = equityFloor(terms, view, markTicks);
  const required = requirement(terms, view, markTicks);
  const held = requirement(liquidationTerms, view, markTicks);
  const ratio = marginRatioCeil(liquidationTerms, view, markTicks, 10n ** BigInt(RATIO_DECIMALS));
  const liquidation = liquidationPrice(liquidationTerms, view);
  const bankruptcy = bankruptcyPrice(terms, view);
  return {
    view,
    markTicks,
    equity,
    unrealizedPnl: unrealizedPnlFloor(terms, view, markTicks),
    accruedFunding: accrued,
    initial: required.initial,
    maintenance: held.maintenance,
    order,
    marginRatio: ratio === null ? null : formatMinor(ratio, RATIO_DECIMALS),
    isLiquidatable: isLiquidatable(liquidationTerms, view, markTicks),
    liquidationPrice: liquidation.kind === 'price' ? formatMark(liquidation.markTicks, listed) : null,
    liquidationPriceReason: liquidation.kind === 'price' ? null : liquidation.kind,
    bankruptcyPrice: bankruptcy.kind === 'price' ? formatMark(bankruptcy.markTicks, listed) : null,
    lines: [
      { name: 'equity.balance', amount: view.collateral },
      { name: 'equity.accruedFunding', amount: accrued },
      // What is left of the rounded total: profit rounded together with the sub-units of funding.
      { name: 'equity.unrealizedPnl', amount: equity - view.collateral - accrued },
      ...[
        ...required.lines.filter(({ of }) => of === 'initial'),
        ...held.lines.filter(({ of }) => of === 'maintenance'),
      ].map(({ of, part, amount }) => ({ name: `${of}Margin.${part}`, amount })),
      ...orderLines,
    ],
  };
}

function flatFigures(
  view: IsolatedView,
  markTicks: bigint,
  orderLines: AccountFigures['lines'],
): Omit<AccountFigures, 'order'> {
  return {
    view,
    markTicks,
    equity: view.collateral,
    unrealizedPnl: 0n,
    accruedFunding: 0n,
    initial: 0n,
    maintenance: 0n,
    marginRatio: '0',
    isLiquidatable: false,
    liquidationPrice: null,
    liquidationPriceReason: 'none',
    bankruptcyPrice: null,
    lines: [{ name: 'equity.balance', amount: view.collateral }, ...orderLines],
  };
}

function positionView(
  situation: Situation,
  accountRow: number,
  figures: AccountFigures,
  scale: Scale,
): IsolatedPositionView | null {
  const { state } = situation;
  const { view, markTicks } = figures;
  if (view.lots === 0n) return null;
  const instrumentRow = state.accounts.instrument.get(accountRow);
  const listed = listedInstrument(state, instrumentRow);
  const { definition, marginTerms: terms } = listed;
  const amount = (minor: bigint) => formatAmount(minor, scale);
  return {
    symbol: definition.id,
    side: view.lots > 0n ? 'long' : 'short',
    contracts: formatQuantity(abs(view.lots), listed),
    contractSize: definition.contractSize,
    entryPrice: entryPrice(listed, view),
    markPrice: formatMark(markTicks, listed),
    // Rounded up: exposure is never understated.
    notional: amount(roundUp(notionalAtMark(terms, view.lots, markTicks), 1n)),
    leverage: formatPpm(view.leverage),
    unrealizedPnl: amount(figures.unrealizedPnl),
    accruedFunding: amount(figures.accruedFunding),
    collateral: amount(view.collateral),
    initialMargin: amount(figures.initial),
    maintenanceMargin: amount(figures.maintenance),
    marginRatio: figures.marginRatio,
    liquidationPrice: figures.liquidationPrice,
    liquidationPriceReason: figures.liquidationPriceReason,
    marginMode: 'isolated',
    tier: bracketIndex(terms.brackets, notionalOn(terms.maintenanceBasis, terms, view, markTicks)) + 1,
    deleveraging: deleverageRankView(situation, state.accounts.firstPosition.get(accountRow)),
    timestamp: state.instruments.markTimeMs.get(instrumentRow),
  };
}
