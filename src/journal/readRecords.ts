/** Reads records in order across segments, checking every sector on the way. Throws JournalDamaged. */
import type { Files } from './files.js';
import { splitRecords } from './frame.js';
import type { FramePlace } from './frameIndex.js';
import { JournalDamaged, type JournalRecord } from './journal.js';
import { readFrame } from './readFrame.js';
import { SECTOR_BYTES, sectorState } from './sector.js';
import { SectorReader } from './sectorReader.js';
import { FIRST_FRAME_SECTOR, segmentName, segmentSeed } from './segment.js';

export interface ReadRange {
  readonly journalId: Uint8Array;
  /** A frame that does not begin after `from`. */
  readonly place: FramePlace;
  readonly from: number;
  /** The last sequence to read; it is durable. */
  readonly to: number;
}

const AHEAD_SECTORS = 128;

export function* readRecords(files: Files, directory: string, range: ReadRange): Iterable<JournalRecord> {
  const { journalId, place, from, to } = range;
  let firstSector = place.sector;
  let next = place.firstSequence;
  for (let segment = place.segment; next <= to; segment++) {
    const file = files.openToRead(`${directory}/${segmentName(segment)}`);
    try {
      const endSector = Math.floor(file.size() / SECTOR_BYTES);
      const reader = new SectorReader(file, { aheadSectors: Math.min(AHEAD_SECTORS, endSector) });
      const seed = segmentSeed({ journalId, segment });
      let sector = firstSector;
      while (next <= to) {
        const frame = readFrame(reader, { sector, endSector, seed });
        const records = frame === null ? null : splitRecords(frame.content);
        if (frame === null || records === null || frame.header.firstSequence !== next) {
          if (isEnd(reader, sector, endSector)) break;
          throw damaged(segment, sector, next);
        }
        for (const record of records) {
          const stateHash = next === frame.header.firstSequence + records.length - 1;
          if (next >= from && next <= to) {
            yield { sequence: next, record, stateHash: stateHash ? frame.header.stateHash : null };
          }
          next++;
        }
        sector += frame.sectors;
      }
      if (sector === firstSector && next <= to) throw damaged(segment, sector, next);
    } finally {
      file.close();
    }
    firstSector = FIRST_FRAME_SECTOR;
  }
}

/** Whether the segment is used up to here. */
function isEnd(reader: SectorReader, sector: number, endSector: number): boolean {
  return sector >= endSector || sectorState(reader.sectors(sector, 1), 0) === 'blank';
}

function damaged(segment: number, sector: number, sequence: number): JournalDamaged {
  const what = `record ${sequence} is not here as it was written`;
  return new JournalDamaged([{ file: segmentName(segment), offset: sector * SECTOR_BYTES, what }]);
}
