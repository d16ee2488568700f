import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { indexOf, redeemablePrice } from './priceIndex.js';

const RULES = { maxAgeMs: 1_000, outlierPpm: 50_000n, sourcesMin: 3 };
const at = (source: string, price: bigint, timeMs = 10_000) => ({ source, price, timeMs });

describe('an index of several sources', () => {
  it('is the median of the fresh ones, and one venue far from the others does not count (MAR-11, PRC-01)', () => {
    const sources = [at('a', 100n), at('b', 101n), at('own', 65n), at('c', 102n), at('late', 90n, 8_000)];
    expect(indexOf(sources, RULES, 10_500)).toEqual({
      price: 101n,
      verdicts: [
        { source: 'a', verdict: 'used' },
        { source: 'b', verdict: 'used' },
        { source: 'own', verdict: 'outlier' },
        { source: 'c', verdict: 'used' },
        { source: 'late', verdict: 'stale' },
      ],
    });
  });

  it('is no price where too few sources are left (PRC-01)', () => {
    expect(indexOf([at('own', 65n)], RULES, 10_500).price).toBeNull();
    expect(
      indexOf([at('a', 100n), at('b', 0n), at('c', -1n), at('d', 100n)], RULES, 10_500).price,
    ).toBeNull();
    expect(indexOf([], { ...RULES, sourcesMin: 0 }, 0).price).toBeNull();
  });

  it('does not depend on the order of the sources, and a minority cannot move it beyond the others (PRC-02)', () => {
    fc.assert(
      fc.property(
        fc.array(fc.bigInt(900n, 1_100n), { minLength: 3, maxLength: 9 }),
        fc.array(fc.bigInt(-10n, 10n ** 6n), { maxLength: 4 }),
        (honest, wild) => {
          const rogue = wild.slice(0, Math.floor((honest.length - 1) / 2));
          const sources = [...honest, ...rogue].map((price, i) => at(`s${i}`, price));
          const rules = { ...RULES, outlierPpm: 10n ** 12n, sourcesMin: 1 };
          const { price } = indexOf(sources, rules, 10_000);
          expect(indexOf(sources.toReversed(), rules, 10_000).price).toBe(price);
          const sorted = honest.toSorted((a, b) => Number(a - b));
          expect(price).toBeGreaterThanOrEqual(sorted[0] as bigint);
          expect(price).toBeLessThanOrEqual(sorted.at(-1) as bigint);
        },
      ),
    );
  });
});

describe('a price of redeemable collateral', () => {
  it('is floored at what redeeming pays while it is open, and at nothing while it is not (MAR-11)', () => {
    const redemption = { price: 1_000n, feePpm: 2_000n, isOpen: true };
    expect(redeemablePrice(650n, redemption)).toBe(998n);
    expect(redeemablePrice(650n, { ...redemption, isOpen: false })).toBe(650n);
    expect(redeemablePrice(1_200n, redemption)).toBe(1_000n);
  });
});
