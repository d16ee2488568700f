import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { forSeeds } from '../testkit/runs.js';
import { netLots } from './book.js';
import { checkBook } from './bookFaults.js';
import { exampleGenerator } from './bookGenerator.js';
import { bookTerms, notionalOf, profitOf } from './bookTerms.js';
import { CRISIS_DOCUMENTS, findCrisis } from './crisisLibrary.js';
import { namesOf, unplayedAssets } from './crisisPath.js';
import { generateBook } from './generateBook.js';
import { splitCollateral } from './splitCollateral.js';

describe('a generated book', () => {
  it('is the same for a seed and another for another', () => {
    expect(generateBook(exampleGenerator('a'))).toEqual(generateBook(exampleGenerator('a')));
    expect(generateBook(exampleGenerator('a')).accounts).not.toEqual(
      generateBook(exampleGenerator('b')).accounts,
    );
  });

  it('has what a crisis of the library names, beside what settles it, and says what it has not', () => {
    for (const { id } of CRISIS_DOCUMENTS) {
      const crisis = findCrisis(id)!;
      const drawn = generateBook(exampleGenerator('named', namesOf(crisis)));
      expect(checkBook(drawn).ok, id).toBe(true);
      expect(unplayedAssets(crisis, drawn), id).toEqual(id === '2023-03-11-usdc' ? ['USDT'] : []);
    }
    const bare = generateBook(exampleGenerator('named'));
    expect(unplayedAssets(findCrisis('2023-03-11-usdc')!, bare)).toEqual(['DAI', 'USDC', 'USDT']);
  });

  it('has no fault, and longs and shorts that sum to zero in every instrument and at every entry price', () => {
    forSeeds(10, (seed) => {
      const book = generateBook(exampleGenerator(seed));
      expect(checkBook(book).ok).toBe(true);
      expect([...netLots(book).values()]).toEqual(book.instruments.map(() => 0n));
      const byEntry = new Map<string, bigint>();
      for (const { positions } of book.accounts)
        for (const { instrument, lots, entryTicks } of positions) {
          const key = `${instrument} ${entryTicks}`;
          byEntry.set(key, (byEntry.get(key) ?? 0n) + lots);
        }
      expect([...byEntry.values()].every((lots) => lots === 0n)).toBe(true);
      expect(byEntry.size).toBeGreaterThan(book.instruments.length);
    });
  });

  it('has winners who win what losers lose', () => {
    const book = generateBook(exampleGenerator('winners'));
    const terms = bookTerms(book);
    const profits = book.accounts.flatMap(({ positions }) =>
      positions.map((position) => profitOf(terms.instruments.get(position.instrument)!, position)),
    );
    expect(profits.reduce((sum, profit) => sum + profit, 0n)).toBe(0n);
    expect(profits.filter((profit) => profit > 0n).length).toBeGreaterThan(20);
    expect(profits.filter((profit) => profit < 0n).length).toBeGreaterThan(20);
  });

  it('has few large owners and many small ones: with a tail of 1.1 the largest tenth holds more than half', () => {
    const generator = { ...exampleGenerator('sizes'), owners: 1_000 };
    const book = generateBook(generator);
    const terms = bookTerms(book);
    const sizes = book.accounts
      .filter(({ id }) => id.startsWith('trader'))
      .map(({ positions }) =>
        positions.reduce(
          (sum, position) => sum + Number(notionalOf(terms.instruments.get(position.instrument)!, position)),
          0,
        ),
      )
      .sort((a, b) => b - a);
    const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);
    expect(sum(sizes.slice(0, 100)) / sum(sizes)).toBeGreaterThan(0.5);
    // A law without a cut would leave half of all owners under twice the least size.
    const median = sizes[500]! / Number(generator.size.minMinor);
    expect(median).toBeGreaterThan(1.5);
    expect(median).toBeLessThan(2.3);
  });

  it('draws overlaps and other collateral as often as it is told to', () => {
    const book = generateBook({ ...exampleGenerator('shares'), owners: 1_000 });
    const traders = book.accounts.filter(({ id }) => id.startsWith('trader'));
    const shareOf = (isCounted: (account: (typeof traders)[number]) => boolean) =>
      traders.filter(isCounted).length / traders.length;
    expect(shareOf(({ positions }) => positions.length === 1)).toBeCloseTo(0.5, 1);
    expect(shareOf(({ positions }) => positions.length === 4)).toBeCloseTo(0.2, 1);
    expect(shareOf(({ collateral }) => collateral.some(({ asset }) => asset === 'BTC'))).toBeCloseTo(0.25, 1);
    expect(shareOf(({ collateral }) => collateral.some(({ asset }) => asset === 'USDe'))).toBeCloseTo(
      0.25,
      1,
    );
  });
});

describe('a split of collateral', () => {
  const amount = fc.bigInt(0n, 1_000_000n);
  const target = fc.record({
    weightMinor: amount,
    creditMinor: fc.bigInt(-100_000n, 1_000_000n),
    floorMinor: fc.bigInt(0n, 100_000n),
  });

  it('gives out all of the money, to nobody less than its floor, and is impossible only under the sum of the floors', () => {
    fc.assert(
      fc.property(
        fc.bigInt(0n, 5_000_000n),
        fc.array(target, { minLength: 1, maxLength: 6 }),
        (money, targets) => {
          const split = splitCollateral(money, targets);
          const least = targets.reduce(
            (sum, { floorMinor, creditMinor }) =>
              sum + (floorMinor > -creditMinor ? floorMinor : -creditMinor),
            0n,
          );
          expect(split === null).toBe(least > money);
          if (split === null) return;
          expect(split.amountsMinor.reduce((sum, share) => sum + share, 0n)).toBe(money);
          for (const [at, share] of split.amountsMinor.entries())
            expect(share).toBeGreaterThanOrEqual(targets[at]!.floorMinor);
        },
      ),
      { numRuns: Number(process.env['FC_RUNS'] ?? 100) },
    );
  });

  it('leaves no account above its floor safer than another by more than rounding', () => {
    fc.assert(
      fc.property(
        fc.bigInt(0n, 5_000_000n),
        fc.array(target, { minLength: 2, maxLength: 6 }),
        (money, targets) => {
          const split = splitCollateral(money, targets);
          if (split === null) return;
          const heaviest = targets.reduce(
            (best, { weightMinor }) => (weightMinor > best ? weightMinor : best),
            0n,
          );
          for (const [at, share] of split.amountsMinor.entries()) {
            const { weightMinor, creditMinor, floorMinor } = targets[at]!;
            // The heaviest gets what rounding leaves.
            if (share === floorMinor || weightMinor === heaviest || weightMinor === 0n) continue;
            const equity = share + creditMinor;
            expect(equity * 1_000_000n).toBeGreaterThanOrEqual(split.healthPpm * weightMinor);
            expect((equity - 1n) * 1_000_000n).toBeLessThan(split.healthPpm * weightMinor);
          }
        },
      ),
      { numRuns: Number(process.env['FC_RUNS'] ?? 100) },
    );
  });

  it('gives twice the money to twice the maintenance margin, and a winner so much less as it has won', () => {
    const row = (weightMinor: bigint, creditMinor: bigint) => ({ weightMinor, creditMinor, floorMinor: 0n });
    expect(splitCollateral(300n, [row(10n, 0n), row(20n, 0n)])?.amountsMinor).toEqual([100n, 200n]);
    expect(splitCollateral(250n, [row(10n, 50n), row(20n, 0n)])?.amountsMinor).toEqual([50n, 200n]);
  });
});
