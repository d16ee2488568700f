import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
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
      err: `bulkhead simulate: ${join(folder, 'aaa-usd-daily.csv')}: there is no such file or folder\n`,
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
