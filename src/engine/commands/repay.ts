/** Repays a debt out of the account's balance in that asset: always allowed, also under margin and in liquidation. */
import { accountAssetOf } from '../accountParts.js';
import type { CommandOf } from '../command.js';
import type { Decision, Situation } from '../decision.js';
import { newDraft } from '../draft.js';
import { debtOf, pushRepay } from '../lending.js';
import { reject } from '../rejection.js';
import { accountFault, amountFault } from './checks.js';
import { findLentAsset } from './lentAsset.js';

export function decideRepay({ state }: Situation, command: CommandOf<'repay'>): Decision {
  const { account, asset, amountMinor } = command;
  const accountRow = state.accounts.names.rowOf(account);
  const fault = accountFault(state, accountRow, account);
  if (fault !== null) return fault;
  const pool = state.pools.names.nameOf(state.accounts.pool.get(accountRow));
  const lent = findLentAsset(state, { pool, asset });
  if ('code' in lent) return lent;
  const { assetRow, poolAssetRow } = lent;
  const accountAssetRow = accountAssetOf(state, accountRow, poolAssetRow);
  const owed = accountAssetRow < 0 ? 0n : debtOf(state, accountAssetRow);
  if (owed === 0n) return reject('no_debt', { account, asset });
  const amount = amountMinor ?? owed;
  const minor = (value: bigint) => ({ minor: value, assetRow });
  const invalid = amountFault(amount, assetRow);
  if (invalid !== null) return invalid;
  if (amount > owed) return reject('invalid_amount', { amount: minor(amount), largest: minor(owed) });
  const held = state.ledger.balance(state.accountAssets.ledgerRow.get(accountAssetRow));
  if (amount > held)
    return reject('insufficient_account_balance', {
      account,
      required: minor(amount),
      available: minor(held),
      missing: minor(amount - held),
    });
  const draft = newDraft();
  if (pushRepay(state, draft, accountAssetRow, amount) === 0n)
    return reject('invalid_amount', { amount: minor(amount), largest: minor(owed) });
  const { debts, transfers } = draft;
  return [{ kind: 'repaid', accountRow, accountAssetRow, amount, debts, transfers }];
}
