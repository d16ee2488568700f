/**
 * What could be traded where: snapshots of volume, best prices and depth by venue and instrument, from the text of a CSV file.
 * Columns: a time, that at which the snapshot was taken, `venue`, `instrument`; perhaps `volume` (traded over the 24 hours
 * before), `best_bid` and `best_ask`, `open_interest`, `largest_position` (the largest account's on one side); and pairs
 * `bid_depth_B`, `ask_depth_B` for what rests within B basis points of the middle. Money of one currency; an empty field is
 * not known. It answers what the file says or which line is wrong.
 */
import { err, formatDecimal, ok, type Result } from '../../base/index.js';
import { type FileFault, isoTime, quoted, splitFields, splitLines, TIME_COLUMNS } from './csvText.js';
import { parsePrice } from './priceText.js';
import { parseTime } from './timeText.js';

export interface LiquiditySnapshot {
  readonly timeMs: number;
  readonly venue: string;
  readonly instrument: string;
  readonly volume: number | null;
  readonly bestBid: number | null;
  readonly bestAsk: number | null;
  readonly openInterest: number | null;
  readonly largestPosition: number | null;
  /** Nearest first; what is deeper includes what is nearer. */
  readonly depths: readonly Depth[];
}

export interface Depth {
  readonly basisPoints: number;
  readonly bid: number | null;
  readonly ask: number | null;
}

export type LiquidityFaultCode =
  | 'header_unreadable'
  | 'column_count'
  | 'time_unreadable'
  | 'time_backwards'
  | 'name_missing'
  | 'number_unreadable'
  | 'number_negative'
  | 'price_not_positive'
  | 'book_crossed'
  | 'depth_falls'
  | 'snapshot_duplicate'
  | 'no_rows';
export type LiquidityFault = FileFault<LiquidityFaultCode>;

/** Times may repeat from row to row, for other venues and instruments, and never go back. */
export function readLiquidityFile(text: string): Result<readonly LiquiditySnapshot[], LiquidityFault> {
  const lines = splitLines(text);
  const headerAt = lines.findIndex((line) => !line.startsWith('#'));
  const columns = readHeader(lines[headerAt], headerAt + 1);
  if (!columns.ok) return columns;
  const snapshots: LiquiditySnapshot[] = [];
  const seen = new Set<string>();
  for (let at = headerAt + 1; at < lines.length; at++) {
    const line = at + 1;
    const read = readRow(lines[at] as string, { line, columns: columns.value });
    if (!read.ok) return read;
    const { timeMs, venue, instrument } = read.value;
    const before = snapshots.at(-1)?.timeMs ?? timeMs;
    if (timeMs < before) {
      const message = `${isoTime(timeMs)} comes after ${isoTime(before)}: oldest rows first`;
      return err({ code: 'time_backwards', line, message });
    }
    const key = JSON.stringify([timeMs, venue, instrument]);
    if (seen.has(key)) {
      const message = `${instrument} at ${venue} is there twice at ${isoTime(timeMs)}`;
      return err({ code: 'snapshot_duplicate', line, message });
    }
    seen.add(key);
    snapshots.push(read.value);
  }
  if (snapshots.length > 0) return ok(snapshots);
  return err({ code: 'no_rows', line: null, message: 'there is no row after the header' });
}

interface Columns {
  readonly count: number;
  readonly time: number;
  readonly venue: number;
  readonly instrument: number;
  readonly volume: number | null;
  readonly bestBid: number | null;
  readonly bestAsk: number | null;
  readonly openInterest: number | null;
  readonly largestPosition: number | null;
  readonly depths: readonly { readonly basisPoints: number; readonly bid: number; readonly ask: number }[];
}

