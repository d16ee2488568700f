/** Closes a flat account for good: what it holds is swept to the wallet, its id is never used again (ISO-04). */
import type { Transfer } from '../../isolation/index.js';
import { assetsOf, hasDebt, hasPosition, ordersOf } from '../accountParts.js';
import type { CommandOf } from '../command.js';
import type { Decision, Situation } from '../decision.js';
import { reject } from '../rejection.js';
import { clientLedgerRow } from '../state.js';
import { accountFault } from './checks.js';
import { outflowFault } from './release.js';

export function decideCloseAccount(situation: Situation, { account }: CommandOf<'closeAccount'>): Decision {
  const { state } = situation;
  const { accounts, accountAssets, poolAssets } = state;
  const accountRow = accounts.names.rowOf(account);
  const fault = accountFault(state, accountRow, account);
  if (fault !== null) return fault;
  if (hasPosition(state, accountRow)) return reject('account_not_flat', { account });
  if (hasDebt(state, accountRow)) return reject('account_has_debts', { account });
  if (ordersOf(state, accountRow).length > 0) return reject('account_has_orders', { account });
  const clientRow = accounts.client.get(accountRow);
  const transfers: Transfer[] = [];
  for (const accountAssetRow of assetsOf(state, accountRow)) {
    const from = accountAssets.ledgerRow.get(accountAssetRow);
    const amount = state.ledger.balance(from);
    const refused = outflowFault(situation, { accountAssetRow, amountMinor: amount });
    if (refused !== null) return refused;
    const assetRow = poolAssets.asset.get(accountAssets.poolAsset.get(accountAssetRow));
    const to = clientLedgerRow(state, { clientRow, assetRow }, 'wallet');
    if (amount > 0n) transfers.push({ flow: 'sweep', from, to, amount });
  }
  return [{ kind: 'accountClosed', accountRow, transfers }];
}
