import { describe, expect, it } from 'vitest';
import { runCommand } from '../testkit/runCommand.js';
import { UsageError } from './failures.js';
import { levels, levelsHelp } from './levels.js';

describe('bulkhead levels', () => {
  it('prints every change on the example market, a summary, and the drivers without data', async () => {
    const { code, out } = await run(['--prices', 'market']);
    expect(code).toBe(0);
    expect(out).toMatch(/asset {2}days {2}changes {2}days raised {2}level now/);
    expect(out).toContain('no data, neutral, AAA: tailExcess, depthShortfall');
    expect(out).not.toMatch(/neutral, AAA:.*volatilityRatio/);
  });

  it('as JSON holds each day, and the numbers behind each change', async () => {
    const { out } = await run(['--prices=market', '--json']);
    const { assets, rules } = JSON.parse(out) as {
      assets: { asset: string; days: unknown[]; changes: { level: string; step: { from: string } }[] }[];
      rules: { dwellMs: number };
    };
    expect(assets.map(({ asset }) => asset)).toEqual(['AAA', 'BBB', 'CCC']);
    expect(assets[0]?.days).toHaveLength(729);
    expect(rules.dwellMs).toBeGreaterThanOrEqual(86_400_000);
    for (const { changes } of assets)
      for (const { level, step } of changes) expect(level).not.toBe(step.from);
  });

  it('wants a folder of prices', async () => {
    await expect(run([])).rejects.toThrow(UsageError);
    await expect(run(['--prices=nowhere'])).rejects.toThrow('no such file or folder');
    await expect(run(['--prices=docs'])).rejects.toThrow('there is no file');
    expect(levelsHelp).toContain('reduceOnly');
  });
});

const run = (args: readonly string[]) => runCommand(levels, args, '');