function readHeader(line: string | undefined, number: number): Result<Columns, LiquidityFault> {
  if (line === undefined) return err({ code: 'header_unreadable', line: null, message: 'the file is empty' });
  const names = splitFields(line).map((name) => name.toLowerCase());
  const refuse = (why: string) =>
    err({ code: 'header_unreadable' as const, line: number, message: `${why}; it is ${quoted(line)}` });
  if (new Set(names).size !== names.length) return refuse('the header names a column twice');
  const times = TIME_COLUMNS.filter((name) => names.includes(name));
  const [time] = times;
  if (time === undefined || times.length > 1 || !names.includes('venue') || !names.includes('instrument'))
    return refuse('the header must name date or timestamp, venue and instrument');
  const place = (name: string) => (names.includes(name) ? names.indexOf(name) : null);
  const sides = names.flatMap((name) => {
    const [, side, points] = /^(bid|ask)_depth_([1-9][0-9]{0,3})$/.exec(name) ?? [];
    return side === undefined ? [] : [{ side, basisPoints: Number(points) }];
  });
  const points = [...new Set(sides.map(({ basisPoints }) => basisPoints))].sort((a, b) => a - b);
  if (sides.length !== 2 * points.length)
    return refuse('each bid_depth_ needs an ask_depth_ of the same distance');
  return ok({
    count: names.length,
    time: names.indexOf(time),
    venue: names.indexOf('venue'),
    instrument: names.indexOf('instrument'),
    volume: place('volume'),
    bestBid: place('best_bid'),
    bestAsk: place('best_ask'),
    openInterest: place('open_interest'),
    largestPosition: place('largest_position'),
    depths: points.map((basisPoints) => ({
      basisPoints,
      bid: names.indexOf(`bid_depth_${basisPoints}`),
      ask: names.indexOf(`ask_depth_${basisPoints}`),
    })),
  });
}

function readRow(
  text: string,
  { line, columns }: { readonly line: number; readonly columns: Columns },
): Result<LiquiditySnapshot, LiquidityFault> {
  const fields = splitFields(text);
  const refuse = (code: LiquidityFaultCode, message: string) => err({ code, line, message });
  if (fields.length !== columns.count)
    return refuse(
      'column_count',
      `${columns.count} columns are in the header, ${fields.length} here: ${quoted(text)}`,
    );
  const time = parseTime(fields[columns.time] as string);
  if (!time.ok) return refuse('time_unreadable', time.error);
  const [venue, instrument] = [fields[columns.venue] as string, fields[columns.instrument] as string];
  if (venue === '' || instrument === '') return refuse('name_missing', 'venue and instrument need a name');
  const places = [
    columns.volume,
    columns.bestBid,
    columns.bestAsk,
    columns.openInterest,
    columns.largestPosition,
    ...columns.depths.flatMap(({ bid, ask }) => [bid, ask]),
  ];
  const numbers: (number | null)[] = [];
  for (const place of places) {
    const number = place === null ? ok(null) : readNumber(fields[place] as string, line);
    if (!number.ok) return number;
    numbers.push(number.value);
  }
  const [volume, bestBid, bestAsk, openInterest, largestPosition] = numbers as [
    Known,
    Known,
    Known,
    Known,
    Known,
  ];
  const sides = numbers.slice(5);
  if (bestBid === 0 || bestAsk === 0) return refuse('price_not_positive', 'a best price must be above zero');
  if (bestBid !== null && bestAsk !== null && bestBid >= bestAsk)
    return refuse('book_crossed', `the best bid ${bestBid} is not below the best ask ${bestAsk}`);
  const depths = columns.depths.map(({ basisPoints }, at) => ({
    basisPoints,
    bid: sides[2 * at] ?? null,
    ask: sides[2 * at + 1] ?? null,
  }));
  const falls = (['bid', 'ask'] as const).some((side) => isFalling(depths.map((depth) => depth[side])));
  if (falls) return refuse('depth_falls', 'depth further from the middle includes what is nearer');
  const money = { volume, bestBid, bestAsk, openInterest, largestPosition };
  return ok({ timeMs: time.value, venue, instrument, ...money, depths });
}

type Known = number | null;

function readNumber(field: string, line: number): Result<number | null, LiquidityFault> {
  if (field === '') return ok(null);
  const read = parsePrice(field);
  const number = read.ok ? Number(formatDecimal(read.value)) : Number.NaN;
  if (!Number.isFinite(number))
    return err({ code: 'number_unreadable', line, message: `not a decimal number: ${quoted(field)}` });
  if (number < 0)
    return err({ code: 'number_negative', line, message: `must be from zero on: ${quoted(field)}` });
  return ok(number);
}

function isFalling(values: readonly (number | null)[]): boolean {
  const known = values.filter((value) => value !== null);
  return known.some((value, at) => at > 0 && value < (known[at - 1] as number));
}
