/** A withdrawal was sent; until it has arrived it stays the client's. */
import type { CommandOf } from '../command.js';
import type { Decision, Situation } from '../decision.js';
import { findCash } from './cashMovement.js';

export function decideSendWithdrawal(
  { state }: Situation,
  { withdrawal }: CommandOf<'sendWithdrawal'>,
): Decision {
  const found = findCash(state, { kind: 'withdrawal', id: withdrawal, statuses: ['pending'] });
  if ('code' in found) return found;
  return [{ kind: 'withdrawalSent', cashRow: found.cashRow }];
}
