/**
 * Who did what: every command that is not of the day's business, before it is handed on and when it is answered; every change of a key;
 * how many requests were refused because nobody could say who sends them. The journal has what a command did, this has whose it was.
 */
import { createHash } from 'node:crypto';
import type { Scope } from '../../contract/index.js';
import { type ChainedEntry, type ChainedLog, openChainedLog } from './chainedLog.js';

export type AuditEntry =
  | {
      readonly what: 'asked';
      readonly by: string;
      readonly scope: Scope;
      readonly id: string;
      readonly kind: string;
      /** SHA-256 of the command as it was sent. */
      readonly digest: string;
      /** Who had asked for it, where it is here approved. */
      readonly askedBy: string | null;
    }
  | {
      readonly what: 'answered';
      /** Number of the entry that it answers. */
      readonly of: number;
      readonly status: number;
      readonly code: string | null;
      readonly sequence: number | null;
    }
  | { readonly what: 'key'; readonly by: string; readonly change: string; readonly key: string }
  | { readonly what: 'approval'; readonly by: string; readonly change: string; readonly approval: string }
  | { readonly what: 'webhook'; readonly by: string; readonly change: string; readonly webhook: string }
  | { readonly what: 'backup'; readonly by: string; readonly backup: string }
  | { readonly what: 'refused'; readonly counts: Readonly<Record<string, number>> };

export interface Audit {
  add(entry: AuditEntry): Promise<ChainedEntry<AuditEntry>>;
  /** Counted, and written at most once a minute. */
  countRefusal(code: string): void;
  read: ChainedLog<AuditEntry>['read'];
  readonly size: number;
  close(): Promise<void>;
}

const TALLY_EVERY_MS = 60_000;

export async function openAudit(file: string, clock: () => number): Promise<Audit> {
  const log = await openChainedLog<AuditEntry>(file);
  let counts: Record<string, number> = {};
  const add = (entry: AuditEntry) => log.append(clock(), entry);
  const tell = async () => {
    if (Object.keys(counts).length === 0) return;
    const told = counts;
    counts = {};
    await add({ what: 'refused', counts: told });
  };
  // A tally that cannot be written is told with the next one: no request depends on it.
  const timer = setInterval(() => tell().catch(() => undefined), TALLY_EVERY_MS);
  timer.unref();
  return {
    add,
    countRefusal(code) {
      counts[code] = (counts[code] ?? 0) + 1;
    },
    read: log.read,
    get size() {
      return log.size;
    },
    async close() {
      clearInterval(timer);
      await tell().catch(() => undefined);
      await log.close();
    },
  };
}

export function commandDigest(command: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify(command) ?? '')
    .digest('hex');
}
