/**
 * The engine with its journal: a command is applied at once and answered when it is durable. Commands that
 * arrive while the disk is busy are decided meanwhile and share the next write. Nothing is shown before the
 * sequence it depends on is on disk; after a write error nothing is shown any more.
 */
import {
  createEngine,
  decodeRecord,
  decodeSnapshot,
  type Engine,
  type EngineRecord,
  type ExternalCommand,
  encodeSnapshot,
  type Recorded,
  type State,
} from '../engine/index.js';
import { type Journal, JournalDamaged, type StateHash } from './journal.js';
import { memoryJournal } from './memoryJournal.js';
import { openSegmentedJournal } from './segmentedJournal.js';

/** What a sender gets. A duplicate is the same id with the same body: it gets the first answer, where its record can be read. */
export type Answer =
  | { readonly kind: 'recorded'; readonly record: EngineRecord; readonly work: readonly EngineRecord[] }
  | { readonly kind: 'duplicate'; readonly record: EngineRecord }
  | { readonly kind: 'archived'; readonly sequence: number }
  | { readonly kind: 'conflict'; readonly sequence: number };

/** Plays one command inside a trial. */
export type Run = (command: ExternalCommand) => Recorded;

export interface Host {
  /** To read from inside `read`, `dryRun` and `trial`; only the host writes. */
  readonly engine: Engine;
  /** Sequences the command now; resolves when it and the work it set off are durable. */
  submit(commandId: string, command: ExternalCommand, clockMs?: number): Promise<Answer>;
  /** Looks at the state now; resolves with what it saw once that is durable. */
  read<T>(look: (engine: Engine) => T): Promise<T>;
  /** What the command would do now, looked at before it is undone. */
  dryRun<T>(command: ExternalCommand, look: (recorded: Recorded, state: State) => T): Promise<T>;
  /**
   * Plays commands one after another on the state as it is now, each with the work it sets off, and puts everything
   * back; then looks at the state as it is, in the same turn. Resolves with that once the state it began from is durable.
   */
  trial<T, U>(play: (run: Run) => T, look: (played: T) => U): Promise<U>;
  /** A durable record, or null. */
  record(sequence: number): EngineRecord | null;
  records(fromSequence: number): Iterable<EngineRecord>;
  /** Sequence of the last durable record. */
  readonly durableSequence: number;
  /** The first record that can be read: those before it are in an archive that is not there. */
  readonly firstSequence: number;
  /** Is given each record from now on, in order, once it is durable. The function returned ends it. */
  follow(see: (record: EngineRecord) => void): () => void;
  /** Stores the state as it is now; resolves with its sequence. */
  snapshot(): Promise<number>;
  /** A copy of the journal in an empty or new folder, made while commands go on; resolves with its last sequence. */
  backup(destination: string): Promise<number>;
  close(): Promise<void>;
}

export interface HostOptions {
  readonly directory: string;
  readonly clock?: () => number;
  /** Records between two snapshots; 0 for none. */
  readonly snapshotEvery?: number;
  readonly segmentBytes?: number;
  /** Folder that full segments from before the oldest snapshot go to; null: they stay. */
  readonly archive?: string | null;
  /** A snapshot, or the archive, could not be written: the journal goes on without. */
  readonly onChoreFailed?: (error: Error) => void;
}

const SNAPSHOT_EVERY = 500_000;

/** Opens or begins an engine in a folder. Throws JournalInUse, or JournalDamaged where a byte or a hash is wrong. */
export async function openHost(options: HostOptions): Promise<Host> {
  const { directory, clock = Date.now, snapshotEvery = SNAPSHOT_EVERY, segmentBytes } = options;
  const holder: { engine: Engine } = { engine: createEngine() };
  const stateHash = hashOf(holder);
  const journal = await openSegmentedJournal({
    directory,
    stateHash,
    ...(segmentBytes === undefined ? {} : { segmentBytes }),
  });
  try {
    holder.engine = recover(journal);
    const { archive = null, onChoreFailed = () => undefined } = options;
    return await startHost(journal, holder.engine, {
      clock,
      snapshotEvery,
      backup: (destination) => journal.backup(destination),
      async retire() {
        if (archive !== null) await journal.archive(archive);
      },
      onChoreFailed,
    });
  } catch (error) {
    await journal.close().catch(() => undefined);
    throw error;
  }
}

/** An engine that forgets everything when the process ends. */
export async function openMemoryHost(options: { readonly clock?: () => number } = {}): Promise<Host> {
  const holder = { engine: createEngine() };
  const journal = memoryJournal({ stateHash: hashOf(holder) });
  const backup = () => Promise.reject(new Error('an engine in memory has nothing to back up'));
  return startHost(journal, holder.engine, {
    clock: options.clock ?? Date.now,
    snapshotEvery: 0,
    backup,
    retire: async () => undefined,
    onChoreFailed: () => undefined,
  });
}

