/** How long a pool's insurance fund rests before each draw-down, the first one too (LIQ-09). */
import type { CommandOf } from '../command.js';
import type { Decision, Situation } from '../decision.js';
import { reject } from '../rejection.js';
import { poolFault, unknown } from './checks.js';

const YEAR_MS = 366 * 24 * 3_600_000;

export function decideSetFundCoolDown(
  { state }: Situation,
  { pool, coolDownMs }: CommandOf<'setFundCoolDown'>,
): Decision {
  const poolRow = state.pools.names.rowOf(pool);
  if (poolRow < 0) return unknown('unknown_pool', pool);
  const quarantined = poolFault(state, poolRow);
  if (quarantined !== null) return quarantined;
  if (coolDownMs > YEAR_MS)
    return reject('invalid_definition', { field: 'coolDownMs', rule: `at most ${YEAR_MS}` });
  if (coolDownMs === state.pools.fundCoolDownMs.get(poolRow)) return reject('nothing_to_do');
  return [{ kind: 'fundCoolDownSet', poolRow, coolDownMs }];
}
