/**
 * An explicit book, and what an order does to it: it takes level after level, the best first, as far as its limit lets
 * it. What is not filled is reported. Whole numbers only.
 */
import { assert } from '../base/index.js';
import type { Side } from './impactTicks.js';

export interface BookLevel {
  readonly priceTicks: bigint;
  readonly lots: bigint;
}

/** Bids from the highest, asks from the lowest; prices strictly ordered, lots positive. */
export interface OrderBook {
  readonly bids: readonly BookLevel[];
  readonly asks: readonly BookLevel[];
}

export interface BookOrder {
  readonly side: Side;
  readonly lots: bigint;
  /** The worst price; null for any. */
  readonly limitTicks: bigint | null;
}

export interface BookWalk {
  /** What was taken from each level, the best first. */
  readonly fills: readonly BookLevel[];
  readonly filledLots: bigint;
  readonly unfilledLots: bigint;
  /** Price of the last fill; null where nothing was filled. */
  readonly lastTicks: bigint | null;
  /** The book without what was taken. */
  readonly left: OrderBook;
}

/** Walks the book with the order. Lots are conserved: filled + left on the side = what was there. */
export function walkBook(book: OrderBook, { side, lots, limitTicks }: BookOrder): BookWalk {
  assert(lots >= 0n, 'an order has a size');
  const levels = side === 'sell' ? book.bids : book.asks;
  const isWithin = (price: bigint) =>
    limitTicks === null || (side === 'sell' ? price >= limitTicks : price <= limitTicks);
  const fills: BookLevel[] = [];
  const left: BookLevel[] = [];
  let open = lots;
  for (const level of levels) {
    const taken = isWithin(level.priceTicks) ? (level.lots < open ? level.lots : open) : 0n;
    if (taken > 0n) fills.push({ priceTicks: level.priceTicks, lots: taken });
    if (taken < level.lots) left.push({ priceTicks: level.priceTicks, lots: level.lots - taken });
    open -= taken;
  }
  return {
    fills,
    filledLots: lots - open,
    unfilledLots: open,
    lastTicks: fills.at(-1)?.priceTicks ?? null,
    left: side === 'sell' ? { ...book, bids: left } : { ...book, asks: left },
  };
}

/** The mark after a walk: the permanent share (ppm) of the way from the mark to the last fill, rounded towards the mark. */
export function markAfterWalk(
  walk: BookWalk,
  { markTicks, markTicksPerTick, permanencePpm }: WalkedMark,
): bigint {
  if (walk.lastTicks === null) return markTicks;
  const way = walk.lastTicks * markTicksPerTick - markTicks;
  return markTicks + (way * permanencePpm) / 1_000_000n;
}

export interface WalkedMark {
  readonly markTicks: bigint;
  readonly markTicksPerTick: bigint;
  readonly permanencePpm: bigint;
}

/** What is wrong with a book, as the field and the rule it breaks; null for nothing. */
export function orderBookFault(book: OrderBook): { readonly field: string; readonly rule: string } | null {
  for (const [side, levels] of [
    ['bids', book.bids],
    ['asks', book.asks],
  ] as const) {
    for (const [at, { priceTicks, lots }] of levels.entries()) {
      const before = levels[at - 1]?.priceTicks;
      if (priceTicks <= 0n) return { field: `${side}[${at}].priceTicks`, rule: 'above 0' };
      if (lots <= 0n) return { field: `${side}[${at}].lots`, rule: 'above 0' };
      if (before !== undefined && (side === 'bids' ? priceTicks >= before : priceTicks <= before))
        return { field: `${side}[${at}].priceTicks`, rule: 'farther from the market than the level before' };
    }
  }
  const [bid, ask] = [book.bids[0], book.asks[0]];
  if (bid !== undefined && ask !== undefined && bid.priceTicks >= ask.priceTicks)
    return { field: 'bids[0].priceTicks', rule: 'under the best ask' };
  return null;
}
