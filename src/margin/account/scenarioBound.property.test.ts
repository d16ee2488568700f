/** Bounds of the scenario requirement are never below what it becomes: over orders and boxes. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { accountCases, assetCases } from '../../testkit/accountCases.js';
import { leg, linearTerms } from '../../testkit/accountFixture.js';
import { instrumentRow, PLAIN_PARAMETERS, scenarioCases } from '../../testkit/scenarioCases.js';
import {
  type AccountBox,
  type AccountView,
  ASSET_PRICE_SCALE,
  type AssetView,
  boxOfMark,
  boxOfPrice,
  type CollateralTerms,
  type LegView,
  mostScenarioRequirement,
  type OrderView,
  pointBox,
  type Range,
  type ScenarioView,
  scenarioOrderMargin,
  scenarioRequirement,
} from '../index.js';
import { lotsWithOrders } from './scenarioOrderMargin.js';

const RUNS = { numRuns: 200 };
const PPM = 1_000_000n;

describe('the requirement in a box', () => {
  it('is at least what the account requires at any point of it', () => {
    fc.assert(
      fc.property(drawnAccounts(), shares(), shares(), ({ view, scenarios }, widths, places) => {
        const box = boxAround(view, widths);
        const most = mostScenarioRequirement(view, scenarios, { box });
        const required = scenarioRequirement(pointIn(view, box, places), scenarios);
        expect(required.initialScaled <= most.initialScaled).toBe(true);
        expect(required.maintenanceScaled <= most.maintenanceScaled).toBe(true);
      }),
      { numRuns: 400 },
    );
  });

  it('is at least the loss of a single scenario at any debt and price of its asset, where bounds are tight', () => {
    const places = fc.array(shares(), { minLength: 6, maxLength: 6 });
    fc.assert(
      fc.property(loneAssets(), shares(), places, ({ view, scenarios }, widths, drawn) => {
        const { legs, assets } = boxAround(view, widths);
        const debt = { low: 0n, high: widths(12, 2n * view.assets[0]!.balance + 1n) };
        const box = { legs, assets: [{ ...assets[0]!, debt }, assets[1]!] };
        const most = mostScenarioRequirement(view, scenarios, { box }).initialScaled;
        const points = drawn.map((place) => pointIn(view, box, place));
        for (const point of debt.high < view.assets[0]!.balance ? points : points.flatMap(withNothingNet)) {
          expect(scenarioRequirement(point, scenarios).initialScaled <= most).toBe(true);
        }
      }),
      { numRuns: 4_000 },
    );
  });

  it('sees the loss that is largest where as much is owed as is held, between the ends', () => {
    const { view, scenarios } = lone({
      held: { balance: 1_000n, haircutPpm: 900_000n, countedCapMinor: null },
      ...{ pnlMinor: -500n, shockPpm: -10_000n, settleAsset: 0 },
    });
    const { legs, assets } = pointBox(view);
    const box = { legs, assets: [{ ...assets[0]!, debt: { low: 0n, high: 2_000n } }, assets[1]!] };
    const [, worst] = withNothingNet(view);
    expect(scenarioRequirement(worst!, scenarios).initialScaled).toBe(495n * PPM);
    expect(mostScenarioRequirement(view, scenarios, { box }).initialScaled >= 495n * PPM).toBe(true);
  });

  it('sees the fall of collateral that is largest where its cap begins, between the ends', () => {
    const { view, scenarios } = lone({
      held: { balance: 1_000n, haircutPpm: 0n, countedCapMinor: 5_000n },
      ...{ pnlMinor: -1_000n, shockPpm: -500_000n, settleAsset: 1 },
    });
    const at = (price: bigint) => ({ ...view, assets: [{ ...view.assets[0]!, price }, view.assets[1]!] });
    const required = [1n, 5n, 20n].map((price) =>
      scenarioRequirement(at(price * ASSET_PRICE_SCALE), scenarios),
    );
    expect(required.map(({ initialScaled }) => initialScaled / PPM)).toEqual([1_500n, 2_000n, 1_000n]);
    const box = boxOfPrice(view, 0, { low: ASSET_PRICE_SCALE, high: 20n * ASSET_PRICE_SCALE });
    expect(mostScenarioRequirement(view, scenarios, { box }).initialScaled >= 2_000n * PPM).toBe(true);
  });

  it('sees the basis that appears when one mark falls against another of the same expiry', () => {
    const legs = [1n, -1n, 1n].map((lots, instrument) =>
      leg(linearTerms(), { instrument, lots, entryTicks: 1_000n, markTicks: 1_000n }),
    );
    const { view: one, scenarios: plain } = lone({ held: {}, pnlMinor: 0n, shockPpm: 0n, settleAsset: 0 });
    const view = { ...one, legs };
    const rows = [1000, 1000, null].map((expiryMs, instrument) =>
      instrumentRow({ instrument, expiryMs, pnlPerLot: [0n] }),
    );
    const set = { ...plain.set, parameters: { ...PLAIN_PARAMETERS, basisRatePpm: 100_000n } };
    const scenarios = { ...plain, set, instruments: rows };
    const fallen = { ...view, legs: [{ ...legs[0]!, markTicks: 500n }, ...legs.slice(1)] };
    expect([view, fallen].map((of) => scenarioRequirement(of, scenarios).initialScaled)).toEqual([
      0n,
      500n * PPM,
    ]);
    const box = boxOfMark(view, 0, { low: 500n, high: 1_000n });
    expect(mostScenarioRequirement(view, scenarios, { box }).initialScaled).toBe(500n * PPM);
  });

  it('is the requirement itself where nothing moves', () => {
    fc.assert(
      fc.property(drawnAccounts(), ({ view, scenarios }) => {
        expect(mostScenarioRequirement(view, scenarios, { box: pointBox(view) })).toEqual(
          scenarioRequirement(view, scenarios),
        );
      }),
      RUNS,
    );
  });
});

describe('order margin of the scenarios', () => {
  it('covers the initial margin after any fills at the mark, in whole, in part and in any order (MAR-06)', () => {
    fc.assert(
      fc.property(
        drawnAccounts(),
        fc.array(fc.tuple(fc.nat(), fc.bigInt(1n, 80n)), { maxLength: 12 }),
        (drawn, fills) => {
          const { scenarios } = drawn;
          const view = wholeValued(drawn.view);
          const margin = orderMarginScaled(view, scenarios);
          const now = scenarioRequirement(view, scenarios).initialScaled;
          const filled = fills.reduce((account, [order, lots]) => withFill(account, order, lots), view);
          expect(scenarioRequirement(filled, scenarios).initialScaled <= now + margin).toBe(true);
        },
      ),
      { numRuns: 400 },
    );
  });

  it('is at least that of all buys, and of all sells (MAR-06)', () => {
    fc.assert(
      fc.property(drawnAccounts(), ({ view, scenarios }) => {
        const margin = orderMarginScaled(view, scenarios);
        for (const side of ['buy', 'sell'] as const) {
          const orders = view.orders.filter((order) => order.side === side);
          expect(orderMarginScaled({ ...view, orders }, scenarios) <= margin).toBe(true);
        }
      }),
      RUNS,
    );
  });

  it('is nothing without orders, and never below it (LED-02)', () => {
    fc.assert(
      fc.property(drawnAccounts(), ({ view, scenarios }) => {
        expect(scenarioOrderMargin({ ...view, orders: [] }, scenarios)).toEqual([]);
        for (const { scaled } of scenarioOrderMargin(view, scenarios)) expect(scaled > 0n).toBe(true);
      }),
      RUNS,
    );
  });

  it('lets reduce-only orders end where the position does (ORD-02)', () => {
    fc.assert(
      fc.property(drawnAccounts(), ({ view }) => {
        const orders = view.orders.map((order) => ({ ...order, isReduceOnly: true }));
        for (const [instrument, { low, high }] of lotsWithOrders({ ...view, orders })) {
          const held = view.legs.filter((leg) => leg.instrument === instrument);
          const longs = held.reduce((sum, { lots }) => sum + (lots > 0n ? lots : 0n), 0n);
          const shorts = held.reduce((sum, { lots }) => sum + (lots < 0n ? lots : 0n), 0n);
          expect(low >= shorts && high <= longs).toBe(true);
        }
      }),
      RUNS,
    );
  });
});

type Drawn = { readonly view: AccountView; readonly scenarios: ScenarioView };

function drawnAccounts(): fc.Arbitrary<Drawn> {
  return accountCases({ withOptions: true, withOrders: true, instrumentsMax: 2 }).chain((view) =>
    scenarioCases(view).map((scenarios) => ({ view, scenarios })),
  );
}

/** P&L about as large as what is held. */
function loneAssets(): fc.Arbitrary<Drawn> {
  const pnl = fc.bigInt(-2_000_000n, 2_000_000n);
  const shock = fc.oneof(fc.constant(0n), fc.bigInt(-PPM, PPM), fc.bigInt(-20_000n, 20_000n));
  return fc
    .tuple(assetCases(0), pnl, shock, fc.constantFrom(0 as const, 1 as const))
    .map(([held, pnlShare, shockPpm, settleAsset]) => {
      const size = settleAsset === 0 ? held.balance : (held.balance * held.price) / ASSET_PRICE_SCALE;
      const made = lone({ held: {}, pnlMinor: (size * pnlShare) / PPM, shockPpm, settleAsset });
      return { ...made, view: { ...made.view, assets: [held, made.view.assets[1]!] } };
    });
}

