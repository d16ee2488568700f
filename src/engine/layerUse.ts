/**
 * What losses of an instrument have had of a pool's layers, less what came back: by pool and instrument, so that the caps
 * of a pool count its own money alone, wherever the instrument was before or goes to. It follows from the deficits and the
 * clawbacks, and is kept up as a running total.
 */
import { BrokenAssertion } from '../base/index.js';
import type { UndoLog } from '../base/undoLog.js';
import { pairKey, type State } from './state.js';

/** Layers that may have a cap for each instrument. */
export const USED_LAYERS = ['insuranceFund', 'topUp', 'lossSharing', 'clawback'] as const;

export type UsedLayer = (typeof USED_LAYERS)[number];

interface Place {
  readonly poolRow: number;
  readonly instrumentRow: number;
}

export class LayerUse {
  private readonly minors = new Map<number, bigint>();
  private readonly undo: UndoLog;

  constructor(undo: UndoLog) {
    this.undo = undo;
  }

  get(layer: UsedLayer, place: Place): bigint {
    return this.minors.get(keyOf(layer, place)) ?? 0n;
  }

  add(layer: UsedLayer, place: Place, changeMinor: bigint): void {
    if (changeMinor === 0n || place.instrumentRow < 0) return;
    const key = keyOf(layer, place);
    const before = this.minors.get(key) ?? 0n;
    this.minors.set(key, before + changeMinor);
    this.undo.push(() => this.minors.set(key, before));
  }

  /** By key, without those that are nothing. */
  entries(): ReadonlyMap<number, bigint> {
    return new Map([...this.minors].filter(([, minor]) => minor !== 0n).sort(([a], [b]) => a - b));
  }
}

/** A payment for a deficit, or what came back of one when below zero. Called by `evolve` alone. */
export function useLayer(state: State, layer: UsedLayer, deficitRow: number, changeMinor: bigint): void {
  state.totals.used.add(layer, placeOf(state, deficitRow), changeMinor);
}

/** Added up from every deficit. */
export function scanLayerUse(state: State, used: LayerUse): void {
  const { clawbacks, deficits } = state;
  for (let row = 0; row < deficits.table.size; row++) {
    const place = placeOf(state, row);
    const { covered, toppedUp, fundReturned, venueReturned, shared, sharesReturned } = deficits;
    used.add('insuranceFund', place, covered.get(row) - toppedUp.get(row) - fundReturned.get(row));
    used.add('topUp', place, toppedUp.get(row) - venueReturned.get(row));
    used.add('lossSharing', place, shared.get(row) - sharesReturned.get(row));
  }
  for (let row = 0; row < clawbacks.table.size; row++)
    used.add(
      'clawback',
      placeOf(state, clawbacks.deficit.get(row)),
      clawbacks.paid.get(row) - clawbacks.returned.get(row),
    );
}

export function checkLayerUse(kept: LayerUse, scanned: LayerUse): void {
  const [before, now] = [kept, scanned].map((used) => JSON.stringify([...used.entries()].map(String)));
  if (before !== now) throw new BrokenAssertion(`use of layers is ${before}, a scan gives ${now}`);
}

function placeOf({ deficits }: State, deficitRow: number): Place {
  return { poolRow: deficits.pool.get(deficitRow), instrumentRow: deficits.instrument.get(deficitRow) };
}

function keyOf(layer: UsedLayer, { poolRow, instrumentRow }: Place): number {
  return pairKey(poolRow, instrumentRow) * USED_LAYERS.length + USED_LAYERS.indexOf(layer);
}
