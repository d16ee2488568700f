/**
 * `bulkhead simulate`: reads a venue file and its price files and plays them through an engine with a durable
 * journal, or says what it would play, or makes the example market anew.
 */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { formatMinor } from '../base/index.js';
import { openHost } from '../journal/index.js';
import {
  drawParticipants,
  EXAMPLE_SEED,
  generateMarket,
  type MarketData,
  MOVES,
  type Moves,
  type Participants,
  parseTime,
  playSimulation,
  readMarketData,
  readVenueFile,
  type SimulationReport,
  type Venue,
  venueFaultText,
  venueSchema,
} from '../simulation/index.js';
import { oneOf, type ParsedArguments, parseArguments, wholeNumber } from './arguments.js';
import { EXIT_DONE, EXIT_REFUSED, Refusal, UsageError } from './failures.js';
import { fileRefusal, type Io, readText } from './io.js';
import { progress } from './progress.js';
import { type Durability, simulationText } from './simulateReport.js';
import { grouped, pairs, table } from './table.js';

export const simulateHelp = `Play price history through the engine and say who was liquidated, who paid and what is left.

Usage: bulkhead simulate [VENUE_FILE] [OPTIONS]
       bulkhead simulate --generate DIR [--seed TEXT]

VENUE_FILE lists assets, pools, instruments, clients and market makers (JSON; '--schema' prints its schema).
Without it the example market that comes with the package is played.

Options:
  --prices DIR     folder of the price files; default: beside the venue file, then $BULKHEAD_MARKET_DATA
  --from DATE      first day played, instead of the venue file's
  --to DATE        last day played, instead of the venue file's
  --seed TEXT      seed of everything random, instead of the venue file's
  --moves WORD     stepped (long moves in steps under the jump limit) or jumps (whole, until confirmed), on every
                   day, instead of the venue file's
  --data DIR       keep the journal in a new or empty folder ('bulkhead verify DIR' checks it); without it the
                   journal is in a temporary folder that is removed at the end
  --liquidations N list the N largest, or 'all'; default 10
  --plan           check the files and say what would be played; play nothing
  --schema         print the JSON Schema of the venue file
  --generate DIR   write the example market into a new or empty folder
  --json           one JSON document instead of tables
  -h, --help       this page

A price file is CSV: date (or timestamp),open,high,low,close[,volume], oldest first; dates, ISO times or
milliseconds; any interval.

Exit code 1: a trial balance is not zero, a law broke, or a liquidation touched a neighbour.

Examples:
  bulkhead simulate
  bulkhead simulate --data run-1 --liquidations all
  bulkhead simulate --plan
  bulkhead simulate market/history.venue.json --prices ~/data --from 2020-03-01 --to 2020-03-31
  bulkhead simulate --generate my-market --seed 7
`;

const OPTIONS = {
  prices: { type: 'string' },
  from: { type: 'string' },
  to: { type: 'string' },
  seed: { type: 'string' },
  moves: { type: 'string' },
  data: { type: 'string' },
  liquidations: { type: 'string' },
  plan: { type: 'boolean' },
  schema: { type: 'boolean' },
  generate: { type: 'string' },
  json: { type: 'boolean' },
} as const;

export async function simulate(args: readonly string[], io: Io): Promise<number> {
  const parsed = parseArguments(args, OPTIONS, { positionalsMax: 1 });
  if (parsed.flag('schema')) {
    io.out(`${JSON.stringify(venueSchema, null, 2)}\n`);
    return EXIT_DONE;
  }
  const generate = parsed.text('generate');
  if (generate !== undefined) return writeExample(generate, parsed, io);

  const venueFile = parsed.positionals[0] ?? EXAMPLE_VENUE;
  const override = readOverrides(parsed);
  const venue = withOverrides(await readVenue(venueFile, io), override);
  const market = await readPrices(venue, { venueFile, prices: parsed.text('prices'), io });
  const participants = drawParticipants(venue);
  if (parsed.flag('plan')) {
    const plan = { venue, market, participants };
    io.out(parsed.flag('json') ? `${JSON.stringify(planView(plan))}\n` : planText(plan));
    return EXIT_DONE;
  }
  return play(parsed, { venue, market, participants }, io);
}

async function play(parsed: ParsedArguments, plan: Plan, io: Io): Promise<number> {
  const liquidationsMax = readLiquidations(parsed);
  const kept = parsed.text('data');
  const folder = kept === undefined ? await temporaryFolder() : await newFolder(kept);
  try {
    const { report, durability } = await playInto(folder, plan, { io, isKept: kept !== undefined });
    const run = { report, liquidationsMax, durability };
    io.out(parsed.flag('json') ? jsonText(run) : simulationText(run));
    return report.faults.length === 0 ? EXIT_DONE : EXIT_REFUSED;
  } finally {
    if (kept === undefined) await rm(folder, { recursive: true, force: true });
  }
}

