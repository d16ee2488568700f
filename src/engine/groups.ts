/** Clients that belong together: one for limits on size, and for what they may trade with one another (ISO-05). */
import { mixName } from '../base/index.js';
import type { EventOf } from './event.js';
import type { State } from './state.js';

/** The group of the client, or -1. */
export function groupOf({ clients }: State, clientRow: number): number {
  return clients.group.get(clientRow);
}

/** The client, or all of its group, in order. */
export function clientsLike(state: State, clientRow: number): readonly number[] {
  const group = groupOf(state, clientRow);
  return group < 0 ? [clientRow] : [...membersOf(state, group)].sort((a, b) => a - b);
}

export function areOne(state: State, a: number, b: number): boolean {
  return a === b || (groupOf(state, a) >= 0 && groupOf(state, a) === groupOf(state, b));
}

/** Called by `evolve` alone: a group begins with its first client. */
export function keepGroup(state: State, { clientRow, group }: EventOf<'groupSet'>): void {
  const { clients, groups, undo } = state;
  const before = groupOf(state, clientRow);
  if (before >= 0) {
    membersOf(state, before).delete(clientRow);
    undo.push(() => membersOf(state, before).add(clientRow));
  }
  const after = group === null ? -1 : groupRow(state, group);
  clients.group.set(clientRow, after);
  if (after < 0) return;
  membersOf(state, after).add(clientRow);
  undo.push(() => groups.members.get(after)?.delete(clientRow));
}

/** Every client's group, by full scan. */
export function rebuildGroups(state: State): void {
  for (let row = 0; row < state.clients.table.size; row++) {
    const group = groupOf(state, row);
    if (group >= 0) membersOf(state, group).add(row);
  }
}

function groupRow({ groups }: State, group: string): number {
  const known = groups.names.rowOf(group);
  if (known >= 0) return known;
  const row = groups.table.append(mixName(group));
  groups.names.add(group);
  return row;
}

function membersOf({ groups }: State, group: number): Set<number> {
  const members = groups.members.get(group) ?? new Set();
  groups.members.set(group, members);
  return members;
}
