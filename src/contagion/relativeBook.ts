/** A book of orders by how far each level is from the price: it goes along when a crisis moves the price. */
import { assert, divCeil, max, mulDivCeil, mulDivFloor } from '../base/index.js';
import type { BookLevel, OrderBook } from './orderBook.js';

export interface RelativeBook {
  /** The nearest first. */
  readonly bids: readonly RelativeLevel[];
  readonly asks: readonly RelativeLevel[];
}

export interface RelativeLevel {
  /** From the price, in billionths of it, at least 0. */
  readonly distancePpb: bigint;
  readonly lots: bigint;
}

interface Price {
  readonly markTicks: bigint;
  readonly markTicksPerTick: bigint;
}

const PPB = 1_000_000_000n;

/** Of a book whose best prices stand on both sides of the mark; distances are rounded away from it. */
export function relativeBook(
  { bids, asks }: OrderBook,
  { markTicks, markTicksPerTick }: Price,
): RelativeBook {
  const relative = (levels: readonly BookLevel[], away: bigint) =>
    levels.map(({ priceTicks, lots }) => {
      const distance = away * (priceTicks * markTicksPerTick - markTicks);
      assert(distance >= 0n, 'a book stands around its mark');
      return { distancePpb: mulDivCeil(distance, PPB, markTicks), lots };
    });
  return { bids: relative(bids, -1n), asks: relative(asks, 1n) };
}

/** The same levels around another price: bids rounded down to ticks, asks up, and levels of one price made one. */
export function placedBook({ bids, asks }: RelativeBook, { markTicks, markTicksPerTick }: Price): OrderBook {
  const bid = (distancePpb: bigint) =>
    mulDivFloor(markTicks, max(0n, PPB - distancePpb), PPB * markTicksPerTick);
  const ask = (distancePpb: bigint) =>
    max(
      divCeil(markTicks, markTicksPerTick),
      mulDivCeil(markTicks, PPB + distancePpb, PPB * markTicksPerTick),
    );
  return { bids: placed(bids, bid), asks: placed(asks, ask) };
}

function placed(levels: readonly RelativeLevel[], priceOf: (distancePpb: bigint) => bigint): BookLevel[] {
  const merged: BookLevel[] = [];
  for (const { distancePpb, lots } of levels) {
    const priceTicks = priceOf(distancePpb);
    if (priceTicks < 1n) break;
    const before = merged.at(-1);
    if (before?.priceTicks === priceTicks)
      merged[merged.length - 1] = { priceTicks, lots: before.lots + lots };
    else merged.push({ priceTicks, lots });
  }
  return merged;
}