interface Lone {
  /** Of asset 0, in units of the valuation asset. */
  readonly held: { readonly balance?: bigint } & Partial<CollateralTerms>;
  /** Of the only lot, in the only scenario, undamped. */
  readonly pnlMinor: bigint;
  /** Of asset 0; asset 1 stands still, and there is nothing of it. */
  readonly shockPpm: bigint;
  readonly settleAsset: 0 | 1;
}

function lone({ held: { balance = 0n, ...of }, pnlMinor, shockPpm, settleAsset }: Lone): Drawn {
  const terms = {
    haircutPpm: 0n,
    countedCapMinor: null,
    peg: null,
    debtInitialPpm: 0n,
    debtMaintenancePpm: 0n,
  };
  const held = { debt: 0n, price: ASSET_PRICE_SCALE, terms };
  const assets = [
    { ...held, asset: 0, balance, terms: { ...terms, ...of } },
    { ...held, asset: 1, balance: 0n },
  ];
  const legs = [leg(linearTerms(), { lots: 1n, entryTicks: 1n, markTicks: 1n, settleAsset })];
  const scenarios = [{ id: 'only', tier: 'core' as const, dampingPpm: PPM }];
  return {
    view: { mode: 'portfolio', legRule: 'net', assets, legs, orders: [], orderTerms: [] },
    scenarios: {
      set: { id: 'one', scenarios, parameters: PLAIN_PARAMETERS },
      instruments: [instrumentRow({ pnlPerLot: [pnlMinor * PPM] })],
      assets: [
        { asset: 0, shocksPpm: [shockPpm] },
        { asset: 1, shocksPpm: [] },
      ],
    },
  };
}

