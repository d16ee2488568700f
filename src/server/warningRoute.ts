/**
 * The early warning of the venue as it stands, pools and accounts as they are. The book is copied under one sequence; what
 * is made of it comes after, in pieces between which commands are taken, and at most once in `EVERY_MS`.
 */
import { setImmediate } from 'node:timers/promises';
import {
  type Book,
  bookOfState,
  EARLY_WARNING_SETTINGS,
  earlyWarningSteps,
  findStressPolicy,
  type StressPolicy,
} from '../contagion/index.js';
import { type JsonObject, warnDocument } from '../contract/index.js';
import type { State } from '../engine/index.js';
import type { GuardedHost, Sight } from './guardedHost.js';
import { okReply, type Reply, refuse } from './reply.js';

/** An answer serves everybody who asks within this time. */
export const EVERY_MS = 10_000;
/** What of more accounts would hold up commands for too long; `bulkhead warn` reads a copy of the journal instead. */
export const ACCOUNTS_MAX = 5_000;

/** Of a state that has been looked at: its answer, or that on its way. */
interface Kept {
  readonly timeMs: number;
  readonly answer: Promise<JsonObject>;
}

const KEPT = new WeakMap<GuardedHost, Kept>();

export async function getWarning(host: GuardedHost): Promise<Reply> {
  const { answer } = await host.read((sight) => {
    const before = KEPT.get(host);
    if (before !== undefined && sight.timeMs - before.timeMs < EVERY_MS) return before;
    const kept = { timeMs: sight.timeMs, answer: warningOf(bookOf(sight.state), sight) };
    KEPT.set(host, kept);
    // Whoever waits for it is told; nobody may be.
    kept.answer.catch(() => KEPT.delete(host));
    return kept;
  });
  return okReply(await answer);
}

function bookOf(state: State): Book {
  const accounts = state.accounts.table.size;
  if (accounts > ACCOUNTS_MAX) throw refuse('book_too_large', { accounts, accountsMax: ACCOUNTS_MAX });
  const book = bookOfState(state, `record ${state.clock.sequence}`, { leavesOut: true });
  if (book.ok) return book.value;
  const { id, rule } = book.error;
  throw refuse('book_unreadable', id === '' ? { rule } : { id, rule });
}

async function warningOf(book: Book, { state, timeMs }: Sight): Promise<JsonObject> {
  const { sequence } = state.clock;
  const policy = findStressPolicy('as-given') as StressPolicy;
  const steps = earlyWarningSteps(book, policy);
  for (;;) {
    await setImmediate();
    const step = steps.next();
    if (!step.done) continue;
    if (!step.value.ok)
      throw refuse('book_unreadable', { id: step.value.error.account, rule: step.value.error.rule });
    const document = warnDocument(book, EARLY_WARNING_SETTINGS, [{ policy, warning: step.value.value }]);
    const { policies, ...of } = document;
    const [{ id: _id, title: _title, ...warning }] = policies as [(typeof policies)[number]];
    return { sequence, timeMs, ...of, ...warning };
  }
}
