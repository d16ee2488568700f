/**
 * A margin account as people read it, computed by the functions that decide about it. Its lines add up to its
 * totals exactly (MAR-12).
 */

import { formatMinor } from '../base/decimal.js';
import { abs, max, min } from '../base/index.js';
import { removableNow } from '../engine/commands/release.js';
import {
  ACCOUNT_STATUS,
  hasUsableMark,
  accountView as isolatedView,
  isPoolSound,
  type ListedInstrument,
  listedInstrument,
  type Situation,
  type State,
} from '../engine/index.js';
import { accruedFunding } from '../engine/trade.js';
import {
  bankruptcyPrice,
  bracketIndex,
  equityFloor,
  type IsolatedView,
  isLiquidatable,
  liquidationPrice,
  marginRatioCeil,
  requirement,
  roundUp,
  unrealizedPnlFloor,
} from '../margin/index.js';
import { notionalOn } from '../margin/maintenanceMargin.js';
import { notionalAtMark } from '../market/index.js';
import { decimalOf, formatNearest } from './calcDecimal.js';
import { formatAmount, formatMark, formatPpm, formatQuantity, instrumentScale, type Scale } from './scale.js';

export interface AmountLine {
  /** The total it is part of, and which part. */
  readonly name: string;
  readonly amount: string;
}

/** A position with the field names of CCXT; amounts in the settlement asset. */
export interface PositionView {
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
  readonly marginMode: 'isolated';
  /** Tier of the notional at the maintenance basis, from 1. */
  readonly tier: number;
  /** Source time of the mark. */
  readonly timestamp: number;
}

export interface AccountView {
  readonly account: string;
  readonly client: string;
  readonly mode: 'isolated';
  readonly instrument: string;
  readonly pool: string;
  readonly status: 'open' | 'liquidating' | 'closed';
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
  /** Maintenance margin / equity, 8 decimals, rounded up; "0" when nothing is required, null when equity is not positive. */
  readonly marginRatio: string | null;
  readonly liquidatable: boolean;
  /** First mark at which the account is liquidatable; null for none, "unknown" where an input is missing. */
  readonly liquidationPrice: string | null;
  /** First mark at which nothing is left; null for none. */
  readonly bankruptcyPrice: string | null;
  /** The largest amount that `release` takes now. */
  readonly removable: string;
  /** Whether the mark may decide about money now. */
  readonly markUsable: boolean;
  /** Lines named after a total sum to it. */
  readonly lines: readonly AmountLine[];
  readonly position: PositionView | null;
}

const RATIO_DECIMALS = 8;
const ENTRY_EXTRA_DECIMALS = 8;

export function accountView(situation: Situation, accountRow: number): AccountView {
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
    netPrincipal: amount(accounts.netPrincipal.get(accountRow)),
    equity: amount(figures.equity),
    unrealizedPnl: amount(figures.unrealizedPnl),
    initialMargin: amount(figures.initial),
    maintenanceMargin: amount(figures.maintenance),
    marginRatio: figures.marginRatio,
    liquidatable: figures.isLiquidatable,
    liquidationPrice: figures.liquidationPrice,
    bankruptcyPrice: figures.bankruptcyPrice,
    removable: amount(releasableNow(situation, accountRow).amount),
    markUsable: hasUsableMark(state, instrumentRow, timeMs),
    lines: figures.lines.map((line) => ({ name: line.name, amount: amount(line.amount) })),
    position: positionView(state, accountRow, figures, scale),
  };
}

/** What limits a release now: the first three rules of the command, in its order. */
export type ReleaseLimit = 'liquidation' | 'mark' | 'margin' | 'principal' | 'cash';

/** The largest amount that `release` takes now, and the rule that limits it. */
export function releasableNow(
  situation: Situation,
  accountRow: number,
): { readonly amount: bigint; readonly limit: ReleaseLimit } {
  const { state, timeMs } = situation;
  const { accounts, instruments } = state;
  const instrumentRow = accounts.instrument.get(accountRow);
  const hasPosition = state.positions.lots.get(accounts.position.get(accountRow)) !== 0n;
  if (accounts.isQueued.get(accountRow) === 1) return { amount: 0n, limit: 'liquidation' };
  if (hasPosition && !hasUsableMark(state, instrumentRow, timeMs)) return { amount: 0n, limit: 'mark' };
  const removable = removableNow(state, accountRow);
  const cash = max(0n, state.totals.cash.get(instruments.poolAsset.get(instrumentRow)));
  const principal = max(0n, accounts.netPrincipal.get(accountRow));
  const isSound = isPoolSound(situation, accounts.pool.get(accountRow));
  const inPool = isSound ? cash : min(principal, cash);
  if (removable <= inPool) return { amount: removable, limit: 'margin' };
  return { amount: inPool, limit: inPool === cash ? 'cash' : 'principal' };
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
  readonly marginRatio: string | null;
  readonly isLiquidatable: boolean;
  readonly liquidationPrice: string | null;
  readonly bankruptcyPrice: string | null;
  readonly lines: readonly { readonly name: string; readonly amount: bigint }[];
}

