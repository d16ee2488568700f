/**
 * The base: one sector that says from which segment on the journal is in its folder, what the chain was before it, and where the segments
 * before it went. Without it a journal begins with its first segment.
 */
import { assert } from '../base/assert.js';
import { type ChainHead, HASH_BYTES, JOURNAL_ID_BYTES } from './chain.js';
import { type Files, publishFile } from './files.js';
import { encodeHeader } from './headerSector.js';
import { loadHeaderFile } from './headFile.js';

const MAGIC = 'bharchiv';
export const BASE_NAME = 'base';
/** What fits the sector beside the other fields. */
export const ARCHIVE_PATH_BYTES_MAX = 360;

export interface Base {
  readonly journalId: Uint8Array;
  /** The first segment that is here. */
  readonly segment: number;
  /** The last frame before it. */
  readonly at: ChainHead;
  /** Folder of the segments before it. */
  readonly archive: string;
}

export async function writeBase(files: Files, directory: string, base: Base): Promise<void> {
  const { journalId, segment, at, archive } = base;
  const path = new TextEncoder().encode(archive);
  assert(path.length <= ARCHIVE_PATH_BYTES_MAX, 'the path of the archive fits the sector');
  const fields = [journalId, segment, at.frame, at.sequence, at.hash, path.length, path];
  await publishFile(files, { directory, name: BASE_NAME }, [encodeHeader(MAGIC, fields)]);
}

/** The base, or what is wrong with it. */
export function loadBase(files: Files, directory: string): Base | string {
  const fields = loadHeaderFile(files, `${directory}/${BASE_NAME}`, MAGIC);
  if (typeof fields === 'string') return fields;
  return {
    journalId: fields.bytes(JOURNAL_ID_BYTES),
    segment: fields.number(),
    at: { frame: fields.number(), sequence: fields.number(), hash: fields.bytes(HASH_BYTES) },
    archive: new TextDecoder().decode(fields.bytes(Math.min(fields.number(), ARCHIVE_PATH_BYTES_MAX))),
  };
}

/** Null where the journal begins with its first segment, or its base cannot be read. */
export function baseOf(files: Files, directory: string): Base | null {
  if (!files.list(directory).includes(BASE_NAME)) return null;
  const base = loadBase(files, directory);
  return typeof base === 'string' ? null : base;
}
