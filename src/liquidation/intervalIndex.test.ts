import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { INT64_MAX, INT64_MIN } from '../base/integers.js';
import { createIntervalIndex, type Interval, type IntervalIndex } from './intervalIndex.js';

const INPUTS = 4;

describe('interval index', () => {
  it('visits exactly those whose range the value has left, as a scan does, whatever was set, reset and removed', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const [index, slow] = [createIntervalIndex(), createScan()];
        for (const step of steps) {
          for (const each of [index, slow]) play(each, step);
          expect(index.size).toBe(slow.size);
          if (step.kind === 'collect')
            expect(visited(index, step.input, step.value)).toEqual(visited(slow, step.input, step.value));
        }
        for (let input = 0; input <= INPUTS; input++)
          for (const value of [INT64_MIN, -3n, 0n, 3n, INT64_MAX])
            expect(visited(index, input, value)).toEqual(visited(slow, input, value));
      }),
      { numRuns: 300 },
    );
  });

  it('agrees with a scan while thousands come, change their inputs, go and come again', () => {
    const [index, slow] = [createIntervalIndex(), createScan()];
    const check = () => {
      expect(index.size).toBe(slow.size);
      for (let input = 0; input < 7; input++)
        for (const value of [-90n, -1n, 0n, 42n, 97n])
          expect(visited(index, input, value)).toEqual(visited(slow, input, value));
    };
    for (const factor of [7, 31]) {
      for (let member = 0; member < 3000; member++) {
        const middle = BigInt(((member * factor) % 199) - 99);
        const ranges = Array.from({ length: 1 + (member % 3) }, (_, at) => ({
          input: (member * factor + at * 2) % 7,
          low: middle - BigInt(member % 50),
          high: middle + BigInt(at),
        }));
        for (const each of [index, slow]) each.set(member, ranges);
      }
      check();
      for (let member = 0; member < 3000; member++)
        if (member % 7 !== 3) for (const each of [index, slow]) each.remove(member);
      check();
    }
  });

  it('reads nothing while the value is inside every range, and else only groups that lead to a visited member', () => {
    const levelsMax = 3;
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), fc.nat(INPUTS), value, (steps, input, at) => {
        fc.pre(at > INT64_MIN && at < INT64_MAX);
        const index = createIntervalIndex();
        for (const step of steps) play(index, step);
        let visits = 0;
        const groups = index.collect(input, at, () => visits++);
        expect(groups).toBeLessThanOrEqual(visits * levelsMax);
      }),
    );
  });

  it('holds both ends of a range', () => {
    const index = createIntervalIndex();
    index.set(7, [{ input: 0, low: -3n, high: 5n }]);
    const isLeft = (at: bigint) => visited(index, 0, at).length === 1;
    expect([-4n, -3n, 0n, 5n, 6n].map(isLeft)).toEqual([true, false, false, false, true]);
  });

  it('takes an end at the edge of int64 as no end, and still visits everybody at a value beyond it', () => {
    const index = createIntervalIndex();
    index.set(0, [{ input: 0, low: INT64_MIN, high: INT64_MAX }]);
    index.set(1, [{ input: 0, low: INT64_MIN, high: 5n }]);
    index.set(2, [{ input: 0, low: 5n, high: INT64_MAX }]);
    expect(visited(index, 0, INT64_MIN)).toEqual([2]);
    expect(visited(index, 0, INT64_MAX)).toEqual([1]);
    expect(visited(index, 0, INT64_MIN - 1n)).toEqual([0, 1, 2]);
    expect(visited(index, 0, INT64_MAX + 1n)).toEqual([0, 1, 2]);
    index.remove(1);
    expect(visited(index, 0, INT64_MAX + 1n)).toEqual([0, 2]);
  });

  it('never misses a range or value beyond int64', () => {
    const wide = fc.oneof(value, fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }));
    fc.assert(
      fc.property(fc.array(fc.tuple(wide, wide), { maxLength: 40 }), wide, (ranges, at) => {
        const [index, slow] = [createIntervalIndex(), createScan()];
        for (const [member, [low, high]] of ranges.entries())
          for (const each of [index, slow]) each.set(member, [{ input: 0, low, high }]);
        expect(visited(index, 0, at)).toEqual(expect.arrayContaining(visited(slow, 0, at)));
      }),
    );
  });

  it('visits a member of an empty range once, at any value', () => {
    const index = createIntervalIndex();
    index.set(3, [{ input: 0, low: 9n, high: -9n }]);
    for (const at of [INT64_MIN, -10n, -9n, 0n, 9n, INT64_MAX]) expect(visited(index, 0, at)).toEqual([3]);
  });

  it('lets a visitor collect on another input and then goes on', () => {
    const index = createIntervalIndex();
    for (const member of [1, 2, 3]) index.set(member, [{ input: member % 2, low: 0n, high: 0n }]);
    const seen: string[] = [];
    index.collect(1, 9n, (outer) => index.collect(0, 9n, (inner) => seen.push(`${outer} ${inner}`)));
    expect(seen).toEqual(['1 2', '3 2']);
  });

  it('refuses what is no member and no input, and changes nothing', () => {
    const index = createIntervalIndex();
    index.set(0, [{ input: 0, low: 0n, high: 0n }]);
    for (const number of [-1, 0.5, Number.NaN, 2 ** 31]) {
      expect(() => index.set(number, [])).toThrow('not a member');
      expect(() => index.remove(number)).toThrow('not a member');
      expect(() => index.setRange(1, { input: number, low: 0n, high: 0n })).toThrow('not an input');
    }
    expect(index.size).toBe(1);
    expect(visited(index, 0, 1n)).toEqual([0]);
  });
});

