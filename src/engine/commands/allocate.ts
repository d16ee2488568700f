/**
 * Moves money from the wallet into one of the client's margin accounts. Always allowed, also under
 * maintenance; once liquidation has begun it must cure in full (MAR-02).
 */
import { divFloor, max } from '../../base/index.js';
import { equity, isLiquidatable, maintenanceMargin } from '../../margin/index.js';
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
  const missing = isQueued ? missingToCure(state, accountRow) : 0n;
  if (amountMinor < missing) {
    return reject('top_up_must_cure', {
      account,
      offered: { minor: amountMinor, assetRow },
      missing: { minor: missing, assetRow },
    });
  }

  const to = accounts.ledgerRow.get(accountRow);
  const transfers = [{ flow: 'allocate', from, to, amount: amountMinor } as const];
  return [{ kind: 'allocated', accountRow, amount: amountMinor, isRecovered: isQueued, transfers }];
}

/** The smallest amount that lifts equity above maintenance margin, in minor units. */
function missingToCure(state: State, accountRow: number): bigint {
  const instrumentRow = state.accounts.instrument.get(accountRow);
  const { marginTerms } = listedInstrument(state, instrumentRow);
  const view = accountView(state, accountRow);
  const markTicks = state.instruments.markTicks.get(instrumentRow);
  const isCuredBy = (amount: bigint) =>
    !isLiquidatable(marginTerms, { ...view, collateral: view.collateral + amount }, markTicks);
  if (isCuredBy(0n)) return 0n;
  const required = maintenanceMargin(marginTerms, view, markTicks);
  const held = equity(marginTerms, view, markTicks);
  const gap = required.numerator * held.denominator - held.numerator * required.denominator;
  // The gap closes one for one, or faster where a closing fee shrinks with collateral: step down to the exact unit.
  let amount = max(1n, divFloor(gap, required.denominator * held.denominator) + 1n);
  let tooLittle = 0n;
  while (amount - tooLittle > 1n) {
    const middle = (amount + tooLittle) / 2n;
    if (isCuredBy(middle)) amount = middle;
    else tooLittle = middle;
  }
  return amount;
}
