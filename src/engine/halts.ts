/**
 * Halts: while an instrument or its whole pool is halted nobody is closed out in it, nothing leaves its pool's accounts on
 * its mark and nothing opens in it; other instruments and pools go on (PRC-04). An operator halts, or a circuit breaker:
 * a mark that moves further than its band inside its window halts the instrument for a cool-down.
 */

import { isFar } from '../market/index.js';
import type { EventOf } from './event.js';
import type { PriceChange } from './priceChange.js';
import type { State } from './state.js';

export function isHalted(state: State, instrumentRow: number, timeMs: number): boolean {
  return timeMs < haltedUntilMs(state, instrumentRow);
}

/** When the halt of the instrument or of its pool ends, whichever is later; 0 where there never was one. */
export function haltedUntilMs({ instruments, pools }: State, instrumentRow: number): number {
  const ofPool = pools.haltedUntilMs.get(instruments.pool.get(instrumentRow));
  return Math.max(instruments.haltedUntilMs.get(instrumentRow), ofPool);
}

/** Instruments that the prices on their way take out of their bands, by row. */
export function breakersHit(state: State, acted: PriceChange, timeMs: number): readonly EventOf<'halted'>[] {
  const { instruments } = state;
  return [...acted.marks]
    .sort(([a], [b]) => a - b)
    .filter(([row, { markTicks }]) => {
      const bandPpm = instruments.breakerBandPpm.get(row);
      const fromTicks = instruments.breakerTicks.get(row);
      const isInWindow = timeMs - instruments.breakerTimeMs.get(row) < instruments.breakerWindowMs.get(row);
      return bandPpm > 0n && fromTicks > 0n && isInWindow && isFar(markTicks, fromTicks, bandPpm);
    })
    .map(([row, { markTicks }]) => ({
      kind: 'halted',
      poolRow: instruments.pool.get(row),
      instrumentRow: row,
      // An operator's halt that lasts longer is not cut short.
      untilMs: Math.max(timeMs + instruments.breakerCoolDownMs.get(row), instruments.haltedUntilMs.get(row)),
      cause: 'breaker',
      fromTicks: instruments.breakerTicks.get(row),
      toTicks: markTicks,
    }));
}

/** A window begins with the first mark after the one before has passed. */
export function keepBreakerWindow({ instruments }: State, instrumentRow: number, timeMs: number): void {
  if (instruments.breakerBandPpm.get(instrumentRow) === 0n) return;
  const begunMs = instruments.breakerTimeMs.get(instrumentRow);
  const isOpen =
    instruments.breakerTicks.get(instrumentRow) > 0n &&
    timeMs - begunMs < instruments.breakerWindowMs.get(instrumentRow);
  if (isOpen) return;
  instruments.breakerTicks.set(instrumentRow, instruments.markTicks.get(instrumentRow));
  instruments.breakerTimeMs.set(instrumentRow, timeMs);
}
