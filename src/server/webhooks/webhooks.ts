/** All webhooks of a service, and a sender for each. */
import { join } from 'node:path';
import { masterKey } from '../access/masterKey.js';
import type { GuardedHost } from '../guardedHost.js';
import type { RecordFeed } from '../stream/recordFeed.js';
import { openWebhookRing, type Webhook, type WebhookTerms } from './webhookRing.js';
import { DELIVERY_DEFAULTS, type DeliveryTerms, type WebhookSender, webhookSender } from './webhookSender.js';

/** More than these are for something made for it. */
export const WEBHOOKS_MAX = 100;

export interface WebhookStatus extends Webhook {
  readonly failures: number;
  readonly lastFailure: string | null;
}

export interface Webhooks {
  /** Begins to send. */
  start(parts: {
    readonly host: GuardedHost;
    readonly feed: RecordFeed;
    readonly onFault: (error: Error) => void;
  }): void;
  list(): readonly WebhookStatus[];
  of(webhook: string): WebhookStatus | null;
  make(terms: WebhookTerms, next: number): Promise<WebhookStatus & { readonly secret: string }>;
  resume(webhook: string): Promise<WebhookStatus>;
  remove(webhook: string): Promise<void>;
  /** There are more records. */
  wake(): void;
  /** Sends nothing more; what was not taken is sent after the next start. */
  close(): Promise<void>;
}

export async function openWebhooks(options: {
  /** The folder of the journal; what is kept is in `webhooks` there. */
  readonly directory: string;
  readonly clock?: () => number;
  readonly masterKey?: string | undefined;
  readonly terms?: Partial<DeliveryTerms>;
}): Promise<Webhooks> {
  const { directory, clock = Date.now } = options;
  const terms = { ...DELIVERY_DEFAULTS, ...options.terms };
  let master: Promise<Buffer> | null = null;
  const ring = await openWebhookRing({
    file: join(directory, 'webhooks', 'webhooks.jsonl'),
    clock,
    master() {
      master ??= masterKey(join(directory, 'access', 'master.key'), options.masterKey);
      return master;
    },
  });
  const senders = new Map<string, WebhookSender>();
  let begin: (id: string) => void = () => undefined;

  function status(webhook: Webhook): WebhookStatus {
    const sender = senders.get(webhook.webhook);
    return { ...webhook, failures: sender?.failures ?? 0, lastFailure: sender?.lastFailure ?? null };
  }

  return {
    start({ host, feed, onFault }) {
      begin = (id) => {
        const sender = webhookSender(id, { host, feed, ring, terms, clock, onFault });
        senders.set(id, sender);
        sender.wake();
      };
      for (const id of ring.all.keys()) begin(id);
    },
    list: () => [...ring.all.values()].map(status),
    of(id) {
      const found = ring.all.get(id);
      return found === undefined ? null : status(found);
    },
    async make(made, next) {
      const webhook = await ring.make(made, next);
      begin(webhook.webhook);
      return { ...status(webhook), secret: await ring.secretOf(webhook.webhook) };
    },
    async resume(id) {
      const webhook = await ring.resume(id);
      senders.get(id)?.wake();
      return status(webhook);
    },
    async remove(id) {
      const sender = senders.get(id);
      senders.delete(id);
      await sender?.close();
      await ring.remove(id);
    },
    wake() {
      for (const sender of senders.values()) sender.wake();
    },
    async close() {
      await Promise.all([...senders.values()].map((sender) => sender.close()));
      await ring.close();
    },
  };
}
