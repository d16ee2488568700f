import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { abs, max, min } from '../base/integers.js';
import type { Fraction } from '../market/payoff.js';
import { sideOfCandidates, sideWithHedges, withShuffle } from '../testkit/deleverageCases.js';
import { rational, up } from '../testkit/rational.js';
import { type SlowSeat, slowQueue, slowShares } from '../testkit/slowDeleverage.js';
import { allocateDeleveraging, type DeleverageQuestion, scoreUnder } from './deleverageAllocation.js';
import type { DeleveragePolicy } from './deleveragePolicy.js';
import { DELEVERAGE_SCORES, type DeleverageCandidate, unhedgedLots } from './deleverageScore.js';

const WHOLE = { maxSharePpm: 1_000_000n, maxLots: null };
const QUEUE: DeleveragePolicy = { kind: 'queue', score: 'bitmex', ...WHOLE };
const PRO_RATA: DeleveragePolicy = { kind: 'proRata', ...WHOLE };

/** Three winners that gain 50 on 100, each with its leverage: 150 / 80, 150 / 60, 150 / 70. */
const WINNER = { cost: 100n, markValue: 150n };
const THREE: DeleverageCandidate[] = [
  { row: 1, lots: 4n, ...WINNER, collateral: 30n },
  { row: 2, lots: 3n, ...WINNER, collateral: 10n },
  { row: 3, lots: 8n, ...WINNER, collateral: 20n },
];

const allocate = (question: Partial<DeleverageQuestion>) =>
  allocateDeleveraging({ policy: QUEUE, payoff: 'linear', neededLots: 0n, candidates: THREE, ...question });
const shown = (question: Partial<DeleverageQuestion>) =>
  allocate(question).allocations.map(({ row, lots, rank, reason }) => [row, lots, rank, reason]);

describe('deleveraging by queue', () => {
  it('takes whole positions down the ranking and only what is needed of the last (LIQ-06)', () => {
    expect(shown({ neededLots: 5n })).toEqual([
      [2, 3n, 1, 'whole'],
      [3, 2n, 2, 'part'],
      [1, 0n, 3, 'notReached'],
    ]);
  });

  it('ends with the winners and says how much is missing (LIQ-07)', () => {
    const { takenLots, shortLots } = allocate({ neededLots: 99n });
    expect([takenLots, shortLots]).toEqual([15n, 84n]);
  });

  it('takes no more of an account than the policy lets it', () => {
    const policy: DeleveragePolicy = { ...QUEUE, maxSharePpm: 500_000n, maxLots: 3n };
    const { allocations, shortLots } = allocate({ policy, neededLots: 99n });
    expect(allocations.map(({ row, lots, reason }) => [row, lots, reason])).toEqual([
      [2, 1n, 'capped'],
      [3, 3n, 'capped'],
      [1, 2n, 'capped'],
    ]);
    expect(shortLots).toBe(93n);
  });

  it('passes over who fails the check at its turn, with the lots it would give (LIQ-06)', () => {
    const asked: [number, bigint][] = [];
    const mayTake = ({ row }: DeleverageCandidate, lots: bigint) => {
      asked.push([row, lots]);
      return row !== 2;
    };
    expect(shown({ neededLots: 5n, mayTake })).toEqual([
      [2, 0n, 1, 'refused'],
      [3, 5n, 2, 'part'],
      [1, 0n, 3, 'notReached'],
    ]);
    expect(asked).toEqual([
      [2, 3n],
      [3, 5n],
    ]);
  });

  it('ends after so many accounts when it is told to', () => {
    expect(allocate({ neededLots: 9n, accountsMax: 1 }).takenLots).toBe(3n);
  });

  it('takes what is hedged last, from everybody (LIQ-06)', () => {
    const candidates = THREE.map((candidate) =>
      candidate.row === 2 ? { ...candidate, netLots: 1n } : candidate,
    );
    // Its score is a third of what it was, so it is last; all of the others' lots come before its hedged two.
    expect(shown({ neededLots: 12n, candidates })).toEqual([
      [3, 8n, 1, 'whole'],
      [1, 4n, 2, 'whole'],
      [2, 0n, 3, 'notReached'],
    ]);
    expect(shown({ neededLots: 14n, candidates })[2]).toEqual([2, 2n, 3, 'part']);
  });

  it('refuses candidates on both sides, two of one row, and a negative need', () => {
    const short = { row: 4, lots: -1n, cost: -100n, markValue: -50n, collateral: 10n };
    expect(() => allocate({ candidates: [...THREE, short] })).toThrow('one side');
    expect(() => allocate({ candidates: [...THREE, THREE[0]!] })).toThrow('one candidate for each row');
    expect(() => allocate({ neededLots: -1n })).toThrow('count');
  });
});

