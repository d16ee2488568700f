/** Webhooks: where to, of what, and how far each has been told. A history on disk, as that of the keys. */
import { createHmac } from 'node:crypto';
import type { WebhookChannel } from '../../contract/index.js';
import { type ChainedEntry, openChainedLog } from '../access/chainedLog.js';

export interface WebhookTerms {
  readonly url: string;
  readonly channels: readonly WebhookChannel[];
  /** Null: all. */
  readonly clients: readonly string[] | null;
}

type WebhookEntry =
  | { readonly what: 'made'; readonly webhook: string; readonly terms: WebhookTerms; readonly next: number }
  /** Everything before this sequence has been told, or is not of it. */
  | { readonly what: 'told'; readonly webhook: string; readonly next: number }
  | { readonly what: 'stopped'; readonly webhook: string; readonly reason: string }
  | { readonly what: 'resumed'; readonly webhook: string }
  | { readonly what: 'removed'; readonly webhook: string };

export interface Webhook extends WebhookTerms {
  readonly webhook: string;
  readonly createdMs: number;
  /** First sequence that it has not been told of. */
  readonly next: number;
  /** Why nothing is sent to it any more; null while it is. */
  readonly stopped: string | null;
}

export interface WebhookRing {
  readonly all: ReadonlyMap<string, Webhook>;
  make(terms: WebhookTerms, next: number): Promise<Webhook>;
  told(webhook: string, next: number): Promise<void>;
  stop(webhook: string, reason: string): Promise<Webhook>;
  resume(webhook: string): Promise<Webhook>;
  remove(webhook: string): Promise<void>;
  secretOf(webhook: string): Promise<string>;
  close(): Promise<void>;
}

export async function openWebhookRing(options: {
  readonly file: string;
  readonly clock: () => number;
  /** Asked for when a secret is needed. */
  readonly master: () => Promise<Buffer>;
}): Promise<WebhookRing> {
  const { file, clock, master } = options;
  const all = new Map<string, Webhook>();
  let made = 0;
  const log = await openChainedLog<WebhookEntry>(file, (entry) => {
    if (entry.entry.what === 'made') made++;
    apply(all, entry);
  });
  const record = async (entry: WebhookEntry): Promise<Webhook> => {
    await log.append(clock(), entry);
    return all.get(entry.webhook) as Webhook;
  };
  return {
    all,
    make: (terms, next) => record({ what: 'made', webhook: `w${made + 1}`, terms, next }),
    async told(webhook, next) {
      await record({ what: 'told', webhook, next });
    },
    stop: (webhook, reason) => record({ what: 'stopped', webhook, reason }),
    resume: (webhook) => record({ what: 'resumed', webhook }),
    async remove(webhook) {
      await record({ what: 'removed', webhook });
    },
    async secretOf(webhook) {
      const { createdMs } = all.get(webhook) as Webhook;
      const text = `bulkhead webhook\n${webhook}\n${createdMs}`;
      return createHmac('sha256', await master())
        .update(text)
        .digest('base64url');
    },
    close: () => log.close(),
  };
}

function apply(all: Map<string, Webhook>, { timeMs, entry }: ChainedEntry<WebhookEntry>): void {
  const { webhook } = entry;
  if (entry.what === 'made') {
    all.set(webhook, { webhook, ...entry.terms, createdMs: timeMs, next: entry.next, stopped: null });
    return;
  }
  const known = all.get(webhook);
  if (known === undefined) return;
  switch (entry.what) {
    case 'told':
      all.set(webhook, { ...known, next: entry.next });
      break;
    case 'stopped':
      all.set(webhook, { ...known, stopped: entry.reason });
      break;
    case 'resumed':
      all.set(webhook, { ...known, stopped: null });
      break;
    case 'removed':
      all.delete(webhook);
  }
}
