/**
 * What a pool has taken over and not unwound yet, with what each takeover is worth at its mark, kept up as takeovers
 * and marks change: work after a mark asks again and again, and must not add everything up each time.
 */
import { min } from '../base/index.js';
import { liquidationPolicyOf } from './liquidationPolicy.js';
import { createLiquidationQueue, type LiquidationQueue } from './liquidationQueue.js';
import { markUsableMs, takeoverEquity } from './marginView.js';
import { type State, TAKEOVER_STATUS } from './state.js';
import { unwindingDueMs } from './unwinding.js';

export interface Inventory {
  /** What the open takeovers of the asset are short of at their marks, each taken for itself, minor units. */
  exposure(poolAssetRow: number): bigint;
  /** The open takeover with the largest deficit, of those whose mark may decide; -1 for none. */
  deepest(poolAssetRow: number, timeMs: number): number;
  /** Open takeovers of the instrument by side, by row. */
  takeoversIn(instrumentRow: number): {
    readonly longs: readonly number[];
    readonly shorts: readonly number[];
  };
  /** The next takeover of the pool that sends an order, or -1. */
  nextOrder(poolRow: number, timeMs: number): number;
}

interface Held {
  readonly poolRow: number;
  readonly poolAssetRow: number;
  readonly instrumentRow: number;
  readonly side: 'longs' | 'shorts';
  readonly equity: bigint;
}

export function createInventory(state: State): Inventory {
  const changed = {
    takeovers: state.takeovers.table.follow(),
    positions: state.positions.table.follow(),
    instruments: state.instruments.table.follow(),
    pools: state.pools.table.follow(),
  };
  const held = new Map<number, Held>();
  const exposures = new Map<number, bigint>();
  const sides = new Map<number, { longs: number[]; shorts: number[] }>();
  const deepest: LiquidationQueue[] = [];
  const orders: LiquidationQueue[] = [];
  /** By pool: what decided about its queues when they were looked at. */
  const guardsSeen = new Map<number, string>();

  function sidesOf(instrumentRow: number) {
    const found = sides.get(instrumentRow) ?? { longs: [], shorts: [] };
    sides.set(instrumentRow, found);
    return found;
  }

  function deepestOf(poolAssetRow: number): LiquidationQueue {
    deepest[poolAssetRow] ??= createLiquidationQueue({
      equityOf: (row) => (held.get(row) as Held).equity,
      dueMs: (row, timeMs) => {
        const { equity, instrumentRow } = held.get(row) as Held;
        return equity < 0n ? markUsableMs(state, instrumentRow, timeMs) : Number.POSITIVE_INFINITY;
      },
    });
    return deepest[poolAssetRow];
  }

  function ordersOf(poolRow: number): LiquidationQueue {
    // All alike but for their rows: the oldest first.
    orders[poolRow] ??= createLiquidationQueue({
      equityOf: () => 0n,
      dueMs: (row, timeMs) => unwindingDueMs(state, row, timeMs),
    });
    return orders[poolRow];
  }

  function forget(takeoverRow: number): void {
    const before = held.get(takeoverRow);
    if (before === undefined) return;
    held.delete(takeoverRow);
    addExposure(before, -1n);
    removeRow(sidesOf(before.instrumentRow)[before.side], takeoverRow);
    deepestOf(before.poolAssetRow).remove(takeoverRow);
    ordersOf(before.poolRow).remove(takeoverRow);
  }

  function addExposure({ poolAssetRow, equity }: Held, factor: bigint): void {
    exposures.set(poolAssetRow, (exposures.get(poolAssetRow) ?? 0n) - factor * min(0n, equity));
  }

  function look(takeoverRow: number): void {
    const { takeovers, positions, instruments } = state;
    const isOpen =
      takeoverRow < takeovers.table.size && takeovers.status.get(takeoverRow) === TAKEOVER_STATUS.open;
    if (!isOpen) return forget(takeoverRow);
    const instrumentRow = takeovers.instrument.get(takeoverRow);
    const now: Held = {
      poolRow: takeovers.pool.get(takeoverRow),
      poolAssetRow: instruments.poolAsset.get(instrumentRow),
      instrumentRow,
      side: positions.lots.get(takeovers.position.get(takeoverRow)) > 0n ? 'longs' : 'shorts',
      equity: takeoverEquity(state, takeoverRow),
    };
    const before = held.get(takeoverRow);
    if (before === undefined || before.instrumentRow !== instrumentRow || before.side !== now.side) {
      forget(takeoverRow);
      insertRow(sidesOf(instrumentRow)[now.side], takeoverRow);
    } else addExposure(before, -1n);
    held.set(takeoverRow, now);
    addExposure(now, 1n);
    deepestOf(now.poolAssetRow).add(takeoverRow);
    ordersOf(now.poolRow).add(takeoverRow);
  }

  function catchUp(): void {
    const rows = new Set(changed.takeovers.take());
    for (const row of changed.positions.take()) {
      if (row >= state.positions.table.size) continue;
      const takeoverRow = state.positions.takeover.get(row);
      if (takeoverRow >= 0) rows.add(takeoverRow);
    }
    for (const row of changed.instruments.take())
      for (const side of Object.values(sidesOf(row))) for (const takeoverRow of side) rows.add(takeoverRow);
    for (const row of rows) look(row);
    for (const row of changed.pools.take()) if (row < state.pools.table.size) lookAtPool(row);
  }

  /** How the pool liquidates, or until when it is halted, may have changed. */
  function lookAtPool(poolRow: number): void {
    const guards = [
      state.pools.haltedUntilMs.get(poolRow),
      ...Object.values(liquidationPolicyOf(state, poolRow) ?? {}),
    ];
    if (guardsSeen.get(poolRow) === guards.join()) return;
    guardsSeen.set(poolRow, guards.join());
    orders[poolRow]?.touchAll();
    for (const [poolAssetRow, queue] of deepest.entries())
      if (queue !== undefined && state.poolAssets.pool.get(poolAssetRow) === poolRow) queue.touchAll();
  }

  return {
    exposure(poolAssetRow) {
      catchUp();
      return exposures.get(poolAssetRow) ?? 0n;
    },
    deepest(poolAssetRow, timeMs) {
      catchUp();
      return deepestOf(poolAssetRow).next(timeMs);
    },
    takeoversIn(instrumentRow) {
      catchUp();
      return sidesOf(instrumentRow);
    },
    nextOrder(poolRow, timeMs) {
      catchUp();
      return ordersOf(poolRow).next(timeMs);
    },
  };
}

/** Rows are kept in order; new ones nearly always come last. */
function insertRow(rows: number[], row: number): void {
  let at = rows.length;
  while (at > 0 && (rows[at - 1] as number) > row) at--;
  rows.splice(at, 0, row);
}

function removeRow(rows: number[], row: number): void {
  const at = rows.indexOf(row);
  if (at >= 0) rows.splice(at, 1);
}
