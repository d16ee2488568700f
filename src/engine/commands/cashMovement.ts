/** A deposit or withdrawal on its way, found by its id and checked to be in the status its next step needs. */
import { cashName } from '../openings.js';
import { type Rejection, reject } from '../rejection.js';
import { CASH_KIND, CASH_STATUS, clientLedgerRow, type State, venueLedgerRow } from '../state.js';
import { unknown } from './checks.js';

export interface CashMovement {
  readonly cashRow: number;
  readonly amount: bigint;
  readonly walletRow: number;
  readonly pendingRow: number;
  readonly externalRow: number;
}

type Status = keyof typeof CASH_STATUS;

export function findCash(
  state: State,
  wanted: {
    readonly kind: keyof typeof CASH_KIND;
    readonly id: string;
    readonly statuses: readonly Status[];
  },
): CashMovement | Rejection {
  const { cash } = state;
  const cashRow = cash.names.rowOf(cashName(CASH_KIND[wanted.kind], wanted.id));
  if (cashRow < 0) return unknown('unknown_cash_movement', wanted.id);
  const status = statusName(cash.status.get(cashRow));
  if (!wanted.statuses.includes(status)) {
    return reject('wrong_cash_status', { id: wanted.id, status, needed: wanted.statuses.join(' or ') });
  }
  const at = { clientRow: cash.client.get(cashRow), assetRow: cash.asset.get(cashRow) };
  return {
    cashRow,
    amount: cash.amount.get(cashRow),
    walletRow: clientLedgerRow(state, at, 'wallet'),
    pendingRow: clientLedgerRow(
      state,
      at,
      wanted.kind === 'deposit' ? 'pendingDeposit' : 'pendingWithdrawal',
    ),
    externalRow: venueLedgerRow(state, at.assetRow, 'external'),
  };
}

export function statusName(status: number): Status {
  return (Object.keys(CASH_STATUS) as Status[]).find((name) => CASH_STATUS[name] === status) as Status;
}
