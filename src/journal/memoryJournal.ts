/** The journal kept in memory: the same promises within one process, nothing on disk. */
import { assert } from '../base/assert.js';
import {
  type Journal,
  JournalFailed,
  type JournalRecord,
  noStateHash,
  type Snapshot,
  STATE_HASH_BYTES,
  type StateHash,
} from './journal.js';

export function memoryJournal(options: { readonly stateHash?: StateHash } = {}): Journal {
  return new MemoryJournal(options.stateHash ?? noStateHash);
}

class MemoryJournal implements Journal {
  readonly #stateHash: StateHash;
  readonly #records: Uint8Array[] = [];
  readonly #hashes = new Map<number, Uint8Array>();
  #durableSequence = 0;
  #flushing: Promise<number> | null = null;
  #snapshot: Snapshot | null = null;
  #closed = false;

  constructor(stateHash: StateHash) {
    this.#stateHash = stateHash;
  }

  readonly firstSequence = 1;

  get lastSequence(): number {
    return this.#records.length;
  }

  get durableSequence(): number {
    return this.#durableSequence;
  }

  append(record: Uint8Array): number {
    if (this.#closed) throw new JournalFailed('the journal is closed');
    this.#records.push(Uint8Array.from(record));
    return this.#records.length;
  }

  /** Waits one turn, as a disk would, so that whatever relies on the wait is exercised here too. */
  flush(): Promise<number> {
    if (this.#closed) return Promise.reject(new JournalFailed('the journal is closed'));
    this.#flushing ??= Promise.resolve().then(() => this.#commit());
    return this.#flushing;
  }

  *read(fromSequence: number): Iterable<JournalRecord> {
    for (let sequence = Math.max(1, fromSequence); sequence <= this.#durableSequence; sequence++) {
      const record = this.#records[sequence - 1] as Uint8Array;
      yield { sequence, record, stateHash: this.#hashes.get(sequence) ?? null };
    }
  }

  readOne(sequence: number): Uint8Array | null {
    return sequence <= this.#durableSequence ? (this.#records[sequence - 1] ?? null) : null;
  }

  async saveSnapshot(content: Uint8Array): Promise<number> {
    if (this.#closed) throw new JournalFailed('the journal is closed');
    const sequence = this.#commit();
    this.#snapshot = { sequence, content: Uint8Array.from(content) };
    return sequence;
  }

  latestSnapshot(): Snapshot | null {
    return this.#snapshot;
  }

  async close(): Promise<void> {
    if (!this.#closed) this.#commit();
    this.#closed = true;
  }

  #commit(): number {
    this.#flushing = null;
    if (this.#durableSequence === this.#records.length) return this.#durableSequence;
    const hash = this.#stateHash();
    assert(hash.length === STATE_HASH_BYTES, 'a state hash has 16 bytes');
    this.#durableSequence = this.#records.length;
    this.#hashes.set(this.#durableSequence, Uint8Array.from(hash));
    return this.#durableSequence;
  }
}
