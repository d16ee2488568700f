import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runCommand } from '../testkit/runCommand.js';
import { candles } from './candles.js';
import { Refusal, UsageError } from './failures.js';
import { marketOf } from './riskPrices.js';
import type { OhlcvRow, VenueHost } from './venue.js';

const HOUR_MS = 3_600_000;
const FROM_MS = Date.UTC(2024, 0, 1);

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bulkhead-candles-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const bar = (hour: number, close = 100 + hour): OhlcvRow => [
  FROM_MS + hour * HOUR_MS,
  100,
  Math.max(100, close),
  Math.min(100, close),
  close,
  5.5,
];
const hours = (from: number, to: number) => Array.from({ length: to - from }, (_, at) => bar(from + at));

/** A venue with these bars, at a time; pages are as long as asked for, from `since` on. */
class Venue {
  nowMs: number;
  failures = 0;
  readonly waits: number[] = [];
  readonly asked: number[] = [];
  rows: readonly OhlcvRow[];
  page: (rows: readonly OhlcvRow[]) => readonly OhlcvRow[] = (rows) => rows;

  constructor(rows: readonly OhlcvRow[], nowHour: number) {
    this.rows = rows;
    this.nowMs = FROM_MS + nowHour * HOUR_MS;
  }

  host(changes: Partial<VenueHost> = {}): VenueHost {
    const venue = this;
    class fake {
      readonly has = { fetchOHLCV: true };
      async loadMarkets() {
        return {
          'BTC/USDT:USDT': { base: 'BTC' },
          'BTC/USDT': { base: 'BTC' },
          'ETH/USDT:USDT': { base: 'ETH' },
        };
      }
      async fetchOHLCV(_symbol: string, _timeframe: string, since: number, limit: number) {
        venue.asked.push(since);
        if (venue.failures-- > 0) throw new Error('too many requests');
        return venue.page(venue.rows.filter(([time]) => (time as number) >= since).slice(0, limit));
      }
    }
    class nothing extends fake {
      override readonly has = { fetchOHLCV: false } as never;
    }
    return {
      loadCcxt: async () => ({ default: { fake, nothing, Exchange: fake } }),
      sleep: async (ms) => {
        venue.waits.push(ms);
        venue.nowMs += ms;
      },
      nowMs: () => venue.nowMs,
      ended: () => new Promise(() => undefined),
      ...changes,
    };
  }

  run(...more: string[]) {
    return this.runOn(this.host(), ...more);
  }

  runOn(host: VenueHost, ...more: string[]) {
    const args = [
      '--exchange',
      'fake',
      '--symbols',
      'BTC/USDT:USDT',
      '--interval',
      '1h',
      '--from',
      '2024-01-01',
    ];
    return runCommand((given, io) => candles(given, io, host), [...args, '--out', folder, ...more]);
  }
}

const textOf = () => readFileSync(join(folder, 'BTC-BTC-USDT-USDT-1h.csv'), 'utf8');
const closes = () =>
  textOf()
    .trimEnd()
    .split('\n')
    .slice(1)
    .map((line) => Number(line.split(',')[4]));
const refusalOf = (run: Promise<unknown>) =>
  run.then(
    () => null,
    (error: Error) =>
      error instanceof Refusal ? error.code : error instanceof UsageError ? 'usage' : String(error),
  );

