import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { greenwoodLandierThesmar, type TargetLeverageQuestion } from './greenwoodLandierThesmar.js';
import { liquidityWeightedOverlap } from './liquidityWeightedOverlap.js';
import { type ThresholdQuestion, thresholdDeleveraging } from './thresholdDeleveraging.js';

const numRuns = Number(process.env['FC_RUNS'] ?? 100);
const seed = Number(process.env['FC_SEED'] ?? 1);

/** Two nodes with 100 in the first asset; the second also has 100 in another. */
const TARGET: TargetLeverageQuestion = {
  holdings: {
    held: [
      [100, 0],
      [100, 100],
    ],
    depth: [1_000, 2_000],
  },
  equity: [10, 50],
  targetLeverage: null,
  shock: [0.05, 0],
};

const THRESHOLD: ThresholdQuestion = {
  holdings: {
    held: [
      [80, 0],
      [60, 40],
    ],
    depth: [1_000, 500],
  },
  unsellable: [20, 0],
  loss: [0, 0],
  equity: [10, 10],
  shock: [0.05, 0],
  floor: [0, 0],
  limit: 12,
  buffer: 10,
  sellerShare: 0.5,
  failedNodes: 'sell',
  roundsMax: 100,
};

describe('target leverage', () => {
  it('by hand: sales restore the leverage, and what they cost is divided by who sold and who lost', () => {
    const found = target({});
    // Leverages 9 and 3; losses 5 and 5; sales 45 and 15, the latter half of each asset.
    expect(found.nodes.map(({ sale }) => sale)).toEqual([45, 15].map(near));
    expect(found.assets.map(({ sold, impact }) => [sold, impact])).toEqual([
      [near(52.5), near(0.0525)],
      [near(7.5), near(0.00375)],
    ]);
    expect(found.nodes.map(({ fireSaleLoss }) => fireSaleLoss)).toEqual([5.25, 5.625].map(near));
    expect(found.aggregateVulnerability).toBeCloseTo(10.875 / 60, 12);
    // 45 x 200 / 1000 and 7.5 x 200 / 1000 + 7.5 x 100 / 2000, over 60.
    expect(found.nodes.map(({ systemicness }) => systemicness)).toEqual([9 / 60, 1.875 / 60].map(near));
    expect(found.nodes[0]!.indirectVulnerability).toBeCloseTo(0.525, 12);
  });

  it('is the matrix product of the paper while no limit binds, and divides wholly', () => {
    fc.assert(
      fc.property(targets(), (question) => {
        const found = target(question);
        const { held, depth } = question.holdings;
        expect(total(found.nodes.map(({ systemicness }) => systemicness))).toBeCloseTo(
          found.aggregateVulnerability,
          8,
        );
        expect(total(found.nodes.map(({ fireSaleLoss }) => fireSaleLoss))).toBeCloseTo(found.fireSaleLoss, 8);
        expect(total(found.nodes.map(({ sale }) => sale))).toBeCloseTo(
          total(found.assets.map(({ sold }) => sold)),
          6,
        );
        const isFree =
          !found.nodes.some(({ isSoldOut }) => isSoldOut) &&
          !found.assets.some(({ isWorthless }) => isWorthless);
        if (!isFree) return;
        // 1' A M L M' B A M f, written out.
        let sum = 0;
        held.forEach((seller, m) => {
          const all = total(seller);
          if (all === 0) return;
          const leverage = Math.max(0, all / question.equity[m]! - 1);
          const loss = total(seller.map((amount, k) => amount * question.shock[k]!));
          held.forEach((owner) => {
            for (const k of depth.keys())
              sum += (owner[k]! * (seller[k]! / all) * leverage * loss) / depth[k]!;
          });
        });
        expect(found.fireSaleLoss).toBeCloseTo(sum, 6);
      }),
      { numRuns, seed },
    );
  });

  it('sells no more than there is and takes no price below nothing, and says so', () => {
    const found = target({
      holdings: {
        held: [
          [100, 0],
          [100, 100],
        ],
        depth: [20, 20],
      },
      shock: [0.9, 0],
    });
    expect(found.nodes[0]).toMatchObject({ isSoldOut: true, sale: near(10) });
    expect(found.assets[0]).toMatchObject({ isWorthless: true, impact: 1 });
  });

  it('sells nothing without a shock, or without debt', () => {
    expect(target({ shock: [0, 0] }).fireSaleLoss).toBe(0);
    expect(target({ targetLeverage: [0, 0] }).fireSaleLoss).toBe(0);
  });
});

