/** Money for a client was seen arriving; it is the client's, but not free, until it is final. */
import { CLIENT_KINDS } from '../../ledger/index.js';
import type { CommandOf } from '../command.js';
import type { Decision, Situation } from '../decision.js';
import type { Event } from '../event.js';
import { cashName } from '../openings.js';
import { CASH_KIND, clientLedgerRow, venueLedgerRow } from '../state.js';
import { amountFault, newIdFault, unknown } from './checks.js';

export function decideAnnounceDeposit({ state }: Situation, command: CommandOf<'announceDeposit'>): Decision {
  const { deposit, amountMinor } = command;
  const fault = newIdFault(state.cash.names, deposit, cashName(CASH_KIND.deposit, deposit));
  if (fault !== null) return fault;
  const clientRow = state.clients.names.rowOf(command.client);
  if (clientRow < 0) return unknown('unknown_client', command.client);
  const assetRow = state.assets.names.rowOf(command.asset);
  if (assetRow < 0) return unknown('unknown_asset', command.asset);
  const invalid = amountFault(amountMinor, assetRow);
  if (invalid !== null) return invalid;

  const events: Event[] = [];
  let pending = clientLedgerRow(state, { clientRow, assetRow }, 'pendingDeposit');
  if (pending < 0) {
    events.push({ kind: 'walletOpened', clientRow, assetRow });
    pending = state.ledger.table.size + CLIENT_KINDS.indexOf('pendingDeposit');
  }
  const from = venueLedgerRow(state, assetRow, 'external');
  const transfers = [{ flow: 'depositAnnounce', from, to: pending, amount: amountMinor } as const];
  events.push({ kind: 'depositAnnounced', deposit, clientRow, assetRow, amount: amountMinor, transfers });
  return events;
}
