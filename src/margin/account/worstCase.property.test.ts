/** Safe intervals never miss: the bounds over a box against the predicate at random points and at every corner of it. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { accountCases } from '../../testkit/accountCases.js';
import { scenarioCases } from '../../testkit/scenarioCases.js';
import {
  type AccountBox,
  type AccountView,
  accountEquityScaled,
  accountMaintenanceScaled,
  isAccountCovered,
  isAccountLiquidatable,
  isBoxSafe,
  leastMarginScaled,
  mostMarginScaled,
  pointBox,
  type Range,
  withBalanceChanged,
} from '../index.js';

describe('a box of inputs', () => {
  it('that is found safe holds no point at which the account is liquidatable', () => {
    let safe = 0;
    fc.assert(
      fc.property(accountCases({ withOptions: true }), widths(), shares(), (view, width, points) => {
        const box = boxAround(view, width);
        if (!isBoxSafe(view, box)) return;
        safe++;
        for (const share of points) expect(isAccountLiquidatable(pointIn(view, box, share))).toBe(false);
      }),
      { numRuns: 1000 },
    );
    expect(safe).toBeGreaterThan(100);
  });

  it('has bounds of equity - maintenance margin that hold at every point', () => {
    fc.assert(
      fc.property(accountCases({ withOptions: true }), widths(), shares(), (view, width, points) => {
        const box = boxAround(view, width);
        const [least, most] = [leastMarginScaled(view, box), mostMarginScaled(view, box)];
        for (const share of points) {
          const margin = marginScaled(pointIn(view, box, share));
          expect(least <= margin && margin <= most).toBe(true);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('of one point has the exact bounds and is safe exactly where the account is not liquidatable (LIQ-11)', () => {
    fc.assert(
      fc.property(accountCases({ withOptions: true }), (view) => {
        const box = pointBox(view);
        const margin = marginScaled(view);
        expect([leastMarginScaled(view, box), mostMarginScaled(view, box)]).toEqual([margin, margin]);
        expect(isBoxSafe(view, box)).toBe(!isAccountLiquidatable(view));
      }),
      { numRuns: 500 },
    );
  });

  it('has a lower bound as near to its worst corner as rounding lets it be, without options and pegs', () => {
    fc.assert(
      fc.property(accountCases({ instrumentsMax: 2 }), widths(), (pegged, width) => {
        const view = withoutPegs(pegged);
        const box = boxAround(view, width);
        const worst = corners(view, box)
          .map(marginScaled)
          .reduce((a, b) => (a < b ? a : b));
        const slack = worst - leastMarginScaled(view, box);
        expect(slack >= 0n && slack <= 30n).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('is safe whatever its prices where the account is covered at its worst funding and debt (FND-07)', () => {
    fc.assert(
      fc.property(accountCases({ withOptions: true }), widths(), (view, width) => {
        fc.pre(isAccountCovered(view));
        const { assets, legs } = boxAround(view, width);
        const dues = pointBox(view);
        const box: AccountBox = {
          assets: assets.map((asset, at) => ({ ...asset, debt: dues.assets[at]!.debt })),
          legs: legs.map((leg, at) => ({ ...leg, fundingPerLot: dues.legs[at]!.fundingPerLot })),
        };
        expect(isBoxSafe(view, box)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});

describe('a box of inputs of a portfolio account', () => {
  const cases = accountCases({ withOptions: true }).chain((view) =>
    scenarioCases(view).map((scenarios): AccountView => ({ ...view, mode: 'portfolio', scenarios })),
  );

  it('has a lower bound that holds at every point, and is safe only without a liquidatable one', () => {
    let safe = 0;
    fc.assert(
      fc.property(cases, fc.bigInt(0n, 10n ** 9n), widths(), shares(), (poor, more, width, points) => {
        const view = withBalanceChanged(poor, 0, more);
        const box = boxAround(view, width);
        const least = leastMarginScaled(view, box);
        const isSafe = isBoxSafe(view, box);
        if (isSafe) safe++;
        for (const share of points) {
          const point = pointIn(view, box, share);
          expect(least <= marginScaled(point)).toBe(true);
          if (isSafe) expect(isAccountLiquidatable(point)).toBe(false);
        }
      }),
      { numRuns: 300 },
    );
    expect(safe).toBeGreaterThan(20);
  });

  it('of one point has the exact bound (LIQ-11)', () => {
    fc.assert(
      fc.property(cases, (view) => {
        expect(leastMarginScaled(view, pointBox(view))).toBe(marginScaled(view));
        expect(isBoxSafe(view, pointBox(view))).toBe(!isAccountLiquidatable(view));
      }),
      { numRuns: 300 },
    );
  });
});

function marginScaled(view: AccountView): bigint {
  return accountEquityScaled(view) - accountMaintenanceScaled(view);
}

/** How far down and up each input may go, in ppm of what it is; fewer move than stand still. */
type Widths = readonly (readonly [bigint, bigint])[];

