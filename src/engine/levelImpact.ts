/**
 * Whom another level of an instrument would concern, by playing it in a trial with the work that follows: whose positions
 * would be carved out, whose grandfathered and why, whose orders would end, and whose margin would be locked (MAR-08).
 */
import { append } from '../base/append.js';
import { type IsolationLevel, LEVEL_EFFECTS } from '../isolation/index.js';
import type { ExternalCommand } from './command.js';
import type { Situation } from './decision.js';
import type { Recorded } from './engine.js';
import type { Event, EventOf } from './event.js';
import { keptLevelOf } from './levelStore.js';
import type { Rejection } from './rejection.js';

export interface LevelImpact {
  readonly carved: readonly { readonly fromRow: number; readonly toRow: number; readonly amount: bigint }[];
  readonly grandfathered: EventOf<'holdersGrandfathered'>['grandfathered'];
  /** Accounts that would lose orders to open, with how many. */
  readonly blocked: readonly { readonly accountRow: number; readonly orders: number }[];
  /** Accounts from which nothing could be taken out. */
  readonly lockedRows: readonly number[];
}

/** Inside a trial: the command at once with a day of grace, and all its work. Or why it would be refused. */
export function playLevel(
  run: (command: ExternalCommand) => Recorded,
  situation: Situation,
  { instrument, level }: { readonly instrument: string; readonly level: IsolationLevel },
): LevelImpact | Rejection {
  const { state, timeMs } = situation;
  const instrumentRow = state.instruments.names.rowOf(instrument);
  const recorded = run({
    kind: 'setIsolationLevel',
    instrument,
    level,
    revision: keptLevelOf(state, instrumentRow).revision + 1,
    reasons: [{ driver: 'preview', readingPpm: null, stressPpm: null }],
    effectiveMs: null,
    graceUntilMs: timeMs + 86_400_000,
  });
  if (recorded.record.outcome.kind === 'rejected') return recorded.record.outcome.rejection;
  const events = eventsIn(recorded);
  const pool = state.pools.names.nameOf(state.instruments.pool.get(instrumentRow));
  // What the budget of the pool left over; a resumption that does nothing more waits for something else.
  while (keptLevelOf(state, instrumentRow).cursor !== null) {
    const more = eventsIn(run({ kind: 'resume', pool }));
    if (more.length <= 1) break;
    append(events, more);
  }
  return impactOf(situation, instrumentRow, events);
}

function impactOf(
  { state, derived }: Situation,
  instrumentRow: number,
  events: readonly Event[],
): LevelImpact {
  const ended = new Map<number, number>();
  for (const event of events)
    if (event.kind === 'isolationLevelApplied' && event.instrumentRow === instrumentRow)
      for (const { orderRow } of event.orders) {
        const accountRow = state.orders.account.get(orderRow);
        ended.set(accountRow, (ended.get(accountRow) ?? 0) + 1);
      }
  const { inForce } = keptLevelOf(state, instrumentRow);
  const isLocking = LEVEL_EFFECTS[inForce.level].removal === 'locked';
  const holders = (['long', 'short'] as const).flatMap((side) =>
    [...derived.holders(instrumentRow, side)].map((row) => state.positions.account.get(row)),
  );
  const isApart = (row: number) => state.accounts.instrument.get(row) >= 0;
  return {
    carved: events
      .filter((event) => event.kind === 'positionMoved')
      .map(({ fromAccountRow: fromRow, toAccountRow: toRow, amount }) => ({ fromRow, toRow, amount })),
    grandfathered: events
      .filter((event) => event.kind === 'holdersGrandfathered')
      .filter((event) => event.instrumentRow === instrumentRow)
      .flatMap((event) => event.grandfathered),
    blocked: [...ended].map(([accountRow, orders]) => ({ accountRow, orders })),
    lockedRows: isLocking ? [...new Set(holders.filter(isApart))].sort((a, b) => a - b) : [],
  };
}

function eventsIn({ record, work }: Recorded): Event[] {
  return [record, ...work].flatMap(({ outcome }) => (outcome.kind === 'accepted' ? outcome.events : []));
}
