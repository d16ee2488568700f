/**
 * `bulkhead analyze`: positions as CCXT returns them in, margin, liquidation prices and differences out. It knows how
 * files are read and how the answer is shown; every number comes from the contract.
 */
import {
  type AnalyzeAnswer,
  type AnalyzedMode,
  type AnalyzedPosition,
  type AnalyzeRefusal,
  analyzeCcxt,
  analyzeDocument,
  type Comparison,
  isAnalyzeRefusal,
} from '../contract/analyze.js';
import { isProfileName, PROFILE_NAMES, SCENARIO_PRESETS, type ScenarioPreset } from '../contract/calc.js';
import type { CcxtInput } from '../contract/ccxtBook.js';
import { type ParsedArguments, parseArguments, wholeNumber } from './arguments.js';
import { EXIT_DONE, EXIT_REFUSED, UsageError } from './failures.js';
import { type Io, readText } from './io.js';
import { nearest } from './nearest.js';
import { table } from './table.js';
import { exchangeOf, VENUE_HOST, type VenueHost } from './venue.js';
import { venueAccount } from './venueAccount.js';

export const analyzeHelp = `What positions require, where they are liquidated, and where the venue says otherwise, from CCXT's answers.

Usage: bulkhead analyze FILE|- [--balances FILE] [--tiers FILE] [--markets FILE] [--profile NAME] [...]
       bulkhead analyze --exchange ID [--every SECONDS] [--profile NAME] [...]

FILE holds what fetchPositions returned, or an object {"positions": [...], "balance": {...}, "leverageTiers": {...},
"markets": {...}}; "-" is standard input. Numbers are read as they are written, and the venue's raw texts in "info" are preferred where
they agree. Nothing is sent anywhere. With --exchange the venue itself is asked, through CCXT (\`npm install ccxt\` beside this package), with the key of
BULKHEAD_VENUE_KEY, BULKHEAD_VENUE_SECRET and, where the venue has one, BULKHEAD_VENUE_PASSWORD: it needs to read, nothing else.

Shown are, for each position, margin, liquidation price and its distance from the mark; what the whole book would
require with each position isolated, with one balance behind all (cross), and by scenarios (portfolio); every figure of
the venue's own that differs, with the reason where one was found; and what had to be assumed. Amounts of a position are
in its settlement asset.

Options:
  --balances FILE  what fetchBalance returned: without it, nothing is known of what stands behind cross positions
  --tiers FILE     what fetchLeverageTiers returned: without it, each position's own rate stands for its tiers
  --markets FILE   what loadMarkets returned: steps of prices and taker fees. Without it no price is rounded
  --taker-fee RATE for markets that tell none, as a fraction: some conventions keep a closing fee
  --profile NAME   compute by the conventions of a venue (bulkhead calc --profiles); none is guessed
  --preset NAME    scenarios of portfolio margin: ${SCENARIO_PRESETS.join(', ')} (default ${SCENARIO_PRESETS[0]})
  --in ASSET       asset of the comparison of modes (default: the one everything settles in, else a dollar)
  --exchange ID    ask the venue, as CCXT names it, instead of a file
  --every SECONDS  with --exchange: ask again and again, until SIGINT or SIGTERM; with --json one line each time
  --document       print the calculator's document of the book, for bulkhead calc, and nothing else
  --json           print the answer as JSON, with the figures that agree too
  -h, --help       this page

Examples:
  bulkhead analyze positions.json
  bulkhead analyze positions.json --balances balance.json --tiers tiers.json --profile binanceusdm
  node fetch-positions.mjs | bulkhead analyze - --json | jq '.positions[].distancePercent'
  bulkhead analyze positions.json --profile okx --document | bulkhead calc -
  bulkhead analyze --exchange binanceusdm --profile binanceusdm --every 10

Exit codes: 0 computed, whether or not figures differ; 1 the input was refused; 2 wrong usage.
`;

