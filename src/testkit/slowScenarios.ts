/** Judges scenarios that are sent: when a set comes into force, and by a full scan whom they wake (MAR-10). */
import type { EventOf } from '../engine/event.js';
import { openPositionsOf, type SlowAccount, type SlowInstrument, type SlowPool } from './slowBooks.js';
import { Disagreement, demand, type EventContext } from './slowDemand.js';
import { applySlowly } from './slowModel.js';
import { copyOf } from './slowRules.js';
import { isSlowlyLiquidatable } from './slowValues.js';

export function judgeScenarios(context: EventContext, event: EventOf<'scenariosSent'>): void {
  const { books, command } = context;
  if (command.kind !== 'sendScenarios') throw new Disagreement('scenarios out of nothing');
  const { scenarios } = books.pools[event.poolRow] as SlowPool;
  const { inForce = null, defined } = scenarios ?? {};
  const isNew = command.set === defined?.id && textOf(inForce) !== textOf(defined);
  demand(event.isInForce === isNew, () => `MAR-10: a set comes into force: ${event.isInForce}`);
  if (isNew) judgeCoverage(context, event);
  for (const { instrumentRow } of event.instruments) {
    const before = (books.instruments[instrumentRow] as SlowInstrument).vectors;
    demand(
      before === null || before.timeMs <= event.sourceTimeMs,
      () => `MAR-10: vectors of ${instrumentRow} older than those before`,
    );
  }
  const after = copyOf(books);
  applySlowly(after, event);
  const due = [...books.accounts.entries()]
    .filter(
      ([row, { isQueued, mode, pool }]) =>
        pool === event.poolRow &&
        mode === 'portfolio' &&
        !isQueued &&
        openPositionsOf(books, row).length > 0 &&
        isSlowlyLiquidatable(after, after.accounts[row] as SlowAccount),
    )
    .map(([row]) => row);
  demand(
    event.woken.join() === due.join(),
    () => `MAR-10: scenarios wake ${event.woken.join()}, a full scan finds ${due.join()}`,
  );
}

/** Two sets that say the same are one. */
function textOf(set: unknown): string {
  return JSON.stringify(set, (_key, value) => (typeof value === 'bigint' ? `${value}` : value));
}

/** A set decides only once it says something about everything that trades in its pool. */
function judgeCoverage({ books }: EventContext, event: EventOf<'scenariosSent'>): void {
  for (const [row, { pool, status, listed }] of books.instruments.entries()) {
    const isSent = event.instruments.some(({ instrumentRow }) => instrumentRow === row);
    demand(
      pool !== event.poolRow || status === 'settled' || isSent,
      () => `MAR-10: a set comes into force without ${listed.definition.id}`,
    );
  }
}
