/** Whether what the account lacks in a spot trade is borrowed in the same event, or the trade refused. */
import type { CommandOf } from '../command.js';
import type { Decision, Situation } from '../decision.js';
import { mayHaveDebts } from '../lending.js';
import { reject } from '../rejection.js';
import { accountFault } from './checks.js';

export function decideSetAutoBorrow({ state }: Situation, command: CommandOf<'setAutoBorrow'>): Decision {
  const { account, autoBorrow } = command;
  const accountRow = state.accounts.names.rowOf(account);
  const fault = accountFault(state, accountRow, account);
  if (fault !== null) return fault;
  if (!mayHaveDebts(state, accountRow)) return reject('wrong_mode', { account });
  return [{ kind: 'autoBorrowSet', accountRow, autoBorrow }];
}