/** The account, and the same with as much owed as held. */
function withNothingNet(view: AccountView): readonly AccountView[] {
  const [held, ...others] = view.assets as [AssetView, ...AssetView[]];
  return [view, { ...view, assets: [{ ...held, debt: held.balance }, ...others] }];
}

/** The part of a size that belongs to a number: ends are drawn often. */
type Share = (at: number, size: bigint) => bigint;

function shares(): fc.Arbitrary<Share> {
  const share = fc.oneof(fc.constant(0n), fc.constant(PPM), fc.bigInt(0n, PPM));
  return fc
    .array(share, { minLength: 13, maxLength: 13 })
    .map((drawn) => (at: number, size: bigint) => (size * drawn[at % 13]!) / PPM);
}

function boxAround({ legs, assets }: AccountView, width: Share): AccountBox {
  const positive = (value: bigint, at: number): Range => {
    const low = value - width(at, value);
    return { low: low < 1n ? 1n : low, high: value + width(at + 5, value) };
  };
  const funding = ({ fundingPerLot }: LegView, at: number): Range => ({
    low: fundingPerLot - width(at, 10n ** 8n),
    high: fundingPerLot + width(at + 3, 10n ** 8n),
  });
  return {
    // Legs of one instrument share their marks and so their widths.
    legs: legs.map((leg) => ({
      markTicks: positive(leg.markTicks, leg.instrument),
      indexTicks: positive(leg.indexTicks, leg.instrument + 2),
      fundingPerLot: funding(leg, leg.instrument + 7),
    })),
    assets: assets.map(({ price, debt }, at) => ({
      price: positive(price, at + 9),
      debt: { low: debt, high: debt + width(at, 10n ** 6n) },
    })),
  };
}

