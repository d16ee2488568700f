/**
 * Pays all debts of an account in liquidation: each from its balance in that asset, then by converting what else it has
 * through the pool's facility, and what is left becomes the pool's claim with cause `borrow`, against collateral in kind:
 * the lenders are paid in full, and the claim goes down the pool's waterfall (ISO-02).
 */
import { max, saturateInt64 } from '../../base/index.js';
import { type AccountView, accountEquityFloor, accountRequirement } from '../../margin/index.js';
import { assetsOf } from '../accountParts.js';
import type { Situation } from '../decision.js';
import { type Draft, draftBalance, newDraft } from '../draft.js';
import type { EventOf } from '../event.js';
import { debtOf, pushRepay } from '../lending.js';
import { cancelAll } from '../orderFacts.js';
import { convertCollateral, seizeInKind } from '../shortage.js';
import { poolLedgerRow } from '../state.js';

/** Of an account without positions: what is left of its collateral stays with it. */
export function liquidateDebts(
  situation: Situation,
  accountRow: number,
  view: AccountView,
): EventOf<'debtLiquidated'> {
  const draft = newDraft();
  settleDebts(situation, draft, accountRow);
  return {
    kind: 'debtLiquidated',
    accountRow,
    equity: saturateInt64(accountEquityFloor(view)),
    maintenance: saturateInt64(accountRequirement(view).maintenance),
    transfers: draft.transfers,
    debts: draft.debts,
    deficits: draft.deficits,
    ...cancelAll(situation.state, accountRow),
  };
}

export function settleDebts(situation: Situation, draft: Draft, accountRow: number): void {
  const { state } = situation;
  const { accountAssets } = state;
  const rows = assetsOf(state, accountRow)
    .filter((row) => accountAssets.debtShares.get(row) !== 0n)
    .sort((a, b) => accountAssets.poolAsset.get(a) - accountAssets.poolAsset.get(b));
  const balance = (row: number) => draftBalance(state, draft, accountAssets.ledgerRow.get(row));
  // Every debt from its own asset first: what one asset owes is not converted away for another.
  for (const row of rows) pushRepay(state, draft, row, balance(row));
  for (const row of rows) {
    const poolAssetRow = accountAssets.poolAsset.get(row);
    const amount = max(0n, debtOf(state, row, { draft }) - balance(row));
    convertCollateral(situation, draft, { accountRow, poolAssetRow, amount });
    pushRepay(state, draft, row, balance(row));
    recogniseDebt(situation, draft, row);
  }
}

/** What is still owed is paid by the pool, which takes collateral of that value as far as there is any. */
function recogniseDebt(situation: Situation, draft: Draft, accountAssetRow: number): void {
  const { state } = situation;
  const { accountAssets } = state;
  const owed = debtOf(state, accountAssetRow, { draft });
  if (owed === 0n) return;
  const accountRow = accountAssets.account.get(accountAssetRow);
  const poolAssetRow = accountAssets.poolAsset.get(accountAssetRow);
  const margin = accountAssets.ledgerRow.get(accountAssetRow);
  const amount = max(0n, owed - draftBalance(state, draft, margin));
  if (amount > 0n) {
    seizeInKind(situation, draft, { accountRow, poolAssetRow, amount });
    draft.deficits.push({ accountRow, poolAssetRow, takeoverRow: -1, cause: 'borrow', amount });
    const from = poolLedgerRow(state, poolAssetRow, 'receivable');
    draft.transfers.push({ flow: 'recognise', from, to: margin, amount });
  }
  pushRepay(state, draft, accountAssetRow, owed);
}
