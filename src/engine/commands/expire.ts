/**
 * A future or an option has expired: it stops trading and settles every position, a future at the guarded mark (FND-06),
 * an option at its intrinsic value at the price of the underlying that came with its last good mark (FND-05).
 */
import { intrinsicMarkTicksTowardsZero } from '../../market/index.js';
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
  const { option, marginTerms } = listedInstrument(state, instrumentRow);
  const settlementTicks =
    option === null
      ? instruments.markTicks.get(instrumentRow)
      : intrinsicMarkTicksTowardsZero(option, marginTerms, instruments.indexTicks.get(instrumentRow));
  const events: Event[] = [{ kind: 'expired', instrumentRow, settlementTicks }];
  if (state.totals.openInterest.get(instrumentRow) === 0n)
    events.push({ kind: 'instrumentSettled', instrumentRow });
  return events;
}