describe('threshold deleveraging', () => {
  it('by hand: the first round', () => {
    const found = threshold({ roundsMax: 1 });
    // 0: 96 over 6 is above 12: it sells 96 - 60 of its 76. 1: 97 over 7 too: 97 - 70 of its 97.
    const [first] = found.rounds;
    const sold = [36 + 27 * (57 / 97), 27 * (40 / 97)];
    const falls = [1 - Math.exp(-sold[0]! / 1_000), 1 - Math.exp(-sold[1]! / 500)];
    expect(first!.sold).toEqual(sold.map(near));
    expect(first!.prices).toEqual([near(0.95 * (1 - falls[0]!)), near(1 - falls[1]!)]);
    expect(found.nodes[0]!.equity).toBeCloseTo(6 - falls[0]! * (76 - 36) - 0.5 * falls[0]! * 36, 10);
    expect(first!.sellers).toEqual([0, 1]);
  });

  it('does nothing while nobody is above the limit', () => {
    const found = threshold({ shock: [0.01, 0] });
    expect([found.rounds.length, found.fireSaleLoss, found.isQuiet]).toEqual([0, 0, true]);
    expect(found.directLoss).toBeCloseTo(1.4, 12);
  });

  it('sells a failed node out, or leaves it, as asked', () => {
    const shock = [0.15, 0];
    expect(threshold({ shock }).nodes[0]).toMatchObject({
      state: 'failed',
      failedRound: 0,
      held: 0,
      leverage: null,
    });
    const stopped = threshold({ shock, failedNodes: 'stop' });
    expect(stopped.nodes[0]!.state).toBe('failed');
    expect(stopped.rounds[0]!.sellers).toEqual([1]);
    // It keeps its 68 and loses on them what the other's sales take off the price.
    expect(stopped.nodes[0]!.held).toBeCloseTo(80 * stopped.prices[0]!, 9);
  });

  it('calls a node illiquid that is above the limit with nothing left to sell', () => {
    const found = threshold({ unsellable: [200, 0] });
    expect(found.nodes[0]).toMatchObject({ state: 'illiquid', failedRound: null });
    expect(found.nodes[0]!.leverage).toBeGreaterThan(12);
  });

  it('never takes a price below its floor, and no price up', () => {
    fc.assert(
      fc.property(thresholds(), (question) => {
        let before = question.shock.map((fall) => 1 - fall);
        for (const { prices } of threshold(question).rounds) {
          prices.forEach((price, k) => {
            expect(price).toBeLessThanOrEqual(before[k]! + 1e-12);
            expect(price).toBeGreaterThanOrEqual(Math.min(before[k]!, question.floor[k]!) - 1e-9);
          });
          before = [...prices];
        }
      }),
      { numRuns, seed },
    );
  });

  it('books every loss once: by node, by round and in total', () => {
    fc.assert(
      fc.property(thresholds(), (question) => {
        const found = threshold(question);
        expect(total(found.nodes.map(({ fireSaleLoss }) => fireSaleLoss))).toBeCloseTo(found.fireSaleLoss, 6);
        expect(total(question.equity) - total(found.nodes.map(({ equity }) => equity))).toBeCloseTo(
          found.directLoss + found.fireSaleLoss,
          6,
        );
        for (const { leverage, state } of found.nodes)
          if (found.isQuiet && state === 'stands')
            expect(leverage!).toBeLessThanOrEqual(question.limit * (1 + 1e-9));
      }),
      { numRuns, seed },
    );
  });

  it('comes to the buffer exactly where sales move no price', () => {
    const found = threshold({
      holdings: {
        held: [
          [80, 0],
          [60, 40],
        ],
        depth: [1e15, 1e15],
      },
    });
    expect(found.nodes.map(({ leverage }) => leverage)).toEqual(
      [10, 10].map((value) => expect.closeTo(value, 6)),
    );
    expect(found.rounds).toHaveLength(1);
  });
});

describe('liquidity-weighted overlap', () => {
  it('by hand', () => {
    const found = overlap(
      [
        [100, 0],
        [100, 100],
      ],
      [1_000, 2_000],
    );
    expect(found.omega).toEqual([
      [10, 10],
      [10, 15],
    ]);
    expect(found.largestEigenvalue).toBeCloseTo((25 + Math.sqrt(25 + 400)) / 2, 9);
  });

  it('is symmetric, and its largest eigenvalue has the index for its vector', () => {
    fc.assert(
      fc.property(targets(), ({ holdings: { held, depth } }) => {
        const { omega, largestEigenvalue, index } = overlap(held, depth);
        omega.forEach((row, i) => {
          row.forEach((value, j) => {
            expect(value).toBeCloseTo(omega[j]![i]!, 9);
          });
          const image = row.reduce((sum, value, j) => sum + value * index[j]!, 0);
          expect(image).toBeCloseTo(largestEigenvalue * index[i]!, 4);
        });
        // No vector of length one is stretched more.
        for (const i of omega.keys()) expect(omega[i]![i]!).toBeLessThanOrEqual(largestEigenvalue + 1e-6);
      }),
      { numRuns, seed },
    );
  });

  it('is the loss of one when the other sells all, which target leverage finds too', () => {
    const { omega } = overlap(
      [
        [100, 0],
        [60, 40],
      ],
      [1_000, 2_000],
    );
    const found = target({
      holdings: {
        held: [
          [100, 0],
          [60, 40],
        ],
        depth: [1_000, 2_000],
      },
      targetLeverage: [0, 1e9],
      shock: [1e-9, 1e-9],
    });
    expect(found.nodes[0]!.fireSaleLoss).toBeCloseTo(omega[0]![1]!, 6);
  });
});

