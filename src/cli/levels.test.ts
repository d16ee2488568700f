import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { runCommand } from '../testkit/runCommand.js';
import { UsageError } from './failures.js';
import { levels, levelsHelp } from './levels.js';

const folder = mkdtempSync(join(tmpdir(), 'bulkhead-levels-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

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

  it('draws the score of each asset with its levels behind it', async () => {
    // Calm of 0.4%, a storm of 10% from day 300 to 310, calm: isolated or more, then back step by step.
    writeFileSync(join(folder, 'aaa-usd-daily.csv'), storm(420));
    const file = join(folder, 'levels.svg');
    const { out } = await run(['--prices', folder, '--svg', file]);
    const changes = out.split('\n').filter((line) => /^AAA +\d{4}/.test(line));
    const picture = readFileSync(file, 'utf8');
    for (const text of ['AAA', 'score', 'strictIsolated', 'Isolation levels, 2001-01-02 to 2002-02-24'])
      expect(picture).toContain(text);
    // A band for each stretch above the lowest level.
    const bands = picture.match(/<title>(cross|isolated|strictIsolated), [-\d]+ to [-\d]+<\/title>/g) ?? [];
    expect(bands.length).toBe(changes.filter((line) => !/ portfolio +\d/.test(line)).length);
    expect(bands.length).toBeGreaterThan(1);
    expect(picture).not.toMatch(/NaN|undefined/);
  });

  it('holds five margins against the history, on generated prices labelled so', async () => {
    const file = join(folder, 'replay.svg');
    const { code, out } = await run(['--replay', '--owners', '10', '--svg', file]);
    expect(code).toBe(0);
    expect(out).toContain('GENERATED prices, of no market: 2002-07-06 to 2002-12-31, 179 days');
    for (const text of [
      'fixed, same capital (hindsight)',
      'dynamic rates and levels',
      'AAA from 2002-07-06',
      'no data, neutral, AAA',
    ])
      expect(out).toContain(text);
    const picture = readFileSync(file, 'utf8');
    for (const text of ['GENERATED prices', 'AAA: margin rate, %', 'Capital locked', 'Shortfall: fixed'])
      expect(picture).toContain(text);
    expect(picture).not.toMatch(/NaN|undefined/);
  });

  it('as JSON holds settings, figures and every date of a replay', async () => {
    const args = ['--replay', '--prices=market', '--owners=5', '--seed=x', '--fixed-at=2002-09-30'];
    const { out } = await run([...args, '--from=2002-10-11', '--to=2002-11-30', '--json']);
    const { settings, dates, policies, assets, spans } = JSON.parse(out) as {
      settings: { fixedAt: string; book: { owners: number; seed: string }; model: string };
      dates: string[];
      policies: { policy: string; days: { capital: number }[] }[];
      assets: { rates: (number | null)[] }[];
      spans: { span: { name: string }; policies: { capitalMean: number }[] }[];
    };
    expect(settings).toMatchObject({
      fixedAt: '2002-09-30',
      model: 'filtered',
      book: { owners: 5, seed: 'x' },
    });
    expect([dates[0], dates.at(-1), dates.length]).toEqual(['2002-10-11', '2002-11-30', 51]);
    expect(policies.map(({ policy }) => policy)).toEqual([
      'fixed',
      'fixedSameCapital',
      'dynamic',
      'levels',
      'isolated',
    ]);
    for (const { days } of policies) expect(days).toHaveLength(51);
    expect(assets[2]?.rates[0]).toBeNull();
    const mean = (policies[0]?.days ?? []).reduce((sum, { capital }) => sum + capital, 0) / 51;
    expect(spans.at(-1)?.policies[0]?.capitalMean).toBeCloseTo(mean, 6);
    expect(spans.map(({ span }) => span.name)).toEqual(['all days']);
  });

  it('reads depth, spread and open interest from a file, and names what had data', async () => {
    const file = join(folder, 'liquidity.txt');
    writeFileSync(file, liquidity(729));
    const args = ['--prices=market', '--liquidity', file];
    const { out, err } = await run(args);
    const [without] = (await run(['--prices=market'])).out.split('\n\n');
    expect(err).toContain('liquidity of ZZZ-PERP: no prices of it, not used');
    expect(out).toMatch(
      /days with data of 729, AAA: volatilityRatio \d+, depthShortfall 699, spreadRatio 699, openIn/,
    );
    expect(out).toContain('no data, neutral, AAA: tailExcess, concentrationDays, fundingStress');
    expect(out).toMatch(/no data, neutral, BBB: tailExcess, depthShortfall/);
    const changes = (text: string, asset: string) =>
      text.split('\n').filter((line) => new RegExp(`^${asset} +\\d{4}`).test(line));
    // Depth falls to a twentieth on the 650th day: reading 20, at most 4 units, less one.
    expect(changes(out, 'AAA').some((line) => / strictIsolated +3\.00 +depthShortfall$/.test(line))).toBe(
      true,
    );
    expect(changes(out, 'BBB')).toEqual(changes(without ?? '', 'BBB'));
    const json = JSON.parse((await run([...args, '--json'])).out) as {
      assets: { asset: string; daysRead: Record<string, number>; neverRead: string[] }[];
    };
    expect(json.assets[0]?.daysRead['openInterestDays']).toBe(699);
    const replayed = async (more: readonly string[]) => {
      const { out } = await run(['--replay', '--owners=2', '--json', ...more]);
      return (JSON.parse(out) as { assets: { levels: string[]; neverRead: string[] }[] }).assets[0];
    };
    const [knowing, blind] = [await replayed(['--liquidity', file]), await replayed([])];
    expect(knowing?.levels).toContain('strictIsolated');
    expect(knowing?.neverRead).not.toContain('depthShortfall');
    expect(blind?.levels).not.toContain('strictIsolated');
    expect(blind?.neverRead).toContain('depthShortfall');
    writeFileSync(file, 'date,venue\n');
    await expect(run(args)).rejects.toThrow('the header must name');
  });

  it('refuses options of a replay without one, and dates that no rate is known at', async () => {
    await expect(run(['--prices=market', '--seed=x'])).rejects.toThrow('--seed goes with --replay');
    await expect(run(['--replay', '--fixed-at=2001-02-01'])).rejects.toThrow('fixedAt');
    await expect(run(['--replay', '--owners=2', '--from=2003-01-01'])).rejects.toThrow('--from');
    await expect(run(['--replay', '--owners=0'])).rejects.toThrow(UsageError);
  });

  it('wants a folder of prices', async () => {
    await expect(run([])).rejects.toThrow(UsageError);
    await expect(run(['--prices=nowhere'])).rejects.toThrow('no such file or folder');
    await expect(run(['--prices=docs'])).rejects.toThrow('there is no file');
    expect(levelsHelp).toContain('reduceOnly');
  });
});