export async function analyze(
  args: readonly string[],
  io: Io,
  host: VenueHost = VENUE_HOST,
): Promise<number> {
  const parsed = parseArguments(
    args,
    {
      balances: { type: 'string' },
      tiers: { type: 'string' },
      markets: { type: 'string' },
      'taker-fee': { type: 'string' },
      profile: { type: 'string' },
      preset: { type: 'string' },
      in: { type: 'string' },
      exchange: { type: 'string' },
      every: { type: 'string' },
      document: { type: 'boolean' },
      json: { type: 'boolean' },
    },
    { positionalsMax: 1 },
  );
  const options = {
    profile: oneOf('profile', parsed.text('profile'), PROFILE_NAMES, isProfileName),
    preset: oneOf('preset', parsed.text('preset'), SCENARIO_PRESETS, isPreset) ?? SCENARIO_PRESETS[0],
    takerFeeRate: rateOf(parsed.text('taker-fee')),
    valuationAsset: parsed.text('in'),
  };
  const isJson = parsed.flag('json');
  const isDocument = parsed.flag('document');
  const exchangeId = parsed.text('exchange');
  if (exchangeId !== undefined) return follow(parsed, exchangeId);
  if (parsed.text('every') !== undefined) throw new UsageError('--every goes with --exchange');

  const [file] = parsed.positionals;
  if (file === undefined)
    throw new UsageError('a file is needed, - for standard input, or --exchange for a venue');
  const others = [parsed.text('balances'), parsed.text('tiers'), parsed.text('markets')];
  if ([file, ...others].filter((name) => name === '-').length > 1) {
    throw new UsageError('standard input can be only one of the files');
  }
  const [positions, balance, tiers, markets] = await Promise.all(
    [file, ...others].map((name) => (name === undefined ? undefined : readText(name, io))),
  );
  const names = { positions: file, balance: others[0], tiers: others[1], markets: others[2] };
  return tell({ positions: positions ?? '', balance, tiers, markets }, names);

  function tell(input: CcxtInput, sources: Parameters<typeof refusalText>[1]): number {
    const asked = { ...options, nowMs: host.nowMs() };
    const answer = isDocument ? analyzeDocument(input, asked) : analyzeCcxt(input, asked);
    if (isAnalyzeRefusal(answer)) {
      if (isJson) io.out(`${JSON.stringify(answer)}\n`);
      else io.err(refusalText(answer, sources));
      return EXIT_REFUSED;
    }
    const isText = 'comparisons' in answer && !isJson;
    io.out(isText ? answerText(answer) : `${JSON.stringify(answer, null, isJson ? 0 : 2)}\n`);
    return EXIT_DONE;
  }

  /** The venue's own account, once or again and again; an answer that cannot be read is told and does not end it. */
  async function follow(asked: ParsedArguments, id: string): Promise<number> {
    const files = ['balances', 'tiers', 'markets'] as const;
    if (asked.positionals.length > 0 || files.some((name) => asked.text(name) !== undefined))
      throw new UsageError('--exchange stands in place of files');
    const everyMs =
      asked.text('every') === undefined
        ? null
        : 1_000 * wholeNumber(asked, 'every', { min: 1, max: 86_400, fallback: 1 });
    const look = await venueAccount(await exchangeOf(host, id, io.env), host);
    const names = { positions: id, balance: id, tiers: id, markets: id };
    let isEnded = false;
    void host.ended().then(() => {
      isEnded = true;
    });
    for (;;) {
      const startedMs = host.nowMs();
      if (everyMs !== null && !isJson) io.out(`${new Date(startedMs).toISOString()}\n`);
      const code = tell(await look(), names);
      if (everyMs === null) return code;
      while (!isEnded && host.nowMs() < startedMs + everyMs) await host.sleep(SLICE_MS);
      if (isEnded) return EXIT_DONE;
    }
  }
}

/** How soon a signal is heard. */
const SLICE_MS = 200;

function isPreset(name: string): name is ScenarioPreset {
  return (SCENARIO_PRESETS as readonly string[]).includes(name);
}

function rateOf(text: string | undefined): string | undefined {
  if (text === undefined || /^0(\.[0-9]{1,12})?$/.test(text)) return text;
  throw new UsageError(`--taker-fee is a fraction such as 0.0006, not ${JSON.stringify(text)}`);
}

function oneOf<T extends string>(
  option: string,
  name: string | undefined,
  known: readonly T[],
  isKnown: (name: string) => name is T,
): T | undefined {
  if (name === undefined || isKnown(name)) return name;
  const meant = nearest(name, known);
  const hint = meant === null ? '' : `; did you mean ${meant}?`;
  throw new UsageError(`unknown ${option} ${JSON.stringify(name)}${hint} (known: ${known.join(', ')})`);
}

