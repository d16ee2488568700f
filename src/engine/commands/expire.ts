/**
 * A future or an option has expired: it stops trading and settles every position, a future at the guarded mark (FND-06),
 * an option at its intrinsic value (FND-05). The whole series of an option expires with it, at one price of the
 * underlying: the one that came with the latest mark of the series that may decide.
 */
import { intrinsicMarkTicksTowardsZero } from '../../market/index.js';
import type { CommandOf } from '../command.js';
import type { Decision, Situation } from '../decision.js';
import type { Event } from '../event.js';
import { hasUsableMark } from '../marginView.js';
import { seriesOf } from '../optionSeries.js';
import { reject } from '../rejection.js';
import { INSTRUMENT_STATUS, listedInstrument, type State } from '../state.js';
import { poolFault, unknown } from './checks.js';

export function decideExpire(situation: Situation, { instrument }: CommandOf<'expire'>): Decision {
  const { state, timeMs } = situation;
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
  const series = seriesOf(situation, instrumentRow).filter(
    (row) => instruments.status.get(row) === INSTRUMENT_STATUS.trading,
  );
  const indexTicks = instruments.indexTicks.get(latestMarked(situation, series));
  const settlesAt = (row: number) => settlementTicks(state, row, indexTicks);
  const events: Event[] = series.map((row) => ({
    kind: 'expired',
    instrumentRow: row,
    settlementTicks: settlesAt(row),
  }));
  for (const row of series)
    if (state.totals.openInterest.get(row) === 0n)
      events.push({ kind: 'instrumentSettled', instrumentRow: row });
  return events;
}

/** Of instruments with marks that may decide, the one whose mark is the latest; of equals the first. */
function latestMarked({ state, timeMs }: Situation, rows: readonly number[]): number {
  const { markTimeMs } = state.instruments;
  const usable = rows.filter((row) => hasUsableMark(state, row, timeMs));
  return usable.reduce((latest, row) => (markTimeMs.get(row) > markTimeMs.get(latest) ? row : latest));
}

function settlementTicks(state: State, instrumentRow: number, indexTicks: bigint): bigint {
  const { option, marginTerms } = listedInstrument(state, instrumentRow);
  return option === null
    ? state.instruments.markTicks.get(instrumentRow)
    : intrinsicMarkTicksTowardsZero(option, marginTerms, indexTicks);
}
