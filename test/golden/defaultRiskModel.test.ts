/** What decision 18 says of the default model on real prices, where there are real prices. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  BACKTEST_SETTINGS,
  equalWeight,
  filteredModel,
  judge,
  returnHistory,
  type VerdictTest,
  walkForward,
} from '../../src/risk/index.js';
import { readPriceHistory } from '../../src/simulation/index.js';

/** The files stay where they are; without the variable there is nothing to read and the test says so. */
const REAL = process.env['BULKHEAD_MARKET_DATA'] ?? '';

describe.skipIf(!existsSync(REAL))('the default model on real prices (BULKHEAD_MARKET_DATA)', () => {
  const judged = existsSync(REAL) ? judgedCells() : [];
  const rejected = (test: VerdictTest) =>
    judged
      .filter(({ verdicts }) => verdicts[test].isRejected)
      .map(({ cell }) => `${cell.subject} ${cell.side} ${cell.confidence}`);

  it('is judged in 20 cells over 2022 and 2023', () => {
    expect(judged).toHaveLength(20);
    expect(new Set(judged.map(({ cell }) => cell.dates.length))).toEqual(new Set([730]));
  });

  it.each(['coverage', 'z1', 'z2', 'exceedanceResiduals'] as const)('is rejected nowhere by %s', (test) =>
    expect(rejected(test)).toEqual([]),
  );

  it('is rejected where decision 18 says: the hits of SOL came together', () => {
    expect(rejected('independence')).toEqual(['SOL long 0.975']);
    expect(rejected('conditionalCoverage')).toEqual(['SOL long 0.975']);
    expect(rejected('timeBetweenFailures')).toEqual(['SOL long 0.99', 'SOL long 0.975']);
  });

  it('is in no red zone, and in one yellow', () => {
    const zones = judged.filter(({ cell }) => cell.report.basel.zone !== 'green');
    expect(
      zones.map(({ cell }) => [cell.subject, cell.side, cell.confidence, cell.report.basel.zone]),
    ).toEqual([['BTC', 'short', '0.975', 'yellow']]);
  });
});

function judgedCells() {
  const names = readdirSync(REAL).filter((name) => /^(bnb|btc|eth|sol)-usd-daily\.csv$/.test(name));
  const assets = names.sort().map((name) => {
    const read = readPriceHistory(readFileSync(join(REAL, name), 'utf8'), {
      tickSize: { digits: 1n, scale: 10 },
      gapsAllowed: true,
    });
    if (!read.ok) throw new Error(read.error.message);
    return returnHistory(
      name.slice(0, 3).toUpperCase(),
      read.value.bars.map(({ timeMs, closeTicks }) => ({
        date: new Date(timeMs).toISOString().slice(0, 10),
        price: Number(closeTicks) / 1e10,
      })),
    );
  });
  const walk = walkForward(
    {
      histories: [...assets, equalWeight('equal-weight', assets)],
      models: [filteredModel()],
      sides: ['long', 'short'],
      confidences: ['0.99', '0.975'],
      from: '2022-01-01',
      to: '2023-12-31',
    },
    BACKTEST_SETTINGS,
  );
  return judge(walk.cells);
}
