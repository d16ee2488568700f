/**
 * The audit of a journal: every byte checked, every command decided again by a fresh engine and compared with
 * what was recorded, every law in full, every hash. It reads only.
 */

import { append } from '../base/append.js';
import { hashText } from '../base/index.js';
import {
  checkEverything,
  createEngine,
  decodeRecord,
  decodeSnapshot,
  type Engine,
  type EngineRecord,
  type ExternalCommand,
  encodeSnapshot,
  wholeStateHash,
} from '../engine/index.js';
import { checkJournal, type JournalCheck } from './checkJournal.js';
import { stateHashBytes } from './host.js';
import type { Finding } from './journal.js';
import { nodeFiles } from './nodeFiles.js';
import { type ReadOnlyJournal, readJournal } from './readOnlyJournal.js';

export interface Verification {
  readonly store: JournalCheck;
  /** Everything wrong, in the order in which it was found. Empty: the journal is sound. */
  readonly findings: readonly Finding[];
  readonly records: number;
  /** First record that was decided again. */
  readonly auditedFrom: number;
  /** Where the records before it are; null where all could be reached. */
  readonly archive: string | null;
  readonly commands: number;
  readonly rejected: number;
  /** Hash of the state after the last record. */
  readonly stateHash: string;
  readonly snapshots: number;
}

export interface VerifyProgress {
  readonly onRecord?: (sequence: number, lastSequence: number) => void;
}

/** Checks the store, then audits its records. */
export function verifyJournal(directory: string, progress: VerifyProgress = {}): Verification {
  const store = checkJournal(nodeFiles, directory);
  if (store.findings.length > 0)
    return report(store, store.findings, createEngine(), {
      commands: 0,
      rejected: 0,
      auditedFrom: 1,
      archive: null,
    });
  return auditRecords(store, readJournal(directory), progress);
}

function auditRecords(store: JournalCheck, journal: ReadOnlyJournal, progress: VerifyProgress): Verification {
  // Where the first records cannot be reached the audit begins with the oldest snapshot.
  const start = journal.archive === null ? null : journal.oldestSnapshot();
  const engine = start === null ? createEngine() : decodeSnapshot(start.content);
  const auditedFrom = engine.state.clock.sequence + 1;
  const findings: Finding[] = [];
  const counts = { commands: 0, rejected: 0 };
  const snapshot = journal.latestSnapshot();
  let expected: Uint8Array[] = [];
  engine.onRecord = (_record, bytes) => expected.push(bytes);
  for (const { sequence, record: bytes, stateHash } of journal.read(auditedFrom)) {
    const record = readable(bytes);
    if (typeof record === 'string') {
      findings.push(at(sequence, `the record cannot be read: ${record}`));
      break;
    }
    if (expected.length === 0 && record.commandId !== '') {
      counts.commands++;
      if (record.outcome.kind === 'rejected') counts.rejected++;
      decideAgain(engine, record);
    }
    const decided = expected.shift();
    if (decided === undefined || !isSame(decided, bytes)) {
      findings.push(at(sequence, 'deciding the command again gives another record'));
      break;
    }
    // A frame may end inside the work of one command; the hash is compared where the engine stands still.
    if (expected.length > 0) continue;
    if (stateHash !== null && !isSame(stateHash, stateHashBytes(engine))) {
      findings.push(at(sequence, 'the state after this record has another hash than when it was recorded'));
      break;
    }
    if (snapshot?.sequence === sequence)
      append(findings, snapshotFindings(engine, snapshot.content, sequence));
    progress.onRecord?.(sequence, journal.lastSequence);
  }
  expected = [];
  if (findings.length === 0) append(findings, lawFindings(engine));
  return report(store, findings, engine, { ...counts, auditedFrom, archive: journal.archive });
}

/** The record, or why it is none. */
function readable(bytes: Uint8Array): EngineRecord | string {
  try {
    return decodeRecord(bytes);
  } catch (error) {
    return (error as Error).message;
  }
}

function decideAgain(engine: Engine, record: EngineRecord): void {
  engine.submit(record.commandId, record.command as ExternalCommand, record.timeMs);
}

function snapshotFindings(engine: Engine, content: Uint8Array, sequence: number): Finding[] {
  // Byte for byte: names and used command ids are not in the state hash.
  if (isSame(content, encodeSnapshot(engine))) return [];
  return [at(sequence, 'the snapshot taken here holds something else than the records lead to')];
}

function lawFindings(engine: Engine): Finding[] {
  const { sequence } = engine.state.clock;
  try {
    checkEverything(engine.state);
  } catch (error) {
    return [at(sequence, (error as Error).message)];
  }
  if (hashText(wholeStateHash(engine.state)) === hashText(engine.stateHash())) return [];
  return [at(sequence, 'the running state hash is not the hash of the whole state')];
}

function at(sequence: number, what: string): Finding {
  return { file: `record ${sequence}`, offset: 0, what };
}

function report(
  store: JournalCheck,
  findings: readonly Finding[],
  engine: Engine,
  counts: Pick<Verification, 'commands' | 'rejected' | 'auditedFrom' | 'archive'>,
): Verification {
  return {
    store,
    findings,
    records: store.records,
    ...counts,
    stateHash: hashText(engine.stateHash()),
    snapshots: store.snapshots,
  };
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}
