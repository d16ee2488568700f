/** The model of whole accounts against a slow one in reduced quotients that shares no code with it. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { accountCases, collateralTermCases } from '../../testkit/accountCases.js';
import { plus, rational, up } from '../../testkit/rational.js';
import {
  isSlowlyAccountLiquidatable,
  slowEquityScaled,
  slowOrderMargin,
  slowRequirementScaled,
  slowValueScaled,
} from '../../testkit/slowMargin.js';
import {
  type AccountView,
  ASSET_PRICE_SCALE,
  accountEquityByAsset,
  accountEquityFloor,
  accountEquityScaled,
  accountInitialScaled,
  accountMaintenanceScaled,
  accountOrderScaled,
  accountRequirement,
  availableScaled,
  collateralValueScaled,
  isAccountLiquidatable,
  isolatedOrderMarginCeil,
  LEG_RULES,
  type LegView,
  type OrderView,
  VALUE_SCALE,
} from '../index.js';

const RUNS = { numRuns: 500 };

describe('the value of collateral', () => {
  const amounts = fc.tuple(fc.bigInt(-(10n ** 9n), 10n ** 9n), fc.bigInt(1n, 10n ** 7n));
  const prices = fc.bigInt(0n, ASSET_PRICE_SCALE * 3n);

  it('agrees with the slow model, with haircut, cap and peg (MAR-11)', () => {
    fc.assert(
      fc.property(amounts, prices, collateralTermCases(), ([numerator, denominator], price, terms) => {
        const value = collateralValueScaled({ price, terms }, { numerator, denominator });
        expect(value).toBe(slowValueScaled({ price, terms }, rational(numerator, denominator)));
      }),
      RUNS,
    );
  });

  it('never falls when the price rises, nor when the amount does (MAR-11)', () => {
    fc.assert(
      fc.property(amounts, amounts, prices, prices, collateralTermCases(), (a, b, p, q, terms) => {
        const fraction = ([numerator, denominator]: [bigint, bigint]) => ({ numerator, denominator });
        const [low, high] = p < q ? [p, q] : [q, p];
        const held = { numerator: a[0] < 0n ? -a[0] : a[0], denominator: a[1] };
        expect(
          collateralValueScaled({ price: low, terms }, held) <=
            collateralValueScaled({ price: high, terms }, held),
        ).toBe(true);
        const [less, more] = a[0] * b[1] < b[0] * a[1] ? [a, b] : [b, a];
        expect(
          collateralValueScaled({ price: p, terms }, fraction(less)) <=
            collateralValueScaled({ price: p, terms }, fraction(more)),
        ).toBe(true);
      }),
      RUNS,
    );
  });
});

describe('a whole account', () => {
  it('agrees with the slow model on equity (MAR-10, FND-01)', () => {
    fc.assert(
      fc.property(accountCases({ withOptions: true }), (view) => {
        const equity = accountEquityScaled(view);
        expect(equity).toBe(slowEquityScaled(view));
        const parts = accountEquityByAsset(view).reduce((sum, { valueScaled }) => sum + valueScaled, 0n);
        expect(parts).toBe(equity);
        const floor = accountEquityFloor(view);
        expect(floor * VALUE_SCALE <= equity && equity < (floor + 1n) * VALUE_SCALE).toBe(true);
      }),
      RUNS,
    );
  });

  it('agrees with the slow model on initial and maintenance margin (MAR-05, MAR-07)', () => {
    fc.assert(
      fc.property(accountCases(), (view) => {
        expect(accountMaintenanceScaled(view)).toBe(slowRequirementScaled('maintenance', view));
        expect(accountInitialScaled(view)).toBe(slowRequirementScaled('initial', view));
      }),
      RUNS,
    );
  });

  it('agrees with the slow model on who is liquidatable (LIQ-10, LIQ-11, FND-07)', () => {
    let liquidatable = 0;
    fc.assert(
      fc.property(accountCases(), (view) => {
        const answer = isAccountLiquidatable(view);
        if (answer) liquidatable++;
        expect(answer).toBe(isSlowlyAccountLiquidatable(view));
      }),
      RUNS,
    );
    expect(liquidatable).toBeGreaterThan(50);
  });

  it('adds up, line by line, to totals that are rounded up once (MAR-12, LED-03)', () => {
    fc.assert(
      fc.property(accountCases({ withOptions: true, withOrders: true }), (view) => {
        const { initial, maintenance, order, lines } = accountRequirement(view);
        const sum = (of: string) =>
          lines.filter((line) => line.of === of).reduce((a, { amount }) => a + amount, 0n);
        expect([sum('initial'), sum('maintenance'), sum('order')]).toEqual([initial, maintenance, order]);
        const ceil = (scaled: bigint) => up(rational(scaled, VALUE_SCALE));
        expect(initial).toBe(ceil(accountInitialScaled(view)));
        expect(maintenance).toBe(ceil(accountMaintenanceScaled(view)));
        expect(order).toBe(ceil(accountOrderScaled(view)));
      }),
      RUNS,
    );
  });

  it('comes to the same in any order of assets and legs (LED-03)', () => {
    fc.assert(
      fc.property(accountCases({ withOptions: true, withOrders: true }), (view) => {
        const { initial, maintenance, order } = accountRequirement(view);
        const reversed: AccountView = {
          ...view,
          assets: [...view.assets].reverse(),
          legs: [...view.legs].reverse(),
          orders: [...view.orders].reverse(),
        };
        expect(accountEquityScaled(reversed)).toBe(accountEquityScaled(view));
        expect(accountRequirement(reversed)).toMatchObject({ initial, maintenance, order });
      }),
      RUNS,
    );
  });

  it('asks no more for two legs under any rule than for both, and nothing for equal ones netted (MAR-10)', () => {
    fc.assert(
      fc.property(accountCases(), (view) => {
        const under = (legRule: AccountView['legRule']) => ({ ...view, legRule });
        const [larger, both, net] = LEG_RULES.map(under) as [AccountView, AccountView, AccountView];
        for (const scaled of [accountInitialScaled, accountMaintenanceScaled]) {
          expect(scaled(net) <= scaled(larger)).toBe(true);
          expect(scaled(larger) <= scaled(both)).toBe(true);
        }
      }),
      RUNS,
    );
  });
});

describe('options in a whole account', () => {
  const margin = (view: AccountView) => accountEquityScaled(view) - accountMaintenanceScaled(view);

  it('never make it worse when a long one rises, whatever the haircut and cap of its asset (FND-05)', () => {
    let rose = 0;
    fc.assert(
      fc.property(accountCases({ withOptions: true }), fc.bigInt(1n, 500n), (view, ticks) => {
        for (const { instrument, lots, option } of view.legs) {
          if (option === null || lots < 0n) continue;
          const risen = withLegs(view, (leg) =>
            leg.instrument === instrument ? { ...leg, markTicks: leg.markTicks + ticks } : leg,
          );
          expect(margin(risen) >= margin(view)).toBe(true);
          rose++;
        }
      }),
      RUNS,
    );
    expect(rose).toBeGreaterThan(100);
  });

  it('add nothing to what may be used, nor take from it, where all are long (FND-05)', () => {
    fc.assert(
      fc.property(accountCases({ withOptions: true, withOrders: true }), (view) => {
        const long = withLegs(view, (leg) =>
          leg.option !== null && leg.lots < 0n ? { ...leg, lots: -leg.lots } : leg,
        );
        const without = { ...long, legs: long.legs.filter(({ option }) => option === null) };
        expect(availableScaled(long)).toBe(availableScaled(without));
        expect(margin(long)).toBe(margin(without));
      }),
      RUNS,
    );
  });
});

/** The legs with the order filled at the mark, as far as it can be: a leg never turns. */
function withFill(view: AccountView, legs: readonly LegView[], order: OrderView): readonly LegView[] {
  const { leg, side, lots, isReduceOnly } = order;
  const terms = view.orderTerms.find(({ instrument }) => instrument === order.instrument) as LegView;
  const held = legs.find((one) => one.leg === leg) ?? { ...terms, leg, lots: 0n };
  const closes = side === (leg === 'long' ? 'sell' : 'buy');
  if (!closes && isReduceOnly) return legs;
  const size = held.lots < 0n ? -held.lots : held.lots;
  const traded = closes && lots > size ? size : lots;
  const after = held.lots + (side === 'buy' ? traded : -traded);
  const others = legs.filter((one) => one.leg !== leg);
  return after === 0n ? others : [...others, { ...held, lots: after }];
}