describe('fire sales refuse', () => {
  it.each([
    ['no_nodes', 'held', [], { holdings: { held: [], depth: [1] } }],
    ['length_differs', 'held', [1], { holdings: { held: [[1, 1], [1]], depth: [1, 1] } }],
    [
      'negative_amount',
      'held',
      [0, 1],
      {
        holdings: {
          held: [
            [1, -1],
            [1, 1],
          ],
          depth: [1, 1],
        },
      },
    ],
    [
      'not_finite',
      'held',
      [1, 0],
      {
        holdings: {
          held: [
            [1, 1],
            [Number.NaN, 1],
          ],
          depth: [1, 1],
        },
      },
    ],
    [
      'not_positive',
      'depth',
      [0],
      {
        holdings: {
          held: [
            [1, 1],
            [1, 1],
          ],
          depth: [0, 1],
        },
      },
    ],
    ['length_differs', 'equity', [], { equity: [1] }],
    ['share_out_of_range', 'shock', [0], { shock: [1.5, 0] }],
    ['length_differs', 'shock', [], { shock: [0] }],
  ] as const)('%s in %s, under both rules', (code, field, at, changes) => {
    const error = { ok: false, error: { code, field, at } };
    expect(greenwoodLandierThesmar({ ...TARGET, ...changes } as never)).toEqual(error);
    expect(thresholdDeleveraging({ ...THRESHOLD, ...changes } as never)).toEqual(error);
  });

  it.each([
    ['target_above_limit', 'buffer', [0], { buffer: 13 }],
    ['leverage_below_one', 'buffer', [0], { buffer: 0.5 }],
    ['not_finite', 'limit', [0], { limit: Number.NaN }],
    ['share_out_of_range', 'floor', [1], { floor: [0, 1] }],
    ['share_out_of_range', 'sellerShare', [0], { sellerShare: 2 }],
    ['loss_above_assets', 'loss', [0], { loss: [21, 0] }],
    ['negative_amount', 'unsellable', [0], { unsellable: [-1, 0] }],
  ] as const)('%s in %s of a threshold', (code, field, at, changes) => {
    expect(thresholdDeleveraging({ ...THRESHOLD, ...changes })).toEqual({
      ok: false,
      error: { code, field, at },
    });
  });
});

const near = (value: number) => expect.closeTo(value, 9);
const total = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);

function target(changes: Partial<TargetLeverageQuestion>) {
  const answer = greenwoodLandierThesmar({ ...TARGET, ...changes });
  if (!answer.ok) throw new Error(`${answer.error.code} ${answer.error.field}`);
  return answer.value;
}

function threshold(changes: Partial<ThresholdQuestion>) {
  const answer = thresholdDeleveraging({ ...THRESHOLD, ...changes });
  if (!answer.ok) throw new Error(`${answer.error.code} ${answer.error.field}`);
  return answer.value;
}

function overlap(held: readonly (readonly number[])[], depth: readonly number[]) {
  const answer = liquidityWeightedOverlap({ held, depth });
  if (!answer.ok) throw new Error(answer.error.code);
  return answer.value;
}

function books() {
  const amount = fc.oneof(fc.constant(0), fc.double({ min: 0.1, max: 100, noNaN: true }));
  return fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 3 })).chain(([nodes, assets]) => {
    const list = <T>(of: fc.Arbitrary<T>, length: number) =>
      fc.array(of, { minLength: length, maxLength: length });
    return fc.record({
      holdings: fc.record({
        held: list(list(amount, assets), nodes),
        depth: list(fc.double({ min: 50, max: 5_000, noNaN: true }), assets),
      }),
      equity: list(fc.double({ min: 1, max: 30, noNaN: true }), nodes),
      shock: list(fc.double({ min: 0, max: 0.2, noNaN: true }), assets),
      floor: list(fc.constantFrom(0, 0, 0.5, 0.9), assets),
      unsellable: list(amount, nodes),
    });
  });
}

function targets(): fc.Arbitrary<TargetLeverageQuestion> {
  return books().map(({ holdings, equity, shock }) => ({ holdings, equity, shock, targetLeverage: null }));
}

function thresholds(): fc.Arbitrary<ThresholdQuestion> {
  return fc
    .tuple(books(), fc.constantFrom(0, 0.5, 1), fc.constantFrom('sell' as const, 'stop' as const))
    .map(([{ holdings, equity, shock, floor, unsellable }, sellerShare, failedNodes]) => ({
      ...THRESHOLD,
      ...{ holdings, equity, shock, floor, unsellable, sellerShare, failedNodes },
      loss: equity.map(() => 0),
    }));
}
