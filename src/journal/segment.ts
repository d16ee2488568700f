/**
 * A segment: one file of fixed size, zero filled before it gets its name, with a header sector that says which
 * journal it belongs to and where in the chain it begins. Frames fill it from sector 1 on.
 */
import { crc32 } from 'node:zlib';
import { type ChainHead, HASH_BYTES, JOURNAL_ID_BYTES } from './chain.js';
import { createFile, type Files, TEMPORARY_SUFFIX, type WriteFile, writeAll, zeros } from './files.js';
import { decodeHeader, encodeHeader } from './headerSector.js';
import { BODY_BYTES, SECTOR_BYTES } from './sector.js';

const MAGIC = 'bhsegmnt';
export const DEFAULT_SEGMENT_BYTES = 64 << 20;
export const MIN_SEGMENT_BYTES = 8 * SECTOR_BYTES;
export const MAX_SEGMENT_BYTES = 1 << 30;
/** Header sector; frames come after it. */
export const FIRST_FRAME_SECTOR = 1;

export interface SegmentHeader {
  readonly journalId: Uint8Array;
  /** From 1. */
  readonly segment: number;
  readonly bytes: number;
  /** The last frame before this segment. */
  readonly after: ChainHead;
}

export function isSegmentSize(bytes: number): boolean {
  return bytes % SECTOR_BYTES === 0 && bytes >= MIN_SEGMENT_BYTES && bytes <= MAX_SEGMENT_BYTES;
}

/** The most a frame of this segment can hold, header included. */
export function segmentCapacityBytes(bytes: number): number {
  return (bytes / SECTOR_BYTES - FIRST_FRAME_SECTOR) * BODY_BYTES;
}

/** The start of the checksums of its sectors. */
export function segmentSeed({ journalId, segment }: { journalId: Uint8Array; segment: number }): number {
  return crc32(String(segment), crc32(journalId));
}

export function segmentName(segment: number): string {
  return `segment-${String(segment).padStart(8, '0')}`;
}

export function segmentNumber(name: string): number | null {
  return /^segment-[0-9]{8}$/.test(name) ? Number(name.slice(-8)) : null;
}

export function encodeSegmentHeader({ journalId, segment, bytes, after }: SegmentHeader): Buffer {
  return encodeHeader(MAGIC, [journalId, segment, bytes, after.frame, after.sequence, after.hash]);
}

/** The header, or what is wrong with it. */
export function decodeSegmentHeader(sector: Buffer): SegmentHeader | string {
  const fields = decodeHeader(sector, MAGIC);
  if (typeof fields === 'string') return fields;
  const header = {
    journalId: fields.bytes(JOURNAL_ID_BYTES),
    segment: fields.number(),
    bytes: fields.number(),
    after: { frame: fields.number(), sequence: fields.number(), hash: fields.bytes(HASH_BYTES) },
  };
  return isSegmentSize(header.bytes) ? header : `${header.bytes} bytes is not the size of a segment`;
}

/** A zero-filled file without header, ready to become this segment. It takes its time; nobody waits for it. */
export async function prepareSegment(
  files: Files,
  directory: string,
  { segment, bytes }: { segment: number; bytes: number },
): Promise<void> {
  await createFile(files, preparedPath(directory, segment), zeros(bytes));
}

export async function dropPreparedSegment(files: Files, directory: string, segment: number): Promise<void> {
  await files.remove(preparedPath(directory, segment));
}

/** Gives a prepared file its header and then its name: a segment that has its name is complete. */
export async function publishSegment(
  files: Files,
  directory: string,
  header: SegmentHeader,
): Promise<WriteFile> {
  const prepared = preparedPath(directory, header.segment);
  const file = await files.openToWrite(prepared, 'durable');
  try {
    await writeAll(file, encodeSegmentHeader(header), 0);
    await files.rename({ from: prepared, to: `${directory}/${segmentName(header.segment)}` });
    await files.syncDirectory(directory);
  } catch (error) {
    await file.close();
    throw error;
  }
  return file;
}

function preparedPath(directory: string, segment: number): string {
  return `${directory}/${segmentName(segment)}${TEMPORARY_SUFFIX}`;
}
