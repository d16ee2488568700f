/** Bounds along the price of one asset, against every price of small ranges and prices drawn from wide ones. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { accountCases } from '../../testkit/accountCases.js';
import {
  type AccountView,
  ASSET_PRICE_SCALE,
  accountEquityScaled,
  accountMaintenanceScaled,
  collateralLiquidationPrice,
  isAccountLiquidatable,
} from '../index.js';
import { boxOfPrice } from './accountBox.js';
import { leastMarginScaled, mostMarginScaled } from './worstCase.js';

describe('bounds while the price of one asset moves alone', () => {
  it('hold at every price of the range, with haircuts, caps, pegs, debts and legs settled in the asset (LIQ-11)', () => {
    fc.assert(
      fc.property(
        accountCases({ withOptions: true }),
        fc.constantFrom(1, 2),
        fc.bigInt(1n, 3n * 10n ** 9n),
        fc.constantFrom(0n, 1n, 7n, 1_000n, 10n ** 8n, 10n ** 10n),
        fc.array(fc.bigInt(0n, 10n ** 10n), { minLength: 5, maxLength: 20 }),
        (view, asset, low, width, drawn) => {
          const range = { low, high: low + width };
          const box = boxOfPrice(view, asset, range);
          const [least, most] = [leastMarginScaled(view, box), mostMarginScaled(view, box)];
          for (const offset of [0n, width, ...drawn.map((at) => at % (width + 1n))]) {
            const margin = marginAt(view, asset, low + offset);
            expect(least <= margin && margin <= most).toBe(true);
          }
        },
      ),
      { numRuns: 200 },
    );
  });

  it('leave no more room than roundings where no peg is near, so that searches end', () => {
    fc.assert(
      fc.property(
        accountCases({ withOptions: true }),
        fc.constantFrom(1, 2),
        fc.bigInt(1n, 3n * 10n ** 9n),
        fc.bigInt(0n, 10n ** 10n),
        (drawn, asset, low, width) => {
          const plain = drawn.assets.map((held) => ({ ...held, terms: { ...held.terms, peg: null } }));
          const view = { ...drawn, assets: plain };
          const range = { low, high: low + width };
          const least = leastMarginScaled(view, boxOfPrice(view, asset, range));
          const atEnds = [range.low, range.high].map((price) => marginAt(view, asset, price));
          const worse = atEnds.reduce((a, b) => (a < b ? a : b));
          expect(worse - least <= BigInt(2 * (view.legs.length + 2))).toBe(true);
        },
      ),
      { numRuns: 150 },
    );
  });
});

describe('the price of an asset in which a leg settles', () => {
  it('is found at once, however near to the edge the account stands at every price', () => {
    fc.assert(
      fc.property(
        accountCases({ instrumentsMax: 1 }),
        fc.constantFrom(-10_000n, -100n, -1n, 1n, 100n, 10_000n),
        (drawn, off) => {
          const leg = drawn.legs.find(({ settleAsset }) => settleAsset !== 0);
          fc.pre(leg !== undefined);
          const view = atTheEdge({ ...drawn, legs: [leg] }, leg.settleAsset, off);
          const { below, above } = collateralLiquidationPrice(view, leg.settleAsset);
          expect([below.kind, above.kind]).not.toContain('unknown');
          const at = (price: bigint) => marginAt(view, leg.settleAsset, price) <= 0n;
          if (below.kind === 'price') expect([at(below.price), at(below.price + 1n)]).toEqual([true, false]);
          if (above.kind === 'price') expect([at(above.price), at(above.price - 1n)]).toEqual([true, false]);
          for (let price = 1n; price < 2n ** 62n; price = (price * 5n) / 4n + 1n) {
            const isIn =
              (below.kind !== 'price' || price > below.price) &&
              (above.kind !== 'price' || price < above.price);
            if (below.kind === 'always') expect(at(price)).toBe(true);
            else if (isIn && isAccountLiquidatable(withPrice(view, leg.settleAsset, price)))
              expect.fail(`liquidatable at ${price}`);
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});

/** Nothing but the asset, so much of it that the account is by `off` minor units away from its edge. */
function atTheEdge(view: AccountView, asset: number, off: bigint): AccountView {
  const of = (balance: bigint): AccountView => ({
    ...view,
    assets: view.assets.map((held) => ({
      ...held,
      balance: held.asset === asset ? balance : 0n,
      debt: 0n,
      price: held.asset === asset && held.price === 0n ? ASSET_PRICE_SCALE : held.price,
    })),
  });
  let [low, high] = [-(10n ** 18n), 10n ** 18n];
  while (high - low > 1n) {
    const middle = (low + high) / 2n;
    const view = of(middle);
    if (accountEquityScaled(view) <= accountMaintenanceScaled(view)) low = middle;
    else high = middle;
  }
  return of(high + off);
}

function marginAt(view: AccountView, asset: number, price: bigint): bigint {
  const moved = withPrice(view, asset, price);
  return accountEquityScaled(moved) - accountMaintenanceScaled(moved);
}

function withPrice(view: AccountView, asset: number, price: bigint): AccountView {
  return { ...view, assets: view.assets.map((held) => (held.asset === asset ? { ...held, price } : held)) };
}
