/** Whether an address is for a caller at all; what it then shows of whom is the address's own matter. */
import { refuse } from '../reply.js';
import type { Route } from '../routes.js';
import type { Principal } from './principal.js';

export function assertReaches(caller: Principal, { scope, reach }: Pick<Route, 'scope' | 'reach'>): void {
  if (scope !== null && scope !== 'each' && !caller.scopes.has(scope))
    throw refuse('not_permitted', { scope });
  const { clients, pools } = caller;
  const isForClients = reach === 'public' || reach === 'accounts' || reach === 'clients';
  if (clients !== 'all' && !isForClients) throw refuse('not_permitted', { bound: 'clients' });
  const isForPools = reach === 'public' || reach === 'accounts';
  if (pools !== 'all' && !isForPools) throw refuse('not_permitted', { bound: 'pools' });
}
