/** Whether a caller may send a command. What belongs to somebody else is not there, for whoever must not know of it. */
import {
  COMMAND_ACCESS,
  type JsonObject,
  type NotOwn,
  notOwn,
  type Problem,
  problem,
  type WireCommand,
} from '../../contract/index.js';
import { type ExternalCommand, poolsOfCommand, type State } from '../../engine/index.js';
import { ANYBODY, type Principal, reaches } from './principal.js';

/** Before its numbers are read, since units tell what there is; null where it may be sent. */
export function forbids(state: State, caller: Principal, command: WireCommand): Problem | null {
  const { kind } = command;
  const { scope } = COMMAND_ACCESS[kind];
  if (!caller.scopes.has(scope)) return problem('not_permitted', { context: { scope, kind } });
  if (caller.clients !== 'all') {
    const found = notOwn(state, command, caller.clients);
    if (found !== null) return notOwnProblem(found, command);
  }
  if (caller !== ANYBODY && 'operator' in command && command.operator !== caller.id)
    return problem('operator_mismatch', { context: { operator: command.operator, caller: caller.id } });
  return null;
}

/** Of a caller bound to pools: the command is about these and no other. */
export function leavesPools(state: State, caller: Principal, command: ExternalCommand): Problem | null {
  if (caller.pools === 'all') return null;
  const named = [...poolsOfCommand(state, command)];
  const isInside =
    named.length > 0 && named.every((row) => reaches(caller.pools, state.pools.names.nameOf(row)));
  return isInside ? null : problem('not_permitted', { context: { kind: command.kind, bound: 'pools' } });
}

const MISSING = { client: 'unknown_client', account: 'unknown_account', order: 'unknown_order' } as const;

function notOwnProblem(found: NotOwn, command: WireCommand): Problem {
  const fields = command as unknown as JsonObject;
  switch (found.why) {
    case 'notClients':
      return problem('not_permitted', { context: { kind: command.kind, bound: 'clients' } });
    case 'isNotThere':
      return problem(MISSING[found.names], { context: { id: fields[found.field] as string } });
    case 'idIsNotOwn':
      return problem('id_not_own', {
        context: { id: fields[found.field] as string, prefix: found.prefix },
      });
  }
}
