/**
 * Verification: reads a store and names everything that is wrong in it. It takes no lock and changes nothing; what
 * a running writer has half written looks like damage, so check a stopped store, or a backup of a running one.
 */
import { wholeStore } from './archive.js';
import type { Files } from './files.js';
import { type InspectOptions, inspect } from './inspect.js';
import { type Finding, NO_JOURNAL } from './journal.js';
import { SECTOR_BYTES } from './sector.js';
import { segmentName } from './segment.js';

export interface JournalCheck {
  readonly findings: readonly Finding[];
  readonly segments: number;
  readonly frames: number;
  readonly records: number;
  readonly snapshots: number;
  /** A write that a crash cut short and that was never acknowledged: opening cuts it off. Not damage. */
  readonly tornTail: TornTail | null;
}

export interface TornTail {
  readonly file: string;
  readonly offset: number;
  readonly bytes: number;
}

export function checkJournal(
  files: Files,
  directory: string,
  options: Pick<InspectOptions, 'onSegment'> = {},
): JournalCheck {
  const { files: all, ignoreBase } = wholeStore(files, directory);
  const { findings, segments, head, snapshots, lastSegment } = inspect(all, directory, {
    ...options,
    ignoreBase,
  });
  const findingsOrNone = segments === 0 && findings.length === 0 ? [nothingHere] : findings;
  return {
    findings: findingsOrNone,
    segments,
    frames: head.frame,
    records: head.sequence,
    snapshots: snapshots.length,
    tornTail: lastSegment === null ? null : tornTailOf(lastSegment),
  };
}

export const nothingHere: Finding = { file: segmentName(1), offset: 0, what: NO_JOURNAL };

/** The torn write at the end of the last segment, if any. */
export function tornTailOf(last: {
  readonly header: { readonly segment: number };
  readonly endSector: number;
  readonly tornEndSector: number | null;
}): TornTail | null {
  if (last.tornEndSector === null) return null;
  return {
    file: segmentName(last.header.segment),
    offset: last.endSector * SECTOR_BYTES,
    bytes: (last.tornEndSector - last.endSector) * SECTOR_BYTES,
  };
}
