import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../base/index.js';
import { confidenceOf } from '../measures/index.js';
import { type Book, groupFigures, objective } from './groupCost.js';
import { daysBetween, remembered } from './groupEvidence.js';
import { exactPartition, gains, partitionCost, rankAmongAll, searchPartition } from './partitionSearch.js';
import { everyPartition, type Group, legsOf } from './partitions.js';
import { PLAN_DEFAULTS } from './planRules.js';

describe('partitions of a book', () => {
  it('are each there once, in the number of Bell', () => {
    for (const [legs, bell] of [1, 1, 2, 5, 15, 52, 203, 877, 4140, 21147].entries()) {
      const all = [...everyPartition(legs)];
      expect(all.length).toBe(bell);
      expect(new Set(all.map((groups) => [...groups].sort((a, b) => a - b).join())).size).toBe(bell);
      for (const groups of all) {
        expect(groups.reduce((union, group) => union | group, 0)).toBe(2 ** legs - 1);
        expect(groups.reduce((sum, group) => sum + legsOf(group).length, 0)).toBe(legs);
      }
    }
  });

  it('have a rank: 1 is the one that nothing beats, the last costs most', () => {
    const cost = (group: Group) => legsOf(group).length ** 2;
    expect(rankAmongAll(4, [1, 2, 4, 8], cost)).toEqual({ place: 1, of: 15 });
    expect(rankAmongAll(4, [15], cost)).toEqual({ place: 15, of: 15 });
    // Two pairs cost 8: behind four alone (4) and the six with one pair (6).
    expect(rankAmongAll(4, [3, 12], cost)).toEqual({ place: 8, of: 15 });
  });
});

describe('the search by merges and moves', () => {
  it('never ends above isolated or a group it may not use, and mostly at the best of all partitions', () => {
    let exact = 0;
    const books = 60;
    for (let at = 0; at < books; at++) {
      const legs = 4 + (at % 4);
      const cost = bookCost(`search${at}`, legs);
      const found = searchPartition(legs, cost);
      const best = partitionCost(exactPartition(legs, cost), cost);
      const own = partitionCost(found, cost);
      expect(gains(own, best) || Math.abs(own - best) <= 1e-9 * best).toBe(true);
      const alone = Array.from({ length: legs }, (_, leg) => 1 << leg);
      expect(gains(partitionCost(alone, cost), own) || own === partitionCost(alone, cost)).toBe(true);
      if (!gains(own, best)) exact += 1;
    }
    expect(exact / books).toBeGreaterThanOrEqual(0.9);
  });

  it('finds three that gain only together from above, where no pair does', () => {
    const cost = (group: Group) =>
      [0, 1, 2, 3][legsOf(group).length === 3 ? 1 : legsOf(group).length] as number;
    expect(searchPartition(3, cost)).toEqual([7]);
    const barred = (group: Group) => (group === 7 ? Number.POSITIVE_INFINITY : cost(group) + 0.1);
    expect(legsOf(searchPartition(3, barred)[0] as Group).length).toBeLessThan(3);
  });
});

/** Cost in sample of long and short legs on three factors. */
function bookCost(seed: string, legs: number): (group: Group) => number {
  const random = seededRandom(seed);
  const days = 200;
  const factors = Array.from({ length: 3 }, () =>
    Array.from({ length: days }, () => random.unit() ** 3 - 0.25),
  );
  const pnl = Array.from({ length: legs }, () => {
    const factor = random.pick(factors);
    const size = (random.unit() < 0.5 ? -1 : 1) * (0.3 + random.unit());
    return Float64Array.from(factor, (move) => size * (move + 0.2 * (random.unit() - 0.5)));
  });
  const book: Book = { pnl, addOns: pnl.map(() => 0), confidence: confidenceOf('0.95') };
  const all = daysBetween(0, days);
  const rules = { ...PLAN_DEFAULTS, tau: 0.02, eta: 50, lambda: 50 };
  return remembered((group) => objective(rules, groupFigures(book, group, all, all)));
}
