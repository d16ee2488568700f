/** A withdrawal was cancelled before it was sent, or came back: it is free in the wallet again. */
import type { CommandOf } from '../command.js';
import type { Decision, Situation } from '../decision.js';
import { findCash } from './cashMovement.js';

export function decideReturnWithdrawal(
  { state }: Situation,
  { withdrawal }: CommandOf<'returnWithdrawal'>,
): Decision {
  const found = findCash(state, { kind: 'withdrawal', id: withdrawal, statuses: ['pending', 'sent'] });
  if ('code' in found) return found;
  const { cashRow, amount, pendingRow, walletRow } = found;
  return [
    {
      kind: 'withdrawalReturned',
      cashRow,
      transfers: [{ flow: 'withdrawReturn', from: pendingRow, to: walletRow, amount }],
    },
  ];
}
