/** Opens a client: the owner of money. */
import type { CommandOf } from '../command.js';
import type { Decision, Situation } from '../decision.js';
import { newIdFault } from './checks.js';

export function decideOpenClient({ state }: Situation, { client }: CommandOf<'openClient'>): Decision {
  return newIdFault(state.clients.names, client) ?? [{ kind: 'clientOpened', client }];
}
