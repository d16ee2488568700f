/**
 * What is odd about a price history, for a person to judge: nothing is repaired and nothing is left out on account of it.
 * A move is far out when it is more than `OUTLIER_SIZE` times the usual one, the median absolute log return over 0.6745,
 * which a few wild days do not stretch (F. Hampel, Journal of the American Statistical Association 69, 1974).
 */
import type { Bar } from './alignedMarket.js';

export type PriceOddity =
  /** Close to close, far out; `reversed` when the next bar takes back nine tenths of it: a bad print looks like this. */
  | { readonly kind: 'jump'; readonly timeMs: number; readonly move: number; readonly reversed: boolean }
  /** High over the body of the bar, or low under it, far out: seen on the way and gone at the close. */
  | { readonly kind: 'spike'; readonly timeMs: number; readonly move: number }
  /** The same four prices, bar after bar: a feed that stood still. */
  | { readonly kind: 'frozen'; readonly timeMs: number; readonly bars: number };

const OUTLIER_SIZE = 10;
const FROZEN_BARS = 3;

/** Oldest first. A history that never moves has no usual move: only its standing still is reported. */
export function priceOddities(bars: readonly Bar[]): PriceOddity[] {
  const moves = bars.map(({ close }, at) => Math.log(close / (bars[at - 1]?.close ?? close)));
  const limit = (OUTLIER_SIZE * medianSize(moves.slice(1))) / 0.6745;
  const found = [...frozenStretches(bars)];
  if (limit > 0) found.push(...jumps(bars, moves, limit), ...spikes(bars, limit));
  return found.sort((a, b) => a.timeMs - b.timeMs);
}

function jumps(bars: readonly Bar[], moves: readonly number[], limit: number): PriceOddity[] {
  return bars.flatMap(({ timeMs }, at) => {
    const move = moves[at] as number;
    if (Math.abs(move) <= limit) return [];
    const back = moves[at + 1] ?? 0;
    const reversed = Math.sign(back) === -Math.sign(move) && Math.abs(back) >= 0.9 * Math.abs(move);
    return [{ kind: 'jump' as const, timeMs, move: Math.expm1(move), reversed }];
  });
}

function spikes(bars: readonly Bar[], limit: number): PriceOddity[] {
  return bars.flatMap(({ timeMs, open, high, low, close }) => {
    const up = Math.log(high / Math.max(open, close));
    const down = Math.log(low / Math.min(open, close));
    return [up, down]
      .filter((move) => Math.abs(move) > limit)
      .map((move) => ({ kind: 'spike' as const, timeMs, move: Math.expm1(move) }));
  });
}

function frozenStretches(bars: readonly Bar[]): PriceOddity[] {
  const found: PriceOddity[] = [];
  let from = 0;
  for (let at = 1; at <= bars.length; at++) {
    if (at < bars.length && isSame(bars[at] as Bar, bars[from] as Bar)) continue;
    if (at - from >= FROZEN_BARS)
      found.push({ kind: 'frozen', timeMs: (bars[from] as Bar).timeMs, bars: at - from });
    from = at;
  }
  return found;
}

function isSame(a: Bar, b: Bar): boolean {
  return a.open === b.open && a.high === b.high && a.low === b.low && a.close === b.close;
}

function medianSize(values: readonly number[]): number {
  const sizes = Float64Array.from(values, Math.abs).sort();
  return sizes[Math.floor(sizes.length / 2)] ?? 0;
}
