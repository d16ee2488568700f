/** A deposit is final: it is free in the client's wallet. */
import type { CommandOf } from '../command.js';
import type { Decision, Situation } from '../decision.js';
import { findCash } from './cashMovement.js';

export function decideFinalizeDeposit(
  { state }: Situation,
  { deposit }: CommandOf<'finalizeDeposit'>,
): Decision {
  const found = findCash(state, { kind: 'deposit', id: deposit, statuses: ['pending'] });
  if ('code' in found) return found;
  const { cashRow, amount, pendingRow, walletRow } = found;
  return [
    {
      kind: 'depositFinalized',
      cashRow,
      transfers: [{ flow: 'depositFinal', from: pendingRow, to: walletRow, amount }],
    },
  ];
}
