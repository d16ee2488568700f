import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { confidenceOf } from './confidenceOf.js';
import { QUANTILE_TYPES, quantileLoss } from './quantiles.js';
import { readConfidence, tailCount } from './tailCount.js';
import { tailMeasure, weightedTailMeasure } from './tailMeasure.js';

const losses = fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 1, maxLength: 60 });
const confidence = fc
  .integer({ min: 1, max: 999 })
  .map((n) => confidenceOf(`0.${String(n).padStart(3, '0')}`));

describe('the tail count', () => {
  it('takes the fifth of 500 losses at 99%, where doubles take the sixth', () => {
    expect(Math.ceil((1 - 0.99) * 500)).toBe(6);
    expect(tailCount(500, confidenceOf('0.99'))).toEqual({ count: 5, mass: 5, lastPart: 1 });
    const sample = Array.from({ length: 500 }, (_, i) => 500 - i);
    expect(measure(sample, '0.99').valueAtRisk).toBe(496);
  });

  it.each([
    ['0.975', 500, 13, 12.5, 0.5],
    ['0.999', 500, 1, 0.5, 0.5],
    ['0.9', 10, 1, 1, 1],
    ['0.5', 3, 2, 1.5, 0.5],
  ])(
    'at %s of %i is %i, with a mass of %d and a part of %d of the last',
    (text, n, count, mass, lastPart) => {
      expect(tailCount(n, confidenceOf(text))).toEqual({ count, mass, lastPart });
    },
  );

  it.each(['0', '1', '1.5', '-0.5', '0.99 ', '99%', '', 'NaN', '1e-2', '.99'])('refuses %j', (text) => {
    const read = readConfidence(text);
    expect(read).toMatchObject({ ok: false, error: { code: 'bad_confidence' } });
  });
});

