/**
 * The sealed sector, the unit in which the journal meets the disk. 512 bytes: 504 of body, the tag of the frame
 * it belongs to, and a CRC32 over both that starts from a seed made of journal, segment and place, so that a
 * sector in the wrong place does not pass either.
 *
 * A disk writes a sector whole or not at all, and a segment is zero before it is written. A crash can therefore
 * leave a sector blank or whole, never anything else: a sector that is neither is damaged. This tells a torn
 * write from a changed byte.
 */
import { crc32 } from 'node:zlib';

export const SECTOR_BYTES = 512;
export const BODY_BYTES = 504;
const TAG_AT = 504;
const CRC_AT = 508;
const BLANK = Buffer.alloc(SECTOR_BYTES);

export type SectorState = 'blank' | 'whole' | 'damaged';

/** Writes tag and checksum behind the body of the sector that begins at byte `at`. */
export function sealSector(bytes: Buffer, at: number, { tag, seed }: { tag: number; seed: number }): void {
  bytes.writeUInt32LE(tag, at + TAG_AT);
  bytes.writeUInt32LE(crc32(bytes.subarray(at, at + CRC_AT), seed), at + CRC_AT);
}

export function sectorState(sector: Buffer, seed: number): SectorState {
  if (sectorTag(sector) === 0) return sector.equals(BLANK) ? 'blank' : 'damaged';
  const sound = sector.readUInt32LE(CRC_AT) === crc32(sector.subarray(0, CRC_AT), seed);
  return sound ? 'whole' : 'damaged';
}

/** Never 0, so that a sealed sector is never blank. Frames count from 1; 0 is for sectors of no frame. */
export function frameTag(frame: number): number {
  return (frame % 0xffff_ffff) + 1;
}

export function sectorTag(sector: Buffer): number {
  return sector.readUInt32LE(TAG_AT);
}

/** The seed of one sector of a segment. Two seeds never give one body the same checksum. */
export function sectorSeed(segmentSeed: number, sector: number): number {
  return (segmentSeed ^ sector) >>> 0;
}
