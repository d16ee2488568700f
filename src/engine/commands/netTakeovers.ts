/** Closes two takeovers of one instrument against each other at the guarded mark: no market is needed for it. */
import { abs, min } from '../../base/index.js';
import type { CommandOf } from '../command.js';
import type { Decision, Situation } from '../decision.js';
import { hasUsableMark } from '../marginView.js';
import { reject } from '../rejection.js';
import { unwindAtMark } from './markTrade.js';

export function decideNetTakeovers(situation: Situation, command: CommandOf<'netTakeovers'>): Decision {
  const { state, timeMs } = situation;
  const { takeovers, positions } = state;
  const long = takeovers.position.get(command.longRow);
  const short = takeovers.position.get(command.shortRow);
  const instrumentRow = takeovers.instrument.get(command.longRow);
  const lots = min(positions.lots.get(long), abs(positions.lots.get(short)));
  if (lots === 0n) return reject('nothing_to_do');
  if (!hasUsableMark(state, instrumentRow, timeMs)) return reject('mark_unusable');

  return [unwindAtMark(situation, instrumentRow, { from: long, to: short, lots })];
}
