/**
 * Where a price leaves the floating-point models: in whole ticks. The average of a fill is rounded against whoever takes
 * (down for a sale, up for a purchase); a mark to the nearest; both are at least 1, since 0 is no price.
 */
import { divCeil, divFloor } from '../base/index.js';
import { quantizeMarkTicks } from '../risk/index.js';

export const SIDES = ['buy', 'sell'] as const;
export type Side = (typeof SIDES)[number];

interface Start {
  readonly side: Side;
  readonly markTicks: bigint;
  readonly markTicksPerTick: bigint;
  readonly limitTicks: bigint | null;
}

/** Moves are computed in billionths, so that no price loses digits on its way through a double. */
const MOVE_SCALE = 1_000_000_000n;

/** The average price of a fill, in ticks. */
export function averageTicks({ side, markTicks, markTicksPerTick }: Start, averageMove: number): bigint {
  const isSale = side === 'sell';
  const moved = Math.min(averageMove * Number(MOVE_SCALE), Number.MAX_SAFE_INTEGER);
  const move = BigInt(Math.ceil(moved));
  const numerator = markTicks * (isSale ? MOVE_SCALE - move : MOVE_SCALE + move);
  const denominator = MOVE_SCALE * markTicksPerTick;
  const ticks = isSale ? divFloor(numerator, denominator) : divCeil(numerator, denominator);
  return ticks < 1n ? 1n : ticks;
}

/** The mark after a relative move in the order's direction. */
export function movedMarkTicks({ side, markTicks }: Start, move: number): bigint {
  if (move === 0) return markTicks;
  const change = Number(markTicks) * Math.min(move, 1e6);
  return side === 'sell'
    ? quantizeMarkTicks(Number(markTicks) - change)
    : quantizeMarkTicks(Number(markTicks) + change);
}

/** How far the price may move before the limit is reached; infinite without one. */
export function limitMove({ side, markTicks, markTicksPerTick, limitTicks }: Start): number {
  if (limitTicks === null) return Number.POSITIVE_INFINITY;
  const distance = limitTicks * markTicksPerTick - markTicks;
  const towards = side === 'sell' ? -distance : distance;
  return towards <= 0n ? 0 : Number(towards) / Number(markTicks);
}
