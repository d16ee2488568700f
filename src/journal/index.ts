export { ARCHIVE_PATH_BYTES_MAX } from './baseFile.js';
export { checkJournal, type JournalCheck, type TornTail } from './checkJournal.js';
export type { Files, Lock, ReadFile, WriteFile, WriteMode } from './files.js';
export * from './host.js';
export {
  type Finding,
  findingText,
  type Journal,
  JournalDamaged,
  JournalFailed,
  JournalInUse,
  type JournalRecord,
  noStateHash,
  type Snapshot,
  STATE_HASH_BYTES,
  type StateHash,
} from './journal.js';
export { memoryJournal } from './memoryJournal.js';
export { nodeFiles } from './nodeFiles.js';
export { type ReadOnlyJournal, readJournal } from './readOnlyJournal.js';
export { openSegmentedJournal, SegmentedJournal, type SegmentedJournalOptions } from './segmentedJournal.js';
export * from './verify.js';
