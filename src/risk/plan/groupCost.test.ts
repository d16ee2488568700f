import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../base/index.js';
import { confidenceOf } from '../measures/index.js';
import { type Book, dayOutcome, groupFigures, groupMargin, objective } from './groupCost.js';
import { daysBetween } from './groupEvidence.js';

const DAYS = daysBetween(0, 4);
/** Two longs that fall on different days. */
const LONGS = bookOf([
  [-10, 0, 0, 0],
  [0, -10, 0, 0],
]);
const HEDGE = bookOf([
  [-10, 4, 7, -1],
  [10, -4, -7, 1],
]);

describe('cost of a margin account', () => {
  it('is this by hand: two longs together save the loss left uncovered and the innocent pay it', () => {
    // Alone the worst two of four days: (10 + 0) / 2 = 5, and 5 of a loss of 10 stay uncovered on one day of four.
    const alone = { capital: 5, uncoveredLoss: 1.25, innocentConsumption: 0, accounts: 1 };
    expect(groupFigures(LONGS, 1, DAYS, DAYS)).toEqual(alone);
    expect(groupFigures(LONGS, 2, DAYS, DAYS)).toEqual(alone);
    // Together both days lose 10: margin 10, 5 behind each leg; on either day 5 of the other leg go, of four days.
    const together = { capital: 10, uncoveredLoss: 0, innocentConsumption: 2.5, accounts: 1 };
    expect(groupFigures(LONGS, 3, DAYS, DAYS)).toEqual(together);
  });

  it('puts two longs apart once innocent collateral costs more than a loss left uncovered', () => {
    const gain = (eta: number, lambda: number) => {
      const prices = { kappa: 1, lambda, eta, tau: 0 };
      return (
        2 * objective(prices, groupFigures(LONGS, 1, DAYS, DAYS)) -
        objective(prices, groupFigures(LONGS, 3, DAYS, DAYS))
      );
    };
    expect(gain(11, 10)).toBeCloseTo(-2.5, 12);
    expect(gain(10, 10)).toBeCloseTo(0, 12);
    expect(gain(9, 10)).toBeCloseTo(2.5, 12);
  });

  it('is that of the account alone for a perfect hedge: no margin, no loss, nobody pays for another', () => {
    expect(groupFigures(HEDGE, 3, DAYS, DAYS)).toEqual({
      capital: 0,
      uncoveredLoss: 0,
      innocentConsumption: 0,
      accounts: 1,
    });
    expect(groupFigures(HEDGE, 1, DAYS, DAYS).capital).toBe(5.5);
  });

  it('lets profits pay first, then collateral of legs within their share, never more than there is', () => {
    const margin = { amount: 10, shares: [4, 6] };
    expect(dayOutcome(margin, [9, -5])).toEqual({ uncovered: 0, innocent: 0 });
    expect(dayOutcome(margin, [12, -5])).toEqual({ uncovered: 0, innocent: 3 });
    expect(dayOutcome(margin, [9, 2])).toEqual({ uncovered: 1, innocent: 4 });
    expect(dayOutcome(margin, [30, 0])).toEqual({ uncovered: 20, innocent: 6 });
    expect(dayOutcome({ amount: 4, shares: [4] }, [9])).toEqual({ uncovered: 5, innocent: 0 });
  });

  it('keeps its books: what is lost is the share, profits, innocent collateral or uncovered', () => {
    const random = seededRandom('day');
    for (let at = 0; at < 500; at++) {
      const legs = random.between(2, 5);
      const shares = Array.from({ length: legs }, () => random.unit());
      const losses = Array.from({ length: legs }, () => 4 * random.unit() - 1.5);
      const amount = shares.reduce((sum, share) => sum + share, 0);
      const { uncovered, innocent } = dayOutcome({ amount, shares }, losses);
      const over = sum(losses.map((loss, i) => Math.max(0, loss - (shares[i] as number))));
      const profit = sum(losses.map((loss) => Math.max(0, -loss)));
      expect(innocent + uncovered).toBeCloseTo(Math.max(0, over - profit), 10);
      expect(innocent).toBeLessThanOrEqual(amount);
    }
  });

  it('has margin with add-ons in it, in shares that sum to it and are none below 0', () => {
    const hedged = {
      ...bookOf([
        [-10, 4, 7, -1],
        [6, -4, -2, 1],
      ]),
      addOns: [0.5, 2],
    };
    const { amount, shares } = groupMargin(hedged, 3, DAYS);
    expect(amount).toBe(2 + 2.5);
    expect(shares).toEqual([2.5, 2]);
  });
});

function bookOf(pnl: readonly (readonly number[])[]): Book {
  return {
    pnl: pnl.map((values) => Float64Array.from(values)),
    addOns: pnl.map(() => 0),
    confidence: confidenceOf('0.5'),
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
