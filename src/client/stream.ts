/**
 * The stream from a program: it connects again by itself, goes on with each channel of events where it was, and sends commands that were
 * not answered once more with their ids, in their order, so that nothing is lost and nothing is done twice.
 */
import { randomUUID } from 'node:crypto';
import { WebSocket } from 'ws';
import type {
  BatchAnswer,
  Channel,
  CommandAnswer,
  EventChannel,
  EventMessage,
  HeldAnswer,
  Problem,
  StateChannel,
  StateMessage,
  StreamMessage,
  WireCommand,
} from '../contract/index.js';
import { BulkheadError, type SentCommand, Unreachable } from './client.js';
import { type Credentials, credentialHeaders } from './credentials.js';

export interface StreamClientOptions {
  /** Such as http://127.0.0.1:4410. */
  readonly url: string;
  readonly credentials?: Credentials | null;
  /** How often in a row it tries to connect before it gives up; endlessly when left out. */
  readonly retries?: number;
  readonly clock?: () => number;
  /** The stream is open, for the first time or again. */
  readonly onOpen?: () => void;
  /** The stream has ended for good: closed, refused, or given up. */
  readonly onEnd?: (error: Error | null) => void;
}

export interface SubscribeOptions {
  /** First sequence of a channel of events; what has not happened yet when left out. */
  readonly from?: number;
  readonly names?: readonly string[];
}

type MessageOf<C extends Channel> = C extends StateChannel ? StateMessage<C> : EventMessage;

export interface StreamClient {
  /** Resolves with the sequence after which it tells; throws BulkheadError where it is refused. */
  subscribe<C extends Channel>(
    channel: C,
    see: (message: MessageOf<C>) => void,
    options?: SubscribeOptions,
  ): Promise<number>;
  unsubscribe(channel: Channel): Promise<void>;
  /** Done, or waiting for approval. Throws BulkheadError where it is refused. */
  command(command: WireCommand, id?: string): Promise<CommandAnswer | HeldAnswer>;
  /** In order, each with its own answer. */
  batch(commands: readonly SentCommand[]): Promise<BatchAnswer['answers']>;
  ping(): Promise<{ readonly sequence: number; readonly timeMs: number }>;
  /** What was sent and has no answer is thrown back as Unreachable. */
  close(): void;
}

interface Waiting {
  readonly request: number;
  readonly op: object;
  readonly resolve: (message: StreamMessage) => void;
  readonly reject: (error: Error) => void;
}

interface Subscription {
  readonly channel: Channel;
  readonly names: readonly string[] | undefined;
  readonly see: (message: never) => void;
  /** The next sequence of a channel of events; null for state, which is told anew. */
  next: number | null;
}

const FIRST_WAIT_MS = 50;
const LAST_WAIT_MS = 5_000;
/** Heartbeats that may be missing before the connection is taken for dead. */
const SILENCE_BEATS = 2.5;

