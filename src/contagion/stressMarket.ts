/**
 * Prices in a stress run: where the crisis puts them, times what the liquidations of the run have moved them. The same
 * venue for every policy: two runs differ in their prices only by what was sold in them.
 */
import { assert, max, mulDivFloor, PPM } from '../base/index.js';
import type { CommandOf } from '../engine/command.js';
import type { Book, BookInstrument } from './book.js';
import type { Crisis } from './crisis.js';
import { crisisPath, type PathPoint } from './crisisPath.js';
import { type Execution, execute, type ImpactModel } from './impact.js';
import { stressedModel } from './impactStress.js';
import type { Side } from './impactTicks.js';
import type { StressImpact } from './stressSettings.js';

export interface StressMarket {
  /** Goes to a step of the crisis. */
  goTo(step: number): void;
  markTicks(instrument: string): bigint;
  indexTicks(instrument: string): bigint;
  /** Of collateral, in valuation minor units x ASSET_PRICE_SCALE. */
  assetPrice(asset: string, on: 'ownBook' | 'index'): bigint;
  /** Trades against what depth there is, and moves the price by it. */
  trade(order: StressOrder): Execution;
  /** Nobody trades in instruments of these assets until the next call. */
  close(assets: ReadonlySet<string>): void;
  /** The batch of marks and prices of collateral at this moment. */
  marks(of: MarkBatch): CommandOf<'mark'>;
}

export interface StressOrder {
  readonly instrument: string;
  readonly side: Side;
  readonly lots: bigint;
  readonly limitTicks: bigint | null;
}

export interface MarkBatch {
  readonly timeMs: number;
  readonly pools: readonly string[];
  readonly collateralPrice: 'ownBook' | 'index';
  /** Assets whose feed brings nothing now. */
  readonly silent: ReadonlySet<string>;
  /** Assets whose feed says at least this factor of the price before the crisis, ppm. */
  readonly floors?: ReadonlyMap<string, bigint>;
  /** Whether a pool takes the asset as collateral; default: it does. */
  readonly isTaken?: (pool: string, asset: string) => boolean;
  /** Default: ownBook. */
  readonly markPrice?: 'ownBook' | 'index';
}

/** What liquidations have moved a price by so far is kept in billionths. */
const MOVED_SCALE = 1_000_000_000n;

