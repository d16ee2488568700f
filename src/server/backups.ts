/**
 * Backups of a running service: the journal with its snapshots, and what is kept beside it (keys, approvals, audit, webhooks), each in a
 * folder named for the sequence it goes up to. The master key is not in them: whoever has a backup has no secret.
 */
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { BackupRow } from '../contract/index.js';
import { nodeFiles } from '../journal/index.js';

export interface Backups {
  /** Oldest first. */
  list(): Promise<readonly BackupRow[]>;
  /** Copies what is on disk now while commands go on; one at a time. */
  make(): Promise<BackupRow>;
}

const MAKING = 'making';
const NAME = /^backup-([0-9]{16})$/;
/** Folders beside the journal, and what of them is kept: lists that are only added to. */
const BESIDE = ['access', 'webhooks'] as const;

export function backupsIn(options: {
  /** Folder that the backups stand in. */
  readonly into: string;
  /** The folder of the journal. */
  readonly directory: string;
  /** Older ones are removed. */
  readonly kept: number;
  /** Copies the journal into a new folder; resolves with its last sequence. */
  readonly copyJournal: (destination: string) => Promise<number>;
}): Backups {
  const { into, directory, kept, copyJournal } = options;
  let last: Promise<unknown> = Promise.resolve();

  async function list(): Promise<readonly BackupRow[]> {
    const names = (await namesIn(into)).filter((name) => NAME.test(name)).sort();
    return Promise.all(names.map(rowOf));
  }

  async function rowOf(backup: string): Promise<BackupRow> {
    const { mtimeMs } = await stat(join(into, backup));
    return { backup, sequence: Number(NAME.exec(backup)?.[1]), timeMs: Math.round(mtimeMs) };
  }

  async function makeOne(): Promise<BackupRow> {
    const making = join(into, MAKING);
    await mkdir(into, { recursive: true, mode: 0o700 });
    await rm(making, { recursive: true, force: true });
    const sequence = await copyJournal(making);
    for (const folder of BESIDE) await copyLists(join(directory, folder), join(making, folder));
    const backup = `backup-${String(sequence).padStart(16, '0')}`;
    // Made anew at the same sequence it replaces the one before: keys may have changed.
    await rm(join(into, backup), { recursive: true, force: true });
    await rename(making, join(into, backup));
    await nodeFiles.syncDirectory(into);
    const all = await list();
    for (const old of all.slice(0, Math.max(0, all.length - kept)))
      await rm(join(into, old.backup), { recursive: true, force: true });
    return rowOf(backup);
  }

  return {
    list,
    make() {
      const made = last.then(makeOne);
      last = made.catch(() => undefined);
      return made;
    },
  };
}

/** Whole lines: one that is being written now was told to nobody. */
async function copyLists(from: string, to: string): Promise<void> {
  const names = (await namesIn(from)).filter((name) => name.endsWith('.jsonl'));
  if (names.length === 0) return;
  await mkdir(to, { recursive: true, mode: 0o700 });
  for (const name of names) {
    const bytes = await readFile(join(from, name));
    const handle = await open(join(to, name), 'w', 0o600);
    try {
      await handle.writeFile(bytes.subarray(0, bytes.lastIndexOf(10) + 1));
      await handle.sync();
    } finally {
      await handle.close();
    }
  }
  await nodeFiles.syncDirectory(to);
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
