import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sideWithHedges } from '../testkit/deleverageCases.js';
import { allocateDeleveraging } from './deleverageAllocation.js';
import { DEFAULT_DELEVERAGE_POLICY, type DeleveragePolicy } from './deleveragePolicy.js';
import { rankPreview } from './deleveragePreview.js';
import type { DeleverageCandidate } from './deleverageScore.js';

const QUEUE = DEFAULT_DELEVERAGE_POLICY;
const PRO_RATA: DeleveragePolicy = { kind: 'proRata', maxSharePpm: 1_000_000n, maxLots: null };

/** Profit rate one and no other collateral than the cost: the score is the size of `score` over four. */
const withScore = (row: number, lots: bigint, score: bigint): DeleverageCandidate => ({
  row,
  lots,
  cost: 100n,
  markValue: 200n,
  collateral: 800n / score - 100n,
});

describe('deleveraging preview', () => {
  // BitMEX, "Auto-Deleveraging Further Information": six longs, with ranking 3, 6, 1, 4, 5, 2, and their fifths.
  it("shows the fifths of BitMEX's own example (LIQ-06)", () => {
    const candidates = [
      withScore(1, 10n, 3n),
      withScore(2, 10n, 6n),
      withScore(3, 20n, 1n),
      withScore(4, 30n, 4n),
      withScore(5, 20n, 5n),
      withScore(6, 10n, 2n),
    ];
    const preview = rankPreview({ policy: QUEUE, payoff: 'linear', candidates });
    expect(preview.map(({ row, rank, light, lotsAhead }) => [row, rank, light, lotsAhead])).toEqual([
      [2, 1, 5, 0n],
      [5, 2, 4, 10n],
      [4, 3, 3, 30n],
      [1, 4, 2, 60n],
      [6, 5, 2, 70n],
      [3, 6, 1, 80n],
    ]);
    expect(preview[1]?.quantile).toEqual({ numerator: 30n, denominator: 100n });
  });

  it('gives no light to who has no place, and says why', () => {
    const loser = { ...withScore(7, 5n, 2n), markValue: 90n };
    const preview = rankPreview({
      policy: QUEUE,
      payoff: 'linear',
      candidates: [loser, withScore(1, 5n, 2n)],
    });
    expect(preview[1]).toEqual({
      row: 7,
      rank: null,
      light: 0,
      quantile: null,
      lotsAhead: null,
      score: null,
      reason: 'noProfit',
    });
  });

  it('shows all lights to the first, also where it holds the whole side', () => {
    const preview = rankPreview({ policy: QUEUE, payoff: 'linear', candidates: [withScore(1, 9n, 2n)] });
    expect(preview[0]).toMatchObject({ rank: 1, light: 5, quantile: { numerator: 9n, denominator: 9n } });
  });

  it('puts everybody in one rank where lots are shared', () => {
    const candidates = [withScore(1, 5n, 2n), withScore(2, 5n, 4n)];
    const preview = rankPreview({ policy: PRO_RATA, payoff: 'linear', candidates });
    expect(preview.map(({ rank, light, lotsAhead }) => [rank, light, lotsAhead])).toEqual([
      [1, 5, 0n],
      [1, 5, 0n],
    ]);
  });

  it('tells a queue from when on an account gives: not at the lots ahead of it, but at one more', () => {
    fc.assert(
      fc.property(sideWithHedges, (candidates) => {
        const question = { policy: QUEUE, payoff: 'linear' as const, candidates };
        const lotsOf = (row: number, neededLots: bigint) =>
          allocateDeleveraging({ ...question, neededLots }).allocations.find((item) => item.row === row)!
            .lots;
        for (const { row, lotsAhead, light } of rankPreview(question)) {
          if (lotsAhead === null) continue;
          expect(light >= 1 && light <= 5).toBe(true);
          expect(lotsOf(row, lotsAhead)).toBe(0n);
          expect(lotsOf(row, lotsAhead + 1n)).toBe(1n);
        }
      }),
      { numRuns: 100 },
    );
  });
});
