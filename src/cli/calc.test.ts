import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PROFILE_NAMES } from '../contract/calc.js';
import { runCommand } from '../testkit/runCommand.js';
import { calc, calcHelp } from './calc.js';
import { Refusal, UsageError } from './failures.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bulkhead-calc-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('bulkhead calc', () => {
  it('answers a document from a file as a table', async () => {
    const file = join(folder, 'book.json');
    await writeFile(file, JSON.stringify(BOOK, null, 2));
    const { code, out } = await run([file]);
    expect(code).toBe(0);
    expect(out).toBe(
      [
        'account  in    equity  initial  maintenance  margin ratio  removable  liquidatable',
        '-------  ----  ------  -------  -----------  ------------  ---------  ------------',
        'a        USDT    1500     2150           86    0.05733334          0  no',
        '',
        'account  instrument  side  notional  unrealized  liquidation  bankruptcy  tier',
        '-------  ----------  ----  --------  ----------  -----------  ----------  ----',
        'a        BTC-PERP    long     21500         500     40160.64       40000     1',
        '',
      ].join('\n'),
    );
  });

  it('answers one line per line with --json, in order, refused ones too, and exits 1', async () => {
    const lines = [
      JSON.stringify(BOOK),
      '{"assets":',
      JSON.stringify({ ...BOOK, marks: {} }),
      JSON.stringify(BOOK),
    ];
    const { code, out } = await run(['--json', '-'], `${lines.join('\n')}\n`);
    expect(code).toBe(1);
    expect(codes(out)).toEqual(['answer', 'malformed_json', 'missing_mark', 'answer']);
  });

  it('answers lines whatever pieces they arrive in, and without a last line end', async () => {
    const text = `${JSON.stringify(BOOK)}\r\n${JSON.stringify(BOOK)}`;
    const bytes = Buffer.from(text);
    for (const size of [1, 7, 100_000]) {
      const pieces: Uint8Array[] = [];
      for (let at = 0; at < bytes.length; at += size) pieces.push(bytes.subarray(at, at + size));
      const { code, out } = await run(['--json', '-'], pieces);
      expect([code, codes(out)]).toEqual([0, ['answer', 'answer']]);
    }
  });

  it('takes a document spread over lines as one', async () => {
    const { code, out } = await run(['--json', '-'], `\n${JSON.stringify(BOOK, null, 1)}\n\n`);
    expect([code, codes(out)]).toEqual([0, ['answer']]);
  });

  it('does not take lines for one spread document when the first of them is bad', async () => {
    const { code, out } = await run(['--json', '-'], `nonsense\n${JSON.stringify(BOOK)}\n`);
    expect([code, codes(out)]).toEqual([1, ['malformed_json', 'answer']]);
  });

  it('keeps the number of lines: blank ones between documents are refused, at the end they are nothing', async () => {
    const { code, out } = await run(
      ['--json', '-'],
      `${JSON.stringify(BOOK)}\n\n${JSON.stringify(BOOK)}\n\n\n`,
    );
    expect([code, codes(out)]).toEqual([1, ['answer', 'malformed_json', 'answer']]);
  });

  it('refuses a line too long to keep and goes on with the next, wherever it stands', async () => {
    const huge = `{"assets":"${'x'.repeat(10 * 1024 * 1024)}"}`;
    const line = JSON.stringify(BOOK);
    expect(codes((await run(['--json', '-'], `${line}\n${huge}\n${line}\n`)).out)).toEqual([
      'answer',
      'line_too_long',
      'answer',
    ]);
    expect(codes((await run(['--json', '-'], `${huge}\n${line}\n`)).out)).toEqual([
      'line_too_long',
      'answer',
    ]);
    expect(codes((await run(['--json', '-'], `nonsense\n${huge}\n${line}\n`)).out)).toEqual([
      'malformed_json',
      'line_too_long',
      'answer',
    ]);
  });

  it('refuses bytes that are no UTF-8 in an id, and answers the other lines', async () => {
    const bad = Buffer.from(JSON.stringify(BOOK).replaceAll('BTC-PERP', 'BTC\u0001PERP'), 'utf8').map(
      (byte) => (byte === 1 ? 0xff : byte),
    );
    const { code, out } = await run(['--json', '-'], [bad, Buffer.from(`\n${JSON.stringify(BOOK)}\n`)]);
    expect([code, codes(out)[1]]).toEqual([1, 'answer']);
    expect(codes(out)[0]).not.toBe('answer');
  });

  it('answers thousands of lines in one process', async () => {
    const { code, out } = await run(['--json', '-'], `${JSON.stringify(BOOK)}\n`.repeat(3000));
    expect(code).toBe(0);
    expect(codes(out)).toEqual(new Array(3000).fill('answer'));
  });

  it('shows a refusal to people with its numbers, without control characters', async () => {
    const { code, out } = await run(['-'], JSON.stringify({ ...BOOK, '\u001b[2J': 1 }));
    expect(code).toBe(1);
    expect(out).toBe('document 1 refused: unknown_field at /\u{fffd}[2J: there is no such field\n');
    const leverage = JSON.stringify(BOOK).replace('"leverage":"10"', '"leverage":"0.5"');
    expect((await run(['-'], leverage)).out).toBe(
      [
        'document 1 refused: leverage_out_of_range at /marginAccounts/0/positions/0/leverage: leverage is at least 1',
        '  got: 0.5',
        '',
      ].join('\n'),
    );
  });

  it('fills what a document leaves out from the profile asked for, and says so', async () => {
    const { code, out } = await run(['--profile', 'okx', '-'], JSON.stringify(LEFT_OUT));
    expect(code).toBe(0);
    expect(out).toContain(
      [
        'profile okx, rule of 2024-08-28, gave',
        '  /instruments/0/maintenanceBasis: mark',
        '  /instruments/0/initialBasis: entry',
        '  /instruments/0/closeFee: inRate',
        '  /instruments/0/tierMethod: flat',
        '  /instruments/0/tierBasis: contracts',
        '  /instruments/0/priceRounding: none',
        '',
      ].join('\n'),
    );
    const named = await run(['--json', '-'], JSON.stringify({ ...LEFT_OUT, profile: 'okx' }));
    expect((await run(['--json', '--profile', 'okx', '-'], JSON.stringify(LEFT_OUT))).out).toBe(named.out);
    expect((await run(['-'], JSON.stringify(LEFT_OUT))).out).toContain('missing_field');
  });

  it('lists the profiles for people and for programs, one line or object each', async () => {
    const { code, out } = await run(['--profiles']);
    expect(code).toBe(0);
    const lines = out.trimEnd().split('\n');
    expect(lines.slice(2).map((line) => line.split(' ')[0])).toEqual([...PROFILE_NAMES]);
    expect(lines[0]).toMatch(/^profile +venue +rule of +liquidation price of a long$/);
    const listed = JSON.parse((await run(['--profiles', '--json'])).out) as {
      name: string;
      sources: string[];
    }[];
    expect(listed.map(({ name }) => name)).toEqual([...PROFILE_NAMES]);
    expect(listed.every(({ sources }) => sources.length > 0)).toBe(true);
  });

  it('names the profile that was probably meant, and all there are', async () => {
    await expect(run(['--profile', 'hyperliqid', '-'])).rejects.toThrow(
      `unknown profile "hyperliqid"; did you mean hyperliquid? (known: ${PROFILE_NAMES.join(', ')})`,
    );
  });

  it('prints its schema as JSON', async () => {
    const { code, out } = await run(['--schema']);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ type: 'object', $defs: { answer: {}, refusal: {} } });
  });

  it('exits 2 on an empty input, with nothing on standard output', async () => {
    for (const text of ['', '\n', ' \n\n']) {
      const { code, out, err } = await run(['--json', '-'], text);
      expect([code, out]).toEqual([2, '']);
      expect(err).toContain('standard input is empty');
    }
  });

  it.each([
    [['--bogus', '-']],
    [[]],
    [['a.json', 'b.json']],
    [['--schema', 'a.json']],
    [['--profiles', 'a.json']],
    [['--profile', 'nowhere', '-']],
    [['--profile', 'okx']],
  ])('takes %j for wrong usage', async (args) => {
    await expect(run(args)).rejects.toThrow(UsageError);
  });

  it('says which file it cannot read', async () => {
    await expect(run([join(folder, 'absent.json')])).rejects.toThrow(Refusal);
  });

  it('has a help page whose first example runs', () => {
    expect(calcHelp).toContain('--profile NAME');
    expect(calcHelp).toContain('bulkhead calc book.json');
    expect(calcHelp).toContain('Exit codes');
  });
});

