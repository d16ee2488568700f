import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { verifyJournal } from '../journal/index.js';
import type { SimulationReport } from '../simulation/index.js';
import type { Io } from './io.js';
import { main } from './main.js';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bulkhead-simulate-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function run(args: readonly string[], env: Io['env'] = {}) {
  const written = { out: '', err: '' };
  const io: Io = {
    input: (async function* () {})(),
    out: (text) => {
      written.out += text;
    },
    err: (text) => {
      written.err += text;
    },
    isErrTerminal: false,
    hasColour: false,
    env,
  };
  const code = await main(['simulate', ...args], io);
  return { code, ...written };
}

describe('bulkhead simulate --generate', () => {
  it('writes the example market anew, the same as the one in the package', async () => {
    const target = join(folder, 'new', 'market');
    expect(await run(['--generate', target])).toMatchObject({ code: 0, err: '' });
    const shipped = new URL('../../market/', import.meta.url);
    expect(readdirSync(target)).toHaveLength(5);
    for (const name of readdirSync(target)) {
      expect(readFileSync(join(target, name), 'utf8')).toBe(readFileSync(new URL(name, shipped), 'utf8'));
    }
  });

  it('touches no folder that has something in it', async () => {
    writeFileSync(join(folder, 'venue.json'), 'mine');
    expect(await run(['--generate', folder])).toMatchObject({
      code: 1,
      err: `bulkhead simulate: ${folder}: is not empty\n`,
    });
    expect(readdirSync(folder)).toEqual(['venue.json']);
  });
});

describe('bulkhead simulate --plan', () => {
  it('says what would be played', async () => {
    const { code, out, err } = await run([
      '--plan',
      '--from',
      '2001-06-01',
      '--to',
      '2001-06-30',
      '--seed',
      '9',
    ]);
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(/^AAA-PERP +30 +2001-06-01 00:00 +2001-06-30 00:00 +0$/m);
    expect(out).toMatch(/^seed +9$/m);
  });

  it('says the same to programs', async () => {
    const { code, out } = await run(['--plan', '--json', '--moves', 'jumps']);
    const plan = JSON.parse(out) as Record<string, unknown>;
    expect(code).toBe(0);
    expect(plan).toMatchObject({ moves: 'jumps', intervalMs: 86_400_000, clients: 252, marketMakers: 3 });
  });

  it('looks for prices beside the venue file, then where BULKHEAD_MARKET_DATA says', async () => {
    const shipped = new URL('../../market/', import.meta.url);
    const file = join(folder, 'venue.json');
    writeFileSync(file, readFileSync(new URL('venue.json', shipped)));
    expect(await run([file, '--plan'])).toMatchObject({
      code: 1,
      err: `bulkhead simulate: aaa-usd-daily.csv: is not in ${folder}; name the folder of prices with --prices or BULKHEAD_MARKET_DATA\n`,
    });
    expect((await run([file, '--plan'], { BULKHEAD_MARKET_DATA: shipped.pathname })).code).toBe(0);
    expect((await run([file, '--plan', '--prices', shipped.pathname])).code).toBe(0);
  });

  it.each([
    [['--from', '2001-6-1'], '--from takes a date such as 2020-03-01, not "2001-6-1"'],
    [['--to', '2001-02-30'], '--to takes a date'],
    [['--moves', 'leap'], '--moves takes stepped or jumps, not "leap"'],
    [['--seed', ''], '--seed takes 1 to 64 plain characters'],
    [['--from', '2002-01-01', '--to', '2001-01-01'], 'the last day played is before the first'],
    [['a', 'b'], 'unexpected argument "b"'],
  ])('calls %j wrong usage', async (args, sentence) => {
    const { code, out, err } = await run([...args, '--plan']);
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain(sentence);
  });

  it('refuses a venue file and names the place', async () => {
    const file = join(folder, 'venue.json');
    writeFileSync(file, '{"name": 1}');
    expect(await run([file, '--plan'])).toMatchObject({
      code: 1,
      err: `bulkhead simulate: ${file}: /name: must be string\n`,
    });
  });

  it('refuses dates that have no prices', async () => {
    const { code, err } = await run(['--plan', '--from', '2010-01-01']);
    expect(code).toBe(1);
    expect(err).toBe('bulkhead simulate: aaa-usd-daily.csv: has no bar between the dates played\n');
  });
});

