import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BTC_PERP, openVenue, type Service, startService } from '../../test/api/service.js';
import type { Json } from '../contract/index.js';
import { readLiquidityFile } from '../risk/index.js';
import { runCommand } from '../testkit/runCommand.js';
import { openVenueServer, type VenueServer } from '../testkit/venueServer.js';
import { analyze } from './analyze.js';
import { Refusal, UsageError } from './failures.js';
import { feed } from './feed.js';
import type { VenueHost } from './venue.js';
import { onGrid } from './venueMarks.js';

let venue: VenueServer;
let folder: string;
let nowMs: number;
let waits: number[];
beforeEach(async () => {
  venue = await openVenueServer();
  folder = mkdtempSync(join(tmpdir(), 'bulkhead-venue-'));
  nowMs = 1_700_000_000_500;
  waits = [];
});
afterEach(async () => {
  await venue.close();
  rmSync(folder, { recursive: true, force: true });
});

const KEY = { BULKHEAD_VENUE_KEY: 'key', BULKHEAD_VENUE_SECRET: 'secret' };

/** Ends after so many waits. */
function hostOf(waitsMax = 0): VenueHost {
  let end: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  return {
    loadCcxt: venue.loadCcxt,
    async sleep(ms) {
      waits.push(ms);
      nowMs += ms;
      if (waits.length >= waitsMax) end();
      await new Promise(setImmediate);
    },
    nowMs: () => nowMs,
    ended: () => ended,
  };
}

describe('analyze --exchange', () => {
  const run = (args: readonly string[], host = hostOf()) =>
    runCommand((given, io) => analyze(given, { ...io, env: KEY }, host), args);

  it('reads the account at the venue as it reads files of it', async () => {
    const { code, out } = await run(['--exchange', 'binanceusdm', '--profile', 'binanceusdm', '--json']);
    expect(code).toBe(0);
    const answer = JSON.parse(out);
    expect(answer.positions).toHaveLength(1);
    expect(answer.positions[0]).toMatchObject({ symbol: 'BTC/USDT:USDT', side: 'long' });
    const maintenance = answer.comparisons.find(
      ({ field }: { field: string }) => field === 'maintenanceMargin',
    );
    expect(maintenance).toMatchObject({ reported: '80', computed: '80', reason: 'equal' });
    expect(venue.asked).toContain('/fapi/v3/positionRisk');
  });

  it('asks again and again, of markets and tiers once, and tells what it cannot read without an end', async () => {
    const said = await run(['--exchange', 'binanceusdm', '--every', '1', '--json'], {
      ...hostOf(12),
      sleep: async (ms) => {
        waits.push(ms);
        nowMs += ms;
        if (waits.length === 5) venue.answers.set('/fapi/v3/positionRisk', []);
        await new Promise(setImmediate);
      },
      ended: () => new Promise((resolve) => setTimeout(resolve, 300)),
    });
    expect(said.code).toBe(0);
    const lines = said.out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.length).toBeGreaterThan(1);
    expect(lines[0].positions).toHaveLength(1);
    expect(lines.at(-1).error.code).toBe('no_open_position');
    expect(venue.asked.filter((path) => path === '/fapi/v1/exchangeInfo')).toHaveLength(1);
  });

  it('says what the venue refused, at once where trying again is of no use', async () => {
    const without = runCommand((given, io) => analyze(given, io, hostOf()), ['--exchange', 'binanceusdm']);
    await expect(without).rejects.toThrow(/venue refused: .*apiKey/);
    expect(waits).toEqual([]);
    await expect(run(['--exchange', 'binanceus'])).rejects.toThrow('is binanceusdm meant?');
    await expect(run(['--exchange', 'binanceusdm', 'file.json'])).rejects.toBeInstanceOf(UsageError);
    await expect(run(['file.json', '--every', '5'])).rejects.toBeInstanceOf(UsageError);
  });

  it('tries again what failed', async () => {
    venue.faults.push({ status: 503, body: { code: -1, msg: 'busy' } });
    expect((await run(['--exchange', 'binanceusdm'])).code).toBe(0);
    expect(waits).toEqual([1_000]);
  });
});

