/** Commands that wait for a second pair of eyes: durable, each decided once by somebody else, gone after a while. */
import type { Json, Scope } from '../../contract/index.js';
import { type ChainedEntry, openChainedLog } from './chainedLog.js';

type ApprovalEntry =
  | {
      readonly what: 'asked';
      readonly approval: string;
      readonly by: string;
      readonly scope: Scope;
      /** Of the command, as the journal will have it. */
      readonly id: string;
      readonly command: Json;
      readonly digest: string;
      readonly expiresMs: number;
    }
  | { readonly what: 'approved' | 'rejected'; readonly approval: string; readonly by: string };

export interface Approval {
  readonly approval: string;
  readonly by: string;
  readonly scope: Scope;
  readonly id: string;
  readonly command: Json;
  readonly digest: string;
  readonly askedMs: number;
  readonly expiresMs: number;
  readonly decision: 'approved' | 'rejected' | null;
  readonly decidedBy: string | null;
  readonly decidedMs: number | null;
}

export interface Approvals {
  readonly all: ReadonlyMap<string, Approval>;
  /** The one of this command id, if there is one. */
  of(id: string): Approval | null;
  ask(asked: Pick<Approval, 'by' | 'scope' | 'id' | 'command' | 'digest'>): Promise<Approval>;
  decide(approval: string, decision: 'approved' | 'rejected', by: string): Promise<Approval>;
  close(): Promise<void>;
}

export async function openApprovals(options: {
  readonly file: string;
  readonly clock: () => number;
  readonly keptMs: number;
}): Promise<Approvals> {
  const { file, clock, keptMs } = options;
  const all = new Map<string, Approval>();
  const byCommand = new Map<string, string>();
  const log = await openChainedLog<ApprovalEntry>(file, (entry) => apply(all, byCommand, entry));
  let made = all.size;
  return {
    all,
    of: (id) => all.get(byCommand.get(id) ?? '') ?? null,
    async ask(asked) {
      const approval = `a${++made}`;
      const timeMs = clock();
      await log.append(timeMs, { what: 'asked', approval, expiresMs: timeMs + keptMs, ...asked });
      return all.get(approval) as Approval;
    },
    async decide(approval, decision, by) {
      await log.append(clock(), { what: decision, approval, by });
      return all.get(approval) as Approval;
    },
    close: () => log.close(),
  };
}

export function isWaiting({ decision, expiresMs }: Approval, nowMs: number): boolean {
  return decision === null && nowMs < expiresMs;
}

function apply(
  all: Map<string, Approval>,
  byCommand: Map<string, string>,
  { timeMs, entry }: ChainedEntry<ApprovalEntry>,
): void {
  if (entry.what === 'asked') {
    const { what: _what, ...asked } = entry;
    all.set(entry.approval, {
      ...asked,
      askedMs: timeMs,
      decision: null,
      decidedBy: null,
      decidedMs: null,
    });
    byCommand.set(entry.id, entry.approval);
    return;
  }
  const known = all.get(entry.approval);
  if (known !== undefined)
    all.set(entry.approval, { ...known, decision: entry.what, decidedBy: entry.by, decidedMs: timeMs });
}
