/** Closes a flat account for good: what it holds is swept to the wallet, its id is never used again (ISO-04). */
import type { CommandOf } from '../command.js';
import type { Decision, Situation } from '../decision.js';
import { reject } from '../rejection.js';
import { clientLedgerRow, settleAssetRow } from '../state.js';
import { accountFault } from './checks.js';
import { outflowFault } from './release.js';

export function decideCloseAccount(situation: Situation, { account }: CommandOf<'closeAccount'>): Decision {
  const { state } = situation;
  const { accounts, positions } = state;
  const accountRow = accounts.names.rowOf(account);
  const fault = accountFault(state, accountRow, account);
  if (fault !== null) return fault;
  const lots = positions.lots.get(accounts.position.get(accountRow));
  if (lots !== 0n) return reject('account_not_flat', { account, lots });
  const from = accounts.ledgerRow.get(accountRow);
  const amount = state.ledger.balance(from);
  const refused = outflowFault(situation, { accountRow, amountMinor: amount });
  if (refused !== null) return refused;

  const assetRow = settleAssetRow(state, accounts.instrument.get(accountRow));
  const to = clientLedgerRow(state, { clientRow: accounts.client.get(accountRow), assetRow }, 'wallet');
  const transfers = amount === 0n ? [] : [{ flow: 'sweep', from, to, amount } as const];
  return [{ kind: 'accountClosed', accountRow, transfers }];
}
