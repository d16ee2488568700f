/** What orders of a stress run meet: the mark itself, or explicit books that empty within a round. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exampleGenerator } from './bookGenerator.js';
import { generateBook } from './generateBook.js';
import type { ImpactOrder } from './impact.js';
import { NO_STRESS } from './impactStress.js';
import { orderBookFault } from './orderBook.js';
import { placedBook, relativeBook } from './relativeBook.js';
import { createStressDepth } from './stressDepth.js';
import { type BookImpact, DRAWN_BOOKS } from './stressSettings.js';

const BOOK = generateBook({ ...exampleGenerator('depth'), owners: 60 });
const PRICE = { markTicks: 10_000n, markTicksPerTick: 10n };
const BIDS = [
  { priceTicks: 999n, lots: 10n },
  { priceTicks: 990n, lots: 20n },
  { priceTicks: 950n, lots: 5n },
];
const GIVEN: BookImpact = {
  ...DRAWN_BOOKS,
  depthShareAtOnePercent: 0.05,
  permanence: 0.5,
  books: new Map([
    ['BTC-PERP', relativeBook({ bids: BIDS, asks: [{ priceTicks: 1_001n, lots: 7n }] }, PRICE)],
  ]),
};
const sell = (lots: bigint, limitTicks: bigint | null = null): ImpactOrder => ({
  ...PRICE,
  side: 'sell',
  lots,
  limitTicks,
});

describe('without impact', () => {
  const depth = createStressDepth(BOOK, null);
  const at = (order: ImpactOrder) => depth.execute('BTC-PERP', order, NO_STRESS);

  it('an order is filled whole at the mark, and moves nothing', () => {
    expect(at(sell(5n, 1_000n))).toEqual({
      filledLots: 5n,
      unfilledLots: 0n,
      averageTicks: 1_000n,
      endMarkTicks: 10_000n,
      afterMarkTicks: 10_000n,
    });
  });

  it('an order whose limit is better than the mark is not filled: nobody offers that price', () => {
    expect(at(sell(5n, 1_001n))).toMatchObject({ filledLots: 0n, unfilledLots: 5n });
    expect(at({ ...sell(5n, 999n), side: 'buy' })).toMatchObject({ filledLots: 0n, unfilledLots: 5n });
    // Between two ticks a sale gets the lower one, a purchase the higher.
    expect(at({ ...sell(5n, 1_000n), markTicks: 10_005n })).toMatchObject({ averageTicks: 1_000n });
    expect(at({ ...sell(5n, 1_000n), markTicks: 9_995n, side: 'buy' })).toMatchObject({
      averageTicks: 1_000n,
    });
    expect(at({ ...sell(5n, 1_000n), markTicks: 9_995n })).toMatchObject({ filledLots: 0n });
  });
});

describe('an explicit book', () => {
  it('gives way level by level, and what is taken in a round stays taken until the next', () => {
    const depth = createStressDepth(BOOK, GIVEN);
    // (10 x 999 + 2 x 990) / 12 = 997.5, for who sells 997; half of the way to 990 stays.
    expect(depth.execute('BTC-PERP', sell(12n), NO_STRESS)).toEqual({
      filledLots: 12n,
      unfilledLots: 0n,
      averageTicks: 997n,
      endMarkTicks: 9_900n,
      afterMarkTicks: 9_950n,
    });
    expect(depth.execute('BTC-PERP', sell(30n, 990n), NO_STRESS)).toMatchObject({
      filledLots: 18n,
      unfilledLots: 12n,
      averageTicks: 990n,
    });
    expect(depth.execute('BTC-PERP', sell(1n, 990n), NO_STRESS)).toMatchObject({ filledLots: 0n });
    depth.refill();
    expect(depth.execute('BTC-PERP', sell(1n, 990n), NO_STRESS)).toMatchObject({ averageTicks: 999n });
  });

  it('goes along with the price, and loses depth and the nearest levels under stress', () => {
    const depth = createStressDepth(BOOK, GIVEN);
    const halved = { ...sell(100n), markTicks: 5_000n };
    // 999, 990 and 950 of 1,000 at a price of 500: 499, 495 and 475; half of each level.
    expect(depth.execute('BTC-PERP', halved, { depthPpm: 500_000n, gapPpm: 20_000n })).toMatchObject({
      filledLots: 2n,
      averageTicks: 475n,
    });
  });

  it('of an instrument without a given one is drawn from its open interest, the same for a seed', () => {
    const order = sell(40n);
    const once = createStressDepth(BOOK, GIVEN).execute('ETH-PERP', order, NO_STRESS);
    expect(once.filledLots).toBeGreaterThan(0n);
    expect(createStressDepth(BOOK, GIVEN).execute('ETH-PERP', order, NO_STRESS)).toEqual(once);
  });

  it('placed around any price is a book again, with no lot more or less but below the first tick', () => {
    const level = fc.record({ step: fc.bigInt(1n, 40n), lots: fc.bigInt(1n, 9n) });
    const mark = fc.bigInt(1n, 10n ** 7n);
    fc.assert(
      fc.property(
        fc.array(level, { maxLength: 6 }),
        mark,
        mark,
        fc.constantFrom(1n, 10n, 1_000n),
        (drawn, from, to, scale) => {
          const distances = drawn.map((_, at) =>
            drawn.slice(0, at + 1).reduce((sum, { step }) => sum + step, 0n),
          );
          const levels = (priceOf: (distance: bigint) => bigint) =>
            drawn.map(({ lots }, at) => ({ priceTicks: priceOf(distances[at]!), lots }));
          const [low, high] = [from / scale, (from + scale - 1n) / scale];
          const book = {
            bids: levels((distance) => low - distance).filter(({ priceTicks }) => priceTicks > 0n),
            asks: levels((distance) => high + distance),
          };
          fc.pre(orderBookFault(book) === null);
          const relative = relativeBook(book, { markTicks: from, markTicksPerTick: scale });
          const placed = placedBook(relative, { markTicks: to, markTicksPerTick: scale });
          const sum = (levels: readonly { readonly lots: bigint }[]) =>
            levels.reduce((total, { lots }) => total + lots, 0n);
          expect(sum(placed.asks)).toBe(sum(book.asks));
          expect(sum(placed.bids)).toBeLessThanOrEqual(sum(book.bids));
          expect(placed.bids.every(({ priceTicks }) => priceTicks * scale <= to)).toBe(true);
          expect(placed.asks.every(({ priceTicks }) => priceTicks * scale >= to)).toBe(true);
          const [best, next] = [placed.bids[0], placed.asks[0]];
          // A mark on the grid can be both the best bid and the best ask; nothing else is wrong.
          if (best?.priceTicks !== next?.priceTicks || best === undefined)
            expect(orderBookFault(placed)).toBeNull();
        },
      ),
      { numRuns: 300 },
    );
  });
});