/** The same answers by looking at everybody. */
function createScan(): IntervalIndex {
  const members = new Map<number, Map<number, Interval>>();
  return {
    get size() {
      return members.size;
    },
    set(member, intervals) {
      members.delete(member);
      if (intervals.length > 0) members.set(member, new Map(intervals.map((each) => [each.input, each])));
    },
    setRange(member, interval) {
      members.set(member, new Map(members.get(member)).set(interval.input, interval));
    },
    remove: (member) => void members.delete(member),
    collect(input, value, visit) {
      for (const [member, ranges] of members) {
        const range = ranges.get(input);
        if (range !== undefined && (value < range.low || value > range.high)) visit(member);
      }
      return 0;
    },
  };
}

/** Ascending, and as often as visited. */
function visited(index: IntervalIndex, input: number, value: bigint): number[] {
  const members: number[] = [];
  index.collect(input, value, (member) => members.push(member));
  return members.sort((a, b) => a - b);
}

/** Few enough values that ends are often equal, and both ends of int64 among them. */
const value = fc.oneof(
  fc.bigInt({ min: -4n, max: 4n }),
  fc.constantFrom(INT64_MIN, INT64_MIN + 1n, INT64_MAX - 1n, INT64_MAX),
  fc.bigInt({ min: INT64_MIN, max: INT64_MAX }),
);
const interval = fc
  .tuple(fc.nat(INPUTS - 1), value, value, fc.boolean())
  .map(([input, a, b, mayBeEmpty]) => ({
    input,
    low: a < b || mayBeEmpty ? a : b,
    high: a < b || mayBeEmpty ? b : a,
  }));
const intervals = fc.uniqueArray(interval, { selector: ({ input }) => input, maxLength: INPUTS });
const member = fc.oneof({ arbitrary: fc.nat(12), weight: 6 }, { arbitrary: fc.nat(3000), weight: 1 });
const step = fc.oneof(
  fc.record({ kind: fc.constant('set' as const), member, intervals }),
  fc.record({ kind: fc.constant('setRange' as const), member, interval }),
  fc.record({ kind: fc.constant('remove' as const), member }),
  fc.record({ kind: fc.constant('collect' as const), input: fc.nat(INPUTS), value }),
);
type Step = typeof step extends fc.Arbitrary<infer Played> ? Played : never;

function play(index: IntervalIndex, step: Step): void {
  if (step.kind === 'set') index.set(step.member, step.intervals);
  else if (step.kind === 'setRange') index.setRange(step.member, step.interval);
  else if (step.kind === 'remove') index.remove(step.member);
}
