/** `bulkhead levels`: a folder of prices in, the isolation level of each asset over time out, or a replay of it; nothing kept. */
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import {
  type AlignedMarket,
  LEVEL_RULES,
  type LevelTimeline,
  levelTimeline,
  riskFaultText,
} from '../risk/index.js';
import { parseArguments } from './arguments.js';
import { EXIT_DONE, Refusal, UsageError } from './failures.js';
import { fileRefusal, type Io } from './io.js';
import { driversText, observedFrom } from './levelDrivers.js';
import { replayOf } from './levelReplay.js';
import { levelReplayChart } from './levelReplayChart.js';
import { levelReplayText } from './levelReplayText.js';
import { levelsChart } from './levelsChart.js';
import { marketOf } from './riskPrices.js';
import { liquidityOf } from './riskVenue.js';
import { table } from './table.js';

export const levelsHelp = `The isolation level that each instrument would have had over a price history: every change, and what decided it.

Usage: bulkhead levels --prices DIR [--liquidity FILE] [--json] [--svg FILE]
       bulkhead levels --replay [--prices DIR] [OPTIONS]

DIR holds daily files NAME-anything.csv: date, open, high, low, close. Each date is judged at its close by what was known then.
Levels, from the most shared collateral to the least: portfolio, cross, isolated, strictIsolated, reduceOnly. Prices tell
volatility and falls in common, --liquidity tells depth, spread and, where it is stated, open interest over the volume of a bad
day. Drivers without data are neutral, and are named.

--replay holds an invented book against the history under five margins: fixed rates, fixed rates of the same capital (known
only afterwards), dynamic rates, dynamic rates with levels, and with each position alone. It says what each left uncovered, what it locked, and what of
one position's collateral paid for another. Without --prices it takes the generated prices of the package.

Options:
  --prices DIR    the folder
  --liquidity FILE  snapshots by instrument, as "risk propose" takes them (columns: date, venue, instrument; volume, best_bid, best_ask,
                  bid_depth_50 and ask_depth_50 or other distances, open_interest, largest_position). A snapshot counts from its time on
  --json          one line of JSON: each date with level and score, each change with readings and stress; of a replay, settings,
                  figures, and each date under each margin
  --svg FILE      write a picture: scores and levels; of a replay, margin rates, levels, capital and shortfalls
  --replay        hold margins against the history
  --fixed-at DATE what fixed rates know ends here, and the replay begins the day after (default 2019-12-31, or the first rate)
  --from DATE     first day that is shown; those before are walked all the same
  --to DATE       last day
  --seed TEXT     of the book (default book)
  --owners N      of the book (default 300)
  -h, --help      this page

Examples:
  bulkhead levels --prices market --svg levels.svg
  bulkhead levels --prices market --liquidity depth.csv
  bulkhead levels --prices market --json | jq '.assets[0].changes[0].step.readings'
  bulkhead levels --replay --prices ~/data --from 2020-02-01 --to 2020-05-31 --svg march.svg

Exit codes: 0 answered, 1 the files were refused, 2 wrong usage.
`;

const OPTIONS = {
  prices: { type: 'string' },
  liquidity: { type: 'string' },
  json: { type: 'boolean' },
  svg: { type: 'string' },
  replay: { type: 'boolean' },
  'fixed-at': { type: 'string' },
  from: { type: 'string' },
  to: { type: 'string' },
  seed: { type: 'string' },
  owners: { type: 'string' },
} as const;
const REPLAY_OPTIONS = ['fixed-at', 'from', 'to', 'seed', 'owners'];
const DAY_MS = 86_400_000;
/** At the root of the package; `src/cli` and `dist/cli` are equally deep. */
const GENERATED = fileURLToPath(new URL('../../market', import.meta.url));

export async function levels(args: readonly string[], io: Io): Promise<number> {
  const parsed = parseArguments(args, OPTIONS, { positionalsMax: 0 });
  const folder = parsed.text('prices');
  const isReplay = parsed.flag('replay');
  const lost = REPLAY_OPTIONS.find((name) => parsed.text(name) !== undefined);
  if (lost !== undefined && !isReplay) throw new UsageError(`--${lost} goes with --replay`);
  if (folder === undefined && !isReplay) throw new UsageError('--prices DIR is needed');
  const market = await marketOf(folder ?? GENERATED, io);
  if (market.intervalMs !== DAY_MS)
    throw new Refusal('bad_range', `bars are ${market.intervalMs} ms apart: levels are judged on daily ones`);
  const snapshots = await liquidityOf(parsed.text('liquidity'), io);
  const observed = observedFrom(snapshots, market, io);
  const subject = folder === undefined ? 'GENERATED prices, of no market' : 'Prices as given';
  const { text, json, svg } = isReplay
    ? replayAnswer(replayOf(market, parsed, observed), subject)
    : linesAnswer(market, observed);
  const picture = parsed.text('svg');
  if (picture !== undefined) await written(picture, svg());
  io.out(parsed.flag('json') ? `${JSON.stringify(json)}\n` : text());
  return EXIT_DONE;
}

interface Answer {
  readonly text: () => string;
  readonly json: object;
  readonly svg: () => string;
}

function replayAnswer({ replay, figures, json }: ReturnType<typeof replayOf>, subject: string): Answer {
  const { dates, episodes } = replay;
  const about = `${subject}: ${dates[0]} to ${dates.at(-1)}, ${dates.length} days; an invented book, positions taken ${episodes} times\n\n`;
  return {
    text: () => `${about}${levelReplayText(replay, figures)}`,
    json: { prices: subject, ...json },
    svg: () => levelReplayChart(replay, subject),
  };
}

function linesAnswer(market: AlignedMarket, observed: ReturnType<typeof observedFrom>): Answer {
  const lines = market.assets.map(({ asset }) => {
    const known = (timeMs: number) => observed(asset, timeMs);
    const line = levelTimeline({ market, asset, rules: LEVEL_RULES, observed: known });
    if (!line.ok) throw new Refusal(line.error.code, `${asset}: ${riskFaultText(line.error)}`);
    return line.value;
  });
  return {
    text: () => linesText(lines),
    json: { rules: LEVEL_RULES, assets: lines },
    svg: () => levelsChart(lines),
  };
}

async function written(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text);
  } catch (error) {
    throw fileRefusal(error, file);
  }
}

const COLUMNS = [
  { title: 'asset' },
  { title: 'date' },
  { title: 'from' },
  { title: 'to' },
  { title: 'score', align: 'right' },
  { title: 'decided by' },
] as const;

function linesText(lines: readonly LevelTimeline[]): string {
  const rows = lines.flatMap(({ asset, changes }) =>
    changes.map(({ date, level, score, step }) => [
      asset,
      date,
      step.from,
      level,
      score.toFixed(2),
      step.move === 'raised' ? step.score.deciding.join(', ') : 'calm',
    ]),
  );
  const summary = lines.map(({ asset, days, changes }) => {
    const raised = days.filter(({ level }) => level !== LEVEL_RULES.lowest).length;
    return [asset, `${days.length}`, `${changes.length}`, `${raised}`, days.at(-1)?.level ?? ''];
  });
  const right = (title: string) => ({ title, align: 'right' as const });
  const heads = [
    { title: 'asset' },
    right('days'),
    right('changes'),
    right('days raised'),
    { title: 'level now' },
  ];
  const moves = rows.length === 0 ? 'no level changed\n' : table(COLUMNS, rows);
  return `${moves}\n${table(heads, summary)}\n${driversText(lines)}`;
}
