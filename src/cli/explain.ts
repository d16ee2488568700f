/** `bulkhead explain`: the story of one margin account, or of a wrong mark, from the journal. */

import {
  type AccountStep,
  type AccountStory,
  explainAccount,
  explainMark,
  type Json,
  type JsonObject,
  type WrongMarks,
} from '../contract/index.js';
import type { EngineRecord } from '../engine/index.js';
import { decodeRecord } from '../engine/index.js';
import { JournalDamaged, readJournal } from '../journal/index.js';
import { type ParsedArguments, parseArguments, wholeNumber } from './arguments.js';
import { markStoryText } from './explainMarkText.js';
import { EXIT_DONE, Refusal, UsageError } from './failures.js';
import { fileRefusal, type Io } from './io.js';
import { grouped, pairs, table } from './table.js';

export const explainHelp = `Usage: bulkhead explain DIR --account ID [--until N] [--json]
       bulkhead explain DIR --mark N[..M] --instrument ID --right PRICE [--index PRICE] [--until N] [--json]
       bulkhead explain DIR --mark-time MS[..MS] --instrument ID --right PRICE [--index PRICE] [--until N] [--json]

Tells from the journal in DIR everything that happened to one margin account: each command that touched it, the
money that moved, what it had afterwards. For a liquidation it shows every number that decided: the mark and when
it came, collateral, position, funding, the lines of the requirement, and where the loss went.

Of a mark that was wrong it tells what was done because of it, beside what the right one would have led to: whom it
warned, reduced and took over, who was deleveraged and paid for that, commands that would have been answered otherwise,
funding; and what each reversal that can be proposed would cost fund and venue now.

Options:
  --account ID     the margin account
  --mark N[..M]    the record in which the wrong mark came into force, or the first and the last of several
  --mark-time A[..B]  the same by time: every mark that came in from A to B, milliseconds, was wrong
  --instrument ID  of the wrong mark
  --right PRICE    the mark that would have been right
  --index PRICE    of an option: the right price of its underlying
  --until N        stop after record N
  --json           one JSON object, with every event in full
  -h, --help       this page

Exit codes: 0 done, 1 no such account or mark, or the journal is damaged, 2 wrong usage.

Examples:
  bulkhead explain ./data --account ada/10x
  bulkhead explain ./data --account ada/10x --json
  bulkhead explain ./data --mark 4711 --instrument BTC-PERP --right 43000
`;

const OPTIONS = {
  account: { type: 'string' },
  mark: { type: 'string' },
  'mark-time': { type: 'string' },
  instrument: { type: 'string' },
  right: { type: 'string' },
  index: { type: 'string' },
  until: { type: 'string' },
  json: { type: 'boolean' },
} as const;

export async function explain(args: readonly string[], io: Io): Promise<number> {
  const parsed = parseArguments(args, OPTIONS, { positionalsMin: 1, positionalsMax: 1 });
  const account = parsed.text('account');
  const wrong = wrongMarks(parsed);
  if ((account === undefined) === (wrong === null))
    throw new UsageError('--account, or --mark with --instrument and --right, is needed, and not both');
  const until = wholeNumber(parsed, 'until', {
    min: 1,
    max: Number.MAX_SAFE_INTEGER,
    fallback: Number.MAX_SAFE_INTEGER,
  });
  const records = recordsOf(parsed.positionals[0] as string, until);
  const text = (story: object, write: () => string) =>
    parsed.flag('json') ? `${JSON.stringify(story)}\n` : write();
  if (wrong !== null) {
    const story = explainMark(records, wrong);
    if ('code' in story) throw new Refusal(story.code, story.message);
    io.out(text(story, () => markStoryText(story)));
    return EXIT_DONE;
  }
  const story = explainAccount(records, account as string);
  if (story === null)
    throw new Refusal('unknown_account', `the journal does not know an account ${JSON.stringify(account)}`);
  io.out(text(story, () => storyText(story)));
  return EXIT_DONE;
}

/** Null where no mark is asked about. */
function wrongMarks(parsed: ParsedArguments): WrongMarks | null {
  const named = ['mark', 'mark-time'].filter((name) => parsed.text(name) !== undefined);
  const [option] = named;
  const [instrument, rightPrice] = [parsed.text('instrument'), parsed.text('right')];
  if (option === undefined) {
    if (instrument !== undefined || rightPrice !== undefined)
      throw new UsageError('--instrument and --right belong to --mark or --mark-time');
    return null;
  }
  if (named.length > 1) throw new UsageError('--mark or --mark-time, not both');
  if (instrument === undefined || rightPrice === undefined)
    throw new UsageError(`--${option} needs --instrument and --right`);
  const span = /^([0-9]{1,15})(?:\.\.([0-9]{1,15}))?$/.exec(parsed.text(option) as string);
  const [from, to] = [Number(span?.[1]), Number(span?.[2] ?? span?.[1])];
  if (span === null || from > to)
    throw new UsageError(`--${option} takes a whole number, or two as in 10..20, the smaller first`);
  const by = option === 'mark' ? 'sequence' : 'timeMs';
  return { instrument, by, from, to, rightPrice, indexPrice: parsed.text('index') ?? null };
}

