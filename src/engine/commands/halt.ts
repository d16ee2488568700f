/** An operator halts an instrument, or a whole pool, until a time, or lifts a halt; and sets circuit breakers. */
import { PPM } from '../../base/index.js';
import type { CommandOf } from '../command.js';
import type { Decision, Situation } from '../decision.js';
import { type Rejection, reject } from '../rejection.js';
import type { State } from '../state.js';
import { findTrading, unknown } from './checks.js';

export function decideHalt({ state, timeMs }: Situation, command: CommandOf<'halt'>): Decision {
  const found = findHalted(state, command);
  if ('code' in found) return found;
  const { untilMs } = command;
  if (untilMs <= timeMs) return reject('time_backwards', { untilMs, timeMs });
  return [{ kind: 'halted', ...found, untilMs, cause: 'operator', fromTicks: 0n, toTicks: 0n }];
}

export function decideLiftHalt({ state, timeMs }: Situation, command: CommandOf<'liftHalt'>): Decision {
  const found = findHalted(state, command);
  if ('code' in found) return found;
  const { poolRow, instrumentRow } = found;
  const untilMs =
    instrumentRow < 0
      ? state.pools.haltedUntilMs.get(poolRow)
      : state.instruments.haltedUntilMs.get(instrumentRow);
  return untilMs <= timeMs ? reject('nothing_to_do') : [{ kind: 'haltLifted', ...found }];
}

export function decideSetBreaker(
  { state }: Situation,
  { instrument, breaker }: CommandOf<'setBreaker'>,
): Decision {
  const instrumentRow = findTrading(state, instrument);
  if (typeof instrumentRow === 'object') return instrumentRow;
  if (breaker !== null) {
    const { bandPpm, windowMs, coolDownMs } = breaker;
    if (bandPpm <= 0n || bandPpm > PPM)
      return reject('invalid_definition', { field: 'breaker.bandPpm', rule: 'above 0, at most 1,000,000' });
    if (windowMs < 1) return reject('invalid_definition', { field: 'breaker.windowMs', rule: 'above 0' });
    if (coolDownMs < 1) return reject('invalid_definition', { field: 'breaker.coolDownMs', rule: 'above 0' });
  }
  const { bandPpm, windowMs, coolDownMs } = breaker ?? { bandPpm: 0n, windowMs: 0, coolDownMs: 0 };
  return [{ kind: 'breakerSet', instrumentRow, bandPpm, windowMs, coolDownMs }];
}

/** `instrument` null is the whole pool. */
function findHalted(
  state: State,
  { pool, instrument }: { readonly pool: string; readonly instrument: string | null },
): { readonly poolRow: number; readonly instrumentRow: number } | Rejection {
  const poolRow = state.pools.names.rowOf(pool);
  if (poolRow < 0) return unknown('unknown_pool', pool);
  if (instrument === null) return { poolRow, instrumentRow: -1 };
  const instrumentRow = findTrading(state, instrument);
  if (typeof instrumentRow === 'object') return instrumentRow;
  if (state.instruments.pool.get(instrumentRow) !== poolRow)
    return reject('instrument_not_in_pool', { pool, instrument });
  return { poolRow, instrumentRow };
}
