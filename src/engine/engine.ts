/**
 * The engine: one command at a time is sequenced, decided, evolved and checked against the laws, then the
 * pools it touched do the work that follows from it, each step a command of its own. Every step is handed to
 * the journal as a record. Durability, answers and clocks are the host's: nothing here does I/O.
 */
import { append } from '../base/append.js';
import { assert, BrokenAssertion, type Hash128, Int64Overflow } from '../base/index.js';
import { NegativeBalance } from '../ledger/index.js';
import { accrue } from './accrual.js';
import { dueCollateral } from './collateralSchedule.js';
import { type Command, type ExternalCommand, isInternal } from './command.js';
import { type CommandRegister, commandDigest, createCommandRegister } from './commandRegister.js';
import { decide } from './decide.js';
import { isRejection, type Situation } from './decision.js';
import { createDerived, type Derived } from './derived.js';
import { dueInterest, laggingDebts } from './dueInterest.js';
import { dueLevels } from './dueLevels.js';
import { dueParameters } from './dueParameters.js';
import type { Event } from './event.js';
import { evolve } from './evolve.js';
import { BrokenPoolLaw, checkLaws } from './laws.js';
import { countWork, nextPending, noWork, type PendingWork, pendingWork, poolOfWork } from './pendingWork.js';
import { openingsFor } from './prepare.js';
import { type EngineRecord, encodeCommand, encodeRecord, type Outcome } from './record.js';
import { type Rejection, type RejectionCode, reject } from './rejection.js';
import { createState, type State } from './state.js';
import { createStateHash, type StateHash } from './stateHash.js';

/** What submitting a command gave: its record and those of the work it set off; or that its id was used before. */
export type Submission =
  | Recorded
  | { readonly kind: 'duplicate'; readonly sequence: number }
  | { readonly kind: 'conflict'; readonly sequence: number };

export interface Recorded {
  readonly kind: 'recorded';
  readonly record: EngineRecord;
  readonly work: readonly EngineRecord[];
}

export interface Engine {
  readonly state: State;
  readonly derived: Derived;
  /** Called with each record and its bytes as soon as its effects are in the state, dry runs and replay apart: the way to the journal. */
  onRecord: (record: EngineRecord, bytes: Uint8Array) => void;
  /** Sequences one command of the outside. `clockMs` is the clock at the door; time never goes back. */
  submit(commandId: string, command: ExternalCommand, clockMs: number): Submission;
  /** Plays commands one after another on the state, then puts it back as it was: baskets and what-ifs. */
  trial<T>(clockMs: number, play: (run: (command: ExternalCommand) => Recorded) => T): T;
  /** What the command would do now, with all the work it would set off, and nothing kept. */
  dryRun<T>(command: ExternalCommand, clockMs: number, look: (submission: Recorded) => T): T;
  /** Applies a record of the journal: its events, without deciding again. */
  replay(record: EngineRecord): void;
  /** After the last record: does the work a crash cut short, as it would have been done, and returns its records. */
  finishReplay(): readonly EngineRecord[];
  readonly register: CommandRegister;
  stateHash(): Hash128;
}

