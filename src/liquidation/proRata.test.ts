import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { min } from '../base/integers.js';
import { splitProRata, type Weighted } from './proRata.js';

describe('split pro rata', () => {
  it.each([
    { name: 'an exact split', amount: 10n, weights: [2n, 3n], caps: [99n, 99n], parts: [4n, 6n] },
    {
      name: 'the odd unit to the largest remainder',
      amount: 10n,
      weights: [1n, 2n, 4n],
      caps: [99n, 99n, 99n],
      parts: [1n, 3n, 6n],
    },
    {
      name: 'equal remainders in order',
      amount: 5n,
      weights: [1n, 1n, 1n],
      caps: [9n, 9n, 9n],
      parts: [2n, 2n, 1n],
    },
    {
      name: 'a cap passed on to the others',
      amount: 12n,
      weights: [1n, 1n, 1n],
      caps: [2n, 9n, 9n],
      parts: [2n, 5n, 5n],
    },
    {
      name: 'a cap that brings the next one into reach',
      amount: 12n,
      weights: [1n, 1n, 1n],
      caps: [1n, 5n, 99n],
      parts: [1n, 5n, 6n],
    },
    { name: 'more than all caps', amount: 99n, weights: [1n, 2n], caps: [3n, 4n], parts: [3n, 4n] },
    { name: 'nothing for a zero weight', amount: 7n, weights: [0n, 1n], caps: [9n, 9n], parts: [0n, 7n] },
    { name: 'nothing for a zero cap', amount: 7n, weights: [5n, 1n], caps: [0n, 9n], parts: [0n, 7n] },
    { name: 'only zero weights', amount: 7n, weights: [0n, 0n], caps: [9n, 9n], parts: [0n, 0n] },
    { name: 'nobody', amount: 7n, weights: [], caps: [], parts: [] },
    { name: 'nothing', amount: 0n, weights: [1n, 2n], caps: [9n, 0n], parts: [0n, 0n] },
    {
      name: 'fewer units than items',
      amount: 1n,
      weights: [1n, 3n, 3n],
      caps: [9n, 9n, 9n],
      parts: [0n, 1n, 0n],
    },
  ])('gives $name', ({ amount, weights, caps, parts }) => {
    const items = weights.map((weight, i) => ({ weight, cap: caps[i] as bigint }));
    expect(splitProRata({ amount, items })).toEqual(parts);
  });

  it('sums to the amount or to all caps that have a weight, and keeps within each cap', () => {
    fc.assert(
      fc.property(whole, fc.array(item, { maxLength: 30 }), (amount, items) => {
        const parts = splitProRata({ amount, items });
        expect(parts).toHaveLength(items.length);
        for (const [i, { weight, cap }] of items.entries()) {
          expect(parts[i]! >= 0n && parts[i]! <= (weight === 0n ? 0n : cap)).toBe(true);
        }
        expect(sum(parts)).toBe(min(amount, sum(items.map(({ weight, cap }) => (weight === 0n ? 0n : cap)))));
      }),
      { numRuns: 500 },
    );
  });

  it('is proportional to less than one unit where no cap binds', () => {
    fc.assert(
      fc.property(whole, fc.array(weight, { maxLength: 30 }), (amount, weights) => {
        const total = sum(weights);
        fc.pre(total > 0n);
        const parts = splitProRata({ amount, items: weights.map((weight) => ({ weight, cap: amount })) });
        for (const [i, weight] of weights.entries()) {
          const error = parts[i]! * total - amount * weight;
          expect(error < total && error > -total).toBe(true);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('gives who is below its cap, by weight, no less than any other less one unit', () => {
    fc.assert(
      fc.property(whole, fc.array(item, { maxLength: 12 }), (amount, items) => {
        const parts = splitProRata({ amount, items });
        for (const [i, a] of items.entries()) {
          if (a.weight === 0n || parts[i]! >= a.cap) continue;
          for (const [j, b] of items.entries()) {
            expect((parts[i]! + 1n) * b.weight >= (parts[j]! - 1n) * a.weight).toBe(true);
          }
        }
      }),
      { numRuns: 500 },
    );
  });

  it('agrees with splitting again and again until no share exceeds its cap', () => {
    fc.assert(
      fc.property(whole, fc.array(item, { maxLength: 12 }), (amount, items) => {
        expect(splitProRata({ amount, items })).toEqual(splitInRounds(amount, items));
      }),
      { numRuns: 500 },
    );
  });

  it('refuses negative amounts, weights and caps', () => {
    expect(() => splitProRata({ amount: -1n, items: [] })).toThrow('not negative');
    expect(() => splitProRata({ amount: 1n, items: [{ weight: -1n, cap: 1n }] })).toThrow('not negative');
    expect(() => splitProRata({ amount: 1n, items: [{ weight: 1n, cap: -1n }] })).toThrow('not negative');
  });
});

const small = fc.bigInt({ min: 0n, max: 12n });
const whole = fc.oneof(small, fc.bigInt({ min: 0n, max: 2n ** 63n }));
const weight = fc.oneof(small, fc.bigInt({ min: 0n, max: 2n ** 63n }));
const item: fc.Arbitrary<Weighted> = fc.record({ weight, cap: whole });

/** The plain reading of the rule: cap all who exceed, split what is left again, until nobody exceeds. */
function splitInRounds(amount: bigint, items: readonly Weighted[]): bigint[] {
  const parts = items.map(() => 0n);
  let open = [...items.keys()].filter((i) => items[i]!.weight > 0n);
  let left = amount;
  while (open.length > 0) {
    const total = sum(open.map((i) => items[i]!.weight));
    const over = open.filter((i) => left * items[i]!.weight > items[i]!.cap * total);
    if (over.length === 0) return finish(open, total);
    for (const i of over) parts[i] = items[i]!.cap;
    left -= sum(over.map((i) => items[i]!.cap));
    open = open.filter((i) => !over.includes(i));
  }
  return parts;

  function finish(open: readonly number[], total: bigint): bigint[] {
    for (const i of open) parts[i] = (left * items[i]!.weight) / total;
    let units = left - sum(open.map((i) => parts[i] as bigint));
    const given = new Set<number>();
    for (; units > 0n; units--) {
      const remainder = (i: number) => (left * items[i]!.weight) % total;
      const next = open.filter((i) => !given.has(i)).reduce((a, b) => (remainder(b) > remainder(a) ? b : a));
      parts[next]! += 1n;
      given.add(next);
    }
    return parts;
  }
}

function sum(values: readonly bigint[]): bigint {
  return values.reduce((total, value) => total + value, 0n);
}
