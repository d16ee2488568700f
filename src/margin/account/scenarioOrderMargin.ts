/**
 * Order margin in mode `portfolio` (MAR-06): what the account would require at most after any of its open orders have
 * filled, in whole or in part, less what it requires now, and what fills lose and cost at once.
 *
 *   order margin = initial(lots of each instrument anywhere from all sells to all buys) - initial(lots as they are)
 *   open loss, open fee   per leg, of the side where they are larger (orderSide.ts)
 *
 * Each scenario takes for each instrument the fills that hurt most in it, so it is never below the larger of "all buys"
 * and "all sells", and covers a spread of which one leg fills. An order that takes a hedge away is charged, though it
 * reduces; one that only lowers the risk is free (ORD-03). Profits made at once are not counted on.
 */
import { assert } from '../../base/assert.js';
import { max, min } from '../../base/integers.js';
import type { Lots } from '../../base/units.js';
import type { Range } from './accountBox.js';
import { assetOf } from './accountEquity.js';
import { type Charge, chargesOf } from './charge.js';
import { addFractions, isLess, ZERO } from './fractions.js';
import { grouped } from './groups.js';
import { openingOrders, type SideMargin, sideMargin } from './orderSide.js';
import { scenarioHoldings } from './scenarioHoldings.js';
import {
  requirementOfHoldings,
  type ScenarioRequirement,
  scenarioRequirement,
} from './scenarioRequirement.js';
import type { ScenarioView } from './scenarioView.js';
import type { AccountView, LegView, OrderView } from './view.js';

/** Parts `orderMargin`, with what decides after the fills as its detail, `openLoss` and `openFee`; none is negative. */
export function scenarioOrderMargin(view: AccountView, scenarios: ScenarioView): readonly Charge[] {
  if (view.orders.length === 0) return [];
  const now = scenarioRequirement(view, scenarios);
  const after = requirementOfHoldings(scenarioHoldings(view, scenarios, { lots: lotsWithOrders(view) }));
  const scaled = after.initialScaled - now.initialScaled;
  const source = { instrument: null, leg: null, asset: null };
  const margin: Charge = { ...source, part: 'orderMargin', detail: decidingOf(after), scaled };
  return [...(scaled > 0n ? [margin] : []), ...entryCharges(view)];
}

/** The first line of the initial margin: the scenario it is of, or the part. */
function decidingOf({ lines }: ScenarioRequirement): string | null {
  return lines[0]?.scenario ?? lines[0]?.part ?? null;
}

/** Of each instrument with orders: net lots after any of them. */
export function lotsWithOrders(view: AccountView): ReadonlyMap<number, Range> {
  const byInstrument = grouped(view.orders, ({ instrument }) => instrument);
  return new Map(
    byInstrument.map((orders) => {
      const { instrument } = orders[0] as OrderView;
      const held = view.legs.filter((leg) => leg.instrument === instrument);
      const legs = new Set([...held, ...orders].map(({ leg }) => leg));
      const ranges = [...legs].map((leg) =>
        lotsAfter(
          leg,
          held.find((other) => other.leg === leg)?.lots ?? 0n,
          orders.filter((order) => order.leg === leg),
        ),
      );
      return [instrument, sumOfRanges(ranges)] as const;
    }),
  );
}

/** Reduce-only orders end where the position does; so does everything on the far side of a leg of its own. */
function lotsAfter(leg: LegView['leg'], lots: Lots, orders: readonly OrderView[]): Range {
  const total = (side: OrderView['side'], isReduceOnly: boolean) =>
    orders
      .filter((order) => order.side === side && order.isReduceOnly === isReduceOnly)
      .reduce((sum, order) => sum + order.lots, 0n);
  const low = lots - total('sell', false) - min(max(0n, lots), total('sell', true));
  const high = lots + total('buy', false) + min(max(0n, -lots), total('buy', true));
  return { low: leg === 'long' ? max(0n, low) : low, high: leg === 'short' ? min(0n, high) : high };
}

function sumOfRanges(ranges: readonly Range[]): Range {
  return ranges.reduce((sum, { low, high }) => ({ low: sum.low + low, high: sum.high + high }), {
    low: 0n,
    high: 0n,
  });
}

/** Open loss and open fee of each leg with orders. */
function entryCharges(view: AccountView): readonly Charge[] {
  return grouped(view.orders, ({ instrument, leg }) => `${instrument} ${leg}`).flatMap((orders) => {
    const leg = legOf(view, orders[0] as OrderView);
    const { openLoss, openFee } = largerSide(leg, orders);
    const parts = [
      { part: 'openLoss', amount: openLoss },
      { part: 'openFee', amount: openFee },
    ] as const;
    return chargesOf(
      { instrument: leg.instrument, leg: leg.leg, asset: leg.settleAsset },
      assetOf(view, leg.settleAsset),
      parts.filter(({ amount }) => amount.numerator !== 0n),
    );
  });
}

function largerSide(leg: LegView, orders: readonly OrderView[]): SideMargin {
  const position = { terms: leg.terms, markTicks: leg.markTicks, leg: leg.leg, holding: leg };
  // The scenarios say what is required; here only the price and the fee of the fills count.
  const of = (side: OrderView['side']) =>
    sideMargin(position, openingOrders(position, side, orders), () => ZERO);
  const [buys, sells] = [of('buy'), of('sell')];
  const cost = ({ openLoss, openFee }: SideMargin) => addFractions(openLoss, openFee);
  return isLess(cost(buys), cost(sells)) ? sells : buys;
}

/** The position the order is for, or one of 0 lots with the instrument's terms and prices. */
function legOf({ legs, orderTerms }: AccountView, { instrument, leg }: OrderView): LegView {
  const held = legs.find((other) => other.instrument === instrument && other.leg === leg);
  if (held !== undefined) return held;
  const terms = [...orderTerms, ...legs].find((other) => other.instrument === instrument);
  assert(terms !== undefined, () => `no terms for an order of instrument ${instrument}`);
  return { ...terms, leg, lots: 0n, cost: 0n, fundingPerLot: 0n };
}
