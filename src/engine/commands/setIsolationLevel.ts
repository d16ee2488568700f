/**
 * Sets how much sharing an instrument is allowed, with the numbers that decided. Up at once or at a stated time; down only
 * after notice. Positions that were open keep their place until the grace is over (MAR-13).
 */
import { LOWERING_NOTICE_MS, levelRank } from '../../isolation/index.js';
import { isSpot } from '../accountParts.js';
import type { CommandOf } from '../command.js';
import type { Decision, Situation } from '../decision.js';
import { dueLevel } from '../dueLevels.js';
import type { Event } from '../event.js';
import { keptLevelOf } from '../levelStore.js';
import { type Rejection, reject } from '../rejection.js';
import { findTrading } from './checks.js';

const REASONS_MAX = 32;
const DRIVER = /^[A-Za-z][A-Za-z0-9]{0,63}$/;

export function decideSetIsolationLevel(
  situation: Situation,
  command: CommandOf<'setIsolationLevel'>,
): Decision {
  const { state, timeMs } = situation;
  const instrumentRow = findTrading(state, command.instrument);
  if (typeof instrumentRow === 'object') return instrumentRow;
  const kept = keptLevelOf(state, instrumentRow);
  const { inForce, next } = kept;
  const { level, revision, reasons } = command;
  const malformed =
    (isSpot(state, instrumentRow)
      ? invalid('instrument', 'a pair is exchanged and never a position')
      : null) ??
    reasonsFault(reasons) ??
    (revision === kept.revision + 1 ? null : invalid('revision', `is ${kept.revision + 1}`));
  if (malformed !== null) return malformed;
  if (level === (next ?? inForce).level)
    return reject('nothing_to_do', { instrument: command.instrument, level });
  const isLowered = levelRank(level) < levelRank(inForce.level);
  const earliestMs = timeMs + (isLowered ? LOWERING_NOTICE_MS : 0);
  const effectiveMs = command.effectiveMs ?? earliestMs;
  const graceUntilMs = Math.max(command.graceUntilMs, effectiveMs);
  if (effectiveMs < timeMs) return reject('time_backwards', { effectiveMs, timeMs });
  if (effectiveMs < earliestMs)
    return reject('notice_too_short', { effectiveMs, earliestMs, noticeMs: LOWERING_NOTICE_MS });
  const change = { level, revision, reasons, effectiveMs, graceUntilMs };
  const announced: Event = { kind: 'isolationLevelSet', instrumentRow, ...change };
  if (level === inForce.level) return [announced];
  const applied = dueLevel(situation, instrumentRow, { ...kept, next: change });
  return effectiveMs > timeMs || applied === null ? [announced] : [announced, applied];
}

function reasonsFault(reasons: CommandOf<'setIsolationLevel'>['reasons']): Rejection | null {
  if (reasons.length === 0 || reasons.length > REASONS_MAX)
    return invalid('reasons', `is a list of 1 to ${REASONS_MAX}`);
  const at = reasons.findIndex(({ driver }) => !DRIVER.test(driver));
  return at < 0 ? null : invalid(`reasons[${at}].driver`, 'is a name of letters and digits');
}

function invalid(field: string, rule: string): Rejection {
  return reject('invalid_definition', { field, rule });
}
