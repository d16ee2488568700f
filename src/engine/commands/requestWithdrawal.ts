/** Sets money of a wallet aside to be sent. No pool's state can stop it: wallets are never at risk. */
import type { CommandOf } from '../command.js';
import type { Decision, Situation } from '../decision.js';
import { cashName } from '../openings.js';
import { CASH_KIND, clientLedgerRow } from '../state.js';
import { amountFault, balanceFault, newIdFault, unknown } from './checks.js';

export function decideRequestWithdrawal(
  { state }: Situation,
  command: CommandOf<'requestWithdrawal'>,
): Decision {
  const { withdrawal, amountMinor } = command;
  const fault = newIdFault(state.cash.names, withdrawal, cashName(CASH_KIND.withdrawal, withdrawal));
  if (fault !== null) return fault;
  const clientRow = state.clients.names.rowOf(command.client);
  if (clientRow < 0) return unknown('unknown_client', command.client);
  const assetRow = state.assets.names.rowOf(command.asset);
  if (assetRow < 0) return unknown('unknown_asset', command.asset);
  const invalid = amountFault(amountMinor, assetRow);
  if (invalid !== null) return invalid;
  const from = clientLedgerRow(state, { clientRow, assetRow }, 'wallet');
  const short = balanceFault(
    state,
    { ledgerRow: from, amountMinor, assetRow },
    'insufficient_wallet_balance',
  );
  if (short !== null) return short;

  const to = clientLedgerRow(state, { clientRow, assetRow }, 'pendingWithdrawal');
  const transfers = [{ flow: 'withdrawRequest', from, to, amount: amountMinor } as const];
  return [{ kind: 'withdrawalRequested', withdrawal, clientRow, assetRow, amount: amountMinor, transfers }];
}
