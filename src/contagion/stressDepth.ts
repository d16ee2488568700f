/**
 * What stands against the orders of a stress run: nothing that gives way, a curve of impact, or explicit books of orders.
 * Depth is in proportion to open interest, so that a book of any size has a market of its size.
 */
import { divCeil, divFloor, max, PPM } from '../base/index.js';
import type { Book, BookInstrument } from './book.js';
import { type Execution, execute, type ImpactModel, type ImpactOrder } from './impact.js';
import { drawBook } from './impactBook.js';
import { type Stress, stressedBook, stressedModel } from './impactStress.js';
import { type BookWalk, markAfterWalk, type OrderBook, walkBook } from './orderBook.js';
import { placedBook, type RelativeBook, relativeBook } from './relativeBook.js';
import type { BookImpact, CurveImpact, StressImpact } from './stressSettings.js';

export interface StressDepth {
  /** What the order meets now. */
  execute(instrument: string, order: ImpactOrder, stress: Stress): Execution;
  /** A round begins: what was taken from explicit books is quoted again, around the price of then. */
  refill(): void;
}

export function createStressDepth(book: Book, impact: StressImpact | null): StressDepth {
  if (impact === null) return { execute: (_, order) => atMark(order), refill: () => undefined };
  return impact.kind === 'book' ? explicitDepth(book, impact) : curveDepth(book, impact);
}

export function untraded({ lots, markTicks }: Pick<ImpactOrder, 'lots' | 'markTicks'>): Execution {
  return {
    filledLots: 0n,
    unfilledLots: lots,
    averageTicks: 0n,
    endMarkTicks: markTicks,
    afterMarkTicks: markTicks,
  };
}

/** Filled whole at the mark, rounded against whoever takes as any fill is; not at all where the limit is better. */
function atMark(order: ImpactOrder): Execution {
  const { side, lots, markTicks, markTicksPerTick: scale, limitTicks } = order;
  const averageTicks = side === 'sell' ? max(1n, markTicks / scale) : divCeil(markTicks, scale);
  const isBeyond =
    limitTicks !== null && (side === 'sell' ? averageTicks < limitTicks : averageTicks > limitTicks);
  if (isBeyond) return untraded(order);
  return { ...untraded(order), filledLots: lots, unfilledLots: 0n, averageTicks };
}

function curveDepth(book: Book, impact: CurveImpact): StressDepth {
  const models = new Map<string, ImpactModel>();
  return {
    execute(instrument, order, stress) {
      const model = models.get(instrument) ?? calmModel(book, instrument, impact);
      models.set(instrument, model);
      return execute(stressedModel(model, stress), order);
    },
    refill: () => undefined,
  };
}

function calmModel(book: Book, instrument: string, impact: CurveImpact): ImpactModel {
  const lots = lotsAtOnePercent(book, instrument, impact);
  const { permanence } = impact;
  switch (impact.kind) {
    case 'powerDepth':
      return { curve: { kind: 'powerDepth', lotsAtOnePercent: lots, exponent: 1 }, permanence, gap: 0 };
    case 'exponential':
      // The first small step costs what it costs under a constant depth.
      return { curve: { kind: 'exponential', bound: 1, depthLots: lots * 100 }, permanence, gap: 0 };
    case 'squareRoot':
      // A volatility of 4% a day; the depth at 1% fixes the volume: 1% = 4% x root(depth / volume).
      return { curve: { kind: 'squareRoot', y: 1, sigma: 0.04, volumeLots: lots * 16 }, permanence, gap: 0 };
  }
}

/** Orders of one round take level after level; the levels stand where they stood when the first of them came. */
function explicitDepth(book: Book, impact: BookImpact): StressDepth {
  const calm = new Map<string, RelativeBook>();
  const left = new Map<string, OrderBook>();

  function calmOf(instrument: string): RelativeBook {
    const known = calm.get(instrument) ?? impact.books.get(instrument) ?? drawnBook(book, instrument, impact);
    calm.set(instrument, known);
    return known;
  }

  return {
    execute(instrument, order, stress) {
      const standing =
        left.get(instrument) ?? stressedBook(placedBook(calmOf(instrument), order), stress, order);
      const walk = walkBook(standing, order);
      left.set(instrument, walk.left);
      const permanencePpm = BigInt(Math.round(impact.permanence * Number(PPM)));
      return executionOf(walk, order, permanencePpm);
    },
    refill: () => left.clear(),
  };
}

function executionOf(walk: BookWalk, order: ImpactOrder, permanencePpm: bigint): Execution {
  const { filledLots, unfilledLots, lastTicks, fills } = walk;
  if (lastTicks === null) return untraded(order);
  const paid = fills.reduce((sum, { priceTicks, lots }) => sum + priceTicks * lots, 0n);
  return {
    filledLots,
    unfilledLots,
    averageTicks: order.side === 'sell' ? divFloor(paid, filledLots) : divCeil(paid, filledLots),
    endMarkTicks: lastTicks * order.markTicksPerTick,
    afterMarkTicks: max(1n, markAfterWalk(walk, { ...order, permanencePpm })),
  };
}

/** Levels around a price of a million ticks: only their distances are kept. */
const DRAWING_TICKS = 1_000_000n;

function drawnBook(book: Book, instrument: string, impact: BookImpact): RelativeBook {
  const { seed, levels, reach, unevenness } = impact;
  const drawn = drawBook({
    seed: `${seed}/${instrument}`,
    midTicks: DRAWING_TICKS,
    lotsAtOnePercent: lotsAtOnePercent(book, instrument, impact),
    exponent: 1,
    levels,
    reach,
    unevenness,
  });
  return relativeBook(drawn, { markTicks: DRAWING_TICKS, markTicksPerTick: 1n });
}

function lotsAtOnePercent(
  book: Book,
  instrument: string,
  { depthShareAtOnePercent }: Pick<CurveImpact, 'depthShareAtOnePercent'>,
): number {
  return Math.max(1, Number(openInterest(book, instrument))) * depthShareAtOnePercent;
}

/** Lots of all longs. */
function openInterest(book: Book, instrument: BookInstrument['definition']['id']): bigint {
  let longs = 0n;
  for (const { positions } of book.accounts)
    for (const position of positions)
      if (position.instrument === instrument && position.lots > 0n) longs += position.lots;
  return longs;
}
