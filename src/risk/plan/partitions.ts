/**
 * All ways to divide legs into accounts, each once: restricted growth strings (D. Knuth, The Art of Computer Programming
 * 4A, 2011, section 7.2.1.5). Their number is that of Bell: 4,140 for 8 legs, 21,147 for 9.
 */

/** A set of legs: bit i stands for the i-th leg. */
export type Group = number;

/** Groups that share no leg and together hold all; ordered by their first leg. */
export type Partition = readonly Group[];

/** More legs have too many partitions to look at each. */
export const ENUMERATED_LEGS_MAX = 9;

/** From all together to each alone. */
export function* everyPartition(legs: number): Generator<Partition> {
  yield* grow([], 0, legs);
}

export function isolatedPartition(legs: number): Partition {
  return Array.from({ length: legs }, (_, leg) => 1 << leg);
}

export function crossPartition(legs: number): Partition {
  return [2 ** legs - 1];
}

export function legsOf(group: Group): number[] {
  const legs: number[] = [];
  for (let leg = 0; group >>> leg !== 0; leg++) if ((group >>> leg) & 1) legs.push(leg);
  return legs;
}

export function isSingle(group: Group): boolean {
  return (group & (group - 1)) === 0;
}

/** The one order in which a partition is told. */
export function ordered(groups: readonly Group[]): Partition {
  return groups.filter((group) => group !== 0).sort((a, b) => (a & -a) - (b & -b));
}

function* grow(groups: readonly Group[], leg: number, legs: number): Generator<Partition> {
  if (leg === legs) {
    yield groups;
    return;
  }
  const bit = 1 << leg;
  for (let at = 0; at < groups.length; at++)
    yield* grow(
      groups.map((group, i) => (i === at ? group | bit : group)),
      leg + 1,
      legs,
    );
  yield* grow([...groups, bit], leg + 1, legs);
}
