import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { abs } from '../base/integers.js';
import { sideOfCandidates, withShuffle } from '../testkit/deleverageCases.js';
import { isEligible, rankDeleverageCandidates } from './deleverageRanking.js';
import type { DeleverageCandidate } from './deleverageScore.js';

const rowsOf = (candidates: readonly DeleverageCandidate[]) => candidates.map(({ row }) => row);

describe('deleverage ranking', () => {
  it('ranks by profit rate times effective leverage', () => {
    const candidates = [
      // Profit rate 50%, leverage 150 / 200: score 0.375.
      { row: 1, lots: 1n, cost: 100n, markValue: 150n, collateral: 150n },
      // Profit rate 50%, leverage 150 / 60: score 1.25.
      { row: 2, lots: 1n, cost: 100n, markValue: 150n, collateral: 10n },
      // Profit rate 100%, leverage 200 / 200: score 1.
      { row: 3, lots: 1n, cost: 100n, markValue: 200n, collateral: 100n },
    ];
    expect(rowsOf(rankDeleverageCandidates(candidates))).toEqual([2, 3, 1]);
  });

  it('ranks shorts, whose cost and value are negative, in the same way', () => {
    const candidates = [
      // Profit rate 10%, leverage 90 / 110.
      { row: 1, lots: -1n, cost: -100n, markValue: -90n, collateral: 100n },
      // Profit rate 50%, leverage 50 / 60.
      { row: 2, lots: -1n, cost: -100n, markValue: -50n, collateral: 10n },
    ];
    expect(rowsOf(rankDeleverageCandidates(candidates))).toEqual([2, 1]);
  });

  it('breaks equal scores by ascending row (LIQ-06)', () => {
    const like = { lots: 5n, cost: 100n, markValue: 150n, collateral: 50n };
    const tenfold = { lots: 50n, cost: 1_000n, markValue: 1_500n, collateral: 500n };
    const candidates = [
      { row: 9, ...like },
      { row: 4, ...tenfold },
      { row: 6, ...like },
    ];
    expect(rowsOf(rankDeleverageCandidates(candidates))).toEqual([4, 6, 9]);
  });

  it('leaves out who has no profit, no equity or no position, and puts who paid nothing first', () => {
    const candidates = [
      { row: 1, lots: 1n, cost: 100n, markValue: 100n, collateral: 50n },
      { row: 2, lots: 1n, cost: 100n, markValue: 90n, collateral: 50n },
      { row: 3, lots: 1n, cost: 100n, markValue: 120n, collateral: -20n },
      { row: 4, lots: 0n, cost: -10n, markValue: 0n, collateral: 50n },
      { row: 5, lots: 1n, cost: 1n, markValue: 1_000_000n, collateral: 1n },
      { row: 6, lots: 1n, cost: 0n, markValue: 1n, collateral: 1_000_000n },
    ];
    expect(rowsOf(rankDeleverageCandidates(candidates))).toEqual([6, 5]);
  });

  it('tells apart scores that a floating point ratio would not', () => {
    const cost = 2n ** 62n;
    const candidates = [
      { row: 1, lots: 1n, cost, markValue: cost + 2n ** 61n, collateral: 2n ** 61n },
      { row: 2, lots: 1n, cost, markValue: cost + 2n ** 61n + 1n, collateral: 2n ** 61n },
    ];
    expect(rowsOf(rankDeleverageCandidates(candidates))).toEqual([2, 1]);
  });

  it('gives one order whatever the order of the candidates, and never a better score after a worse', () => {
    fc.assert(
      fc.property(sideOfCandidates.chain(withShuffle), ([candidates, shuffled]) => {
        const ranked = rankDeleverageCandidates(candidates);
        expect(rankDeleverageCandidates(shuffled)).toEqual(ranked);
        for (let i = 1; i < ranked.length; i++) {
          const order = compareScores(ranked[i - 1]!, ranked[i]!);
          expect(order > 0n || (order === 0n && ranked[i - 1]!.row < ranked[i]!.row)).toBe(true);
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('deleverage eligibility', () => {
  const eligible = {
    deficitLots: -3n,
    candidateLots: 2n,
    profitAtMark: 1n,
    profitAtDeleveraging: 0n,
    equityAfter: 6n,
    maintenanceAfter: 5n,
  };

  it.each([
    { name: 'a winner at every limit', change: {}, expected: true },
    { name: 'the same side', change: { candidateLots: -2n }, expected: false },
    { name: 'no position', change: { candidateLots: 0n }, expected: false },
    { name: 'no deficit', change: { deficitLots: 0n }, expected: false },
    {
      name: 'a short against a long deficit',
      change: { deficitLots: 3n, candidateLots: -2n },
      expected: true,
    },
    { name: 'no profit at mark', change: { profitAtMark: 0n }, expected: false },
    { name: 'a loss where it is deleveraged', change: { profitAtDeleveraging: -1n }, expected: false },
    { name: 'equity at maintenance afterwards', change: { equityAfter: 5n }, expected: false },
  ])('is $expected for $name (LIQ-06)', ({ change, expected }) => {
    expect(isEligible({ ...eligible, ...change })).toBe(expected);
  });
});

/** Above zero when the score of `a` is the higher. */
function compareScores(a: DeleverageCandidate, b: DeleverageCandidate): bigint {
  const above = (c: DeleverageCandidate) => (c.markValue - c.cost) * abs(c.markValue);
  const below = (c: DeleverageCandidate) => abs(c.cost) * (c.collateral + c.markValue - c.cost);
  return above(a) * below(b) - above(b) * below(a);
}
