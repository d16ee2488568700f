import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { confidenceOf } from '../measures/confidenceOf.js';
import { tailMeasure } from '../measures/index.js';
import { type OffsetSet, offsetParts, worstOf } from './offsetSet.js';

const set = (moves: Readonly<Record<string, readonly number[]>>, confidence = '0.75'): OffsetSet => ({
  moves: new Map(Object.entries(moves).map(([asset, own]) => [asset, Float64Array.from(own)])),
  confidence: confidenceOf(confidence),
  capShare: 0.8,
  shapes: new Map(),
});
/** Four scenarios: at 75% the worst of them is the tail. */
const MARKET = set({ A: [-0.2, 0.1, 0.05, 0], B: [-0.1, 0.12, 0.05, 0], C: [0.1, -0.2, 0, 0] });

describe('positions margined together', () => {
  it('take off each other what the scenarios show, and no more than the cap', () => {
    // A long 100 loses 20, C long 100 loses 20, each in its own scenario; together at most 10: a quarter of 40.
    const two = offsetParts(MARKET, [
      { asset: 'A', value: 100, margin: 30 },
      { asset: 'C', value: 100, margin: 10 },
    ]);
    expect(sumOf(two)).toBeCloseTo(10, 12);
    // Two that move alike, long and short, lose nothing together: a fifth of their margins stays.
    const hedge = offsetParts(set({ A: [-0.2, 0.2], B: [-0.2, 0.2] }, '0.5'), [
      { asset: 'A', value: 100, margin: 30 },
      { asset: 'B', value: -100, margin: 20 },
    ]);
    expect(sumOf(hedge)).toBeCloseTo(10, 12);
  });

  it('are parted by contribution, a hedge with none', () => {
    // Long A 100 and B 100 fall together: 20 and 10 of 30, nothing comes off.
    const longs = offsetParts(MARKET, [
      { asset: 'A', value: 100, margin: 24 },
      { asset: 'B', value: 100, margin: 12 },
    ]);
    expect(longs[0]).toBeCloseTo(24, 12);
    expect(longs[1]).toBeCloseTo(12, 12);
    // Long A 100, short B 100: 20 less 10 in the worst, of 20 and 12 apart.
    const [long, short] = offsetParts(MARKET, [
      { asset: 'A', value: 100, margin: 20 },
      { asset: 'B', value: -100, margin: 12 },
    ]);
    expect(long).toBeCloseTo((32 * 10) / 32, 12);
    expect(short).toBe(0);
  });

  it('take off less where the levels say so', () => {
    const legs = [
      { asset: 'A', value: 100, margin: 30 },
      { asset: 'C', value: 100, margin: 10 },
    ];
    expect(sumOf(offsetParts(MARKET, legs, 0.5))).toBeCloseTo(20, 12);
    expect(offsetParts(MARKET, legs, 0)).toEqual([30, 10]);
  });

  it('stand alone without scenarios', () => {
    const legs = [
      { asset: 'A', value: 100, margin: 20 },
      { asset: 'B', value: -100, margin: 12 },
    ];
    expect(offsetParts(null, legs)).toEqual([20, 12]);
    expect(offsetParts(MARKET, legs.slice(0, 1))).toEqual([20]);
  });

  it('never need more than their sum, nor less than the cap leaves', () => {
    const leg = fc.record({
      asset: fc.constantFrom('A', 'B', 'C'),
      value: fc.integer({ min: -1000, max: 1000 }).filter((value) => value !== 0),
      margin: fc.double({ min: 1, max: 100, noNaN: true }),
    });
    fc.assert(
      fc.property(fc.uniqueArray(leg, { selector: ({ asset }) => asset, minLength: 1 }), (legs) => {
        const [amount, gross] = [sumOf(offsetParts(MARKET, legs)), sumOf(legs.map(({ margin }) => margin))];
        expect(amount).toBeLessThanOrEqual(gross * (1 + 1e-12));
        if (legs.length > 1) expect(amount).toBeGreaterThanOrEqual(0.2 * gross * (1 - 1e-12));
      }),
      { numRuns: 100 },
    );
  });

  it('have the tail of the measure, picked without sorting', () => {
    const losses = fc.array(fc.integer({ min: -5, max: 5 }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(losses, fc.constantFrom('0.5', '0.9', '0.975', '0.99'), (values, text) => {
        const confidence = confidenceOf(text);
        const judge = tailMeasure(values, confidence);
        const { places, weights } = worstOf(Float64Array.from(values), confidence);
        if (!judge.ok) throw new Error(judge.error.code);
        expect([...places]).toEqual(judge.value.tail.map(({ index }) => index));
        for (const [rank, { weight }] of judge.value.tail.entries())
          expect(weights[rank]).toBeCloseTo(weight, 12);
      }),
      { numRuns: 200 },
    );
  });
});

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
