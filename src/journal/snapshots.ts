/**
 * Snapshots: opaque bytes that stand for the state after a sequence. One file each: a header sector with journal,
 * sequence, hash of the frame that ends there, length and SHA-256 of the content; then the content.
 */
import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { type ChainHead, HASH_BYTES, JOURNAL_ID_BYTES } from './chain.js';
import { type Files, publishFile, type ReadFile } from './files.js';
import { decodeHeader, encodeHeader } from './headerSector.js';
import { JournalDamaged, type Snapshot } from './journal.js';
import { SECTOR_BYTES } from './sector.js';
import { readFully } from './sectorReader.js';

const MAGIC = 'bhsnapsh';
const CHUNK_BYTES = 1 << 20;

export interface SnapshotHeader {
  readonly journalId: Uint8Array;
  /** The frame the snapshot stands behind. */
  readonly at: ChainHead;
  readonly bytes: number;
  readonly contentHash: Uint8Array;
}

/** Stores the snapshot and then removes all but the newest `keep`. */
export async function saveSnapshot(
  files: Files,
  directory: string,
  {
    journalId,
    at,
    content,
    keep,
  }: { journalId: Uint8Array; at: ChainHead; content: Uint8Array; keep: number },
): Promise<void> {
  const contentHash = await hashInTurns(content);
  const { frame, sequence, hash } = at;
  const header = encodeHeader(MAGIC, [journalId, frame, sequence, hash, content.length, contentHash]);
  await publishFile(files, { directory, name: snapshotName(sequence) }, [header, content]);
  for (const old of snapshotNames(files, directory).slice(0, -keep))
    await files.remove(`${directory}/${old}`);
}

/** A snapshot, read whole and checked; null without a name. Throws JournalDamaged. */
export function loadSnapshot(files: Files, directory: string, name: string | undefined): Snapshot | null {
  if (name === undefined) return null;
  const header = checkSnapshot(files, directory, name);
  if (typeof header === 'string') throw new JournalDamaged([{ file: name, offset: 0, what: header }]);
  const content = Buffer.allocUnsafe(header.bytes);
  const file = files.openToRead(`${directory}/${name}`);
  try {
    readFully(file, content, SECTOR_BYTES);
  } finally {
    file.close();
  }
  return { sequence: header.at.sequence, content };
}

/** Reads all of a snapshot: its header when all is well, else what is wrong. */
export function checkSnapshot(files: Files, directory: string, name: string): SnapshotHeader | string {
  const file = files.openToRead(`${directory}/${name}`);
  try {
    const header = readSnapshotHeader(file);
    if (typeof header === 'string') return header;
    if (snapshotName(header.at.sequence) !== name) return `it holds sequence ${header.at.sequence}`;
    if (file.size() !== SECTOR_BYTES + header.bytes) {
      return `it has ${file.size()} bytes where its header asks for ${SECTOR_BYTES + header.bytes}`;
    }
    return hashContent(file, header.bytes).equals(header.contentHash)
      ? header
      : 'the content does not match its SHA-256';
  } finally {
    file.close();
  }
}

/** Oldest first. */
export function snapshotNames(files: Files, directory: string): string[] {
  return files
    .list(directory)
    .filter((name) => /^snapshot-[0-9]{16}$/.test(name))
    .sort();
}

export function snapshotName(sequence: number): string {
  return `snapshot-${String(sequence).padStart(16, '0')}`;
}

/** A large content is hashed a piece at a time, so that the engine keeps its turns. */
async function hashInTurns(content: Uint8Array): Promise<Buffer> {
  const hash = createHash('sha256');
  for (let at = 0; at < content.length; at += CHUNK_BYTES) {
    hash.update(content.subarray(at, at + CHUNK_BYTES));
    await setImmediate();
  }
  return hash.digest();
}

function readSnapshotHeader(file: ReadFile): SnapshotHeader | string {
  const sector = Buffer.alloc(SECTOR_BYTES);
  const fields = decodeHeader(sector.subarray(0, readFully(file, sector, 0)), MAGIC);
  if (typeof fields === 'string') return fields;
  return {
    journalId: fields.bytes(JOURNAL_ID_BYTES),
    at: { frame: fields.number(), sequence: fields.number(), hash: fields.bytes(HASH_BYTES) },
    bytes: fields.number(),
    contentHash: fields.bytes(HASH_BYTES),
  };
}

function hashContent(file: ReadFile, bytes: number): Buffer {
  const hash = createHash('sha256');
  const chunk = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, bytes));
  for (let at = 0; at < bytes; at += chunk.length) {
    hash.update(chunk.subarray(0, readFully(file, chunk, SECTOR_BYTES + at)));
  }
  return hash.digest();
}

/** Sequence of the oldest snapshot that is kept; null where there is none. */
export function oldestSnapshotSequence(files: Files, directory: string): number | null {
  const [name] = snapshotNames(files, directory);
  return name === undefined ? null : Number(name.slice(-16));
}
