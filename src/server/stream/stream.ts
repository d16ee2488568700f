/** `GET /v1/stream`: who may open a stream, and what all of them share: the feed of records, the look at the state, the beat. */
import type { Server as HttpServer, IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { problem } from '../../contract/index.js';
import type { Access } from '../access/access.js';
import { ANYBODY, type Principal } from '../access/principal.js';
import { BODY_BYTES_MAX } from '../body.js';
import { type GuardedHost, HostFailed } from '../guardedHost.js';
import type { Logger } from '../log.js';
import { assertOwnName } from '../ownMachine.js';
import { problemReply, Refused, refuse } from '../reply.js';
import { type Connection, connection } from './connection.js';
import type { RecordFeed } from './recordFeed.js';
import { look, stateMessage } from './stateChannels.js';

export interface StreamTerms {
  readonly connectionsMax: number;
  /** A stream of which nothing was read for so long while something waits is closed. */
  readonly stallMs: number;
  readonly heartbeatMs: number;
}

export const STREAM_DEFAULTS: StreamTerms = { connectionsMax: 10_000, stallMs: 30_000, heartbeatMs: 15_000 };
export const STREAM_PATH = '/v1/stream';

export interface StreamParts {
  readonly host: GuardedHost;
  readonly feed: RecordFeed;
  readonly access: Access | null;
  readonly terms: StreamTerms;
  readonly onlyOwnNames: boolean;
  readonly trustProxy: boolean;
  readonly clock: () => number;
  readonly isEnding: () => boolean;
  /** Answers a request that asks for another protocol as the plain one it is. */
  readonly answerPlainly: (
    request: IncomingMessage,
    connection: { readonly socket: Duplex; readonly head: Buffer },
  ) => Promise<void>;
  readonly onFault: (error: Error) => void;
  readonly log: Logger;
}

export interface Stream {
  readonly size: number;
  /** Answers what was sent, then ends every stream. */
  close(): Promise<void>;
}

/** How often the state is looked at where it changes, and how much of the time may go into that. */
const LOOK_EVERY_MS = 100;
const LOOK_SHARE = 0.1;
/** What changes by itself, such as a mark that gets too old, is looked at so often. */
const LOOK_ANYWAY_MS = 1_000;
const BEAT_SHARE = 4;
const FINISH_MS = 5_000;

export function openStream(server: HttpServer, parts: StreamParts): Stream {
  const { host, feed, terms, clock, onFault, log, answerPlainly } = parts;
  const connections = new Set<Connection>();
  const sockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    maxPayload: BODY_BYTES_MAX,
    perMessageDeflate: false,
  });
  feed.onMore(() => {
    for (const one of connections) one.wake();
  });

  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy());
    if (request.headers.upgrade?.toLowerCase() !== 'websocket')
      return void answerPlainly(request, { socket, head }).catch((error: unknown) => {
        onFault(error as Error);
        socket.destroy();
      });
    admit(request, parts, connections.size)
      .then((caller) => {
        sockets.handleUpgrade(request, socket, head, (opened) => begin(opened, caller));
        log.info({ route: STREAM_PATH, caller: caller.id, streams: connections.size }, 'stream opened');
      })
      .catch((error: unknown) => {
        if (!(error instanceof Refused || error instanceof HostFailed)) onFault(error as Error);
        turnAway(socket, error);
      });
  });

  function begin(socket: WebSocket, caller: Principal): void {
    const { heartbeatMs, stallMs } = terms;
    const { access } = parts;
    socket.on('error', () => socket.terminate());
    const opened = connection(socket, {
      host,
      feed,
      caller,
      access,
      heartbeatMs,
      stallMs,
      clock,
      onFault,
    });
    connections.add(opened);
    socket.on('close', () => connections.delete(opened));
  }

  const beat = setInterval(
    () => {
      for (const one of connections) one.beat();
    },
    Math.max(10, Math.min(terms.heartbeatMs, terms.stallMs) / BEAT_SHARE),
  );
  beat.unref();

  let lookAt: NodeJS.Timeout;
  let seenSequence = -1;
  let seenAt = 0;
  schedule(LOOK_EVERY_MS);

  function schedule(ms: number): void {
    lookAt = setTimeout(() => {
      const startedAt = performance.now();
      tell()
        .catch((error: unknown) => {
          if (!(error instanceof HostFailed)) onFault(error as Error);
        })
        .finally(() => {
          if (isClosed) return;
          schedule(Math.max(LOOK_EVERY_MS, (performance.now() - startedAt) / LOOK_SHARE));
        });
    }, ms);
    lookAt.unref();
  }
  let isClosed = false;

  async function tell(): Promise<void> {
    if (host.failure !== null) {
      for (const one of connections) one.close('goingAway');
      return;
    }
    const listening = [...connections].filter(({ isClogged, watches }) => !isClogged && hasAny(watches));
    if (listening.length === 0) return;
    const isDue = host.state.clock.sequence !== seenSequence || performance.now() - seenAt >= LOOK_ANYWAY_MS;
    const wanted = isDue ? listening : listening.filter(isNew);
    if (wanted.length === 0) return;
    const told = await host.read((sight) => {
      if (isDue) {
        seenSequence = sight.state.clock.sequence;
        seenAt = performance.now();
      }
      const seen = look(sight);
      return wanted.map((one) => [...one.watches].map((watch) => stateMessage(watch, sight, seen)));
    });
    for (const [at, messages] of told.entries())
      for (const text of messages) if (text !== null) wanted[at]?.send(text);
  }

  return {
    get size() {
      return connections.size;
    },
    async close() {
      isClosed = true;
      clearTimeout(lookAt);
      clearInterval(beat);
      const patience = new Promise((resolve) => setTimeout(resolve, FINISH_MS).unref());
      await Promise.race([Promise.all([...connections].map((one) => one.finish())), patience]);
      const deadline = performance.now() + FINISH_MS;
      while (connections.size > 0 && performance.now() < deadline)
        await new Promise((resolve) => setTimeout(resolve, 5));
    },
  };
}

