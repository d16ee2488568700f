/** `bulkhead candles`: price files from a venue, through CCXT where that is installed. */
import { appendFile, mkdir, readFile, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { fileFaultText, parseTime, readCandleFile } from '../risk/index.js';
import { needed, oneOf, type ParsedArguments, parseArguments } from './arguments.js';
import { type CandleBar, type CandleSource, candlePages } from './candlePages.js';
import { EXIT_DONE, Refusal, UsageError } from './failures.js';
import { fileRefusal, type Io } from './io.js';
import {
  type CcxtExchange,
  exchangeOf,
  marketOrRefuse,
  marketsOf,
  VENUE_HOST,
  type VenueHost,
} from './venue.js';
import { plain } from './venueMarks.js';

export const candlesHelp = `Price files from a venue, as \`risk\`, \`backtest\` and \`levels\` read them with --prices.

Usage: bulkhead candles --exchange ID --symbols A,B --from DATE --out DIR [OPTIONS]

It asks the venue through CCXT, which is not installed with this package: \`npm install ccxt\` beside it. Files are NAME-SYMBOL-TIME.csv,
NAME the base asset. One that is there already is gone on with. A bar is written when it is over; gaps go to standard error, and
nothing is filled in.

Options:
  --exchange ID     as CCXT names it: binanceusdm, bybit, okx, deribit
  --symbols A,B     as CCXT names them: BTC/USDT:USDT; one for each base asset
  --interval TIME   1m, 5m, 15m, 1h, 4h or 1d; default 1d
  --from DATE       ISO date or time, UTC: the first bar
  --to DATE         bars before it; default now
  --out DIR         folder of the files; made when it is not there
  --follow          go on as bars end, until SIGINT or SIGTERM
  -h, --help        this page

Examples:
  bulkhead candles --exchange binanceusdm --symbols BTC/USDT:USDT,ETH/USDT:USDT --from 2020-01-01 --out prices
  bulkhead risk --prices prices | bulkhead risk -

Exit codes: 0 done, 1 CCXT, the venue or a file refused, 2 wrong usage.
`;

const INTERVALS_MS = {
  '1m': 60_000,
  '5m': 300_000,
  '15m': 900_000,
  '1h': 3_600_000,
  '4h': 14_400_000,
  '1d': 86_400_000,
} as const;
type Interval = keyof typeof INTERVALS_MS;
const INTERVALS = Object.keys(INTERVALS_MS) as Interval[];

const OPTIONS = {
  exchange: { type: 'string' },
  symbols: { type: 'string' },
  interval: { type: 'string' },
  from: { type: 'string' },
  to: { type: 'string' },
  out: { type: 'string' },
  follow: { type: 'boolean' },
} as const;

export async function candles(
  args: readonly string[],
  io: Io,
  host: VenueHost = VENUE_HOST,
): Promise<number> {
  const parsed = parseArguments(args, OPTIONS);
  const [exchangeId, directory] = [needed(parsed, 'exchange'), needed(parsed, 'out')];
  const symbols = [
    ...new Set(
      needed(parsed, 'symbols')
        .split(',')
        .filter((symbol) => symbol !== ''),
    ),
  ];
  const timeframe = oneOf(parsed, 'interval', { words: INTERVALS, fallback: '1d' });
  const intervalMs = INTERVALS_MS[timeframe];
  const fromMs = Math.ceil(timeOf(needed(parsed, 'from'), 'from') / intervalMs) * intervalMs;
  const untilMs = untilOf(parsed);
  if (untilMs <= fromMs) throw new UsageError('--to comes after --from');

  const exchange = await exchangeOf(host, exchangeId);
  if (exchange.has['fetchOHLCV'] !== true) throw new Refusal('no_candles', `${exchangeId} gives no candles`);
  const files = await filesOf(exchange, { symbols, timeframe, directory, host });
  await mkdir(directory, { recursive: true }).catch((error) => {
    throw fileRefusal(error, directory);
  });
  const source: CandleSource = { ...host, fetchOHLCV: exchange.fetchOHLCV.bind(exchange) };
  const extendAll = async () => {
    for (const file of files) await extend(source, { ...file, timeframe, intervalMs, fromMs, untilMs }, io);
  };
  await extendAll();
  if (!parsed.flag('follow')) return EXIT_DONE;
  let isEnded = false;
  void host.ended().then(() => {
    isEnded = true;
  });
  while (!isEnded && host.nowMs() < untilMs) {
    const dueMs = (Math.floor(host.nowMs() / intervalMs) + 1) * intervalMs + LATE_MS;
    while (!isEnded && host.nowMs() < dueMs) await host.sleep(SLICE_MS);
    if (!isEnded) await extendAll();
  }
  return EXIT_DONE;
}

/** How soon a signal is heard. */
const SLICE_MS = 500;

/** Venues publish a bar a little after it is over. */
const LATE_MS = 5_000;

interface CandleTask {
  readonly symbol: string;
  readonly path: string;
}

async function extend(
  source: CandleSource,
  task: CandleTask & {
    readonly timeframe: string;
    readonly intervalMs: number;
    readonly fromMs: number;
    readonly untilMs: number;
  },
  io: Io,
): Promise<void> {
  const { symbol, path, intervalMs } = task;
  const file = await openFile(path, intervalMs);
  let last = file.lastMs;
  if (!file.isThere) await append(path, HEADER);
  let [bars, gaps] = [0, 0];
  const fromMs = last === null ? task.fromMs : Math.max(task.fromMs, last + intervalMs);
  for await (const page of candlePages(source, { ...task, fromMs })) {
    for (const { timeMs } of page) {
      if (last !== null && timeMs > last + intervalMs) {
        gaps += 1;
        io.err(`${symbol}: no bars between ${iso(last)} and ${iso(timeMs)}\n`);
      }
      last = timeMs;
    }
    await append(path, page.map(lineOf).join(''));
    bars += page.length;
  }
  io.out(`${symbol}: ${bars} bars${last === null ? '' : ` to ${iso(last)}`}, ${gaps} gaps, ${path}\n`);
}

const HEADER = 'timestamp,open,high,low,close,volume\n';

function lineOf({ timeMs, open, high, low, close, volume }: CandleBar): string {
  return `${[timeMs, ...[open, high, low, close].map(plain), volume === null ? '' : plain(volume)].join(',')}\n`;
}

interface CandleFile {
  readonly isThere: boolean;
  /** Opening time of the newest bar. */
  readonly lastMs: number | null;
}

/** A line that was cut short when the download was stopped is taken off: it comes again. */
async function openFile(path: string, intervalMs: number): Promise<CandleFile> {
  const text = await readOrNull(path);
  if (text === null) return { isThere: false, lastMs: null };
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  if (whole.length < text.length) await truncate(path, Buffer.byteLength(whole));
  if (whole === '' || whole === HEADER) return { isThere: whole !== '', lastMs: null };
  const read = readCandleFile(whole);
  if (!read.ok) throw new Refusal(read.error.code, `${path}: ${fileFaultText(read.error)}`);
  const { candles: known, intervalMs: own } = read.value;
  if (own !== null && own !== intervalMs)
    throw new Refusal('interval_differs', `${path} has bars of ${own} ms, not of ${intervalMs} ms`);
  return { isThere: true, lastMs: known.at(-1)?.timeMs ?? null };
}

async function readOrNull(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw fileRefusal(error, path);
  }
}

