/**
 * Sends commands to a host one after another without waiting for the disk: a command is in the state at once
 * and durable soon after. What the engine records on the way is shown to watchers, in order.
 */
import { assert } from '../base/index.js';
import type { TimeMs } from '../base/units.js';
import type { Engine, EngineRecord, ExternalCommand, Outcome } from '../engine/index.js';
import type { Host } from '../journal/index.js';

/** What the simulation needs of a host. */
export type SimulationHost = Pick<Host, 'engine' | 'submit'>;

/** Called right after a record's effects are in the state, and before anything else happens. Must not throw. */
export type RecordWatcher = (record: EngineRecord) => void;

export interface Sender {
  readonly engine: Engine;
  /** The clock of the simulation: every command is sequenced at this time. */
  timeMs: TimeMs;
  /** Sequences a command and answers what became of it. */
  send(command: ExternalCommand): Outcome;
  /** How many answers are still on their way to the disk. */
  readonly waiting: number;
  /** Waits until all of them are durable. Throws what stopped the engine or its journal. */
  settle(): Promise<void>;
  /** Leaves the host as it was found. */
  close(): void;
}

export function createSender(host: SimulationHost, watchers: readonly RecordWatcher[]): Sender {
  const { engine } = host;
  const forward = engine.onRecord;
  let first: EngineRecord | null = null;
  let count = 0;
  let answers: Promise<unknown>[] = [];
  engine.onRecord = (...recorded) => {
    forward(...recorded);
    const [record] = recorded;
    first ??= record;
    for (const watch of watchers) watch(record);
  };

  return {
    engine,
    timeMs: 0,
    send(command) {
      first = null;
      const answer = host.submit(`simulation-${++count}`, command, this.timeMs);
      // A failure is thrown where the answers are awaited; until then it is not unhandled.
      answer.catch(() => undefined);
      answers.push(answer);
      assert(first !== null, `${command.kind} was not sequenced`);
      return (first as EngineRecord).outcome;
    },
    get waiting() {
      return answers.length;
    },
    async settle() {
      const sent = answers;
      answers = [];
      await Promise.all(sent);
    },
    close() {
      engine.onRecord = forward;
    },
  };
}
