/** `bulkhead levels`: a folder of prices in, the isolation level of each asset over time out; nothing kept. */
import { LEVEL_RULES, type LevelTimeline, levelTimeline, riskFaultText } from '../risk/index.js';
import { parseArguments } from './arguments.js';
import { EXIT_DONE, Refusal, UsageError } from './failures.js';
import type { Io } from './io.js';
import { marketOf } from './riskPrices.js';
import { table } from './table.js';

export const levelsHelp = `The isolation level that each instrument would have had over a price history: every change, and what decided it.

Usage: bulkhead levels --prices DIR [--json]

DIR holds daily files NAME-anything.csv: date, open, high, low, close. Each date is judged at its close by what was known then.
Levels, from the most shared collateral to the least: portfolio, cross, isolated, strictIsolated, reduceOnly. Prices tell
volatility and falls in common; the drivers that they do not tell are neutral, and are named.

Options:
  --prices    the folder
  --json      one line of JSON, each date with level and score, each change with readings and stress
  -h, --help  this page

Examples:
  bulkhead levels --prices market
  bulkhead levels --prices market --json | jq '.assets[0].changes[0].step.readings'

Exit codes: 0 answered, 1 the files were refused, 2 wrong usage.
`;

const DAY_MS = 86_400_000;

export async function levels(args: readonly string[], io: Io): Promise<number> {
  const options = { prices: { type: 'string' }, json: { type: 'boolean' } } as const;
  const parsed = parseArguments(args, options, { positionalsMax: 0 });
  const folder = parsed.text('prices');
  if (folder === undefined) throw new UsageError('--prices DIR is needed');
  const market = await marketOf(folder, io);
  if (market.intervalMs !== DAY_MS)
    throw new Refusal('bad_range', `bars are ${market.intervalMs} ms apart: levels are judged on daily ones`);
  const lines = market.assets.map(({ asset }) => {
    const line = levelTimeline({ market, asset, rules: LEVEL_RULES });
    if (!line.ok) throw new Refusal(line.error.code, `${asset}: ${riskFaultText(line.error)}`);
    return line.value;
  });
  io.out(
    parsed.flag('json') ? `${JSON.stringify({ rules: LEVEL_RULES, assets: lines })}\n` : linesText(lines),
  );
  return EXIT_DONE;
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
  const neutral = lines.map(
    ({ asset, neverRead }) => `no data, neutral, ${asset}: ${neverRead.join(', ')}\n`,
  );
  const moves = rows.length === 0 ? 'no level changed\n' : table(COLUMNS, rows);
  return `${moves}\n${table(heads, summary)}\n${neutral.join('')}`;
}
