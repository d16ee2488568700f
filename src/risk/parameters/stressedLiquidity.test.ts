import { describe, expect, it } from 'vitest';
import type { LiquiditySnapshot } from '../market/index.js';
import { marketStress } from './stressedLiquidity.js';

const snapshot = (day: number, fields: Partial<LiquiditySnapshot> = {}): LiquiditySnapshot => ({
  timeMs: day * 86_400_000,
  venue: 'own',
  instrument: 'BTC-PERP',
  volume: 1000 + day,
  bestBid: 99,
  bestAsk: 101,
  openInterest: null,
  largestPosition: null,
  depths: [],
  ...fields,
});
const RETURNS = Float64Array.from({ length: 200 }, (_, day) => (day % 2 === 0 ? 0.01 : -0.01));

describe('the liquidity of a bad day', () => {
  it('is what nineteen of twenty snapshots are better than', () => {
    const snapshots = Array.from({ length: 20 }, (_, day) => snapshot(day));
    const stress = marketStress(snapshots, RETURNS);
    if (!stress.ok) throw new Error(stress.error.code);
    // The worst of twenty is one in twenty; the second worst is what is left.
    expect(stress.value).toMatchObject({ dailyVolume: 1001, halfSpread: 0.01, snapshots: 20 });
    expect(stress.value.volatility).toBeCloseTo(0.01, 12);
  });

  it('adds up venues and takes the narrowest spread of a time', () => {
    const other = snapshot(0, { venue: 'other', volume: 500, bestBid: 99.5, bestAsk: 100.5 });
    const stress = marketStress([snapshot(0), other], RETURNS);
    expect(stress).toMatchObject({ ok: true, value: { dailyVolume: 1500, halfSpread: 0.005, snapshots: 1 } });
  });

  it('is refused where volume, spread or history is not known', () => {
    const code = (snapshots: readonly LiquiditySnapshot[], returns = RETURNS) => {
      const stress = marketStress(snapshots, returns);
      return stress.ok ? null : stress.error.field;
    };
    expect(code([])).toBe('volumes');
    expect(code([snapshot(0, { volume: null })])).toBe('volumes');
    expect(code([snapshot(0, { bestBid: null })])).toBe('spreads');
    expect(code([snapshot(0)], RETURNS.slice(0, 50))).toBe('returns');
    expect(code([snapshot(0)], RETURNS.slice(0, 51))).toBeNull();
  });
});
