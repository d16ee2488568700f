/**
 * A mark that was wrong. Where it still stands the right one takes its place at once, past the guard that holds jumps:
 * two operators have confirmed it. What happened at the wrong one is not undone by this; a liquidation of that time may
 * be reversed by reference to it.
 */
import type { CorrectionOf } from '../correctionFields.js';
import type { Situation } from '../decision.js';
import type { Event } from '../event.js';
import { TICKS_MAX } from '../guardPrice.js';
import { newPrices } from '../priceChange.js';
import { type Rejection, reject } from '../rejection.js';
import { listedInstrument } from '../state.js';
import { findTrading, unknown } from './checks.js';
import { wokenBy } from './mark.js';

type MarkCorrection = CorrectionOf<'correctMark'>;

export interface FoundMark {
  readonly instrumentRow: number;
}

export function findWrongMark(
  { state, timeMs }: Pick<Situation, 'state' | 'timeMs'>,
  named: MarkCorrection,
): FoundMark | Rejection {
  const { instrument, fromMs, toMs, wrongTicks, rightTicks, indexTicks } = named;
  const instrumentRow = state.instruments.names.rowOf(instrument);
  if (instrumentRow < 0) return unknown('unknown_instrument', instrument);
  const { terms, option } = listedInstrument(state, instrumentRow);
  const isPriced = rightTicks > 0n && rightTicks <= terms.markTicksMax && wrongTicks > 0n;
  const isIndexed = option === null ? indexTicks === 0n : indexTicks > 0n && indexTicks <= TICKS_MAX;
  if (!isPriced || !isIndexed)
    return reject('invalid_price', { instrument, markTicks: rightTicks, indexTicks });
  if (rightTicks === wrongTicks) return reject('nothing_to_correct', { instrument, markTicks: wrongTicks });
  if (fromMs > (toMs ?? timeMs) || (toMs ?? timeMs) > timeMs)
    return reject('facts_disagree', { rule: 'from a time up to a later one that has passed', timeMs });
  return { instrumentRow };
}

export function decideCorrectMark(situation: Situation, named: MarkCorrection): Rejection | readonly Event[] {
  const { state, derived, timeMs } = situation;
  const found = findWrongMark(situation, named);
  if ('code' in found) return found;
  if (named.toMs !== null) return [];
  const { instrument, wrongTicks, rightTicks: markTicks, indexTicks } = named;
  const { instruments } = state;
  const trading = findTrading(state, instrument);
  if (typeof trading === 'object') return trading;
  const inForceTicks = instruments.markTicks.get(trading);
  if (inForceTicks !== wrongTicks)
    return reject('facts_disagree', {
      rule: 'the wrong mark stands no more',
      instrument,
      markTicks: inForceTicks,
    });
  const actingIndex = indexTicks > 0n ? indexTicks : markTicks;
  const acted = newPrices();
  acted.marks.set(trading, { markTicks, indexTicks: actingIndex });
  return [
    {
      kind: 'marked',
      // The source has sent nothing: what it sends next is as new as it was.
      sourceTimeMs: instruments.sourceTimeMs.get(trading),
      marks: [
        {
          instrumentRow: trading,
          verdict: 'confirmed',
          markTicks,
          indexTicks: actingIndex,
          markTimeMs: timeMs,
          pendingTicks: 0n,
          pendingCount: 0,
          isSuspect: false,
          pendingIndexTicks: 0n,
        },
      ],
      assetPrices: [],
      woken: wokenBy(situation, acted),
    },
    ...derived.notices().collect(acted),
  ];
}
