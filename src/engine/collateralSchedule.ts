/**
 * Other terms of an asset as collateral, from a stated time on: first for opening, initial margin and removal, and when
 * the grace is over for liquidation as well, as parameters of instruments are (decision 12). Kept in columns of the pool's asset.
 */
import type { Command } from './command.js';
import { poolsOfCommand } from './commandPools.js';
import type { Situation } from './decision.js';
import type { Event, EventOf } from './event.js';
import type { State } from './state.js';

export type TermsPart = EventOf<'collateralApplied'>['applies'];

const NONE: readonly Event[] = [];

/** What comes into force before the command: of the pools it is about, by row. */
export function dueCollateral({ state, timeMs }: Situation, command: Command): readonly Event[] {
  const { poolAssets, scheduledCollateral } = state;
  if (scheduledCollateral.size === 0) return NONE;
  const pools = poolsOfCommand(state, command);
  return [...scheduledCollateral]
    .sort((a, b) => a - b)
    .filter((row) => pools.has(poolAssets.pool.get(row)))
    .flatMap((poolAssetRow): Event[] => {
      const applies = duePart(state, poolAssetRow, timeMs);
      return applies === null ? [] : [{ kind: 'collateralApplied', poolAssetRow, applies }];
    });
}

function duePart({ poolAssets }: State, row: number, timeMs: number): TermsPart | null {
  if (timeMs >= poolAssets.nextGraceUntilMs.get(row)) return 'liquidation';
  const isDue = timeMs >= poolAssets.nextEffectiveMs.get(row);
  return isDue && poolAssets.isNextOpening.get(row) === 0 ? 'opening' : null;
}

export function scheduleCollateral(state: State, event: EventOf<'collateralScheduled'>): void {
  const { poolAssets } = state;
  const { poolAssetRow, haircutPpm, countedCap, effectiveMs, graceUntilMs } = event;
  poolAssets.nextHaircutPpm.set(poolAssetRow, haircutPpm);
  poolAssets.nextCountedCap.set(poolAssetRow, countedCap);
  poolAssets.nextEffectiveMs.set(poolAssetRow, effectiveMs);
  poolAssets.nextGraceUntilMs.set(poolAssetRow, graceUntilMs);
  markScheduled(state, poolAssetRow, true);
}

export function forgetCollateral(state: State, poolAssetRow: number): void {
  const { poolAssets } = state;
  for (const column of ['nextHaircutPpm', 'nextCountedCap'] as const)
    poolAssets[column].set(poolAssetRow, 0n);
  for (const column of ['nextEffectiveMs', 'nextGraceUntilMs', 'isNextOpening'] as const)
    poolAssets[column].set(poolAssetRow, 0);
  markScheduled(state, poolAssetRow, false);
}

export function applyCollateral(state: State, { poolAssetRow, applies }: EventOf<'collateralApplied'>): void {
  const { poolAssets } = state;
  const [haircutPpm, countedCap] = [poolAssets.nextHaircutPpm, poolAssets.nextCountedCap].map((column) =>
    column.get(poolAssetRow),
  ) as [bigint, bigint];
  poolAssets.haircutPpm.set(poolAssetRow, haircutPpm);
  poolAssets.countedCap.set(poolAssetRow, countedCap);
  poolAssets.isNextOpening.set(poolAssetRow, 1);
  if (applies === 'opening') return;
  poolAssets.liquidationHaircutPpm.set(poolAssetRow, haircutPpm);
  poolAssets.liquidationCountedCap.set(poolAssetRow, countedCap);
  poolAssets.collateralVersion.set(poolAssetRow, poolAssets.collateralVersion.get(poolAssetRow) + 1);
  forgetCollateral(state, poolAssetRow);
}

/** Which have a schedule, as the columns say: a snapshot is completed by it. */
export function rebuildScheduledCollateral(state: State): void {
  const { poolAssets, scheduledCollateral } = state;
  for (let row = 0; row < poolAssets.table.size; row++)
    if (poolAssets.nextGraceUntilMs.get(row) > 0) scheduledCollateral.add(row);
}

function markScheduled({ scheduledCollateral, undo }: State, row: number, isScheduled: boolean): void {
  const wasScheduled = scheduledCollateral.has(row);
  if (wasScheduled === isScheduled) return;
  const put = (value: boolean) => (value ? scheduledCollateral.add(row) : scheduledCollateral.delete(row));
  put(isScheduled);
  undo.push(() => put(wasScheduled));
}
