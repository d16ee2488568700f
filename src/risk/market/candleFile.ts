/**
 * Candles (open, high, low, close, volume) from the text of a CSV file, of any interval. Exact: decimal text stays decimal.
 * It answers what the file says or which line is wrong; it repairs nothing.
 */
import { type Decimal, err, ok, type Result } from '../../base/index.js';
import type { TimeMs } from '../../base/units.js';
import { type FileFault, isoTime, quoted, splitFields, splitLines, TIME_COLUMNS } from './csvText.js';
import { parsePrice } from './priceText.js';
import { parseTime } from './timeText.js';

export interface Candle {
  readonly line: number;
  /** Opening time. */
  readonly timeMs: TimeMs;
  readonly open: Decimal;
  readonly high: Decimal;
  readonly low: Decimal;
  readonly close: Decimal;
  /** As the file has it, of one unit throughout; null where there is no such column. */
  readonly volume: Decimal | null;
}

/** A stretch without bars between two bars: longer than one and a half intervals. */
export interface PriceGap {
  readonly afterMs: TimeMs;
  readonly untilMs: TimeMs;
  /** Line of the bar that ends the gap. */
  readonly line: number;
}

export interface CandleFile {
  readonly candles: readonly Candle[];
  /** The most frequent distance between two bars; null for a single bar. */
  readonly intervalMs: TimeMs | null;
  readonly gaps: readonly PriceGap[];
}

export type CandleFaultCode =
  | 'header_unreadable'
  | 'column_count'
  | 'time_unreadable'
  | 'price_unreadable'
  | 'price_not_positive'
  | 'volume_unreadable'
  | 'bar_inconsistent'
  | 'time_duplicate'
  | 'time_backwards'
  | 'no_bars';
export type CandleFault = FileFault<CandleFaultCode>;

/**
 * Reads a header with a time (`date`, `timestamp`, `time` or `datetime`), `open`, `high`, `low`, `close` and perhaps `volume`, in any
 * order, other columns ignored, and one bar a line, oldest first. Lines that begin with # before the header are remarks.
 */
export function readCandleFile(text: string): Result<CandleFile, CandleFault> {
  const lines = splitLines(text);
  const headerAt = lines.findIndex((line) => !line.startsWith('#'));
  const columns = readHeader(lines[headerAt], headerAt + 1);
  if (!columns.ok) return columns;

  const candles: Candle[] = [];
  for (let at = headerAt + 1; at < lines.length; at++) {
    const candle = readCandle(lines[at] as string, { line: at + 1, columns: columns.value });
    if (!candle.ok) return candle;
    const fault = orderFault(candles.at(-1), candle.value);
    if (fault !== null) return err(fault);
    candles.push(candle.value);
  }
  if (candles.length === 0)
    return err({ code: 'no_bars', line: null, message: 'there is no bar after the header' });
  const intervalMs = usualInterval(candles);
  return ok({ candles, intervalMs, gaps: intervalMs === null ? [] : findGaps(candles, intervalMs) });
}

const PRICE_COLUMNS = ['open', 'high', 'low', 'close'] as const;

interface Columns {
  readonly count: number;
  readonly time: number;
  readonly prices: readonly number[];
  readonly volume: number | null;
}

function readHeader(line: string | undefined, number: number): Result<Columns, CandleFault> {
  if (line === undefined) return err({ code: 'header_unreadable', line: null, message: 'the file is empty' });
  const names = splitFields(line).map((name) => name.toLowerCase());
  const places = (name: string) => names.flatMap((known, at) => (known === name ? [at] : []));
  const times = TIME_COLUMNS.flatMap(places);
  const prices = PRICE_COLUMNS.map(places);
  const volumes = places('volume');
  const isReadable = times.length === 1 && prices.every((found) => found.length === 1) && volumes.length <= 1;
  if (!isReadable) {
    const message = `the header must name date or timestamp, open, high, low and close, each once; it is ${quoted(line)}`;
    return err({ code: 'header_unreadable', line: number, message });
  }
  return ok({
    count: names.length,
    time: times[0] as number,
    prices: prices.map((found) => found[0] as number),
    volume: volumes[0] ?? null,
  });
}

