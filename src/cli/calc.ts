/**
 * `bulkhead calc`: documents in, margin and prices out, nothing kept. It knows how lines are read and shown;
 * every number comes from the contract's calculator.
 */
import { createReadStream } from 'node:fs';
import {
  answerCalc,
  CALC_LENGTH_MAX,
  type CalcAccountAnswer,
  type CalcAnswer,
  type CalcRefusal,
  calcJsonSchema,
  calcLineTooLong,
  isCalcRefusal,
  isProfileName,
  isWholeAccount,
  PROFILE_NAMES,
  VENUE_PROFILES,
} from '../contract/calc.js';
import { parseArguments } from './arguments.js';
import { EXIT_DONE, EXIT_REFUSED, EXIT_USAGE, UsageError } from './failures.js';
import { fileRefusal, type Io } from './io.js';
import { nearest } from './nearest.js';
import { table } from './table.js';
import { wholeText } from './wholeText.js';

export const calcHelp = `Margin, liquidation prices and removable collateral of margin accounts, from a JSON document.

Usage: bulkhead calc [--profile NAME] FILE|-
       bulkhead calc --profiles
       bulkhead calc --schema

FILE holds one JSON document, or one document a line (JSON lines); "-" is standard input. Exact numbers are
decimal strings. Unknown fields are refused, so that a misspelt one cannot pass.

A document has assets, instruments, marks and "marginAccounts"; or it is a book: one account written flat, with
"marginMode", "collateral" and "positions", each with its instrument beside it. Margin modes are isolated, cross (one
balance behind several instruments, by their tiers) and portfolio (by "scenarios": the name of a preset, a grid, or
numbers). Options are priced by Black-76 where they have no mark.

A profile is the conventions of one venue as data: what maintenance margin is charged on, where the closing fee
is kept, how tiers are charged, how prices are rounded. It fills the fields that instruments leave out; a field
that is there stays, and the answer says what was filled. It holds no tiers and no prices.

Options:
  --profile NAME  fill what documents leave out, as their own field "profile" does
  --profiles      list the profiles, with their formulas (E entry price, q base held, A contracts in quote, C margin,
                  r maintenance rate, a its amount, t taker rate, L leverage); with --json as JSON
  --json          one line of JSON per document, in order, also for a refused one: {"error": {"code", ...}}
  --schema        print the JSON Schema of documents and answers, with definition, unit and example of each field
  -h, --help      this page

Examples:
  bulkhead calc book.json
  bulkhead calc --profile okx book.json
  bulkhead calc portfolio.json
  bulkhead calc --json book.jsonl > answers.jsonl
  generate-books | bulkhead calc --json - | jq '.marginAccounts[].positions[].liquidationPrice'
  bulkhead calc --schema > calc.schema.json

Exit codes: 0 all answered, 1 a document was refused, 2 wrong usage or nothing to read.
`;

export async function calc(args: readonly string[], io: Io): Promise<number> {
  const parsed = parseArguments(
    args,
    {
      json: { type: 'boolean' },
      schema: { type: 'boolean' },
      profile: { type: 'string' },
      profiles: { type: 'boolean' },
    },
    { positionalsMax: 1 },
  );
  const [file] = parsed.positionals;
  const profile = knownProfile(parsed.text('profile'));
  if (parsed.flag('profiles')) {
    if (file !== undefined) throw new UsageError('--profiles takes no file');
    io.out(parsed.flag('json') ? `${JSON.stringify(Object.values(VENUE_PROFILES))}\n` : profileTable());
    return EXIT_DONE;
  }
  if (parsed.flag('schema')) {
    if (file !== undefined) throw new UsageError('--schema takes no file');
    io.out(`${JSON.stringify(calcJsonSchema(), null, 2)}\n`);
    return EXIT_DONE;
  }
  if (file === undefined) throw new UsageError('a file is needed, or - for standard input');

  const show = parsed.flag('json') ? jsonLine : textBlock;
  let answered = 0;
  let refused = 0;
  for await (const document of documents(textOf(file, io))) {
    const answer = document === null ? calcLineTooLong() : answerCalc(document, { profile });
    if (isCalcRefusal(answer)) refused += 1;
    answered += 1;
    io.out(show(answer, answered));
  }
  if (answered === 0) {
    io.err(`bulkhead calc: ${file === '-' ? 'standard input' : file} is empty: a JSON document is needed\n`);
    return EXIT_USAGE;
  }
  return refused === 0 ? EXIT_DONE : EXIT_REFUSED;
}

