/** Who trades a spot pair, and whether it may stand as the trade leaves it. */
import { accountInitialScaled, availableScaled, isAccountLiquidatable } from '../../margin/index.js';
import {
  hasAllPrices,
  LAST_GOOD,
  openingBases,
  type PriceBasis,
  wholeAccountView,
} from '../accountMargin.js';
import { accountAssetOf, hasRisk, openOrdersOf } from '../accountParts.js';
import { hasUsablePrice } from '../assetPrice.js';
import type { FillSide } from '../command.js';
import type { Situation } from '../decision.js';
import type { Draft } from '../draft.js';
import { type Rejection, reject } from '../rejection.js';
import type { SpotPair } from '../spotPair.js';
import { clientLedgerRow, poolLedgerRow, type State } from '../state.js';
import { borrowerFault, initialFault } from './borrow.js';
import { accountFault, amountFault, balanceFault } from './checks.js';
import { findFilledOrder, fitFault } from './fillParty.js';

export interface Trader {
  /** -1 for the outside. */
  readonly accountRow: number;
  /** Its rows of `accountAssets`; -1 for the outside. */
  readonly baseRow: number;
  readonly quoteRow: number;
  /** Its ledger accounts in the two assets. */
  readonly ledgerRows: { readonly base: number; readonly quote: number };
  readonly isTaker: boolean;
  /** The accepted order it fills, or -1. */
  readonly orderRow: number;
  /** Comes from the wallet with the trade, in the asset it gives. */
  readonly allocated: bigint;
}

/** A margin account of the pair's pool that trades out of what it holds and brings; of a desk's pool also the outside. */
export function findTrader(
  state: State,
  of: {
    readonly instrumentRow: number;
    readonly pair: SpotPair;
    readonly side: FillSide;
    readonly isTaker: boolean;
    /** Signed: positive buys. */
    readonly lots: bigint;
    readonly priceTicks: bigint;
  },
): Trader | Rejection {
  const { instrumentRow, pair, side, isTaker, lots, priceTicks } = of;
  const { party, id, allocateMinor, allocateInitial } = side;
  if (party === 'liquidation') return reject('spot_needs_accounts', { party });
  if (party === 'counterparty')
    return state.pools.isDesk.get(pair.poolRow) === 1
      ? outsideTrader(state, pair, isTaker)
      : reject('counterparty_needs_desk');
  const accountRow = state.accounts.names.rowOf(id);
  const fault = accountFault(state, accountRow, id);
  if (fault !== null) return fault;
  if (allocateInitial)
    return reject('invalid_definition', {
      field: 'allocateInitial',
      rule: 'a spot trade opens nothing: what it brings from the wallet is an amount',
    });
  const misfit = fitFault(state, { accountRow, instrumentRow, leg: anyLegOf(state, accountRow) });
  if (misfit !== null) return misfit;
  const orderRow = findFilledOrder(state, accountRow, { side, lots, instrumentRow, priceTicks });
  if (typeof orderRow === 'object') return orderRow;
  return { ...accountTrader(state, accountRow, pair), isTaker, orderRow, allocated: allocateMinor };
}

/** The account with its rows, as a trader that fills no order and brings nothing. */
export function accountTrader(state: State, accountRow: number, pair: SpotPair): Trader {
  const baseRow = accountAssetOf(state, accountRow, pair.base);
  const quoteRow = accountAssetOf(state, accountRow, pair.quote);
  const { ledgerRow } = state.accountAssets;
  const ledgerRows = { base: ledgerRow.get(baseRow), quote: ledgerRow.get(quoteRow) };
  return { accountRow, baseRow, quoteRow, ledgerRows, isTaker: true, orderRow: -1, allocated: 0n };
}

function outsideTrader(state: State, pair: SpotPair, isTaker: boolean): Trader {
  const ledgerRows = {
    base: poolLedgerRow(state, pair.base, 'counterparty'),
    quote: poolLedgerRow(state, pair.quote, 'counterparty'),
  };
  return { accountRow: -1, baseRow: -1, quoteRow: -1, ledgerRows, isTaker, orderRow: -1, allocated: 0n };
}

/** Legs are of positions; a spot trade makes none. */
export function anyLegOf({ accounts }: State, accountRow: number): 'net' | 'long' {
  return accounts.hasLegs.get(accountRow) === 1 ? 'long' : 'net';
}

/** What comes from the wallet with the trade has to be there, and never goes into an account in liquidation. */
export function spotAllocationFault(
  state: State,
  { accountRow, allocated }: Trader,
  assetRow: number,
): Rejection | null {
  if (allocated === 0n) return null;
  const { accounts } = state;
  if (accounts.isQueued.get(accountRow) === 1)
    return reject('account_in_liquidation', { account: accounts.names.nameOf(accountRow) });
  const ledgerRow = walletOf(state, accountRow, assetRow);
  return (
    amountFault(allocated, assetRow) ??
    balanceFault(state, { ledgerRow, amountMinor: allocated, assetRow }, 'insufficient_wallet_balance')
  );
}

export function walletOf(state: State, accountRow: number, assetRow: number): number {
  return clientLedgerRow(state, { clientRow: state.accounts.client.get(accountRow), assetRow }, 'wallet');
}

/**
 * Whoever borrows needs initial margin and prices that may decide. Whoever does not needs initial margin, or must not
 * stand worse than before: a trade that reduces is allowed also under margin (ORD-03).
 */
export function spotStandingFault(
  situation: Situation,
  draft: Draft,
  { trader, pair }: { readonly trader: Trader; readonly pair: SpotPair },
): Rejection | null {
  const { state, timeMs } = situation;
  const { accountRow, baseRow, quoteRow } = trader;
  const account = state.accounts.names.nameOf(accountRow);
  const hasBorrowed = draft.debts.some(
    ({ accountAssetRow, sharesChange }) =>
      sharesChange > 0n && (accountAssetRow === baseRow || accountAssetRow === quoteRow),
  );
  if (hasBorrowed) {
    const refused = borrowerFault(situation, accountRow);
    if (refused !== null) return refused;
    if (!hasUsablePrice(state, pair.base, timeMs)) return reject('asset_price_unusable', { account });
  }
  const isAtRisk = hasBorrowed || hasRisk(state, accountRow) || openOrdersOf(state, accountRow).size > 0;
  if (!isAtRisk) return null;
  if (!hasAllPrices(state, accountRow)) return reject('asset_price_unusable', { account });
  const short = initialFault(situation, draft, accountRow);
  if (short === null || hasBorrowed) return short;
  return openingBases(timeMs).every((prices) => isNoWorse(state, draft, { accountRow, prices }))
    ? null
    : short;
}

function isNoWorse(
  state: State,
  draft: Draft,
  { accountRow, prices }: { readonly accountRow: number; readonly prices: PriceBasis },
): boolean {
  const before = wholeAccountView(state, accountRow, { prices });
  const after = wholeAccountView(state, accountRow, { prices, draft });
  return (
    availableScaled(after) >= availableScaled(before) &&
    accountInitialScaled(after) <= accountInitialScaled(before)
  );
}

/** Whether the account, not in liquidation yet, is at or under maintenance margin as the trade leaves it. */
export function wakesAfterSpot({ state }: Situation, draft: Draft, accountRow: number): boolean {
  return (
    state.accounts.isQueued.get(accountRow) === 0 &&
    hasAllPrices(state, accountRow) &&
    isAccountLiquidatable(wholeAccountView(state, accountRow, { prices: LAST_GOOD, draft }))
  );
}
