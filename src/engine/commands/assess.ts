/** Records that a pool has become sound, or has ceased to be. */
import type { CommandOf } from '../command.js';
import type { Decision, Situation } from '../decision.js';
import { reject } from '../rejection.js';
import { isPoolSound } from '../soundness.js';

export function decideAssess(situation: Situation, { poolRow }: CommandOf<'assess'>): Decision {
  const isSound = isPoolSound(situation, poolRow);
  if (isSound === (situation.state.pools.isSound.get(poolRow) === 1)) return reject('nothing_to_do');
  return [{ kind: 'soundnessAssessed', poolRow, isSound }];
}
