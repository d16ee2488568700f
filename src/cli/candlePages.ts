/**
 * Candles of a venue, page by page: each bar once, oldest first, and only when it is over. The venue is a port, so that this knows no
 * exchange: whoever has `fetchOHLCV` as CCXT shapes it will do.
 */
import { Refusal } from './failures.js';
import { asked, type OhlcvRow } from './venue.js';

export interface CandleSource {
  readonly fetchOHLCV: (
    symbol: string,
    timeframe: string,
    sinceMs: number,
    limit: number,
  ) => Promise<readonly OhlcvRow[]>;
  /** Between tries that failed. */
  readonly sleep: (ms: number) => Promise<void>;
  readonly nowMs: () => number;
}

export interface CandleBar {
  readonly timeMs: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number | null;
}

export interface CandleQuestion {
  readonly symbol: string;
  readonly timeframe: string;
  readonly intervalMs: number;
  /** Opening times from the first on, before the second. */
  readonly fromMs: number;
  readonly untilMs: number;
}

export const PAGE = 500;

/** Pages of new bars. A page without any is stepped over: a venue may have nothing so early. */
export async function* candlePages(
  source: CandleSource,
  { symbol, timeframe, intervalMs, fromMs, untilMs }: CandleQuestion,
): AsyncGenerator<readonly CandleBar[]> {
  const endMs = Math.min(untilMs, source.nowMs());
  for (let next = fromMs; next < endMs; ) {
    const rows = await asked(source, () => source.fetchOHLCV(symbol, timeframe, next, PAGE));
    const bars = rows
      .map((row) => barOf(row, symbol))
      .filter(({ timeMs }) => timeMs >= next && timeMs < untilMs && timeMs + intervalMs <= source.nowMs())
      .sort((a, b) => a.timeMs - b.timeMs)
      .filter(({ timeMs }, at, sorted) => timeMs !== sorted[at - 1]?.timeMs);
    const last = bars.at(-1);
    if (last !== undefined) yield bars;
    // A page that ends with the bar of now is the last one.
    if (last === undefined && rows.some(([timeMs]) => typeof timeMs === 'number' && timeMs >= next)) return;
    next = last === undefined ? next + PAGE * intervalMs : last.timeMs + intervalMs;
  }
}

/** What a venue sends is not repaired: a bar that cannot be one stops the download, with its time. */
function barOf(row: OhlcvRow, symbol: string): CandleBar {
  const [timeMs, open, high, low, close, volume] = row;
  const prices = [open, high, low, close];
  const isBar =
    Number.isSafeInteger(timeMs) &&
    prices.every((price) => typeof price === 'number' && price > 0 && Number.isFinite(price)) &&
    (high as number) >= Math.max(open as number, close as number) &&
    (low as number) <= Math.min(open as number, close as number);
  if (!isBar) throw new Refusal('bad_bar', `${symbol}: no bar: ${JSON.stringify(row).slice(0, 200)}`);
  return {
    timeMs: timeMs as number,
    open: open as number,
    high: high as number,
    low: low as number,
    close: close as number,
    volume: typeof volume === 'number' && volume >= 0 && Number.isFinite(volume) ? volume : null,
  };
}
