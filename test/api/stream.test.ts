import { randomBytes } from 'node:crypto';
import { request } from 'node:http';
import { connect as connectSocket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import {
  BulkheadError,
  openStreamClient,
  type StreamClient,
  type StreamClientOptions,
  signedHeaders,
} from '../../src/client/index.js';
import type { EventMessage, Json, StateMessage, WireCommand } from '../../src/contract/index.js';
import { type Body, fill, LIQUIDATION, mark, openVenue, type Service, startService } from './service.js';

interface Key {
  readonly key: string;
  readonly secret: string;
}

let service: Service;
let clients: { close(): void }[] = [];
beforeEach(async () => {
  service = await startService(null, { heartbeatMs: 200, stallMs: 400 });
});
afterEach(async () => {
  for (const client of clients) client.close();
  clients = [];
  expect(service.faults).toEqual([]);
  await service.stop();
});

function open(options: Partial<StreamClientOptions> = {}): StreamClient {
  const client = openStreamClient({ url: service.url, clock: () => service.timeMs, ...options });
  clients.push(client);
  return client;
}

/** A stream without a client's help: what is sent and what comes, as it is. */
interface RawStream {
  readonly socket: WebSocket;
  readonly heard: Body[];
  send(message: unknown): void;
  next(is: (message: Body) => boolean): Promise<Body>;
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
}

async function openRaw(headers: Record<string, string> = {}): Promise<RawStream> {
  const socket = new WebSocket(`${service.url.replace('http', 'ws')}/v1/stream`, { headers });
  const heard: Body[] = [];
  const waiting: { is: (message: Body) => boolean; resolve: (message: Body) => void }[] = [];
  socket.on('message', (data) => {
    const message = JSON.parse(data.toString());
    heard.push(message);
    for (const one of waiting.splice(0)) {
      if (one.is(message)) one.resolve(message);
      else waiting.push(one);
    }
  });
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.on('close', (code, reason) => resolve({ code, reason: reason.toString() }));
  });
  clients.push({ close: () => socket.terminate() });
  await new Promise<void>((resolve, reject) => {
    socket.once('open', () => resolve());
    socket.once('unexpected-response', (_request, response) => {
      response.resume();
      reject(new Error(`status ${response.statusCode}`));
    });
    socket.on('error', () => undefined);
  });
  return {
    socket,
    heard,
    closed,
    send: (message) => socket.send(typeof message === 'string' ? message : JSON.stringify(message)),
    next: (is) => {
      const known = heard.find(is);
      return known !== undefined
        ? Promise.resolve(known)
        : new Promise((resolve) => waiting.push({ is, resolve }));
    },
  };
}

