import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openStreamClient } from '../../src/client/index.js';
import type { Json } from '../../src/contract/index.js';
import { verifyJournal } from '../../src/journal/index.js';
import { type ServeProcess, spawnServe } from './process.js';
import { type Answer, type Body, BTC_PERP } from './service.js';

let directory: string;
let running: ServeProcess | null;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'bulkhead-kill-'));
  running = null;
});
afterEach(async () => {
  await running?.end('SIGKILL');
  rmSync(directory, { recursive: true, force: true });
});

const ROUNDS = 5;
const SENDERS = 8;
const LOAD_MS = { min: 80, max: 500 };

interface Request {
  readonly id: string;
  readonly command: Json;
}

const start = async () => {
  running = await spawnServe(directory);
  return running;
};

async function openVenue(serve: ServeProcess): Promise<void> {
  const commands: Json[] = [
    { kind: 'listAsset', asset: 'USDT', decimals: 6 },
    { kind: 'openPool', pool: 'main', admission: 'fills' },
    { ...BTC_PERP, markMaxAgeMs: 3_600_000 } as unknown as Json,
    { kind: 'injectCapital', asset: 'USDT', amount: '1000000' },
    { kind: 'topUpFund', pool: 'main', asset: 'USDT', amount: '1000' },
  ];
  for (let at = 0; at < SENDERS; at++) {
    commands.push(
      { kind: 'openClient', client: `k${at}` },
      { kind: 'announceDeposit', deposit: `k${at}`, client: `k${at}`, asset: 'USDT', amount: '10000000' },
      { kind: 'finalizeDeposit', deposit: `k${at}` },
      {
        kind: 'openAccount',
        account: `k${at}`,
        client: `k${at}`,
        instrument: 'BTC-PERP',
        leverage: at % 2 ? '100' : '1',
      },
    );
  }
  commands.push(markAt('40000'));
  for (const [at, command] of commands.entries()) {
    const answer = await serve.post({ id: `open-${at}`, command });
    if (answer.status !== 200) throw new Error(answer.body.detail);
  }
}

function markAt(price: string): Json {
  return { kind: 'mark', sourceTimeMs: Date.now(), marks: [{ instrument: 'BTC-PERP', price }] };
}

/** Deposits, trades, and marks that liquidate: commands of one step and of many. */
function nextRequest(id: string, at: number): Request {
  const own = at % SENDERS;
  switch (at % 4) {
    case 0:
      return {
        id,
        command: { kind: 'announceDeposit', deposit: id, client: `k${own}`, asset: 'USDT', amount: '1.5' },
      };
    case 1:
      return { id, command: markAt(at % 8 === 1 ? '39500' : '40000') };
    default: {
      const side = (account: string) => ({ party: 'account', id: account, allocateInitial: true });
      const [buyer, seller] = [side(`k${own}`), side(`k${(own + 1 + (at % 3)) % SENDERS}`)];
      return {
        id,
        command: {
          kind: 'fill',
          instrument: 'BTC-PERP',
          price: '39800',
          quantity: '0.05',
          buyer,
          seller,
          taker: 'buyer',
        },
      };
    }
  }
}

interface Load {
  readonly acknowledged: { readonly request: Request; readonly answer: Answer }[];
  /** Sent, and the connection broke before an answer. */
  readonly unanswered: Request[];
}

/** Senders that each wait for their answer, until the connection breaks. */
async function loadUntilKilled(serve: ServeProcess, round: number): Promise<Load> {
  const load: Load = { acknowledged: [], unanswered: [] };
  let count = 0;
  const sender = async () => {
    for (;;) {
      const request = nextRequest(`r${round}-${++count}`, count);
      try {
        load.acknowledged.push({ request, answer: await serve.post(request) });
      } catch {
        load.unanswered.push(request);
        return;
      }
    }
  };
  const senders = Array.from({ length: SENDERS }, sender);
  const waitMs = LOAD_MS.min + Math.random() * (LOAD_MS.max - LOAD_MS.min);
  await new Promise((resolve) => setTimeout(resolve, waitMs));
  await serve.end('SIGKILL');
  await Promise.all(senders);
  return load;
}

async function journalOf(serve: ServeProcess): Promise<Map<string, Body>> {
  const records = new Map<string, Body>();
  let from: number | null = 1;
  while (from !== null) {
    const { body }: Answer = await serve.get(`/v1/journal?from=${from}&limit=1000`);
    for (const record of body.records) {
      if (record.id === null) continue;
      expect(records.has(record.id), `${record.id} is recorded twice`).toBe(false);
      records.set(record.id, record);
    }
    from = body.next;
  }
  return records;
}