/** Named on the command line, an unknown profile is wrong usage: no document could be answered. */
function knownProfile(name: string | undefined): string | undefined {
  if (name === undefined || isProfileName(name)) return name;
  const meant = nearest(name, PROFILE_NAMES);
  const hint = meant === null ? '' : `; did you mean ${meant}?`;
  throw new UsageError(`unknown profile ${JSON.stringify(name)}${hint} (known: ${PROFILE_NAMES.join(', ')})`);
}

function profileTable(): string {
  const columns = [
    { title: 'profile' },
    { title: 'venue' },
    { title: 'rule of' },
    { title: 'liquidation price of a long' },
  ];
  return table(
    columns,
    Object.values(VENUE_PROFILES).map(({ name, venue, ruleDate, formula }) => [
      name,
      venue,
      ruleDate,
      formula,
    ]),
  );
}

/**
 * The documents of a text: its lines, or all of it where the first line is not JSON by itself but the whole
 * is (a document spread over lines), or would be but for a fault. Null stands for one that is too long to keep. Blank lines at the end
 * are no documents; between others they are, so that answers keep the order and number of the lines.
 */
async function* documents(pieces: AsyncIterable<string>): AsyncGenerator<string | null> {
  let spread: string[] | null = null;
  let spreadLength = 0;
  let blanks = 0;
  let isFirst = true;
  for await (const line of lines(pieces)) {
    if (line !== null && line.trim() === '') {
      blanks += 1;
      continue;
    }
    const gap = new Array<string>(blanks).fill('');
    blanks = 0;
    if (isFirst && line !== null && !isJson(line)) {
      spread = [];
    }
    isFirst = false;
    if (spread === null) {
      yield* gap;
      yield line;
      continue;
    }
    // The whole may still turn out to be one document; give that up when it could not be read anyway.
    spreadLength += gap.length + (line?.length ?? 0) + 1;
    if (line === null || spreadLength > CALC_LENGTH_MAX) {
      yield* spread;
      spread = null;
      yield* gap;
      yield line;
      continue;
    }
    spread.push(...gap, line);
  }
  if (spread === null) return;
  const whole = spread.join('\n');
  if (isJson(whole) || isBrokenDocument(spread)) yield whole;
  else yield* spread;
}

