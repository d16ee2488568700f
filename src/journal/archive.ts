/**
 * Retention: full segments from before the oldest snapshot leave the journal's folder for an archive. They are copied and made durable
 * there before the base says so, and removed after it does: wherever it is interrupted, every record is in one of the two. While the archive
 * is where it was, its records are read as if they had stayed.
 */
import { copyFile } from './backup.js';
import { BASE_NAME, type Base, baseOf, writeBase } from './baseFile.js';
import type { Files, ReadFile } from './files.js';
import type { FramePlace } from './frameIndex.js';
import { SECTOR_BYTES } from './sector.js';
import { readFully } from './sectorReader.js';
import {
  decodeSegmentHeader,
  FIRST_FRAME_SECTOR,
  type SegmentHeader,
  segmentName,
  segmentNumber,
} from './segment.js';

export interface ArchiveOptions {
  readonly directory: string;
  /** Each journal has a folder of its own in it. */
  readonly archive: string;
  /** The segment that is written to now. */
  readonly current: SegmentHeader;
  /** A start goes on from here: the records after it stay. */
  readonly snapshotSequence: number;
}

/** The new base, or null where no segment could leave. */
export async function archiveSegments(files: Files, options: ArchiveOptions): Promise<Base | null> {
  const { directory, current, snapshotSequence } = options;
  const journal = Buffer.from(current.journalId).toString('hex');
  const archive = `${options.archive}/${journal}`;
  const first = baseOf(files, directory)?.segment ?? 1;
  let base: Base | null = null;
  for (let segment = first; segment < current.segment; segment++) {
    const { after } = headerOf(files, directory, segment + 1);
    if (after.sequence > snapshotSequence) break;
    base = { journalId: current.journalId, segment: segment + 1, at: after, archive };
  }
  if (base === null) return null;
  await files.makeDirectory(archive);
  for (let segment = first; segment < base.segment; segment++) {
    const name = segmentName(segment);
    await copyFile(files, { from: directory, to: archive, name, end: Number.POSITIVE_INFINITY });
  }
  await writeBase(files, directory, base);
  for (let segment = first; segment < base.segment; segment++)
    await files.remove(`${directory}/${segmentName(segment)}`);
  return base;
}

function headerOf(files: Files, directory: string, segment: number): SegmentHeader {
  const file = files.openToRead(`${directory}/${segmentName(segment)}`);
  try {
    const sector = Buffer.alloc(SECTOR_BYTES);
    const header = decodeSegmentHeader(sector.subarray(0, readFully(file, sector, 0)));
    if (typeof header === 'string') throw new Error(`${segmentName(segment)}: ${header}`);
    return header;
  } finally {
    file.close();
  }
}

export interface WholeStore {
  readonly files: Files;
  /** Read from the first segment on: all of them can be reached. */
  readonly ignoreBase: boolean;
  /** Where segments are that cannot be reached; null where there are none. */
  readonly missing: string | null;
}

/** A store together with its archive, where that is there. */
export function wholeStore(files: Files, directory: string): WholeStore {
  const base = baseOf(files, directory);
  if (base === null) return { files, ignoreBase: false, missing: null };
  if (!isArchiveThere(files, base)) return { files, ignoreBase: false, missing: base.archive };
  return { files: withArchive(files, directory, base), ignoreBase: true, missing: null };
}

export function isArchiveThere(files: Files, { archive, segment }: Base): boolean {
  const archived = new Set(files.list(archive));
  for (let number = 1; number < segment; number++) if (!archived.has(segmentName(number))) return false;
  return true;
}

/** Where an archived record is looked for: the start of its segment. */
export function archivedPlace(files: Files, base: Base, sequence: number): FramePlace {
  let segment = base.segment - 1;
  let { after } = headerOf(files, base.archive, segment);
  while (after.sequence >= sequence) {
    segment--;
    after = headerOf(files, base.archive, segment).after;
  }
  return { firstSequence: after.sequence + 1, segment, sector: FIRST_FRAME_SECTOR };
}

/** Reads segments before the base from the archive, everything else where it is. */
export function withArchive(files: Files, directory: string, base: Base): Files {
  const isArchived = (name: string) => {
    const segment = segmentNumber(name);
    return segment !== null && segment < base.segment;
  };
  return {
    makeDirectory: (path) => files.makeDirectory(path),
    openToWrite: (path, mode) => files.openToWrite(path, mode),
    rename: (names) => files.rename(names),
    remove: (path) => files.remove(path),
    syncDirectory: (path) => files.syncDirectory(path),
    lock: (path) => files.lock(path),
    list(asked) {
      const own = files.list(asked);
      if (asked !== directory) return own;
      const here = own.filter((name) => name !== BASE_NAME && !isArchived(name));
      return [...files.list(base.archive).filter(isArchived), ...here];
    },
    openToRead(path): ReadFile {
      const name = path.slice(path.lastIndexOf('/') + 1);
      const isOfStore = path === `${directory}/${name}`;
      return files.openToRead(isOfStore && isArchived(name) ? `${base.archive}/${name}` : path);
    },
  };
}
