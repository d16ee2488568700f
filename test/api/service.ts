/** A service of its own for a test: a real socket, a folder of its own, a clock that the test moves. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Json } from '../../src/contract/index.js';
import { type Host, openHost } from '../../src/journal/index.js';
import {
  type Access,
  type AccessTerms,
  openAccess,
  openWebhooks,
  type Server,
  type ServerOptions,
  type StreamTerms,
  startServer,
  type Webhooks,
} from '../../src/server/index.js';
import { checkAnswer } from './answerCheck.js';

// biome-ignore lint/suspicious/noExplicitAny: bodies of many shapes, looked into by the tests.
export type Body = any;

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
}

export interface Service {
  readonly url: string;
  readonly host: Host;
  readonly access: Access;
  readonly directory: string;
  readonly faults: Error[];
  timeMs: number;
  get(path: string): Promise<Answer>;
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Answer>;
  /** Sends text as it is. */
  raw(
    path: string,
    options: { method?: string; body?: string | Uint8Array; headers?: Record<string, string> },
  ): Promise<Answer>;
  /** Sends a command with the next id. */
  send(command: Json): Promise<Answer>;
  /** Sends a command that must be taken. */
  accept(command: Json): Promise<Body>;
  stateHash(): Promise<string>;
  sequence(): Promise<number>;
  /** Ends service and journal and opens them anew on the same folder, on any free port where none is given. */
  restart(port?: number): Promise<void>;
  stop(): Promise<void>;
}

const QUICK = { timeoutMs: 300, firstRetryMs: 10, lastRetryMs: 40, giveUpMs: 1_500 };

export const START_MS = 1_700_000_000_000;

/** With `terms`, callers must say who they are. */
export async function startService(
  terms: Partial<AccessTerms> | null = null,
  stream: Partial<StreamTerms> = {},
  more: Partial<ServerOptions> = {},
): Promise<Service> {
  const directory = mkdtempSync(join(tmpdir(), 'bulkhead-api-'));
  let host: Host;
  let server: Server;
  let webhooks: Webhooks;
  let access: Access | null = null;
  let count = 0;
  const clock = () => service.timeMs;

  async function open(port = 0): Promise<void> {
    host = await openHost({ directory, clock, segmentBytes: 1 << 22 });
    const onFault = (error: Error) => service.faults.push(error);
    if (terms !== null) access = await openAccess({ directory, clock, terms });
    webhooks = await openWebhooks({ directory, clock, terms: QUICK });
    server = await startServer({
      host,
      address: '127.0.0.1',
      port,
      clock,
      access,
      stream,
      webhooks,
      onFault,
      ...more,
    });
  }

  async function close(): Promise<void> {
    await server.close();
    await webhooks.close();
    await host.close();
    await access?.close();
  }

  const service: Service = {
    get url() {
      return server.url;
    },
    get host() {
      return host;
    },
    get access() {
      if (access === null) throw new Error('nobody is asked who they are');
      return access;
    },
    directory,
    faults: [],
    timeMs: START_MS,
    get: (path) => service.raw(path, {}),
    post: (path, body, headers = {}) =>
      service.raw(path, {
        method: 'POST',
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json', ...headers },
      }),
    async raw(path, { method = 'GET', body, headers = {} }) {
      const response = await fetch(`${server.url}${path}`, {
        method,
        headers,
        ...(body === undefined ? {} : { body }),
      });
      const text = await response.text();
      const { status } = response;
      const type = response.headers.get('content-type') ?? '';
      const answered = text === '' ? null : type.startsWith('text/') ? text : JSON.parse(text);
      if (method !== 'HEAD') checkAnswer({ method, path }, { status, type, body: answered });
      return { status, headers: response.headers, body: answered };
    },
    send: (command) => service.post('/v1/commands', { id: `c${++count}`, command }),
    async accept(command) {
      const answer = await service.send(command);
      if (answer.status !== 200) throw new Error(answer.body.detail);
      return answer.body;
    },
    stateHash: async () => (await service.get('/v1/state')).body.stateHash,
    sequence: async () => (await service.get('/v1/state')).body.sequence,
    async restart(port = 0) {
      await close();
      await open(port);
    },
    async stop() {
      await close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
  await open();
  return service;
}

export const BTC_PERP = {
  kind: 'listInstrument',
  id: 'BTC-PERP',
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
  takerFeeRate: '0.0005',
  maintenanceBasis: 'mark',
  markMaxAgeMs: 60_000,
  markMaxJumpRate: '0.5',
  markConfirmations: 2,
  fillBandRate: '0.2',
  fundingRateMax: '0.01',
  tiers: [
    { notionalCap: '50000', initialMarginRate: '0.01', maintenanceMarginRate: '0.005', maxLeverage: '100' },
    { notionalCap: null, initialMarginRate: '0.05', maintenanceMarginRate: '0.025', maxLeverage: '20' },
  ],
} as const;

export function mark(service: Service, price: string): Json {
  return { kind: 'mark', sourceTimeMs: service.timeMs, marks: [{ instrument: 'BTC-PERP', price }] };
}

export function fill(fields: { buyer: string; seller: string; price: string; quantity: string }): Json {
  const side = (id: string) => ({ party: 'account', id, allocateInitial: true });
  const { buyer, seller, ...rest } = fields;
  return {
    kind: 'fill',
    instrument: 'BTC-PERP',
    ...rest,
    buyer: side(buyer),
    seller: side(seller),
    taker: 'buyer',
  };
}

/** One pool with a fund of 10,000 USDT, BTC-PERP at 40,000, ada with two accounts and bob with one, 100,000 USDT each. */
export async function openVenue(service: Service): Promise<void> {
  await service.accept({ kind: 'listAsset', asset: 'USDT', decimals: 6 });
  await service.accept({ kind: 'openPool', pool: 'main', admission: 'fills' });
  await service.accept(BTC_PERP as unknown as Json);
  await service.accept({ kind: 'injectCapital', asset: 'USDT', amount: '10000' });
  await service.accept({ kind: 'topUpFund', pool: 'main', asset: 'USDT', amount: '10000' });
  for (const client of ['ada', 'bob']) {
    await service.accept({ kind: 'openClient', client });
    await service.accept({
      kind: 'announceDeposit',
      deposit: `${client}-d`,
      client,
      asset: 'USDT',
      amount: '100000',
    });
    await service.accept({ kind: 'finalizeDeposit', deposit: `${client}-d` });
  }
  for (const [account, client, leverage] of [
    ['ada-1', 'ada', '20'],
    ['ada-2', 'ada', '2'],
    ['bob-1', 'bob', '2'],
  ] as const) {
    await service.accept({ kind: 'openAccount', account, client, instrument: 'BTC-PERP', leverage });
  }
  await service.accept(mark(service, '40000'));
}

/** A pool that reduces accounts by orders. */
export const LIQUIDATION = {
  warningHealth: '2',
  callHealth: '1.5',
  targetHealth: '1.2',
  closeOutHealth: '0.5',
  stepShare: '0.5',
  minStepLots: 1,
  slippage: '0.01',
  feeRate: '0.001',
  orderLifeMs: 5_000,
  pauseMs: 0,
} as const;
