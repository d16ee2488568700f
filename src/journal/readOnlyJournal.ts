/** Reads a stopped store, or a backup, without taking its lock and without changing a byte. */

import { nothingHere } from './checkJournal.js';
import type { Files } from './files.js';
import { inspect } from './inspect.js';
import { JournalDamaged, type JournalRecord, type Snapshot } from './journal.js';
import { nodeFiles } from './nodeFiles.js';
import { readRecords } from './readRecords.js';
import { loadNewestSnapshot } from './snapshots.js';

export interface ReadOnlyJournal {
  readonly lastSequence: number;
  read(fromSequence: number): Iterable<JournalRecord>;
  latestSnapshot(): Snapshot | null;
}

/** Throws JournalDamaged when any byte is wrong, or there is no journal. */
export function readJournal(directory: string, files: Files = nodeFiles): ReadOnlyJournal {
  const { findings, journalId, head, index } = inspect(files, directory);
  if (findings.length === 0 && journalId === null) throw new JournalDamaged([nothingHere]);
  if (findings.length > 0) throw new JournalDamaged(findings);
  return {
    lastSequence: head.sequence,
    *read(fromSequence) {
      const from = Math.max(1, fromSequence);
      const place = from <= head.sequence ? index.find(from) : null;
      if (place === null || journalId === null) return;
      yield* readRecords(files, directory, { journalId, place, from, to: head.sequence });
    },
    latestSnapshot: () => loadNewestSnapshot(files, directory),
  };
}
