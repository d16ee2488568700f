/**
 * Liquidity under stress: depth is multiplied down, and near the price there may be nobody at all. FTX week, November
 * 2022: 0.6 of the depth for BTC, 0.5 for SOL; minutes of 10 October 2025: next to nothing within 4% (the crisis files
 * hold the figures and their sources).
 */
import { assert, mulDivFloor, PPM } from '../base/index.js';
import type { ImpactCurve, ImpactModel } from './impact.js';
import type { BookLevel, OrderBook } from './orderBook.js';

export interface Stress {
  /** What is left of the depth: 0 for nothing, 1 for all of it. */
  readonly depthPpm: bigint;
  /** Nobody quotes closer to the price than this relative distance; 0 for no gap. */
  readonly gapPpm: bigint;
}

export const NO_STRESS: Stress = { depthPpm: PPM, gapPpm: 0n };

/** The model with what the stress leaves of its depth. The larger of two gaps counts. */
export function stressedModel(model: ImpactModel, { depthPpm, gapPpm }: Stress): ImpactModel {
  assert(depthPpm >= 0n && gapPpm >= 0n, 'a stress has a depth and a gap from 0 up');
  const factor = Number(depthPpm) / 1e6;
  return { ...model, curve: withDepth(model.curve, factor), gap: Math.max(model.gap, Number(gapPpm) / 1e6) };
}

function withDepth(curve: ImpactCurve, factor: number): ImpactCurve {
  switch (curve.kind) {
    case 'squareRoot':
      return { ...curve, volumeLots: curve.volumeLots * factor };
    case 'exponential':
      return { ...curve, depthLots: curve.depthLots * factor };
    case 'powerDepth':
      return { ...curve, lotsAtOnePercent: curve.lotsAtOnePercent * factor };
  }
}

/** The book with each level rounded down to what the stress leaves of it; levels inside the gap are gone. */
export function stressedBook(
  book: OrderBook,
  stress: Stress,
  price: { readonly markTicks: bigint; readonly markTicksPerTick: bigint },
): OrderBook {
  const { depthPpm, gapPpm } = stress;
  assert(depthPpm >= 0n && gapPpm >= 0n, 'a stress has a depth and a gap from 0 up');
  const keep = (levels: readonly BookLevel[], isBid: boolean) =>
    levels
      .filter(({ priceTicks }) => {
        const distance = priceTicks * price.markTicksPerTick - price.markTicks;
        return (isBid ? -distance : distance) * PPM >= gapPpm * price.markTicks;
      })
      .map(({ priceTicks, lots }) => ({ priceTicks, lots: mulDivFloor(lots, depthPpm, PPM) }))
      .filter(({ lots }) => lots > 0n);
  return gapPpm === 0n && depthPpm === PPM
    ? book
    : { bids: keep(book.bids, true), asks: keep(book.asks, false) };
}
