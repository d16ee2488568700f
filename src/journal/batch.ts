/** Records that will share a frame, gathered behind room for its header, and the promise of those who wait. */
import type { ChainHead } from './chain.js';
import { FRAME_HEADER_BYTES, RECORD_LENGTH_BYTES } from './frame.js';

const FIRST_BYTES = 1 << 16;

export class Batch {
  readonly firstSequence: number;
  readonly durable: Promise<ChainHead>;
  recordCount = 0;
  /** Set when the batch is sealed. */
  stateHash: Uint8Array | null = null;
  /** Whether somebody waits for it: an open batch nobody asked for stays open. */
  wanted = false;
  #content: Buffer;
  #bytes = FRAME_HEADER_BYTES;
  #resolve: (head: ChainHead) => void = () => {};
  #reject: (error: Error) => void = () => {};

  /** `content` is a buffer to use again. */
  constructor(firstSequence: number, content: Buffer = Buffer.allocUnsafe(FIRST_BYTES)) {
    this.firstSequence = firstSequence;
    this.#content = content;
    this.durable = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    // A failure also reaches whoever appends or flushes next; that nobody waited for this batch is no error.
    this.durable.catch(() => {});
  }

  get lastSequence(): number {
    return this.firstSequence + this.recordCount - 1;
  }

  get recordsBytes(): number {
    return this.#bytes - FRAME_HEADER_BYTES;
  }

  /** Room for the header, then the records. */
  get content(): Buffer {
    return this.#content.subarray(0, this.#bytes);
  }

  /** The whole buffer, for the next batch to use. */
  get buffer(): Buffer {
    return this.#content;
  }

  add(record: Uint8Array): void {
    const end = this.#bytes + RECORD_LENGTH_BYTES + record.length;
    if (end > this.#content.length) this.#grow(end);
    this.#content.writeUInt32LE(record.length, this.#bytes);
    this.#content.set(record, this.#bytes + RECORD_LENGTH_BYTES);
    this.#bytes = end;
    this.recordCount++;
  }

  settle(head: ChainHead): void {
    this.#resolve(head);
  }

  fail(error: Error): void {
    this.#reject(error);
  }

  #grow(bytes: number): void {
    const larger = Buffer.allocUnsafe(Math.max(bytes, 2 * this.#content.length));
    this.#content.copy(larger, 0, 0, this.#bytes);
    this.#content = larger;
  }
}
