import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommand } from '../testkit/runCommand.js';
import { analyze, analyzeHelp } from './analyze.js';
import { Refusal, UsageError } from './failures.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bulkhead-analyze-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('bulkhead analyze', () => {
  it('shows positions, modes, differences and notes as tables', async () => {
    const { code, out } = await run([await file('positions.json', BOOK)]);
    expect(code).toBe(0);
    expect(out.split('\n')[2]?.split(/ +/)).toEqual([
      'BTC/USDT:USDT',
      'cross',
      'long',
      '43000',
      'USDT',
      '1000',
      '4300',
      '215',
      '43000',
      '36180.90452261',
      '-15.86%',
    ]);
    expect(out).toContain('required of the whole book, in USDT');
    expect(out).toMatch(/portfolio +6708 +5160 +7000 +0\.73714286 +worst price-12%/);
    expect(out).toContain('3 of 5 figures are as the venue reports them');
    expect(out).toMatch(/initialMargin +4321\.5 +4300 +-0\.4975% +fee_in_margin: /);
    expect(out).toContain('note tiers_unknown (BTC/USDT:USDT): ');
  });

  it('takes balance and tiers from files of their own, and one of them from standard input', async () => {
    const positions = await file('list.json', BOOK.positions);
    const balances = await file('balance.json', BOOK.balance);
    const whole = await run([await file('whole.json', BOOK), '--json']);
    const parts = await run([positions, '--balances', balances, '--json']);
    const piped = await run(['-', '--balances', balances, '--json'], JSON.stringify(BOOK.positions));
    expect([parts.out, piped.out]).toEqual([whole.out, whole.out]);
    const tiers = await file('tiers.json', {
      'BTC/USDT:USDT': [{ tier: 1, symbol: 'BTC/USDT:USDT', maintenanceMarginRate: 0.004, maxLeverage: 100 }],
    });
    const { out } = await run([positions, '--balances', balances, '--tiers', tiers, '--json']);
    expect(JSON.parse(out)).toMatchObject({ positions: [{ maintenanceMargin: '172' }] });
  });

  it('answers with a profile, a preset and an asset of choice', async () => {
    const book = await file('book.json', BOOK);
    const { code, out } = await run([
      book,
      '--profile',
      'binanceusdm',
      '--preset',
      'span-like',
      '--in',
      'USDC',
      '--json',
    ]);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ profile: 'binanceusdm', valuationAsset: 'USDC' });
  });

  it('prints the document of the book', async () => {
    const { out } = await run([await file('book.json', BOOK), '--document']);
    expect(JSON.parse(out)).toMatchObject({
      marginAccounts: [{ id: 'position-0' }, { id: 'as-it-is' }, { id: 'all-cross' }],
    });
  });

  it('differences alone are no failure, refused input is: exit 1, as text or as JSON', async () => {
    const [position] = BOOK.positions;
    const bad = await file('bad.json', [{ ...position, symbol: 'BTC\u001b[2JUSDT' }]);
    const text = await run([bad]);
    expect([text.code, text.out]).toEqual([1, '']);
    expect(text.err).toContain(`${bad} refused: bad_position at /0/symbol: BTC`);
    expect(text.err).not.toContain('\u001b');
    const json = await run([bad, '--json']);
    expect(json.code).toBe(1);
    expect(JSON.parse(json.out)).toMatchObject({
      error: { code: 'bad_position', input: 'positions', path: '/0/symbol' },
    });
  });

  it.each([
    ['no file', []],
    ['two files', ['a', 'b']],
    ['an unknown option', ['a', '--tier', 'b']],
    ['an unknown profile', ['a', '--profile', 'binnace']],
    ['an unknown preset', ['a', '--preset', 'okx']],
    ['standard input twice', ['-', '--balances', '-']],
  ])('refuses %s as wrong usage', async (_name, args) => {
    await expect(run(args)).rejects.toThrow(UsageError);
  });

  it('refuses files that are not there', async () => {
    await expect(run([join(folder, 'none.json')])).rejects.toThrow(Refusal);
  });

  it('has examples and its exit codes in its help', () => {
    expect(analyzeHelp).toContain('Examples:');
    expect(analyzeHelp).toContain('Exit codes: 0 ');
  });
});

const BOOK = {
  positions: [
    {
      symbol: 'BTC/USDT:USDT',
      side: 'long',
      contracts: 1,
      contractSize: 1,
      entryPrice: 42000,
      markPrice: 43000,
      notional: 43000,
      unrealizedPnl: 1000,
      leverage: 10,
      initialMargin: 4321.5,
      maintenanceMargin: 236.5,
      maintenanceMarginPercentage: 0.005,
      liquidationPrice: 36180.9045,
      marginMode: 'cross',
      info: {},
    },
  ],
  balance: { info: {}, total: { USDT: 6000 } },
};

async function file(name: string, value: unknown): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, JSON.stringify(value));
  return path;
}

const run = (args: readonly string[], input = '') => runCommand(analyze, args, input);
