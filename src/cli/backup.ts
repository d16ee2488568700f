/** `bulkhead backup` and `bulkhead restore`: a copy of a running service's books, and a folder to start from it. */
import { existsSync } from 'node:fs';
import { cp, mkdir, open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { checkJournal, findingText, nodeFiles, verifyJournal } from '../journal/index.js';
import { needed, parseArguments } from './arguments.js';
import { EXIT_DONE, Refusal } from './failures.js';
import { fileRefusal, type Io } from './io.js';
import { progress } from './progress.js';
import { serviceAt } from './service.js';

export const backupHelp = `Make a backup of a running service: its journal with snapshots, keys, approvals, audit and webhooks, while commands go on.

Usage: bulkhead backup [--url URL] [--json]

It stands in the folder of the setting backup.directory, on the service's machine, named for the last record in it. The master key is not
in it: keep that elsewhere. The setting backup.everyHours makes one by itself.

Options:
  --url URL   address of the service; default http://127.0.0.1:4410. Its key, ID:SECRET, from BULKHEAD_KEY; it needs the scope admin
  --json      the answer as JSON
  -h, --help  this page

Examples:
  bulkhead backup
  bulkhead restore ./backups/backup-0000000000001842 --data ./venue

Exit codes: 0 made, 1 the service refused, 2 wrong usage.
`;

export async function backup(args: readonly string[], io: Io): Promise<number> {
  const parsed = parseArguments(args, { url: { type: 'string' }, json: { type: 'boolean' } });
  const made = (await serviceAt(parsed.text('url') ?? 'http://127.0.0.1:4410', io.env).post(
    '/v1/backups',
    {},
  )) as { readonly backup: string; readonly sequence: number };
  io.out(
    parsed.flag('json') ? `${JSON.stringify(made)}\n` : `${made.backup}, up to sequence ${made.sequence}\n`,
  );
  return EXIT_DONE;
}

export const restoreHelp = `Make a folder to start a service from out of a backup.

Usage: bulkhead restore BACKUP --data DIR [--no-audit] [--json]

The backup is audited as \`bulkhead verify\` does, copied into DIR, which must be empty or not there, and the copy is checked byte by byte. Start
the service with the master key that it had (BULKHEAD_MASTER_KEY, or access/master.key), or no key of before is good.

Options:
  --data DIR   folder to be made
  --no-audit   check bytes and chain only, and decide nothing again: faster
  --json       the result as JSON
  -h, --help   this page

Examples:
  bulkhead restore ./backups/backup-0000000000001842 --data ./venue
  bulkhead serve --data ./venue

Exit codes: 0 restored, 1 the backup is damaged or DIR is not empty, 2 wrong usage.
`;

export async function restore(args: readonly string[], io: Io): Promise<number> {
  const parsed = parseArguments(
    args,
    { data: { type: 'string' }, 'no-audit': { type: 'boolean' }, json: { type: 'boolean' } },
    { positionalsMin: 1, positionalsMax: 1 },
  );
  const [from, to] = [parsed.positionals[0] as string, needed(parsed, 'data')];
  if (!existsSync(from)) throw new Refusal('file_unusable', `${from}: there is no such folder`);
  if (existsSync(to) && (await readdir(to)).length > 0)
    throw new Refusal('not_empty', `${to} is not empty: nothing is written over`);
  const audited = parsed.flag('no-audit') ? null : audit(from, io);
  refuseFindings(from, audited?.findings ?? checkJournal(nodeFiles, from).findings);
  try {
    await mkdir(to, { recursive: true, mode: 0o700 });
    await cp(from, to, { recursive: true, errorOnExist: true, force: false });
    await syncAll(to);
  } catch (error) {
    throw fileRefusal(error, to);
  }
  const copied = checkJournal(nodeFiles, to);
  refuseFindings(to, copied.findings);
  const result = { data: to, sequence: copied.records, stateHash: audited?.stateHash ?? null };
  const hash = result.stateHash === null ? 'not audited' : `audited, state hash ${result.stateHash}`;
  io.out(
    parsed.flag('json')
      ? `${JSON.stringify(result)}\n`
      : `restored into ${to} up to sequence ${result.sequence}; ${hash}\n`,
  );
  return EXIT_DONE;
}

function audit(directory: string, io: Io) {
  const bar = progress(io, 'auditing');
  const audited = verifyJournal(directory, {
    onRecord: (sequence, last) => bar.show(sequence, last, `record ${sequence}`),
  });
  bar.end();
  return audited;
}

function refuseFindings(directory: string, findings: ReturnType<typeof verifyJournal>['findings']): void {
  const [first] = findings;
  if (first === undefined) return;
  const more = findings.length > 1 ? `; and ${findings.length - 1} more` : '';
  throw new Refusal('journal_damaged', `${directory}: ${findingText(first)}${more}`);
}

/** A copy that the machine could forget is none. */
async function syncAll(directory: string): Promise<void> {
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) await syncAll(path);
    else await syncFile(path);
  }
  await nodeFiles.syncDirectory(directory);
}

async function syncFile(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