function readCandle(
  text: string,
  { line, columns }: { readonly line: number; readonly columns: Columns },
): Result<Candle, CandleFault> {
  const fields = splitFields(text);
  if (fields.length !== columns.count) {
    const message = `${columns.count} columns are in the header, ${fields.length} here: ${quoted(text)}`;
    return err({ code: 'column_count', line, message });
  }
  const time = parseTime(fields[columns.time] as string);
  if (!time.ok) return err({ code: 'time_unreadable', line, message: time.error });

  const prices: Decimal[] = [];
  for (const [at, name] of PRICE_COLUMNS.entries()) {
    const price = readPrice(fields[columns.prices[at] as number] as string, { name, line });
    if (!price.ok) return price;
    prices.push(price.value);
  }
  const [open, high, low, close] = prices as [Decimal, Decimal, Decimal, Decimal];
  const isInside = [open, close].every((price) => isAtMost(low, price) && isAtMost(price, high));
  if (!isInside) {
    const message = `low must be the least and high the greatest of the four prices: ${quoted(text)}`;
    return err({ code: 'bar_inconsistent', line, message });
  }
  const volume = columns.volume === null ? ok(null) : readVolume(fields[columns.volume] as string, line);
  if (!volume.ok) return volume;
  return ok({ line, timeMs: time.value, open, high, low, close, volume: volume.value });
}

function readPrice(
  field: string,
  { name, line }: { readonly name: string; readonly line: number },
): Result<Decimal, CandleFault> {
  const price = parsePrice(field);
  if (!price.ok) {
    const message = `${name} is not a decimal number: ${quoted(field)}`;
    return err({ code: 'price_unreadable', line, message });
  }
  if (price.value.digits > 0n) return price;
  return err({ code: 'price_not_positive', line, message: `${name} must be above zero: ${quoted(field)}` });
}

function readVolume(field: string, line: number): Result<Decimal, CandleFault> {
  const volume = parsePrice(field);
  if (volume.ok && volume.value.digits >= 0n) return volume;
  const message = `volume is not a decimal number from zero on: ${quoted(field)}`;
  return err({ code: 'volume_unreadable', line, message });
}

function isAtMost(a: Decimal, b: Decimal): boolean {
  return a.digits * 10n ** BigInt(b.scale) <= b.digits * 10n ** BigInt(a.scale);
}

function orderFault(before: Candle | undefined, { timeMs, line }: Candle): CandleFault | null {
  if (before === undefined || timeMs > before.timeMs) return null;
  const time = isoTime(timeMs);
  if (timeMs === before.timeMs) return { code: 'time_duplicate', line, message: `${time} is there twice` };
  const message = `${time} comes after ${isoTime(before.timeMs)}: oldest bars first`;
  return { code: 'time_backwards', line, message };
}

/** The most frequent distance; of two equally frequent ones the shorter. */
function usualInterval(candles: readonly Candle[]): TimeMs | null {
  const counts = new Map<TimeMs, number>();
  for (const [at, { timeMs }] of candles.entries()) {
    if (at === 0) continue;
    const distance = timeMs - (candles[at - 1] as Candle).timeMs;
    counts.set(distance, (counts.get(distance) ?? 0) + 1);
  }
  const [usual] = [...counts].sort(([aMs, a], [bMs, b]) => b - a || aMs - bMs);
  return usual?.[0] ?? null;
}

/** One and a half intervals: months differ in length and are no gap. */
function findGaps(candles: readonly Candle[], intervalMs: TimeMs): PriceGap[] {
  return candles.flatMap(({ timeMs: untilMs, line }, at) => {
    const afterMs = candles[at - 1]?.timeMs ?? untilMs;
    return (untilMs - afterMs) * 2 > intervalMs * 3 ? [{ afterMs, untilMs, line }] : [];
  });
}
