/** The embedded durable journal: one folder, one writer, a log of fixed-size segments of hash-chained frames. */
import { assert } from '../base/assert.js';
import { archivedPlace, archiveSegments, isArchiveThere, withArchive } from './archive.js';
import { copyJournal } from './backup.js';
import type { Base } from './baseFile.js';
import { Batch } from './batch.js';
import type { ChainHead } from './chain.js';
import { type TornTail, tornTailOf } from './checkJournal.js';
import { type Files, type Lock, type WriteFile, writeAll } from './files.js';
import {
  chainFrame,
  cutIntoSectors,
  FRAME_HEADER_BYTES,
  frameSectors,
  RECORD_LENGTH_BYTES,
  writeFrameHeader,
} from './frame.js';
import type { FrameIndex } from './frameIndex.js';
import { writeHead } from './headFile.js';
import { inspect } from './inspect.js';
import {
  type Journal,
  JournalDamaged,
  JournalFailed,
  type JournalRecord,
  noStateHash,
  type Snapshot,
  STATE_HASH_BYTES,
  type StateHash,
} from './journal.js';
import { nodeFiles } from './nodeFiles.js';
import { readRecords } from './readRecords.js';
import { makeReady, type Tail } from './recovery.js';
import { SECTOR_BYTES } from './sector.js';
import {
  DEFAULT_SEGMENT_BYTES,
  dropPreparedSegment,
  FIRST_FRAME_SECTOR,
  isSegmentSize,
  prepareSegment,
  publishSegment,
  type SegmentHeader,
  segmentCapacityBytes,
  segmentSeed,
} from './segment.js';
import { loadSnapshot, oldestSnapshotSequence, saveSnapshot, snapshotNames } from './snapshots.js';

export interface SegmentedJournalOptions {
  readonly directory: string;
  readonly stateHash?: StateHash;
  readonly files?: Files;
  /** Size of new segments; a multiple of 512. */
  readonly segmentBytes?: number;
  readonly snapshotsKept?: number;
  /**
   * An operator's word that a damaged last write was never acknowledged. Needed only on a disk that tears sectors;
   * a torn write is otherwise recognised and cut off by itself.
   */
  readonly acceptTornTail?: boolean;
}

/**
 * Opens or begins the journal in a folder. Throws JournalInUse when another writer has it, JournalDamaged when any
 * byte of it is wrong; a write that a crash cut short is cut off and told in `tornTail`.
 */
export async function openSegmentedJournal(options: SegmentedJournalOptions): Promise<SegmentedJournal> {
  const { directory, files = nodeFiles, segmentBytes = DEFAULT_SEGMENT_BYTES } = options;
  if (!isSegmentSize(segmentBytes)) throw new RangeError(`${segmentBytes} is not a size for segments`);
  await files.makeDirectory(directory);
  const lock = await files.lock(directory);
  try {
    const inspection = inspect(files, directory, options);
    if (inspection.findings.length > 0) throw new JournalDamaged(inspection.findings);
    const tail = await makeReady(files, directory, { inspection, segmentBytes });
    const { lastSegment, index } = inspection;
    const tornTail = lastSegment === null ? null : tornTailOf(lastSegment);
    const { base } = inspection;
    return new SegmentedJournal({ ...options, files, segmentBytes }, { lock, tail, index, tornTail, base });
  } catch (error) {
    await lock.release();
    throw error;
  }
}

interface Opened {
  readonly lock: Lock;
  readonly tail: Tail;
  readonly index: FrameIndex;
  readonly tornTail: TornTail | null;
  readonly base: Base | null;
}

/** A batch is sealed when it reaches this, or a quarter of a segment. */
const BATCH_BYTES = 1 << 20;
const BUFFERS_KEPT = 4;
const SNAPSHOTS_KEPT = 2;

export class SegmentedJournal implements Journal {
  /** What opening cut off. */
  readonly tornTail: TornTail | null;
  readonly #files: Files;
  readonly #directory: string;
  readonly #stateHash: StateHash;
  readonly #segmentBytes: number;
  readonly #snapshotsKept: number;
  readonly #lock: Lock;
  readonly #index: FrameIndex;

  #base: Base | null;
  #segment: SegmentHeader;
  #seed: number;
  #file: WriteFile;
  /** Where the next frame goes. */
  #sector: number;
  #durable: ChainHead;
  #prepared: Promise<void> | null = null;

  /** Records that no frame has yet. */
  #open: Batch;
  /** Sealed batches in order; the first may be on its way to the disk. */
  readonly #sealed: Batch[] = [];
  readonly #buffers: Buffer[] = [];
  #sectors = Buffer.alloc(0);
  #writing: Promise<void> | null = null;
  #failure: JournalFailed | null = null;
  #closing: Promise<void> | null = null;
  /** Snapshots and backups, one after another. */
  #chores: Promise<unknown> = Promise.resolve();