async function playInto(
  folder: string,
  plan: Plan,
  how: { readonly io: Io; readonly isKept: boolean },
): Promise<{ readonly report: SimulationReport; readonly durability: Durability }> {
  const startMs = performance.now();
  const line = progress(how.io, 'playing');
  const host = await openHost({ directory: folder, snapshotEvery: 0 });
  try {
    const report = await playSimulation(host, plan, {
      onBar: (bar, bars, timeMs) => line.show(bar, bars, new Date(timeMs).toISOString().slice(0, 10)),
    });
    const seconds = (performance.now() - startMs) / 1000;
    if (how.isKept) await host.snapshot();
    const records = host.engine.state.clock.sequence;
    return { report, durability: { seconds, records, folder: how.isKept ? folder : null } };
  } finally {
    line.end();
    await host.close();
  }
}

function jsonText(run: {
  readonly report: SimulationReport;
  readonly liquidationsMax: number;
  readonly durability: Durability;
}): string {
  const { report, liquidationsMax, durability } = run;
  const liquidationCount = report.liquidations.length;
  const liquidations = report.liquidations.slice(0, liquidationsMax);
  return `${JSON.stringify({ ...report, liquidationCount, liquidations, journal: durability })}\n`;
}

/** How many liquidations are listed. */
function readLiquidations(parsed: ParsedArguments): number {
  if (parsed.text('liquidations') === 'all') return Number.MAX_SAFE_INTEGER;
  return wholeNumber(parsed, 'liquidations', { min: 0, max: 1_000_000, fallback: 10 });
}

function temporaryFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'bulkhead-simulation-'));
}

async function newFolder(folder: string): Promise<string> {
  try {
    await mkdir(folder, { recursive: true });
    if ((await readdir(folder)).length > 0) throw new Refusal('folder_not_empty', `${folder}: is not empty`);
    return folder;
  } catch (error) {
    throw error instanceof Refusal ? error : fileRefusal(error, folder);
  }
}

/** The example market at the package's root; `src/cli` and `dist/cli` are equally deep. */
const EXAMPLE_VENUE = fileURLToPath(new URL('../../market/venue.json', import.meta.url));

async function writeExample(folder: string, parsed: ParsedArguments, io: Io): Promise<number> {
  if (parsed.positionals.length > 0) throw new UsageError('--generate takes no venue file');
  const seed = readSeed(parsed) ?? EXAMPLE_SEED;
  const files = generateMarket(seed);
  await newFolder(folder);
  try {
    for (const file of files) await writeFile(join(folder, file.name), file.text, { flag: 'wx' });
  } catch (error) {
    throw fileRefusal(error, folder);
  }
  const names = files.map(({ name }) => name);
  if (parsed.flag('json')) io.out(`${JSON.stringify({ folder, seed, files: names })}\n`);
  else io.out(`${folder}: ${names.join(', ')} (generated, seed ${seed})\n`);
  return EXIT_DONE;
}

async function readVenue(file: string, io: Io): Promise<Venue> {
  const venue = readVenueFile(await readText(file, io));
  if (!venue.ok) {
    const name = file === '-' ? 'standard input' : file;
    throw new Refusal('venue_file_refused', `${name}: ${venueFaultText(venue.error)}`, {
      path: venue.error.path,
    });
  }
  return venue.value;
}

/** What the command line says instead of the venue file; null where it says nothing. */
interface Overrides {
  readonly fromMs: number | null;
  readonly toMs: number | null;
  readonly moves: Moves | null;
  readonly seed: string | null;
}

function readOverrides(parsed: ParsedArguments): Overrides {
  const lastMs = readDay(parsed, 'to');
  return {
    fromMs: readDay(parsed, 'from'),
    toMs: lastMs === null ? null : lastMs + DAY_MS,
    moves: oneOf(parsed, 'moves', { words: MOVES, fallback: null }),
    seed: readSeed(parsed),
  };
}

function withOverrides(venue: Venue, override: Overrides): Venue {
  const fromMs = override.fromMs ?? venue.fromMs;
  const toMs = override.toMs ?? venue.toMs;
  if (fromMs !== null && toMs !== null && toMs <= fromMs) {
    throw new UsageError('the last day played is before the first');
  }
  const seed = override.seed ?? venue.seed;
  const moves = override.moves ?? venue.moves;
  const jumpDaysMs = override.moves === null ? venue.jumpDaysMs : new Set<number>();
  return { ...venue, fromMs, toMs, moves, jumpDaysMs, seed };
}

