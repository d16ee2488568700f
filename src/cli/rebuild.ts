/** `bulkhead rebuild`: a new journal out of the records of another, every command decided again at its time. */
import { createReadStream, existsSync, readdirSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { hashText } from '../base/index.js';
import { parseCommand, recordJson, translateCommand } from '../contract/index.js';
import type { ExternalCommand } from '../engine/index.js';
import { type Host, openHost } from '../journal/index.js';
import { needed, parseArguments } from './arguments.js';
import { EXIT_DONE, EXIT_REFUSED, Refusal } from './failures.js';
import { fileRefusal, type Io } from './io.js';
import { progress } from './progress.js';
import { grouped, pairs, table } from './table.js';

export const rebuildHelp = `A new journal out of the records of another, every command decided again at the time it had.

Usage: bulkhead rebuild FILE|- --data DIR [--json]

This is how a journal of a version that this one cannot read is taken over. FILE is what that version's \`bulkhead replay DIR --records --json\`
printed: a line for each record. What the engine did by itself it does by itself again. Each outcome is compared with the one in FILE, and where
this version decides otherwise it is told. Nothing is changed but DIR, which must be empty or not there.

Options:
  --data DIR  folder of the new journal
  --json      the result as JSON
  -h, --help  this page

Examples:
  bulkhead replay ./venue --records --json > records.jsonl
  bulkhead rebuild records.jsonl --data ./venue-new && bulkhead verify ./venue-new

Exit codes: 0 rebuilt, and every outcome is the same; 1 some are not, or FILE or DIR cannot be used; 2 wrong usage.
`;

/** Commands whose records share a write. */
const TOGETHER = 1_000;
const SHOWN_MAX = 20;

interface Difference {
  /** In the file. */
  readonly sequence: number;
  readonly id: string;
  readonly kind: string;
  readonly was: string;
  readonly is: string;
}

interface Rebuilt {
  commands: number;
  readonly differences: Difference[];
}

export async function rebuild(args: readonly string[], io: Io): Promise<number> {
  const parsed = parseArguments(
    args,
    { data: { type: 'string' }, json: { type: 'boolean' } },
    { positionalsMin: 1, positionalsMax: 1 },
  );
  const [file, directory] = [parsed.positionals[0] as string, needed(parsed, 'data')];
  if (existsSync(directory) && readdirSync(directory).length > 0)
    throw new Refusal('not_empty', `${directory} is not empty: nothing is written over`);
  const host = await openHost({ directory });
  const rebuilt: Rebuilt = { commands: 0, differences: [] };
  try {
    await decideAll(host, { file, io, rebuilt });
    await host.read(() => undefined);
    await host.snapshot();
  } finally {
    await host.close();
  }
  const { commands, differences } = rebuilt;
  const records = host.engine.state.clock.sequence;
  const stateHash = hashText(host.engine.stateHash());
  io.out(
    parsed.flag('json')
      ? `${JSON.stringify({ commands, records, stateHash, differences })}\n`
      : resultText({ commands, records, stateHash, differences }),
  );
  return differences.length === 0 ? EXIT_DONE : EXIT_REFUSED;
}

async function decideAll(
  host: Host,
  { file, io, rebuilt }: { readonly file: string; readonly io: Io; readonly rebuilt: Rebuilt },
): Promise<void> {
  const bar = progress(io, 'rebuilding');
  let together: Promise<void>[] = [];
  let number = 0;
  for await (const line of linesOf(file, io)) {
    number++;
    if (line === '') continue;
    const record = recordOf(line, number);
    if (record.id === null) continue;
    rebuilt.commands++;
    together.push(decide(host, record, rebuilt));
    if (together.length < TOGETHER) continue;
    await Promise.all(together);
    together = [];
    bar.show(record.sequence, record.sequence, `record ${record.sequence}`);
  }
  await Promise.all(together);
  bar.end();
}

interface TakenRecord {
  readonly sequence: number;
  readonly timeMs: number;
  /** Null where the engine did it by itself. */
  readonly id: string | null;
  readonly command: { readonly kind: string };
  readonly outcome: {
    readonly kind: string;
    readonly code?: string;
    readonly events?: readonly { readonly kind: string }[];
  };
}

/** Handed on in the turn in which it is called, so that all are decided in order. */
function decide(host: Host, record: TakenRecord, { differences }: Rebuilt): Promise<void> {
  const { sequence, timeMs, id, command, outcome } = record;
  const place = { sequence, id: id as string, kind: command.kind, was: outcomeText(outcome) };
  const read = commandOf(host, command);
  if (typeof read === 'string') {
    differences.push({ ...place, is: `cannot be read: ${read}` });
    return Promise.resolve();
  }
  return host.submit(place.id, read, timeMs).then((answer) => {
    const is =
      answer.kind === 'recorded'
        ? outcomeText(recordJson(host.engine.state, answer.record)['outcome'] as TakenRecord['outcome'])
        : `the id was used before: ${answer.kind}`;
    if (is !== place.was) differences.push({ ...place, is });
  });
}

function commandOf(host: Host, json: unknown): ExternalCommand | string {
  const parsed = parseCommand(json);
  if (!parsed.ok) return parsed.error[0].message;
  const read = translateCommand(host.engine.state, parsed.value);
  return read.ok ? read.value : read.error[0].message;
}

function outcomeText({ kind, code, events }: TakenRecord['outcome']): string {
  return kind === 'rejected' ? `rejected ${code}` : (events ?? []).map((event) => event.kind).join(', ');
}

function recordOf(line: string, number: number): TakenRecord {
  let record: TakenRecord | null = null;
  try {
    record = JSON.parse(line);
  } catch {
    // Told below.
  }
  const isRecord =
    Number.isSafeInteger(record?.sequence) &&
    Number.isSafeInteger(record?.timeMs) &&
    (record?.id === null || (typeof record?.id === 'string' && record.id !== '')) &&
    typeof record.command?.kind === 'string' &&
    typeof record.outcome?.kind === 'string';
  if (!isRecord)
    throw new Refusal('bad_record', `line ${number} is no record of bulkhead replay --records --json`);
  return record as TakenRecord;
}

async function* linesOf(file: string, io: Io): AsyncGenerator<string> {
  const input = file === '-' ? io.input : createReadStream(file);
  const lines = createInterface({
    input: input as NodeJS.ReadableStream,
    crlfDelay: Number.POSITIVE_INFINITY,
  });
  try {
    yield* lines;
  } catch (error) {
    throw fileRefusal(error, file);
  }
}

function resultText(result: {
  readonly commands: number;
  readonly records: number;
  readonly stateHash: string;
  readonly differences: readonly Difference[];
}): string {
  const { commands, records, stateHash, differences } = result;
  const head = pairs([
    ['commands', grouped(String(commands))],
    ['records', grouped(String(records))],
    ['state hash', stateHash],
    ['decided otherwise', grouped(String(differences.length))],
  ]);
  if (differences.length === 0) return head;
  const shown = differences
    .slice(0, SHOWN_MAX)
    .map(({ sequence, kind, was, is }) => [`${sequence}`, kind, was, is]);
  const columns = ['record', 'command', 'was', 'is'].map((title) => ({ title }));
  const more =
    differences.length > SHOWN_MAX ? `and ${differences.length - SHOWN_MAX} more: see --json\n` : '';
  return `${head}\n${table(columns, shown)}${more}`;
}
