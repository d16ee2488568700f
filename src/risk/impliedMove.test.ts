import { describe, expect, it } from 'vitest';
import { coverage, impliedMove, impliedRangeVolatility } from './impliedMove.js';

describe('what a price range claims', () => {
  it('is its logarithm in standard deviations of the horizon', () => {
    // A year at the volatility ln(1.16): one standard deviation up.
    const up = impliedMove({ movePpm: 160_000n, volatility: Math.log(1.16), days: 365 });
    expect(up.deviations).toBeCloseTo(1, 12);
    expect(up.confidence).toBeCloseTo(0.841344746068543, 12);
    const down = impliedMove({ movePpm: -160_000n, volatility: 0.6, days: 1 });
    expect(down.deviations).toBeCloseTo(-Math.log(0.84) / (0.6 / Math.sqrt(365)), 12);
    expect(down.confidence).toBeGreaterThan(0.9999999);
  });

  it('turns back into the volatility it stands for', () => {
    const volatility = impliedRangeVolatility({ movePpm: -160_000n, deviations: 2.326, days: 1 });
    expect(impliedMove({ movePpm: -160_000n, volatility, days: 1 }).deviations).toBeCloseTo(2.326, 12);
  });

  it('is counted on what happened, each side apart', () => {
    expect(coverage([-0.5, -0.16, 0.1, 0.17, 0.2], 160_000n)).toEqual({
      count: 5,
      worseDown: 1,
      worseUp: 2,
    });
  });
});
