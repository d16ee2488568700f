import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { seededRandom } from '../base/index.js';
import type { PlanAnswer } from '../contract/index.js';
import { runCommand } from '../testkit/runCommand.js';
import { UsageError } from './failures.js';
import { plan, planHelp } from './plan.js';

const POSITIONS = {
  source: 'positions',
  positions: [
    { id: 'long', asset: 'AAA', quantity: '10', price: '1000' },
    { id: 'short', asset: 'AAA', quantity: '-95', contractSize: '100', payoff: 'inverse' },
    { id: 'alt', asset: 'CCC', quantity: '3000', price: '2' },
  ],
  accounts: [{ id: 'main', legs: ['long', 'short', 'alt'], collateral: '900' }],
  rules: { eta: 1000, resamples: 5 },
};
/** Days that fall alike for both, so that nothing hedges. */
const TWINS = {
  source: 'pnl',
  legs: ['a', 'b'].map((id) => ({ id, values: draws(60) })),
};

const folder = mkdtempSync(join(tmpdir(), 'bulkhead-plan-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('bulkhead plan', () => {
  it('shows accounts with reasons, their cost on unseen days beside isolated and cross, and what has to move', async () => {
    const { code, out, err } = await run(['-', '--prices', 'market'], JSON.stringify(POSITIONS));
    expect(code).toBe(0);
    expect(err).toContain('CCC: 610 bars');
    expect(out).toMatch(/^plan {8}3 legs in 2 accounts\n/);
    expect(out).toContain('which no choice has seen');
    expect(out).toMatch(/rank there {2}\d of 5 partitions/);
    expect(out).toMatch(/^main +long, short +[\d.]+ {2}less capital: gains /m);
    expect(out).toMatch(/^new-1 \(to open\) +alt /m);
    expect(out).toMatch(/^ +margin +uncovered +innocent +J in sample +J out of sample$/m);
    for (const row of ['plan', 'isolated', 'cross'])
      expect(out).toMatch(new RegExp(`^${row}( +[\\d.]+){5}$`, 'm'));
    expect(out).toMatch(/^alt +main +new-1$/m);
    expect(out).toContain('in the median about as much as one account for all');
  });

  it('answers with one line of JSON that has the same figures', async () => {
    const { out } = await run(['-', '--prices', 'market', '--json'], JSON.stringify(POSITIONS));
    expect(out.split('\n')).toHaveLength(2);
    const answer = JSON.parse(out) as PlanAnswer;
    expect(answer.accounts.map(({ id, legs }) => [id, legs])).toEqual([
      ['new-1', ['alt']],
      ['main', ['long', 'short']],
    ]);
    expect(answer.outOfSample.plan.objective).toBeLessThan(answer.outOfSample.isolated.objective);
    expect(answer.transfers?.legs).toEqual([{ leg: 'alt', from: 'main', to: 'new-1' }]);
    const repeated = await run(['-', '--prices', 'market', '--json'], JSON.stringify(POSITIONS));
    expect(repeated.out).toBe(out);
  });

  it('says that it falls back to isolated accounts where the evidence is thin', async () => {
    const { code, out } = await run(['-'], JSON.stringify({ ...TWINS, rules: { confidence: '0.9' } }));
    expect(code).toBe(0);
    expect(out).toContain('2 legs in 2 accounts');
    expect(out).toContain('note: the evidence is thin');
    expect(out).not.toContain('to open');
    expect(out).not.toContain('left over');
  });

  it("plans what CCXT's fetchPositions returned", async () => {
    const file = join(folder, 'fetched.json');
    const position = { contracts: 10, contractSize: 1, markPrice: 1000, marginMode: 'isolated' };
    writeFileSync(
      file,
      JSON.stringify([
        { ...position, symbol: 'AAA/USDT:USDT', side: 'long', collateral: 700 },
        { ...position, symbol: 'AAA/USDC:USDC', side: 'short', collateral: 650 },
      ]),
    );
    const { out, code } = await run([file, '--ccxt', '--prices', 'market', '--json'], '');
    expect(code).toBe(0);
    const { accounts, transfers } = JSON.parse(out) as PlanAnswer;
    expect(accounts).toMatchObject([{ id: 'isolated-1', legs: ['AAA/USDC:USDC', 'AAA/USDT:USDT'] }]);
    // A long and a short of one size need nothing together.
    expect(transfers?.released).toBeCloseTo(1350, 6);
    await expect(run([file, '--ccxt'], '')).rejects.toThrow('--ccxt needs --prices');
  });

  it('refuses with exit code 1, where and why', async () => {
    const { code, out } = await run(['-'], JSON.stringify(POSITIONS));
    expect([code, out]).toEqual([
      1,
      'refused: history_missing at /history: positions need `history`, or a folder of price files\n',
    ]);
    const other = { ...POSITIONS, positions: [{ ...POSITIONS.positions[0], asset: 'DDD' }] };
    const unknown = await run(['-', '--prices', 'market', '--json'], JSON.stringify(other));
    expect(unknown.code).toBe(1);
    expect(JSON.parse(unknown.out)).toMatchObject({
      error: { code: 'asset_without_history', context: { asset: 'DDD', known: 'AAA, BBB, CCC' } },
    });
    const fetched = await run(['-', '--ccxt', '--prices', 'market', '--json'], '[]');
    expect(JSON.parse(fetched.out)).toMatchObject({ error: { code: 'no_open_position' } });
    await expect(run(['-', '--prices', 'nowhere'], '{}')).rejects.toThrow('no such file or folder');
  });

  it('prints its schema and its help, and wants a file', async () => {
    const { out } = await run(['--schema'], '');
    expect(JSON.parse(out)).toMatchObject({ title: 'bulkhead plan' });
    expect(planHelp).toContain('nine of ten resamples');
    await expect(run([], '')).rejects.toThrow(UsageError);
    await expect(run(['--schema', 'x'], '')).rejects.toThrow(UsageError);
  });
});

const run = (args: readonly string[], input: string) => runCommand(plan, args, input);

function draws(count: number): number[] {
  const random = seededRandom('twins');
  return Array.from({ length: count }, () => random.between(-100, 100));
}