  constructor(options: SegmentedJournalOptions & { files: Files; segmentBytes: number }, opened: Opened) {
    this.#files = options.files;
    this.#directory = options.directory;
    this.#stateHash = options.stateHash ?? noStateHash;
    this.#segmentBytes = options.segmentBytes;
    this.#snapshotsKept = options.snapshotsKept ?? SNAPSHOTS_KEPT;
    this.#lock = opened.lock;
    this.#index = opened.index;
    this.tornTail = opened.tornTail;
    this.#base = opened.base;
    this.#segment = opened.tail.header;
    this.#seed = segmentSeed(opened.tail.header);
    this.#file = opened.tail.file;
    this.#sector = opened.tail.sector;
    this.#durable = opened.tail.head;
    this.#open = new Batch(this.#durable.sequence + 1);
  }

  get lastSequence(): number {
    return this.#open.lastSequence;
  }

  get durableSequence(): number {
    return this.#durable.sequence;
  }

  get firstSequence(): number {
    const base = this.#base;
    return base === null || isArchiveThere(this.#files, base) ? 1 : base.at.sequence + 1;
  }

  append(record: Uint8Array): number {
    this.#assertRunning();
    if (record.length > this.#maxRecordBytes) {
      throw new RangeError(`a record of ${record.length} bytes is over the ${this.#maxRecordBytes} allowed`);
    }
    this.#open.add(record);
    const sequence = this.#open.lastSequence;
    if (this.#open.recordsBytes >= this.#batchBytes) {
      this.#seal();
      this.#startWriting();
    }
    return sequence;
  }

  async flush(): Promise<number> {
    this.#assertRunning();
    return this.#flush();
  }

  read(fromSequence: number): Iterable<JournalRecord> {
    return this.#read(Math.max(1, fromSequence), this.#durable.sequence);
  }

  readOne(sequence: number): Uint8Array | null {
    for (const { record } of this.#read(sequence, sequence)) return record;
    return null;
  }

  async saveSnapshot(content: Uint8Array): Promise<number> {
    this.#assertRunning();
    const { journalId } = this.#segment;
    const keep = this.#snapshotsKept;
    if (this.#open.recordCount > 0) this.#seal();
    const durable = this.#sealed.at(-1)?.durable ?? this.#durable;
    this.#startWriting();
    return this.#chore(async () => {
      const at = await durable;
      await saveSnapshot(this.#files, this.#directory, { journalId, at, content, keep });
      return at.sequence;
    });
  }

  latestSnapshot(): Snapshot | null {
    return loadSnapshot(this.#files, this.#directory, snapshotNames(this.#files, this.#directory).at(-1));
  }

  /**
   * Copies the journal as it is on disk now, with its snapshots, into an empty or new folder, while appending goes
   * on. Resolves with the last sequence of the copy once that is durable. The copy opens as a journal.
   */
  async backup(destination: string): Promise<number> {
    this.#assertRunning();
    const flushed = this.#flush();
    return this.#chore(async () => {
      await flushed;
      const durable = this.#durable;
      const { journalId, segment } = this.#segment;
      const endByte = this.#sector * SECTOR_BYTES;
      await copyJournal(this.#files, {
        from: this.#directory,
        to: destination,
        head: { journalId, segment, durable },
        endByte,
      });
      return durable.sequence;
    });
  }