const BOOK = {
  assets: [{ id: 'USDT', decimals: 6 }],
  instruments: [
    {
      id: 'BTC-PERP',
      kind: 'perpetual',
      payoff: 'linear',
      base: 'BTC',
      quote: 'USDT',
      settle: 'USDT',
      contractSize: '1',
      tickSize: '0.01',
      lotSize: '0.001',
      takerFeeRate: '0.0004',
      maintenanceBasis: 'mark',
      tiers: [
        {
          notionalCap: '50000',
          initialMarginRate: '0.008',
          maintenanceMarginRate: '0.004',
          maxLeverage: '125',
        },
      ],
    },
  ],
  marks: { 'BTC-PERP': '43000' },
  marginAccounts: [
    {
      id: 'a',
      marginMode: 'isolated',
      collateral: { USDT: '1000' },
      positions: [
        { instrument: 'BTC-PERP', side: 'long', quantity: '0.5', entryPrice: '42000', leverage: '10' },
      ],
    },
  ],
};

/** The same without what a profile gives. */
const LEFT_OUT = {
  ...BOOK,
  instruments: BOOK.instruments.map(({ maintenanceBasis: _basis, ...instrument }) => instrument),
};

const run = (args: readonly string[], input: string | readonly Uint8Array[] = '') =>
  runCommand(calc, args, input);

/** "answer" or the code of the refusal, a line each. */
function codes(out: string): string[] {
  return out
    .trimEnd()
    .split('\n')
    .map((line) => {
      const found = JSON.parse(line) as { marginAccounts?: unknown; error?: { code: string } };
      return found.error?.code ?? (found.marginAccounts === undefined ? 'neither' : 'answer');
    });
}