function hasAny(items: Iterable<unknown>): boolean {
  for (const _one of items) return true;
  return false;
}

/** A stream that has not been told anything of a channel yet does not wait for a change. */
function isNew({ watches }: Connection): boolean {
  for (const { isBegun } of watches) if (!isBegun) return true;
  return false;
}

async function admit(request: IncomingMessage, parts: StreamParts, open: number): Promise<Principal> {
  const { host, access, terms, isEnding } = parts;
  const { url = '', headers, method = 'GET', socket } = request;
  if (host.failure !== null) throw new HostFailed(host.failure.message);
  if (isEnding()) throw refuse('shutting_down');
  if (parts.onlyOwnNames) assertOwnName(headers.host);
  if (url.split('?')[0] !== STREAM_PATH) throw refuse('not_found', { path: url.slice(0, 200) });
  // A page of elsewhere may open a stream to this machine in the browser of somebody who may see it.
  const { origin } = headers;
  if (origin !== undefined && hostOf(origin) !== headers.host)
    throw refuse('cross_origin', { origin: origin.slice(0, 200) });
  if (open >= terms.connectionsMax)
    throw refuse('too_many_streams', { streamsMax: String(terms.connectionsMax) });
  if (access === null) return ANYBODY;
  const forwarded = parts.trustProxy
    ? String(headers['x-forwarded-for'] ?? '')
        .split(',')[0]
        ?.trim()
    : '';
  const address = forwarded || (socket.remoteAddress ?? '');
  return access.authenticate({ method, path: url, headers, body: NO_BYTES, address });
}

const NO_BYTES = new Uint8Array();

function hostOf(origin: string): string | null {
  try {
    return new URL(origin).host;
  } catch {
    return null;
  }
}

/** The refusal as HTTP, since there is no WebSocket. */
function turnAway(socket: Duplex, error: unknown): void {
  const refusal =
    error instanceof Refused
      ? error.problem
      : error instanceof HostFailed
        ? problem('journal_failed', { context: { reason: error.message } })
        : problem('internal_error');
  const more = error instanceof Refused ? error.headers : {};
  const { status, body, headers = {} } = problemReply(refusal, {}, more);
  const text = JSON.stringify(body);
  const said = { ...headers, 'content-length': String(Buffer.byteLength(text)), connection: 'close' };
  const lines = Object.entries(said).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status} Refused\r\n${lines.join('')}\r\n${text}`);
}
