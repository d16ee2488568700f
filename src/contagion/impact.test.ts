import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { execute, type ImpactModel, type ImpactOrder, lotsWithin, relativeMove } from './impact.js';
import { drawBook } from './impactBook.js';
import { NO_STRESS, stressedBook, stressedModel } from './impactStress.js';
import { markAfterWalk, type OrderBook, orderBookFault, walkBook } from './orderBook.js';

const numRuns = Number(process.env['FC_RUNS'] ?? 60);

const positive = (max: number) => fc.double({ min: 1e-3, max, noNaN: true });
const curve: fc.Arbitrary<ImpactModel['curve']> = fc.oneof(
  fc.record({
    kind: fc.constant('squareRoot' as const),
    y: positive(2),
    sigma: positive(0.3),
    volumeLots: positive(1e7),
  }),
  fc.record({
    kind: fc.constant('exponential' as const),
    bound: fc.double({ min: 0.05, max: 1, noNaN: true }),
    depthLots: positive(1e7),
  }),
  fc.record({
    kind: fc.constant('powerDepth' as const),
    lotsAtOnePercent: positive(1e6),
    exponent: fc.double({ min: 0.5, max: 3, noNaN: true }),
  }),
);
const model: fc.Arbitrary<ImpactModel> = fc.record({
  curve,
  permanence: fc.double({ min: 0, max: 1, noNaN: true }),
  gap: fc.constantFrom(0, 0, 0.04),
});
const side = fc.constantFrom('buy' as const, 'sell' as const);
const order = fc.record({
  side,
  lots: fc.bigInt(0n, 1_000_000n),
  markTicks: fc.bigInt(1_000n, 100_000_000n),
  markTicksPerTick: fc.constantFrom(1n, 10n),
  limitTicks: fc.constant(null),
}) as fc.Arbitrary<ImpactOrder>;

/** The move in the order's direction, in mark ticks. */
const moved = ({ side: direction, markTicks }: ImpactOrder, end: bigint) =>
  direction === 'sell' ? markTicks - end : end - markTicks;