function answerText(answer: AnalyzeAnswer): string {
  const differing = answer.comparisons.filter(({ reason }) => reason !== 'equal' && reason !== 'rounding');
  const same = answer.comparisons.length - differing.length;
  const compared = `${same} of ${answer.comparisons.length} figures are as the venue reports them`;
  return [
    table(POSITION_COLUMNS, answer.positions.map(positionRow)),
    `required of the whole book, in ${answer.valuationAsset}\n${table(MODE_COLUMNS, answer.modes.map(modeRow))}`,
    `${compared}\n${differing.length === 0 ? '' : table(DIFFERENCE_COLUMNS, differing.map(differenceRow))}`,
    notesText(answer),
  ]
    .filter((part) => part !== '')
    .join('\n');
}

const POSITION_COLUMNS = [
  { title: 'symbol' },
  { title: 'mode' },
  { title: 'side' },
  { title: 'notional', align: 'right' },
  { title: 'in' },
  { title: 'unrealized', align: 'right' },
  { title: 'initial', align: 'right' },
  { title: 'maintenance', align: 'right' },
  { title: 'mark', align: 'right' },
  { title: 'liquidation', align: 'right' },
  { title: 'distance', align: 'right' },
] as const;

function positionRow(position: AnalyzedPosition): string[] {
  const { liquidationPrice, liquidationPriceReason, distancePercent } = position;
  return [
    position.symbol,
    position.marginMode,
    position.side,
    short(position.notional),
    position.settle,
    position.unrealizedPnl === null ? '' : short(position.unrealizedPnl),
    short(position.initialMargin),
    short(position.maintenanceMargin),
    position.markPrice,
    liquidationPrice === null ? (liquidationPriceReason ?? 'none') : short(liquidationPrice),
    distancePercent === null ? '' : `${distancePercent}%`,
  ];
}

const MODE_COLUMNS = [
  { title: 'mode' },
  { title: 'initial', align: 'right' },
  { title: 'maintenance', align: 'right' },
  { title: 'equity', align: 'right' },
  { title: 'margin ratio', align: 'right' },
  { title: 'decided by' },
] as const;

function modeRow(mode: AnalyzedMode): string[] {
  const left = mode.leftOut.length === 0 ? '' : `; without ${mode.leftOut.join(', ')}: ${mode.reason ?? ''}`;
  return [
    mode.mode,
    mode.initialMargin === null ? 'none' : short(mode.initialMargin),
    mode.maintenanceMargin === null ? 'none' : short(mode.maintenanceMargin),
    mode.equity === null ? '' : short(mode.equity),
    mode.marginRatio ?? '',
    `${mode.scenario ?? (mode.mode === 'portfolio' ? '' : 'tiers')}${left}`,
  ];
}

const DIFFERENCE_COLUMNS = [
  { title: 'symbol' },
  { title: 'figure' },
  { title: 'reported', align: 'right' },
  { title: 'computed', align: 'right' },
  { title: 'difference', align: 'right' },
  { title: 'reason' },
] as const;

function differenceRow(found: Comparison): string[] {
  return [
    found.symbol,
    found.field,
    short(found.reported),
    found.computed === null ? 'none' : short(found.computed),
    found.differencePercent === null ? '' : `${found.differencePercent}%`,
    `${found.reason}: ${found.explanation}`,
  ];
}

function notesText({ notes }: AnalyzeAnswer): string {
  const lines = notes.map(
    ({ code, message, symbol }) => `note ${code}${symbol === null ? '' : ` (${symbol})`}: ${message}\n`,
  );
  return [...new Set(lines)].join('');
}

/** To eight decimals, cut: for reading; --json has all of them. */
function short(decimal: string): string {
  const [whole = '', fraction = ''] = decimal.split('.');
  const kept = fraction.slice(0, 8).replace(/0+$/, '');
  return kept === '' ? whole : `${whole}.${kept}`;
}

function refusalText(
  { error }: AnalyzeRefusal,
  files: Readonly<Record<'positions' | 'balance' | 'tiers' | 'markets', string | undefined>>,
): string {
  const name = error.input === 'document' ? 'the document of the book' : (files[error.input] ?? error.input);
  const where = error.path === '' ? '' : ` at ${printable(error.path)}`;
  const context = Object.entries(error.context).map(([key, value]) => `  ${key}: ${printable(value)}\n`);
  return `bulkhead analyze: ${name} refused: ${error.code}${where}: ${printable(error.message)}\n${context.join('')}`;
}

/** Text from a file must not move the cursor of a terminal. */
function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, '\u{fffd}');
}
