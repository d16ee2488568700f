import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { WebSocket } from 'ws';
import { type Host, openMemoryHost } from '../../journal/index.js';
import { ANYBODY } from '../access/principal.js';
import { guardHost } from '../guardedHost.js';
import { type Connection, connection } from './connection.js';
import { recordFeed } from './recordFeed.js';

/** A socket that keeps what is sent, and is as full as it is told to be. */
class FakeSocket extends EventEmitter {
  readonly OPEN = 1;
  readyState = 1;
  bufferedAmount = 0;
  isPaused = false;
  readonly sent: { type: string; request?: number; channel?: string; sequence?: number }[] = [];
  closedWith: number | null = null;
  readonly flushed: (() => void)[] = [];
  /** Bytes stay until they are let through. */
  isStuck = false;

  send(text: string, done: () => void): void {
    this.sent.push(JSON.parse(text));
    if (!this.isStuck) return done();
    this.bufferedAmount += text.length;
    this.flushed.push(done);
  }
  pause(): void {
    this.isPaused = true;
  }
  resume(): void {
    this.isPaused = false;
  }
  ping(): void {}
  close(code: number): void {
    this.readyState = 2;
    this.closedWith = code;
  }
  terminate(): void {
    this.readyState = 3;
  }
  hear(message: object): void {
    this.emit('message', Buffer.from(JSON.stringify(message)), false);
  }
}

let host: Host;
let release: () => void;
let socket: FakeSocket;
let stream: Connection;
const faults: Error[] = [];

beforeEach(async () => {
  host = await openMemoryHost();
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  // Decided at once, answered when the disk is released.
  const slow: Host = new Proxy(host, {
    get: (target, name) =>
      name === 'submit'
        ? async (...args: Parameters<Host['submit']>) => {
            const answer = host.submit(...args);
            await held;
            return answer;
          }
        : Reflect.get(target, name),
  });
  const guarded = guardHost(slow, { clock: Date.now, onFailure: (error) => faults.push(error) });
  socket = new FakeSocket();
  const feed = recordFeed(guarded);
  stream = connection(socket as unknown as WebSocket, {
    host: guarded,
    feed,
    caller: ANYBODY,
    access: null,
    heartbeatMs: 20,
    stallMs: 50,
    clock: Date.now,
    onFault: (error) => faults.push(error),
  });
  feed.onMore(() => stream.wake());
});
afterEach(async () => {
  expect(faults).toEqual([]);
  await host.close();
});

const turns = async (count = 50) => {
  for (let turn = 0; turn < count; turn++) await new Promise(setImmediate);
};
const batch = (request: number) => ({
  op: 'batch',
  request,
  commands: Array.from({ length: 1_000 }, (_, at) => ({
    id: `${request}-${at}`,
    command: { kind: 'openClient', client: `c${request}-${at}` },
  })),
});
const answered = () => socket.sent.filter(({ type }) => type === 'answers').map(({ request }) => request);

/** 5,000 records followed from the first, by a reader that takes nothing. */
async function followStuck(): Promise<void> {
  release();
  for (let request = 1; request <= 5; request++) socket.hear(batch(request));
  await turns();
  socket.isStuck = true;
  socket.hear({ op: 'subscribe', request: 9, channel: 'journal', from: 1 });
  await turns();
}

describe('a stream', () => {
  it('reads no more while too many commands are not answered, and then goes on', async () => {
    for (let request = 1; request <= 4; request++) socket.hear(batch(request));
    expect(socket.isPaused).toBe(false);
    socket.hear(batch(5));
    expect(socket.isPaused).toBe(true);
    await turns();
    expect(answered()).toEqual([]);
    release();
    await turns();
    expect(answered()).toEqual([1, 2, 3, 4, 5]);
    expect(socket.isPaused).toBe(false);
    expect(host.engine.state.clients.table.size).toBe(5_000);
  });

  it('fetches no more than there is room for, and falls behind instead', async () => {
    await followStuck();
    const events = () => socket.sent.filter(({ type }) => type === 'event').map(({ sequence }) => sequence);
    const first = events().length;
    expect(first).toBeGreaterThan(1_000);
    expect(first).toBeLessThan(5_000);
    expect(socket.isPaused).toBe(true);
    await turns();
    expect(events()).toHaveLength(first);
    socket.isStuck = false;
    socket.bufferedAmount = 0;
    for (const done of socket.flushed.splice(0)) done();
    await turns(200);
    expect(events()).toEqual(Array.from({ length: 5_000 }, (_, at) => at + 1));
    expect(socket.isPaused).toBe(false);
  });

  it('ends where nothing is taken for too long, and where no ping is answered', async () => {
    await followStuck();
    stream.beat();
    expect(socket.closedWith).toBe(null);
    await new Promise((resolve) => setTimeout(resolve, 80));
    stream.beat();
    expect(socket.closedWith).toBe(4008);
  });

  it('says that it is there when nothing else is said, and takes who answers no ping for gone', async () => {
    await new Promise((resolve) => setTimeout(resolve, 30));
    stream.beat();
    expect(socket.sent.at(-1)).toMatchObject({ type: 'heartbeat', sequence: 0 });
    socket.emit('pong');
    await new Promise((resolve) => setTimeout(resolve, 30));
    stream.beat();
    expect(socket.readyState).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 30));
    stream.beat();
    expect(socket.readyState).toBe(3);
  });
});
