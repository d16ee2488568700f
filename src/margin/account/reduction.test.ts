/** Which leg a liquidation closes next, and how many of its lots, on round figures. */
import { describe, expect, it } from 'vitest';
import { PPM } from '../../base/integers.js';
import { account, leg, linearTerms, type TierRow, USDT, usdt } from '../../testkit/accountFixture.js';
import { nextReduction, type ReductionTerms, reachesHealth } from './reduction.js';

const rate = (maintenanceRatePpm: bigint): readonly TierRow[] => [[null, maintenanceRatePpm, 10n]];
const TERMS: ReductionTerms = { targetHealthPpm: 1_500_000n, stepPpm: PPM, minStepLots: 1n, costPpm: 0n };
const anyLeg = () => true;

/**
 * Two longs, entries at their marks. The large one is worth 100,000 and asks for 1 % of it, 1,000; the small one 10,000
 * and asks for 5 %, 500. Of a dollar closed the small one frees five times as much.
 */
const LARGE = leg(linearTerms({}, rate(10_000n)), {
  ...{ instrument: 0, lots: 1_000n, entryTicks: 10_000_000n, markTicks: 10_000_000n },
});
const SMALL = leg(linearTerms({}, rate(50_000n)), {
  ...{ instrument: 1, lots: 1_000n, entryTicks: 1_000_000n, markTicks: 1_000_000n },
});
const two = (dollars: bigint) => account({ assets: [usdt(dollars * USDT)], legs: [LARGE, SMALL] });

describe('the next reduction', () => {
  it('closes the leg that frees most margin per unit of its value, not the one that frees most in all (LIQ-01)', () => {
    // Health 1.5 of 1,500 asks for 2,250; of 1,200 it is reached when 700 of margin are freed.
    expect(nextReduction(two(1_200n), TERMS, anyLeg)).toMatchObject({ leg: { instrument: 1 }, lots: 1_000n });
    expect(nextReduction(two(1_200n), TERMS, ({ instrument }) => instrument === 0)).toMatchObject({
      leg: { instrument: 0 },
      lots: 700n,
    });
  });

  it('closes as few lots as bring the account to its health, and no more than a step (LIQ-01)', () => {
    // 2,100 carry 1,400 at 1.5: a fifth of the small leg frees the 100.
    const found = nextReduction(two(2_100n), TERMS, anyLeg);
    expect(found).toMatchObject({ leg: { instrument: 1 }, lots: 200n });
    const step = nextReduction(two(2_100n), { ...TERMS, stepPpm: 150_000n }, anyLeg);
    expect(step).toMatchObject({ leg: { instrument: 1 }, lots: 150n });
  });

  it('reckons with what closing costs (LIQ-01)', () => {
    // A lot frees 0.5 and costs 0.1: equity 2,100 - 0.1 n over 1,500 - 0.5 n is 1.5 at n = 230.8.
    const found = nextReduction(two(2_100n), { ...TERMS, costPpm: 10_000n }, anyLeg);
    expect(found).toMatchObject({ leg: { instrument: 1 }, lots: 231n });
  });

  it('leaves no dust, and is nothing where nothing may trade or frees margin', () => {
    expect(nextReduction(two(2_100n), { ...TERMS, minStepLots: 801n }, anyLeg)?.lots).toBe(1_000n);
    expect(nextReduction(two(2_100n), TERMS, () => false)).toBeNull();
    expect(reachesHealth(two(2_250n), 1_500_000n)).toBe(true);
    expect(reachesHealth(two(2_249n), 1_500_000n)).toBe(false);
  });
});
