/**
 * A batch of marks. Each goes through its instrument's guard; those that act change all at once, and every
 * account they bring to maintenance margin is queued (PRC-02). Bad marks are named and change nobody's fate.
 */
import { isLiquidatable } from '../../margin/index.js';
import { guardMark, isMarkUsable } from '../../market/index.js';
import type { CommandOf } from '../command.js';
import type { Decision, Situation } from '../decision.js';
import type { EventOf } from '../event.js';
import { accountView } from '../marginView.js';
import { reject } from '../rejection.js';
import { INSTRUMENT_STATUS, listedInstrument, markState } from '../state.js';
import { unknown } from './checks.js';

/** A source's clock may be this far ahead of the engine's. */
const AHEAD_MAX_MS = 5_000;
/** As large a number as a mark column holds; what is larger is malformed, not a jump. */
const TICKS_MAX = 2n ** 62n;

export function decideMark({ state, derived, timeMs }: Situation, command: CommandOf<'mark'>): Decision {
  const { sourceTimeMs } = command;
  const { instruments } = state;
  if (command.marks.length === 0) return reject('nothing_to_do');
  if (sourceTimeMs > timeMs + AHEAD_MAX_MS) return reject('source_time_ahead', { sourceTimeMs, timeMs });
  const rows: number[] = [];
  for (const { instrument, markTicks, indexTicks } of command.marks) {
    const row = instruments.names.rowOf(instrument);
    if (row < 0) return unknown('unknown_instrument', instrument);
    if (rows.includes(row))
      return reject('invalid_definition', { field: 'marks', rule: 'each instrument once' });
    if (markTicks > TICKS_MAX || indexTicks < 0n || indexTicks > TICKS_MAX) {
      return reject('invalid_price', { instrument, markTicks, indexTicks });
    }
    rows.push(row);
  }
  // An instrument whose own feed is ahead does not hold up the others of a joint batch; a batch of nothing new is refused.
  const lastTimeMs = Math.min(...rows.map((row) => instruments.sourceTimeMs.get(row)));
  if (sourceTimeMs < lastTimeMs) return reject('time_backwards', { sourceTimeMs, lastTimeMs });

  const marks: EventOf<'marked'>['marks'][number][] = [];
  const woken: number[] = [];
  for (const [at, { markTicks, indexTicks }] of command.marks.entries()) {
    const instrumentRow = rows[at] as number;
    if (instruments.status.get(instrumentRow) !== INSTRUMENT_STATUS.trading) continue;
    const { definition, terms, marginTerms } = listedInstrument(state, instrumentRow);
    const guard = { ...definition, markTicksMax: terms.markTicksMax };
    const { verdict, next } = guardMark(markState(state, instrumentRow), guard, {
      markTicks,
      sourceTimeMs,
      nowMs: timeMs,
    });
    const hasActed = verdict === 'accepted' || verdict === 'confirmed';
    const isIndexSound = indexTicks > 0n && indexTicks <= terms.markTicksMax;
    marks.push({
      instrumentRow,
      verdict,
      markTicks: next.markTicks,
      indexTicks: !hasActed
        ? instruments.indexTicks.get(instrumentRow)
        : isIndexSound
          ? indexTicks
          : next.markTicks,
      markTimeMs: next.sourceTimeMs,
      pendingTicks: next.pendingTicks,
      pendingCount: next.pendingCount,
      isSuspect: next.isSuspect,
    });
    if (!hasActed || !isMarkUsable(next, definition, timeMs)) continue;
    const triggers = derived.triggers();
    const fundingIndex = instruments.fundingIndex.get(instrumentRow);
    triggers.collect({ instrumentRow, markTicks: next.markTicks, fundingIndex }, (accountRow) => {
      if (isLiquidatable(marginTerms, accountView(state, accountRow), next.markTicks)) woken.push(accountRow);
      else triggers.rekey(accountRow);
    });
  }
  woken.sort((a, b) => a - b);
  return [{ kind: 'marked', sourceTimeMs, marks, woken }];
}