describe('bulkhead candles', () => {
  it('writes what a venue has, page by page, in the form that the price readers take', async () => {
    const venue = new Venue(hours(0, 1200), 1200);
    const { code, out } = await venue.run();
    expect(code).toBe(0);
    expect(out).toContain('1200 bars to 2024-02-19T23:00:00.000Z, 0 gaps');
    expect(venue.asked.map((since) => (since - FROM_MS) / HOUR_MS)).toEqual([0, 500, 1000]);
    expect(textOf().split('\n').slice(0, 2)).toEqual([
      'timestamp,open,high,low,close,volume',
      `${FROM_MS},100,100,100,100,5.5`,
    ]);
    const io = {
      input: (async function* () {})(),
      out: () => undefined,
      err: () => undefined,
      isErrTerminal: false,
      hasColour: false,
      env: {},
    };
    const market = await marketOf(folder, io);
    expect(market.assets.map(({ asset, returns }) => [asset, returns.length])).toEqual([['BTC', 1199]]);
  });

  it('leaves out the bar that is not over, and goes on with a file where it ends', async () => {
    const venue = new Venue(hours(0, 11), 10.5);
    await venue.run();
    expect(closes().length).toBe(10);
    venue.rows = hours(0, 14);
    venue.nowMs = FROM_MS + 13 * HOUR_MS;
    await venue.run();
    expect(closes()).toEqual(hours(0, 13).map(([, , , , close]) => close));
    expect(venue.asked.at(-1)).toBeGreaterThan(FROM_MS + 9 * HOUR_MS);
    const before = textOf();
    await venue.run();
    expect(textOf()).toBe(before);
  });

  it('takes each bar once from pages that overlap or are out of order, and tells gaps', async () => {
    const venue = new Venue([...hours(0, 5), ...hours(9, 12)], 12);
    venue.page = (rows) => [...rows, ...rows].reverse();
    const { out, err } = await venue.run();
    expect(closes().length).toBe(8);
    expect(out).toContain('8 bars');
    expect(err).toBe(
      'BTC/USDT:USDT: no bars between 2024-01-01T04:00:00.000Z and 2024-01-01T09:00:00.000Z\n',
    );
  });

  it('steps over times before the venue has anything', async () => {
    const venue = new Venue(hours(700, 720), 720);
    venue.page = (rows) =>
      rows.filter(([time]) => (time as number) < (venue.asked.at(-1) as number) + 500 * HOUR_MS);
    await venue.run();
    expect(closes().length).toBe(20);
  });

  it('tries again a few times and then gives up, with what it has', async () => {
    const venue = new Venue(hours(0, 3), 3);
    venue.failures = 2;
    expect((await venue.run()).code).toBe(0);
    expect(venue.waits).toEqual([1000, 2000]);
    venue.failures = 99;
    venue.rows = hours(0, 9);
    venue.nowMs = FROM_MS + 9 * HOUR_MS;
    expect(await refusalOf(venue.run())).toBe('venue_failed');
    expect(closes().length).toBe(3);
  });

  it('takes off a line that was cut short', async () => {
    const venue = new Venue(hours(0, 4), 4);
    await venue.run('--to', '2024-01-01T03:00:00Z');
    const whole = textOf();
    appendFileSync(join(folder, 'BTC-BTC-USDT-USDT-1h.csv'), '17040');
    await venue.run('--to', '2024-01-01T03:00:00Z');
    expect(textOf()).toBe(whole);
  });

  it('follows until it is told to end', async () => {
    const venue = new Venue(hours(0, 30), 3);
    let end: () => void = () => undefined;
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    const host = venue.host({ ended: () => ended });
    const sleep = async (ms: number) => {
      venue.nowMs += ms;
      if (venue.nowMs > FROM_MS + 6.5 * HOUR_MS) end();
    };
    expect((await venue.runOn({ ...host, sleep }, '--follow')).code).toBe(0);
    expect(closes().length).toBe(6);
  });

  it('refuses what it cannot do, and says why', async () => {
    const venue = new Venue(hours(0, 3), 3);
    const missing = venue.host({
      loadCcxt: async () => Promise.reject(new Refusal('ccxt_missing', 'install it')),
    });
    expect(await refusalOf(venue.runOn(missing))).toBe('ccxt_missing');
    expect(await refusalOf(venue.run('--exchange', 'fakes'))).toBe('unknown_exchange');
    expect(await refusalOf(venue.run('--exchange', 'Exchange'))).toBe('unknown_exchange');
    expect(await refusalOf(venue.run('--exchange', 'nothing'))).toBe('no_candles');
    expect(await refusalOf(venue.run('--symbols', 'BTC/USD'))).toBe('unknown_symbol');
    expect(await refusalOf(venue.run('--symbols', 'BTC/USDT,BTC/USDT:USDT'))).toBe('usage');
    expect(await refusalOf(venue.run('--interval', '2h'))).toBe('usage');
    expect(await refusalOf(venue.run('--from', 'yesterday'))).toBe('usage');
    expect(await refusalOf(venue.run('--to', '2023-01-01'))).toBe('usage');
    for (const wrong of [
      [FROM_MS, 100, 99, 98, 100, 1],
      [FROM_MS, 0, 1, 0, 1, 1],
      [FROM_MS, null, 1, 1, 1, 1],
      ['soon', 1, 1, 1, 1, 1],
    ]) {
      venue.rows = [wrong as OhlcvRow];
      venue.page = () => venue.rows;
      expect(await refusalOf(venue.run())).toBe('bad_bar');
    }
    expect(readdirSync(folder)).toEqual(['BTC-BTC-USDT-USDT-1h.csv']);
    writeFileSync(join(folder, 'BTC-BTC-USDT-USDT-1h.csv'), 'rubbish\n');
    expect(await refusalOf(venue.run())).toBe('header_unreadable');
  });
});
