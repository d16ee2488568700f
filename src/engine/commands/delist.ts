/**
 * Takes an instrument off the market: first its positions may only be reduced, then all of them settle at the guarded
 * mark, as at an expiry. Nothing is taken from anybody without a mark that may decide.
 */
import type { CommandOf } from '../command.js';
import type { Decision, Situation } from '../decision.js';
import type { Event } from '../event.js';
import { hasUsableMark } from '../marginView.js';
import { reject } from '../rejection.js';
import { findTrading } from './checks.js';

export function decideSetReduceOnly({ state }: Situation, command: CommandOf<'setReduceOnly'>): Decision {
  const instrumentRow = findTrading(state, command.instrument);
  if (typeof instrumentRow === 'object') return instrumentRow;
  const { isReduceOnly } = command;
  const isSame = (state.instruments.isReduceOnly.get(instrumentRow) === 1) === isReduceOnly;
  return isSame ? reject('nothing_to_do') : [{ kind: 'reduceOnlySet', instrumentRow, isReduceOnly }];
}

export function decideDelist({ state, timeMs }: Situation, { instrument }: CommandOf<'delist'>): Decision {
  const instrumentRow = findTrading(state, instrument);
  if (typeof instrumentRow === 'object') return instrumentRow;
  const isHeld = state.totals.openInterest.get(instrumentRow) > 0n;
  if (isHeld && !hasUsableMark(state, instrumentRow, timeMs)) return reject('mark_unusable', { instrument });
  const settlementTicks = state.instruments.markTicks.get(instrumentRow);
  const events: Event[] = [{ kind: 'expired', instrumentRow, settlementTicks }];
  if (!isHeld) events.push({ kind: 'instrumentSettled', instrumentRow });
  return events;
}
