import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { INT64_MAX, INT64_MIN } from '../base/integers.js';
import { createThresholdIndex, type ThresholdIndex } from './thresholdIndex.js';

const SIDES = ['atOrAbove', 'atOrBelow'] as const;

describe.each(SIDES)('threshold index, %s', (fires) => {
  const hasFired = (key: bigint, threshold: bigint) =>
    fires === 'atOrAbove' ? key >= threshold : key <= threshold;

  it('agrees with a full scan after any sequence of sets and removals', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300 }), fc.array(key, { maxLength: 10 }), (steps, extra) => {
        const index = createThresholdIndex({ fires });
        const naive = new Map<number, bigint>();
        for (const { slot, key } of steps) {
          if (key === null) {
            index.remove(slot);
            naive.delete(slot);
          } else {
            index.set(slot, key);
            naive.set(slot, key);
          }
        }
        expect(index.size).toBe(naive.size);
        expect(membersOf(index)).toEqual(ascending(naive.keys()));
        for (const threshold of [...extra, ...naive.values(), INT64_MIN, 0n, INT64_MAX]) {
          const scanned = [...naive].filter(([, key]) => hasFired(key, threshold)).map(([slot]) => slot);
          expect(collected(index, threshold)).toEqual(ascending(scanned));
        }
      }),
      { numRuns: 200 },
    );
  });

  it('agrees with a full scan while it fills, changes, empties and fills again', () => {
    const index = createThresholdIndex({ fires });
    const naive = new Map<number, bigint>();
    const check = () => {
      for (const threshold of [-90n, -1n, 0n, 42n, 97n]) {
        const scanned = [...naive].filter(([, key]) => hasFired(key, threshold)).map(([slot]) => slot);
        expect(collected(index, threshold)).toEqual(ascending(scanned));
      }
    };
    for (const factor of [7n, 31n]) {
      for (let slot = 0; slot < 5000; slot++) {
        const key = ((BigInt(slot) * factor) % 199n) - 99n;
        index.set(slot, key);
        naive.set(slot, key);
      }
      check();
      for (let slot = 0; slot < 5000; slot++) {
        if (slot % 7 === 3) continue;
        index.remove(slot);
        naive.delete(slot);
      }
      check();
      for (const slot of [...naive.keys()]) {
        index.remove(slot);
        naive.delete(slot);
      }
      check();
      expect(index.size).toBe(0);
    }
  });

  it('reads nothing when nothing fires, and else only groups that lead to a slot that does', () => {
    const everyKey = fires === 'atOrAbove' ? INT64_MIN : INT64_MAX;
    const levelsMax = 4;
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 300 }),
        fc.array(key, { minLength: 5 }),
        (steps, thresholds) => {
          const index = createThresholdIndex({ fires });
          for (const { slot, key } of steps) key === null ? index.remove(slot) : index.set(slot, key);
          for (const threshold of thresholds) {
            if (threshold === everyKey) continue;
            let visited = 0;
            const groups = index.collect(threshold, () => visited++);
            expect(groups).toBeLessThanOrEqual(visited * levelsMax);
          }
        },
      ),
      { numRuns: 200 },
    );
  });

  it('fires nobody when empty, at any threshold', () => {
    const index = createThresholdIndex({ fires });
    for (const threshold of [INT64_MIN, 0n, INT64_MAX]) expect(collected(index, threshold)).toEqual([]);
    index.set(300, 5n);
    index.remove(300);
    for (const threshold of [INT64_MIN, 0n, INT64_MAX]) expect(collected(index, threshold)).toEqual([]);
    expect(membersOf(index)).toEqual([]);
  });

  it('removes a slot that is not in, or was never there, without effect', () => {
    const index = createThresholdIndex({ fires });
    index.set(1, 10n);
    for (const slot of [0, 2, 15, 16, 1_000_000]) index.remove(slot);
    expect(index.size).toBe(1);
    expect(collected(index, 10n)).toEqual([1]);
  });

  it('wakes a key or threshold beyond int64 early, never late', () => {
    const wide = fc.oneof(key, fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }));
    fc.assert(
      fc.property(fc.array(wide, { minLength: 1, maxLength: 40 }), wide, (keys, threshold) => {
        const index = createThresholdIndex({ fires });
        for (const [slot, key] of keys.entries()) index.set(slot, key);
        const visited = new Set(collected(index, threshold));
        for (const [slot, key] of keys.entries()) {
          if (hasFired(key, threshold)) expect(visited).toContain(slot);
        }
      }),
    );
  });

  it('refuses what is not a slot, and changes nothing', () => {
    const index = createThresholdIndex({ fires });
    index.set(0, 0n);
    for (const slot of [-1, 0.5, Number.NaN, 2 ** 31]) {
      expect(() => index.set(slot, 0n)).toThrow('not a slot');
      expect(() => index.remove(slot)).toThrow('not a slot');
    }
    expect(membersOf(index)).toEqual([0]);
  });
});

/** Few enough values that keys are often equal, and both ends of int64 among them. */
const key = fc.oneof(
  fc.bigInt({ min: -3n, max: 3n }),
  fc.constantFrom(INT64_MIN, INT64_MIN + 1n, INT64_MAX - 1n, INT64_MAX),
  fc.bigInt({ min: INT64_MIN, max: INT64_MAX }),
);

/** Mostly crowded slots that are set and removed again, now and then a far one that makes the index grow. */
const step = fc.record({
  slot: fc.oneof(
    { arbitrary: fc.nat(40), weight: 8 },
    { arbitrary: fc.nat(600), weight: 3 },
    { arbitrary: fc.nat(9000), weight: 1 },
  ),
  key: fc.option(key, { freq: 2 }),
});

function collected(index: ThresholdIndex, threshold: bigint): number[] {
  const slots: number[] = [];
  index.collect(threshold, (slot) => slots.push(slot));
  return slots;
}

function membersOf(index: ThresholdIndex): number[] {
  const slots: number[] = [];
  index.forEach((slot) => {
    slots.push(slot);
  });
  return slots;
}

function ascending(slots: Iterable<number>): number[] {
  return [...slots].sort((a, b) => a - b);
}