describe('deleveraging by shares', () => {
  it('takes the same share of every winner, odd lots by largest remainder', () => {
    // 7 of 15: 28/15, 21/15, 56/15, so 1, 1, 3 and the remainders 13, 6, 11 of 15.
    const { allocations } = allocate({ policy: PRO_RATA, neededLots: 7n });
    expect(allocations.map(({ row, lots, rank }) => [row, lots, rank])).toEqual([
      [1, 2n, 1],
      [2, 1n, 1],
      [3, 4n, 1],
    ]);
  });

  it('caps the share: h = min(eta, beta)', () => {
    const policy: DeleveragePolicy = { kind: 'cappedProRata', maxSharePpm: 500_000n, maxLots: null };
    expect(allocate({ policy, neededLots: 5n }).takenLots).toBe(5n);
    const all = allocate({ policy, neededLots: 12n });
    expect(all.allocations.map(({ lots, reason }) => [lots, reason])).toEqual([
      [2n, 'capped'],
      [1n, 'capped'],
      [4n, 'capped'],
    ]);
    expect(all.shortLots).toBe(5n);
  });

  it('takes more of who leans harder: h = min(beta, tau w)', () => {
    const candidates: DeleverageCandidate[] = [
      { row: 1, lots: 10n, cost: 100n, markValue: 120n, collateral: 100n },
      { row: 2, lots: 10n, cost: 100n, markValue: 120n, collateral: 10n },
    ];
    // Leverage 1 and 4: a fifth and four fifths.
    const policy: DeleveragePolicy = { kind: 'riskAware', maxSharePpm: 700_000n, maxLots: null };
    const lotsOf = (neededLots: bigint) =>
      allocate({ policy, neededLots, candidates }).allocations.map(({ row, lots }) => [row, lots]);
    expect(lotsOf(5n)).toEqual([
      [2, 4n],
      [1, 1n],
    ]);
    // Past its cap of 7 the other gives the rest.
    expect(lotsOf(10n)).toEqual([
      [2, 7n],
      [1, 3n],
    ]);
  });

  it('shares again among the others where one is refused', () => {
    const question = {
      policy: PRO_RATA,
      neededLots: 6n,
      mayTake: ({ row }: DeleverageCandidate) => row !== 3,
    };
    expect(shown(question)).toEqual([
      [1, 3n, 1, 'part'],
      [2, 3n, 1, 'whole'],
      [3, 0n, 1, 'refused'],
    ]);
  });
});

