/**
 * The service under load, over real sockets, against the same server answering a constant: requests are signed, checked, read and
 * translated in both, and the one decides and journals them. Server and load are processes of their own. `--soak MINUTES` goes on for so
 * long and prints memory.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openStreamClient, signedHeaders } from '../src/client/index.js';
import type { WireCommand } from '../src/contract/index.js';
import { type Answer, type Host, openHost } from '../src/journal/index.js';
import { openAccess, startServer } from '../src/server/index.js';
import { printMachine } from './harness.js';

const CONNECTIONS = 64;
const STREAMS = 4;
const IN_FLIGHT = 64;
const BATCH = 100;
const ROUNDS = 3;
const SECONDS = 8;
const CLIENTS = 200;
const WARM_SECONDS = 2;

type ServerKind = 'engine' | 'constant';

/** The server's process: tells its address and key, then its memory whenever asked. */
async function serve(kind: ServerKind, directory: string): Promise<void> {
  const host = await openHost({ directory });
  const access = await openAccess({ directory, terms: { windowMs: 60_000 } });
  const server = await startServer({
    host: kind === 'engine' ? host : constant(host),
    address: '127.0.0.1',
    port: 0,
    access,
  });
  process.send?.({ url: server.url, credentials: access.firstKey });
  process.on('message', () =>
    process.send?.({ rss: process.memoryUsage().rss, sequence: host.durableSequence }),
  );
}

/** Once the venue stands, every command is answered with the same record, decided and written by nobody. */
function constant(host: Host): Host {
  let answer: Answer | null = null;
  const submit: Host['submit'] = async (id, command) => {
    if (command.kind !== 'fill' && command.kind !== 'mark') return host.submit(id, command);
    answer ??= await host.submit(id, command);
    return answer;
  };
  return new Proxy(host, { get: (target, name) => (name === 'submit' ? submit : Reflect.get(target, name)) });
}

interface Running {
  readonly url: string;
  readonly credentials: { readonly key: string; readonly secret: string };
  memory(): Promise<{ readonly rss: number; readonly sequence: number }>;
  end(): void;
}

async function start(kind: ServerKind): Promise<Running> {
  const directory = mkdtempSync(join(tmpdir(), 'bulkhead-bench-'));
  const child: ChildProcess = fork(fileURLToPath(import.meta.url), ['server', kind, directory]);
  const hear = <T>() =>
    new Promise<T>((resolve) => child.once('message', (message) => resolve(message as T)));
  const told = await hear<{ url: string; credentials: { key: string; secret: string } }>();
  const running: Running = {
    ...told,
    memory() {
      const heard = hear<{ rss: number; sequence: number }>();
      child.send('memory');
      return heard;
    },
    end() {
      child.kill('SIGKILL');
      rmSync(directory, { recursive: true, force: true });
    },
  };
  await openVenue(running);
  return running;
}

const INSTRUMENT = 'BTC-PERP';

async function openVenue({ url, credentials }: Running): Promise<void> {
  const stream = openStreamClient({ url, credentials });
  const commands: object[] = [
    { kind: 'listAsset', asset: 'USDT', decimals: 6 },
    { kind: 'openPool', pool: 'main', admission: 'fills' },
    {
      kind: 'listInstrument',
      id: INSTRUMENT,
      pool: 'main',
      instrumentKind: 'perpetual',
      payoff: 'linear',
      base: 'BTC',
      quote: 'USDT',
      settle: 'USDT',
      contractSize: '1',
      tickSize: '0.1',
      lotSize: '0.001',
      markTicksPerTick: 10,
      makerFeeRate: '0',
      takerFeeRate: '0',
      maintenanceBasis: 'mark',
      markMaxAgeMs: 3_600_000,
      markMaxJumpRate: '0.5',
      markConfirmations: 2,
      fillBandRate: '0.2',
      fundingRateMax: '0.01',
      tiers: [
        { notionalCap: null, initialMarginRate: '0.05', maintenanceMarginRate: '0.025', maxLeverage: '20' },
      ],
    },
  ];
  for (let at = 0; at < CLIENTS; at++) {
    const client = `c${at}`;
    commands.push(
      { kind: 'openClient', client },
      { kind: 'announceDeposit', deposit: client, client, asset: 'USDT', amount: '10000000' },
      { kind: 'finalizeDeposit', deposit: client },
      { kind: 'openAccount', account: `a${at}`, client, instrument: INSTRUMENT, leverage: '5' },
    );
  }
  commands.push(mark(), ...Array.from({ length: CLIENTS / 2 }, (_, at) => fill(at)));
  for (let at = 0; at < commands.length; at += 500) {
    const batch = commands.slice(at, at + 500).map((command, nth) => ({ id: `s-${at + nth}`, command }));
    const answers = await stream.batch(batch as { id: string; command: WireCommand }[]);
    const refused = answers.find(({ status }) => status !== 200);
    if (refused !== undefined) throw new Error(JSON.stringify(refused.answer));
  }
  stream.close();
}

function mark() {
  return { kind: 'mark', sourceTimeMs: Date.now(), marks: [{ instrument: INSTRUMENT, price: '40000' }] };
}

/** Two accounts trade to and fro, so that positions stay as small as they are. */
function fill(count: number) {
  const pair = (2 * count) % CLIENTS;
  const isBack = Math.floor((2 * count) / CLIENTS) % 2 === 1;
  const [buyer, seller] = isBack ? [pair + 1, pair] : [pair, pair + 1];
  const side = (at: number) => ({ party: 'account', id: `a${at}`, allocateInitial: true });
  const terms = { price: '40000', quantity: '0.01', taker: 'buyer' };
  return { kind: 'fill', instrument: INSTRUMENT, ...terms, buyer: side(buyer), seller: side(seller) };
}

