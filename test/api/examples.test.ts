/** The examples, run as they stand against a service of their own. */
import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ServeProcess, spawnServe } from './process.js';
import { BTC_PERP } from './service.js';

const run = promisify(execFile);
let folder: string;
let service: ServeProcess;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bulkhead-examples-'));
  service = await spawnServe(join(folder, 'venue'));
});
afterEach(async () => {
  expect(service.errors.join('')).toBe('');
  await service.end('SIGTERM');
  rmSync(folder, { recursive: true, force: true });
});

const env = () => ({ ...process.env, BULKHEAD_URL: service.url, BULKHEAD_KEY: '' });

async function example(name: string, ...args: string[]): Promise<string> {
  const { stdout } = await run(process.execPath, [`examples/${name}`, ...args], { env: env() });
  return stdout;
}

let count = 0;
async function send(command: object): Promise<void> {
  const answer = await service.post({ id: `x${++count}`, command });
  if (answer.status !== 200) throw new Error(answer.body.detail);
}

describe('the examples', () => {
  it('are all told of on their page', () => {
    const page = readFileSync('examples/README.md', 'utf8');
    const programs = readdirSync('examples').filter((name) => name.endsWith('.js') && name !== 'service.js');
    for (const name of programs) expect(page).toContain(`(${name})`);
  });

  it('run a venue beside its matching engine: every order of a pool executed, no fill refused, and again', async () => {
    const said = await example('matching-engine.js');
    expect(said).toMatch(/fills [1-9][0-9]*, refused 0, notices [1-9][0-9]*, reductions [1-9]/);
    expect(said).toContain('taker 5x: balance 8000, position 1\n');
    expect(said).toContain('trial balance 0 USDT');
    expect(await example('matching-engine.js', '8')).toContain('refused 0');
  });

  it('follow positions that CCXT told, as they change (ISO-01)', async () => {
    const file = join(folder, 'positions.json');
    const position = {
      symbol: 'BTC/USDT:USDT',
      side: 'long',
      contracts: 0.5,
      contractSize: 1,
      markPrice: 40_000,
      entryPrice: 41_000,
      leverage: 10,
      collateral: 2_500,
      initialMargin: 2_000,
      unrealizedPnl: -500,
    };
    writeFileSync(file, JSON.stringify([position, { ...position, symbol: 'BTC/USD:BTC' }]));
    const first = await example('desk-import.js', file);
    expect(first).toContain('BTC-USDT-USDT: bought 0.500 at 41000.0');
    expect(first).toContain('BTC/USD:BTC: left out');
    expect(first).toContain('BTC-USDT-USDT: long 0.5, collateral 2500, ');
    writeFileSync(file, JSON.stringify([{ ...position, side: 'short', contracts: 0.1, markPrice: 40_500 }]));
    const second = await example('desk-import.js', file);
    expect(second).toContain('BTC-USDT-USDT: sold 0.600 at 40500.0');
    expect(second).toContain('BTC-USDT-USDT: short 0.1, ');
  });

  it('keep the margin ratio of an account between two bounds', async () => {
    await send({ kind: 'listAsset', asset: 'USDT', decimals: 6 });
    await send({ kind: 'openPool', pool: 'main', admission: 'fills' });
    await send(BTC_PERP);
    for (const client of ['ada', 'bob']) {
      await send({ kind: 'openClient', client });
      await send({ kind: 'announceDeposit', deposit: client, client, asset: 'USDT', amount: '100000' });
      await send({ kind: 'finalizeDeposit', deposit: client });
      const leverage = client === 'ada' ? '20' : '1';
      await send({ kind: 'openAccount', account: `${client}-1`, client, instrument: 'BTC-PERP', leverage });
    }
    const mark = (price: string) =>
      send({ kind: 'mark', sourceTimeMs: Date.now(), marks: [{ instrument: 'BTC-PERP', price }] });
    await mark('40000');
    const side = (id: string) => ({ party: 'account', id, allocateInitial: true });
    const [buyer, seller] = [side('ada-1'), side('bob-1')];
    await send({
      kind: 'fill',
      instrument: 'BTC-PERP',
      price: '40000',
      quantity: '1',
      taker: 'buyer',
      buyer,
      seller,
    });
    const bot = spawn(process.execPath, ['examples/ratio-bot.js', 'ada-1'], { env: env() });
    let said = '';
    bot.stdout.on('data', (data: Buffer) => {
      said += data.toString();
    });
    const hears = async (what: RegExp) => {
      for (let tries = 0; !what.test(said); tries++) {
        if (tries > 500) throw new Error(`${what} is not in: ${said}`);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    };
    const ratio = async () => Number((await service.get('/v1/accounts/ada-1')).body.marginRatio);
    await hears(/keeping/);
    await mark('38300');
    await hears(/ada-1: ratio 0\.\d+, allocate [\d.]+ USDT\n/);
    expect(await ratio()).toBeGreaterThan(0.3);
    expect(await ratio()).toBeLessThan(0.4);
    await send({ kind: 'allocate', account: 'ada-1', asset: 'USDT', amount: '3000' });
    await mark('46000');
    await hears(/ada-1: ratio 0\.\d+, release [\d.]+ USDT/);
    const ended = new Promise((resolve) => bot.once('exit', resolve));
    bot.kill('SIGTERM');
    expect(await ended).toBe(0);
  });
});
