import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { abs } from '../base/index.js';
import { composeIndex, type IndexRules, type PriceSource, redeemablePrice } from './priceIndex.js';

const PPM = 1_000_000n;
const RULES: IndexRules = {
  sourcesMin: 2,
  outlierPpm: 50_000n,
  clipPpm: 10_000n,
  ownBookSharePpm: 200_000n,
};
const at = (source: string, price: bigint, changes: Partial<PriceSource> = {}): PriceSource => ({
  source,
  quote: { price, timeMs: 10_000 },
  weight: 1n,
  maxAgeMs: 1_000,
  isOwnBook: false,
  ...changes,
});
const late = (source: string, price: bigint) => at(source, price, { quote: { price, timeMs: 8_000 } });
const verdicts = (sources: readonly PriceSource[], rules = RULES) =>
  composeIndex(sources, rules, 10_500).sources.map(({ source, verdict }) => `${source} ${verdict}`);

describe('an index of several sources', () => {
  it('drops what is stale, not positive or far from the median, and clips what is left (MAR-11, PRC-01)', () => {
    const sources = [
      at('a', 1_000n),
      at('b', 1_030n),
      at('own', 650n, { isOwnBook: true }),
      at('c', 1_002n),
      late('d', 900n),
      at('e', 0n),
      at('f', 0n, { quote: null }),
      at('g', 1_001n),
    ];
    expect(verdicts(sources)).toEqual([
      'a used',
      'b clipped',
      'own outlier',
      'c used',
      'd stale',
      'e notPositive',
      'f missing',
      'g used',
    ]);
    // The median of 650, 1000, 1001, 1002, 1030 is 1001; 1030 counts as 1011.
    expect(composeIndex(sources, RULES, 10_500).price).toBe((1_000n + 1_011n + 1_002n + 1_001n) / 4n);
  });

  it('is no price where too few are left, where two disagree, and where nobody speaks (PRC-01)', () => {
    expect(composeIndex([at('a', 100n), late('b', 100n)], RULES, 10_500).price).toBeNull();
    expect(composeIndex([at('a', 990n), at('b', 650n)], RULES, 10_500).price).toBeNull();
    expect(composeIndex([], { ...RULES, sourcesMin: 0 }, 0).price).toBeNull();
  });

  it('gives the own book at most its share, and no price where it is alone (MAR-11)', () => {
    const own = at('own', 990n, { isOwnBook: true, weight: 8n });
    const { price, sources } = composeIndex([own, at('a', 1_000n), at('b', 1_000n)], RULES, 10_500);
    // 2 of the others: at a fifth of all the own book has 0.5, whatever its weight of 8.
    expect(sources.map(({ sharePpm }) => sharePpm)).toEqual([200_000n, 400_000n, 400_000n]);
    expect(price).toBe(998n);
    const lenient = { ...RULES, sourcesMin: 1 };
    expect(composeIndex([own, late('a', 1_000n)], lenient, 10_500).price).toBeNull();
    expect(verdicts([own, late('a', 1_000n)], lenient)).toEqual(['own ownBookAlone', 'a stale']);
    expect(composeIndex([own], { ...lenient, ownBookSharePpm: PPM }, 10_500).price).toBe(990n);
  });

  it('does not depend on the order of the sources (PRC-02)', () => {
    fc.assert(
      fc.property(anySources(0), anyRules(), fc.nat(), (sources, rules, seed) => {
        const turned = sources.toSorted((a, b) => ((seed + weigh(a)) % 7) - ((seed + weigh(b)) % 7));
        const [one, other] = [sources, turned].map((each) => composeIndex(each, rules, 10_500));
        expect(other?.price).toBe(one?.price);
        expect(new Set(other?.sources)).toEqual(new Set(one?.sources));
      }),
    );
  });

  it('cannot be moved by one source of three or more further than the clip beyond the others (MAR-11)', () => {
    fc.assert(
      fc.property(anySources(3), anyRules(), fc.bigInt(1n, 10n ** 7n), (sources, rules, wild) => {
        const [rogue, ...others] = sources.map((each) => ({ ...each, maxAgeMs: 10_000 })) as [
          PriceSource,
          ...PriceSource[],
        ];
        const prices = others.map(({ quote }) => quote?.price as bigint);
        const least = prices.reduce((a, b) => (a < b ? a : b));
        const most = prices.reduce((a, b) => (a > b ? a : b));
        const moved = { ...rogue, quote: { price: wild, timeMs: 10_000 } };
        const { price } = composeIndex([moved, ...others], rules, 10_500);
        if (price === null) return;
        // Rounded down once: a mean of whole prices inside the band is at least its low end, cut.
        expect(price * PPM).toBeLessThanOrEqual(most * (PPM + rules.clipPpm));
        expect((price + 1n) * PPM).toBeGreaterThan(least * (PPM - rules.clipPpm));
      }),
    );
  });

  it('moves by no more than a share of the clip where the others agree (MAR-11)', () => {
    const others = [at('a', 1_000_000n), at('b', 1_000_000n)];
    for (const wild of [1n, 960_000n, 995_000n, 1_004_000n, 1_040_000n, 10n ** 12n]) {
      const { price } = composeIndex([...others, at('c', wild)], RULES, 10_500);
      expect(abs((price as bigint) - 1_000_000n) * 3n).toBeLessThanOrEqual(10_000n + 3n);
    }
  });
});

/** Between so many and eight sources, all quoted, one of them perhaps the own book. */
function anySources(least: number): fc.Arbitrary<PriceSource[]> {
  return fc
    .array(fc.tuple(fc.bigInt(900n, 1_100n), fc.bigInt(1n, 9n), fc.integer({ min: 9_000, max: 10_500 })), {
      minLength: least,
      maxLength: 8,
    })
    .chain((all) =>
      fc.integer({ min: -1, max: 8 }).map((own) =>
        all.map(([price, weight, timeMs], i) => ({
          source: `s${i}`,
          quote: { price, timeMs },
          weight,
          maxAgeMs: 1_000,
          isOwnBook: i === own,
        })),
      ),
    );
}

function anyRules(): fc.Arbitrary<IndexRules> {
  return fc.record({
    sourcesMin: fc.integer({ min: 1, max: 3 }),
    outlierPpm: fc.bigInt(20_000n, 500_000n),
    clipPpm: fc.bigInt(0n, 20_000n),
    ownBookSharePpm: fc.bigInt(0n, PPM),
  });
}

const weigh = ({ source, weight }: PriceSource) => Number(weight) * 31 + Number(source.slice(1)) * 17;

describe('a price of redeemable collateral', () => {
  it('is floored at what redeeming pays while it is open, and at nothing while it is not (MAR-11)', () => {
    const redemption = { price: 1_000n, feePpm: 2_000n, isOpen: true };
    expect(redeemablePrice(650n, redemption)).toBe(998n);
    expect(redeemablePrice(650n, { ...redemption, isOpen: false })).toBe(650n);
    expect(redeemablePrice(1_200n, redemption)).toBe(1_000n);
  });
});
