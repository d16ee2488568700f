/** `bulkhead feed`: the marks of a venue into a running service, and its depth into a file, through CCXT where that is installed. */
import { appendFile, stat } from 'node:fs/promises';
import type { InstrumentsAnswer } from '../contract/index.js';
import { needed, parseArguments, wholeNumber } from './arguments.js';
import { EXIT_DONE, Refusal, UsageError } from './failures.js';
import { fileRefusal, type Io } from './io.js';
import { nearest } from './nearest.js';
import { type Service, serviceAt } from './service.js';
import {
  asked,
  type CcxtExchange,
  type CcxtMarket,
  exchangeOf,
  marketOrRefuse,
  marketsOf,
  VENUE_HOST,
  type VenueHost,
} from './venue.js';
import { DEPTH_HEADER, depthLine, onGrid, type VenueMark, venueMarks } from './venueMarks.js';

export const feedHelp = `The marks of a venue into a running service, as long as it runs; its depth into a file.

Usage: bulkhead feed --exchange ID --map INSTRUMENT=SYMBOL,... [OPTIONS]

It asks the venue through CCXT, which is not installed with this package: \`npm install ccxt\` beside it. Every so often one \`mark\` command
goes to the service, with mark and index price of each instrument and the venue's time, on the grid of the instrument's marks. What the venue
does not tell is left out and said; a mark that the service refuses is said, and the next one sent.

Options:
  --exchange ID   as CCXT names it: binanceusdm, bybit, okx, deribit
  --map A=B,...   instruments of the service and their symbols at the venue: BTC-PERP=BTC/USDT:USDT
  --url URL       address of the service; default http://127.0.0.1:4410. Its key, ID:SECRET, from BULKHEAD_KEY
  --every MS      between two looks, milliseconds; default 1000
  --depth FILE    append best prices and depth, as \`levels --liquidity\` reads them; needs a question for each instrument
  --once          look once
  -h, --help      this page

Examples:
  bulkhead feed --exchange binanceusdm --map BTC-PERP=BTC/USDT:USDT,ETH-PERP=ETH/USDT:USDT
  bulkhead feed --exchange okx --map BTC-PERP=BTC/USDT:USDT --every 60000 --depth depth.csv

Exit codes: 0 ended by SIGINT or SIGTERM, or done once; 1 CCXT, the venue, the service or a file refused; 2 wrong usage.
`;

const OPTIONS = {
  exchange: { type: 'string' },
  map: { type: 'string' },
  url: { type: 'string' },
  every: { type: 'string' },
  depth: { type: 'string' },
  once: { type: 'boolean' },
} as const;

const DEFAULT_URL = 'http://127.0.0.1:4410';
const DAY_MS = 86_400_000;
/** How soon a signal is heard. */
const SLICE_MS = 200;

/** An instrument of the service that is fed. */
interface Fed {
  readonly instrument: string;
  readonly symbol: string;
  readonly market: CcxtMarket;
  readonly tickSize: string;
  readonly markTicksPerTick: number;
}

interface Feeding {
  readonly exchange: CcxtExchange;
  readonly exchangeId: string;
  readonly fed: readonly Fed[];
  readonly service: Service;
  readonly depth: string | undefined;
  readonly host: VenueHost;
  readonly io: Io;
}

export async function feed(args: readonly string[], io: Io, host: VenueHost = VENUE_HOST): Promise<number> {
  const parsed = parseArguments(args, OPTIONS);
  const exchangeId = needed(parsed, 'exchange');
  const map = mapOf(needed(parsed, 'map'));
  const everyMs = wholeNumber(parsed, 'every', { min: 100, max: DAY_MS, fallback: 1_000 });
  const service = serviceAt(parsed.text('url') ?? DEFAULT_URL, io.env);
  const exchange = await exchangeOf(host, exchangeId, io.env);
  const fed = await fedOf(map, { exchange, service, host });
  const depth = parsed.text('depth');
  if (depth !== undefined) await beginFile(depth);
  const feeding: Feeding = { exchange, exchangeId, fed, service, depth, host, io };
  let isEnded = false;
  void host.ended().then(() => {
    isEnded = true;
  });
  let sentMs = 0;
  for (;;) {
    const startedMs = host.nowMs();
    sentMs = await sendMarks(feeding, sentMs);
    if (depth !== undefined) await addDepth(feeding, depth);
    if (parsed.flag('once')) return EXIT_DONE;
    while (!isEnded && host.nowMs() < startedMs + everyMs) await host.sleep(Math.min(SLICE_MS, everyMs));
    if (isEnded) return EXIT_DONE;
  }
}

