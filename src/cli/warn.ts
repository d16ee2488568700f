/** `bulkhead warn`: how near a book is to spreading losses, under several isolation policies. */
import {
  EARLY_WARNING_SETTINGS,
  type EarlyWarningSettings,
  earlyWarning,
  STRESS_POLICIES,
} from '../contagion/index.js';
import { type PolicyWarning, type WarnDocument, warnDocument, warnJsonSchema } from '../contract/index.js';
import { type ParsedArguments, parseArguments } from './arguments.js';
import { EXIT_DONE, Refusal, UsageError } from './failures.js';
import type { Io } from './io.js';
import { leftOutLines } from './leftOutText.js';
import { namedPolicies, readStressBook } from './stressInput.js';
import { pairs, table } from './table.js';

export const warnHelp = `Says how near a book of accounts is to spreading losses, before anything has happened, under several isolation policies.

Usage: bulkhead warn [--book PATH | --generate SEED [--owners N]] [OPTIONS]
       bulkhead warn --schema

Options:
  --generate SEED   an invented book (default: seed s1)
  --owners N        owners of the invented book (default 200)
  --book PATH       a folder: the journal of an engine, which is only read; a file: positions, balance and tiers of one
                    account in CCXT's shape (- for standard input)
  --leave-out       of a journal: name and leave out accounts with debts, options or legs kept apart
  --policies A,B    of ${STRESS_POLICIES.map(({ id }) => id).join(', ')} (default: the first three;
                    of a journal, the first four)
  --moves A,B       every price falls by each, and rises by each, as fractions (default 0.1,0.2,0.3)
  --depth S         depth within 1% of the price, as a share of what is held (default ${EARLY_WARNING_SETTINGS.depthShareAtOnePercent})
  --json            one line of JSON
  --schema          JSON Schema of the answer
  -h, --help        this page

Exit codes: 0 done, 1 an input was refused, 2 wrong usage.

Examples:
  bulkhead warn
  bulkhead warn --book ./data --policies as-given,all-isolated --moves 0.25,0.5
`;

const OPTIONS = {
  book: { type: 'string' },
  generate: { type: 'string' },
  owners: { type: 'string' },
  'leave-out': { type: 'boolean' },
  policies: { type: 'string' },
  moves: { type: 'string' },
  depth: { type: 'string' },
  json: { type: 'boolean' },
  schema: { type: 'boolean' },
} as const;

export async function warn(args: readonly string[], io: Io): Promise<number> {
  const parsed = parseArguments(args, OPTIONS);
  if (parsed.flag('schema')) {
    io.out(`${JSON.stringify(warnJsonSchema(), null, 2)}\n`);
    return EXIT_DONE;
  }
  const settings = readSettings(parsed);
  const { book, source } = await readStressBook(parsed, io, new Set());
  const warnings = namedPolicies(parsed, source).map((policy) => {
    const warning = earlyWarning(book, policy, settings);
    if (warning.ok) return { policy, warning: warning.value };
    const { account, rule } = warning.error;
    throw new Refusal('book_refused', `the book: ${account} ${rule}`, { path: account });
  });
  const document = warnDocument(book, settings, warnings);
  io.out(parsed.flag('json') ? `${JSON.stringify(document)}\n` : warnText(document));
  return EXIT_DONE;
}

const SIZES_MAX = 10;

function readSettings(parsed: ParsedArguments): EarlyWarningSettings {
  const sizes = parsed.text('moves')?.split(',').map(numberOf) ?? [0.1, 0.2, 0.3];
  if (sizes.length > SIZES_MAX || sizes.some((size) => !(size > 0 && size < 1)))
    throw new UsageError(`--moves takes up to ${SIZES_MAX} fractions between 0 and 1, as in 0.1,0.2`);
  const moves = [...sizes.map((size) => -size), ...sizes].sort((a, b) => a - b);
  const depth = numberOf(parsed.text('depth') ?? String(EARLY_WARNING_SETTINGS.depthShareAtOnePercent));
  if (!(depth > 0 && depth <= 1)) throw new UsageError('--depth is a share above 0, up to 1');
  return { moves, depthShareAtOnePercent: depth };
}

function numberOf(text: string): number {
  return /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
}

function warnText({ book, moves, depthShareAtOnePercent, policies }: WarnDocument): string {
  return [
    pairs([
      ['book', book.name],
      ['holds', `${book.accounts} accounts`],
      ...leftOutLines(book.leftOut),
      ['moves', moves.map((move) => `${Math.round(move * 1_000) / 10}%`).join(', ')],
      ['depth', `${Math.round(depthShareAtOnePercent * 1_000) / 10}% of what is held within 1% of the price`],
      ['amounts in', book.valuationAsset],
    ]),
    ...policies.map(policyText),
  ].join('\n');
}

function policyText({ id, level, figures, covers }: PolicyWarning): string {
  const columns = [
    { title: `${id}: ${level}` },
    { title: 'worst', align: 'right' as const },
    { title: 'watch', align: 'right' as const },
    { title: 'warning', align: 'right' as const },
    { title: 'level' },
    { title: 'where' },
  ];
  const rows = figures.map(({ figure, value, watchFrom, warnFrom, level: of, at }) => [
    figure,
    value.toFixed(3),
    String(watchFrom),
    String(warnFrom),
    of,
    at ?? '',
  ]);
  const open = covers.filter((cover) => cover.open !== '0');
  if (open.length === 0) return table(columns, rows);
  const left = table(
    [
      { title: 'left open' },
      { title: 'at', align: 'right' as const },
      { title: 'fund', align: 'right' as const },
      { title: 'winners', align: 'right' as const },
      { title: 'open', align: 'right' as const },
    ],
    open.map(({ pool, move, byFund, byWinners, open: amount }) => [
      pool,
      `${Math.round(move * 1_000) / 10}%`,
      byFund,
      byWinners,
      amount,
    ]),
  );
  return `${table(columns, rows)}\n${left}`;
}