/** A snapshot of AAA at each midnight from 2001-01-03, the end of the first bar with a return; of ZZZ at the last. */
function liquidity(days: number): string {
  const rows = Array.from({ length: days }, (_, day) => {
    const date = new Date(Date.UTC(2001, 0, 3 + day)).toISOString().slice(0, 10);
    const depth = day === 650 ? 50 : 1000;
    return `${date},one,AAA-PERP,1000,99.9,100.1,400,${depth},${depth}`;
  });
  const last = rows.at(-1)?.replace('AAA', 'ZZZ');
  return `date,venue,instrument,volume,best_bid,best_ask,open_interest,bid_depth_50,ask_depth_50\n${rows.join('\n')}\n${last}\n`;
}

/** Daily bars from 2001-01-01. */
function storm(days: number): string {
  let close = 100;
  const rows = Array.from({ length: days }, (_, day) => {
    const size = day >= 300 && day < 310 ? 0.1 : 0.004;
    close *= 1 + (day % 2 === 0 ? size : -size);
    const date = new Date(Date.UTC(2001, 0, 1 + day)).toISOString().slice(0, 10);
    const price = close.toFixed(6);
    return `${date},${price},${price},${price},${price}`;
  });
  return `date,open,high,low,close\n${rows.join('\n')}\n`;
}

const run = (args: readonly string[]) => runCommand(levels, args, '');