describe('an impact model', () => {
  it('moves the price no less for a larger size, and not at all for none', () => {
    fc.assert(
      fc.property(model, fc.nat(1_000_000), fc.nat(1_000_000), (of, a, b) => {
        const [small, large] = a < b ? [a, b] : [b, a];
        expect(relativeMove(of, small)).toBeLessThanOrEqual(relativeMove(of, large) * (1 + 1e-12));
        expect(relativeMove(of, 0)).toBe(0);
      }),
      { numRuns },
    );
  });

  it('leaves price and position alone where nothing is traded', () => {
    fc.assert(
      fc.property(model, order, (of, one) => {
        const done = execute(of, { ...one, lots: 0n });
        expect(done).toEqual({
          filledLots: 0n,
          unfilledLots: 0n,
          averageTicks: 0n,
          endMarkTicks: one.markTicks,
          afterMarkTicks: one.markTicks,
        });
      }),
      { numRuns },
    );
  });

  it('keeps the permanent share of the move: all, none, or in between', () => {
    fc.assert(
      fc.property(model, order, (of, one) => {
        const at = (permanence: number) => execute({ ...of, permanence }, one);
        expect(at(0).afterMarkTicks).toBe(one.markTicks);
        expect(at(1).afterMarkTicks).toBe(at(1).endMarkTicks);
        const between = moved(one, at(of.permanence).afterMarkTicks);
        expect(between).toBeGreaterThanOrEqual(0n);
        expect(between).toBeLessThanOrEqual(moved(one, at(1).endMarkTicks));
      }),
      { numRuns },
    );
  });

  it('never trades beyond the limit, and reports what it left', () => {
    fc.assert(
      fc.property(model, order, fc.double({ min: 0, max: 0.2, noNaN: true }), (of, one, room) => {
        const base = Number(one.markTicks) / Number(one.markTicksPerTick);
        const limit = one.side === 'sell' ? Math.ceil(base * (1 - room)) : Math.floor(base * (1 + room));
        const limitTicks = BigInt(Math.max(1, limit));
        const done = execute(of, { ...one, limitTicks });
        expect(done.filledLots + done.unfilledLots).toBe(one.lots);
        if (done.filledLots === 0n) return;
        if (one.side === 'sell') expect(done.averageTicks).toBeGreaterThanOrEqual(limitTicks);
        else expect(done.averageTicks).toBeLessThanOrEqual(limitTicks);
      }),
      { numRuns: numRuns * 3 },
    );
  });

  it('inverts its own curve: as many lots fit into a move as make it', () => {
    fc.assert(
      fc.property(model, fc.integer({ min: 1, max: 1_000_000 }), (of, lots) => {
        const move = relativeMove(of, lots);
        const bound = of.curve.kind === 'exponential' ? of.curve.bound * 0.99 + of.gap : Number.MAX_VALUE;
        if (move < bound && move > of.gap * 1.0001) expect(lotsWithin(of, move) / lots).toBeCloseTo(1, 6);
      }),
      { numRuns },
    );
  });

  it('averages the moves on the way: the integral of the curve, summed in small steps', () => {
    fc.assert(
      fc.property(model, (of) => {
        const wide = { side: 'buy' as const, markTicks: 10n ** 12n, markTicksPerTick: 1n, limitTicks: null };
        const lots = 2_000;
        const done = execute(of, { ...wide, lots: BigInt(lots) });
        let sum = 0;
        for (let at = 0; at < lots; at++) sum += Math.min(relativeMove(of, at + 0.5), 1e6);
        const average = Number(done.averageTicks - 10n ** 12n) / 1e12;
        if (average > 1e-6 && average < 1e5) expect(average / (sum / lots)).toBeCloseTo(1, 2);
      }),
      { numRuns: Math.min(numRuns, 40) },
    );
  });

  it('moves by 1.26% for a tenth of the volume of a day of 4%, at Y 1; two thirds of it are paid on average, half stays', () => {
    const day: ImpactModel = {
      curve: { kind: 'squareRoot', y: 1, sigma: 0.04, volumeLots: 1_000_000 },
      permanence: 0.5,
      gap: 0,
    };
    // 0.04 x root(0.1) = 0.012649...
    const done = execute(day, {
      side: 'sell',
      lots: 100_000n,
      markTicks: 1_000_000n,
      markTicksPerTick: 10n,
      limitTicks: null,
    });
    expect(done).toEqual({
      filledLots: 100_000n,
      unfilledLots: 0n,
      averageTicks: 99_156n,
      endMarkTicks: 987_351n,
      afterMarkTicks: 993_675n,
    });
  });

  it('of the bounded kind moves by 1 - 1/e of its bound at bound x depth, and never beyond it', () => {
    const of: ImpactModel = {
      curve: { kind: 'exponential', bound: 0.4, depthLots: 1_000 },
      permanence: 1,
      gap: 0,
    };
    expect(relativeMove(of, 400)).toBeCloseTo(0.4 * (1 - 1 / Math.E), 12);
    expect(relativeMove(of, 1e12)).toBe(0.4);
    expect(relativeMove(of, 1)).toBeCloseTo(1 / 1_000, 5);
  });

  it('of the power kind walks 1% through the depth at 1%, and 2% through four times of it at exponent 2', () => {
    const of: ImpactModel = {
      curve: { kind: 'powerDepth', lotsAtOnePercent: 500, exponent: 2 },
      permanence: 1,
      gap: 0,
    };
    expect(relativeMove(of, 500)).toBeCloseTo(0.01, 12);
    expect(relativeMove(of, 2_000)).toBeCloseTo(0.02, 12);
  });
});

describe('stress', () => {
  it('never makes an order cheaper', () => {
    fc.assert(
      fc.property(
        model,
        fc.integer({ min: 1, max: 100_000 }),
        fc.bigInt(1n, 1_000_000n),
        (of, lots, depthPpm) => {
          const calm = relativeMove(of, lots);
          const stressed = relativeMove(stressedModel(of, { depthPpm, gapPpm: 40_000n }), lots);
          expect(stressed).toBeGreaterThanOrEqual(calm * (1 - 1e-9));
          expect(relativeMove(stressedModel(of, NO_STRESS), lots)).toBe(calm);
        },
      ),
      { numRuns },
    );
  });

  it('without depth fills nothing and moves nothing; with a gap of 4% the first lot trades 4% away', () => {
    fc.assert(
      fc.property(model, order, (of, one) => {
        const empty = execute(stressedModel(of, { depthPpm: 0n, gapPpm: 0n }), one);
        expect(empty.filledLots).toBe(0n);
        expect(empty.afterMarkTicks).toBe(one.markTicks);
        const gapped = execute(stressedModel(of, { depthPpm: 1_000_000n, gapPpm: 40_000n }), {
          ...one,
          limitTicks: one.markTicks / one.markTicksPerTick,
        });
        expect(gapped.filledLots).toBe(0n);
      }),
      { numRuns },
    );
  });
});

