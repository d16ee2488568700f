/** A client lends to a pool: wallet money becomes shares of what the lending pool has, interest included. */
import type { CommandOf } from '../command.js';
import type { Decision, Situation } from '../decision.js';
import { lenderBook } from '../lending.js';
import { sharesSupplied } from '../lendingShares.js';
import { poolOpenFault } from '../poolStatus.js';
import { reject } from '../rejection.js';
import { clientLedgerRow, poolLedgerRow } from '../state.js';
import { amountFault, balanceFault, unknown } from './checks.js';
import { findLentAsset, openDeficitFault } from './lentAsset.js';

export function decideSupply({ state }: Situation, command: CommandOf<'supply'>): Decision {
  const { client, amountMinor: amount } = command;
  const clientRow = state.clients.names.rowOf(client);
  if (clientRow < 0) return unknown('unknown_client', client);
  const lent = findLentAsset(state, command);
  if ('code' in lent) return lent;
  const { poolRow, assetRow, poolAssetRow } = lent;
  const from = clientLedgerRow(state, { clientRow, assetRow }, 'wallet');
  const refused =
    poolOpenFault(state, poolRow) ??
    amountFault(amount, assetRow) ??
    balanceFault(state, { ledgerRow: from, amountMinor: amount, assetRow }, 'insufficient_wallet_balance') ??
    openDeficitFault(state, lent);
  if (refused !== null) return refused;
  const shares = sharesSupplied(amount, lenderBook(state, poolAssetRow));
  if (shares === null) return reject('lending_exhausted', { pool: command.pool, asset: command.asset });
  if (shares === 0n) return reject('invalid_amount', { amount: { minor: amount, assetRow } });
  const to = poolLedgerRow(state, poolAssetRow, 'lending');
  const transfers = [{ flow: 'lend', from, to, amount } as const];
  return [{ kind: 'supplied', poolRow, clientRow, poolAssetRow, shares, amount, transfers }];
}