function widths(): fc.Arbitrary<Widths> {
  const still = fc.constant([0n, 0n] as const);
  const narrow = fc.tuple(fc.bigInt(0n, 20_000n), fc.bigInt(0n, 20_000n));
  const wide = fc.tuple(fc.bigInt(0n, 900_000n), fc.bigInt(0n, 2_000_000n));
  return fc.array(fc.oneof(still, narrow, wide), { minLength: 7, maxLength: 7 });
}

/** Where in each range a point lies, in ppm: ends are tried often. */
function shares(): fc.Arbitrary<readonly (readonly bigint[])[]> {
  const share = fc.oneof(fc.constant(0n), fc.constant(1_000_000n), fc.bigInt(0n, 1_000_000n));
  return fc.array(fc.array(share, { minLength: 7, maxLength: 7 }), { minLength: 8, maxLength: 8 });
}

function around(value: bigint, [down, up]: readonly [bigint, bigint], least: bigint): Range {
  const size = value < 0n ? -value : value;
  const low = value - (size * down) / 1_000_000n;
  return { low: low < least ? least : low, high: value + (size * up) / 1_000_000n };
}

/** Inputs share widths by what they are: marks, indexes and funding by instrument, prices and debts by asset. */
function boxAround({ legs, assets }: AccountView, width: Widths): AccountBox {
  const none = -(10n ** 30n);
  const of = (at: number) => width[at % width.length]!;
  return {
    legs: legs.map(({ instrument, markTicks, indexTicks, fundingPerLot }) => ({
      markTicks: around(markTicks, of(instrument), 1n),
      indexTicks: around(indexTicks, of(instrument + 1), 1n),
      fundingPerLot: around(fundingPerLot, of(instrument + 2), none),
    })),
    assets: assets.map(({ asset, price, debt }) => ({
      price: asset === 0 ? { low: price, high: price } : around(price, of(asset), 0n),
      debt: around(debt, of(asset + 3), 0n),
    })),
  };
}

function within({ low, high }: Range, share: bigint): bigint {
  return low + ((high - low) * share) / 1_000_000n;
}

function pointIn(view: AccountView, box: AccountBox, share: readonly bigint[]): AccountView {
  const of = (at: number) => share[at % share.length]!;
  return {
    ...view,
    legs: view.legs.map((leg, at) => {
      const { markTicks, indexTicks, fundingPerLot } = box.legs[at]!;
      return {
        ...leg,
        markTicks: within(markTicks, of(leg.instrument)),
        indexTicks: within(indexTicks, of(leg.instrument + 1)),
        fundingPerLot: within(fundingPerLot, of(leg.instrument + 2)),
      };
    }),
    assets: view.assets.map((held, at) => {
      const { price, debt } = box.assets[at]!;
      return { ...held, price: within(price, of(held.asset)), debt: within(debt, of(held.asset + 3)) };
    }),
  };
}

/** Every corner in the inputs of instruments and assets, each instrument's funding and each debt at its worse end. */
function corners(view: AccountView, box: AccountBox): readonly AccountView[] {
  const instruments = [...new Set(view.legs.map(({ instrument }) => instrument))];
  const inputs = instruments.length + view.assets.length;
  return Array.from({ length: 2 ** inputs }, (_, corner) => {
    const end = (at: number): 'low' | 'high' => ((corner >> at) & 1 ? 'high' : 'low');
    return {
      ...view,
      legs: view.legs.map((leg, at) => ({
        ...leg,
        markTicks: box.legs[at]!.markTicks[end(instruments.indexOf(leg.instrument))],
        fundingPerLot: box.legs[at]!.fundingPerLot[leg.lots > 0n ? 'high' : 'low'],
      })),
      assets: view.assets.map((held, at) => ({
        ...held,
        price: box.assets[at]!.price[end(instruments.length + at)],
        debt: box.assets[at]!.debt.high,
      })),
    };
  });
}

function withoutPegs(view: AccountView): AccountView {
  return {
    ...view,
    assets: view.assets.map((held) => ({ ...held, terms: { ...held.terms, peg: null } })),
  };
}
