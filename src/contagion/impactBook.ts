/**
 * An explicit book drawn from a law of depth: levels at equal distances, each with the lots the law puts between it and
 * the level before, made uneven by a seed. For stress runs that want to see levels instead of a curve.
 */
import { assert, seededRandom } from '../base/index.js';
import type { BookLevel, OrderBook } from './orderBook.js';

export interface BookDrawing {
  readonly seed: string;
  readonly midTicks: bigint;
  /** Q(x) = lotsAtOnePercent x (x / 1%)^exponent, per side. */
  readonly lotsAtOnePercent: number;
  readonly exponent: number;
  /** Levels per side, and how far the last of them is, as a share of the price: under 1. */
  readonly levels: number;
  readonly reach: number;
  /** How uneven the levels are: 0 for the law itself, 1 for between nothing and twice of it. */
  readonly unevenness: number;
}

/** The same seed gives the same book. Levels that would have no lots, or the price of the one before, are left out. */
export function drawBook(drawing: BookDrawing): OrderBook {
  const { seed, levels, reach, unevenness } = drawing;
  assert(
    levels >= 1 && reach > 0 && reach < 1 && unevenness >= 0 && unevenness <= 1,
    'a book has levels in reach',
  );
  const random = seededRandom(`order-book/${seed}`);
  const side = (towards: 1n | -1n): BookLevel[] => {
    const drawn: BookLevel[] = [];
    for (let at = 1; at <= levels; at++) {
      const uneven = 1 + unevenness * (2 * random.unit() - 1);
      const share = lotsWithinDistance(drawing, at) - lotsWithinDistance(drawing, at - 1);
      const lots = BigInt(Math.floor(share * uneven));
      const distance = BigInt(Math.max(1, Math.round(Number(drawing.midTicks) * reach * (at / levels))));
      const priceTicks = drawing.midTicks + towards * distance;
      if (lots > 0n && priceTicks > 0n && drawn.at(-1)?.priceTicks !== priceTicks)
        drawn.push({ priceTicks, lots });
    }
    return drawn;
  };
  return { bids: side(-1n), asks: side(1n) };
}

function lotsWithinDistance({ lotsAtOnePercent, exponent, levels, reach }: BookDrawing, at: number): number {
  return lotsAtOnePercent * ((reach * at) / levels / 0.01) ** exponent;
}
