/** A deposit did not become final: it goes back where it came from. */
import type { CommandOf } from '../command.js';
import type { Decision, Situation } from '../decision.js';
import { findCash } from './cashMovement.js';

export function decideReturnDeposit({ state }: Situation, { deposit }: CommandOf<'returnDeposit'>): Decision {
  const found = findCash(state, { kind: 'deposit', id: deposit, statuses: ['pending'] });
  if ('code' in found) return found;
  const { cashRow, amount, pendingRow, externalRow } = found;
  return [
    {
      kind: 'depositReturned',
      cashRow,
      transfers: [{ flow: 'depositReturn', from: pendingRow, to: externalRow, amount }],
    },
  ];
}