describe('serve, killed in the middle of load', () => {
  it('has every acknowledged command afterwards, none half done, and answers duplicates as before', async () => {
    let serve = await start();
    await openVenue(serve);
    let acknowledged = 0;
    let unanswered = 0;
    let withWork = 0;
    for (let round = 1; round <= ROUNDS; round++) {
      const load = await loadUntilKilled(serve, round);
      acknowledged += load.acknowledged.length;
      unanswered += load.unanswered.length;

      // Every byte, hash and law, and each recorded command decided again to the same records.
      expect(verifyJournal(directory).findings).toEqual([]);
      serve = await start();
      const recorded = await journalOf(serve);
      const { body: before } = await serve.get('/v1/state');

      for (const { request, answer } of load.acknowledged) {
        const record = recorded.get(request.id);
        expect(record, `${request.id} was acknowledged`).toBeDefined();
        expect(record.sequence).toBe(answer.body.sequence);
        expect(record.outcome.kind === 'accepted' ? 200 : answer.body.code).toBe(
          answer.status === 200 ? 200 : record.outcome.code,
        );
        if (answer.status === 200) expect(record.outcome).toEqual(answer.body.outcome);
        if (answer.body.work) withWork++;
      }
      for (const { request, answer } of load.acknowledged.slice(-40)) {
        const again = await serve.post(request);
        expect(again.headers.get('idempotent-replay')).toBe('true');
        expect(again).toMatchObject({ status: answer.status, body: answer.body });
      }
      expect((await serve.get('/v1/state')).body.stateHash).toBe(before.stateHash);

      // What nobody was told about is there whole or not at all: the same id tells which.
      for (const request of load.unanswered) {
        const again = await serve.post(request);
        expect(again.headers.get('idempotent-replay') === 'true').toBe(recorded.has(request.id));
      }
      const { trialBalance } = (await serve.get('/v1/trial-balance')).body;
      expect(trialBalance[0].total).toBe('0');
    }
    expect(acknowledged).toBeGreaterThan(ROUNDS * SENDERS);
    expect(unanswered).toBeGreaterThan(0);
    expect(withWork).toBeGreaterThan(0);

    const last = (await serve.get('/v1/state')).body;
    expect(await serve.end('SIGTERM')).toEqual({ code: 0, signal: null });
    expect(verifyJournal(directory)).toMatchObject({
      findings: [],
      stateHash: last.stateHash,
      records: last.sequence,
    });
  });
});

describe('serve, asked to end', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)(
    'by %s in the middle of load ends in order: what it answered is there',
    async (signal) => {
      const serve = await start();
      await openVenue(serve);
      const answered: string[] = [];
      let isEnding = false;
      const sender = async (name: string) => {
        for (let at = 0; ; at++) {
          const id = `${name}-${at}`;
          try {
            const answer = await serve.post(nextRequest(id, at));
            if (answer.status === 503) return expect(answer.body.code).toBe('shutting_down');
            answered.push(id);
          } catch (error) {
            if (isEnding) return;
            throw error;
          }
        }
      };
      const senders = Array.from({ length: 4 }, (_, at) => sender(`s${at}`));
      await new Promise((resolve) => setTimeout(resolve, 200));
      isEnding = true;
      expect(await serve.end(signal)).toEqual({ code: 0, signal: null });
      await Promise.all(senders);
      expect(serve.errors).toEqual([]);
      expect(answered.length).toBeGreaterThan(4);
      const again = await start();
      const recorded = await journalOf(again);
      for (const id of answered) expect(recorded.has(id), id).toBe(true);
      expect((await again.end('SIGTERM')).code).toBe(0);
    },
  );

  it('refuses a folder that another one has, and says so', async () => {
    await start();
    await expect(spawnServe(directory)).rejects.toThrow(/bulkhead serve: /);
  });
});

describe('streams over a service that is killed', () => {
  it('go on by themselves: every command is answered and done once, every event told once and in order', async () => {
    const first = await start();
    const port = new URL(first.url).port;
    const told: number[] = [];
    const stream = openStreamClient({ url: first.url });
    await stream.subscribe('journal', ({ sequence }) => told.push(sequence), { from: 1 });
    const sent: Promise<unknown>[] = [];
    let current = first;
    for (let round = 0; round < ROUNDS; round++) {
      for (let at = 0; at < 300; at++) {
        const name = `s-${round}-${at}`;
        sent.push(stream.command({ kind: 'openClient', client: name }, name));
        if (at % 20 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
      }
      await current.end('SIGKILL');
      current = await spawnServe(directory, ['--auth', 'none', '--port', port]);
      running = current;
    }
    const answers = (await Promise.all(sent)) as readonly { readonly sequence: number }[];
    const count = ROUNDS * 300;
    expect(new Set(answers.map(({ sequence }) => sequence)).size).toBe(count);
    for (let tries = 0; told.length < count && tries < 500; tries++)
      await new Promise((resolve) => setTimeout(resolve, 10));
    stream.close();
    expect(told).toEqual(Array.from({ length: count }, (_, at) => at + 1));
    expect(await current.end('SIGTERM')).toMatchObject({ code: 0 });
    running = null;
    expect(verifyJournal(directory)).toMatchObject({ findings: [], records: count });
  });
});
