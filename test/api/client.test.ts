/** `bulkhead/client` against a service: what a program gets, also when the service is away for a while. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BulkheadError, type Client, createClient, Unreachable } from '../../src/client/index.js';
import { GET_ANSWERS, type WireCommand } from '../../src/contract/index.js';
import { ROUTES } from '../../src/server/routes.js';
import { fill, openVenue, type Service, startService } from './service.js';

const run = promisify(execFile);
let service: Service;
let client: Client;
beforeEach(async () => {
  service = await startService();
  client = createClient({ url: service.url, clock: () => service.timeMs });
});
afterEach(async () => {
  expect(service.faults).toEqual([]);
  await service.stop();
});

const openClient = (name: string): WireCommand => ({ kind: 'openClient', client: name });

describe('the client', () => {
  it('knows each address that is asked with GET, and what it answers', () => {
    const routes = ROUTES.filter(({ method, answer }) => method === 'GET' && typeof answer === 'string')
      .filter(({ answer }) => answer !== 'page' && answer !== 'stream')
      .map(({ path, answer }) => [path, answer]);
    expect(Object.entries(GET_ANSWERS).sort()).toEqual(routes.sort());
  });

  it('gets, fills in addresses, and goes through lists page by page', async () => {
    await openVenue(service);
    await service.accept(fill({ buyer: 'ada-1', seller: 'bob-1', price: '40000', quantity: '1' }));
    const account = await client.get('/v1/accounts/:id', { params: { id: 'ada-1' } });
    expect('position' in account ? account.position?.contracts : null).toBe('1');
    const names: string[] = [];
    for await (const row of client.rows('/v1/accounts', 'accounts', { limit: 1 })) names.push(row.account);
    expect(names).toEqual(['ada-1', 'ada-2', 'bob-1']);
    const { events } = await client.get('/v1/fills', { query: { account: 'bob-1' } });
    expect(events.map(({ kind }) => kind)).toEqual(['filled']);
  });

  it('sends commands, tries them, plays what if, and throws what was refused with its numbers', async () => {
    await openVenue(service);
    const done = await client.command(openClient('eve'), 'e-1');
    expect(done).toMatchObject({ id: 'e-1' });
    expect(await client.command(openClient('eve'), 'e-1')).toEqual(done);
    const before = await service.stateHash();
    expect(await client.dryRun(openClient('mia'))).toMatchObject({ dryRun: true });
    const release = { kind: 'release', account: 'ada-1', asset: 'USDT', amount: '1' } as WireCommand;
    await expect(client.command(release)).rejects.toMatchObject({
      name: 'BulkheadError',
      problem: { code: 'removal_floor', context: expect.anything() },
    });
    const { results } = await client.whatIf([openClient('mia'), release]);
    expect(results).toHaveLength(2);
    expect(await service.stateHash()).toBe(before);
    const { answers } = await client.batch([
      { id: 'b-1', command: openClient('zoe') },
      { id: 'b-2', command: openClient('zoe') },
    ]);
    expect(answers.map(({ status }) => status)).toEqual([200, 409]);
  });

  it('sends again while nothing answers, so that a restart is not noticed and nothing is done twice', async () => {
    await openVenue(service);
    const port = Number(new URL(service.url).port);
    const sending = Promise.all(
      Array.from({ length: 40 }, (_, at) => client.command(openClient(`load-${at}`), `load-${at}`)),
    );
    await service.restart(port);
    const answers = (await sending) as readonly { readonly sequence: number }[];
    expect(new Set(answers.map(({ sequence }) => sequence)).size).toBe(40);
    const { clients } = await client.get('/v1/clients');
    expect(clients).toHaveLength(42);
  });

  it('gives up after as many tries as it was told', async () => {
    const nobody = createClient({ url: 'http://127.0.0.1:9', retries: 1 });
    await expect(nobody.get('/v1/state')).rejects.toBeInstanceOf(Unreachable);
  });

  it('waits as long as it is told to where it comes too often', async () => {
    let asked = 0;
    const busy = createServer((_request, response) => {
      if (asked++ > 0) return response.writeHead(200).end('{"status":"live"}');
      const problem = { code: 'rate_limited', status: 429, retryable: true, detail: 'too many requests' };
      return response.writeHead(429, { 'retry-after': '1' }).end(JSON.stringify(problem));
    });
    await new Promise<void>((resolve) => busy.listen(0, '127.0.0.1', resolve));
    const { port } = busy.address() as AddressInfo;
    const begunAt = performance.now();
    expect(await createClient({ url: `http://127.0.0.1:${port}` }).get('/livez')).toEqual({ status: 'live' });
    expect(performance.now() - begunAt).toBeGreaterThan(900);
    await new Promise((resolve) => busy.close(resolve));
  });

  it('tells apart what is no answer of the service', async () => {
    const other = createServer((_request, response) => response.writeHead(404).end('<html>'));
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    const asked = createClient({ url: `http://127.0.0.1:${port}` }).get('/livez');
    await expect(asked).rejects.toBeInstanceOf(BulkheadError);
    await new Promise((resolve) => other.close(resolve));
  });
});

describe('the shell function of the guide to access', () => {
  it('signs what the service believes, and the webhook guide uses it', async () => {
    await service.stop();
    service = await startService({});
    service.timeMs = Date.now();
    await service.restart();
    const guide = readFileSync('docs/guides/access.md', 'utf8');
    const [, block = ''] = /```sh\n(call\(\)[\s\S]*?\n\})\ncall GET/.exec(guide) ?? [];
    expect(block).toContain('openssl dgst');
    const { key, secret } = await service.access.ring
      .make(
        { label: 'x', scopes: ['read', 'admin'], clients: null, pools: null, requestsPerSecond: null },
        'test',
      )
      .then(({ key: made, secret: shown }) => ({ key: made.key, secret: shown }));
    const say = (line: string) => {
      service.timeMs = Date.now() + 50;
      const env = { ...process.env, URL: service.url, KEY: key, SECRET: secret };
      return run('bash', ['-c', `${block}\n${line}`], { env }).then(({ stdout }) => stdout);
    };
    expect(JSON.parse(await say('call GET /v1/state')).sequence).toBe(0);
    const body = '{"id": "1", "command": {"kind": "listAsset", "asset": "USDT", "decimals": 6}}';
    expect(JSON.parse(await say(`call POST /v1/commands '${body}'`)).outcome.kind).toBe('accepted');
    const hook = '{"url": "https://desk.example/margin", "channels": ["marginCalls"], "clients": ["ada"]}';
    expect(JSON.parse(await say(`call POST /v1/webhooks '${hook}'`)).secret).toBeDefined();
  });
});