describe('value at risk and expected shortfall of a sample', () => {
  it('have the worst losses for their tail, of equal ones the first in the sample', () => {
    const few = fc.array(fc.constantFrom(-3, -0, 0, 1, 1.5, 2, 2.5, 1e300), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(few, confidence, (sample, asked) => {
        const found = tailMeasure(sample, asked);
        if (!found.ok) throw new Error(found.error.code);
        const { count } = tailCount(sample.length, asked);
        // One after another, the first of the largest that are left.
        const left = new Set(sample.keys());
        const expected = Array.from({ length: count }, () => {
          let worst = -1;
          for (const at of left)
            if (worst < 0 || (sample[at] as number) > (sample[worst] as number)) worst = at;
          left.delete(worst);
          return worst;
        });
        expect(found.value.tail.map(({ index }) => index)).toEqual(expected);
      }),
      { numRuns: 200, seed: 1 },
    );
  });

  it('are these in a sample worked by hand', () => {
    // 97.5% of 100: the worst two and half of the third, over 2.5.
    const sample = Array.from({ length: 100 }, (_, i) => i + 1);
    const { valueAtRisk, expectedShortfall, tail } = measure(sample, '0.975');
    expect(valueAtRisk).toBe(98);
    expect(expectedShortfall).toBeCloseTo((100 + 99 + 49) / 2.5, 12);
    expect(tail.map(({ index, weight }) => [index, weight])).toEqual([
      [99, 0.4],
      [98, 0.4],
      [97, 0.2],
    ]);
  });

  it('rise with the confidence, and the shortfall is never under the value at risk', () => {
    fc.assert(
      fc.property(losses, confidence, confidence, (sample, a, b) => {
        const [low, high] = a.value < b.value ? [a, b] : [b, a];
        const [lower, higher] = [must(tailMeasure(sample, low)), must(tailMeasure(sample, high))];
        expect(higher.valueAtRisk).toBeGreaterThanOrEqual(lower.valueAtRisk);
        expect(higher.expectedShortfall).toBeGreaterThanOrEqual(lower.expectedShortfall - 1e-9);
        expect(lower.expectedShortfall).toBeGreaterThanOrEqual(lower.valueAtRisk);
      }),
      { numRuns: 200, seed: 1 },
    );
  });

  it('grow with the position, move with what is certain, and do not care for the order', () => {
    fc.assert(
      fc.property(losses, confidence, fc.integer({ min: 1, max: 9 }), fc.nat(100), (sample, at, by, more) => {
        const one = must(tailMeasure(sample, at));
        const other = must(tailMeasure(sample.map((loss) => loss * by + more).reverse(), at));
        expect(other.valueAtRisk).toBe(one.valueAtRisk * by + more);
        expect(other.expectedShortfall).toBeCloseTo(one.expectedShortfall * by + more, 6);
      }),
      { numRuns: 200, seed: 1 },
    );
  });

  it('do not change when each observation is there several times', () => {
    fc.assert(
      fc.property(losses, confidence, fc.integer({ min: 2, max: 5 }), (sample, at, times) => {
        const one = must(tailMeasure(sample, at));
        const many = must(tailMeasure(Array.from({ length: times }, () => sample).flat(), at));
        expect(many.valueAtRisk).toBe(one.valueAtRisk);
        expect(many.expectedShortfall).toBeCloseTo(one.expectedShortfall, 7);
      }),
      { numRuns: 200, seed: 1 },
    );
  });

  it('is subadditive in the shortfall', () => {
    const pair = fc.array(fc.tuple(fc.integer({ min: -99, max: 99 }), fc.integer({ min: -99, max: 99 })), {
      minLength: 1,
      maxLength: 60,
    });
    fc.assert(
      fc.property(pair, confidence, (sample, at) => {
        const shortfall = (of: number[]) => must(tailMeasure(of, at)).expectedShortfall;
        const [a, b] = [sample.map(([x]) => x), sample.map(([, y]) => y)];
        expect(shortfall(sample.map(([x, y]) => x + y))).toBeLessThanOrEqual(
          shortfall(a) + shortfall(b) + 1e-9,
        );
      }),
      { numRuns: 300, seed: 1 },
    );
  });

  it('is not subadditive in the value at risk: two rare losses that do not coincide', () => {
    const a = Array.from({ length: 100 }, (_, i) => (i < 4 ? 100 : 0));
    const b = Array.from({ length: 100 }, (_, i) => (i >= 96 ? 100 : 0));
    const both = a.map((loss, i) => loss + (b[i] as number));
    expect([a, b, both].map((sample) => measure(sample, '0.95').valueAtRisk)).toEqual([0, 0, 100]);
    expect([a, b, both].map((sample) => measure(sample, '0.95').expectedShortfall)).toEqual([80, 80, 100]);
  });

  it('is the smallest mean that Rockafellar and Uryasev minimise', () => {
    fc.assert(
      fc.property(losses, confidence, (sample, at) => {
        const { expectedShortfall } = must(tailMeasure(sample, at));
        const objective = (level: number) =>
          level +
          sample.reduce((sum, loss) => sum + Math.max(0, loss - level), 0) /
            (sample.length * at.tailProbability);
        expect(expectedShortfall).toBeCloseTo(Math.min(...sample.map(objective)), 6);
      }),
      { numRuns: 200, seed: 1 },
    );
  });

  it('equal weights are no weights, and weights of whole numbers are repetitions', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: -99, max: 99 }), fc.integer({ min: 1, max: 4 })), {
          minLength: 1,
          maxLength: 30,
        }),
        confidence,
        (weighted, at) => {
          const values = weighted.map(([loss]) => loss);
          const tail = must(
            weightedTailMeasure(
              values,
              weighted.map(([, weight]) => weight),
              at,
            ),
          );
          const repeated = must(
            tailMeasure(
              weighted.flatMap(([loss, weight]) => Array.from({ length: weight }, () => loss)),
              at,
            ),
          );
          expect(tail.valueAtRisk).toBe(repeated.valueAtRisk);
          expect(tail.expectedShortfall).toBeCloseTo(repeated.expectedShortfall, 8);
        },
      ),
      { numRuns: 200, seed: 1 },
    );
  });

  it('refuses an empty sample, a value that is no number, and bad weights', () => {
    const at = confidenceOf('0.99');
    expect(tailMeasure([], at)).toMatchObject({ ok: false, error: { code: 'too_few' } });
    expect(tailMeasure([1, Number.NaN], at)).toMatchObject({ error: { code: 'not_finite', at: [1] } });
    expect(weightedTailMeasure([1, 2], [1], at)).toMatchObject({ error: { code: 'length_differs' } });
    expect(weightedTailMeasure([1, 2], [1, -1], at)).toMatchObject({
      error: { code: 'bad_weight', at: [1] },
    });
    expect(weightedTailMeasure([1, 2], [0, 0], at)).toMatchObject({ error: { code: 'bad_weight' } });
  });
});

describe('quantiles to compare with', () => {
  it('are these of one to ten at 75%', () => {
    const sample = [3, 1, 4, 10, 5, 9, 2, 6, 8, 7];
    // R: quantile(1:10, 0.75, type = 5, 6, 7) are 8, 8.25, 7.75; the third worst is 8.
    const got = QUANTILE_TYPES.map((type) => quantileLoss(sample, confidenceOf('0.75'), type));
    expect(got).toEqual([8, 8, 8.25, 7.75]);
  });
});

function measure(sample: readonly number[], at: string) {
  return must(tailMeasure(sample, confidenceOf(at)));
}

function must<T>(result: { ok: true; value: T } | { ok: false; error: unknown }): T {
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
}