export function openStreamClient(options: StreamClientOptions): StreamClient {
  const { credentials = null, retries = Number.POSITIVE_INFINITY, clock = Date.now } = options;
  const url = options.url.replace(/\/+$/, '');
  const waiting = new Map<number, Waiting>();
  const subscriptions = new Map<Channel, Subscription>();
  let socket: WebSocket | null = null;
  let ended: Error | null | undefined;
  let count = 0;
  let tried = 0;
  let silence: NodeJS.Timeout | undefined;
  let again: NodeJS.Timeout | undefined;

  async function connect(): Promise<void> {
    const path = '/v1/stream';
    const said = await credentialHeaders(credentials, {
      method: 'GET',
      path,
      body: '',
      nowMs: clock(),
    });
    if (ended !== undefined) return;
    const opening = new WebSocket(`${url.replace(/^http/, 'ws')}${path}`, {
      headers: said,
      perMessageDeflate: false,
    });
    let heartbeatMs = 0;
    opening.on('message', (data) => {
      if (heartbeatMs > 0) listen(opening, heartbeatMs);
      const message = JSON.parse(data.toString()) as StreamMessage;
      if (message.type === 'hello') {
        heartbeatMs = message.heartbeatMs;
        begin(opening);
      } else hear(message);
    });
    opening.on('unexpected-response', (_request, response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (part: string) => {
        text += part;
      });
      response.on('end', () => {
        const refusal = refusalOf(text, response.statusCode ?? 0);
        opening.terminate();
        if (refusal.problem.retryable) retry(refusal);
        else end(refusal);
      });
    });
    opening.on('error', () => undefined);
    opening.on('close', () => {
      clearTimeout(silence);
      if (socket === opening || socket === null) {
        socket = null;
        retry(new Unreachable(`${url} does not answer`));
      }
    });
  }

  /** Nothing heard for too long: the other side may be gone without a word. */
  function listen(opened: WebSocket, heartbeatMs: number): void {
    clearTimeout(silence);
    silence = setTimeout(() => opened.terminate(), heartbeatMs * SILENCE_BEATS);
    silence.unref();
  }

  function begin(opened: WebSocket): void {
    socket = opened;
    tried = 0;
    const asked = new Set([...waiting.values()].map(({ op }) => ('channel' in op ? op.channel : null)));
    for (const subscription of subscriptions.values())
      if (!asked.has(subscription.channel))
        opened.send(JSON.stringify(subscribeRequest(subscription, next())));
    for (const { op, request } of waiting.values()) opened.send(JSON.stringify({ ...op, request }));
    options.onOpen?.();
  }

  function retry(reason: Error): void {
    if (ended !== undefined || again !== undefined) return;
    if (tried >= retries) return end(reason);
    const waitMs = Math.min(LAST_WAIT_MS, FIRST_WAIT_MS * 2 ** tried++);
    again = setTimeout(() => {
      again = undefined;
      connect().catch((error: unknown) => end(error as Error));
    }, waitMs);
  }

  function end(error: Error | null): void {
    if (ended !== undefined) return;
    ended = error;
    clearTimeout(again);
    clearTimeout(silence);
    socket?.close();
    for (const { reject } of waiting.values()) reject(error ?? new Unreachable('the stream was closed'));
    waiting.clear();
    options.onEnd?.(error);
  }

  function next(): number {
    return ++count;
  }

  function hear(message: StreamMessage): void {
    switch (message.type) {
      case 'event': {
        const subscription = subscriptions.get(message.channel);
        if (subscription === undefined) return;
        subscription.next = message.sequence + 1;
        return subscription.see(message as never);
      }
      case 'state':
        return subscriptions.get(message.channel)?.see(message as never);
      case 'heartbeat':
        for (const subscription of subscriptions.values())
          if (subscription.next !== null)
            subscription.next = Math.max(subscription.next, message.sequence + 1);
        return;
      case 'hello':
        return;
      default: {
        const asked = message.request === null ? undefined : waiting.get(message.request);
        if (asked === undefined) return;
        waiting.delete(asked.request);
        if (message.type === 'refused') asked.reject(new BulkheadError(message.problem));
        else asked.resolve(message);
      }
    }
  }

  function ask<T extends StreamMessage['type']>(op: object): Promise<Extract<StreamMessage, { type: T }>> {
    return new Promise((resolve, reject) => {
      if (ended !== undefined) return reject(ended ?? new Unreachable('the stream was closed'));
      const request = next();
      waiting.set(request, { request, op, resolve: resolve as (message: StreamMessage) => void, reject });
      if (socket !== null) socket.send(JSON.stringify({ ...op, request }));
    });
  }

  connect().catch((error: unknown) => end(error as Error));
  return {
    async subscribe(channel, see, { from, names } = {}) {
      const subscription: Subscription = { channel, names, see: see as never, next: from ?? null };
      subscriptions.set(channel, subscription);
      try {
        const { request: _request, ...op } = subscribeRequest(subscription, 0);
        const { sequence } = await ask<'subscribed'>(op);
        if (isOfEvents(channel)) subscription.next = Math.max(subscription.next ?? 0, sequence + 1);
        return sequence;
      } catch (error) {
        if (subscriptions.get(channel) === subscription) subscriptions.delete(channel);
        throw error;
      }
    },
    async unsubscribe(channel) {
      subscriptions.delete(channel);
      await ask<'unsubscribed'>({ op: 'unsubscribe', channel });
    },
    async command(command, id = randomUUID()) {
      const { answer } = await ask<'answer'>({ op: 'command', id, command });
      if ('code' in answer) throw new BulkheadError(answer);
      return answer;
    },
    async batch(commands) {
      const { answers } = await ask<'answers'>({ op: 'batch', commands });
      return answers;
    },
    async ping() {
      const { sequence, timeMs } = await ask<'pong'>({ op: 'ping' });
      return { sequence, timeMs };
    },
    close: () => end(null),
  };
}

function isOfEvents(channel: Channel): channel is EventChannel {
  return channel === 'journal' || channel === 'marginCalls' || channel === 'liquidations';
}

function subscribeRequest({ channel, names, next }: Subscription, request: number) {
  const from = next === null ? {} : { from: next };
  return { op: 'subscribe', request, channel, ...from, ...(names === undefined ? {} : { names }) };
}

function refusalOf(text: string, status: number): BulkheadError {
  try {
    const body = JSON.parse(text) as Problem;
    if (typeof body.code === 'string') return new BulkheadError(body);
  } catch {
    // Not of the service: told as what it is.
  }
  const detail = `status ${status} and no problem`;
  return new BulkheadError({ code: 'internal_error', status, retryable: status >= 500, detail } as Problem);
}
