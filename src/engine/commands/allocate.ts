/**
 * Moves money from the wallet into one of the client's margin accounts. Always allowed, also under
 * maintenance; once liquidation has begun it must cure in full (MAR-02). A pool that is not open takes it only for what is
 * still open.
 */

import { accountAssetOf, hasRisk } from '../accountParts.js';
import type { CommandOf } from '../command.js';
import type { Decision, Situation } from '../decision.js';
import { poolOpenFault } from '../poolStatus.js';
import { missingToLeave } from '../reduction.js';
import { reject } from '../rejection.js';
import { clientLedgerRow } from '../state.js';
import { accountFault, amountFault, balanceFault, findAccountAsset } from './checks.js';
import { withdrawReduction } from './liquidate.js';

export function decideAllocate({ state }: Situation, command: CommandOf<'allocate'>): Decision {
  const { account, amountMinor } = command;
  const { accounts } = state;
  const accountRow = accounts.names.rowOf(account);
  const fault = accountFault(state, accountRow, account);
  if (fault !== null) return fault;
  const ending = hasRisk(state, accountRow) ? null : poolOpenFault(state, accounts.pool.get(accountRow));
  if (ending !== null) return ending;
  const poolAssetRow = findAccountAsset(state, accountRow, command.asset);
  if (typeof poolAssetRow === 'object') return poolAssetRow;
  const assetRow = state.poolAssets.asset.get(poolAssetRow);
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
  const needed = isQueued ? missingToLeave(state, accountRow, assetRow) : 0n;
  if (needed === null || amountMinor < needed) {
    return reject('top_up_must_cure', {
      account,
      offered: { minor: amountMinor, assetRow },
      ...(needed === null ? {} : { missing: { minor: needed, assetRow } }),
    });
  }

  const accountAssetRow = accountAssetOf(state, accountRow, poolAssetRow);
  const to = state.accountAssets.ledgerRow.get(accountAssetRow);
  const transfers = [{ flow: 'allocate', from, to, amount: amountMinor } as const];
  return [
    ...(isQueued ? withdrawReduction(state, accountRow) : []),
    { kind: 'allocated', accountRow, accountAssetRow, amount: amountMinor, isRecovered: isQueued, transfers },
  ];
}