describe('feed', () => {
  let service: Service;
  beforeEach(async () => {
    service = await startService();
    service.timeMs = 1_699_999_990_000;
    await openVenue(service);
    service.timeMs = 1_700_000_000_500;
  });
  afterEach(async () => {
    expect(service.faults).toEqual([]);
    await service.stop();
  });
  const run = (args: readonly string[], host = hostOf()) =>
    runCommand(
      (given, io) => feed(given, io, host),
      ['--exchange', 'binanceusdm', '--url', service.url, ...args],
    );

  it("sends the venue's marks on the grid of the instrument, with its time", async () => {
    const { code, out } = await run(['--map', 'BTC-PERP=BTC/USDT:USDT', '--once']);
    expect(code).toBe(0);
    expect(out).toContain('BTC-PERP 40000.12');
    const { body } = await service.get('/v1/instruments/BTC-PERP');
    expect(body).toMatchObject({
      markPrice: '40000.12',
      indexPrice: '39998.5',
      markTimeMs: 1_700_000_000_000,
    });
  });

  it('goes on until it is ended, sends nothing that is not newer, and tells what was not taken', async () => {
    const premium = venue.answers.get('/fapi/v1/premiumIndex') as { markPrice: string; time: number }[];
    const host = hostOf(30);
    const { code, out, err } = await run(['--map', 'BTC-PERP=BTC/USDT:USDT'], {
      ...host,
      async sleep(ms) {
        if (waits.length === 8) {
          service.timeMs = 1_700_000_003_000;
          premium[0] = {
            ...(premium[0] as { markPrice: string; time: number }),
            markPrice: '40100.0',
            time: 1_700_000_002_000,
          };
        }
        if (waits.length === 16)
          premium[0] = { ...(premium[0] as { markPrice: string; time: number }), time: 1_800_000_000_000 };
        await host.sleep(ms);
      },
    });
    expect(code).toBe(0);
    expect(out.trim().split('\n')).toHaveLength(2);
    expect(err).toContain('not taken: source_time_ahead');
    expect((await service.get('/v1/instruments/BTC-PERP')).body.markPrice).toBe('40100');
  });

  it('writes depth as levels reads it, in money and within so many basis points', async () => {
    const file = join(folder, 'depth.csv');
    const args = ['--map', 'BTC-PERP=BTC/USDT:USDT', '--once', '--depth', file];
    await run(args);
    nowMs += 60_000;
    await run(args);
    const read = readLiquidityFile(readFileSync(file, 'utf8'));
    if (!read.ok) throw new Error(read.error.message);
    expect(read.value).toHaveLength(2);
    expect(read.value[0]).toMatchObject({ venue: 'binanceusdm', instrument: 'BTC-PERP', bestBid: 39_999.9 });
    expect(read.value[0]?.depths).toEqual([
      { basisPoints: 10, bid: 39_999.9 + 2 * 39_980, ask: 60_000.15 },
      { basisPoints: 50, bid: 39_999.9 + 2 * 39_980, ask: 60_000.15 + 80_200 },
      { basisPoints: 100, bid: 39_999.9 + 2 * 39_980 + 5 * 39_700, ask: 60_000.15 + 80_200 },
    ]);
  });

  it('refuses what is not there, at the venue or in the service, and a map that is none', async () => {
    await expect(run(['--map', 'BTC-PERB=BTC/USDT:USDT', '--once'])).rejects.toThrow('is BTC-PERP meant?');
    await expect(run(['--map', 'BTC-PERP=BTC/USD', '--once'])).rejects.toThrow('the venue has no BTC/USD');
    for (const map of ['', 'BTC-PERP', '=X', 'A=', 'A=B,A=C'])
      await expect(run(['--map', map, '--once'])).rejects.toBeInstanceOf(UsageError);
    await service.accept({ ...(BTC_PERP as unknown as Record<string, Json>), id: 'ETH-PERP', base: 'ETH' });
    venue.answers.set('/fapi/v1/premiumIndex', []);
    const { err } = await run(['--map', 'ETH-PERP=ETH/USDT:USDT', '--once']);
    expect(err).toContain('the venue tells no mark');
    await expect(
      runCommand(
        (given, io) => feed(given, io, hostOf()),
        ['--exchange', 'binanceusdm', '--map', 'BTC-PERP=BTC/USDT:USDT', '--url', 'http://127.0.0.1:9'],
      ),
    ).rejects.toBeInstanceOf(Refusal);
  });
});

describe('a price on the grid of marks', () => {
  it('is the nearest step, and never none', () => {
    const cases: [number, string, number, string][] = [
      [40_000.123, '0.1', 10, '40000.12'],
      [40_000.125, '0.1', 10, '40000.13'],
      [0.000_001_63, '0.0001', 100, '0.000002'],
      [3, '5', 1, '5'],
      [7, '2.5', 1, '7.5'],
      [1e21, '1', 1, '1000000000000000000000'],
      [1e-9, '0.01', 1, '0.01'],
    ];
    for (const [price, tick, perTick, wanted] of cases)
      expect(Number(onGrid(price, tick, perTick))).toBe(Number(wanted));
  });
});
