/**
 * The port of the durable log: who appends, what is promised when a flush resolves, how it fails. It is about
 * bytes and sequence numbers; what a record means is the business of the host.
 */

export interface Journal {
  /** Sequence of the last appended record, durable or not; 0 when there is none. */
  readonly lastSequence: number;
  /** Sequence of the last record known to be on disk. */
  readonly durableSequence: number;
  /** The first record that can be read: those before it are in an archive that is not there. */
  readonly firstSequence: number;
  /**
   * Puts a copy of the record into the open batch and returns its sequence. The host calls it after the
   * record's effects are in its state, because a batch may be sealed right behind any record.
   * Throws JournalFailed after a failure or a close, RangeError when the record is too large for a segment.
   */
  append(record: Uint8Array): number;
  /**
   * Group commit: resolves with the last durable sequence once everything appended so far is on disk.
   * Records that arrive while a write is under way gather into the next frame; promises resolve in order.
   */
  flush(): Promise<number>;
  /** The durable records from a sequence on, in order. */
  read(fromSequence: number): Iterable<JournalRecord>;
  /** One durable record, or null where there is none. */
  readOne(sequence: number): Uint8Array | null;
  /**
   * Stores a snapshot of the state after the last appended record, once that record is durable; resolves with
   * its sequence. The content must not change until then. A snapshot that cannot be stored (disk full) rejects
   * and leaves the journal as it was.
   */
  saveSnapshot(content: Uint8Array): Promise<number>;
  /** The newest stored snapshot. */
  latestSnapshot(): Snapshot | null;
  /** Makes everything durable, then lets go of files and lock; both are let go of also when it rejects. */
  close(): Promise<void>;
}

export interface JournalRecord {
  readonly sequence: number;
  readonly record: Uint8Array;
  /** On the last record of a frame: the state hash that was recorded with it. Null elsewhere. */
  readonly stateHash: Uint8Array | null;
}

export interface Snapshot {
  /** The snapshot holds the state after this record. */
  readonly sequence: number;
  readonly content: Uint8Array;
}

/** Called when a batch is sealed: the 16-byte hash of the state after the last appended record. */
export type StateHash = () => Uint8Array;

export const STATE_HASH_BYTES = 16;

/** For a host without a state hash. */
export const noStateHash: StateHash = () => new Uint8Array(STATE_HASH_BYTES);

/** Damage, named: the file, the byte offset in it, and what is wrong there. */
export interface Finding {
  readonly file: string;
  readonly offset: number;
  readonly what: string;
}

/**
 * The journal could not write or sync, or was closed. It stays failed: after an error nobody knows what reached
 * the disk, so nothing is tried again. The way on is to open the journal anew.
 */
export class JournalFailed extends Error {
  override readonly name: string = 'JournalFailed';
}

/** What is found where nothing is. */
export const NO_JOURNAL = 'there is no journal here';

/** The store is damaged and was not loaded. */
export class JournalDamaged extends Error {
  override readonly name: string = 'JournalDamaged';
  readonly findings: readonly Finding[];

  constructor(findings: readonly Finding[]) {
    const more = findings.length > 3 ? `; and ${findings.length - 3} more` : '';
    const isMissing = findings.length > 0 && findings.every(({ what }) => what === NO_JOURNAL);
    const told = findings.slice(0, 3).map(findingText).join('; ');
    super(isMissing ? NO_JOURNAL : `the journal is damaged: ${told}${more}`);
    this.findings = findings;
  }
}

/** Another writer has the folder. */
export class JournalInUse extends Error {
  override readonly name: string = 'JournalInUse';
}

export function findingText({ file, offset, what }: Finding): string {
  return `${file} at byte ${offset}: ${what}`;
}