/** The source time of what was sent last. */
async function sendMarks({ exchange, exchangeId, fed, service, host, io }: Feeding, sentMs: number) {
  const marks = await venueMarks(
    exchange,
    fed.map(({ symbol }) => symbol),
    host,
  );
  const told = fed.flatMap((one): (Fed & VenueMark)[] => {
    const mark = marks.get(one.symbol);
    if (mark === undefined) io.err(`${one.symbol}: the venue tells no mark\n`);
    return mark === undefined ? [] : [{ ...one, ...mark }];
  });
  if (told.length === 0) return sentMs;
  // They act together, so that they are as old as the oldest of them.
  const sourceTimeMs = told.reduce(
    (oldest, { timeMs }) => Math.min(oldest, timeMs ?? host.nowMs()),
    Number.POSITIVE_INFINITY,
  );
  if (sourceTimeMs <= sentMs) return sentMs;
  const command = {
    kind: 'mark',
    sourceTimeMs,
    marks: told.map(({ instrument, markPrice, indexPrice, tickSize, markTicksPerTick }) => ({
      instrument,
      price: onGrid(markPrice, tickSize, markTicksPerTick),
      ...(indexPrice === null ? {} : { indexPrice: onGrid(indexPrice, tickSize, markTicksPerTick) }),
    })),
  };
  try {
    const id = `feed:${exchangeId}:${sourceTimeMs}`;
    const { sequence } = (await service.post('/v1/commands', { id, command })) as {
      readonly sequence: number;
    };
    const prices = command.marks.map(({ instrument, price }) => `${instrument} ${price}`);
    io.out(`${new Date(sourceTimeMs).toISOString()}  sequence ${sequence}  ${prices.join('  ')}\n`);
  } catch (error) {
    if (!(error instanceof Refusal) || error.code === 'service_unreachable') throw error;
    io.err(`not taken: ${error.code}: ${error.message}\n`);
  }
  return sourceTimeMs;
}

async function addDepth({ exchange, exchangeId, fed, host, io }: Feeding, file: string): Promise<void> {
  const timeMs = host.nowMs();
  let lines = '';
  for (const { symbol, market, instrument } of fed) {
    const book = await asked(host, () => exchange.fetchOrderBook(symbol, 100));
    const line = depthLine(book, market, { timeMs, venue: exchangeId, instrument });
    if (line === null) io.err(`${symbol}: the book has one side, or is crossed\n`);
    else lines += line;
  }
  await appendFile(file, lines).catch((error) => {
    throw fileRefusal(error, file);
  });
}

async function beginFile(file: string): Promise<void> {
  try {
    const { size } = await stat(file).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return { size: 0 };
      throw error;
    });
    if (size === 0) await appendFile(file, DEPTH_HEADER);
  } catch (error) {
    throw fileRefusal(error, file);
  }
}

function mapOf(text: string): readonly (readonly [string, string])[] {
  const pairs = text.split(',').map((pair): [string, string] => {
    const at = pair.indexOf('=');
    if (at < 1 || at === pair.length - 1)
      throw new UsageError(`--map is INSTRUMENT=SYMBOL,..., not ${JSON.stringify(pair)}`);
    return [pair.slice(0, at), pair.slice(at + 1)];
  });
  const twice = pairs.find(([instrument], at) => pairs.findIndex(([other]) => other === instrument) !== at);
  if (twice !== undefined) throw new UsageError(`--map names ${twice[0]} twice`);
  return pairs;
}

async function fedOf(
  map: ReturnType<typeof mapOf>,
  { exchange, service, host }: Pick<Feeding, 'exchange' | 'service' | 'host'>,
): Promise<readonly Fed[]> {
  const markets = await marketsOf(exchange, host);
  const { instruments } = (await service.list('/v1/instruments', 'instruments')) as InstrumentsAnswer;
  const names = instruments.map(({ instrument }) => instrument);
  return map.map(([instrument, symbol]) => {
    const listed = instruments.find((one) => one.instrument === instrument);
    if (listed === undefined) {
      const meant = nearest(instrument, names);
      const hint = meant === null ? '' : `; is ${meant} meant?`;
      throw new Refusal('unknown_instrument', `the service has no ${instrument}${hint}`);
    }
    const { tickSize, markTicksPerTick = 1 } = listed.definition as {
      readonly tickSize: string;
      readonly markTicksPerTick?: number;
    };
    return { instrument, symbol, market: marketOrRefuse(markets, symbol), tickSize, markTicksPerTick };
  });
}
