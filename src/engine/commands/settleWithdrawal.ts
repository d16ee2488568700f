/** A withdrawal has arrived outside. */
import type { CommandOf } from '../command.js';
import type { Decision, Situation } from '../decision.js';
import { findCash } from './cashMovement.js';

export function decideSettleWithdrawal(
  { state }: Situation,
  { withdrawal }: CommandOf<'settleWithdrawal'>,
): Decision {
  const found = findCash(state, { kind: 'withdrawal', id: withdrawal, statuses: ['sent'] });
  if ('code' in found) return found;
  const { cashRow, amount, pendingRow, externalRow } = found;
  return [
    {
      kind: 'withdrawalSettled',
      cashRow,
      transfers: [{ flow: 'withdrawSettle', from: pendingRow, to: externalRow, amount }],
    },
  ];
}
