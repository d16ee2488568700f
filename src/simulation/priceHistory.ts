/**
 * Price history of one instrument from OHLC text (CSV) to bars in ticks. Exact: decimal text goes to whole
 * ticks without floats. It answers what the file says or which line is wrong; it repairs nothing.
 */
import { type Decimal, divFloor, err, ok, type Result } from '../base/index.js';
import type { PriceTicks, TimeMs } from '../base/units.js';
import { parsePrice } from './priceText.js';
import { parseTime } from './timeText.js';

export interface PriceBar {
  /** Opening time of the bar. */
  readonly timeMs: TimeMs;
  readonly openTicks: PriceTicks;
  readonly highTicks: PriceTicks;
  readonly lowTicks: PriceTicks;
  readonly closeTicks: PriceTicks;
}

/** A stretch without bars between two bars: longer than one and a half intervals. */
export interface PriceGap {
  readonly afterMs: TimeMs;
  readonly untilMs: TimeMs;
  /** Line of the bar that ends the gap. */
  readonly line: number;
}

export interface PriceHistory {
  readonly bars: readonly PriceBar[];
  /** The most frequent distance between two bars; null for a single bar. */
  readonly intervalMs: TimeMs | null;
  /** Empty unless gaps were allowed. */
  readonly gaps: readonly PriceGap[];
}

export type PriceFaultCode =
  | 'header_unreadable'
  | 'column_count'
  | 'time_unreadable'
  | 'price_unreadable'
  | 'price_not_positive'
  | 'price_under_tick'
  | 'bar_inconsistent'
  | 'time_duplicate'
  | 'time_backwards'
  | 'bars_missing'
  | 'no_bars';

/** Why a file is refused; `line` counts from 1 and is null when the whole file is meant. */
export interface PriceFault {
  readonly code: PriceFaultCode;
  readonly line: number | null;
  readonly message: string;
}

export interface PriceReading {
  /** Prices go to the nearest multiple of it, half a tick upwards. */
  readonly tickSize: Decimal;
  /** Whether missing bars are reported beside the bars instead of refused. Default: refused. */
  readonly gapsAllowed?: boolean;
}

/**
 * Reads a header `date` or `timestamp`, `open`, `high`, `low`, `close` (any order, other columns ignored) and
 * one bar a line, oldest first. Lines that begin with # before the header are remarks.
 */
export function readPriceHistory(text: string, reading: PriceReading): Result<PriceHistory, PriceFault> {
  const lines = splitLines(text);
  const headerAt = lines.findIndex((line) => !line.startsWith('#'));
  const columns = readHeader(lines[headerAt], headerAt + 1);
  if (!columns.ok) return columns;

  const bars: PriceBar[] = [];
  for (let at = headerAt + 1; at < lines.length; at++) {
    const bar = readBar(lines[at]!, { line: at + 1, columns: columns.value, tickSize: reading.tickSize });
    if (!bar.ok) return bar;
    const fault = orderFault(bars.at(-1), bar.value, at + 1);
    if (fault !== null) return err(fault);
    bars.push(bar.value);
  }
  if (bars.length === 0)
    return err({ code: 'no_bars', line: null, message: 'there is no bar after the header' });

  const intervalMs = usualInterval(bars);
  const gaps = intervalMs === null ? [] : findGaps(bars, { intervalMs, firstLine: headerAt + 2 });
  if (gaps[0] !== undefined && reading.gapsAllowed !== true) return err(gapFault(gaps[0], gaps.length));
  return ok({ bars, intervalMs, gaps });
}

/** The bars that open at or after `fromMs` and before `toMs`; null leaves that side open. */
export function sliceBars(
  bars: readonly PriceBar[],
  range: { readonly fromMs: TimeMs | null; readonly toMs: TimeMs | null },
): readonly PriceBar[] {
  const { fromMs, toMs } = range;
  return bars.filter(
    ({ timeMs }) => (fromMs === null || timeMs >= fromMs) && (toMs === null || timeMs < toMs),
  );
}

/** One refusal in words, as a person reads it: `line 7: ...`. */
export function priceFaultText(fault: PriceFault): string {
  return fault.line === null ? fault.message : `line ${fault.line}: ${fault.message}`;
}

const PRICE_COLUMNS = ['open', 'high', 'low', 'close'] as const;
const TIME_COLUMNS = ['date', 'timestamp'] as const;

interface Columns {
  readonly count: number;
  readonly time: number;
  readonly prices: readonly number[];
}

function splitLines(text: string): string[] {
  const lines = text.replace(/^\u{feff}/u, '').split(/\r\n|\n/);
  while (lines.at(-1)?.trim() === '') lines.pop();
  return lines;
}

function readHeader(line: string | undefined, number: number): Result<Columns, PriceFault> {
  if (line === undefined) return err({ code: 'header_unreadable', line: null, message: 'the file is empty' });
  const names = splitFields(line).map((name) => name.toLowerCase());
  const places = (name: string) => names.flatMap((known, at) => (known === name ? [at] : []));
  const times = TIME_COLUMNS.flatMap(places);
  const prices = PRICE_COLUMNS.map(places);
  const isReadable = times.length === 1 && prices.every((found) => found.length === 1);
  if (!isReadable) {
    const message = `the header must name date or timestamp, open, high, low and close, each once; it is ${quote(line)}`;
    return err({ code: 'header_unreadable', line: number, message });
  }
  return ok({ count: names.length, time: times[0]!, prices: prices.map((found) => found[0]!) });
}

