/**
 * Equity - maintenance margin of a portfolio account over a box. Its requirement is one number for the whole account, so
 * worst equity and most requirement (scenarioBound.ts) are taken apart; vectors stand still, as new ones are new inputs.
 */
import { max, min } from '../../base/integers.js';
import type { Fraction } from '../../market/payoff.js';
import type { AccountBox, AssetBox, LegBox } from './accountBox.js';
import { legProfit } from './accountEquity.js';
import { totalScaled } from './charge.js';
import { collateralValueScaled } from './collateralValue.js';
import { addFractions, larger, smaller, sumFractions, whole } from './fractions.js';
import { byInstrument } from './groups.js';
import { debtCharges } from './positionCharges.js';
import { mostScenarioRequirement } from './scenarioBound.js';
import type { ScenarioView } from './scenarioView.js';
import type { AccountView, LegView } from './view.js';

/** A lower bound, valuation minor units x VALUE_SCALE; exact at a point. */
export function leastPortfolioMargin(view: AccountView, box: AccountBox, scenarios: ScenarioView): bigint {
  const equity = equityEnd(view, box, { choose: smaller, endOf: min, debt: 'high' });
  const debts = view.assets.reduce((sum, held, at) => {
    const { price, debt } = box.assets[at] as AssetBox;
    const worst = { ...held, price: price.high, debt: debt.high };
    return sum + totalScaled(debtCharges('maintenance', worst));
  }, 0n);
  return equity - mostScenarioRequirement(view, scenarios, { box }).maintenanceScaled - debts;
}

/** An upper bound of equity alone, and so of equity less any requirement: coarse. */
export function mostPortfolioMargin(view: AccountView, box: AccountBox): bigint {
  return equityEnd(view, box, { choose: larger, endOf: max, debt: 'low' });
}

interface Ends {
  readonly choose: (a: Fraction, b: Fraction) => Fraction;
  readonly endOf: (a: bigint, b: bigint) => bigint;
  readonly debt: 'low' | 'high';
}

/** Each asset's net at its end, then its value at the price that is the end for it. */
function equityEnd(view: AccountView, box: AccountBox, { choose, endOf, debt }: Ends): bigint {
  const boxes = new Map(view.legs.map((leg, at) => [leg, box.legs[at] as LegBox]));
  return view.assets.reduce((sum, held, at) => {
    const range = box.assets[at] as AssetBox;
    const legs = view.legs.filter(({ settleAsset }) => settleAsset === held.asset);
    const profits = byInstrument(legs).map((group) => profitEnd(group, boxes, choose));
    const net = sumFractions([whole(held.balance - range.debt[debt]), ...profits]);
    const valueAt = (price: bigint) => collateralValueScaled({ price, terms: held.terms }, net);
    return sum + endOf(valueAt(range.price.low), valueAt(range.price.high));
  }, 0n);
}

/** Legs of one instrument have one mark; each its own funding. */
function profitEnd(
  legs: readonly LegView[],
  boxes: ReadonlyMap<LegView, LegBox>,
  choose: Ends['choose'],
): Fraction {
  const ranges = legs.map((leg) => (boxes.get(leg) as LegBox).markTicks);
  const marks = [
    ranges.map(({ low }) => low).reduce((a, b) => min(a, b)),
    ranges.map(({ high }) => high).reduce((a, b) => max(a, b)),
  ];
  return marks
    .map((markTicks) =>
      legs
        .map((leg) => {
          const { low, high } = (boxes.get(leg) as LegBox).fundingPerLot;
          const profits = [low, high].map((fundingPerLot) => legProfit({ ...leg, markTicks, fundingPerLot }));
          return profits.reduce(choose);
        })
        .reduce(addFractions),
    )
    .reduce(choose);
}
