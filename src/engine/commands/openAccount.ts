/** Opens an isolated margin account: a sealed compartment of one client for one instrument. */
import { PPM } from '../../base/index.js';
import type { CommandOf } from '../command.js';
import type { Decision, Situation } from '../decision.js';
import type { Event } from '../event.js';
import { reject } from '../rejection.js';
import { clientLedgerRow, INSTRUMENT_STATUS, listedInstrument, settleAssetRow } from '../state.js';
import { newIdFault, poolFault, unknown } from './checks.js';

export function decideOpenAccount({ state }: Situation, command: CommandOf<'openAccount'>): Decision {
  const { account, leveragePpm } = command;
  const fault = newIdFault(state.accounts.names, account);
  if (fault !== null) return fault;
  const clientRow = state.clients.names.rowOf(command.client);
  if (clientRow < 0) return unknown('unknown_client', command.client);
  const instrumentRow = state.instruments.names.rowOf(command.instrument);
  if (instrumentRow < 0) return unknown('unknown_instrument', command.instrument);
  const quarantined = poolFault(state, state.instruments.pool.get(instrumentRow));
  if (quarantined !== null) return quarantined;
  if (state.instruments.status.get(instrumentRow) !== INSTRUMENT_STATUS.trading) {
    return reject('instrument_not_trading', { instrument: command.instrument });
  }
  const { marginTerms } = listedInstrument(state, instrumentRow);
  const leverageMaxPpm = marginTerms.brackets[0]?.leverageMax as bigint;
  if (leveragePpm < PPM || leveragePpm > leverageMaxPpm) {
    return reject('leverage_out_of_range', { leveragePpm, leverageMinPpm: PPM, leverageMaxPpm });
  }
  const assetRow = settleAssetRow(state, instrumentRow);
  const hasWallet = clientLedgerRow(state, { clientRow, assetRow }, 'wallet') >= 0;
  const opened: Event = { kind: 'accountOpened', account, clientRow, instrumentRow, leveragePpm };
  // Whatever the account gains has a way back: its client has a wallet in the settlement asset from now on.
  return hasWallet ? [opened] : [{ kind: 'walletOpened', clientRow, assetRow }, opened];
}
