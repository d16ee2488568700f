/**
 * Price files of a venue's own marks: a folder with one CSV file of candles for each instrument, as `bulkhead risk`, `backtest` and
 * `levels` read them. The journal is the truth and this is derived from it: durable records are followed, a bar is written when
 * the first mark after it has come, and a stop or a crash loses nothing, because what is open is rebuilt from the journal.
 */
import { appendFile, mkdir, readdir, readFile, rename, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { candleFileName, instrumentOfCandleFile } from '../contract/index.js';
import { formatMark } from '../contract/scale.js';
import { type EngineRecord, listedInstrument, type State } from '../engine/index.js';
import type { Host } from '../journal/index.js';
import { type Candle, foldMark } from './candles.js';

export interface CandleStore {
  /** Writes what has become durable since; resolves with the sequence it has come to. */
  readonly follow: () => Promise<number>;
}

export interface CandleStoreOptions {
  readonly host: Pick<Host, 'read' | 'records' | 'engine'>;
  /** Made when it is not there. */
  readonly directory: string;
  readonly intervalMs: number;
}

/** Where the files stand: `sequence` is the first record whose marks are not wholly in them. */
interface Position {
  readonly version: 1;
  readonly intervalMs: number;
  readonly sequence: number;
}

const POSITION = 'position.json';
const HEADER = 'timestamp,open,high,low,close\n';
/** Records looked at before others have a turn. */
const RECORDS_AT_A_TIME = 10_000;

/** Refused (an Error): a folder that was begun with another interval. */
export async function openCandleStore({
  host,
  directory,
  intervalMs,
}: CandleStoreOptions): Promise<CandleStore> {
  await mkdir(directory, { recursive: true });
  const begun = await readPosition(directory);
  if (begun !== null && begun.intervalMs !== intervalMs)
    throw new Error(`${directory} holds candles of ${begun.intervalMs} ms, not of ${intervalMs} ms`);
  await mend(directory);
  const books = new Map<number, Book>();
  let next = begun?.sequence ?? 1;

  let turn: Promise<unknown> = Promise.resolve();
  /** One at a time. */
  function follow(): Promise<number> {
    const done = turn.then(followNow);
    turn = done.catch(() => undefined);
    return done;
  }

  async function followNow(): Promise<number> {
    const last = await host.read(({ state }) => state.clock.sequence);
    let looked = 0;
    for (const record of host.records(next)) {
      if (record.sequence > last) break;
      take(books, record, intervalMs);
      next = record.sequence + 1;
      if (++looked % RECORDS_AT_A_TIME === 0) {
        await write();
        await new Promise((resolve) => setImmediate(resolve));
      }
    }
    await write();
    return next - 1;
  }

  async function write(): Promise<void> {
    let oldest = next;
    for (const [instrumentRow, book] of books) {
      await writeClosed(directory, host.engine.state, instrumentRow, book);
      oldest = Math.min(oldest, book.openedAt);
    }
    await writePosition(directory, { version: 1, intervalMs, sequence: oldest });
  }

  return { follow };
}

/** The bars of an instrument that are not in its file. */
interface Book {
  open: Candle;
  /** Sequence of the record that opened it. */
  openedAt: number;
  closed: Candle[];
  /** Time of the newest bar in the file; null before the file was looked at. */
  writtenMs: number | null;
}

function take(books: Map<number, Book>, { outcome, sequence }: EngineRecord, intervalMs: number): void {
  if (outcome.kind !== 'accepted') return;
  for (const event of outcome.events) {
    if (event.kind !== 'marked') continue;
    for (const { instrumentRow, verdict, markTicks, markTimeMs } of event.marks) {
      if (verdict !== 'accepted' && verdict !== 'confirmed') continue;
      const book = books.get(instrumentRow);
      const { open, closed } = foldMark(
        book?.open ?? null,
        { timeMs: markTimeMs, ticks: markTicks },
        intervalMs,
      );
      if (book === undefined) {
        books.set(instrumentRow, { open, openedAt: sequence, closed: [], writtenMs: null });
        continue;
      }
      if (closed !== null) {
        book.closed.push(closed);
        book.openedAt = sequence;
      }
      book.open = open;
    }
  }
}

async function writeClosed(
  directory: string,
  state: State,
  instrumentRow: number,
  book: Book,
): Promise<void> {
  if (book.closed.length === 0) return;
  const file = join(directory, candleFileName(state.instruments.names.nameOf(instrumentRow)));
  const written = book.writtenMs ?? (await lastTime(file));
  // What was written before a crash and not noted comes again.
  const fresh = book.closed.filter(({ timeMs }) => written === null || timeMs > written);
  if (written === null) await appendFile(file, HEADER);
  const listed = listedInstrument(state, instrumentRow);
  const price = (ticks: bigint) => formatMark(ticks, listed);
  const lines = fresh.map(
    ({ timeMs, openTicks, highTicks, lowTicks, closeTicks }) =>
      `${timeMs},${price(openTicks)},${price(highTicks)},${price(lowTicks)},${price(closeTicks)}\n`,
  );
  await appendFile(file, lines.join(''));
  book.writtenMs = book.closed.at(-1)?.timeMs ?? written;
  book.closed = [];
}

/** Takes off lines that a crash cut short: they come again. */
async function mend(directory: string): Promise<void> {
  for (const name of await readdir(directory)) {
    if (instrumentOfCandleFile(name) === null) continue;
    const file = join(directory, name);
    const text = await readFile(file, 'utf8');
    const whole = text.slice(0, text.lastIndexOf('\n') + 1);
    if (whole.length < text.length) await truncate(file, Buffer.byteLength(whole));
  }
}

/** Time of the newest line; null for a file without one. */
async function lastTime(file: string): Promise<number | null> {
  const text = await readOrNull(file);
  if (text === null || text === '') return null;
  const last = text.trimEnd().split('\n').at(-1) ?? '';
  const time = Number(last.split(',')[0]);
  return Number.isSafeInteger(time) ? time : Number.NEGATIVE_INFINITY;
}

async function readPosition(directory: string): Promise<Position | null> {
  const text = await readOrNull(join(directory, POSITION));
  return text === null ? null : (JSON.parse(text) as Position);
}

/** Beside and then into place: there is always a whole one. */
async function writePosition(directory: string, position: Position): Promise<void> {
  const beside = join(directory, `${POSITION}.new`);
  await writeFile(beside, `${JSON.stringify(position)}\n`);
  await rename(beside, join(directory, POSITION));
}

async function readOrNull(file: string): Promise<string | null> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
