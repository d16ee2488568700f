/** Candles of an instrument from its own marks, as they come: whole ticks, the bar of an interval closed by the first mark after it. */

export interface Candle {
  /** Opening time of its interval. */
  readonly timeMs: number;
  readonly openTicks: bigint;
  readonly highTicks: bigint;
  readonly lowTicks: bigint;
  readonly closeTicks: bigint;
}

export interface Folded {
  readonly open: Candle;
  /** The bar that the mark closed; null while its interval goes on. */
  readonly closed: Candle | null;
}

/** A mark of an interval that is over already changes nothing. */
export function foldMark(
  open: Candle | null,
  mark: { readonly timeMs: number; readonly ticks: bigint },
  intervalMs: number,
): Folded {
  const timeMs = Math.floor(mark.timeMs / intervalMs) * intervalMs;
  const { ticks } = mark;
  const first = { timeMs, openTicks: ticks, highTicks: ticks, lowTicks: ticks, closeTicks: ticks };
  if (open === null) return { open: first, closed: null };
  if (timeMs < open.timeMs) return { open, closed: null };
  if (timeMs > open.timeMs) return { open: first, closed: open };
  return {
    open: {
      ...open,
      highTicks: ticks > open.highTicks ? ticks : open.highTicks,
      lowTicks: ticks < open.lowTicks ? ticks : open.lowTicks,
      closeTicks: ticks,
    },
    closed: null,
  };
}