describe('deleveraging by any policy', () => {
  const question = fc.record({
    policy: policies(),
    neededLots: fc.bigInt({ min: 0n, max: 60n }),
    candidates: sideWithHedges,
  });

  it('takes exactly the need or all that winners may give, within each position and cap (LIQ-06)', () => {
    fc.assert(
      fc.property(question, ({ policy, neededLots, candidates }) => {
        const { allocations, takenLots, shortLots } = allocateDeleveraging({
          policy,
          payoff: 'linear',
          neededLots,
          candidates,
        });
        const byRow = new Map(candidates.map((candidate) => [candidate.row, candidate]));
        let capacity = 0n;
        for (const { row, lots, rank } of allocations) {
          const candidate = byRow.get(row)!;
          const limit = rank === null ? 0n : limitOf(policy, candidate);
          expect(lots >= 0n && lots <= limit).toBe(true);
          capacity += limit;
        }
        expect(allocations).toHaveLength(candidates.length);
        expect(allocations.reduce((sum, { lots }) => sum + lots, 0n)).toBe(takenLots);
        expect(takenLots).toBe(min(neededLots, capacity));
        expect(takenLots + shortLots).toBe(neededLots);
      }),
      { numRuns: 300 },
    );
  });

  it('never takes from who has no profit or no equity (LIQ-06)', () => {
    fc.assert(
      fc.property(question, ({ policy, neededLots, candidates }) => {
        const { allocations } = allocateDeleveraging({ policy, payoff: 'linear', neededLots, candidates });
        for (const { row, cost, markValue, collateral } of candidates) {
          const isLoser = markValue <= cost || collateral + markValue - cost <= 0n;
          const found = allocations.find((allocation) => allocation.row === row)!;
          expect(found.rank === null).toBe(isLoser);
          if (isLoser) expect(found.lots).toBe(0n);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('takes a hedged lot only when every lot that nothing hedges is taken (LIQ-06)', () => {
    fc.assert(
      fc.property(question, ({ policy, neededLots, candidates }) => {
        const { allocations } = allocateDeleveraging({ policy, payoff: 'linear', neededLots, candidates });
        const placed = allocations.filter(({ rank }) => rank !== null);
        const unhedged = ({ row }: { row: number }) => unhedgedLots(candidates.find((c) => c.row === row)!);
        if (!placed.some((item) => item.lots > unhedged(item))) return;
        for (const item of placed) {
          const limit = limitOf(policy, candidates.find(({ row }) => row === item.row)!);
          expect(item.lots >= min(unhedged(item), limit)).toBe(true);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('gives one answer whatever the order of the candidates', () => {
    const shuffled = fc.tuple(
      policies(),
      fc.bigInt({ min: 0n, max: 60n }),
      sideWithHedges.chain(withShuffle),
    );
    fc.assert(
      fc.property(shuffled, ([policy, neededLots, [candidates, others]]) => {
        const ask = (list: readonly DeleverageCandidate[]) =>
          allocateDeleveraging({ policy, payoff: 'linear', neededLots, candidates: list });
        expect(ask(others)).toEqual(ask(candidates));
      }),
      { numRuns: 300 },
    );
  });

  it('gives nothing away to who splits an account for its rank', () => {
    const whole = policies().map((policy) => ({ ...policy, ...WHOLE }));
    const cases = fc.tuple(whole, fc.bigInt({ min: 0n, max: 60n }), sideOfCandidates);
    fc.assert(
      fc.property(cases, ([drawn, neededLots, candidates]) => {
        const policy: DeleveragePolicy = drawn.kind === 'cappedProRata' ? PRO_RATA : drawn;
        // Everybody twice as large, or the first in two halves with rows in its place.
        const twice = candidates.map((each) => scaledBy(each, 2n));
        const [first, ...others] = twice;
        if (first === undefined) return;
        const halves = [0, 1].map((half) => ({ ...scaledBy(candidates[0]!, 1n), row: first.row + half }));
        const lotsOf = (list: readonly DeleverageCandidate[], rows: readonly number[]) =>
          allocateDeleveraging({ policy, payoff: 'linear', neededLots, candidates: list })
            .allocations.filter(({ row }) => rows.includes(row))
            .reduce((sum, { lots }) => sum + lots, 0n);
        const asOne = lotsOf(twice, [first.row]);
        const asTwo = lotsOf([...halves, ...others], [first.row, first.row + 1]);
        expect(abs(asOne - asTwo) <= (policy.kind === 'queue' ? 0n : 2n)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('is what brute force finds', () => {
    const cases = fc.tuple(policies(), fc.bigInt({ min: 0n, max: 60n }), sideOfCandidates);
    fc.assert(
      fc.property(cases, ([policy, neededLots, candidates]) => {
        const found = allocateDeleveraging({ policy, payoff: 'linear', neededLots, candidates });
        expect(new Map(found.allocations.map(({ row, lots }) => [row, lots]))).toEqual(
          bruteForce(policy, neededLots, candidates),
        );
      }),
      { numRuns: 500 },
    );
  });
});

/** The same position so many times as large; rows are spread so that another fits between. */
function scaledBy(candidate: DeleverageCandidate, factor: bigint): DeleverageCandidate {
  const { row, lots, cost, markValue, collateral } = candidate;
  return {
    row: 2 * row,
    lots: lots * factor,
    cost: cost * factor,
    markValue: markValue * factor,
    collateral: collateral * factor,
  };
}

function policies(): fc.Arbitrary<DeleveragePolicy> {
  const limits = fc.record({
    maxSharePpm: fc.bigInt({ min: 1n, max: 1_000_000n }),
    maxLots: fc.option(fc.bigInt({ min: 1n, max: 9n })),
  });
  return limits.chain((limit) =>
    fc.oneof(
      fc.constantFrom(...DELEVERAGE_SCORES).map((score) => ({ kind: 'queue' as const, score, ...limit })),
      fc.constant({ kind: 'proRata' as const, ...WHOLE, maxLots: limit.maxLots }),
      fc.constant({ kind: 'cappedProRata' as const, ...limit }),
      fc.constant({ kind: 'riskAware' as const, ...limit }),
    ),
  );
}

function limitOf({ maxSharePpm, maxLots }: DeleveragePolicy, { lots }: DeleverageCandidate): bigint {
  const share = (abs(lots) * maxSharePpm) / 1_000_000n;
  return maxLots === null ? share : min(share, maxLots);
}

function bruteForce(
  policy: DeleveragePolicy,
  needed: bigint,
  candidates: readonly DeleverageCandidate[],
): Map<number, bigint> {
  const taken = new Map(candidates.map(({ row }) => [row, 0n]));
  const seats: SlowSeat[] = [];
  for (const candidate of candidates) {
    const score = scoreUnder({ policy, payoff: 'linear' }, candidate);
    if (typeof score === 'string') continue;
    seats.push({
      row: candidate.row,
      score: rationalOf(score),
      cap: limitOf(policy, candidate),
      lots: abs(candidate.lots),
    });
  }
  // The model has no number over zero: one above all others stands in.
  const found =
    policy.kind === 'queue'
      ? slowQueue(needed, seats)
      : slowShares(needed, inRankOrder(seats).map(withWeight));
  for (const [row, lots] of found) taken.set(row, lots);
  return taken;
}

function rationalOf({ numerator, denominator }: Fraction) {
  return denominator === 0n ? rational(10n ** 40n) : rational(numerator, denominator);
}

function inRankOrder(seats: readonly SlowSeat[]): SlowSeat[] {
  return seats.toSorted((a, b) => {
    const difference = b.score.n * a.score.d - a.score.n * b.score.d;
    return difference === 0n ? a.row - b.row : difference > 0n ? 1 : -1;
  });
}

/** The weight per lot is stated in ppm, rounded up. */
function withWeight(seat: SlowSeat) {
  const ppm = up(rational(seat.score.n * 1_000_000n, seat.score.d));
  return { ...seat, weight: rational(max(1n, ppm)) };
}
