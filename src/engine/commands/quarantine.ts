/** Halts one pool after a law of its own was broken; the step that broke it has been undone. */
import type { CommandOf } from '../command.js';
import type { Decision } from '../decision.js';

export function decideQuarantine({ poolRow, law }: CommandOf<'quarantine'>): Decision {
  return [{ kind: 'poolQuarantined', poolRow, law }];
}
