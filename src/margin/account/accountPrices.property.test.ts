/** Liquidation prices, removable and missing amounts of whole accounts against scans of every candidate. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { accountCases, QUOTE } from '../../testkit/accountCases.js';
import { scenarioCases } from '../../testkit/scenarioCases.js';
import {
  type AccountView,
  ASSET_PRICE_SCALE,
  accountInitialScaled,
  accountLiquidationPrice,
  accountOrderScaled,
  accountRemovableFloor,
  collateralLiquidationPrice,
  countedEquityScaled,
  isAccountCovered,
  isAccountLiquidatable,
  liquidationPrice,
  meetsInitial,
  missingForInitial,
  missingToCureAccount,
  removalFloorScaled,
  withBalanceChanged,
} from '../index.js';

describe('the liquidation price of one instrument in an account', () => {
  it('is the nearest each way that a scan of all marks finds (LIQ-11)', () => {
    const seen = { price: 0, none: 0, always: 0, unknown: 0 };
    fc.assert(
      fc.property(accountCases({ withOptions: true }), fc.bigInt(1n, 7n), fc.nat(20), (view, grid, pick) => {
        fc.pre(view.legs.length > 0);
        const { instrument, markTicks } = view.legs[pick % view.legs.length]!;
        const at = (mark: bigint) => isAccountLiquidatable(withMark(view, instrument, mark));
        const { below, above } = accountLiquidationPrice(view, instrument, grid);
        seen[below.kind as 'price']++;
        seen[above.kind as 'price']++;
        const start = markTicks / grid > 0n ? markTicks / grid : 1n;
        if (below.kind === 'always') {
          for (const step of scan(start)) expect(at(step * grid)).toBe(true);
          return;
        }

        if (below.kind === 'price') {
          expect(below.markTicks % grid).toBe(0n);
          expect(at(below.markTicks)).toBe(true);
          expect(at(below.markTicks + grid)).toBe(false);
        }
        if (above.kind === 'price') {
          expect(above.markTicks % grid).toBe(0n);
          expect(at(above.markTicks)).toBe(true);
          if (above.markTicks > grid) expect(at(above.markTicks - grid)).toBe(false);
        }
        if (isUnknown(below, above)) return;
        const low = below.kind === 'price' ? below.markTicks / grid : 0n;
        const high = above.kind === 'price' ? above.markTicks / grid : null;
        expect(high === null || low < high).toBe(true);
        for (const step of scan(start))
          if (step > low && (high === null || step < high)) expect(at(step * grid)).toBe(false);
        if (!at(start * grid)) expect(low < start && (high === null || start < high)).toBe(true);
      }),
      { numRuns: 60 },
    );
    expect(seen.price > 10 && seen.none > 10).toBe(true);
  });

  it('is that of an isolated account where the account holds one leg and its settlement asset alone', () => {
    fc.assert(
      fc.property(accountCases({ instrumentsMax: 1 }), (several) => {
        const leg = several.legs[0];
        fc.pre(leg !== undefined && leg.terms.closeFee !== 'inMargin');
        const collateral = several.assets[0]!.balance % 10n ** 6n;
        const view = { ...alone(several, collateral), legs: [leg] };
        const isolated = { ...leg, collateral };
        const { below, above } = accountLiquidationPrice(view, leg.instrument);
        const expected = liquidationPrice(leg.terms, isolated);
        const shown = leg.lots > 0n ? below : above;
        const other = leg.lots > 0n ? above : below;
        const expectedMark = expected.kind === 'price' ? expected.markTicks : null;
        if (shown.kind === 'price' && expectedMark !== null) {
          // Two predicates, one rounded at VALUE_SCALE, may part by a tick where a tick is worth less than that.
          const tick = shown.markTicks - expectedMark;
          if (expectedMark < 10n ** 7n) expect(tick >= -1n && tick <= 1n).toBe(true);
        } else if (expectedMark === null) expect(shown.kind).toBe(expected.kind);
        // From the first mark on is everywhere; beyond the last is nowhere.
        else if (shown.kind === 'always') expect(leg.lots < 0n && expectedMark <= 2n).toBe(true);
        else expect(expectedMark > 10n ** 18n).toBe(true);
        if (shown.kind !== 'always') expect(other.kind).toBe('none');
      }),
      { numRuns: 300 },
    );
  });

  it('is none without risk, without the instrument, and where the account is covered (FND-07)', () => {
    fc.assert(
      fc.property(accountCases({ withOptions: true }), (view) => {
        const none = { below: { kind: 'none' }, above: { kind: 'none' } };
        expect(accountLiquidationPrice(view, 999)).toEqual(none);
        if (isAccountCovered(view))
          for (const { instrument } of view.legs)
            expect(accountLiquidationPrice(view, instrument)).toEqual(none);
      }),
      { numRuns: 200 },
    );
  });
});

describe('the liquidation price of one instrument in a portfolio account', () => {
  it('is liquidatable there and not one tick inside, and no scanned mark between is (LIQ-11)', () => {
    let shown = 0;
    let unknown = 0;
    const cases = accountCases({ instrumentsMax: 2 }).chain((view) =>
      scenarioCases(view).map((scenarios): AccountView => ({ ...view, mode: 'portfolio', scenarios })),
    );
    fc.assert(
      fc.property(cases, fc.bigInt(0n, 10n ** 7n), (poor, more) => {
        const view = withBalanceChanged(poor, QUOTE, more);
        for (const { instrument, markTicks } of view.legs.slice(0, 1)) {
          const at = (mark: bigint) => isAccountLiquidatable(withMark(view, instrument, mark));
          const { below, above } = accountLiquidationPrice(view, instrument);
          if (below.kind === 'always') continue;
          const low = below.kind === 'price' ? below.markTicks : 0n;
          const high = above.kind === 'price' ? above.markTicks : null;
          if (low > 0n) expect([at(low), at(low + 1n)]).toEqual([true, false]);
          if (high !== null) expect([at(high), at(high - 1n)]).toEqual([true, false]);
          if (low > 0n || high !== null) shown++;
          if (isUnknown(below, above)) {
            unknown++;
            continue;
          }
          for (const mark of scan(markTicks))
            if (mark > low && (high === null || mark < high)) expect(at(mark)).toBe(false);
        }
      }),
      { numRuns: 40 },
    );
    expect(shown).toBeGreaterThan(3);
    expect(unknown).toBeLessThan(10);
  });
});

describe('the liquidation price of an asset in an account', () => {
  it('is the nearest each way that a scan of its prices finds', () => {
    const step = ASSET_PRICE_SCALE / 20n;
    fc.assert(
      fc.property(accountCases({ withOptions: true }), fc.constantFrom(1, 2), (view, asset) => {
        const at = (price: bigint) => isAccountLiquidatable(withPrice(view, asset, price));
        const { below, above } = collateralLiquidationPrice(view, asset, step);
        const start = view.assets[asset]!.price / step || 1n;
        if (below.kind === 'always') {
          for (const n of scan(start)) expect(at(n * step)).toBe(true);
          return;
        }
        const low = below.kind === 'price' ? below.price / step : 0n;
        const high = above.kind === 'price' ? above.price / step : null;
        if (below.kind === 'price') expect([at(below.price), at(below.price + step)]).toEqual([true, false]);
        if (above.kind === 'price') expect([at(above.price), at(above.price - step)]).toEqual([true, false]);
        if (isUnknown(below, above)) return;
        for (const n of scan(start))
          if (n > low && (high === null || n < high)) expect(at(n * step)).toBe(false);
      }),
      { numRuns: 50 },
    );
  });
});

describe('amounts of an asset', () => {
  it('removable: leaves the account backed at mark and index, one more does not (MAR-03)', () => {
    let partly = 0;
    fc.assert(
      fc.property(
        accountCases({ withOptions: true, withOrders: true }),
        fc.constantFrom(0, 1, 2),
        fc.bigInt(900_000n, 1_100_000n),
        fc.bigInt(0n, 10n ** 6n),
        (thin, asset, indexShare, more) => {
          const atMark = withBalanceChanged(thin, QUOTE, more);
          const atIndex = atPrices(atMark, indexShare);
          const amount = accountRemovableFloor({ atMark, atIndex }, asset);
          const { balance } = atMark.assets[asset]!;
          expect(amount >= 0n && amount <= balance).toBe(true);
          const backs = (change: bigint) =>
            [atMark, atIndex].every((view) => isBacked(withBalanceChanged(view, asset, change)));
          if (amount > 0n) expect(backs(-amount)).toBe(true);
          if (amount < balance && backs(0n)) expect(backs(-amount - 1n)).toBe(false);
          if (isAccountLiquidatable(atMark)) expect(amount).toBe(0n);
          if (amount > 0n && amount < balance) partly++;
        },
      ),
      { numRuns: 200 },
    );
    expect(partly).toBeGreaterThan(5);
  });

  it('missing: cures or backs the account, one less does not (MAR-04, MAR-09)', () => {
    let found = 0;
    fc.assert(
      fc.property(
        accountCases({ withOptions: true, withOrders: true }),
        fc.constantFrom(0, 1, 2),
        (view, asset) => {
          const isHealthy = (after: AccountView) => !isAccountLiquidatable(after);
          const searches = [
            [missingToCureAccount, isHealthy],
            [missingForInitial, (after: AccountView) => isHealthy(after) && meetsInitial(after)],
          ] as const;
          for (const [missing, isEnough] of searches) {
            const amount = missing(view, asset);
            const isCuredBy = (change: bigint) => isEnough(withBalanceChanged(view, asset, change));
            if (amount === null) expect(isCuredBy(10n ** 30n)).toBe(false);
            else if (amount === 0n) expect(isEnough(view)).toBe(true);
            else {
              found++;
              expect([isCuredBy(amount), isCuredBy(amount - 1n)]).toEqual([true, false]);
            }
          }
        },
      ),
      { numRuns: 200 },
    );
    expect(found).toBeGreaterThan(30);
  });
});

/** An edge that was not settled in so many looks says nothing of its side. */
function isUnknown(...edges: readonly { readonly kind: string }[]): boolean {
  return edges.some(({ kind }) => kind === 'unknown');
}