/** The records of a stopped store up to a sequence. */
export function* recordsOf(directory: string, until = Number.MAX_SAFE_INTEGER): Iterable<EngineRecord> {
  try {
    const journal = readJournal(directory);
    if (journal.archive !== null)
      throw new Refusal(
        'records_archived',
        `${directory}: records before ${journal.firstSequence} are in ${journal.archive}, which is not there as it was: give it back`,
      );
    for (const { sequence, record } of journal.read(1)) {
      if (sequence > until) return;
      yield decodeRecord(record);
    }
  } catch (error) {
    if (error instanceof JournalDamaged)
      throw new Refusal('journal_damaged', `${directory}: ${error.message}`);
    if ((error as NodeJS.ErrnoException).code !== undefined) throw fileRefusal(error, directory);
    throw error;
  }
}

export function storyText(story: AccountStory): string {
  const { steps } = story;
  const head = pairs([
    ['account', story.account],
    ['client', story.client],
    ...(story.instrument === null ? [] : [['instrument', story.instrument] as const]),
    ['pool', story.pool],
    ['records', String(steps.length)],
  ]);
  const rows = steps.map((step) => [
    String(step.sequence),
    new Date(step.timeMs).toISOString(),
    step.command,
    step.flows.map((moved) => flowText(story, moved)).join(', '),
    balanceText(step),
    positionText(step),
  ]);
  const timeline = table(
    [
      { title: 'record', align: 'right' },
      { title: 'time' },
      { title: 'command' },
      { title: 'flows' },
      { title: 'balance', align: 'right' },
      { title: 'position', align: 'right' },
    ],
    rows,
  );
  return `${head}\n${timeline}${correctionText(steps)}${steps.map(decisionText).join('')}`;
}

function correctionText(steps: readonly AccountStep[]): string {
  const lines = steps.flatMap(({ sequence, corrections }) =>
    corrections.map(({ sentence }) => [String(sequence), sentence] as const),
  );
  return lines.length === 0 ? '' : `\nCorrections, by record\n${pairs(lines, 2)}`;
}

/** Of an account with one asset the amount says enough. */
function flowText(
  { instrument }: AccountStory,
  { flow, amount, asset }: AccountStep['flows'][number],
): string {
  return `${flow} ${grouped(amount)}${instrument === null ? ` ${asset}` : ''}`;
}

function balanceText({ balanceAfter, balancesAfter }: AccountStep): string {
  if (balanceAfter !== null) return grouped(balanceAfter);
  return balancesAfter.map(({ asset, amount }) => `${grouped(amount)} ${asset}`).join(', ') || '0';
}

function positionText({ quantityAfter, positionsAfter }: AccountStep): string {
  if (quantityAfter !== null) return quantityAfter;
  return (
    positionsAfter
      .map(({ instrument, leg, quantity }) => `${quantity} ${instrument}${leg === 'net' ? '' : ` ${leg}`}`)
      .join(', ') || '0'
  );
}

function decisionText(step: AccountStep): string {
  if (step.decision === null) return '';
  const { lines, liquidatable, ...inputs } = step.decision;
  const isList = (value: Json | undefined): value is readonly JsonObject[] => Array.isArray(value);
  const numbers = Object.entries(inputs)
    .filter(([, value]) => !isList(value))
    .map(([name, value]) => [name, String(value ?? 'none')] as const);
  const tables = Object.entries(inputs).map(([name, items]) =>
    isList(items) ? `  ${name}\n${pairs(items.map(itemText), 4)}` : '',
  );
  const parts = (lines as readonly JsonObject[]).map(({ name, amount, ...source }) => {
    const from = Object.values(source).join(' ');
    return [`${String(name)}${from === '' ? '' : ` ${from}`}`, String(amount)] as const;
  });
  const verdict = `equity ${String(inputs['equity'])} <= maintenance margin ${String(inputs['maintenanceMargin'])}: ${liquidatable === true ? 'liquidatable' : 'not liquidatable'}`;
  return `\nLiquidation in record ${step.sequence}\n${pairs(numbers, 2)}${tables.join('')}  lines of the requirement\n${pairs(parts, 4)}  ${verdict}\n`;
}

/** The first field names the item, the others follow it. */
function itemText(item: JsonObject): readonly [string, string] {
  const [[, name] = ['', ''], ...rest] = Object.entries(item);
  return [String(name), rest.map(([field, value]) => `${field} ${String(value ?? 'none')}`).join(', ')];
}
