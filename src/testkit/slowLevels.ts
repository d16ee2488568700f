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

/** What the slow books know of a carving or of a position that stays: nobody is carved out who has not consented. */
export function judgeCarving(
  { books, command }: Pick<EventContext, 'books' | 'command'>,
  event: EventOf<'positionMoved'>,
): void {
  if (command.kind !== 'carveRaised') return;
  const from = books.accounts[event.fromAccountRow] as SlowAccount;
  const to = books.accounts[event.toAccountRow] as SlowAccount;
  const { level } = (books.instruments[to.instrument] as SlowInstrument).isolation;
  demand(
    from.carveLeveragePpm > 0n && to.leveragePpm === from.carveLeveragePpm,
    () => `MAR-13: a position is carved out of ${from.id}, which has not consented`,
  );
  demand(
    rank(level) > rank('cross') && to.mode === 'isolated' && from.mode !== 'isolated',
    () => `MAR-13: a position is carved out of ${from.id} at level ${level}`,
  );
  demand(!from.isQueued, () => `MAR-13: a position is carved out of ${from.id}, which is being liquidated`);
}

/** Each position that stays is open, in a mode the level does not allow, once, and its reason agrees with the books. */
export function judgeGrandfathered(
  { books }: Pick<EventContext, 'books'>,
  event: EventOf<'holdersGrandfathered'>,
): void {
  const { level } = (books.instruments[event.instrumentRow] as SlowInstrument).isolation;
  demand(event.level === level, () => `MAR-13: positions are grandfathered at ${event.level}, not ${level}`);
  let last = -1;
  for (const { accountRow, positionRow, reason } of event.grandfathered) {
    const account = books.accounts[accountRow] as SlowAccount;
    const position = books.positions[positionRow];
    demand(positionRow > last, () => 'MAR-13: a position is grandfathered twice');
    last = positionRow;
    demand(
      position?.account === accountRow &&
        position.instrument === event.instrumentRow &&
        position.lots !== 0n &&
        !LEVEL_EFFECTS[level].positionModes.includes(account.mode),
      () => `MAR-13: ${account.id} needs no grandfathering`,
    );
    const isBeyond = rank(level) > rank('cross');
    const due = !isBeyond ? 'levelAllowsCross' : account.carveLeveragePpm === 0n ? 'noConsent' : null;
    demand(
      due === null ? reason !== 'levelAllowsCross' && reason !== 'noConsent' : reason === due,
      () => `MAR-13: ${account.id} stays for ${reason}, the books say ${due}`,
    );
    demand(
      (reason === 'inLiquidation') === (due === null && account.isQueued && reason !== 'notIsolatable'),
      () => `MAR-13: ${account.id} stays for ${reason}`,
    );
  }
}

/** After the level came into force no order may open what it does not let open. */
export function judgeOrdersEnded(books: SlowBooks, event: EventOf<'isolationLevelApplied'>): void {
  const { instrumentRow, level, applies } = event;
  const { positionModes, opening } = LEVEL_EFFECTS[level];
  for (const [row, { account, instrument, isReduceOnly, lots, id }] of books.orders.entries()) {
    if (instrument !== instrumentRow || lots === 0n || isReduceOnly) continue;
    const { mode } = books.accounts[account] as SlowAccount;
    const isHeld = openPositionsOf(books, account).some((position) => position.instrument === instrumentRow);
    const stands = positionModes.includes(mode) || (applies === 'opening' && isHeld);
    const left = event.orders.findLast(({ orderRow }) => orderRow === row)?.lots ?? lots;
    demand(
      left === (opening === 'allowed' && stands ? lots : 0n),
      () => `MAR-13: ${left} of order ${id} is left at level ${level}`,
    );
  }
}