export function accountFigures(state: State, accountRow: number): AccountFigures {
  const instrumentRow = state.accounts.instrument.get(accountRow);
  const listed = listedInstrument(state, instrumentRow);
  const { marginTerms: terms } = listed;
  const markTicks = state.instruments.markTicks.get(instrumentRow);
  const view = isolatedView(state, accountRow);
  if (view.lots === 0n) return flatFigures(view, markTicks);
  const accrued = accruedFunding(state, state.accounts.position.get(accountRow));
  const equity = equityFloor(terms, view, markTicks);
  const required = requirement(terms, view, markTicks);
  const ratio = marginRatioCeil(terms, view, markTicks, 10n ** BigInt(RATIO_DECIMALS));
  const liquidation = liquidationPrice(terms, view);
  const bankruptcy = bankruptcyPrice(terms, view);
  return {
    view,
    markTicks,
    equity,
    unrealizedPnl: unrealizedPnlFloor(terms, view, markTicks),
    accruedFunding: accrued,
    initial: required.initial,
    maintenance: required.maintenance,
    marginRatio: ratio === null ? null : formatMinor(ratio, RATIO_DECIMALS),
    isLiquidatable: isLiquidatable(terms, view, markTicks),
    liquidationPrice:
      liquidation.kind === 'price'
        ? formatMark(liquidation.markTicks, listed)
        : liquidation.kind === 'unknown'
          ? 'unknown'
          : null,
    bankruptcyPrice: bankruptcy.kind === 'price' ? formatMark(bankruptcy.markTicks, listed) : null,
    lines: [
      { name: 'equity.balance', amount: view.collateral },
      { name: 'equity.accruedFunding', amount: accrued },
      // What is left of the rounded total: profit rounded together with the sub-units of funding.
      { name: 'equity.unrealizedPnl', amount: equity - view.collateral - accrued },
      ...required.lines.map(({ of, part, amount }) => ({ name: `${of}Margin.${part}`, amount })),
    ],
  };
}

function flatFigures(view: IsolatedView, markTicks: bigint): AccountFigures {
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
    bankruptcyPrice: null,
    lines: [{ name: 'equity.balance', amount: view.collateral }],
  };
}

function statusOf(state: State, accountRow: number): AccountView['status'] {
  if (state.accounts.status.get(accountRow) === ACCOUNT_STATUS.closed) return 'closed';
  return state.accounts.isQueued.get(accountRow) === 1 ? 'liquidating' : 'open';
}

function positionView(
  state: State,
  accountRow: number,
  figures: AccountFigures,
  scale: Scale,
): PositionView | null {
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
    marginMode: 'isolated',
    tier: bracketIndex(terms.brackets, notionalOn(terms.maintenanceBasis, terms, view, markTicks)) + 1,
    timestamp: state.instruments.markTimeMs.get(instrumentRow),
  };
}

/** linear: cost / (lots x unit) ticks; inverse: lots x unit / cost ticks. For reading only. */
export function entryPrice(
  { definition, terms }: ListedInstrument,
  view: { lots: bigint; cost: bigint },
): string {
  const tick = decimalOf(definition.tickSize);
  const ofLots = abs(view.lots) * terms.unit;
  const ofCost = abs(view.cost);
  const [numerator, denominator] = definition.payoff === 'linear' ? [ofCost, ofLots] : [ofLots, ofCost];
  // A cost of nothing has no price: lots too small for the settlement asset's decimals.
  if (denominator === 0n) return '0';
  const price = { numerator: numerator * tick.digits, denominator: denominator * 10n ** BigInt(tick.scale) };
  return formatNearest(price, tick.scale + ENTRY_EXTRA_DECIMALS);
}