/** An engine of no commands, or one that goes on from a state (see `snapshot.ts`). */
export function createEngine(
  state: State = createState(),
  register: CommandRegister = createCommandRegister(),
): Engine {
  const derived = createDerived(state);
  const hash: StateHash = createStateHash(state);
  /** A step that throws leaves the state half written: nothing may be decided on it any more. */
  let isStopped = false;
  let isDry = false;
  let pending: PendingWork = noWork();

  function submit(commandId: string, command: ExternalCommand, clockMs: number): Submission {
    assertRunning(clockMs);
    assert(commandId !== '', 'a command of the outside has an id');
    const digest = commandDigest(encodeCommand(command));
    const known = register.find(commandId);
    if (known !== undefined) {
      return { kind: known.digest === digest ? 'duplicate' : 'conflict', sequence: known.sequence };
    }
    isStopped = true;
    const submission = run(commandId, command, Math.max(state.clock.timeMs, clockMs));
    isStopped = false;
    state.undo.clear();
    register.add(commandId, { sequence: submission.record.sequence, digest });
    return submission;
  }

  function assertRunning(clockMs: number): void {
    assert(!isStopped, 'the engine has stopped after a broken law');
    assert(!isDry, 'nothing is submitted from inside a dry run');
    assert(Number.isSafeInteger(clockMs) && clockMs >= 0, () => `not a time in milliseconds: ${clockMs}`);
  }

  /** The command, then the work it set off in the pools it touched. */
  function run(commandId: string, command: Command, timeMs: number): Recorded {
    const [record, ...work] = step(commandId, command, timeMs) as [EngineRecord, ...EngineRecord[]];
    pending = pendingWork(state, record);
    append(work, completeWork(timeMs));
    return { kind: 'recorded', record, work };
  }

  function completeWork(timeMs: number): EngineRecord[] {
    const work: EngineRecord[] = [];
    for (;;) {
      const command = nextPending({ state, derived, timeMs }, pending);
      if (command === null) return work;
      append(work, step('', command, timeMs));
    }
  }

  /**
   * One command, one step: decided, evolved, checked, recorded. Where it breaks a law of one pool it is undone
   * and refused, and a second record halts that pool.
   */
  function step(commandId: string, command: Command, timeMs: number): EngineRecord[] {
    const mark = state.undo.mark();
    try {
      const outcome = settle({ state, derived, timeMs }, command);
      return [recordStep({ timeMs, commandId, command, outcome })];
    } catch (error) {
      state.undo.rollback(mark);
      return refuseBroken(error, { timeMs, commandId, command });
    }
  }

  /**
   * A step that broke something was undone. What would not fit the ledger's columns is refused; what is broken
   * inside one pool halts that pool. Everything else stops the engine.
   */
  function refuseBroken(error: unknown, refused: Omit<EngineRecord, 'sequence' | 'outcome'>): EngineRecord[] {
    const { command, timeMs } = refused;
    if (!(error instanceof BrokenAssertion)) throw error;
    const law = error.message;
    const poolRow = brokenPool(error, command);
    if (poolRow < 0) {
      if (!(error instanceof Int64Overflow)) throw error;
      return [recordStep({ ...refused, outcome: rejected('out_of_range', { what: law }) })];
    }
    const context = { pool: state.pools.names.nameOf(poolRow), law };
    const record = recordStep({ ...refused, outcome: rejected('pool_quarantined', context) });
    return [record, ...step('', { kind: 'quarantine', poolRow, law }, timeMs)];
  }

  /** The pool inside which something broke: of a law, of a balance, or of work that is its own; -1 for none. */
  function brokenPool(error: BrokenAssertion, command: Command): number {
    if (error instanceof BrokenPoolLaw) return error.poolRow;
    if (error instanceof NegativeBalance) return state.ledger.poolOf(error.ledgerRow);
    return isInternal(command) && command.kind !== 'quarantine' ? poolOfWork(state, command) : -1;
  }

  function rejected(code: RejectionCode, context: Rejection['context']): Outcome {
    return { kind: 'rejected', rejection: reject(code, context) };
  }

  function settle(situation: Situation, command: Command): Outcome {
    const mark = state.undo.mark();
    // Debts change on an index of this time, or not at all: where the decision finds one that lags, it accrues and is made again.
    for (let lagging: readonly number[] = []; ; ) {
      const prelude = prepare(situation, command, lagging);
      const decision = decide(situation, command);
      if (isRejection(decision)) {
        state.undo.rollback(mark);
        assert(
          !isInternal(command),
          () => `work that was next was refused: ${command.kind}, ${decision.code}`,
        );
        return { kind: 'rejected', rejection: decision };
      }
      const found = laggingDebts(state, decision, situation.timeMs);
      if (found.length === 0) {
        for (const event of decision) apply(event, situation.timeMs);
        return { kind: 'accepted', events: prelude.length === 0 ? decision : [...prelude, ...decision] };
      }
      state.undo.rollback(mark);
      lagging = [...lagging, ...found];
    }
  }

  /** What comes before the command: parameters and isolation levels whose time has come, rows it needs, interest up to now. */
  function prepare(situation: Situation, command: Command, lagging: readonly number[]): Event[] {
    const terms = [...dueParameters(situation, command), ...dueCollateral(situation, command)];
    for (const event of terms) apply(event, situation.timeMs);
    const levels = dueLevels(situation, command);
    for (const event of levels) apply(event, situation.timeMs);
    const opened = openingsFor(state, command);
    for (const event of opened) apply(event, situation.timeMs);
    return [
      ...terms,
      ...levels,
      ...opened,
      ...accrueDue(situation, dueInterest(state, command, situation.timeMs, lagging)),
    ];
  }

  /** One asset after the other: each is judged on what the ones before have made of the debtors. */
  function accrueDue(situation: Situation, poolAssetRows: readonly number[]): Event[] {
    const events: Event[] = [];
    for (const poolAssetRow of poolAssetRows) {
      const event = accrue(situation, poolAssetRow, situation.timeMs);
      if (event === null) continue;
      apply(event, situation.timeMs);
      events.push(event);
    }
    return events;
  }

  function apply(event: Event, timeMs: number): void {
    evolve(state, event, timeMs);
    checkLaws(state, event);
  }

  function recordStep(step: Omit<EngineRecord, 'sequence'>): EngineRecord {
    const record = { sequence: state.clock.sequence + 1, ...step };
    // Encoded inside the step: what cannot be recorded is undone like anything else that does not fit.
    const bytes = encodeRecord(record);
    advance(record.sequence, record.timeMs);
    if (!isDry) engine.onRecord(record, bytes);
    return record;
  }

  function advance(sequence: number, timeMs: number): void {
    const before = { ...state.clock };
    Object.assign(state.clock, { sequence, timeMs });
    state.undo.push(() => Object.assign(state.clock, before));
  }

  function trial<T>(clockMs: number, play: (run: (command: ExternalCommand) => Recorded) => T): T {
    assertRunning(clockMs);
    const mark = state.undo.mark();
    const pendingBefore = pending;
    const timeMs = Math.max(state.clock.timeMs, clockMs);
    isDry = true;
    try {
      return play((command) => run('', command, timeMs));
    } finally {
      isDry = false;
      pending = pendingBefore;
      state.undo.rollback(mark);
    }
  }

  function dryRun<T>(command: ExternalCommand, clockMs: number, look: (submission: Recorded) => T): T {
    return trial(clockMs, (runDry) => look(runDry(command)));
  }

  function replay(record: EngineRecord): void {
    assert(
      record.sequence === state.clock.sequence + 1,
      () => `record ${record.sequence} does not follow ${state.clock.sequence}`,
    );
    isStopped = true;
    if (record.outcome.kind === 'accepted')
      for (const event of record.outcome.events) apply(event, record.timeMs);
    advance(record.sequence, record.timeMs);
    state.undo.clear();
    isStopped = false;
    if (record.commandId === '') return countWork(state, pending, record.command);
    pending = pendingWork(state, record);
    const digest = commandDigest(encodeCommand(record.command));
    register.add(record.commandId, { sequence: record.sequence, digest });
  }

  function finishReplay(): readonly EngineRecord[] {
    const work = completeWork(state.clock.timeMs);
    state.undo.clear();
    return work;
  }

  const engine: Engine = {
    state,
    derived,
    register,
    onRecord: () => undefined,
    submit,
    trial,
    dryRun,
    replay,
    finishReplay,
    stateHash: () => hash.current(),
  };
  return engine;
}