/** Every step near the start, then ever farther ones, both ways. */
function scan(start: bigint): readonly bigint[] {
  const steps = new Set<bigint>();
  for (let n = -300n; n <= 300n; n++) if (start + n > 0n) steps.add(start + n);
  for (let n = 1n; n < 2n ** 37n; n = (n * 3n) / 2n + 1n) steps.add(n);
  return [...steps];
}

function withMark(view: AccountView, instrument: number, markTicks: bigint): AccountView {
  const moved = (leg: AccountView['legs'][number]) =>
    leg.instrument === instrument ? { ...leg, markTicks } : leg;
  return { ...view, legs: view.legs.map(moved) };
}

function withPrice(view: AccountView, asset: number, price: bigint): AccountView {
  return { ...view, assets: view.assets.map((held) => (held.asset === asset ? { ...held, price } : held)) };
}

/** Every mark moved by a share, in ppm. */
function atPrices(view: AccountView, share: bigint): AccountView {
  const moved = (leg: AccountView['legs'][number]) => ({
    ...leg,
    markTicks: (leg.markTicks * share) / 1_000_000n || 1n,
  });
  return { ...view, legs: view.legs.map(moved), orderTerms: view.orderTerms.map(moved) };
}

function isBacked(view: AccountView): boolean {
  const hasNothing =
    view.legs.length === 0 && view.orders.length === 0 && view.assets.every(({ debt }) => debt === 0n);
  if (hasNothing) return true;
  const counted = countedEquityScaled(view);
  const order = accountOrderScaled(view);
  const meets = (required: bigint) => counted >= required + order;
  return meets(accountInitialScaled(view)) && meets(removalFloorScaled(view)) && !isAccountLiquidatable(view);
}

/** The leg's settlement asset is what accounts are valued in, counted in full. */
function alone(view: AccountView, balance: bigint): AccountView {
  const settleAsset = view.legs[0]!.settleAsset;
  const held = view.assets.find(({ asset }) => asset === settleAsset)!;
  const terms = { ...held.terms, haircutPpm: 0n, countedCapMinor: null, peg: null };
  return { ...view, assets: [{ ...held, balance, debt: 0n, price: ASSET_PRICE_SCALE, terms }] };
}
