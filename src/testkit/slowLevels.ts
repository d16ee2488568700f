/** Judges isolation levels: when they come into force, and that nothing opens, arrives or leaves against them (MAR-13). */
import type { Event, EventOf } from '../engine/event.js';
import { ISOLATION_LEVELS, type IsolationLevel, LEVEL_EFFECTS } from '../isolation/index.js';
import type { MarginMode } from '../margin/index.js';
import {
  openPositionsOf,
  type SlowAccount,
  type SlowBooks,
  type SlowInstrument,
  type SlowLevelChange,
} from './slowBooks.js';
import { demand, type EventContext } from './slowDemand.js';

const rank = (level: IsolationLevel) => ISOLATION_LEVELS.indexOf(level);

export function applyLevelSlowly(
  books: SlowBooks,
  event: EventOf<'isolationLevelSet' | 'isolationLevelApplied'>,
): void {
  const instrument = books.instruments[event.instrumentRow] as SlowInstrument;
  const { isolation } = instrument;
  if (event.kind === 'isolationLevelSet') {
    const { level, effectiveMs, graceUntilMs } = event;
    const next = level === isolation.level ? null : { level, effectiveMs, graceUntilMs };
    instrument.isolation = { ...isolation, next };
    return;
  }
  const isOver = event.applies !== 'opening';
  const inForce = event.applies === 'graceOver' ? isolation : { ...isolation, ...isolation.next, next: null };
  const ofLiquidation = isOver ? event.level : isolation.ofLiquidation;
  instrument.isolation = { ...inForce, isGraceOver: isOver, ofLiquidation };
}

/** A level counts from its time on, and its grace ends at its time: nothing of its pool is decided before that. */
export function judgeDueLevels(books: SlowBooks, timeMs: number, events: readonly Event[]): void {
  const applied = events.filter((event) => event.kind === 'isolationLevelApplied');
  for (const event of applied) {
    const { isolation } = books.instruments[event.instrumentRow] as SlowInstrument;
    const announced = events.find(
      (each) => each.kind === 'isolationLevelSet' && each.instrumentRow === event.instrumentRow,
    ) as SlowLevelChange | undefined;
    const due = event.applies === 'graceOver' ? isolation : (announced ?? isolation.next);
    demand(due?.level === event.level, () => `MAR-13: ${event.level} comes into force, due is ${due?.level}`);
    if (due === null || due === undefined) continue;
    const isOver = timeMs >= due.graceUntilMs;
    demand(
      timeMs >= due.effectiveMs && isOver === (event.applies !== 'opening'),
      () => `MAR-08: ${event.level} applies ${event.applies} at ${timeMs}`,
    );
  }
  const touched = new Set(
    events.flatMap((event) =>
      event.kind !== 'isolationLevelApplied' && event.kind !== 'parametersApplied' && 'instrumentRow' in event
        ? [event.instrumentRow]
        : [],
    ),
  );
  for (const [row, { isolation }] of books.instruments.entries()) {
    if (!touched.has(row) || applied.some(({ instrumentRow }) => instrumentRow === row)) continue;
    const { next, isGraceOver, graceUntilMs, level } = isolation;
    const isRaised = next !== null && rank(next.level) > rank(level);
    demand(!isRaised || timeMs < next.effectiveMs, () => `MAR-13: ${row} is not raised at its time`);
    const mayWait = next !== null && timeMs >= next.effectiveMs;
    demand(isGraceOver || mayWait || timeMs < graceUntilMs, () => `MAR-13: the grace of ${row} does not end`);
  }
}

/** A position opens only in a mode the level allows, or where one was open before and the grace is not over. */
export function judgeLevelOpening(books: SlowBooks, accountRow: number, instrumentRow: number): void {
  const { isolation } = books.instruments[instrumentRow] as SlowInstrument;
  const { id, mode } = books.accounts[accountRow] as SlowAccount;
  const { positionModes, opening } = LEVEL_EFFECTS[isolation.level];
  const isHeld = openPositionsOf(books, accountRow).some(({ instrument }) => instrument === instrumentRow);
  demand(opening === 'allowed', () => `MAR-13: ${id} opens in ${instrumentRow}, which may be closed only`);
  demand(
    positionModes.includes(mode) || (isHeld && !isolation.isGraceOver),
    () => `MAR-13: ${id} opens in ${instrumentRow} in mode ${mode} at level ${isolation.level}`,
  );
}

/** Nothing leaves an account that a level locks. */
export function judgeLocked(books: SlowBooks, accountRow: number): void {
  const account = books.accounts[accountRow] as SlowAccount;
  for (const { instrument } of openPositionsOf(books, accountRow)) {
    const { isolation } = books.instruments[instrument] as SlowInstrument;
    const isLocked = LEVEL_EFFECTS[isolation.level].removal === 'locked';
    demand(
      !isLocked || (account.mode !== 'isolated' && !isolation.isGraceOver),
      () => `MAR-13: margin leaves ${account.id}, which holds ${instrument} at level ${isolation.level}`,
    );
  }
}

/** A position comes into an account that shares more only where the level allows its mode. */
export function judgeArrival(
  { books }: Pick<EventContext, 'books'>,
  of: { readonly from: MarginMode; readonly to: MarginMode; readonly instruments: readonly number[] },
): void {
  const modes: readonly MarginMode[] = ['isolated', 'cross', 'portfolio'];
  if (modes.indexOf(of.to) <= modes.indexOf(of.from)) return;
  for (const row of of.instruments) {
    const { level } = (books.instruments[row] as SlowInstrument).isolation;
    demand(
      LEVEL_EFFECTS[level].positionModes.includes(of.to),
      () => `MAR-13: ${row} comes into mode ${of.to} at level ${level}`,
    );
  }
}

/** The least offset cap of a set and of the levels of what an account holds. */
export function slowOffsetCap(
  books: SlowBooks,
  of: {
    readonly instruments: readonly number[];
    readonly capPpm: bigint;
    readonly judges: 'opening' | 'liquidation';
  },
): bigint {
  let least = of.capPpm;
  for (const row of of.instruments) {
    const { level, ofLiquidation } = (books.instruments[row] as SlowInstrument).isolation;
    const { offsetCapPpm } = LEVEL_EFFECTS[of.judges === 'opening' ? level : ofLiquidation];
    if (offsetCapPpm < least) least = offsetCapPpm;
  }
  return least;
}
