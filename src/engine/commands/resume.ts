/** Gives a pool's queue of work another budget. */
import type { CommandOf } from '../command.js';
import type { Decision, Situation } from '../decision.js';
import { poolFault, unknown } from './checks.js';

export function decideResume({ state }: Situation, { pool }: CommandOf<'resume'>): Decision {
  const poolRow = state.pools.names.rowOf(pool);
  if (poolRow < 0) return unknown('unknown_pool', pool);
  return poolFault(state, poolRow) ?? [{ kind: 'resumed', poolRow }];
}