/** State hash as the journal keeps it: 16 bytes. */
export function stateHashBytes(engine: Engine): Uint8Array {
  const bytes = new Uint8Array(16);
  const view = new DataView(bytes.buffer);
  for (const [at, word] of engine.stateHash().entries()) view.setUint32(at * 4, word, true);
  return bytes;
}

function hashOf(holder: { readonly engine: Engine }): StateHash {
  return () => stateHashBytes(holder.engine);
}

/** From the newest snapshot on, every record applied, and the state hash of each frame compared. */
function recover(journal: Journal): Engine {
  const snapshot = journal.latestSnapshot();
  if (snapshot === null && journal.firstSequence > 1) {
    const what = 'records before it are in the archive, and no snapshot holds what they led to';
    throw new JournalDamaged([{ file: `record ${journal.firstSequence}`, offset: 0, what }]);
  }
  const engine = snapshot === null ? createEngine() : decodeSnapshot(snapshot.content);
  for (const { sequence, record, stateHash } of journal.read(engine.state.clock.sequence + 1)) {
    engine.replay(decodeRecord(record));
    if (stateHash !== null && !isSame(stateHash, stateHashBytes(engine))) {
      const what = 'the state after this record has another hash than when it was recorded';
      throw new JournalDamaged([{ file: `record ${sequence}`, offset: 0, what }]);
    }
  }
  return engine;
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}

interface HostParts {
  readonly clock: () => number;
  readonly snapshotEvery: number;
  readonly backup: (destination: string) => Promise<number>;
  /** Lets go of what no start needs any more. */
  readonly retire: () => Promise<void>;
  readonly onChoreFailed: (error: Error) => void;
}

async function startHost(journal: Journal, engine: Engine, parts: HostParts): Promise<Host> {
  const { clock, snapshotEvery, backup, retire, onChoreFailed } = parts;
  let snapshotAt = engine.state.clock.sequence;
  const tail = durableTail(() => journal.durableSequence);
  engine.onRecord = (record, bytes) => {
    journal.append(bytes);
    tail.add(record);
  };
  // What a crash cut short is done first, before anything new is decided.
  engine.finishReplay();
  await journal.flush();

  async function submit(commandId: string, command: ExternalCommand, clockMs = clock()): Promise<Answer> {
    const submission = engine.submit(commandId, command, clockMs);
    const durable = journal.flush();
    if (snapshotEvery > 0 && engine.state.clock.sequence - snapshotAt >= snapshotEvery) {
      // A snapshot that fails costs recovery time, nothing else: the journal is the truth.
      snapshot().catch(onChoreFailed);
    }
    await durable;
    tail.give();
    if (submission.kind !== 'duplicate') return submission;
    const { sequence } = submission;
    const record = recordAt(sequence);
    return record === null ? { kind: 'archived', sequence } : { kind: 'duplicate', record };
  }

  function recordAt(sequence: number): EngineRecord | null {
    const bytes = journal.readOne(sequence);
    return bytes === null ? null : decodeRecord(bytes);
  }

  async function snapshot(): Promise<number> {
    snapshotAt = engine.state.clock.sequence;
    const saved = await journal.saveSnapshot(encodeSnapshot(engine));
    await retire();
    return saved;
  }

  async function durably<T>(value: T): Promise<T> {
    await journal.flush();
    tail.give();
    return value;
  }

  return {
    engine,
    submit,
    read: async (look) => durably(look(engine)),
    dryRun: async (command, look) =>
      durably(engine.dryRun(command, clock(), (recorded) => look(recorded, engine.state))),
    trial: async (play, look) => durably(look(engine.trial(clock(), play))),
    record: recordAt,
    *records(fromSequence) {
      for (const { record } of journal.read(fromSequence)) yield decodeRecord(record);
    },
    get durableSequence() {
      return journal.durableSequence;
    },
    get firstSequence() {
      return journal.firstSequence;
    },
    follow: tail.follow,
    snapshot,
    backup,
    close: () => journal.close(),
  };
}

/** Hands records on once they are durable; what nobody follows is not kept. */
function durableTail(durableSequence: () => number) {
  const followers = new Set<(record: EngineRecord) => void>();
  let waiting: EngineRecord[] = [];
  return {
    add(record: EngineRecord): void {
      if (followers.size > 0) waiting.push(record);
    },
    give(): void {
      const durable = durableSequence();
      const first = waiting[0];
      if (first === undefined || first.sequence > durable) return;
      const count = Math.min(waiting.length, durable - first.sequence + 1);
      const given = waiting.slice(0, count);
      waiting = waiting.slice(count);
      for (const record of given) for (const see of followers) see(record);
    },
    follow(see: (record: EngineRecord) => void): () => void {
      followers.add(see);
      return () => {
        followers.delete(see);
        if (followers.size === 0) waiting = [];
      };
    },
  };
}
