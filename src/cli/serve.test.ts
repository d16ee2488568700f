import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { BTC_PERP } from '../../test/api/service.js';
import { createClient } from '../client/index.js';
import { type Host, JournalFailed } from '../journal/index.js';
import { TEST_CERTIFICATE, TEST_KEY } from '../testkit/certificate.js';
import { runCommand } from '../testkit/runCommand.js';
import { COMMANDS } from './commands.js';
import type { Io } from './io.js';
import { main } from './main.js';
import { verify } from './verify.js';

/** Set by a test whose disk is to fail: the host as `serve` gets it. */
const broken = vi.hoisted(() => ({ wrap: null as ((host: Host) => Host) | null }));
vi.mock(import('../journal/index.js'), async (original) => {
  const journal = await original();
  return {
    ...journal,
    openHost: async (options: Parameters<typeof journal.openHost>[0]) => {
      const host = await journal.openHost(options);
      return broken.wrap === null ? host : broken.wrap(host);
    },
  };
});

const MARKET = fileURLToPath(new URL('../../market', import.meta.url));

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'bulkhead-serve-'));
  broken.wrap = null;
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

function run(...args: string[]) {
  const said = { out: '', err: '' };
  let heard: () => void = () => undefined;
  const io: Io = {
    input: (async function* () {})(),
    out: (text) => {
      said.out += text;
      heard();
    },
    err: (text) => {
      said.err += text;
    },
    isErrTerminal: false,
    hasColour: false,
    env: {},
  };
  const exit = main(['serve', ...(args.includes('--auth') ? [] : ['--auth', 'none']), ...args], io);
  const line = new Promise<string>((resolve) => {
    heard = () => resolve(said.out);
  });
  return { said, exit, line };
}

const post = (url: string, body: unknown) =>
  fetch(`${url}/v1/commands`, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json' },
  });
const urlOf = (line: string) => (JSON.parse(line) as { url: string }).url;

