/** `bulkhead stress`: a crisis over a book under several policies: what isolation saves and what it costs. */
import { writeFile } from 'node:fs/promises';
import { CRISIS_DOCUMENTS, namesOf, stress as runPolicies, STRESS_POLICIES } from '../contagion/index.js';
import { stressDocument, stressJsonSchema } from '../contract/index.js';
import { parseArguments } from './arguments.js';
import { EXIT_DONE, Refusal } from './failures.js';
import { fileRefusal, type Io } from './io.js';
import { stressChart } from './stressChart.js';
import { stressCsv } from './stressCsv.js';
import { readStressBook, readStressCrisis, readStressPolicies, readStressSettings } from './stressInput.js';
import { stressText } from './stressText.js';
import { table } from './table.js';

export const stressHelp = `Plays a crisis over a book of accounts under several isolation policies and says what isolation saved and what it cost.

Usage: bulkhead stress [--crisis ID | --scenario FILE] [--book PATH | --generate SEED [--owners N]] [OPTIONS]
       bulkhead stress --list | --schema

One paired run: same accounts, shocks and depth, only the policy differs. Everything runs on engines of its own.

Options:
  --crisis ID       a crisis of the library (default 2025-10-10-own-book)
  --scenario FILE   a crisis of your own, in the same schema (- for standard input)
  --generate SEED   an invented book with what the crisis names (default: seed s1)
  --owners N        owners of the invented book (default 200)
  --book PATH       a folder: the journal of an engine, which is only read; a file: positions, balance and tiers of one
                    account in CCXT's shape (- for standard input)
  --leave-out       of a journal: name and leave out accounts with debts, options or legs kept apart
  --policies A,B    of ${STRESS_POLICIES.map(({ id }) => id).join(', ')} (default: the first three;
                    of a journal, the first four)
  --layers FILE     who bears the losses: {"waterfall": ..., "venueCapital": "1000"}, the waterfall as in the command
                    setWaterfall; each policy is played without and with it
  --impact KIND     off, powerDepth, squareRoot, exponential, or book: explicit books, level by level (default powerDepth)
  --orders FILE     with --impact book: books of orders in CCXT's shape by instrument, {"ID": {"bids": [[price, amount]],
                    "asks": ...}}; those of other instruments are drawn from the seed
  --depth S         lots within 1% of the price, on one side, as a share of open interest (default 0.05)
  --permanence P    share of each move that stays, 0 to 1 (default 0.3)
  --json            one line of JSON: amounts are decimal strings in units of their asset, rates fractions
  --csv FILE        write the rounds of all policies
  --svg FILE        write a picture: the cascade, and who paid under each policy
  --list            crises and policies
  --schema          JSON Schema of the report and of scenario files
  -h, --help        this page

Exit codes: 0 done, 1 an input was refused, 2 wrong usage.

Examples:
  bulkhead stress
  bulkhead stress --crisis 2020-03-12-bitmex --generate 7 --owners 100 --svg cascade.svg
  bulkhead stress --book ./data --scenario my-crisis.json --policies as-given,all-isolated --json
`;

const OPTIONS = {
  crisis: { type: 'string' },
  scenario: { type: 'string' },
  book: { type: 'string' },
  generate: { type: 'string' },
  owners: { type: 'string' },
  'leave-out': { type: 'boolean' },
  policies: { type: 'string' },
  layers: { type: 'string' },
  impact: { type: 'string' },
  orders: { type: 'string' },
  depth: { type: 'string' },
  permanence: { type: 'string' },
  json: { type: 'boolean' },
  csv: { type: 'string' },
  svg: { type: 'string' },
  list: { type: 'boolean' },
  schema: { type: 'boolean' },
} as const;

export async function stress(args: readonly string[], io: Io): Promise<number> {
  const parsed = parseArguments(args, OPTIONS);
  if (parsed.flag('schema')) {
    io.out(`${JSON.stringify(stressJsonSchema(), null, 2)}\n`);
    return EXIT_DONE;
  }
  if (parsed.flag('list')) {
    io.out(parsed.flag('json') ? `${JSON.stringify(listed())}\n` : listText());
    return EXIT_DONE;
  }
  const crisis = await readStressCrisis(parsed, io);
  const { book, source } = await readStressBook(parsed, io, namesOf(crisis));
  const policies = await readStressPolicies(parsed, io, { book, source });
  const settings = await readStressSettings(parsed, io, book);
  const report = runPolicies({ book, crisis, policies, settings });
  if (!report.ok) {
    const place = 'path' in report.error ? report.error.path : report.error.account;
    throw new Refusal('book_refused', `the book: ${place} ${report.error.rule}`, { path: place });
  }
  const document = stressDocument(report.value, { book, source, crisis, impact: settings.impact });
  await written(parsed.text('csv'), () => stressCsv(document));
  await written(parsed.text('svg'), () => stressChart(document));
  io.out(parsed.flag('json') ? `${JSON.stringify(document)}\n` : stressText(document));
  return EXIT_DONE;
}

async function written(file: string | undefined, text: () => string): Promise<void> {
  if (file === undefined) return;
  try {
    await writeFile(file, text());
  } catch (error) {
    throw fileRefusal(error, file);
  }
}

function listed() {
  return {
    crises: CRISIS_DOCUMENTS.map(({ id, date, title }) => ({ id, date, title })),
    policies: STRESS_POLICIES.map(({ id, title }) => ({ id, title })),
  };
}

function listText(): string {
  const { crises, policies } = listed();
  const first = table(
    [{ title: 'crisis' }, { title: 'what happened' }],
    crises.map(({ id, title }) => [id, title]),
  );
  const second = table(
    [{ title: 'policy' }, { title: 'what it is' }],
    policies.map(({ id, title }) => [id, title]),
  );
  return `${first}\n${second}`;
}
