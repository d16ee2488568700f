import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { marketOf } from '../../src/cli/riskPrices.js';
import { openCandleStore } from '../../src/server/index.js';
import { BTC_PERP, mark, type Service, START_MS, startService } from './service.js';

const MINUTE_MS = 60_000;
const FIRST_MS = Math.floor(START_MS / MINUTE_MS) * MINUTE_MS + MINUTE_MS;

let service: Service;
let folder: string;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bulkhead-candles-'));
  service = await startService();
  for (const asset of ['USDT', 'BTC']) await service.accept({ kind: 'listAsset', asset, decimals: 6 });
  await service.accept({ kind: 'openPool', pool: 'main' });
  await service.accept(BTC_PERP);
});
afterEach(async () => {
  await service.stop();
  rmSync(folder, { recursive: true, force: true });
});

const open = (directory = folder) =>
  openCandleStore({ host: service.host, directory, intervalMs: MINUTE_MS });
const textOf = (directory = folder) => {
  const file = join(directory, 'BTC-PERP.candles.csv');
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
};
async function markAt(afterMs: number, price: string): Promise<void> {
  service.timeMs = FIRST_MS + afterMs;
  await service.accept(mark(service, price));
}

describe('candles of the own marks', () => {
  it('are written when the first mark after their interval has come, in the form of price files', async () => {
    const store = await open();
    await markAt(0, '100');
    await markAt(10_000, '104.5');
    await markAt(59_999, '98');
    await store.follow();
    expect(textOf()).toBe('');
    await markAt(60_000, '99');
    await markAt(185_000, '101.25');
    await store.follow();
    expect(textOf()).toBe(
      `timestamp,open,high,low,close\n${FIRST_MS},100,104.5,98,98\n${FIRST_MS + MINUTE_MS},99,99,99,99\n`,
    );
    const read = await marketOf(folder, { ...quiet });
    expect(read).toMatchObject({ intervalMs: MINUTE_MS, assets: [{ asset: 'BTC-PERP' }] });
  });

  it('leave out marks that the guards held back', async () => {
    const store = await open();
    await markAt(0, '100');
    await markAt(1_000, '160');
    await markAt(60_000, '100');
    await store.follow();
    expect(textOf()).toContain(`${FIRST_MS},100,100,100,100\n`);
  });

  it('come out the same however often the store is stopped, and a line cut short by a crash is written again', async () => {
    const moves = fc.array(
      fc.record({
        waitMs: fc.integer({ min: 500, max: 100_000 }),
        price: fc.integer({ min: 90, max: 110 }),
        next: fc.constantFrom('go on', 'follow', 'reopen', 'crash'),
      }),
      { minLength: 30, maxLength: 30 },
    );
    const [steps] = fc.sample(moves, { numRuns: 1, seed: 3 });
    let store = await open();
    let afterMs = 0;
    for (const { waitMs, price, next } of steps ?? []) {
      afterMs += waitMs;
      await markAt(afterMs, `${price}`);
      if (next !== 'go on') await store.follow();
      if (next === 'crash' && textOf() !== '') {
        appendFileSync(join(folder, 'BTC-PERP.candles.csv'), '17000');
      }
      if (next === 'reopen' || next === 'crash') {
        await service.restart();
        store = await open();
      }
    }
    await store.follow();
    const once = mkdtempSync(join(tmpdir(), 'bulkhead-candles-once-'));
    await (await open(once)).follow();
    expect(textOf()).toBe(textOf(once));
    expect(textOf().split('\n').length).toBeGreaterThan(10);
    rmSync(once, { recursive: true });
  });

  it('are those of the journal again after a crash between file and position', async () => {
    const store = await open();
    await markAt(0, '100');
    await store.follow();
    const position = readFileSync(join(folder, 'position.json'), 'utf8');
    await markAt(60_000, '101');
    await store.follow();
    const text = textOf();
    writeFileSync(join(folder, 'position.json'), position);
    await (await open()).follow();
    expect(textOf()).toBe(text);
    expect(readdirSync(folder).sort()).toEqual(['BTC-PERP.candles.csv', 'position.json']);
  });

  it('are refused in a folder that was begun with another interval', async () => {
    await (await open()).follow();
    await expect(
      openCandleStore({ host: service.host, directory: folder, intervalMs: 1_000 }),
    ).rejects.toThrow('holds candles of 60000 ms');
  });
});

const quiet = {
  input: (async function* () {})(),
  out: () => undefined,
  err: () => undefined,
  isErrTerminal: false,
  hasColour: false,
  env: {},
};