function withLegs(view: AccountView, change: (leg: LegView) => LegView): AccountView {
  return { ...view, legs: view.legs.map(change) };
}

describe('order margin', () => {
  it('is the larger side, filled lot by lot in the slow model (MAR-06)', () => {
    fc.assert(
      fc.property(accountCases({ withOrders: true }), (view) => {
        const pairs = new Map(
          view.orders.map(({ instrument, leg }) => [`${instrument} ${leg}`, { instrument, leg }]),
        );
        for (const { instrument, leg } of pairs.values()) {
          // Legs margined net have order margin together: below.
          if (view.legRule === 'net' && leg !== 'net') continue;
          const orders = view.orders.filter((order) => order.instrument === instrument && order.leg === leg);
          const terms = view.orderTerms.find((one) => one.instrument === instrument) as LegView;
          const held = view.legs.find((one) => one.instrument === instrument && one.leg === leg);
          const slow = slowOrderMargin(held ?? { ...terms, leg }, orders);
          const asset = view.assets.find((one) => one.asset === terms.settleAsset)!;
          const valued = (amount: typeof slow) =>
            up(rational(amount.n * asset.price * VALUE_SCALE, amount.d * ASSET_PRICE_SCALE));
          const answer = accountOrderScaled({ ...view, orders });
          if (terms.terms.payoff === 'linear') expect(answer).toBe(valued(slow));
          // The cost of each inverse order is rounded away from zero, that of the slow model's once.
          const most = valued(plus(slow, rational(BigInt(orders.length))));
          expect(valued(slow) <= answer && answer <= most).toBe(true);
        }
      }),
      { numRuns: 250 },
    );
  });

  it('never falls when an order is added, and is free for one that only reduces (MAR-06, ORD-03)', () => {
    fc.assert(
      fc.property(accountCases({ withOrders: true }), (drawn) => {
        // An account has legs apart or it has not.
        const hasLegs = drawn.legs.some(({ leg }) => leg !== 'net');
        const orders = drawn.orders.filter(
          ({ leg }) => drawn.legRule !== 'net' || hasLegs === (leg !== 'net'),
        );
        const view = { ...drawn, orders };
        let before = 0n;
        view.orders.forEach((order, at) => {
          const orders = view.orders.slice(0, at + 1);
          const after = accountOrderScaled({ ...view, orders });
          expect(after >= before).toBe(true);
          const mayLayBare = view.legRule === 'net' && order.leg !== 'net';
          if (!mayLayBare && isReducing(view, orders, order)) expect(after).toBe(before);
          before = after;
        });
      }),
      RUNS,
    );
  });

  it('covers what legs margined net require after whichever of their orders have filled, also those that close (MAR-06, ORD-03)', () => {
    fc.assert(
      fc.property(
        accountCases({ withOrders: true, instrumentsMax: 1 }),
        fc.integer({ min: 0, max: 255 }),
        (drawn, mask) => {
          const atMark = (leg: LegView): LegView => ({
            ...leg,
            terms: { ...leg.terms, initialBasis: 'mark' },
          });
          const legs = drawn.legs.map(atMark);
          fc.pre(legs.every(({ leg }) => leg !== 'net'));
          const orders = drawn.orders.filter(({ leg }) => leg !== 'net');
          fc.pre(orders.length > 0);
          const view: AccountView = {
            ...drawn,
            legRule: 'net',
            legs,
            orders,
            orderTerms: drawn.orderTerms.map(atMark),
          };
          const filled = orders.filter((_, at) => (mask >> at) & 1);
          const after = filled.reduce<readonly LegView[]>((held, order) => withFill(view, held, order), legs);
          const initialOf = (held: readonly LegView[]) =>
            accountInitialScaled({ ...view, legs: held, orders: [] });
          expect(initialOf(after) <= initialOf(legs) + accountOrderScaled(view)).toBe(true);
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('order margin of an isolated account', () => {
  it('never falls when an order is added, and is nothing without one that opens (MAR-06, LED-02)', () => {
    fc.assert(
      fc.property(accountCases({ withOrders: true, instrumentsMax: 1 }), (view) => {
        const leg = view.legs[0];
        fc.pre(leg !== undefined);
        const { terms, markTicks } = leg;
        const isolated = { ...leg, collateral: view.assets[0]!.balance };
        let before = 0n;
        for (let count = 0; count <= view.orders.length; count++) {
          const orders = view.orders.slice(0, count);
          const after = isolatedOrderMarginCeil(terms, isolated, { markTicks, orders });
          const opens = orders.some((order) => !order.isReduceOnly);
          expect(opens ? after >= before : after === 0n).toBe(true);
          before = after;
        }
      }),
      RUNS,
    );
  });
});

/** Reduce-only, or with all other such orders still within the position. */
function isReducing(
  view: AccountView,
  orders: AccountView['orders'],
  { instrument, leg, side, isReduceOnly }: AccountView['orders'][number],
): boolean {
  const held = view.legs.find((one) => one.instrument === instrument && one.leg === leg);
  const lots = held?.lots ?? 0n;
  const total = orders
    .filter(
      (one) => one.instrument === instrument && one.leg === leg && one.side === side && !one.isReduceOnly,
    )
    .reduce((sum, one) => sum + one.lots, 0n);
  return isReduceOnly || total <= (side === 'buy' ? -lots : lots);
}
