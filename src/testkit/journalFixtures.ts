/** What journal tests append and look for. */
import { expect } from 'vitest';
import type { Journal } from '../journal/journal.js';
import {
  openSegmentedJournal,
  type SegmentedJournal,
  type SegmentedJournalOptions,
} from '../journal/segmentedJournal.js';
import type { FaultyFiles } from './faultyFiles.js';

export const DIRECTORY = '/data/journal';
export const SMALL_SEGMENT_BYTES = 8192;

/** The record that belongs to a sequence: its length and bytes follow from it, empty and long ones included. */
export function recordOf(sequence: number): Uint8Array {
  const length = (sequence * 37) % 301;
  return Uint8Array.from({ length }, (_, i) => (sequence * 31 + i * 7 + 1) & 0xff);
}

/** The state hash that belongs to a sequence. */
export function stateHashOf(sequence: number): Uint8Array {
  return Uint8Array.from({ length: 16 }, (_, i) => (sequence * 13 + i) & 0xff);
}

export function appendNext(journal: Journal, count: number): void {
  for (let i = 0; i < count; i++) journal.append(recordOf(journal.lastSequence + 1));
}

/** Opens a small journal on a faulty disk, with the state hash that belongs to its last record. */
export async function openSmall(
  files: FaultyFiles,
  options: Partial<SegmentedJournalOptions> = {},
): Promise<SegmentedJournal> {
  const journal: SegmentedJournal = await openSegmentedJournal({
    directory: DIRECTORY,
    files,
    segmentBytes: SMALL_SEGMENT_BYTES,
    stateHash: () => stateHashOf(journal.lastSequence),
    ...options,
  });
  return journal;
}

/** Reads all and expects exactly the records that belong to 1 to `last`; returns the ends of the frames. */
export function expectRecords(journal: Journal, last: number): number[] {
  const ends: number[] = [];
  let sequence = 0;
  for (const found of journal.read(1)) {
    sequence++;
    expect(found.sequence).toBe(sequence);
    expect(Buffer.compare(found.record, recordOf(sequence))).toBe(0);
    if (found.stateHash === null) continue;
    ends.push(sequence);
    expect(Buffer.compare(found.stateHash, stateHashOf(sequence))).toBe(0);
  }
  expect(sequence).toBe(last);
  return ends;
}