  /** Full segments from before the oldest snapshot go to the archive. */
  async archive(archive: string): Promise<void> {
    this.#assertRunning();
    return this.#chore(async () => {
      const [files, directory] = [this.#files, this.#directory];
      const snapshotSequence = oldestSnapshotSequence(files, directory);
      // Without a snapshot every record is needed to begin with.
      if (snapshotSequence === null) return;
      const current = this.#segment;
      const base = await archiveSegments(files, { directory, archive, current, snapshotSequence });
      if (base === null) return;
      this.#base = base;
      this.#index.dropBefore(base.segment);
    });
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  get #batchBytes(): number {
    return Math.min(BATCH_BYTES, segmentCapacityBytes(this.#segmentBytes) >>> 2);
  }

  /** What always fits a frame behind a batch that is not yet full. */
  get #maxRecordBytes(): number {
    const room = segmentCapacityBytes(this.#segmentBytes) - FRAME_HEADER_BYTES - this.#batchBytes;
    return room - RECORD_LENGTH_BYTES;
  }

  #assertRunning(): void {
    if (this.#failure !== null) throw this.#failure;
    if (this.#closing !== null) throw new JournalFailed('the journal is closed');
  }

  async #flush(): Promise<number> {
    if (this.#open.recordCount > 0) {
      this.#open.wanted = true;
      this.#startWriting();
      return (await this.#open.durable).sequence;
    }
    const last = this.#sealed.at(-1);
    return last === undefined ? this.#durable.sequence : (await last.durable).sequence;
  }

  #seal(): void {
    const stateHash = this.#stateHash();
    assert(stateHash.length === STATE_HASH_BYTES, 'a state hash has 16 bytes');
    this.#open.stateHash = Uint8Array.from(stateHash);
    this.#sealed.push(this.#open);
    this.#open = new Batch(this.#open.lastSequence + 1, this.#buffers.pop());
  }

  #startWriting(): void {
    this.#writing ??= this.#writeBatches().finally(() => {
      this.#writing = null;
    });
  }

  /** Writes batch after batch until nobody waits. One write at a time: only the last frame can ever be torn. */
  async #writeBatches(): Promise<void> {
    // The rest of this turn still gathers into the first frame.
    await Promise.resolve();
    try {
      for (;;) {
        if (this.#sealed.length === 0 && this.#open.wanted) this.#seal();
        const batch = this.#sealed[0];
        if (batch === undefined) return;
        await this.#write(batch);
        this.#sealed.shift();
        this.#keepBuffer(batch.buffer);
        batch.settle(this.#durable);
      }
    } catch (error) {
      this.#fail(error);
    }
  }

  async #write(batch: Batch): Promise<void> {
    const { content, firstSequence, recordCount, recordsBytes, stateHash } = batch;
    assert(stateHash !== null, 'a batch is sealed before it is written');
    const sectors = frameSectors(recordsBytes);
    if (this.#sector + sectors > this.#segment.bytes / SECTOR_BYTES) await this.#roll();
    const frame = this.#durable.frame + 1;
    writeFrameHeader(content, { frame, firstSequence, recordCount, recordsBytes, stateHash });
    const hash = chainFrame(content, this.#durable.hash);
    const bytes = sectors * SECTOR_BYTES;
    if (this.#sectors.length < bytes) this.#sectors = Buffer.allocUnsafe(2 * bytes);
    const sector = this.#sector;
    cutIntoSectors(content, { frame, sector, seed: this.#seed }, this.#sectors);
    await writeAll(this.#file, this.#sectors.subarray(0, bytes), sector * SECTOR_BYTES);
    this.#sector += sectors;
    this.#durable = { frame, sequence: batch.lastSequence, hash };
    this.#index.add({ firstSequence, segment: this.#segment.segment, sector });
    if (this.#sector * SECTOR_BYTES > this.#segment.bytes / 2) this.#prepareNext();
  }

  /** Goes on in the next segment, and notes in the head that there is one. */
  async #roll(): Promise<void> {
    await this.#prepareNext();
    this.#prepared = null;
    const { journalId } = this.#segment;
    const segment = this.#segment.segment + 1;
    const header = { journalId, segment, bytes: this.#segmentBytes, after: this.#durable };
    const file = await publishSegment(this.#files, this.#directory, header);
    const full = this.#file;
    this.#file = file;
    this.#segment = header;
    this.#seed = segmentSeed(header);
    this.#sector = FIRST_FRAME_SECTOR;
    await full.close();
    await writeHead(this.#files, this.#directory, { journalId, segment, durable: this.#durable });
  }

  /** Fills the next segment with zeros in good time. A failure is tried again when the segment is needed. */
  #prepareNext(): Promise<void> {
    if (this.#prepared === null) {
      const next = { segment: this.#segment.segment + 1, bytes: this.#segmentBytes };
      this.#prepared = prepareSegment(this.#files, this.#directory, next);
      this.#prepared.catch(() => {
        this.#prepared = null;
      });
    }
    return this.#prepared;
  }

  #keepBuffer(buffer: Buffer): void {
    if (this.#buffers.length < BUFFERS_KEPT && buffer.length <= 2 * BATCH_BYTES) this.#buffers.push(buffer);
  }

  #fail(cause: unknown): void {
    const why = cause instanceof Error ? cause.message : String(cause);
    this.#failure = new JournalFailed(`the journal could not be written: ${why}`, { cause });
    for (const batch of [...this.#sealed, this.#open]) batch.fail(this.#failure);
    this.#sealed.length = 0;
  }

  #chore<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#chores.then(work);
    this.#chores = done.catch(() => {});
    return done;
  }

  *#read(from: number, to: number): Iterable<JournalRecord> {
    if (from < 1 || from > Math.min(to, this.#durable.sequence)) return;
    const { journalId } = this.#segment;
    const base = this.#base;
    if (base !== null && from <= base.at.sequence) {
      if (!isArchiveThere(this.#files, base)) return;
      const place = archivedPlace(this.#files, base, from);
      const files = withArchive(this.#files, this.#directory, base);
      return yield* readRecords(files, this.#directory, { journalId, place, from, to });
    }
    const place = this.#index.find(from);
    if (place !== null) yield* readRecords(this.#files, this.#directory, { journalId, place, from, to });
  }

  async #close(): Promise<void> {
    try {
      if (this.#failure === null) {
        await this.#flush();
        await this.#chores;
        await this.#writing;
        await this.#writeFinalHead();
      }
    } finally {
      await this.#chores;
      await this.#prepared?.catch(() => {});
      await this.#file.close().finally(() => this.#lock.release());
    }
  }

  async #writeFinalHead(): Promise<void> {
    try {
      if (this.#prepared !== null) {
        await this.#prepared;
        await dropPreparedSegment(this.#files, this.#directory, this.#segment.segment + 1);
      }
      const { journalId, segment } = this.#segment;
      await writeHead(this.#files, this.#directory, { journalId, segment, durable: this.#durable });
    } catch (error) {
      this.#fail(error);
      throw this.#failure;
    }
  }
}
