import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommand } from '../testkit/runCommand.js';
import { adl, adlHelp } from './adl.js';
import { UsageError } from './failures.js';
import { waterfall, waterfallHelp } from './waterfall.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bulkhead-containment-'));
});
afterAll(() => rm(folder, { recursive: true }));

const LOSS = {
  loss: { amount: '50' },
  layers: [
    { name: 'own', kind: 'account', holds: '20' },
    { name: 'fund', kind: 'insuranceFund', holds: '100' },
  ],
};
const BOOK = {
  lotSize: '1',
  markPrice: '80',
  deficit: { side: 'long', contracts: '10', entryPrice: '100', collateral: '100' },
  positions: [{ id: 'bob', side: 'short', contracts: '12', entryPrice: '100', balance: '300' }],
};

const run = (command: typeof adl, args: readonly string[], input = '') => runCommand(command, args, input);

describe('bulkhead waterfall', () => {
  it('answers a file as tables', async () => {
    const file = join(folder, 'loss.json');
    await writeFile(file, JSON.stringify(LOSS, null, 2));
    const { code, out } = await run(waterfall, [file]);
    expect(code).toBe(0);
    expect(out.split('\n').slice(5, 9)).toEqual([
      'layer  scope    state    limit  pays  left',
      '-----  -------  -------  -----  ----  ----',
      'own    account  atLimit     20    20    30',
      'fund   pool     paid       100    30     0',
    ]);
  });

  it('answers standard input as a line of JSON', async () => {
    const { code, out } = await run(waterfall, ['-', '--json'], JSON.stringify(LOSS));
    expect([code, JSON.parse(out).paid, out.split('\n').length]).toEqual([0, '50', 2]);
  });
});

describe('bulkhead adl', () => {
  it('answers as a table, with the reason', async () => {
    const { code, out } = await run(adl, ['-'], JSON.stringify(BOOK));
    expect(code).toBe(0);
    expect(out.split('\n').slice(7, 10)).toEqual([
      'account  rank  light       score  contracts  price  kept  forgone  why',
      '-------  ----  -----  ----------  ---------  -----  ----  -------  ----------------------------------------------',
      'bob         1      5  0.35555556         10     90   100      100  part: what was still needed when its turn came',
    ]);
  });
});

describe.each([
  { name: 'waterfall', command: waterfall, help: waterfallHelp },
  { name: 'adl', command: adl, help: adlHelp },
])('bulkhead $name', ({ name, command, help }) => {
  it('refuses a document with exit 1, as text and as JSON', async () => {
    const text = await run(command, ['-'], '{"los\\u0007s":1}');
    expect([text.code, text.out]).toEqual([1, expect.stringMatching(/^refused: unknown_field at /)]);
    expect(text.out).not.toContain('\u0007');
    const json = await run(command, ['-', '--json'], '{');
    expect([json.code, JSON.parse(json.out).error.code]).toEqual([1, 'malformed_json']);
  });

  it('prints its schema, which has the document and both answers', async () => {
    const { code, out } = await run(command, ['--schema']);
    expect([code, Object.keys(JSON.parse(out).$defs)]).toEqual([0, ['document', 'answer', 'refusal']]);
  });

  it('refuses wrong usage', async () => {
    await expect(run(command, [])).rejects.toThrow(UsageError);
    await expect(run(command, ['--schema', 'a.json'])).rejects.toThrow('takes no file');
    await expect(run(command, ['a.json', 'b.json'])).rejects.toThrow('unexpected argument');
    await expect(run(command, ['--schem'])).rejects.toThrow('did you mean --schema');
  });

  it('has a page of help with examples', () => {
    expect(help).toContain(`Usage: bulkhead ${name} FILE|-`);
    expect(help).toContain('Exit codes:');
  });
});
