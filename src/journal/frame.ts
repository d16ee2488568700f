/**
 * One batch as it lies on disk: a header of 72 bytes, then the records, each behind its length, cut into sealed
 * sectors. A frame begins at a sector of its own, so a sector that is durable is never written again.
 *
 *   0  hash            32  SHA-256 of (hash of the frame before | bytes 32 to the end)
 *  32  frame            8  number, from 1
 *  40  firstSequence    8
 *  48  recordCount      4
 *  52  recordsBytes     4
 *  56  stateHash       16  of the state after the last record
 *  72  records             length (4), bytes; again and again
 */
import { HASH_BYTES, sha256 } from './chain.js';
import { STATE_HASH_BYTES } from './journal.js';
import { BODY_BYTES, frameTag, SECTOR_BYTES, sealSector, sectorSeed } from './sector.js';

export const FRAME_HEADER_BYTES = 72;
export const RECORD_LENGTH_BYTES = 4;
const FRAME_AT = 32;
const FIRST_SEQUENCE_AT = 40;
const RECORD_COUNT_AT = 48;
const RECORDS_BYTES_AT = 52;
const STATE_HASH_AT = 56;

export interface FrameHeader {
  readonly frame: number;
  readonly firstSequence: number;
  readonly recordCount: number;
  readonly recordsBytes: number;
  readonly stateHash: Uint8Array;
}

export function writeFrameHeader(content: Buffer, header: FrameHeader): void {
  content.writeBigUInt64LE(BigInt(header.frame), FRAME_AT);
  content.writeBigUInt64LE(BigInt(header.firstSequence), FIRST_SEQUENCE_AT);
  content.writeUInt32LE(header.recordCount, RECORD_COUNT_AT);
  content.writeUInt32LE(header.recordsBytes, RECORDS_BYTES_AT);
  content.set(header.stateHash, STATE_HASH_AT);
}

export function readFrameHeader(content: Buffer): FrameHeader {
  return {
    frame: Number(content.readBigUInt64LE(FRAME_AT)),
    firstSequence: Number(content.readBigUInt64LE(FIRST_SEQUENCE_AT)),
    recordCount: content.readUInt32LE(RECORD_COUNT_AT),
    recordsBytes: content.readUInt32LE(RECORDS_BYTES_AT),
    stateHash: Uint8Array.from(content.subarray(STATE_HASH_AT, STATE_HASH_AT + STATE_HASH_BYTES)),
  };
}

/** Puts the frame's hash in front of it; the hash before it lies there while it is computed. */
export function chainFrame(content: Buffer, previousHash: Uint8Array): Uint8Array {
  content.set(previousHash, 0);
  const hash = sha256(content);
  content.set(hash, 0);
  return hash;
}

export function isChained(content: Buffer, previousHash: Uint8Array): boolean {
  const stated = Buffer.from(content.subarray(0, HASH_BYTES));
  return stated.equals(chainFrame(content, previousHash));
}

export function frameSectors(recordsBytes: number): number {
  return Math.ceil((FRAME_HEADER_BYTES + recordsBytes) / BODY_BYTES);
}

/** Cuts the frame into sealed sectors, the first of which is sector `place.sector` of its segment. */
export function cutIntoSectors(
  content: Buffer,
  place: { frame: number; sector: number; seed: number },
  out: Buffer,
): void {
  const tag = frameTag(place.frame);
  for (let i = 0; i * BODY_BYTES < content.length; i++) {
    const at = i * SECTOR_BYTES;
    const copied = content.copy(out, at, i * BODY_BYTES, (i + 1) * BODY_BYTES);
    if (copied < BODY_BYTES) out.fill(0, at + copied, at + BODY_BYTES);
    sealSector(out, at, { tag, seed: sectorSeed(place.seed, place.sector + i) });
  }
}

/** The first `bytes` bytes of the bodies of these sectors. */
export function joinSectors(sectors: Buffer, bytes: number): Buffer {
  const content = Buffer.allocUnsafe(bytes);
  for (let i = 0; i * BODY_BYTES < bytes; i++) {
    sectors.copy(content, i * BODY_BYTES, i * SECTOR_BYTES, i * SECTOR_BYTES + BODY_BYTES);
  }
  return content;
}

/** The records of a frame, or null where counts and lengths contradict one another. */
export function splitRecords(content: Buffer): Uint8Array[] | null {
  const records: Uint8Array[] = [];
  let at = FRAME_HEADER_BYTES;
  while (at + RECORD_LENGTH_BYTES <= content.length) {
    const end = at + RECORD_LENGTH_BYTES + content.readUInt32LE(at);
    if (end > content.length) return null;
    records.push(content.subarray(at + RECORD_LENGTH_BYTES, end));
    at = end;
  }
  return at === content.length && records.length === content.readUInt32LE(RECORD_COUNT_AT) ? records : null;
}
