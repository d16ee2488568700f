/** How a pool liquidates from now on; without a policy it takes over at once. */
import type { CommandOf } from '../command.js';
import type { Decision, Situation } from '../decision.js';
import { policyFault } from '../liquidationPolicy.js';
import { reject } from '../rejection.js';
import { poolFault, unknown } from './checks.js';

export function decideSetLiquidation(
  { state }: Situation,
  { pool, policy }: CommandOf<'setLiquidation'>,
): Decision {
  const poolRow = state.pools.names.rowOf(pool);
  if (poolRow < 0) return unknown('unknown_pool', pool);
  const quarantined = poolFault(state, poolRow);
  if (quarantined !== null) return quarantined;
  const fault = policy === null ? null : policyFault(policy);
  if (fault !== null) return reject('invalid_definition', { field: fault.field, rule: fault.rule });
  return [{ kind: 'liquidationSet', poolRow, policy }];
}
