/**
 * Puts a client into a group of clients that are one for limits and for fills between them (ISO-05), or takes it out. The
 * caps bind what the group opens from then on; what its clients hold already stays.
 */
import { isId } from '../../market/index.js';
import type { CommandOf } from '../command.js';
import type { Decision, Situation } from '../decision.js';
import { groupOf } from '../groups.js';
import { reject } from '../rejection.js';
import { unknown } from './checks.js';

export function decideSetGroup({ state }: Situation, { client, group }: CommandOf<'setGroup'>): Decision {
  const clientRow = state.clients.names.rowOf(client);
  if (clientRow < 0) return unknown('unknown_client', client);
  if (group !== null && !isId(group)) return reject('invalid_id', { id: group.slice(0, 80) });
  const before = groupOf(state, clientRow);
  const isSame = group === null ? before < 0 : before >= 0 && state.groups.names.rowOf(group) === before;
  return isSame ? reject('nothing_to_do') : [{ kind: 'groupSet', clientRow, group }];
}