function pointIn(view: AccountView, box: AccountBox, place: Share): AccountView {
  const at = ({ low, high }: Range, number: number) => low + place(number, high - low);
  return {
    ...view,
    legs: view.legs.map((leg, number) => ({
      ...leg,
      markTicks: at(box.legs[number]!.markTicks, leg.instrument),
      indexTicks: at(box.legs[number]!.indexTicks, leg.instrument + 1),
      fundingPerLot: at(box.legs[number]!.fundingPerLot, leg.instrument + 2),
    })),
    assets: view.assets.map((held, number) => ({
      ...held,
      price: at(box.assets[number]!.price, number + 4),
      debt: at(box.assets[number]!.debt, number + 7),
    })),
  };
}

function orderMarginScaled(view: AccountView, scenarios: ScenarioView): bigint {
  const charges = scenarioOrderMargin(view, scenarios);
  return charges.filter(({ part }) => part === 'orderMargin').reduce((sum, { scaled }) => sum + scaled, 0n);
}

/** Every lot is worth whole minor units, so that a fill at the mark changes the account by nothing but lots. */
function wholeValued(view: AccountView): AccountView {
  const simple = (leg: LegView): LegView => ({
    ...leg,
    fundingPerLot: 0n,
    terms: { ...leg.terms, payoff: 'linear', markTicksPerTick: 1n },
  });
  return { ...view, legs: view.legs.map(simple), orderTerms: view.orderTerms.map(simple) };
}

/** Fills up to so many lots of one order at the mark, and never past what the order may do. */
function withFill(view: AccountView, drawn: number, lots: bigint): AccountView {
  if (view.orders.length === 0) return view;
  const at = drawn % view.orders.length;
  const order = view.orders[at]!;
  const held = view.legs.find((leg) => leg.instrument === order.instrument && leg.leg === order.leg);
  const filled = [lots, order.lots, room(order, held?.lots ?? 0n)].reduce((a, b) => (a < b ? a : b));
  if (filled <= 0n) return view;
  const orders = view.orders.map((other, index) =>
    index === at ? { ...other, lots: other.lots - filled } : other,
  );
  const signed = order.side === 'buy' ? filled : -filled;
  return { ...view, orders, legs: legsAfter(view, order, signed) };
}

/** How many lots may fill: a leg of its own never changes its side, a reduce-only order never opens. */
function room({ leg, side, isReduceOnly, lots }: OrderView, held: bigint): bigint {
  const reducible = side === 'buy' ? -held : held;
  const mayOpen = !isReduceOnly && leg !== (side === 'buy' ? 'short' : 'long');
  return mayOpen ? lots : reducible;
}

function legsAfter(view: AccountView, { instrument, leg }: OrderView, lots: bigint): readonly LegView[] {
  const terms = [...view.legs, ...view.orderTerms].find((other) => other.instrument === instrument)!;
  const held = view.legs.find((other) => other.instrument === instrument && other.leg === leg);
  const before = held ?? { ...terms, leg, lots: 0n, cost: 0n };
  const cost = before.cost + lots * terms.markTicks * terms.terms.unit;
  return [...view.legs.filter((other) => other !== held), { ...before, lots: before.lots + lots, cost }];
}
