/**
 * Prices in a stress run: where the crisis puts them, times what the liquidations of the run have moved them. The same
 * venue for every policy: two runs differ in their prices only by what was sold in them.
 */
import { assert, max, mulDivFloor, PPM } from '../base/index.js';
import type { CommandOf } from '../engine/command.js';
import type { Book, BookInstrument } from './book.js';
import type { Crisis } from './crisis.js';
import { crisisPath, type PathPoint } from './crisisPath.js';
import type { Execution } from './impact.js';
import type { Side } from './impactTicks.js';
import { createStressDepth, untraded } from './stressDepth.js';
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
  /** The batch of marks and prices of collateral at this moment, and the round of trading that follows it. */
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
  const depth = createStressDepth(book, impact);
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

  function trade({ instrument, side, lots, limitTicks }: StressOrder): Execution {
    const { markTicksPerTick, base } = itemOf(instrument).definition;
    const before = markTicks(instrument);
    const order = { side, lots, markTicks: before, markTicksPerTick, limitTicks };
    if (closed.has(base)) return untraded(order);
    const done = depth.execute(instrument, order, pointOf(base).stress);
    if (done.afterMarkTicks !== before)
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
      depth.refill();
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
