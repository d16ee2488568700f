/** The newest durable records, kept at hand for all who follow; older ones come from the journal. */
import type { EngineRecord } from '../../engine/index.js';
import type { GuardedHost } from '../guardedHost.js';

/** Records kept at hand. */
const RECENT_MAX = 10_000;

export interface RecordFeed {
  /** Durable records from a sequence on, as far as there are now. */
  from(sequence: number): Iterable<EngineRecord>;
  readonly durableSequence: number;
  /** Is called when there are more. */
  onMore(wake: () => void): void;
  close(): void;
}

export function recordFeed(host: GuardedHost): RecordFeed {
  let recent: EngineRecord[] = [];
  let older: EngineRecord[] = [];
  const wakes: (() => void)[] = [];
  let isWoken = false;
  const stop = host.follow((record) => {
    // Two halves: the older one is let go of when the younger is full, so that nothing is moved.
    if (recent.length >= RECENT_MAX / 2) {
      older = recent;
      recent = [];
    }
    recent.push(record);
    if (isWoken) return;
    isWoken = true;
    setImmediate(() => {
      isWoken = false;
      for (const wake of wakes) wake();
    });
  });

  return {
    *from(sequence) {
      const oldest = (older[0] ?? recent[0])?.sequence ?? Number.POSITIVE_INFINITY;
      if (sequence < oldest) {
        yield* host.records(sequence);
        return;
      }
      for (const half of [older, recent]) {
        const first = half[0]?.sequence ?? 0;
        for (let at = Math.max(0, sequence - first); at < half.length; at++) yield half[at] as EngineRecord;
      }
    },
    get durableSequence() {
      return host.durableSequence;
    },
    onMore(wake) {
      wakes.push(wake);
    },
    close: stop,
  };
}
