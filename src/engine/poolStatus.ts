/** Whether a pool takes anything new: asked wherever something would open, be lent, be borrowed or join. */
import { type Rejection, reject } from './rejection.js';
import { POOL_STATUS, type State } from './state.js';

export function poolOpenFault({ pools }: State, poolRow: number): Rejection | null {
  const status = pools.status.get(poolRow);
  if (status === POOL_STATUS.open) return null;
  return reject('pool_not_open', {
    pool: pools.names.nameOf(poolRow),
    status: status === POOL_STATUS.closed ? 'closed' : 'windingDown',
  });
}
