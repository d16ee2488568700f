/**
 * The head: one sector that says how far the journal was certainly durable when it was last rolled or closed.
 * It lets recovery tell a tail that was never acknowledged from one that was and is gone.
 */
import { type ChainHead, HASH_BYTES, JOURNAL_ID_BYTES } from './chain.js';
import { type Files, publishFile } from './files.js';
import { decodeHeader, encodeHeader, type HeaderReader } from './headerSector.js';
import { SECTOR_BYTES } from './sector.js';
import { readFully } from './sectorReader.js';

const MAGIC = 'bhdurabl';
export const HEAD_NAME = 'head';

export interface Head {
  readonly journalId: Uint8Array;
  /** The last segment. */
  readonly segment: number;
  readonly durable: ChainHead;
}

export async function writeHead(files: Files, directory: string, head: Head): Promise<void> {
  const { journalId, segment, durable } = head;
  const sector = encodeHeader(MAGIC, [journalId, segment, durable.frame, durable.sequence, durable.hash]);
  await publishFile(files, { directory, name: HEAD_NAME }, [sector]);
}

/** The head, or what is wrong with it. */
export function loadHead(files: Files, directory: string): Head | string {
  const fields = loadHeaderFile(files, `${directory}/${HEAD_NAME}`, MAGIC);
  if (typeof fields === 'string') return fields;
  return {
    journalId: fields.bytes(JOURNAL_ID_BYTES),
    segment: fields.number(),
    durable: { frame: fields.number(), sequence: fields.number(), hash: fields.bytes(HASH_BYTES) },
  };
}

/** The fields of a file that is one header sector, or what is wrong with it. */
export function loadHeaderFile(files: Files, path: string, magic: string): HeaderReader | string {
  const file = files.openToRead(path);
  try {
    const sector = Buffer.alloc(SECTOR_BYTES);
    const fields = decodeHeader(sector.subarray(0, readFully(file, sector, 0)), magic);
    if (typeof fields === 'string') return fields;
    return file.size() === SECTOR_BYTES ? fields : 'it goes on behind its only sector';
  } finally {
    file.close();
  }
}
