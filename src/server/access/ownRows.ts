/** What of the venue is a caller's own: rows of clients and margin accounts inside all it is bound to. */
import type { State } from '../../engine/index.js';
import { type Principal, reaches } from './principal.js';

export function ownClients({ clients }: State, { clients: bound }: Principal): readonly number[] {
  if (bound === 'all') return [...Array(clients.table.size).keys()];
  return [...bound].map((name) => clients.names.rowOf(name)).filter((row) => row >= 0);
}

export function ownAccounts(state: State, caller: Principal): readonly number[] {
  const { accounts, clients } = state;
  const rows: number[] = [];
  for (const client of ownClients(state, caller)) {
    for (let row = clients.firstAccount.get(client); row >= 0; row = accounts.nextOfClient.get(row))
      if (isOwnAccount(state, caller, row)) rows.push(row);
  }
  return rows.sort((a, b) => a - b);
}

export function isOwnAccount({ accounts, clients, pools }: State, caller: Principal, row: number): boolean {
  return (
    reaches(caller.clients, clients.names.nameOf(accounts.client.get(row))) &&
    reaches(caller.pools, pools.names.nameOf(accounts.pool.get(row)))
  );
}
