/** A desk's pool hedges a takeover at once: it closes against the outside at the guarded mark. */
import type { CommandOf } from '../command.js';
import type { Decision, Situation } from '../decision.js';
import { hasUsableMark } from '../marginView.js';
import { reject } from '../rejection.js';
import { unwindAtMark } from './markTrade.js';

export function decideUnwindOutside(situation: Situation, command: CommandOf<'unwindOutside'>): Decision {
  const { state, timeMs } = situation;
  const { takeovers, positions, instruments } = state;
  const positionRow = takeovers.position.get(command.takeoverRow);
  const instrumentRow = takeovers.instrument.get(command.takeoverRow);
  const outside = instruments.counterpartyPosition.get(instrumentRow);
  const lots = positions.lots.get(positionRow);
  if (lots === 0n || outside < 0) return reject('nothing_to_do');
  if (!hasUsableMark(state, instrumentRow, timeMs)) return reject('mark_unusable');

  return [unwindAtMark(situation, instrumentRow, { from: positionRow, to: outside, lots })];
}
