/** A future has expired: it stops trading and settles every position at the guarded mark (FND-06). */
import type { CommandOf } from '../command.js';
import type { Decision, Situation } from '../decision.js';
import type { Event } from '../event.js';
import { hasUsableMark } from '../marginView.js';
import { reject } from '../rejection.js';
import { INSTRUMENT_STATUS, listedInstrument } from '../state.js';
import { poolFault, unknown } from './checks.js';

export function decideExpire({ state, timeMs }: Situation, { instrument }: CommandOf<'expire'>): Decision {
  const { instruments } = state;
  const instrumentRow = instruments.names.rowOf(instrument);
  if (instrumentRow < 0) return unknown('unknown_instrument', instrument);
  const quarantined = poolFault(state, instruments.pool.get(instrumentRow));
  if (quarantined !== null) return quarantined;
  if (instruments.status.get(instrumentRow) !== INSTRUMENT_STATUS.trading) {
    return reject('instrument_not_trading', { instrument });
  }
  const { expiryMs } = listedInstrument(state, instrumentRow).definition;
  if (expiryMs === null || timeMs < expiryMs) {
    return reject('instrument_not_expired', { instrument, timeMs, expiryMs: expiryMs ?? 'none' });
  }
  if (!hasUsableMark(state, instrumentRow, timeMs)) return reject('mark_unusable', { instrument });
  const settlementTicks = instruments.markTicks.get(instrumentRow);
  const events: Event[] = [{ kind: 'expired', instrumentRow, settlementTicks }];
  if (state.totals.openInterest.get(instrumentRow) === 0n)
    events.push({ kind: 'instrumentSettled', instrumentRow });
  return events;
}
