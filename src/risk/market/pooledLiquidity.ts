/** Liquidity snapshots of one time taken together, and how bad they get: volumes add up, the narrowest spread is traded at. */
import type { LiquiditySnapshot } from './liquidityFile.js';

export interface SnapshotTime {
  readonly timeMs: number;
  readonly snapshots: readonly LiquiditySnapshot[];
}

/** Oldest first. Snapshots are of one time only where it is the same to the millisecond. */
export function snapshotTimes(snapshots: readonly LiquiditySnapshot[]): readonly SnapshotTime[] {
  const times = new Map<number, LiquiditySnapshot[]>();
  for (const snapshot of snapshots) {
    const others = times.get(snapshot.timeMs);
    if (others === undefined) times.set(snapshot.timeMs, [snapshot]);
    else others.push(snapshot);
  }
  return [...times]
    .map(([timeMs, own]) => ({ timeMs, snapshots: own }))
    .sort((one, other) => one.timeMs - other.timeMs);
}

/** Of those that know it; null where none does. */
export function totalVolume(snapshots: readonly LiquiditySnapshot[]): number | null {
  const known = snapshots.flatMap(({ volume }) => volume ?? []);
  return known.length === 0 ? null : known.reduce((sum, volume) => sum + volume, 0);
}

/** As a fraction of the middle; null where no venue has both best prices. */
export function narrowestHalfSpread(snapshots: readonly LiquiditySnapshot[]): number | null {
  const halves = snapshots.flatMap((snapshot) => halfSpread(snapshot) ?? []);
  return halves.length === 0 ? null : halves.reduce((least, half) => Math.min(least, half));
}

export function halfSpread({ bestBid, bestAsk }: LiquiditySnapshot): number | null {
  return bestBid === null || bestAsk === null ? null : (bestAsk - bestBid) / (bestAsk + bestBid);
}

/** The value that so large a share of them is worse than; of few, the worst. Nothing is read between two. */
export function worstOf(
  values: readonly number[],
  { share, is }: { readonly share: number; readonly is: 'least' | 'greatest' },
): number {
  const sorted = values.toSorted((a, b) => (is === 'least' ? a - b : b - a));
  return sorted[Math.floor(share * sorted.length)] as number;
}
