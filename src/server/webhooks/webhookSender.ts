/**
 * Posts to one webhook what its channels tell, in order and one at a time, until it is taken: a delivery is known by its id, so that one
 * that comes twice is the same. A delivery that nobody takes is tried again, less and less often, and given up after some days.
 */
import { createHmac } from 'node:crypto';
import {
  DELIVERY_HEADER,
  DELIVERY_SIGNATURE_HEADER,
  DELIVERY_TIMESTAMP_HEADER,
  deliveryToSign,
  type JsonObject,
} from '../../contract/index.js';
import type { EngineRecord } from '../../engine/index.js';
import type { GuardedHost } from '../guardedHost.js';
import { channelEvents, type Whose } from '../stream/eventChannels.js';
import type { RecordFeed } from '../stream/recordFeed.js';
import type { Webhook, WebhookRing } from './webhookRing.js';

export interface DeliveryTerms {
  readonly timeoutMs: number;
  readonly firstRetryMs: number;
  readonly lastRetryMs: number;
  /** How long one delivery is tried. */
  readonly giveUpMs: number;
}

export const DELIVERY_DEFAULTS: DeliveryTerms = {
  timeoutMs: 10_000,
  firstRetryMs: 1_000,
  lastRetryMs: 600_000,
  giveUpMs: 3 * 86_400_000,
};

/** Records looked at in one turn, and after how many without an event it is noted how far it has come. */
const TURN_RECORDS = 500;
const NOTE_EVERY = 50_000;

export interface WebhookSender {
  wake(): void;
  /** How often in a row the delivery that is under way was tried in vain. */
  readonly failures: number;
  /** What came of the last try that failed; null while all is well. */
  readonly lastFailure: string | null;
  close(): Promise<void>;
}

interface SenderParts {
  readonly host: GuardedHost;
  readonly feed: RecordFeed;
  readonly ring: WebhookRing;
  readonly terms: DeliveryTerms;
  readonly clock: () => number;
  readonly onFault: (error: Error) => void;
}

export function webhookSender(id: string, parts: SenderParts): WebhookSender {
  const { host, feed, ring, terms, clock, onFault } = parts;
  let next = (ring.all.get(id) as Webhook).next;
  let running: Promise<void> | null = null;
  let failures = 0;
  let lastFailure: string | null = null;
  const ending = new AbortController();
  const isLive = () => !ending.signal.aborted && ring.all.get(id)?.stopped === null;

  function wake(): void {
    if (running !== null || !isLive() || next > feed.durableSequence) return;
    running = run()
      .catch(onFault)
      .finally(() => {
        running = null;
        wake();
      });
  }

  async function run(): Promise<void> {
    const { channels, clients, next: noted } = ring.all.get(id) as Webhook;
    if (next < host.firstSequence) {
      next = host.firstSequence;
      await ring.told(id, next);
      await ring.stop(
        id,
        `records before ${next} are in an archive that is not there; resume goes on from that sequence`,
      );
      return;
    }
    const whose = whoseOf(host, clients);
    let looked = 0;
    for (const record of feed.from(next)) {
      const told = channels.flatMap((channel) => {
        const events = channelEvents(host.state, record, { channel, whose });
        return events.length === 0 ? [] : [{ channel, events }];
      });
      if (told.length > 0 && !(await deliver(record, told))) return;
      next = record.sequence + 1;
      if (told.length > 0 || next - noted >= NOTE_EVERY) return ring.told(id, next);
      if (++looked >= TURN_RECORDS) return;
    }
  }

  /** False where it was not taken, and is not tried any more. */
  async function deliver(record: EngineRecord, told: readonly JsonObject[]): Promise<boolean> {
    const { sequence, timeMs } = record;
    const delivery = `${id}-${sequence}`;
    const body = JSON.stringify({ webhook: id, delivery, sequence, timeMs, told });
    const secret = await ring.secretOf(id);
    const begunAt = performance.now();
    for (failures = 0; isLive(); failures++) {
      const outcome = await post(body, delivery, secret);
      if (outcome === 'taken') {
        [failures, lastFailure] = [0, null];
        return true;
      }
      lastFailure = outcome;
      if (outcome === 'status 410') await ring.stop(id, 'it answered 410: gone for good');
      else if (performance.now() - begunAt > terms.giveUpMs)
        await ring.stop(id, `delivery ${delivery} was not taken for too long: ${outcome}`);
      else await pause(Math.min(terms.lastRetryMs, terms.firstRetryMs * 2 ** Math.min(failures, 30)));
    }
    return false;
  }

  async function post(body: string, delivery: string, secret: string): Promise<string> {
    const timestampMs = clock();
    const signature = createHmac('sha256', secret).update(deliveryToSign(timestampMs, body)).digest('hex');
    try {
      const answer = await fetch((ring.all.get(id) as Webhook).url, {
        method: 'POST',
        redirect: 'manual',
        headers: {
          'content-type': 'application/json',
          'user-agent': 'bulkhead',
          [DELIVERY_HEADER]: delivery,
          [DELIVERY_TIMESTAMP_HEADER]: String(timestampMs),
          [DELIVERY_SIGNATURE_HEADER]: signature,
        },
        body,
        signal: AbortSignal.any([ending.signal, AbortSignal.timeout(terms.timeoutMs)]),
      });
      // What it says beyond its status is of no interest, however much of it there is.
      await answer.body?.cancel();
      return answer.ok ? 'taken' : `status ${answer.status}`;
    } catch (error) {
      const { name, cause } = error as Error & { readonly cause?: { readonly code?: string } };
      return name === 'TimeoutError' ? 'no answer in time' : (cause?.code ?? name);
    }
  }

  function pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(done, ms);
      timer.unref();
      ending.signal.addEventListener('abort', done, { once: true });
      function done(): void {
        clearTimeout(timer);
        ending.signal.removeEventListener('abort', done);
        resolve();
      }
    });
  }

  return {
    wake,
    get failures() {
      return failures;
    },
    get lastFailure() {
      return lastFailure;
    },
    async close() {
      ending.abort();
      await running;
    },
  };
}

/** Accounts of the clients by name: clients that come later count from then on. */
function whoseOf({ state }: GuardedHost, clients: readonly string[] | null): Whose {
  if (clients === null) return null;
  const wanted = new Set(clients);
  return (row) => wanted.has(state.clients.names.nameOf(state.accounts.client.get(row)));
}
