/**
 * One stream: its requests in order, its subscriptions, and how it keeps up. Events are fetched as fast as they are read, so that a slow
 * reader falls behind and holds nothing up; state is sent when there is room, the last of it; commands are taken no faster than answered.
 */
import type { RawData, WebSocket } from 'ws';
import {
  type Channel,
  EVENT_CHANNELS,
  type EventChannel,
  issuesProblem,
  type JsonObject,
  type Problem,
  parseJsonText,
  problem,
  STREAM_CLOSE,
  STREAM_OPS,
  STREAM_READERS,
  type StateChannel,
  type StreamMessage,
  type StreamOp,
  type StreamRequest,
  type Subscribe,
} from '../../contract/index.js';
import type { Access } from '../access/access.js';
import type { Principal } from '../access/principal.js';
import { assertReaches } from '../access/reach.js';
import { handOnCommands, REPLAY_HEADER } from '../commandDoor.js';
import { handOnBatch } from '../commandRoutes.js';
import { type GuardedHost, HostFailed } from '../guardedHost.js';
import { firstOrRefuse, Refused, type Reply, refuse, refuseIssues } from '../reply.js';
import { eventMessage, type Whose } from './eventChannels.js';
import type { RecordFeed } from './recordFeed.js';
import type { Watch } from './stateChannels.js';
import { notFor, REACH, rowsOf, whoseOf } from './subscription.js';

export interface ConnectionParts {
  readonly host: GuardedHost;
  readonly feed: RecordFeed;
  readonly caller: Principal;
  readonly access: Access | null;
  readonly heartbeatMs: number;
  readonly stallMs: number;
  readonly clock: () => number;
  readonly onFault: (error: Error) => void;
}

export interface Connection {
  /** There are more records. */
  wake(): void;
  /** What of the state it wants to be told of now. */
  readonly watches: Iterable<Watch>;
  readonly isClogged: boolean;
  send(text: string): void;
  /** Once in a while: ends it where it is not good, stalls or is dead; says that the service is there. */
  beat(): void;
  /** Takes no more requests, answers those it has, then ends. */
  finish(): Promise<void>;
  close(why: keyof typeof STREAM_CLOSE): void;
}

/** Bytes on their way out from which on nothing more is fetched, and under which it goes on. */
const CLOGGED_BYTES = 1 << 20;
const FREE_BYTES = 1 << 18;
/** Commands without an answer yet from which on no more is read. */
const OUTSTANDING_MAX = 5_000;
/** Records looked at in one turn. */
const TURN_RECORDS = 500;
const CLOSE_WAIT_MS = 1_000;

interface Following {
  readonly channel: EventChannel;
  readonly whose: Whose;
  next: number;
}