describe('bulkhead serve', () => {
  it('is in the table of commands', () => {
    expect(COMMANDS.map(({ name }) => name)).toContain('serve');
  });

  it('says where it listens, and ends with 0 when it is told to', async () => {
    const listeners = process.listenerCount('SIGTERM');
    const { said, exit, line } = run('--data', directory, '--port', '0');
    expect(await line).toMatch(/^listening on http:\/\/127\.0\.0\.1:\d+, journal .* at sequence 0\n$/);
    process.emit('SIGTERM', 'SIGTERM');
    expect(await exit).toBe(0);
    expect(said.out).toMatch(/SIGTERM: taking no more requests\nstopped at sequence 0\n$/);
    expect(said.err).toBe('');
    expect(process.listenerCount('SIGTERM')).toBe(listeners);
  });

  it('asks for a key unless it is told not to, and shows the first one once', async () => {
    const options = ['--auth', 'keys', '--data', directory, '--port', '0', '--json', '--log', 'info'];
    const first = run(...options);
    const url = urlOf(await first.line);
    expect((await fetch(`${url}/v1/state`)).status).toBe(401);
    await vi.waitFor(() => expect(first.said.out).toContain('firstKey'));
    const { key, secret } = JSON.parse(first.said.out.split('\n')[1] as string);
    const client = createClient({ url, credentials: { key, secret } });
    await client.command({ kind: 'listAsset', asset: 'USDT', decimals: 6 });
    expect((await client.get('/v1/assets')).assets).toHaveLength(1);
    process.emit('SIGTERM', 'SIGTERM');
    expect(await first.exit).toBe(0);
    const lines = first.said.err
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines).toMatchObject([
      { method: 'GET', route: '/v1/state', status: 401 },
      { method: 'POST', route: '/v1/commands', status: 200 },
      { method: 'GET', route: '/v1/assets', status: 200 },
    ]);
    expect(first.said.err).not.toContain(secret);
    const second = run(...options);
    await second.line;
    process.emit('SIGTERM', 'SIGTERM');
    expect(await second.exit).toBe(0);
    expect(second.said.out).not.toContain('firstKey');
  });

  it('speaks HTTPS with a certificate, and asks for a key wherever others can reach it', async () => {
    const [cert, key] = [join(directory, 'cert.pem'), join(directory, 'key.pem')];
    writeFileSync(cert, TEST_CERTIFICATE);
    writeFileSync(key, TEST_KEY);
    const file = join(directory, 'settings.json');
    writeFileSync(file, JSON.stringify({ listen: { tlsCertificate: cert, tlsKey: key } }));
    const service = run('--data', join(directory, 'venue'), '--port', '0', '--json', '--config', file);
    const url = urlOf(await service.line);
    expect(url).toMatch(/^https:/);
    const answer = await new Promise<{ status: number | undefined; hsts: unknown }>((resolve, reject) => {
      get(`${url}/livez`, { ca: TEST_CERTIFICATE, servername: 'localhost' }, (response) => {
        response.resume();
        resolve({ status: response.statusCode, hsts: response.headers['strict-transport-security'] });
      }).on('error', reject);
    });
    expect(answer).toEqual({ status: 200, hsts: 'max-age=31536000' });
    process.emit('SIGTERM', 'SIGTERM');
    expect(await service.exit).toBe(0);
    const open = run('--data', directory, '--host', '0.0.0.0');
    expect(await open.exit).toBe(1);
    expect(open.said.err).toContain('only for an address of this machine');
  });

  it('ends with 1 when its journal fails, after saying why and answering 503', async () => {
    broken.wrap = (host) => ({
      ...host,
      submit: () => Promise.reject(new JournalFailed('the disk is full')),
    });
    const { said, exit, line } = run('--data', directory, '--port', '0', '--json');
    const answer = await post(urlOf(await line), { id: '1', command: { kind: 'openClient', client: 'ada' } });
    expect(answer.status).toBe(503);
    expect(await exit).toBe(1);
    expect(said.err).toContain('the disk is full');
  });

  it('keeps candles of its marks beside the journal, which stays whole', async () => {
    const options = ['--data', directory, '--port', '0', '--json', '--candles', '1m'];
    const first = run(...options);
    const url = urlOf(await first.line);
    let count = 0;
    const accept = async (command: object) => {
      const answer = await post(url, { id: `c${++count}`, command });
      if (answer.status !== 200) throw new Error(await answer.text());
    };
    for (const asset of ['USDT', 'BTC']) await accept({ kind: 'listAsset', asset, decimals: 6 });
    await accept({ kind: 'openPool', pool: 'main' });
    await accept({ ...BTC_PERP, markMaxAgeMs: 86_400_000 });
    const startMs = Date.now() - 600_000;
    for (const [at, price] of ['100', '101', '102'].entries()) {
      const sourceTimeMs = startMs + at * 60_000;
      await accept({ kind: 'mark', sourceTimeMs, marks: [{ instrument: 'BTC-PERP', price }] });
    }
    process.emit('SIGTERM', 'SIGTERM');
    expect(await first.exit).toBe(0);
    const text = readFileSync(join(directory, 'candles', 'BTC-PERP.candles.csv'), 'utf8');
    expect(text.split('\n').map((line) => line.split(',')[1])).toEqual(['open', '100', '101', undefined]);
    expect((await runCommand(verify, [directory])).code).toBe(0);
    expect(await run(...options.slice(0, -1), '1h').exit).toBe(1);
    expect(await run(...options.slice(0, -1), '2h').exit).toBe(2);
    expect(first.said.err).toBe('');
  });

  it('proposes and applies margin rates by itself, within its limits, and says what it did (MAR-08)', async () => {
    const first = run('--data', directory, '--port', '0', '--json');
    const url = urlOf(await first.line);
    let count = 0;
    for (const command of [
      { kind: 'listAsset', asset: 'USDT', decimals: 6 },
      { kind: 'listAsset', asset: 'AAA', decimals: 6 },
      { kind: 'openPool', pool: 'main', valuationAsset: 'USDT' },
      { ...BTC_PERP, id: 'AAA-PERP', base: 'AAA' },
      { kind: 'mark', sourceTimeMs: Date.now(), marks: [{ instrument: 'AAA-PERP', price: '10' }] },
    ])
      expect((await post(url, { id: `c${++count}`, command })).status).toBe(200);
    process.emit('SIGTERM', 'SIGTERM');
    expect(await first.exit).toBe(0);

    const file = join(directory, 'rates.json');
    const schedule = {
      everyHours: 24,
      prices: MARKET,
      model: 'ewmaNormal',
      riseMax: 0.5,
      fallMax: 0.1,
      noticeHours: 24,
      graceHours: 24,
      liquidatableMax: 0,
    };
    const runWith = async (content: object) => {
      writeFileSync(file, JSON.stringify(content));
      const service = run('--data', directory, '--port', '0', '--json', '--risk', file);
      await Promise.race([service.line, service.exit]);
      await vi.waitFor(
        () => expect(service.said.err + service.said.out).toMatch(/"event":"risk|^bulkhead serve:/),
        20_000,
      );
      process.emit('SIGTERM', 'SIGTERM');
      return { ...service.said, code: await service.exit };
    };
    const done = await runWith(schedule);
    expect(done.code).toBe(0);
    expect(done.out).toMatch(
      /"event":"riskApplied","changes":\[\{"subject":"AAA-PERP","sequence":\d+,"refusal":null\}\]/,
    );
    // Scenario sets of the pools it names, and their vectors again and again: from the first on they are in force.
    const sets = await runWith({ ...schedule, scenarioPools: ['main'], vectorSeconds: 1 });
    expect(sets.out).toMatch(/"subject":"history-[^"]+ in main","sequence":\d+,"refusal":null/);
    // A change is on its way already: the venue says so, and the rates stay.
    expect((await runWith(schedule)).out).toMatch(/"subject":"AAA-PERP","sequence":null,"refusal":"/);
    expect((await runWith({ ...schedule, prices: join(directory, 'none') })).out).toContain(
      '"code":"file_unusable"',
    );
    expect((await runWith({ ...schedule, riseMax: 'much' })).code).toBe(1);
  });

  it('refuses wrong options, a file for a folder, a port in use and a folder in use', async () => {
    expect(await run().exit).toBe(2);
    expect(await run('--data', directory, '--port', '70000').exit).toBe(2);
    expect(await run('--data', directory, 'more').exit).toBe(2);
    const file = join(directory, 'file');
    writeFileSync(file, '');
    const asFile = run('--data', file);
    expect(await asFile.exit).toBe(1);
    expect(asFile.said.err).toContain(file);

    const first = run('--data', join(directory, 'a'), '--port', '0', '--json');
    const port = new URL(urlOf(await first.line)).port;
    const onPort = run('--data', join(directory, 'b'), '--port', port);
    expect(await onPort.exit).toBe(1);
    expect(onPort.said.err).toContain(`port ${port} is in use`);
    const onFolder = run('--data', join(directory, 'a'), '--port', '0');
    expect(await onFolder.exit).toBe(1);
    process.emit('SIGINT', 'SIGINT');
    expect(await first.exit).toBe(0);
  });

  it('refuses a journal with a wrong byte, and names the file', async () => {
    const first = run('--data', directory, '--port', '0', '--json');
    await post(urlOf(await first.line), { id: '1', command: { kind: 'openClient', client: 'ada' } });
    process.emit('SIGTERM', 'SIGTERM');
    await first.exit;
    const segment = readdirSync(directory).find(
      (name) => name.includes('segment') || name.endsWith('.log'),
    ) as string;
    const bytes = readFileSync(join(directory, segment));
    bytes[700] = (bytes[700] as number) ^ 1;
    writeFileSync(join(directory, segment), bytes);
    const again = run('--data', directory, '--port', '0');
    expect(await again.exit).toBe(1);
    expect(again.said.err).toContain(segment);
  });
});
