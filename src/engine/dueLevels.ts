/**
 * Isolation levels whose time has come: like parameters they come into force before the next command about their pool is
 * decided, as part of its record. A level that comes down waits beyond its time until nothing of the instrument is being
 * liquidated and no loss is open: sharing is never widened over an account below zero.
 */
import { levelRank } from '../isolation/index.js';
import type { Command } from './command.js';
import { poolsOfCommand } from './commandPools.js';
import type { Situation } from './decision.js';
import type { Event, EventOf } from './event.js';
import type { KeptLevel } from './levelFields.js';
import { ordersEnded } from './levelOrders.js';
import { isPoolSound } from './soundness.js';

const NONE: readonly Event[] = [];

export function dueLevels(situation: Situation, command: Command): readonly Event[] {
  const { levels, instruments } = situation.state;
  if (levels.size === 0) return NONE;
  const pools = poolsOfCommand(situation.state, command);
  const events: Event[] = [];
  for (const [instrumentRow, kept] of [...levels].sort(([a], [b]) => a - b)) {
    if (!pools.has(instruments.pool.get(instrumentRow))) continue;
    const event = dueLevel(situation, instrumentRow, kept);
    if (event !== null) events.push(event);
  }
  return events;
}

/** What of the instrument's level comes into force at this time. */
export function dueLevel(situation: Situation, instrumentRow: number, kept: KeptLevel): Event | null {
  const { timeMs } = situation;
  const { inForce, isGraceOver, next } = kept;
  if (next !== null && timeMs >= next.effectiveMs && mayChange(situation, instrumentRow, kept)) {
    const applies = timeMs >= next.graceUntilMs ? 'atOnce' : 'opening';
    return application(situation, { instrumentRow, level: next.level, applies });
  }
  if (isGraceOver || timeMs < inForce.graceUntilMs) return null;
  return application(situation, { instrumentRow, level: inForce.level, applies: 'graceOver' });
}

function application(
  { state, timeMs }: Situation,
  of: Pick<EventOf<'isolationLevelApplied'>, 'instrumentRow' | 'level' | 'applies'>,
): Event {
  return { kind: 'isolationLevelApplied', ...of, ...ordersEnded(state, of, timeMs) };
}

/** Raising never waits; lowering until everything of the instrument is at rest. */
function mayChange(
  situation: Situation,
  instrumentRow: number,
  { inForce, next }: Pick<KeptLevel, 'inForce' | 'next'>,
): boolean {
  const isRaised = next !== null && levelRank(next.level) > levelRank(inForce.level);
  return isRaised || isAtRest(situation, instrumentRow);
}

/** Whether nobody of its pool waits for liquidation, and no loss is open there that might be the instrument's. */
export function isAtRest(situation: Situation, instrumentRow: number): boolean {
  const { state, derived } = situation;
  const poolRow = state.instruments.pool.get(instrumentRow);
  const { longs, shorts } = derived.inventory.takeoversIn(instrumentRow);
  return (
    derived.queuedOf(poolRow).size === 0 &&
    longs.length + shorts.length === 0 &&
    state.totals.outstanding.get(state.instruments.poolAsset.get(instrumentRow)) === 0n &&
    isPoolSound(situation, poolRow)
  );
}