async function until(isSo: () => boolean): Promise<void> {
  for (let tries = 0; !isSo(); tries++) {
    if (tries > 1_000) throw new Error('it never came to be so');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

const price = (text: string) => mark(service, text) as unknown as WireCommand;
const trade = (quantity = '2') =>
  fill({ buyer: 'ada-1', seller: 'bob-1', price: '40000', quantity }) as unknown as WireCommand;

describe('a stream of events', () => {
  it('tells each record once, in order, as the journal has it', async () => {
    const told: EventMessage[] = [];
    const stream = open();
    expect(await stream.subscribe('journal', (message) => told.push(message), { from: 1 })).toBe(0);
    await openVenue(service);
    await service.accept(trade() as unknown as Json);
    const sequence = await service.sequence();
    await until(() => told.length === sequence);
    expect(told.map((message) => message.sequence)).toEqual(told.map((_, at) => at + 1));
    const { body } = await service.get('/v1/journal?limit=1000');
    expect(told.map(({ record }) => record)).toEqual(body.records);
  });

  it('begins with what has not happened yet where nothing else is said', async () => {
    await openVenue(service);
    const told: EventMessage[] = [];
    const before = await service.sequence();
    expect(await open().subscribe('journal', (message) => told.push(message))).toBe(before);
    await service.accept(mark(service, '40001'));
    await until(() => told.length === 1);
    expect(told[0]?.sequence).toBe(before + 1);
  });

  it('gives notice of a margin call and of the liquidation after it (LIQ-01)', async () => {
    await openVenue(service);
    const calls: EventMessage[] = [];
    const liquidations: EventMessage[] = [];
    const stream = open();
    await stream.subscribe('marginCalls', (message) => calls.push(message));
    await stream.subscribe('liquidations', (message) => liquidations.push(message));
    await service.accept({ kind: 'setLiquidation', pool: 'main', policy: LIQUIDATION });
    await service.accept(trade() as unknown as Json);
    service.timeMs += 1_000;
    await service.accept(mark(service, '38500'));
    service.timeMs += 1_000;
    await service.accept(mark(service, '38400'));
    const kindsTold = () => liquidations.flatMap(({ events = [] }) => events.map(({ kind }) => kind));
    await until(() => calls.length > 0 && kindsTold().includes('reductionOrdered'));
    expect(calls[0]?.events?.[0]).toMatchObject({ kind: 'noticeGiven', account: 'ada-1' });
  });
});

describe('a stream of state', () => {
  it('tells all of it first, then what has changed, and nothing where nothing has', async () => {
    await openVenue(service);
    const told: StateMessage<'accounts'>[] = [];
    const stream = open();
    await stream.subscribe('accounts', (message) => told.push(message), { names: ['ada-1', 'bob-1'] });
    await until(() => told.length === 1);
    expect(told[0]).toMatchObject({ isWhole: true });
    expect(told[0]?.rows.map(({ account }) => account)).toEqual(['ada-1', 'bob-1']);
    await service.accept({ kind: 'openClient', client: 'eve' });
    await service.accept({ kind: 'allocate', account: 'ada-1', asset: 'USDT', amount: '5' });
    await until(() => told.length === 2);
    expect(told[1]).toMatchObject({ isWhole: false });
    expect(told[1]?.rows).toHaveLength(1);
    const { body } = await service.get('/v1/accounts/ada-1');
    const { sequence: _sequence, timeMs: _timeMs, ...account } = body;
    expect(told[1]?.rows[0]).toEqual(account);
  });

  it('shows positions, marks, levels and pools', async () => {
    await openVenue(service);
    const told: Body[] = [];
    const stream = open();
    const see = (message: Body) => told.push(message);
    await stream.subscribe('positions', see, { names: ['ada-1'] });
    for (const channel of ['marks', 'levels', 'pools'] as const) await stream.subscribe(channel, see);
    await until(() => told.length === 4);
    const [positions] = told;
    expect(positions.rows).toEqual([{ account: 'ada-1', positions: [] }]);
    await service.accept(trade() as unknown as Json);
    await until(() => told.some(({ channel, isWhole }) => channel === 'positions' && !isWhole));
    const changed = told.find(({ channel, isWhole }) => channel === 'positions' && !isWhole);
    expect(changed.rows[0].positions[0]).toMatchObject({ symbol: 'BTC-PERP', contracts: '2' });
    expect(told.find(({ channel }) => channel === 'marks').rows[0]).toMatchObject({ instrument: 'BTC-PERP' });
    expect(told.find(({ channel }) => channel === 'pools').rows[0]).toMatchObject({ pool: 'main' });
  });
});

describe('commands over a stream', () => {
  it('are done in the order in which they were sent, and once however often they are sent', async () => {
    await openVenue(service);
    const stream = open();
    const names = Array.from({ length: 200 }, (_, at) => `c-${at}`);
    const answers = await Promise.all(
      names.map((client) => stream.command({ kind: 'openClient', client }, `id-${client}`)),
    );
    const sequences = answers.map((answer) => ('sequence' in answer ? answer.sequence : 0));
    expect(sequences).toEqual(sequences.map((_, at) => (sequences[0] as number) + at));
    const before = await service.sequence();
    expect(await stream.command({ kind: 'openClient', client: 'c-0' }, 'id-c-0')).toMatchObject({
      sequence: sequences[0],
    });
    await expect(stream.command({ kind: 'openClient', client: 'other' }, 'id-c-0')).rejects.toMatchObject({
      problem: { code: 'idempotency_conflict' },
    });
    expect(await service.sequence()).toBe(before);
  });

  it('are refused with the reason, one by one in a batch', async () => {
    await openVenue(service);
    const stream = open();
    await expect(stream.command(trade('1000'))).rejects.toBeInstanceOf(BulkheadError);
    const answers = await stream.batch([
      { id: 'b-1', command: price('40100') },
      { id: 'b-2', command: { kind: 'nothing' } as never },
      { id: 'b-3', command: price('40200') },
    ]);
    expect(answers.map(({ status }) => status)).toEqual([200, 400, 200]);
  });
});

describe('whoever sends rubbish', () => {
  it('is told what is wrong, by the number of the request where it has one, and nothing changes', async () => {
    await openVenue(service);
    const before = await service.stateHash();
    const raw = await openRaw();
    const cases: [unknown, number | null, string][] = [
      ['{', null, 'malformed_json'],
      ['[]', null, 'schema_violation'],
      ['null', null, 'schema_violation'],
      ['7', null, 'schema_violation'],
      [{ op: 'destroy', request: 1 }, 1, 'schema_violation'],
      [{ op: 'subscribe', request: 2, channel: 'secrets' }, 2, 'schema_violation'],
      [{ op: 'subscribe', request: 3, channel: 'journal', names: ['x'] }, 3, 'schema_violation'],
      [{ op: 'subscribe', request: 4, channel: 'marks', from: 1 }, 4, 'schema_violation'],
      [{ op: 'subscribe', request: 5, channel: 'accounts' }, 5, 'schema_violation'],
      [{ op: 'subscribe', request: 6, channel: 'accounts', names: ['nobody'] }, 6, 'unknown_account'],
      [{ op: 'subscribe', request: 7, channel: 'marks', names: ['nothing'] }, 7, 'unknown_instrument'],
      [{ op: 'unsubscribe', request: 8, channel: 'marks' }, 8, 'not_subscribed'],
      [{ op: 'batch', request: 9, commands: [] }, 9, 'schema_violation'],
      [{ op: 'command', request: 10, id: 'x' }, 10, 'schema_violation'],
      [{ op: 'ping', request: -1 }, null, 'schema_violation'],
    ];
    for (const [message] of cases) raw.send(message);
    raw.send({ op: 'ping', request: 99 });
    await raw.next(({ type }) => type === 'pong');
    const refused = raw.heard.filter(({ type }) => type === 'refused');
    expect(refused.map(({ request, problem }) => [request, problem.code])).toEqual(
      cases.map(([, request, code]) => [request, code]),
    );
    raw.send({ op: 'subscribe', request: 11, channel: 'marks' });
    raw.send({ op: 'subscribe', request: 12, channel: 'marks' });
    const twice = await raw.next(({ request }) => request === 12);
    expect(twice.problem.code).toBe('already_subscribed');
    expect(await service.stateHash()).toBe(before);
  });

  it('is sent away with bytes, with a message that is too large, and with plain HTTP', async () => {
    const bytes = await openRaw();
    bytes.socket.send(randomBytes(8), { binary: true });
    expect((await bytes.closed).code).toBe(1003);
    const large = await openRaw();
    large.send(JSON.stringify({ op: 'ping', request: 1, more: 'x'.repeat(1 << 20) }));
    expect((await large.closed).code).toBe(1009);
    const { status, body } = await service.get('/v1/stream');
    expect([status, body.code]).toEqual([426, 'upgrade_required']);
  });

  it('from a page of elsewhere opens nothing, since a browser would send it from this machine', async () => {
    await expect(openRaw({ origin: 'http://evil.example' })).rejects.toThrow('status 403');
    await expect(openRaw({ origin: service.url })).resolves.toBeDefined();
  });
});

describe('a name that leads to this machine from elsewhere', () => {
  it('is answered by nobody where nobody is asked who they are', async () => {
    const { port } = new URL(service.url);
    const ask = (host: string, path: string) =>
      new Promise<Body>((resolve) => {
        request({ port, path, headers: { host } }, (answer) => {
          let text = '';
          answer.on('data', (part: Buffer) => {
            text += part.toString();
          });
          answer.on('end', () => resolve({ status: answer.statusCode, ...JSON.parse(text) }));
        }).end();
      });
    for (const host of ['evil.example', `evil.example:${port}`, '127.0.0.1.evil.example', '10.0.0.1'])
      expect(await ask(host, '/v1/state')).toMatchObject({ status: 403, code: 'foreign_host' });
    for (const host of ['localhost', `LOCALHOST:${port}`, '127.0.0.1', `[::1]:${port}`])
      expect(await ask(host, '/v1/state')).toMatchObject({ status: 200 });
    await expect(openRaw({ host: 'evil.example' })).rejects.toThrow('status 403');
    await expect(openRaw({ host: 'evil.example', origin: 'http://evil.example' })).rejects.toThrow('403');
  });
});

describe('a reader that does not read', () => {
  /** A stream whose socket is not read from. */
  async function stalled(): Promise<ReturnType<typeof connectSocket>> {
    const { hostname, port } = new URL(service.url);
    const socket = connectSocket({ host: hostname, port: Number(port) });
    clients.push({ close: () => socket.destroy() });
    socket.on('error', () => undefined);
    const key = randomBytes(16).toString('base64');
    socket.write(
      `GET /v1/stream HTTP/1.1\r\nhost: localhost\r\nupgrade: websocket\r\nconnection: Upgrade\r\nsec-websocket-version: 13\r\nsec-websocket-key: ${key}\r\n\r\n`,
    );
    await new Promise((resolve) => socket.once('data', resolve));
    socket.pause();
    const text = Buffer.from(JSON.stringify({ op: 'subscribe', request: 1, channel: 'journal', from: 1 }));
    socket.write(Buffer.concat([Buffer.from([0x81, 0x80 | text.length, 0, 0, 0, 0]), text]));
    return socket;
  }

  /** More than the kernel keeps for a socket. */
  async function fillJournal(): Promise<number> {
    await openVenue(service);
    const stream = open();
    for (let round = 0; round < 40; round++) {
      await stream.batch(
        Array.from({ length: 1_000 }, (_, at) => ({
          id: `f-${round}-${at}`,
          command: { kind: 'openClient', client: `client-${round}-${at}` },
        })),
      );
    }
    return service.sequence();
  }

  it('holds nobody up, is ended after a while, and goes on from where it was', async () => {
    const sequence = await fillJournal();
    const socket = await stalled();
    const gone = new Promise((resolve) => socket.once('close', resolve));
    await service.accept(mark(service, '40001'));
    const told: EventMessage[] = [];
    const stream = open();
    await stream.subscribe('journal', (message) => told.push(message), { from: 1 });
    await until(() => told.length >= sequence + 1);
    expect(told.map((message) => message.sequence)).toEqual(told.map((_, at) => at + 1));
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    socket.resume();
    await gone;
  }, 60_000);
});

describe('who may listen', () => {
  let keyed: Service;
  const signed = ({ key, secret }: Key) =>
    signedHeaders({ key, secret }, { method: 'GET', path: '/v1/stream', body: '', nowMs: service.timeMs });

  beforeEach(async () => {
    await service.stop();
    keyed = await startService({}, { heartbeatMs: 100 });
    service = keyed;
  });

  async function asAdmin(): Promise<{ readonly admin: Key; readonly stream: StreamClient }> {
    const admin = service.access.firstKey as Key;
    const stream = open({ credentials: admin });
    await openVenue({
      ...service,
      timeMs: service.timeMs,
      accept: (command: Json) => stream.command(command as unknown as WireCommand),
    } as Service);
    return { admin, stream };
  }

  async function makeKey(terms: object): Promise<Key> {
    const { key, secret } = await service.access.ring.make(
      {
        label: 'test',
        scopes: ['read', 'trade'],
        clients: null,
        pools: null,
        requestsPerSecond: null,
        ...terms,
      },
      'test',
    );
    return { key: key.key, secret };
  }

  it('is whoever signs, once with each nonce', async () => {
    const { admin } = await asAdmin();
    await expect(openRaw()).rejects.toThrow('status 401');
    await expect(openRaw({ ...signed(admin), 'x-bulkhead-signature': '00' })).rejects.toThrow('status 401');
    const headers = signed(admin);
    await openRaw(headers);
    await expect(openRaw(headers)).rejects.toThrow('status 401');
    const wrong = open({ credentials: { key: admin.key, secret: 'no' }, retries: 0 });
    await expect(wrong.ping()).rejects.toMatchObject({ problem: { code: 'bad_signature' } });
  });

  it('and a key of a client hears of its own accounts alone (ISO-01)', async () => {
    const { stream } = await asAdmin();
    const bob = await makeKey({ clients: ['bob'] });
    const mine = open({ credentials: bob });
    for (const channel of ['journal', 'pools'] as const)
      await expect(mine.subscribe(channel, () => undefined)).rejects.toMatchObject({
        problem: { code: 'not_permitted' },
      });
    await expect(mine.subscribe('accounts', () => undefined, { names: ['ada-1'] })).rejects.toMatchObject({
      problem: { code: 'unknown_account' },
    });
    const heard: Body[] = [];
    const see = (message: Body) => heard.push(message);
    for (const channel of [
      'accounts',
      'positions',
      'marginCalls',
      'liquidations',
      'marks',
      'levels',
    ] as const)
      await mine.subscribe(channel, see);
    await until(() => heard.some(({ channel }) => channel === 'levels'));
    await stream.command({ kind: 'setLiquidation', pool: 'main', policy: LIQUIDATION } as never);
    await stream.command(trade());
    service.timeMs += 1_000;
    await stream.command(price('37000'));
    await until(() => heard.some(({ channel, isWhole }) => channel === 'accounts' && isWhole === false));
    expect(JSON.stringify(heard)).toContain('bob-1');
    expect(JSON.stringify(heard)).not.toContain('ada');
    await expect(
      mine.command({ kind: 'allocate', account: 'ada-1', asset: 'USDT', amount: '1' } as never, 'x'),
    ).rejects.toMatchObject({ problem: { code: 'unknown_account' } });
  });

  it('no longer than the key is good', async () => {
    await asAdmin();
    const key = await makeKey({});
    const raw = await openRaw(signed(key));
    await service.access.ring.revoke(key.key, 'test');
    expect((await raw.closed).code).toBe(4001);
    await expect(openRaw(signed(key))).rejects.toThrow('status 401');
  });

  it('and sends no more than its rate', async () => {
    await asAdmin();
    const raw = await openRaw(signed(await makeKey({ requestsPerSecond: 5 })));
    for (let request = 1; request <= 20; request++) raw.send({ op: 'ping', request });
    await raw.next(({ request }) => request === 20);
    const refused = raw.heard.filter(({ type }) => type === 'refused');
    expect(refused.length).toBeGreaterThan(5);
    expect(refused[0].problem).toMatchObject({ code: 'rate_limited', retryable: true });
  });

  it('commands that wait for approval keep their place before those that do not', async () => {
    const { stream } = await asAdmin();
    const [risk, after] = await Promise.all([
      stream
        .command({ kind: 'setReduceOnly', instrument: 'BTC-PERP', isReduceOnly: true } as never, 'r-1')
        .catch((error: BulkheadError) => error),
      stream.command({ kind: 'openClient', client: 'later' }, 'r-2'),
    ]);
    const place = (answer: unknown) => (answer as { readonly sequence: number }).sequence;
    if (!(risk instanceof Error)) expect(place(after)).toBeGreaterThan(place(risk));
    expect(place(after)).toBeGreaterThan(0);
  });
});

describe('a service that ends in the middle', () => {
  it('loses nothing that was answered and does nothing twice: the client goes on by itself', async () => {
    await openVenue(service);
    const told: EventMessage[] = [];
    const first = await service.sequence();
    const port = Number(new URL(service.url).port);
    const stream = open();
    await stream.subscribe('journal', (message) => told.push(message));
    let restarting: Promise<void> | null = null;
    const sent: Promise<unknown>[] = [];
    for (let at = 0; at < 600; at++) {
      sent.push(stream.command({ kind: 'openClient', client: `load-${at}` }, `load-${at}`));
      if (at === 300) restarting = service.restart(port);
      if (at % 50 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await restarting;
    const answers = (await Promise.all(sent)) as { readonly sequence: number }[];
    const places = answers.map(({ sequence }) => sequence);
    expect(places).toEqual(places.map((_, at) => first + 1 + at));
    expect(await service.sequence()).toBe(first + 600);
    await until(() => told.length === 600);
    expect(told.map(({ sequence }) => sequence)).toEqual(places);
  }, 30_000);
});

describe('many streams', () => {
  it('are each told of everything, and no more are opened than the setting says', async () => {
    await openVenue(service);
    const streams = await Promise.all(Array.from({ length: 2_000 }, () => openRaw()));
    for (const [at, raw] of streams.entries()) raw.send({ op: 'subscribe', request: at, channel: 'journal' });
    await Promise.all(streams.map((raw, at) => raw.next(({ request }) => request === at)));
    await service.accept(mark(service, '40001'));
    const heard = await Promise.all(streams.map((raw) => raw.next(({ type }) => type === 'event')));
    expect(new Set(heard.map(({ sequence }) => sequence)).size).toBe(1);
  }, 60_000);

  it('one too many is refused', async () => {
    await service.stop();
    service = await startService(null, { connectionsMax: 2 });
    await openRaw();
    await openRaw();
    await expect(openRaw()).rejects.toThrow('status 503');
  });
});
