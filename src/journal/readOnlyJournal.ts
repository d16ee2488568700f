/** Reads a stopped store, or a backup, without taking its lock and without changing a byte. */

import { wholeStore } from './archive.js';
import { nothingHere } from './checkJournal.js';
import type { Files } from './files.js';
import { inspect } from './inspect.js';
import { JournalDamaged, type JournalRecord, type Snapshot } from './journal.js';
import { nodeFiles } from './nodeFiles.js';
import { readRecords } from './readRecords.js';
import { loadSnapshot, snapshotNames } from './snapshots.js';

export interface ReadOnlyJournal {
  /** Records before it are in an archive that is not there. */
  readonly firstSequence: number;
  /** Where they are; null where they are here, or can be reached. */
  readonly archive: string | null;
  readonly lastSequence: number;
  read(fromSequence: number): Iterable<JournalRecord>;
  latestSnapshot(): Snapshot | null;
  oldestSnapshot(): Snapshot | null;
}

/** Throws JournalDamaged when any byte is wrong, or there is no journal. */
export function readJournal(directory: string, given: Files = nodeFiles): ReadOnlyJournal {
  const { files, ignoreBase, missing } = wholeStore(given, directory);
  const { findings, journalId, head, index, base } = inspect(files, directory, { ignoreBase });
  if (findings.length === 0 && journalId === null) throw new JournalDamaged([nothingHere]);
  if (findings.length > 0) throw new JournalDamaged(findings);
  const firstSequence = (base?.at.sequence ?? 0) + 1;
  return {
    firstSequence,
    archive: missing,
    lastSequence: head.sequence,
    *read(fromSequence) {
      const from = Math.max(firstSequence, fromSequence);
      const place = from <= head.sequence ? index.find(from) : null;
      if (place === null || journalId === null) return;
      yield* readRecords(files, directory, { journalId, place, from, to: head.sequence });
    },
    latestSnapshot: () => loadSnapshot(files, directory, snapshotNames(files, directory).at(-1)),
    oldestSnapshot: () => loadSnapshot(files, directory, snapshotNames(files, directory)[0]),
  };
}
