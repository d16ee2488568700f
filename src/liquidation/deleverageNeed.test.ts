import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { abs } from '../base/integers.js';
import { compare, rational, times } from '../testkit/rational.js';
import { deleveragingValue, neededLots } from './deleverageNeed.js';

describe('the need', () => {
  it('is what the fund cannot cover, in whole lots (LIQ-05)', () => {
    // 400 short on 100 lots with a fund of 100: a quarter of the lots is covered.
    expect(neededLots({ lots: 100n, shortMinor: 400n, budgetMinor: 100n })).toBe(75n);
    expect(neededLots({ lots: -100n, shortMinor: 400n, budgetMinor: 100n })).toBe(75n);
    expect(neededLots({ lots: 100n, shortMinor: 400n, budgetMinor: 399n })).toBe(1n);
    expect(neededLots({ lots: 100n, shortMinor: 400n, budgetMinor: 400n })).toBe(0n);
    expect(neededLots({ lots: 100n, shortMinor: 400n, budgetMinor: -5n })).toBe(100n);
    expect(neededLots({ lots: 100n, shortMinor: 0n, budgetMinor: 0n })).toBe(0n);
  });

  it('leaves the fund what it can pay, and would not with one lot less', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 1n, max: 1_000n }),
        fc.bigInt({ min: 1n, max: 10_000n }),
        fc.bigInt({ min: 0n, max: 12_000n }),
        (lots, shortMinor, budgetMinor) => {
          const needed = neededLots({ lots, shortMinor, budgetMinor });
          const shortOf = (left: bigint) => times(rational(left), rational(shortMinor, lots));
          expect(compare(shortOf(lots - needed), rational(budgetMinor)) <= 0).toBe(true);
          if (needed > 0n) {
            expect(compare(shortOf(lots - needed + 1n), rational(budgetMinor)) > 0).toBe(true);
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('the deleveraging value', () => {
  it('is where the collateral is used up: 36,000 for 0.1 BTC from 40,000 with 400 behind it', () => {
    const long = { lots: 100n, cost: 4_000n, collateral: 400n };
    expect(deleveragingValue(long, 100n)).toBe(-3_600n);
    expect(deleveragingValue(long, 75n)).toBe(-2_700n);
    expect(deleveragingValue({ lots: -100n, cost: -4_000n, collateral: 400n }, 100n)).toBe(4_400n);
  });

  it('of a part never pays more than its share, and misses it by less than two units', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(1n, -1n),
        fc.bigInt({ min: 1n, max: 50n }),
        fc.bigInt({ min: 0n, max: 5_000n }),
        fc.bigInt({ min: 0n, max: 900n }),
        fc.nat(50),
        (side, size, paid, collateral, drawn) => {
          const lots = side * size;
          const takeover = { lots, cost: side * paid, collateral };
          const part = BigInt(drawn) % (size + 1n);
          const value = deleveragingValue(takeover, part);
          const exact = rational((collateral - side * paid) * part, abs(lots));
          expect(compare(rational(value), exact) <= 0).toBe(true);
          expect(compare(rational(value + 2n), exact) > 0).toBe(true);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('of more than all lots is a fault', () => {
    expect(() => deleveragingValue({ lots: 1n, cost: 1n, collateral: 0n }, 2n)).toThrow('a part');
  });
});
