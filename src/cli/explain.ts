/** `bulkhead explain`: the story of one margin account, from the journal. */

import {
  type AccountStep,
  type AccountStory,
  explainAccount,
  type Json,
  type JsonObject,
} from '../contract/index.js';
import type { EngineRecord } from '../engine/index.js';
import { decodeRecord } from '../engine/index.js';
import { JournalDamaged, readJournal } from '../journal/index.js';
import { parseArguments, wholeNumber } from './arguments.js';
import { EXIT_DONE, Refusal, UsageError } from './failures.js';
import { fileRefusal, type Io } from './io.js';
import { grouped, pairs, table } from './table.js';

export const explainHelp = `Usage: bulkhead explain DIR --account ID [--until N] [--json]

Tells from the journal in DIR everything that happened to one margin account: each command that touched it, the
money that moved, what it had afterwards. For a liquidation it shows every number that decided: the mark and when
it came, collateral, position, funding, the lines of the requirement, and where the loss went.

Options:
  --account ID  the margin account
  --until N     stop after record N
  --json        one JSON object, with every event in full
  -h, --help    this page

Exit codes: 0 done, 1 no such account, or the journal is damaged, 2 wrong usage.

Examples:
  bulkhead explain ./data --account ada/10x
  bulkhead explain ./data --account ada/10x --json
`;

export async function explain(args: readonly string[], io: Io): Promise<number> {
  const options = {
    account: { type: 'string' },
    until: { type: 'string' },
    json: { type: 'boolean' },
  } as const;
  const parsed = parseArguments(args, options, { positionalsMin: 1, positionalsMax: 1 });
  const account = parsed.text('account');
  if (account === undefined) throw new UsageError('--account is needed');
  const until = wholeNumber(parsed, 'until', {
    min: 1,
    max: Number.MAX_SAFE_INTEGER,
    fallback: Number.MAX_SAFE_INTEGER,
  });
  const story = explainAccount(recordsOf(parsed.positionals[0] as string, until), account);
  if (story === null)
    throw new Refusal('unknown_account', `the journal does not know an account ${JSON.stringify(account)}`);
  io.out(parsed.flag('json') ? `${JSON.stringify(story)}\n` : storyText(story));
  return EXIT_DONE;
}

/** The records of a stopped store up to a sequence. */
export function* recordsOf(directory: string, until = Number.MAX_SAFE_INTEGER): Iterable<EngineRecord> {
  try {
    for (const { sequence, record } of readJournal(directory).read(1)) {
      if (sequence > until) return;
      yield decodeRecord(record);
    }
  } catch (error) {
    if (error instanceof JournalDamaged) throw new Refusal('journal_damaged', error.message);
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
  return `${head}\n${timeline}${steps.map(decisionText).join('')}`;
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
