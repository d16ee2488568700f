/**
 * Moves money from the wallet into one of the client's margin accounts. Always allowed, also under
 * maintenance; once liquidation has begun it must cure in full (MAR-02).
 */
import { missingToCure } from '../../margin/index.js';
import type { CommandOf } from '../command.js';
import type { Decision, Situation } from '../decision.js';
import { accountView } from '../marginView.js';
import { reject } from '../rejection.js';
import { clientLedgerRow, listedInstrument, type State, settleAssetRow } from '../state.js';
import { accountFault, amountFault, balanceFault } from './checks.js';

export function decideAllocate(
  { state }: Situation,
  { account, amountMinor }: CommandOf<'allocate'>,
): Decision {
  const { accounts } = state;
  const accountRow = accounts.names.rowOf(account);
  const fault = accountFault(state, accountRow, account);
  if (fault !== null) return fault;
  const assetRow = settleAssetRow(state, accounts.instrument.get(accountRow));
  const invalid = amountFault(amountMinor, assetRow);
  if (invalid !== null) return invalid;
  const from = clientLedgerRow(state, { clientRow: accounts.client.get(accountRow), assetRow }, 'wallet');
  const short = balanceFault(
    state,
    { ledgerRow: from, amountMinor, assetRow },
    'insufficient_wallet_balance',
  );
  if (short !== null) return short;
  const isQueued = accounts.isQueued.get(accountRow) === 1;
  const needed = isQueued ? missing(state, accountRow) : 0n;
  if (amountMinor < needed) {
    return reject('top_up_must_cure', {
      account,
      offered: { minor: amountMinor, assetRow },
      missing: { minor: needed, assetRow },
    });
  }

  const to = accounts.ledgerRow.get(accountRow);
  const transfers = [{ flow: 'allocate', from, to, amount: amountMinor } as const];
  return [{ kind: 'allocated', accountRow, amount: amountMinor, isRecovered: isQueued, transfers }];
}

/** What an account in liquidation lacks, in minor units. */
function missing(state: State, accountRow: number): bigint {
  const instrumentRow = state.accounts.instrument.get(accountRow);
  const { marginTerms } = listedInstrument(state, instrumentRow);
  return missingToCure(
    marginTerms,
    accountView(state, accountRow),
    state.instruments.markTicks.get(instrumentRow),
  );
}
