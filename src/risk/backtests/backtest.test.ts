import { describe, expect, it } from 'vitest';
import { BACKTEST_SETTINGS, backtest } from './backtest.js';
import { type BacktestSeries, hitsOf, tailProbabilityOf } from './series.js';

const PERIODS = 100;

function series(changes: Partial<BacktestSeries> = {}): BacktestSeries {
  return {
    losses: Float64Array.from({ length: PERIODS }, (_, t) => (t === 30 || t === 31 ? 5 : t % 2)),
    valueAtRisk: new Float64Array(PERIODS).fill(2),
    expectedShortfall: new Float64Array(PERIODS).fill(4),
    confidence: '0.99',
    ...changes,
  };
}

describe('a back-test', () => {
  it('answers with every statistic, and both sides of the error', () => {
    const report = backtest(series());
    if (!report.ok) throw new Error(report.error.reason);
    expect(report.value).toMatchObject({
      tailProbability: 0.01,
      hits: { periods: 100, at: [30, 31] },
      transitions: { n00: 96, n01: 1, n10: 1, n11: 1 },
      coverage: { hits: 2, expectedHits: 1 },
      basel: { zone: 'green' },
      capital: {
        marginMean: 4,
        worstLoss: 5,
        marginOverWorstLoss: 0.8,
        uncoveredPeriods: 2,
        uncoveredLoss: 2,
        uncoveredLossMax: 1,
      },
    });
    expect(report.value.independence.simulatedPValue).toBeLessThan(0.05);
    expect(report.value.timeBetweenFailures.degrees).toBe(3);
    expect(report.value.shortfall?.z1.statistic).toBe(-0.25);
    expect(report.value.shortfall?.z2.statistic).toBeCloseTo(-1.5, 12);
  });

  it('is the same for the same seed', () => {
    expect(backtest(series())).toEqual(backtest(series()));
    const other = backtest(series(), { ...BACKTEST_SETTINGS, seed: 'other' });
    expect(other).not.toEqual(backtest(series()));
  });

  it('without shortfall tests coverage alone, and takes value at risk as the margin', () => {
    const report = backtest(series({ expectedShortfall: null }));
    expect(report).toMatchObject({
      value: { shortfall: null, capital: { marginMean: 2, uncoveredLoss: 6 } },
    });
  });

  it('takes a series without a hit and one of hits alone', () => {
    const calm = backtest(series({ losses: new Float64Array(PERIODS) }));
    expect(calm).toMatchObject({
      value: { coverage: { hits: 0 }, timeUntilFirstFailure: null, capital: { marginOverWorstLoss: null } },
    });
    const storm = backtest(series({ losses: new Float64Array(PERIODS).fill(9) }));
    expect(storm).toMatchObject({ value: { coverage: { hits: 100 }, basel: { zone: 'red' } } });
  });

  it.each([
    [{ reason: 'tooShort', got: 19, needed: 20 }, { losses: new Float64Array(19) }],
    [
      { reason: 'lengthsDiffer', field: 'valueAtRisk', got: 99, needed: 100 },
      { valueAtRisk: new Float64Array(99) },
    ],
    [{ reason: 'notFinite', field: 'losses', at: 7 }, { losses: new Float64Array(100).fill(Number.NaN, 7) }],
    [{ reason: 'confidenceOutOfRange', confidence: '1' }, { confidence: '1' }],
    [{ reason: 'confidenceOutOfRange', confidence: '99%' }, { confidence: '99%' }],
    [{ reason: 'shortfallNotPositive', at: 0 }, { expectedShortfall: new Float64Array(100) }],
    [{ reason: 'shortfallBelowValueAtRisk', at: 0 }, { expectedShortfall: new Float64Array(100).fill(1.9) }],
  ] as const)('is refused: %j', (fault, changes) => {
    expect(backtest(series(changes))).toEqual({ ok: false, error: fault });
  });
});

describe('hits', () => {
  it('are losses above value at risk: one that equals it is covered', () => {
    expect(
      hitsOf(series({ losses: Float64Array.from([2, 2.1]), valueAtRisk: Float64Array.from([2, 2]) })).at,
    ).toEqual([1]);
  });

  it('are rarer than the confidence by exact subtraction', () => {
    expect(tailProbabilityOf('0.99')).toBe(0.01);
    expect(tailProbabilityOf('0.975')).toBe(0.025);
    expect(1 - 0.99).not.toBe(0.01);
    for (const wrong of ['0', '1', '1.5', '-0.1', 'x', '']) expect(tailProbabilityOf(wrong)).toBeNull();
  });
});
