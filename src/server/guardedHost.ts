/**
 * The host behind a gate that closes for good: after the journal has failed or the engine has stopped, nothing
 * is answered any more. What a look throws is a fault of the look, not of the host.
 */
import { hashText } from '../base/index.js';
import type { ExternalCommand, Recorded, Situation } from '../engine/index.js';
import { type Answer, type Host, JournalFailed, type Run } from '../journal/index.js';
import { NO_TRACES, type Traces } from './traces.js';

export type { Run };

/** What a look sees: the state, the time by which marks are fresh or stale, and the hash of it all. */
export interface Sight extends Situation {
  readonly stateHash: () => string;
}

export interface GuardedHost {
  /** Why nothing is answered any more; null while all is well. */
  readonly failure: Error | null;
  submit(commandId: string, command: ExternalCommand): Promise<Answer>;
  /** Looks at the state as it is now; resolves once that is durable. */
  read<T>(look: (sight: Sight) => T): Promise<T>;
  dryRun<T>(command: ExternalCommand, look: (recorded: Recorded, sight: Sight) => T): Promise<T>;
  /** Plays commands and puts them back, then looks at the state as it is; both in one turn, shown once durable. */
  trial<T, U>(play: (run: Run, sight: Sight) => T, look: (played: T, sight: Sight) => U): Promise<U>;
  records: Host['records'];
  follow: Host['follow'];
  readonly durableSequence: number;
  readonly firstSequence: number;
  /** The state as it is now, durable or not: to read commands by, never to answer from. */
  readonly state: Situation['state'];
}

/** Thrown instead of an answer. */
export class HostFailed extends Error {
  override readonly name = 'HostFailed';
}

export function guardHost(
  host: Host,
  options: {
    readonly clock: () => number;
    readonly onFailure: (error: Error) => void;
    /** A command was durable so long after it had been handed on. */
    readonly onDurable?: (seconds: number) => void;
    readonly traces?: Traces;
  },
): GuardedHost {
  const { clock, onFailure, onDurable = () => undefined, traces = NO_TRACES } = options;
  let failure: Error | null = null;

  function fail(error: unknown): HostFailed {
    if (failure === null) {
      failure = error instanceof Error ? error : new Error(String(error));
      onFailure(failure);
    }
    return new HostFailed(failure.message);
  }

  function assertOpen(): void {
    if (failure !== null) throw new HostFailed(failure.message);
  }

  function sight(): Sight {
    const { state, derived } = host.engine;
    const timeMs = Math.max(state.clock.timeMs, clock());
    return { state, derived, timeMs, stateHash: () => hashText(host.engine.stateHash()) };
  }

  return {
    get failure() {
      return failure;
    },
    get state() {
      return host.engine.state;
    },
    async submit(commandId, command) {
      assertOpen();
      try {
        const handedAt = performance.now();
        const answer = await traces.command(command, () => host.submit(commandId, command));
        onDurable((performance.now() - handedAt) / 1000);
        return answer;
      } catch (error) {
        // A step that throws, whatever the reason, leaves an engine that decides nothing any more.
        throw fail(error);
      }
    },
    async read(look) {
      assertOpen();
      const seen = await durably(() => host.read(() => attempt(() => look(sight()))));
      return seen();
    },
    async dryRun(command, look) {
      assertOpen();
      const seen = await durably(() =>
        host.dryRun(command, (recorded) => attempt(() => look(recorded, sight()))),
      );
      return seen();
    },
    async trial(play, look) {
      assertOpen();
      const seen = await durably(() =>
        host.trial(
          (run) => attempt(() => play(run, sight())),
          (played) => attempt(() => look(played(), sight())),
        ),
      );
      return seen();
    },
    get durableSequence() {
      return host.durableSequence;
    },
    get firstSequence() {
      return host.firstSequence;
    },
    follow: (see) => host.follow(see),
    records(fromSequence) {
      assertOpen();
      return host.records(fromSequence);
    },
  };

  async function durably<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw error instanceof JournalFailed ? fail(error) : error;
    }
  }
}

/** What came of it, to be thrown or returned later. */
function attempt<T>(work: () => T): () => T {
  try {
    const value = work();
    return () => value;
  } catch (error) {
    return () => {
      throw error;
    };
  }
}
