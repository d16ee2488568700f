/**
 * Walks one segment from its header to its last byte, and decides what stands behind the last whole frame:
 * nothing, a torn write, or damage. The rule is in docs/decisions/0003-journal.md.
 */
import { type ChainHead, HASH_BYTES } from './chain.js';
import type { ReadFile } from './files.js';
import { isChained, splitRecords } from './frame.js';
import { type FoundFrame, readFrame } from './readFrame.js';
import { frameTag, SECTOR_BYTES, sectorSeed, sectorState, sectorTag } from './sector.js';
import { SectorReader } from './sectorReader.js';
import { FIRST_FRAME_SECTOR, type SegmentHeader, segmentSeed } from './segment.js';

export interface SegmentInspection {
  /** The last whole frame, or what the header says came before. */
  readonly head: ChainHead;
  /** One past the last whole frame. */
  readonly endSector: number;
  /** Where the last whole frame begins, or null when there is none. */
  readonly lastFrameSector: number | null;
  /** One past the last sector of a torn write, or null when there is none. */
  readonly tornEndSector: number | null;
  readonly damage: readonly Damage[];
}

export interface Damage {
  readonly offset: number;
  readonly what: string;
}

export interface SegmentContext {
  readonly isLast: boolean;
  /** An operator's word that a damaged tail was never acknowledged. */
  readonly acceptTornTail: boolean;
  readonly onFrame: (frame: FoundFrame, head: ChainHead, sector: number) => void;
}

const AHEAD_SECTORS = 2048;

export function inspectSegment(
  file: ReadFile,
  header: SegmentHeader,
  context: SegmentContext,
): SegmentInspection {
  const reader = new SectorReader(file, { aheadSectors: AHEAD_SECTORS });
  const seed = segmentSeed(header);
  const endSector = header.bytes / SECTOR_BYTES;
  let head = header.after;
  let sector = FIRST_FRAME_SECTOR;
  let lastFrameSector: number | null = null;
  for (;;) {
    const frame = readFrame(reader, { sector, endSector, seed });
    if (frame === null || frame.header.frame !== head.frame + 1) break;
    const wrong = contradiction(frame, head);
    if (wrong !== null) {
      const damage = [{ offset: sector * SECTOR_BYTES, what: `frame ${frame.header.frame}: ${wrong}` }];
      return { head, endSector: sector, lastFrameSector, tornEndSector: null, damage };
    }
    head = {
      frame: frame.header.frame,
      sequence: head.sequence + frame.header.recordCount,
      hash: Uint8Array.from(frame.content.subarray(0, HASH_BYTES)),
    };
    context.onFrame(frame, head, sector);
    lastFrameSector = sector;
    sector += frame.sectors;
  }
  const tail = surveyTail(reader, { sector, endSector, seed, frame: head.frame + 1 });
  const damage = judgeTail(tail, { sector, frame: head.frame + 1, ...context });
  const torn = damage.length === 0 && tail.usedEnd > sector;
  return { head, endSector: sector, lastFrameSector, tornEndSector: torn ? tail.usedEnd : null, damage };
}

/** What is wrong with a frame whose sectors are all whole: no accident does this. */
function contradiction({ header, content }: FoundFrame, head: ChainHead): string | null {
  if (!isChained(content, head.hash)) return 'the hash chain is broken';
  if (header.firstSequence !== head.sequence + 1) return 'its first sequence does not follow';
  if (header.recordCount === 0 || splitRecords(content) === null) return 'its records do not add up';
  return null;
}

interface Tail {
  /** One past the last sector that is not blank. */
  readonly usedEnd: number;
  readonly damaged: readonly Damage[];
  /** Whether a sector of another frame than the expected one is here. */
  readonly foreign: boolean;
}

interface TailPlace {
  readonly sector: number;
  readonly endSector: number;
  readonly seed: number;
  /** The only frame that could have been under way. */
  readonly frame: number;
}

function surveyTail(reader: SectorReader, { sector, endSector, seed, frame }: TailPlace): Tail {
  const damaged: Damage[] = [];
  let usedEnd = sector;
  let foreign = false;
  for (let at = sector; at < endSector; at++) {
    const bytes = reader.sectors(at, 1);
    const state = sectorState(bytes, sectorSeed(seed, at));
    if (state === 'blank') continue;
    usedEnd = at + 1;
    if (state === 'damaged') damaged.push(nameDamage(bytes, at));
    else if (sectorTag(bytes) !== frameTag(frame)) foreign = true;
  }
  return { usedEnd, damaged, foreign };
}

function judgeTail(
  tail: Tail,
  { sector, frame, isLast, acceptTornTail }: { sector: number; frame: number } & SegmentContext,
): readonly Damage[] {
  if (tail.damaged.length > 0 && !(acceptTornTail && isLast && !tail.foreign)) return tail.damaged;
  if (tail.usedEnd === sector || (isLast && !tail.foreign)) return [];
  const later = tail.foreign ? 'later frames' : 'a later segment';
  return [{ offset: sector * SECTOR_BYTES, what: `frame ${frame} is not whole, yet ${later} follow` }];
}

/** A sector without tag was never sealed: its first byte that is not zero has the exact place. */
function nameDamage(bytes: Buffer, sector: number): Damage {
  const offset = sector * SECTOR_BYTES;
  if (sectorTag(bytes) !== 0) return { offset, what: 'a sector fails its checksum' };
  return { offset: offset + bytes.findIndex((byte) => byte !== 0), what: 'padding is not zero' };
}