/** Some weeks of the example market around its crash: enough for everything that a report shows. */
const CRASH = ['--from', '2002-02-01', '--to', '2002-03-12'];

describe('bulkhead simulate', () => {
  it('plays the example market and says who lost what', async () => {
    const { code, out, err } = await run(CRASH);
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(/^The trial balance is zero\.$/m);
    expect(out).toMatch(/^No liquidation touched another wallet or account of its client/m);
    expect(out).toMatch(/^Liquidations: the 10 largest losses of [0-9,]+ \(--liquidations all\)$/m);
    expect(out).toMatch(/^2002-03-07 .* (major|minor) .*PERP .* \(-[0-9.]+ %\)/m);
    expect(out).toMatch(/^sum +0$/m);
    expect(out).toMatch(/temporary folder, removed$/m);
  });

  it('ends in the same state every time, exhausts a fund on the day of the crash, and deleverages', async () => {
    const json = await run([...CRASH, '--json', '--liquidations', '3']);
    const again = await run([...CRASH, '--json']);
    const report = JSON.parse(json.out) as SimulationReport & { readonly liquidationCount: number };
    const second = JSON.parse(again.out) as SimulationReport;
    expect(second.stateHash).toBe(report.stateHash);
    expect(report.faults).toEqual([]);
    expect(report.liquidations).toHaveLength(3);
    expect(report.liquidationCount).toBeGreaterThan(100);
    const crash = report.exhaustions.filter(
      ({ timeMs }) => new Date(timeMs).toISOString().slice(0, 10) === '2002-03-07',
    );
    expect(crash.length).toBeGreaterThan(0);
    expect(crash.some(({ deleveraging }) => Number(deleveraging) > 0)).toBe(true);
    expect(report.trialBalance).toMatchObject([{ asset: 'USDT', total: '0' }]);
  });

  it('keeps the journal where it is told, and verify agrees with it', async () => {
    const data = join(folder, 'data');
    const played = await run(['--from', '2001-06-01', '--to', '2001-06-10', '--data', data, '--json']);
    const { stateHash } = JSON.parse(played.out) as SimulationReport;
    const verified = verifyJournal(data);
    expect(verified.findings).toEqual([]);
    expect(verified.stateHash).toBe(stateHash);
    const refused = await run(['--data', data]);
    expect(refused).toMatchObject({ code: 1, err: `bulkhead simulate: ${data}: is not empty\n` });
  });

  it.each([
    [['--liquidations', 'some'], '--liquidations takes a whole number from 0 to 1000000'],
    [['--liquidations', '-1'], '--liquidations'],
  ])('calls %j wrong usage before it plays anything', async (args, sentence) => {
    const { code, out, err } = await run(args);
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain(sentence);
  });
});

const MARKET_DATA = process.env['BULKHEAD_MARKET_DATA'];
const HISTORY = fileURLToPath(new URL('../../market/history.venue.json', import.meta.url));

describe.skipIf(MARKET_DATA === undefined || MARKET_DATA === '')(
  'bulkhead simulate on real prices (needs BULKHEAD_MARKET_DATA: they are not in the package)',
  () => {
    it('plays BTC, ETH, BNB and SOL from 2020 to 2022: funds are exhausted, winners deleveraged, books balance', async () => {
      const { code, out } = await run([HISTORY, '--json'], { BULKHEAD_MARKET_DATA: MARKET_DATA });
      const report = JSON.parse(out) as SimulationReport;
      expect(code).toBe(0);
      expect(report.faults).toEqual([]);
      expect(report.instruments.map(({ instrument, bars }) => [instrument, bars])).toEqual([
        ['BTC-PERP', 1096],
        ['ETH-PERP', 1096],
        ['BNB-PERP', 1096],
        ['SOL-PERP', 996],
      ]);
      const days = report.exhaustions
        .filter(({ deleveraging }) => Number(deleveraging) > 0)
        .map(({ timeMs }) => new Date(timeMs).toISOString().slice(0, 10));
      expect(days).toContain('2020-03-12');
      expect(days).toContain('2021-05-19');
      expect(days).toContain('2022-11-09');
      expect(report.neighbours.changed).toEqual([]);
    });
  },
);