async function append(path: string, text: string): Promise<void> {
  try {
    await appendFile(path, text);
  } catch (error) {
    throw fileRefusal(error, path);
  }
}

/** One file for each symbol, named so that the price readers take it for the base asset. */
async function filesOf(
  exchange: CcxtExchange,
  of: {
    readonly symbols: readonly string[];
    readonly timeframe: string;
    readonly directory: string;
    readonly host: VenueHost;
  },
): Promise<readonly CandleTask[]> {
  const markets = await marketsOf(exchange, of.host);
  const bases = new Set<string>();
  return of.symbols.map((symbol) => {
    const { base = '' } = marketOrRefuse(markets, symbol);
    if (!/^[A-Za-z0-9]+$/.test(base)) throw new Refusal('unknown_symbol', `${symbol} has no base asset`);
    if (bases.has(base))
      throw new UsageError(`--symbols has two of ${base}: one folder, one history of an asset`);
    bases.add(base);
    const rest = symbol.replace(/[^A-Za-z0-9]+/g, '-');
    return { symbol, path: join(of.directory, `${base}-${rest}-${of.timeframe}.csv`) };
  });
}

function untilOf(parsed: ParsedArguments): number {
  const text = parsed.text('to');
  return text === undefined ? Number.MAX_SAFE_INTEGER : timeOf(text, 'to');
}

function timeOf(text: string, name: string): number {
  const read = parseTime(text);
  if (!read.ok) throw new UsageError(`--${name}: ${read.error}`);
  return read.value;
}

function iso(timeMs: number): string {
  return new Date(timeMs).toISOString();
}
