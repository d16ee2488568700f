/**
 * Settles an expired future a pair of holders at a time: a long and a short close against each other at the
 * settlement mark, so that signed lots stay zero at every step. What a loser cannot pay is a deficit of its
 * pool with cause `expiry`.
 */
import { abs, divFloor, min } from '../../base/index.js';
import type { MarginTerms } from '../../margin/index.js';
import { valueAtMark } from '../../market/index.js';
import type { CommandOf } from '../command.js';
import type { Decision, Situation } from '../decision.js';
import { finishDraft, newDraft } from '../draft.js';
import type { Event } from '../event.js';
import { openTakeoversOf } from '../evolve.js';
import { reject } from '../rejection.js';
import { INSTRUMENT_STATUS, listedInstrument, type State } from '../state.js';
import { tradeAtMark } from './markTrade.js';

/** Holders closed in one step: the rest follows in the next. */
const HOLDERS_MAX = 128;

interface Holding {
  readonly positionRow: number;
  left: bigint;
  traded: bigint;
  value: bigint;
}

export function decideSettleExpiry(
  situation: Situation,
  { instrumentRow }: CommandOf<'settleExpiry'>,
): Decision {
  const { state } = situation;
  if (state.instruments.status.get(instrumentRow) !== INSTRUMENT_STATUS.settling)
    return reject('nothing_to_do');
  const longs = holdingsOf(situation, instrumentRow, 'long');
  const shorts = holdingsOf(situation, instrumentRow, 'short');
  const settled = pairOff(state, instrumentRow, { longs, shorts });
  const draft = newDraft();
  for (const { positionRow, traded, value } of settled) {
    tradeAtMark(situation, draft, { positionRow, lots: traded, value, cause: 'expiry' });
  }
  finishDraft(state, draft, state.instruments.poolAsset.get(instrumentRow));
  const events: Event[] = [{ kind: 'expirySettled', instrumentRow, ...draft }];
  const isDone = [...longs, ...shorts].every(({ left }) => left === 0n);
  if (isDone) events.push({ kind: 'instrumentSettled', instrumentRow });
  return events;
}

function pairOff(
  state: State,
  instrumentRow: number,
  { longs, shorts }: { readonly longs: readonly Holding[]; readonly shorts: readonly Holding[] },
): Holding[] {
  const { marginTerms } = listedInstrument(state, instrumentRow);
  const settlementTicks = state.instruments.settlementTicks.get(instrumentRow);
  const touched = new Set<Holding>();
  let [l, s] = [0, 0];
  while (l < longs.length && s < shorts.length && touched.size < HOLDERS_MAX) {
    const long = longs[l] as Holding;
    const short = shorts[s] as Holding;
    const lots = min(long.left, short.left);
    const value = valueAt(marginTerms, lots, settlementTicks);
    long.traded -= lots;
    long.value -= value;
    short.traded += lots;
    short.value += value;
    long.left -= lots;
    short.left -= lots;
    touched.add(long).add(short);
    if (long.left === 0n) l++;
    if (short.left === 0n) s++;
  }
  return [...touched];
}

/** An option that expires worthless settles at 0, where nothing else has a value. */
function valueAt(terms: MarginTerms, lots: bigint, settlementTicks: bigint): bigint {
  if (settlementTicks === 0n) return 0n;
  const { numerator, denominator } = valueAtMark(terms, lots, settlementTicks);
  return divFloor(numerator, denominator);
}

/** Accounts, takeovers and the outside on one side, by position row. */
function holdingsOf({ state, derived }: Situation, instrumentRow: number, side: 'long' | 'short'): Holding[] {
  const { positions, instruments, takeovers } = state;
  const rows = [...derived.holders(instrumentRow, side)];
  const others = [...openTakeoversOf(state, instruments.pool.get(instrumentRow))]
    .filter((row) => takeovers.instrument.get(row) === instrumentRow)
    .map((row) => takeovers.position.get(row));
  const outside = instruments.counterpartyPosition.get(instrumentRow);
  if (outside >= 0) others.push(outside);
  for (const row of others)
    if (side === 'long' ? positions.lots.get(row) > 0n : positions.lots.get(row) < 0n) rows.push(row);
  return rows
    .sort((a, b) => a - b)
    .map((positionRow) => ({
      positionRow,
      left: abs(positions.lots.get(positionRow)),
      traded: 0n,
      value: 0n,
    }));
}