let count = 0;
const next = () => ({ id: `l-${process.pid}-${++count}`, command: fill(count) as unknown as WireCommand });

/** Sends what it is given and resolves with how many commands that were. */
type Send = () => Promise<number>;

async function overHttp({ url, credentials }: Running): Promise<{ readonly senders: Send[]; end(): void }> {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const { hostname, port } = new URL(url);
  const path = '/v1/commands';
  const send: Send = () =>
    new Promise((resolve, reject) => {
      const body = JSON.stringify(next());
      const signed = signedHeaders(credentials, { method: 'POST', path, body, nowMs: Date.now() });
      const headers = {
        ...signed,
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
      };
      const sent = request({ hostname, port, path, method: 'POST', agent, headers }, (answer) => {
        answer.resume();
        answer.once('end', () =>
          answer.statusCode === 200 ? resolve(1) : reject(new Error(`status ${answer.statusCode}`)),
        );
      });
      sent.once('error', reject);
      sent.end(body);
    });
  return { senders: Array.from({ length: CONNECTIONS }, () => send), end: () => agent.destroy() };
}

async function overStream(
  running: Running,
  size: number,
): Promise<{ readonly senders: Send[]; end(): void }> {
  const { url, credentials } = running;
  const streams = Array.from({ length: STREAMS }, () => openStreamClient({ url, credentials }));
  const senders = streams.flatMap((stream) =>
    Array.from(
      { length: size === 1 ? IN_FLIGHT : 4 },
      (): Send => async () => {
        if (size === 1) {
          const { id, command } = next();
          await stream.command(command, id);
          return 1;
        }
        const answers = await stream.batch(Array.from({ length: size }, next));
        if (answers.some(({ status }) => status !== 200)) throw new Error(JSON.stringify(answers[0]));
        return size;
      },
    ),
  );
  return {
    senders,
    end() {
      for (const stream of streams) stream.close();
    },
  };
}

interface Measured {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

async function measure(senders: readonly Send[], seconds: number): Promise<Measured> {
  const took: number[] = [];
  const beginAt = performance.now() + WARM_SECONDS * 1000;
  const endAt = beginAt + seconds * 1000;
  let done = 0;
  await Promise.all(
    senders.map(async (send) => {
      for (let now = performance.now(); now < endAt; ) {
        const commands = await send();
        const after = performance.now();
        if (now >= beginAt && after <= endAt) {
          done += commands;
          took.push(after - now);
        }
        now = after;
      }
    }),
  );
  took.sort((a, b) => a - b);
  const at = (share: number) =>
    took[Math.min(took.length - 1, Math.floor(share * took.length))] ?? Number.NaN;
  return { perSecond: done / seconds, p50Ms: at(0.5), p99Ms: at(0.99) };
}

const WAYS = {
  [`HTTP, ${CONNECTIONS} connections`]: overHttp,
  [`stream, ${STREAMS} x ${IN_FLIGHT} in flight`]: (running: Running) => overStream(running, 1),
  [`stream, batches of ${BATCH}`]: (running: Running) => overStream(running, BATCH),
} as const;

async function main(): Promise<void> {
  printMachine();
  const soak = process.argv.indexOf('--soak');
  if (soak > 0) return soakFor(Number(process.argv[soak + 1] ?? 10));
  const found = new Map<string, Measured[]>();
  for (let round = 0; round < ROUNDS; round++) {
    for (const kind of ['engine', 'constant'] as const) {
      for (const [name, open] of Object.entries(WAYS)) {
        const running = await start(kind);
        const { senders, end } = await open(running);
        const key = `${name}\t${kind}`;
        found.set(key, [...(found.get(key) ?? []), await measure(senders, SECONDS)]);
        end();
        running.end();
      }
    }
  }
  console.log('way\tserver\tcommands/s\tp50 ms\tp99 ms\tof constant');
  for (const name of Object.keys(WAYS)) {
    const base = median((found.get(`${name}\tconstant`) ?? []).map(({ perSecond }) => perSecond));
    for (const kind of ['engine', 'constant'] as const) {
      const all = found.get(`${name}\t${kind}`) ?? [];
      const rate = median(all.map(({ perSecond }) => perSecond));
      const [p50, p99] = [median(all.map(({ p50Ms }) => p50Ms)), median(all.map(({ p99Ms }) => p99Ms))];
      const row = [name, kind, rate.toFixed(0), p50.toFixed(2), p99.toFixed(2), (rate / base).toFixed(2)];
      console.log(row.join('\t'));
    }
  }
}

/** Half over HTTP, half over streams, and memory once a minute. */
async function soakFor(minutes: number): Promise<void> {
  const running = await start('engine');
  const ways = [await overHttp(running), await overStream(running, 1)];
  console.log('minute\tcommands/s\tp99 ms\tMiB\tsequence');
  for (let minute = 0; minute <= minutes; minute++) {
    const half = ways.flatMap(({ senders }) => senders.slice(0, 16));
    const { perSecond, p99Ms } = await measure(half, 60 - WARM_SECONDS);
    const { rss, sequence } = await running.memory();
    console.log(
      [minute, perSecond.toFixed(0), p99Ms.toFixed(1), (rss / 2 ** 20).toFixed(0), sequence].join('\t'),
    );
  }
  for (const { end } of ways) end();
  running.end();
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? Number.NaN;
}

if (process.argv[2] === 'server') await serve(process.argv[3] as ServerKind, process.argv[4] as string);
else await main();
