import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { runCommand } from '../testkit/runCommand.js';
import { backtest, backtestHelp } from './backtest.js';
import { Refusal, UsageError } from './failures.js';

const folder = mkdtempSync(join(tmpdir(), 'bulkhead-backtest-'));
afterAll(() => rmSync(folder, { recursive: true }));
const PRICES = 'market/aaa-usd-daily.csv';
const DOCUMENT = JSON.stringify({
  source: 'forecasts',
  confidence: '0.95',
  losses: Array.from({ length: 40 }, (_, t) => (t === 11 || t === 30 ? 3 : -1)),
  valueAtRisk: Array(40).fill(2),
  expectedShortfall: Array(40).fill(2.5),
  draws: 99,
});

describe('bulkhead backtest', () => {
  it('prints every test of given forecasts, and the same as JSON', async () => {
    const { code, out } = await run(['-'], DOCUMENT);
    expect(code).toBe(0);
    expect(out).toContain('hits        2, expected 2\n');
    expect(out).toMatch(/kupiec +as many hits as promised +0 +1 +chiSquare\(1\)/);
    expect(out).toMatch(/uncovered +1 in 2, at most 0.5\n/);
    const json = JSON.parse((await run(['--json', '-'], DOCUMENT)).out) as { hits: unknown[] };
    expect(json.hits).toHaveLength(2);
  });

  it('forecasts with a model from a file of daily bars, on the days asked', async () => {
    const asked = ['--prices', PRICES, '--model', 'historical', '--side', 'short', '--json'];
    const { out } = await run([...asked, '--from', '2001-10-01', '--to', '2001-12-31']);
    const answer = JSON.parse(out) as { model: string; side: string; series: { dates: string[] } };
    expect(answer).toMatchObject({ model: 'historical', side: 'short', periods: 92 });
    expect([answer.series.dates[0], answer.series.dates.at(-1)]).toEqual(['2001-10-01', '2001-12-31']);
  });

  it('draws losses against value at risk, and hits over time', async () => {
    const file = join(folder, 'hits.svg');
    expect((await run(['--svg', file, '-'], DOCUMENT)).code).toBe(0);
    const picture = readFileSync(file, 'utf8');
    expect(picture.match(/<circle /g)).toHaveLength(2);
    for (const text of ['Losses', 'value at risk', 'Hits so far', '2 hits, 2 expected'])
      expect(picture).toContain(text);
    expect(picture).not.toMatch(/NaN|undefined/);
  });

  it('says why a document is refused', async () => {
    const { code, out } = await run(['-'], DOCUMENT.replace('0.95', '1.95'));
    expect(code).toBe(1);
    expect(out).toContain('refused: bad_confidence at /confidence');
    const json = await run(['--json', '-'], '{}');
    expect(json.code).toBe(1);
    expect(JSON.parse(json.out)).toMatchObject({ error: { code: 'missing_field' } });
  });

  it('refuses prices that are none, and missing bars', async () => {
    const read = (text: string) => run(['--prices', '-'], text);
    await expect(read('nothing')).rejects.toThrow(Refusal);
    const bars = ['2020-01-01', '2020-01-02', '2020-01-03', '2020-01-06'].map((date) => `${date},1,1,1,1`);
    await expect(read(`date,open,high,low,close\n${bars.join('\n')}\n`)).rejects.toThrow('bars are missing');
  });

  it('takes a file or prices, and options of prices only with them', async () => {
    await expect(run([])).rejects.toThrow(UsageError);
    await expect(run(['--prices', PRICES, 'x.json'])).rejects.toThrow(UsageError);
    await expect(run(['--side', 'short', '-'], DOCUMENT)).rejects.toThrow('--side goes with --prices');
  });

  it('prints its schema and its help', async () => {
    const { out } = await run(['--schema']);
    expect(JSON.parse(out)).toMatchObject({ title: 'bulkhead backtest' });
    expect(backtestHelp.split('\n').every((line) => line.length <= 120)).toBe(true);
  });
});

const run = (args: readonly string[], input = '') => runCommand(backtest, args, input);
