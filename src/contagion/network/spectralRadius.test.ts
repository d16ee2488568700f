import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { spectralRadius } from './spectralRadius.js';
import { stronglyConnected } from './stronglyConnected.js';

const numRuns = Number(process.env['FC_RUNS'] ?? 100);
const seed = Number(process.env['FC_SEED'] ?? 1);

describe('the spectral radius', () => {
  it('of known matrices', () => {
    expect(
      spectralRadius([
        [0, 2],
        [8, 0],
      ]).radius,
    ).toBeCloseTo(4, 10);
    expect(
      spectralRadius([
        [1, 1],
        [1, 0],
      ]).radius,
    ).toBeCloseTo((1 + Math.sqrt(5)) / 2, 10);
    expect(
      spectralRadius([
        [0, 5, 5],
        [0, 0, 5],
        [0, 0, 0],
      ]),
    ).toEqual({ radius: 0, lower: 0, upper: 0 });
    expect(
      spectralRadius([
        [0.5, 9],
        [0, 0.7],
      ]).radius,
    ).toBe(0.7);
    expect(spectralRadius([]).radius).toBe(0);
  });

  it('lies between its bounds, which agree with power iteration', () => {
    fc.assert(
      fc.property(matrices(), (matrix) => {
        const { radius, lower, upper } = spectralRadius(matrix);
        expect(lower).toBeLessThanOrEqual(radius);
        expect(radius).toBeLessThanOrEqual(upper);
        expect(upper - lower).toBeLessThanOrEqual(1e-6 * Math.max(upper, 1));
        expect(radius).toBeCloseTo(byPowers(matrix), 5);
      }),
      { numRuns, seed },
    );
  });
});

describe('groups of nodes that reach one another', () => {
  it('are those of following every path', () => {
    fc.assert(
      fc.property(matrices(), (matrix) => {
        const reaches = closure(matrix);
        const groups = stronglyConnected(matrix);
        expect(groups.flat().sort((a, b) => a - b)).toEqual([...matrix.keys()]);
        for (const group of groups) {
          const same = [...matrix.keys()].filter(
            (j) => j === group[0] || (reaches[group[0]!]![j] && reaches[j]![group[0]!]),
          );
          expect(group).toEqual(same);
        }
      }),
      { numRuns, seed },
    );
  });

  it('do not need a stack as deep as the network is long', () => {
    const count = 1_000;
    const ring = Array.from({ length: count }, (_, i) =>
      Array.from({ length: count }, (_, j) => (j === (i + 1) % count ? 1 : 0)),
    );
    expect(stronglyConnected(ring)).toHaveLength(1);
  });
});

/** Many zeros, so that there are several groups. */
function matrices(): fc.Arbitrary<number[][]> {
  const value = fc.oneof(fc.constant(0), fc.constant(0), fc.double({ min: 0.01, max: 5, noNaN: true }));
  return fc.integer({ min: 1, max: 6 }).chain((count) =>
    fc.array(fc.array(value, { minLength: count, maxLength: count }), {
      minLength: count,
      maxLength: count,
    }),
  );
}

/** Power iteration on B + I from a positive vector: the growth of its size tends to 1 + radius. */
function byPowers(matrix: readonly (readonly number[])[]): number {
  // The k-th root of the size of the k-th power, k = 2^40 by squaring, with sizes kept as logarithms.
  let power = matrix.map((row, i) => row.map((value, j) => value + (i === j ? 1 : 0)));
  let logSize = 0;
  let exponent = 1;
  for (let step = 0; step < 40; step++) {
    power = power.map((row) =>
      matrix.map((_, j) => row.reduce((all, value, k) => all + value * power[k]![j]!, 0)),
    );
    const size = Math.max(...power.flat());
    power = power.map((row) => row.map((value) => value / size));
    logSize = 2 * logSize + Math.log(size);
    exponent *= 2;
  }
  return Math.exp(logSize / exponent) - 1;
}

function closure(matrix: readonly (readonly number[])[]): boolean[][] {
  const reaches = matrix.map((row) => row.map((value) => value > 0));
  for (const k of matrix.keys())
    for (const i of matrix.keys())
      for (const j of matrix.keys()) if (reaches[i]![k] && reaches[k]![j]) reaches[i]![j] = true;
  return reaches;
}
