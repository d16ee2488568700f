/**
 * Debts of margin accounts and what lenders have, as the state and an event under way say: what is owed, what may still
 * be borrowed, and how borrowing and repaying enter an event.
 */
import { max, min } from '../base/index.js';
import { isSpot } from './accountParts.js';
import { type Draft, draftBalance } from './draft.js';
import type { RateModel } from './lendingRate.js';
import { debtCeil, debtFloor, type LenderBook, sharesBorrowed, sharesRepaid } from './lendingShares.js';
import { poolLedgerRow, type State } from './state.js';

/** What the account owes in one asset, rounded up; as a draft would leave it, or at an index that is on its way. */
export function debtOf(
  state: State,
  accountAssetRow: number,
  {
    draft,
    borrowIndex,
  }: { readonly draft?: Draft | undefined; readonly borrowIndex?: bigint | undefined } = {},
): bigint {
  const shares = debtSharesOf(state, accountAssetRow, draft);
  if (shares === 0n) return 0n;
  const poolAssetRow = state.accountAssets.poolAsset.get(accountAssetRow);
  return debtCeil(shares, borrowIndex ?? state.poolAssets.borrowIndex.get(poolAssetRow));
}

function debtSharesOf(state: State, accountAssetRow: number, draft: Draft | undefined): bigint {
  const shares = state.accountAssets.debtShares.get(accountAssetRow);
  if (draft === undefined) return shares;
  return draft.debts.reduce(
    (sum, debt) => (debt.accountAssetRow === accountAssetRow ? sum + debt.sharesChange : sum),
    shares,
  );
}

/** All debts in the asset, rounded down: what the lending pool counts them as. */
export function poolDebt(state: State, poolAssetRow: number, draft?: Draft): bigint {
  const { poolAssets, accountAssets } = state;
  const changes = (draft?.debts ?? []).filter(
    (debt) => accountAssets.poolAsset.get(debt.accountAssetRow) === poolAssetRow,
  );
  const shares = changes.reduce(
    (sum, { sharesChange }) => sum + sharesChange,
    poolAssets.debtShares.get(poolAssetRow),
  );
  return debtFloor(shares, poolAssets.borrowIndex.get(poolAssetRow));
}

/** Cash of the lending pool. */
export function lendingCash(state: State, poolAssetRow: number): bigint {
  return state.ledger.balance(poolLedgerRow(state, poolAssetRow, 'lending'));
}

/** What the lenders of an asset have together: cash and debts, less what of interest is the insurance fund's. */
export function lenderBook(state: State, poolAssetRow: number): LenderBook {
  const { poolAssets } = state;
  const owned = lendingCash(state, poolAssetRow) + poolDebt(state, poolAssetRow);
  return {
    assets: owned - poolAssets.reserveOwed.get(poolAssetRow),
    lenderShares: poolAssets.lenderShares.get(poolAssetRow),
  };
}

export function rateModelOf({ poolAssets }: State, poolAssetRow: number): RateModel {
  return {
    baseRatePpm: poolAssets.baseRatePpm.get(poolAssetRow),
    kinkPpm: poolAssets.kinkPpm.get(poolAssetRow),
    slopeBelowPpm: poolAssets.slopeBelowPpm.get(poolAssetRow),
    slopeAbovePpm: poolAssets.slopeAbovePpm.get(poolAssetRow),
  };
}

/** Whether the account is of a kind that may have debts: cross, portfolio, and isolated in a spot pair. */
export function mayHaveDebts(state: State, accountRow: number): boolean {
  const instrumentRow = state.accounts.instrument.get(accountRow);
  return instrumentRow < 0 || isSpot(state, instrumentRow);
}

/** What bounds a borrowing, the tightest of each; all minor units of the asset. */
export interface BorrowLimits {
  readonly cash: bigint;
  readonly accountCap: bigint;
  readonly poolCap: bigint;
}

/** While a deficit is open that the lenders may have to bear, nothing is lent. */
export function borrowLimits(state: State, accountAssetRow: number, draft: Draft): BorrowLimits {
  const { accountAssets, poolAssets } = state;
  const row = accountAssets.poolAsset.get(accountAssetRow);
  const isOpen = poolAssets.isLending.get(row) === 1 && state.totals.lendersOutstanding.get(row) === 0n;
  return {
    cash: isOpen ? draftBalance(state, draft, poolLedgerRow(state, row, 'lending')) : 0n,
    accountCap: max(0n, poolAssets.accountDebtCap.get(row) - debtOf(state, accountAssetRow, { draft })),
    poolCap: max(0n, poolAssets.poolDebtCap.get(row) - poolDebt(state, row, draft)),
  };
}

export function borrowableOf({ cash, accountCap, poolCap }: BorrowLimits): bigint {
  return min(cash, min(accountCap, poolCap));
}

/** Lends the amount to the account. */
export function pushBorrow(state: State, draft: Draft, accountAssetRow: number, amount: bigint): void {
  if (amount === 0n) return;
  const { accountAssets, poolAssets } = state;
  const poolAssetRow = accountAssets.poolAsset.get(accountAssetRow);
  const index = poolAssets.borrowIndex.get(poolAssetRow);
  draft.debts.push({ accountAssetRow, sharesChange: sharesBorrowed(amount, index), amountChange: amount });
  draft.transfers.push({
    flow: 'borrow',
    from: poolLedgerRow(state, poolAssetRow, 'lending'),
    to: accountAssets.ledgerRow.get(accountAssetRow),
    amount,
  });
}

/** Pays the amount of its debt that the account holds, at most all of it; answers with what was paid. */
export function pushRepay(state: State, draft: Draft, accountAssetRow: number, amount: bigint): bigint {
  const paid = min(amount, debtOf(state, accountAssetRow, { draft }));
  if (paid <= 0n) return 0n;
  const { accountAssets, poolAssets } = state;
  const poolAssetRow = accountAssets.poolAsset.get(accountAssetRow);
  const shares = debtSharesOf(state, accountAssetRow, draft);
  const index = poolAssets.borrowIndex.get(poolAssetRow);
  const sharesChange = -sharesRepaid(paid, { shares, index });
  // Less than one share is worth: paid, it would change nothing.
  if (sharesChange === 0n) return 0n;
  draft.debts.push({ accountAssetRow, sharesChange, amountChange: -paid });
  draft.transfers.push({
    flow: 'repay',
    from: accountAssets.ledgerRow.get(accountAssetRow),
    to: poolLedgerRow(state, poolAssetRow, 'lending'),
    amount: paid,
  });
  return paid;
}