export function connection(socket: WebSocket, parts: ConnectionParts): Connection {
  const { host, feed, caller, access, heartbeatMs, stallMs, clock, onFault } = parts;
  const followings = new Map<EventChannel, Following>();
  const watched = new Map<StateChannel, Watch>();
  let handing: Promise<unknown> = Promise.resolve();
  let outstanding = 0;
  let isClogged = false;
  let isPumping = false;
  let isEnding = false;
  let sentAt = now();
  let movedAt = now();
  let pingedAt = now();
  let isAlive = true;

  const isOpen = () => socket.readyState === socket.OPEN;

  function send(text: string): void {
    if (!isOpen()) return;
    sentAt = now();
    if (!isClogged) movedAt = sentAt;
    socket.send(text, () => {
      movedAt = now();
      if (!isClogged || socket.bufferedAmount > FREE_BYTES) return;
      isClogged = false;
      regulate();
      wake();
    });
    if (socket.bufferedAmount > CLOGGED_BYTES) {
      isClogged = true;
      regulate();
    }
  }

  function say(message: StreamMessage): void {
    send(JSON.stringify(message));
  }

  /** Reads on only while there is room for what it would set off. */
  function regulate(): void {
    if (!isOpen()) return;
    if (isClogged || outstanding >= OUTSTANDING_MAX) socket.pause();
    else socket.resume();
  }

  function wake(): void {
    if (isPumping || followings.size === 0) return;
    isPumping = true;
    pump()
      .catch(fail)
      .finally(() => {
        isPumping = false;
        if ([...followings.values()].some(isBehind) && !isClogged && isOpen()) wake();
      });
  }

  function isBehind({ next }: Following): boolean {
    return next <= feed.durableSequence;
  }

  async function pump(): Promise<void> {
    for (const following of followings.values()) {
      while (isBehind(following) && !isClogged && isOpen() && followings.has(following.channel)) {
        // What it has not been told of is in an archive that is not there any more.
        if (following.next < host.firstSequence) return close('slow');
        let looked = 0;
        for (const record of feed.from(following.next)) {
          following.next = record.sequence + 1;
          const text = eventMessage(host.state, record, following);
          if (text !== null) send(text);
          if (isClogged || ++looked >= TURN_RECORDS) break;
        }
        await new Promise(setImmediate);
      }
    }
  }

  function fail(error: unknown): void {
    if (!(error instanceof HostFailed)) onFault(error as Error);
    close('goingAway');
  }

  socket.on('message', (data: RawData, isBinary: boolean) => {
    if (isEnding) return;
    if (isBinary) return close('notText');
    if (access !== null && !access.isGood(caller)) return close('notGood');
    let request: number | null = null;
    try {
      const read = requestOf(data.toString());
      request = read.request;
      if (read.refusal !== null) throw read.refusal;
      access?.pace(caller);
      answer(read.asked);
    } catch (error) {
      refused(request, error);
    }
  });
  socket.on('pong', () => {
    isAlive = true;
  });

  function refused(request: number | null, error: unknown): void {
    if (error instanceof HostFailed) return fail(error);
    if (!(error instanceof Refused)) onFault(error as Error);
    const told: Problem = error instanceof Refused ? error.problem : problem('internal_error');
    say({ type: 'refused', request, problem: told });
  }

  function answer(asked: StreamRequest): void {
    const { request } = asked;
    switch (asked.op) {
      case 'ping':
        return say({ type: 'pong', request, sequence: feed.durableSequence, timeMs: clock() });
      case 'subscribe':
        return subscribe(asked);
      case 'unsubscribe': {
        const { channel } = asked;
        const isThere = isEventChannel(channel) ? followings.delete(channel) : watched.delete(channel);
        if (!isThere) throw refuse('not_subscribed', { channel });
        return say({ type: 'unsubscribed', request, channel });
      }
      case 'command': {
        const sent = { id: asked.id, command: asked.command, path: '/command' };
        return handOn(request, 1, async () => {
          const { answers } = await handOnCommands(host, { caller, access }, [sent]);
          return answers.map((one) => one.then((reply) => say(answerMessage(request, reply))));
        });
      }
      case 'batch':
        return handOn(request, asked.commands.length, async () => {
          const { answers } = await handOnBatch(host, { caller, access }, asked.commands);
          const all = Promise.all(answers) as unknown as Promise<readonly never[]>;
          return [all.then((told) => say({ type: 'answers', request, answers: told }))];
        });
    }
  }

  /** What is sent on one stream is handed on in the order in which it came. */
  function handOn(request: number, count: number, work: () => Promise<readonly Promise<void>[]>): void {
    outstanding += count;
    regulate();
    const handed = handing.then(work);
    handing = handed.catch(() => undefined);
    handed
      .then((answers) => Promise.all(answers))
      .catch((error: unknown) => refused(request, error))
      .finally(() => {
        outstanding -= count;
        regulate();
      });
  }

  function subscribe({ request, channel, from, names }: Subscribe): void {
    assertReaches(caller, { scope: 'read', reach: REACH[channel] });
    const isKnown = isEventChannel(channel) ? followings.has(channel) : watched.has(channel);
    if (isKnown) throw refuse('already_subscribed', { channel });
    const sequence = feed.durableSequence;
    if (isEventChannel(channel)) {
      if (channel === 'journal' && names !== undefined) throw notFor('/names', 'is not for the journal');
      const next = from === undefined ? sequence + 1 : firstOrRefuse(from, host);
      followings.set(channel, { channel, whose: whoseOf(host.state, caller, names), next });
      say({ type: 'subscribed', request, channel, sequence: next - 1 });
      return wake();
    }
    if (from !== undefined) throw notFor('/from', 'is for channels of events');
    const rows = rowsOf(host.state, { channel, caller, names });
    watched.set(channel, { channel, rows, sent: new Map(), isBegun: false });
    say({ type: 'subscribed', request, channel, sequence });
  }

  function beat(): void {
    if (!isOpen()) return;
    const at = now();
    if (access !== null && !access.isGood(caller)) return close('notGood');
    if (isClogged && at - movedAt > stallMs) return close('slow');
    if (at - pingedAt >= heartbeatMs) {
      // What waits behind much else is late, not dead.
      if (!isAlive && !isClogged && socket.bufferedAmount === 0) return socket.terminate();
      isAlive = false;
      pingedAt = at;
      socket.ping();
    }
    if (at - sentAt >= heartbeatMs && ![...followings.values()].some(isBehind))
      say({ type: 'heartbeat', sequence: feed.durableSequence, timeMs: clock() });
  }

  function close(why: keyof typeof STREAM_CLOSE): void {
    isEnding = true;
    followings.clear();
    watched.clear();
    const { code, about } = STREAM_CLOSE[why];
    socket.resume();
    socket.close(code, about.slice(0, 120));
    setTimeout(() => socket.terminate(), CLOSE_WAIT_MS).unref();
  }

  say({ type: 'hello', sequence: feed.durableSequence, timeMs: clock(), heartbeatMs });
  return {
    wake,
    send,
    beat,
    close,
    get watches() {
      return watched.values();
    },
    get isClogged() {
      return isClogged;
    },
    async finish() {
      isEnding = true;
      await handing;
      while (outstanding > 0 && isOpen()) await new Promise((resolve) => setTimeout(resolve, 5));
      close('goingAway');
    },
  };
}

/** Time that only goes forward: of waiting, not of the venue. */
function now(): number {
  return performance.now();
}

function isEventChannel(channel: Channel): channel is EventChannel {
  return (EVENT_CHANNELS as readonly Channel[]).includes(channel);
}

type Read =
  | { readonly request: number; readonly refusal: null; readonly asked: StreamRequest }
  | { readonly request: number | null; readonly refusal: Refused };

function requestOf(text: string): Read {
  const parsed = parseJsonText(text);
  if (!parsed.ok) return { request: null, refusal: new Refused(issuesProblem([parsed.error])) };
  const { op, request: given } = (parsed.value ?? {}) as JsonObject;
  const request = Number.isSafeInteger(given) && (given as number) >= 0 ? (given as number) : null;
  if (typeof op !== 'string' || !STREAM_OPS.includes(op as StreamOp))
    return { request, refusal: notFor('/op', `must be one of ${STREAM_OPS.join(', ')}`) };
  const read = STREAM_READERS[op as StreamOp](parsed.value);
  if (!read.ok) return { request, refusal: refuseIssues(read.error) };
  return { request: read.value.request, refusal: null, asked: read.value };
}

function answerMessage(request: number, { status, body, headers }: Reply): StreamMessage {
  const replayed = headers?.[REPLAY_HEADER] !== undefined;
  return { type: 'answer', request, status, replayed, answer: body as never };
}