/** One document with a fault, rather than lines of which the first is at fault: it opens, and no line is one by itself. */
function isBrokenDocument(spread: readonly string[]): boolean {
  return (
    spread.length > 1 &&
    /^\s*[[{]/.test(spread[0] as string) &&
    !spread.some((line) => line.startsWith('{') && isJson(line))
  );
}

/** Lines without their ends; null for one longer than is kept. */
async function* lines(pieces: AsyncIterable<string>): AsyncGenerator<string | null> {
  let parts: string[] = [];
  let length = 0;
  const take = (): string | null => {
    const line = length > CALC_LENGTH_MAX ? null : parts.join('').replace(/\r$/, '');
    parts = [];
    length = 0;
    return line;
  };
  const keep = (part: string): void => {
    length += part.length;
    if (length <= CALC_LENGTH_MAX) parts.push(part);
    else parts = [];
  };
  for await (const piece of pieces) {
    let from = 0;
    for (let end = piece.indexOf('\n'); end >= 0; end = piece.indexOf('\n', from)) {
      keep(piece.slice(from, end));
      yield take();
      from = end + 1;
    }
    keep(piece.slice(from));
  }
  if (length > 0) yield take();
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Bytes that are not UTF-8 become replacement characters, which no id and no number may hold: the line is refused, the others are not. */
async function* textOf(file: string, io: Io): AsyncGenerator<string> {
  const input: AsyncIterable<Uint8Array | string> = file === '-' ? io.input : createReadStream(file);
  const decoder = new TextDecoder('utf-8');
  try {
    for await (const piece of input)
      yield typeof piece === 'string' ? piece : decoder.decode(piece, { stream: true });
  } catch (error) {
    if (file === '-') throw error;
    throw fileRefusal(error, file);
  }
  yield decoder.decode();
}

type Answer = CalcAnswer | CalcRefusal;

function jsonLine(answer: Answer): string {
  return `${JSON.stringify(answer)}\n`;
}

function textBlock(answer: Answer, number: number): string {
  const gap = number === 1 ? '' : '\n';
  if (isCalcRefusal(answer)) return `${gap}${refusalText(answer, number)}`;
  const plain = answer.marginAccounts.flatMap((account) => (isWholeAccount(account) ? [] : [account]));
  const whole = answer.marginAccounts.filter(isWholeAccount);
  const positions = plain.flatMap((account) =>
    account.positions.map((position) => [
      account.id,
      position.instrument,
      position.side,
      position.notional,
      position.unrealizedPnl,
      position.liquidationPrice ?? 'none',
      position.bankruptcyPrice ?? 'none',
      String(position.tier),
    ]),
  );
  const warnings = answer.warnings.map(
    ({ code, message, path }) => `warning ${code} at ${path}: ${message}\n`,
  );
  const tables = [
    plain.length > 0 || whole.length === 0 ? table(ACCOUNT_COLUMNS, plain.map(accountRow)) : '',
    positions.length === 0 ? '' : table(POSITION_COLUMNS, positions),
    ...whole.map(wholeText),
  ].filter((part) => part !== '');
  return `${gap}${tables.join('\n')}${profileText(answer)}${warnings.join('')}`;
}

function profileText({ profile }: CalcAnswer): string {
  if (profile === undefined) return '';
  const filled = profile.filled.map(({ path, value }) => `  ${path}: ${value}\n`);
  const what = filled.length === 0 ? 'gave nothing: the document says it all' : 'gave';
  return `profile ${profile.name}, rule of ${profile.ruleDate}, ${what}\n${filled.join('')}`;
}

const ACCOUNT_COLUMNS = [
  { title: 'account' },
  { title: 'in' },
  { title: 'equity', align: 'right' },
  { title: 'initial', align: 'right' },
  { title: 'maintenance', align: 'right' },
  { title: 'margin ratio', align: 'right' },
  { title: 'removable', align: 'right' },
  { title: 'liquidatable' },
] as const;

const POSITION_COLUMNS = [
  { title: 'account' },
  { title: 'instrument' },
  { title: 'side' },
  { title: 'notional', align: 'right' },
  { title: 'unrealized', align: 'right' },
  { title: 'liquidation', align: 'right' },
  { title: 'bankruptcy', align: 'right' },
  { title: 'tier', align: 'right' },
] as const;

function accountRow(account: CalcAccountAnswer): string[] {
  return [
    account.id,
    account.valuationAsset ?? '',
    account.equity,
    account.initialMargin,
    account.maintenanceMargin,
    account.marginRatio ?? 'no equity',
    account.removable,
    account.liquidatable ? 'yes' : 'no',
  ];
}

function refusalText({ error }: CalcRefusal, number: number): string {
  const context = Object.entries(error.context).map(([name, value]) => `  ${name}: ${printable(value)}\n`);
  const where = error.path === '' ? '' : ` at ${printable(error.path)}`;
  return `document ${number} refused: ${error.code}${where}: ${printable(error.message)}\n${context.join('')}`;
}

/** Text from a document must not move the cursor of a terminal. */
function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, '\u{fffd}');
}
