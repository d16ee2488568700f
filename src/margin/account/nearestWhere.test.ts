import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nearestWhere } from './nearestWhere.js';

describe('the nearest number for which something holds', () => {
  it('is what a scan finds, both ways, whatever the pattern', () => {
    const hits = fc.uniqueArray(fc.bigInt(1n, 400n), { maxLength: 12 });
    fc.assert(
      fc.property(hits, fc.bigInt(1n, 400n), fc.bigInt(1n, 400n), (holding, from, to) => {
        const found = nearestWhere(
          { from, to },
          ({ low, high }) => !holding.some((n) => low <= n && n <= high),
        );
        const onTheWay = holding.filter((n) => (from <= to ? from <= n && n <= to : to <= n && n <= from));
        const distance = (n: bigint) => Number(n > from ? n - from : from - n);
        const nearest = onTheWay.sort((a, b) => distance(a) - distance(b))[0] ?? null;
        expect(found).toEqual(nearest === null ? { kind: 'none' } : { kind: 'found', at: nearest });
      }),
      { numRuns: 500 },
    );
  });

  it('looks at few ranges where one edge divides all numbers of 63 bits', () => {
    let looks = 0;
    const edge = 123_456_789_012_345n;
    const found = nearestWhere({ from: 1n, to: 2n ** 63n - 1n }, ({ high }) => {
      looks++;
      return high < edge;
    });
    expect(found).toEqual({ kind: 'found', at: edge });
    expect(looks).toBeLessThan(300);
  });

  it('gives up where ranges cannot be told apart, and says so', () => {
    const vague = ({ low, high }: { low: bigint; high: bigint }) => low === high;
    expect(nearestWhere({ from: 1n, to: 2n ** 63n - 1n, looksMax: 500 }, vague)).toEqual({
      kind: 'unsettled',
    });
    expect(nearestWhere({ from: 1n, to: 20n, looksMax: 500 }, vague)).toEqual({ kind: 'none' });
  });
});
