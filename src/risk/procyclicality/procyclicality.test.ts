import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { impulseResponse, steppedReturns, VOLATILITY_STEP } from './impulse.js';
import { largestRise, procyclicality } from './metrics.js';
import { ANTI_PROCYCLICAL_POLICIES, antiProcyclical } from './policy.js';
import { longRunMargins, trailingMean, withBuffer, withFloor, withHysteresis, withStress } from './tools.js';

const series = (...values: number[]) => Float64Array.from(values);
const rounded = (values: Float64Array) => [...values].map((value) => Number(value.toPrecision(12)));
const anyMargins = fc
  .array(fc.double({ min: 0.01, max: 1, noNaN: true }), { minLength: 1, maxLength: 80 })
  .map((values) => Float64Array.from(values));

describe('a buffer that may be used up', () => {
  const settings = { share: 0.25, riseShare: 0.1, meanDays: 10, refillShare: 0.5 };

  it('pays for a rise until it is gone, then comes back in steps', () => {
    const margins = series(8, 8, 9, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11);
    const asked = withBuffer(margins, settings);
    // Full at 10; the rises to 9 (mean 8.33: not rising by a tenth) and 11 (mean 9) come out of it.
    expect(rounded(asked.subarray(0, 5))).toEqual([10, 10, 11.125, 11.125, 11.125]);
    expect(asked.at(-1)).toBeCloseTo(13.75, 12);
  });

  it('is always between the margin and the margin with all of it', () => {
    fc.assert(
      fc.property(anyMargins, (margins) => {
        for (const [day, asked] of withBuffer(margins).entries()) {
          expect(asked).toBeGreaterThanOrEqual(margins[day] as number);
          expect(asked).toBeLessThanOrEqual((margins[day] as number) * 1.25 * (1 + 1e-12));
        }
      }),
      { numRuns: 50, seed: 1 },
    );
  });
});

describe('a weight on a stressed period', () => {
  it('is a quarter of the worst period so far, and never takes from the margin', () => {
    const margins = series(4, 4, 8, 16, 4, 4);
    // The worst two days: 4, 6, 12, 12, 12.
    expect(rounded(withStress(margins, { weight: 0.25, days: 2 }))).toEqual([4, 4, 8, 16, 6, 6]);
  });

  it('makes every rise from a calm smaller in proportion', () => {
    const margins = series(...Array(60).fill(9), ...Array(60).fill(3), 6);
    const asked = withStress(margins);
    expect(asked[119]).toBeCloseTo(0.75 * 3 + 0.25 * 9, 12);
    expect(largestRise(asked, 1)).toBeLessThan(largestRise(margins, 1));
  });
});

describe('a floor of the long run', () => {
  it('is the margin at the volatility of all days, as the root mean square of margins', () => {
    expect(rounded(longRunMargins(series(3, 5, 1, 1), 2))).toEqual([3, 4.12310562562, 3.60555127546, 1]);
    expect(rounded(withFloor(series(3, 1), { share: 1, days: 10 }))).toEqual([3, 2.2360679775]);
    expect(rounded(withFloor(series(3, 1), { share: 0.5, days: 10 }))).toEqual([3, 1.11803398875]);
  });
});

describe('hysteresis', () => {
  it('rises at once, and falls when much less has been enough for long, to the most of those days', () => {
    const margins = series(10, 12, 11, 10, 9, 10.5, 12, 9, 9, 9, 9);
    expect([...withHysteresis(margins, { bandShare: 0.1, dwellDays: 3 })]).toEqual([
      10, 12, 12, 12, 12, 10.5, 12, 12, 12, 9, 9,
    ]);
  });

  it('never asks less than the margin, and no more than the most so far', () => {
    fc.assert(
      fc.property(anyMargins, (margins) => {
        let most = 0;
        for (const [day, asked] of withHysteresis(margins).entries()) {
          most = Math.max(most, margins[day] as number);
          expect(asked).toBeGreaterThanOrEqual(margins[day] as number);
          expect(asked).toBeLessThanOrEqual(most);
        }
      }),
      { numRuns: 50, seed: 1 },
    );
  });
});

describe('every policy', () => {
  const policies = Object.values(ANTI_PROCYCLICAL_POLICIES);

  it.each(policies)('$id: looks back only, scales with the margin, never asks less', (policy) => {
    fc.assert(
      fc.property(anyMargins, fc.nat(79), (margins, cut) => {
        const asked = antiProcyclical(margins, policy);
        for (const [day, margin] of margins.entries()) expect(asked[day]).toBeGreaterThanOrEqual(margin);
        const known = margins.subarray(0, cut + 1);
        expect(antiProcyclical(known.slice(), policy)).toEqual(asked.slice(0, known.length));
        const doubled = antiProcyclical(
          margins.map((margin) => 2 * margin),
          policy,
        );
        for (const [day, value] of doubled.entries())
          expect(value).toBeCloseTo(2 * (asked[day] as number), 9);
      }),
      { numRuns: 50, seed: 1 },
    );
  });

  it.each(policies)('$id: leaves a constant margin as it is, but for the buffer', (policy) => {
    const asked = antiProcyclical(new Float64Array(200).fill(0.1), policy);
    expect(asked.at(-1)).toBeCloseTo(policy.id === 'buffer' ? 0.125 : 0.1, 12);
  });
});

describe('measures of procyclicality', () => {
  it('are peak to trough, the largest rises, and the cost', () => {
    const margins = series(2, 3, 2, 4, 4, 4, 4, 4, 5);
    const found = procyclicality(
      margins,
      margins.map((margin) => margin / 2),
    );
    expect(found).toMatchObject({ peakToTrough: 2.5, cost: 1 });
    // From 2 to 4 in a day; from 2 to 4 in five; thirty days are more than there are.
    expect(found.largestRise).toEqual({ oneDay: 1, fiveDays: 1, thirtyDays: 0 });
    expect(found.mean).toBeCloseTo(32 / 9, 12);
  });

  it('of what only falls are no rises', () => {
    expect(largestRise(series(5, 4, 3), 1)).toBe(0);
  });
});

describe('the response to a step of volatility', () => {
  it('counts days to half and to nine tenths, and what is beyond', () => {
    const margins = series(9, 1, 1, 2, 3, 6, ...Array(50).fill(4));
    expect(impulseResponse(margins, 1)).toEqual({
      before: 1,
      settled: 4,
      daysToHalf: 3,
      daysToMost: 4,
      overshoot: 0.5,
    });
    expect(impulseResponse(new Float64Array(60).fill(1), 5)).toMatchObject({
      daysToHalf: null,
      overshoot: 0,
    });
  });

  it('is asked with returns whose deviation steps up', () => {
    const returns = steppedReturns(VOLATILITY_STEP);
    const deviation = (from: number, to: number) =>
      Math.sqrt(
        trailingMean(
          returns.slice(from, to).map((value) => value ** 2),
          to - from,
        ).at(-1) as number,
      );
    expect(Math.abs(deviation(0, 1500) / 0.02 - 1)).toBeLessThan(0.05);
    expect(Math.abs(deviation(1500, 1750) / 0.06 - 1)).toBeLessThan(0.15);
  });
});
