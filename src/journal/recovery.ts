/**
 * Makes a store ready to be appended to: begins a new one, or settles what a crash left of an old one. Runs under
 * the lock and after an inspection without findings; interrupted itself, it is simply run again.
 */
import { randomBytes } from 'node:crypto';
import { type ChainHead, genesis, JOURNAL_ID_BYTES } from './chain.js';
import { type Files, type WriteFile, writeAll, zeros } from './files.js';
import { writeHead } from './headFile.js';
import type { Inspection, LastSegment } from './inspect.js';
import { SECTOR_BYTES } from './sector.js';
import { readFully } from './sectorReader.js';
import {
  FIRST_FRAME_SECTOR,
  prepareSegment,
  publishSegment,
  type SegmentHeader,
  segmentName,
} from './segment.js';

/** Where the next frame goes. */
export interface Tail {
  readonly header: SegmentHeader;
  readonly file: WriteFile;
  readonly sector: number;
  readonly head: ChainHead;
}

export async function makeReady(
  files: Files,
  directory: string,
  { inspection, segmentBytes }: { inspection: Inspection; segmentBytes: number },
): Promise<Tail> {
  for (const name of inspection.leftovers) await files.remove(`${directory}/${name}`);
  const { lastSegment } = inspection;
  const tail =
    lastSegment === null
      ? await begin(files, directory, segmentBytes)
      : await settle(files, directory, lastSegment, inspection.head);
  try {
    const { journalId, segment } = tail.header;
    const stated = inspection.headFile;
    if (stated?.durable.frame !== tail.head.frame || stated.segment !== segment) {
      await writeHead(files, directory, { journalId, segment, durable: tail.head });
    }
  } catch (error) {
    await tail.file.close();
    throw error;
  }
  return tail;
}

async function begin(files: Files, directory: string, segmentBytes: number): Promise<Tail> {
  const journalId = randomBytes(JOURNAL_ID_BYTES);
  const head = genesis(journalId);
  const header = { journalId, segment: 1, bytes: segmentBytes, after: head };
  await prepareSegment(files, directory, header);
  const file = await publishSegment(files, directory, header);
  return { header, file, sector: FIRST_FRAME_SECTOR, head };
}

/**
 * The last frame may have been read from memory of the operating system only: a process died before the sync, or
 * the sync failed and left clean pages behind. Writing the same bytes again makes it durable before anyone builds
 * on it. The same goes for the names in the folder. A torn write behind the last frame becomes zero again.
 */
async function settle(files: Files, directory: string, last: LastSegment, head: ChainHead): Promise<Tail> {
  const { header, endSector, lastFrameSector, tornEndSector } = last;
  const path = `${directory}/${segmentName(header.segment)}`;
  const file = await files.openToWrite(path, 'durable');
  try {
    if (lastFrameSector !== null) {
      const position = lastFrameSector * SECTOR_BYTES;
      await writeAll(file, readRange(files, path, position, endSector * SECTOR_BYTES), position);
    }
    let position = endSector * SECTOR_BYTES;
    for (const part of zeros((tornEndSector ?? endSector) * SECTOR_BYTES - position)) {
      await writeAll(file, part, position);
      position += part.length;
    }
    await files.syncDirectory(directory);
  } catch (error) {
    await file.close();
    throw error;
  }
  return { header, file, sector: endSector, head };
}

function readRange(files: Files, path: string, from: number, to: number): Buffer {
  const bytes = Buffer.allocUnsafe(to - from);
  const file = files.openToRead(path);
  try {
    if (readFully(file, bytes, from) < bytes.length) throw new Error(`${path} is shorter than it was`);
  } finally {
    file.close();
  }
  return bytes;
}
