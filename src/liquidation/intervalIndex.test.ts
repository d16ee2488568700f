import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createIntervalIndex, type Interval } from './intervalIndex.js';

const INPUTS = 4;

/** The same answers by looking at everybody. */
function scan(): ReturnType<typeof createIntervalIndex> {
  const members = new Map<number, readonly Interval[]>();
  return {
    get size() {
      return members.size;
    },
    set: (member, intervals) => void members.set(member, intervals),
    remove: (member) => void members.delete(member),
    collect(input, value, visit) {
      for (const [member, intervals] of members)
        if (intervals.some((each) => each.input === input && (value < each.low || value > each.high)))
          visit(member);
    },
  };
}

const value = fc.bigInt({ min: -20n, max: 20n });
const intervals = fc.uniqueArray(fc.record({ input: fc.nat(INPUTS - 1), ends: fc.tuple(value, value) }), {
  selector: ({ input }) => input,
  maxLength: INPUTS,
});
const step = fc.oneof(
  fc.record({ kind: fc.constant('set' as const), member: fc.nat(12), intervals }),
  fc.record({ kind: fc.constant('remove' as const), member: fc.nat(12) }),
  fc.record({ kind: fc.constant('collect' as const), input: fc.nat(INPUTS), value }),
);

describe('the interval index', () => {
  it('visits exactly the members whose range the value has left, as a scan does, whatever was set and removed', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const [index, slow] = [createIntervalIndex(), scan()];
        for (const each of steps) {
          if (each.kind === 'remove') {
            index.remove(each.member);
            slow.remove(each.member);
          } else if (each.kind === 'set') {
            const ranges = each.intervals.map(({ input, ends: [a, b] }) => ({
              input,
              low: a < b ? a : b,
              high: a < b ? b : a,
            }));
            index.set(each.member, ranges);
            slow.set(each.member, ranges);
          } else {
            const found = (of: typeof index) => {
              const members: number[] = [];
              of.collect(each.input, each.value, (member) => members.push(member));
              return members.sort((a, b) => a - b);
            };
            expect(found(index)).toEqual(found(slow));
          }
          expect(index.size).toBe(slow.size);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('holds both ends of a range', () => {
    const index = createIntervalIndex();
    index.set(7, [{ input: 0, low: -3n, high: 5n }]);
    const left = (at: bigint) => {
      let count = 0;
      index.collect(0, at, () => count++);
      return count === 1;
    };
    expect([-4n, -3n, 0n, 5n, 6n].map(left)).toEqual([true, false, false, false, true]);
  });

  it('keeps ends at the edge of int64 apart from the values beside them', () => {
    const [lowest, highest] = [-(2n ** 63n), 2n ** 63n - 1n];
    const index = createIntervalIndex();
    index.set(0, [{ input: 0, low: lowest, high: highest }]);
    const visited: bigint[] = [];
    for (const at of [lowest + 1n, 0n, highest - 1n]) index.collect(0, at, () => visited.push(at));
    expect(visited).toEqual([]);
  });
});
