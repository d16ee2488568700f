/**
 * The partition of least cost, where each group has a cost of its own: by merges and moves for any book, and by looking at
 * every partition for a small one, which is what the first is held against.
 */
import {
  crossPartition,
  everyPartition,
  type Group,
  isolatedPartition,
  legsOf,
  ordered,
  type Partition,
} from './partitions.js';

/** Infinity for a group that may not be; never for a leg alone. */
export type GroupCost = (group: Group) => number;

/**
 * Merges two groups as long as the best merge gains, then moves one leg, or swaps two, as long as that gains; the same
 * moves from all legs together where that may be. The better end of the two.
 */
export function searchPartition(legs: number, cost: GroupCost): Partition {
  const up = descend(isolatedPartition(legs), cost);
  const cross = crossPartition(legs);
  if (partitionCost(cross, cost) === Number.POSITIVE_INFINITY) return up;
  const down = descend(cross, cost);
  return gains(partitionCost(up, cost), partitionCost(down, cost)) ? down : up;
}

/** By enumeration; of equal costs the one with more accounts. */
export function exactPartition(legs: number, cost: GroupCost): Partition {
  let best = isolatedPartition(legs);
  let least = partitionCost(best, cost);
  for (const partition of everyPartition(legs)) {
    const found = partitionCost(partition, cost);
    if (gains(least, found)) [best, least] = [partition, found];
  }
  return best;
}

/** 1 + the partitions that cost less. */
export function rankAmongAll(
  legs: number,
  partition: Partition,
  cost: GroupCost,
): { readonly place: number; readonly of: number } {
  const own = partitionCost(partition, cost);
  let place = 1;
  let of = 0;
  for (const other of everyPartition(legs)) {
    of += 1;
    if (gains(own, partitionCost(other, cost))) place += 1;
  }
  return { place, of };
}

export function partitionCost(partition: Partition, cost: GroupCost): number {
  let total = 0;
  for (const group of partition) total += cost(group);
  return total;
}

/** A gain in the last digits is none. */
export function gains(before: number, after: number): boolean {
  if (after === Number.POSITIVE_INFINITY) return false;
  return before - after > 1e-9 * Math.max(Math.abs(before), Math.abs(after));
}

function descend(start: Partition, cost: GroupCost): Partition {
  let now = start;
  for (;;) {
    const next = bestOf(now, merges(now), cost) ?? bestOf(now, moves(now), cost);
    if (next === null) return now;
    now = next;
  }
}

function bestOf(now: Partition, nexts: Iterable<readonly Group[]>, cost: GroupCost): Partition | null {
  let least = partitionCost(now, cost);
  let best: readonly Group[] | null = null;
  for (const next of nexts) {
    const found = partitionCost(next, cost);
    if (gains(least, found)) [best, least] = [next, found];
  }
  return best === null ? null : ordered(best);
}

function* merges(now: Partition): Generator<readonly Group[]> {
  for (const [a, one] of now.entries())
    for (const [b, other] of now.entries())
      if (a < b)
        yield now
          .map((group, at) => (at === a ? one | other : at === b ? 0 : group))
          .filter((group) => group !== 0);
}

/** One leg to another group or alone, and one for one. */
function* moves(now: Partition): Generator<readonly Group[]> {
  for (const from of now) {
    for (const leg of legsOf(from)) {
      const bit = 1 << leg;
      if (from !== bit) yield [...now.map((group) => (group === from ? from ^ bit : group)), bit];
      for (const to of now) {
        if (to === from) continue;
        yield now
          .map((group) => (group === from ? from ^ bit : group === to ? to | bit : group))
          .filter((group) => group !== 0);
        if (to < from) continue;
        for (const back of legsOf(to)) {
          const both = bit | (1 << back);
          yield now.map((group) => (group === from || group === to ? group ^ both : group));
        }
      }
    }
  }
}
