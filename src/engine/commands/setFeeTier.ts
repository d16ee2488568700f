/** Puts a client into a fee tier: from its next fill on it pays what each instrument lists for that tier. */
import type { CommandOf } from '../command.js';
import type { Decision, Situation } from '../decision.js';
import { reject } from '../rejection.js';
import { unknown } from './checks.js';

const TIER_MAX = 32;

export function decideSetFeeTier({ state }: Situation, { client, tier }: CommandOf<'setFeeTier'>): Decision {
  const clientRow = state.clients.names.rowOf(client);
  if (clientRow < 0) return unknown('unknown_client', client);
  if (tier > TIER_MAX) return reject('invalid_definition', { field: 'tier', rule: `at most ${TIER_MAX}` });
  return [{ kind: 'feeTierSet', clientRow, tier }];
}
