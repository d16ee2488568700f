import { Check } from 'typebox/value';
import { describe, expect, it } from 'vitest';
import { WarnDocument } from '../contract/index.js';
import { runCommand } from '../testkit/runCommand.js';
import { Refusal, UsageError } from './failures.js';
import { warn, warnHelp } from './warn.js';

const SMALL = ['--generate', 'warn', '--owners', '20'];
const run = (...args: string[]) => runCommand(warn, args);

describe('bulkhead warn', () => {
  it('answers as its schema says, and the same again (OPS-04)', async () => {
    const { code, out } = await run(...SMALL, '--json', '--moves', '0.3');
    expect(code).toBe(0);
    const document = JSON.parse(out) as WarnDocument;
    expect(Check(WarnDocument, document)).toBe(true);
    expect(document.policies.map(({ id }) => id)).toEqual(['all-cross', 'all-isolated', 'cross-in-pools']);
    for (const { covers } of document.policies)
      for (const { losers, byFund, byWinners, open } of covers) {
        const loss = losers.reduce((sum, loser) => sum + Number(loser.loss), 0);
        expect(Number(byFund) + Number(byWinners) + Number(open)).toBeCloseTo(loss, 1);
      }
    expect((await run(...SMALL, '--json', '--moves', '0.3')).out).toBe(out);
  });

  it('prints a table for each policy with what decided, and its schema', async () => {
    const { out } = await run(...SMALL, '--policies', 'all-isolated');
    for (const word of ['amplification', 'overlap', 'unpaid', 'deleveraging', 'all-isolated: '])
      expect(out).toContain(word);
    expect(JSON.parse((await run('--schema')).out)).toMatchObject({ title: 'bulkhead warn' });
    expect(warnHelp.split('\n').every((line) => line.length <= 120)).toBe(true);
  });

  it('refuses moves and depths that cannot be, and a book that is none', async () => {
    for (const moves of ['1', '0', 'x', '', '0.1,,0.2', '11', Array.from({ length: 11 }, () => '0.1').join()])
      await expect(run('--moves', moves)).rejects.toThrow(UsageError);
    for (const depth of ['0', '1.5', 'much']) await expect(run('--depth', depth)).rejects.toThrow(UsageError);
    await expect(run('--book', '/nothing/here.json')).rejects.toThrow(Refusal);
    await expect(run('--policies', 'all')).rejects.toThrow(UsageError);
    // It says what there is: this command has no list to point to.
    await expect(run('--policies', 'nothing-like-it')).rejects.toThrow(
      /one of all-cross, all-isolated, .*as-given/,
    );
  });
});