const book = fc
  .record({
    bids: fc.uniqueArray(fc.integer({ min: 1, max: 999 }), { maxLength: 12 }),
    asks: fc.uniqueArray(fc.integer({ min: 1_001, max: 2_000 }), { maxLength: 12 }),
    lots: fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 24, maxLength: 24 }),
  })
  .map(({ bids, asks, lots }): OrderBook => {
    const levels = (prices: number[], from: number) =>
      prices.map((price, at) => ({ priceTicks: BigInt(price), lots: BigInt(lots[from + at]!) }));
    return {
      bids: levels(
        bids.sort((a, b) => b - a),
        0,
      ),
      asks: levels(
        asks.sort((a, b) => a - b),
        12,
      ),
    };
  });
const sum = (levels: readonly { lots: bigint }[]) => levels.reduce((total, { lots }) => total + lots, 0n);

describe('an explicit book', () => {
  it('conserves lots, fills the best prices first and keeps to the limit', () => {
    fc.assert(
      fc.property(
        book,
        side,
        fc.bigInt(0n, 400n),
        fc.option(fc.bigInt(1n, 2_000n)),
        (of, direction, lots, limit) => {
          expect(orderBookFault(of)).toBeNull();
          const walk = walkBook(of, { side: direction, lots, limitTicks: limit });
          const [before, after] =
            direction === 'sell' ? [of.bids, walk.left.bids] : [of.asks, walk.left.asks];
          expect(sum(walk.fills)).toBe(walk.filledLots);
          expect(walk.filledLots + walk.unfilledLots).toBe(lots);
          expect(sum(after) + walk.filledLots).toBe(sum(before));
          expect(orderBookFault(walk.left)).toBeNull();
          const isWithin = (price: bigint) =>
            limit === null || (direction === 'sell' ? price >= limit : price <= limit);
          expect(walk.fills.every(({ priceTicks }) => isWithin(priceTicks))).toBe(true);
          // What is left over found nothing more within the limit.
          if (walk.unfilledLots > 0n)
            expect(after.some(({ priceTicks }) => isWithin(priceTicks))).toBe(false);
        },
      ),
      { numRuns: numRuns * 2 },
    );
  });

  it('sold through two levels and a half: 10 at 99, 20 at 98, 5 at 97; half of the way to 97 stays', () => {
    const bids = [99n, 98n, 97n].map((priceTicks, at) => ({ priceTicks, lots: [10n, 20n, 10n][at]! }));
    const walk = walkBook({ bids, asks: [] }, { side: 'sell', lots: 35n, limitTicks: null });
    expect(walk.fills).toEqual([
      { priceTicks: 99n, lots: 10n },
      { priceTicks: 98n, lots: 20n },
      { priceTicks: 97n, lots: 5n },
    ]);
    expect(markAfterWalk(walk, { markTicks: 1_000n, markTicksPerTick: 10n, permanencePpm: 500_000n })).toBe(
      985n,
    );
    const none = walkBook({ bids, asks: [] }, { side: 'buy', lots: 1n, limitTicks: null });
    expect(none.unfilledLots).toBe(1n);
    expect(markAfterWalk(none, { markTicks: 1_000n, markTicksPerTick: 10n, permanencePpm: 500_000n })).toBe(
      1_000n,
    );
  });

  it('drawn from a law of depth has the lots of the law, and the same for a seed', () => {
    const drawing = {
      seed: 'a',
      midTicks: 100_000n,
      lotsAtOnePercent: 1_000,
      exponent: 2,
      levels: 20,
      reach: 0.02,
      unevenness: 0,
    };
    const drawn = drawBook(drawing);
    expect(orderBookFault(drawn)).toBeNull();
    const inside = drawn.bids.filter(({ priceTicks }) => priceTicks >= 99_000n);
    // Each of ten levels is rounded down by less than a lot.
    expect(Number(sum(inside))).toBeGreaterThan(990);
    expect(Number(sum(inside))).toBeLessThanOrEqual(1_000);
    const uneven = { ...drawing, unevenness: 0.5 };
    expect(drawBook(uneven)).toEqual(drawBook(uneven));
    expect(drawBook(uneven)).not.toEqual(drawBook({ ...uneven, seed: 'b' }));
  });

  it('under stress keeps part of each level, and none inside the gap', () => {
    const of: OrderBook = {
      bids: [
        { priceTicks: 99n, lots: 10n },
        { priceTicks: 95n, lots: 9n },
      ],
      asks: [{ priceTicks: 101n, lots: 10n }],
    };
    const price = { markTicks: 1_000n, markTicksPerTick: 10n };
    expect(stressedBook(of, { depthPpm: 500_000n, gapPpm: 40_000n }, price)).toEqual({
      bids: [{ priceTicks: 95n, lots: 4n }],
      asks: [],
    });
    expect(stressedBook(of, NO_STRESS, price)).toBe(of);
  });
});
