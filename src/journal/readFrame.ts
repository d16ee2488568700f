/** Reads the frame that begins at a sector, if one does and all of it is there. */
import { FRAME_HEADER_BYTES, type FrameHeader, frameSectors, joinSectors, readFrameHeader } from './frame.js';
import { frameTag, SECTOR_BYTES, sectorSeed, sectorState, sectorTag } from './sector.js';
import type { SectorReader } from './sectorReader.js';

export interface FoundFrame {
  readonly header: FrameHeader;
  /** Header and records. */
  readonly content: Buffer;
  readonly sectors: number;
}

/**
 * Checks every sector, not the chain. Null where the sectors do not make a whole frame; what they are instead is
 * for the caller to find out.
 */
export function readFrame(
  reader: SectorReader,
  { sector, endSector, seed }: { sector: number; endSector: number; seed: number },
): FoundFrame | null {
  if (sector >= endSector) return null;
  const first = reader.sectors(sector, 1);
  if (sectorState(first, sectorSeed(seed, sector)) !== 'whole') return null;
  const header = readFrameHeader(first);
  const sectors = frameSectors(header.recordsBytes);
  if (sector + sectors > endSector) return null;
  const all = reader.sectors(sector, sectors);
  for (let i = 0; i < sectors; i++) {
    const one = all.subarray(i * SECTOR_BYTES, (i + 1) * SECTOR_BYTES);
    if (sectorState(one, sectorSeed(seed, sector + i)) !== 'whole') return null;
    if (sectorTag(one) !== frameTag(header.frame)) return null;
  }
  return { header, content: joinSectors(all, FRAME_HEADER_BYTES + header.recordsBytes), sectors };
}