const DAY_MS = 86_400_000;

/** The start of the day an option names, or null when it was not given. */
function readDay(parsed: ParsedArguments, name: string): number | null {
  const text = parsed.text(name);
  if (text === undefined) return null;
  const time = parseTime(text);
  if (text.length !== 10 || !time.ok) {
    throw new UsageError(`--${name} takes a date such as 2020-03-01, not ${JSON.stringify(text)}`);
  }
  return time.value;
}

function readSeed(parsed: ParsedArguments): string | null {
  const seed = parsed.text('seed') ?? null;
  if (seed !== null && !/^[ -~]{1,64}$/.test(seed)) {
    throw new UsageError('--seed takes 1 to 64 plain characters');
  }
  return seed;
}

async function readPrices(
  venue: Venue,
  from: { readonly venueFile: string; readonly prices: string | undefined; readonly io: Io },
): Promise<MarketData> {
  const folders = priceFolders(from.venueFile, from.prices, from.io);
  const read = await readMarketData(venue, (file) => {
    const folder = folders.find((known) => existsSync(join(known, file)));
    if (folder !== undefined) return readText(join(folder, file), from.io);
    const hint = 'name the folder of prices with --prices or BULKHEAD_MARKET_DATA';
    throw new Refusal('file_unusable', `${file}: is not in ${folders.join(' or ')}; ${hint}`);
  });
  if (!read.ok) throw new Refusal('prices_refused', `${read.error.file}: ${read.error.message}`);
  return read.value;
}

/** Where price files are looked for, in this order. */
function priceFolders(venueFile: string, prices: string | undefined, io: Io): readonly string[] {
  if (prices !== undefined) return [prices];
  const beside = venueFile === '-' ? '.' : dirname(venueFile);
  const known = io.env['BULKHEAD_MARKET_DATA'];
  return known === undefined || known === '' ? [beside] : [beside, known];
}

interface Plan {
  readonly venue: Venue;
  readonly market: MarketData;
  readonly participants: Participants;
}

function planView({ venue, market, participants }: Plan) {
  const bars = market.instruments.map((instrument) => ({
    instrument: instrument.instrument,
    bars: instrument.bars.length,
    firstMs: instrument.bars[0]!.timeMs,
    lastMs: instrument.bars.at(-1)!.timeMs,
    gaps: market.gaps.filter((gap) => gap.instrument === instrument.instrument).length,
  }));
  return {
    name: venue.name,
    seed: venue.seed,
    moves: venue.moves,
    intervalMs: market.intervalMs,
    instruments: bars,
    clients: participants.clients.length,
    marginAccounts: participants.clients.reduce((sum, client) => sum + client.traders.length, 0),
    marketMakers: participants.marketMakers.length,
    deposits: venue.assets.map(({ id, decimals }) => ({
      asset: id,
      clients: formatMinor(depositTotal(participants.clients, id), decimals),
      marketMakers: formatMinor(depositTotal(participants.marketMakers, id), decimals),
    })),
  };
}

function depositTotal(
  of: readonly { readonly asset: string; readonly depositMinor: bigint }[],
  asset: string,
): bigint {
  return of.reduce((sum, one) => (one.asset === asset ? sum + one.depositMinor : sum), 0n);
}

function planText(plan: Plan): string {
  const view = planView(plan);
  const day = (timeMs: number) => new Date(timeMs).toISOString().slice(0, 16).replace('T', ' ');
  const head = pairs([
    ['venue', view.name],
    ['seed', view.seed],
    ['moves', view.moves],
    ['clients', grouped(String(view.clients))],
    ['margin accounts', grouped(String(view.marginAccounts))],
    ['market makers', grouped(String(view.marketMakers))],
  ]);
  const instruments = table(
    [
      { title: 'instrument' },
      { title: 'bars', align: 'right' },
      { title: 'first (UTC)' },
      { title: 'last (UTC)' },
      { title: 'gaps', align: 'right' },
    ],
    view.instruments.map((row) => [
      row.instrument,
      grouped(String(row.bars)),
      day(row.firstMs),
      day(row.lastMs),
      String(row.gaps),
    ]),
  );
  const deposits = table(
    [{ title: 'deposits' }, { title: 'clients', align: 'right' }, { title: 'market makers', align: 'right' }],
    view.deposits.map((row) => [row.asset, grouped(row.clients), grouped(row.marketMakers)]),
  );
  return `${head}\n${instruments}\n${deposits}`;
}