function readBar(
  text: string,
  how: { readonly line: number; readonly columns: Columns; readonly tickSize: Decimal },
): Result<PriceBar, PriceFault> {
  const { line, columns, tickSize } = how;
  const fields = splitFields(text);
  if (fields.length !== columns.count) {
    const message = `${columns.count} columns are in the header, ${fields.length} here: ${quote(text)}`;
    return err({ code: 'column_count', line, message });
  }
  const time = parseTime(fields[columns.time]!);
  if (!time.ok) return err({ code: 'time_unreadable', line, message: time.error });

  const exact: Decimal[] = [];
  for (const [at, name] of PRICE_COLUMNS.entries()) {
    const field = fields[columns.prices[at]!]!;
    const price = parsePrice(field);
    if (!price.ok) {
      return err({
        code: 'price_unreadable',
        line,
        message: `${name} is not a decimal number: ${quote(field)}`,
      });
    }
    if (price.value.digits <= 0n) {
      return err({
        code: 'price_not_positive',
        line,
        message: `${name} must be above zero: ${quote(field)}`,
      });
    }
    exact.push(price.value);
  }
  const [open, high, low, close] = exact as [Decimal, Decimal, Decimal, Decimal];
  const isInside = [open, close].every((price) => isAtMost(low, price) && isAtMost(price, high));
  if (!isInside) {
    const message = `low must be the least and high the greatest of the four prices: ${quote(text)}`;
    return err({ code: 'bar_inconsistent', line, message });
  }
  const bar = {
    timeMs: time.value,
    openTicks: nearestTick(open, tickSize),
    highTicks: nearestTick(high, tickSize),
    lowTicks: nearestTick(low, tickSize),
    closeTicks: nearestTick(close, tickSize),
  };
  if (bar.lowTicks <= 0n) {
    const message = `low rounds to zero: the tick size is too coarse for this price: ${quote(text)}`;
    return err({ code: 'price_under_tick', line, message });
  }
  return ok(bar);
}

/** The nearest whole tick, half a tick upwards: a mark favours nobody, longs and shorts are on both sides of it. */
export function nearestTick(price: Decimal, tickSize: Decimal): PriceTicks {
  const numerator = price.digits * 10n ** BigInt(tickSize.scale);
  const denominator = tickSize.digits * 10n ** BigInt(price.scale);
  return divFloor(2n * numerator + denominator, 2n * denominator);
}

function isAtMost(a: Decimal, b: Decimal): boolean {
  return a.digits * 10n ** BigInt(b.scale) <= b.digits * 10n ** BigInt(a.scale);
}

function orderFault(before: PriceBar | undefined, bar: PriceBar, line: number): PriceFault | null {
  if (before === undefined || bar.timeMs > before.timeMs) return null;
  const time = timeText(bar.timeMs);
  return bar.timeMs === before.timeMs
    ? { code: 'time_duplicate', line, message: `${time} is there twice` }
    : {
        code: 'time_backwards',
        line,
        message: `${time} comes after ${timeText(before.timeMs)}: oldest bars first`,
      };
}

/** The most frequent distance; of two equally frequent ones the shorter. */
function usualInterval(bars: readonly PriceBar[]): TimeMs | null {
  const counts = new Map<TimeMs, number>();
  for (let at = 1; at < bars.length; at++) {
    const distance = bars[at]!.timeMs - bars[at - 1]!.timeMs;
    counts.set(distance, (counts.get(distance) ?? 0) + 1);
  }
  const [usual] = [...counts].sort(([aMs, a], [bMs, b]) => b - a || aMs - bMs);
  return usual?.[0] ?? null;
}

/** One and a half intervals: months differ in length and are no gap. */
function findGaps(
  bars: readonly PriceBar[],
  how: { readonly intervalMs: TimeMs; readonly firstLine: number },
): PriceGap[] {
  const gaps: PriceGap[] = [];
  for (let at = 1; at < bars.length; at++) {
    const [afterMs, untilMs] = [bars[at - 1]!.timeMs, bars[at]!.timeMs];
    if ((untilMs - afterMs) * 2 > how.intervalMs * 3)
      gaps.push({ afterMs, untilMs, line: how.firstLine + at });
  }
  return gaps;
}

function gapFault(gap: PriceGap, count: number): PriceFault {
  const others = count === 1 ? '' : ` (the first of ${count} gaps)`;
  const message = `no bars between ${timeText(gap.afterMs)} and ${timeText(gap.untilMs)}${others}`;
  return { code: 'bars_missing', line: gap.line, message };
}

/** Fields of one CSV line; a field may stand in double quotes. */
function splitFields(line: string): string[] {
  return line.split(',').map((field) => field.trim().replace(/^"(.*)"$/, '$1'));
}

function quote(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}...` : text);
}

function timeText(timeMs: TimeMs): string {
  return new Date(timeMs).toISOString();
}
