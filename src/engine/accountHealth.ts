/** Where a margin account stands: liquidatable or not, its equity, what it lacks. One answer for every margin mode. */
import { saturateInt64 } from '../base/index.js';
import {
  type AccountView,
  accountEquityFloor,
  accountRequirement,
  type IsolatedView,
  isAccountLiquidatable,
  isLiquidatable,
  missingToCure,
  missingToCureAccount,
} from '../margin/index.js';
import { hasAllPrices, hasLiveDebt, hasLiveLeg, LAST_GOOD, wholeAccountView } from './accountMargin.js';
import { hasClosedForm, valuedInPoolAsset } from './accountParts.js';
import { accountEquity, accountView, hasUsableMark } from './marginView.js';
import type { PriceChange } from './priceChange.js';
import { listedInstrument, type State } from './state.js';

/** The predicate, at the last good prices. */
export function isLiquidatableNow(state: State, accountRow: number): boolean {
  if (!hasClosedForm(state, accountRow))
    return (
      hasAllPrices(state, accountRow) &&
      isAccountLiquidatable(wholeAccountView(state, accountRow, { prices: LAST_GOOD }))
    );
  const instrumentRow = state.accounts.instrument.get(accountRow);
  const { liquidationTerms } = listedInstrument(state, instrumentRow);
  return isLiquidatable(
    liquidationTerms,
    accountView(state, accountRow),
    state.instruments.markTicks.get(instrumentRow),
  );
}

/**
 * Whether an isolated account would be healthy at the last good mark, by the terms that open and by those that liquidation
 * still judges by: while a grace lasts they are two, and nothing may open or leave into a liquidation.
 */
export function isHealthyAs(state: State, instrumentRow: number, view: IsolatedView): boolean {
  const { marginTerms, liquidationTerms } = listedInstrument(state, instrumentRow);
  const markTicks = state.instruments.markTicks.get(instrumentRow);
  return [marginTerms, liquidationTerms].every((terms) => !isLiquidatable(terms, view, markTicks));
}

/** The same for a shared account at prices that are on their way; nothing is said about one without all its prices. */
export function isSharedLiquidatable(state: State, accountRow: number, change: PriceChange): boolean {
  return (
    hasAllPrices(state, accountRow, change) &&
    isAccountLiquidatable(wholeAccountView(state, accountRow, { prices: LAST_GOOD, change }))
  );
}

/** Whether there are prices that may decide about the account now: of a shared account at least one live position's, or debts'. */
export function mayDecide(state: State, accountRow: number, timeMs: number): boolean {
  return hasClosedForm(state, accountRow)
    ? hasUsableMark(state, state.accounts.instrument.get(accountRow), timeMs)
    : hasAllPrices(state, accountRow) &&
        (hasLiveLeg(state, accountRow, timeMs) || hasLiveDebt(state, accountRow, timeMs));
}

/** Rounded down, in the asset the account is judged in: the settlement asset of an isolated one, else the valuation asset. */
export function equityNow(state: State, accountRow: number): bigint {
  return hasClosedForm(state, accountRow)
    ? accountEquity(state, accountRow)
    : accountEquityFloor(wholeAccountView(state, accountRow, { prices: LAST_GOOD }));
}

/** The asset in which the account's equity and requirements are stated. */
export function judgedAssetRow(state: State, accountRow: number): number {
  return state.poolAssets.asset.get(valuedInPoolAsset(state, accountRow));
}

/** What an event says of the numbers that decided about the account. */
export function judgement(state: State, accountRow: number, view: AccountView) {
  return {
    assetRow: judgedAssetRow(state, accountRow),
    equity: saturateInt64(accountEquityFloor(view)),
    maintenance: saturateInt64(accountRequirement(view).maintenance),
  };
}

/** The smallest amount of the asset that takes the account out of liquidation; null where none of it does. */
export function missingNow(state: State, accountRow: number, assetRow: number): bigint | null {
  if (!hasClosedForm(state, accountRow))
    return missingToCureAccount(wholeAccountView(state, accountRow, { prices: LAST_GOOD }), assetRow);
  const instrumentRow = state.accounts.instrument.get(accountRow);
  const { liquidationTerms } = listedInstrument(state, instrumentRow);
  return missingToCure(
    liquidationTerms,
    accountView(state, accountRow),
    state.instruments.markTicks.get(instrumentRow),
  );
}

/** Whether equity carries initial and order margin, `notCounted` (valuation minor units) of equity left out of it. */
export function hasInitialMargin(view: AccountView, notCounted = 0n): boolean {
  const { initial, order } = accountRequirement(view);
  return accountEquityFloor(view) - notCounted >= initial + order && !isAccountLiquidatable(view);
}