export function createStressMarket(book: Book, crisis: Crisis, impact: StressImpact | null): StressMarket {
  const instruments = new Map(book.instruments.map((item) => [item.definition.id, item]));
  const paths = new Map<string, readonly PathPoint[]>();
  const moved = new Map<string, bigint>();
  const models = new Map<string, ImpactModel>();
  let step = 0;
  let closed: ReadonlySet<string> = new Set();

  function pointOf(asset: string): PathPoint {
    const path = paths.get(asset) ?? crisisPath(crisis, asset);
    paths.set(asset, path);
    const point = path[step];
    assert(point !== undefined, 'a crisis has the step');
    return point;
  }

  function itemOf(instrument: string): BookInstrument {
    const item = instruments.get(instrument);
    assert(item !== undefined, () => `${instrument} is not in the book`);
    return item;
  }

  function markTicks(instrument: string): bigint {
    const { definition, markTicks: start } = itemOf(instrument);
    const shocked = start * pointOf(definition.base).bookPpm * (moved.get(instrument) ?? MOVED_SCALE);
    return max(1n, shocked / (PPM * MOVED_SCALE));
  }

  function indexTicks(instrument: string): bigint {
    const { definition, indexTicks: start } = itemOf(instrument);
    return max(1n, mulDivFloor(start, pointOf(definition.base).indexPpm, PPM));
  }

  function assetPrice(asset: string, on: 'ownBook' | 'index'): bigint {
    const start = book.assets.find(({ id }) => id === asset)?.collateral?.price ?? 0n;
    const { bookPpm, indexPpm } = pointOf(asset);
    return max(1n, mulDivFloor(start, on === 'ownBook' ? bookPpm : indexPpm, PPM));
  }

  function modelOf(instrument: string, of: StressImpact): ImpactModel {
    const model = models.get(instrument) ?? calmModel(book, instrument, of);
    models.set(instrument, model);
    return stressedModel(model, pointOf(itemOf(instrument).definition.base).stress);
  }

  function trade({ instrument, side, lots, limitTicks }: StressOrder): Execution {
    const { markTicksPerTick, base } = itemOf(instrument).definition;
    const before = markTicks(instrument);
    if (closed.has(base)) return nothing(lots, before);
    const order = { side, lots, markTicks: before, markTicksPerTick, limitTicks };
    if (impact === null) return atMark(order);
    const done = execute(modelOf(instrument, impact), order);
    moved.set(instrument, ((moved.get(instrument) ?? MOVED_SCALE) * done.afterMarkTicks) / before);
    return done;
  }

  return {
    goTo(next) {
      step = next;
    },
    markTicks,
    indexTicks,
    assetPrice,
    trade,
    close(assets) {
      closed = assets;
    },
    marks({ timeMs, pools, collateralPrice, silent, floors, markPrice, isTaken = () => true }) {
      const atLeast = (asset: string, start: bigint, price: bigint) =>
        max(price, mulDivFloor(start, floors?.get(asset) ?? 0n, PPM));
      const priceOf = (asset: string) =>
        atLeast(
          asset,
          book.assets.find(({ id }) => id === asset)?.collateral?.price ?? 0n,
          assetPrice(asset, collateralPrice),
        );
      const priced = book.assets.filter(({ id, collateral }) => collateral !== null && !silent.has(id));
      return {
        kind: 'mark',
        sourceTimeMs: timeMs,
        marks: book.instruments
          .filter(({ definition }) => !silent.has(definition.base))
          .map(({ definition: { id, base }, markTicks: start, indexTicks: indexStart }) => ({
            instrument: id,
            markTicks: atLeast(base, start, markPrice === 'index' ? indexTicks(id) : markTicks(id)),
            indexTicks: atLeast(base, indexStart, indexTicks(id)),
          })),
        assetPrices: pools.flatMap((pool) =>
          priced
            .filter(({ id }) => isTaken(pool, id))
            .map(({ id: asset }) => ({ pool, asset, price: priceOf(asset) })),
        ),
      };
    },
  };
}

function nothing(lots: bigint, markTicks: bigint): Execution {
  return {
    filledLots: 0n,
    unfilledLots: lots,
    averageTicks: 0n,
    endMarkTicks: markTicks,
    afterMarkTicks: markTicks,
  };
}

/** Without impact an order is filled whole at the mark, rounded against whoever takes as any fill is. */
function atMark(order: {
  readonly side: Side;
  readonly lots: bigint;
  readonly markTicks: bigint;
  readonly markTicksPerTick: bigint;
  readonly limitTicks: bigint | null;
}): Execution {
  const { side, lots, markTicks, markTicksPerTick: scale, limitTicks } = order;
  const ticks = side === 'sell' ? markTicks / scale : (markTicks + scale - 1n) / scale;
  const averageTicks = max(1n, ticks);
  const isWithin =
    limitTicks === null || (side === 'sell' ? averageTicks >= limitTicks : averageTicks <= limitTicks);
  const price = isWithin ? averageTicks : (limitTicks as bigint);
  return {
    filledLots: lots,
    unfilledLots: 0n,
    averageTicks: price,
    endMarkTicks: markTicks,
    afterMarkTicks: markTicks,
  };
}

function calmModel(book: Book, instrument: string, impact: StressImpact): ImpactModel {
  const openLots = Math.max(1, Number(openInterest(book, instrument)));
  const lots = openLots * impact.depthShareAtOnePercent;
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

/** Lots of all longs. */
function openInterest(book: Book, instrument: string): bigint {
  let longs = 0n;
  for (const { positions } of book.accounts)
    for (const position of positions)
      if (position.instrument === instrument && position.lots > 0n) longs += position.lots;
  return longs;
}
