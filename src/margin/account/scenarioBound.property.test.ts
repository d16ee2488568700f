/** Bounds of the scenario requirement are never below what it becomes: over orders, boxes and moved vectors. */
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
  type LegView,
  mostScenarioRequirement,
  type OrderView,
  pointBox,
  type Range,
  requirementMovementBound,
  type ScenarioView,
  scenarioOrderMargin,
  scenarioRequirement,
  vectorMovement,
} from '../index.js';
import { lotsWithOrders } from './scenarioOrderMargin.js';

const RUNS = { numRuns: 200 };
const PPM = 1_000_000n;

describe('the requirement in a box', () => {
  it('is at least what the account requires at any point of it, with vectors moved as far as is said', () => {
    fc.assert(
      fc.property(drawnAccounts(), shares(), shares(), ({ view, scenarios }, widths, places) => {
        const box = boxAround(view, widths);
        const movements = new Map(
          scenarios.instruments.map(({ instrument }, at) => [instrument, widths(at, 10n ** 11n)]),
        );
        const most = mostScenarioRequirement(view, scenarios, { box, movements });
        const required = scenarioRequirement(
          pointIn(view, box, places),
          movedScenarios(scenarios, movements, places),
        );
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

describe('a move of the vectors', () => {
  it('moves the requirement by no more than the bound, either way', () => {
    fc.assert(
      fc.property(
        drawnAccounts(),
        fc.bigInt(0n, 10n ** 11n),
        shares(),
        ({ view, scenarios }, size, places) => {
          const drawn = new Map(scenarios.instruments.map(({ instrument }) => [instrument, size]));
          const after = movedScenarios(scenarios, drawn, places);
          const movements = new Map(
            scenarios.instruments.map(({ instrument, pnlPerLot }, at) => [
              instrument,
              vectorMovement(pnlPerLot, after.instruments[at]!.pnlPerLot),
            ]),
          );
          const bound = requirementMovementBound(view, scenarios, movements);
          const [before, now] = [scenarioRequirement(view, scenarios), scenarioRequirement(view, after)];
          for (const total of ['initialScaled', 'maintenanceScaled'] as const) {
            const moved = now[total] - before[total];
            expect((moved < 0n ? -moved : moved) <= bound[total]).toBe(true);
          }
        },
      ),
      { numRuns: 400 },
    );
  });

  it.each<[string, bigint, bigint, bigint]>([
    ['by as much where collateral stands still', 0n, 10n, 10n],
    ['by twice as much where the coin behind it halves', -500_000n, 10n, 20n],
    ['by no more than all the coin on top where it goes to nothing', -PPM, 10n, 1_010n],
  ])('moves the requirement %s', (_name, shockPpm, movedMinor, expectedMinor) => {
    const at = (lossMinor: bigint) => wrongWay(shockPpm, lossMinor);
    const [before, after] = [at(0n), at(movedMinor)];
    const moved = [after, before].map(
      ({ view, scenarios }) => scenarioRequirement(view, scenarios).initialScaled,
    );
    expect(moved).toEqual([expectedMinor * PPM, 0n]);
    const movements = new Map([[0, movedMinor * PPM]]);
    const bound = requirementMovementBound(before.view, before.scenarios, movements).initialScaled;
    // Exact but for roundings, of which the coin's half counts twice.
    expect(bound >= expectedMinor * PPM && bound <= expectedMinor * PPM + 20n).toBe(true);
  });

  it('of nothing is bounded by nothing', () => {
    fc.assert(
      fc.property(drawnAccounts(), ({ view, scenarios }) => {
        expect(requirementMovementBound(view, scenarios, new Map())).toEqual({
          initialScaled: 0n,
          maintenanceScaled: 0n,
        });
      }),
      { numRuns: 50 },
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

/** One asset, one leg that settles in it or in another, one undamped scenario; P&L about as large as what is held. */
function loneAssets(): fc.Arbitrary<Drawn> {
  const pnl = fc.bigInt(-2_000_000n, 2_000_000n);
  const shock = fc.oneof(fc.constant(0n), fc.bigInt(-PPM, PPM));
  return fc
    .tuple(assetCases(0), pnl, shock, fc.nat({ max: 1 }))
    .map(([held, pnlShare, shockPpm, settleAsset]) => {
      const size = settleAsset === 0 ? held.balance : (held.balance * held.price) / ASSET_PRICE_SCALE;
      const drawn = wrongWay(shockPpm, 0n);
      const legs = drawn.view.legs.map((of) => ({ ...of, settleAsset }));
      const instruments = [instrumentRow({ pnlPerLot: [size * pnlShare] })];
      const assets = [held, { ...drawn.view.assets[0]!, asset: 1 }];
      const shocks = [
        { asset: 0, shocksPpm: [shockPpm] },
        { asset: 1, shocksPpm: [] },
      ];
      return {
        view: { ...drawn.view, assets, legs },
        scenarios: { ...drawn.scenarios, instruments, assets: shocks },
      };
    });
}

/** The account, and the same with as much owed as held. */
function withNothingNet(view: AccountView): readonly AccountView[] {
  const [held, ...others] = view.assets as [AssetView, ...AssetView[]];
  return [view, { ...view, assets: [{ ...held, debt: held.balance }, ...others] }];
}

/** One lot that settles in an asset of which there is nothing, with 1,000 coins behind it. */
function wrongWay(shockPpm: bigint, lossMinor: bigint): Drawn {
  const terms = {
    haircutPpm: 0n,
    countedCapMinor: null,
    peg: null,
    debtInitialPpm: 0n,
    debtMaintenancePpm: 0n,
  };
  const held = { debt: 0n, price: 1_000_000_000n, terms };
  const assets = [
    { ...held, asset: 0, balance: 0n },
    { ...held, asset: 1, balance: 1_000n },
  ];
  const lone = leg(linearTerms(), { lots: 1n, entryTicks: 1n, markTicks: 1n });
  const scenarios = [{ id: 'only', tier: 'core' as const, dampingPpm: PPM }];
  return {
    view: { mode: 'portfolio', legRule: 'net', assets, legs: [lone], orders: [], orderTerms: [] },
    scenarios: {
      set: { id: 'one', scenarios, parameters: PLAIN_PARAMETERS },
      instruments: [instrumentRow({ pnlPerLot: [-lossMinor * PPM] })],
      assets: [
        { asset: 0, shocksPpm: [] },
        { asset: 1, shocksPpm: [shockPpm] },
      ],
    },
  };
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

/** Each P&L moved by up to the movement, up or down. */
function movedScenarios(
  scenarios: ScenarioView,
  movements: ReadonlyMap<number, bigint>,
  place: Share,
): ScenarioView {
  return {
    ...scenarios,
    instruments: scenarios.instruments.map((row, number) => {
      const movement = movements.get(row.instrument)!;
      const moved = (pnl: bigint, at: number) => pnl - movement + place(number * 3 + at, 2n * movement);
      return { ...row, pnlPerLot: row.pnlPerLot.map(moved) };
    }),
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
