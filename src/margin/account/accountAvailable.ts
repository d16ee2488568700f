/**
 * What of an account's equity may back something new. Unrealized profit counts at the share its instrument allows, loss
 * and funding in full; the legs of one instrument are netted before that, so a hedge is worth what it locks in. Options
 * have no unrealized profit: they were paid, and what they require (optionRequirement.ts) leaves no credit for a long one.
 *
 *   counted equity = equity - what does not count of the profit
 *   free           = counted equity - initial margin
 *   available      = free - order margin
 */
import { max } from '../../base/integers.js';
import type { Minor } from '../../base/units.js';
import { type Fraction, valueAtMark } from '../../market/payoff.js';
import { assetIndex, assetNets } from './accountEquity.js';
import { accountInitialScaled, accountOrderScaled } from './accountRequirement.js';
import { collateralValueScaled, valueFloor } from './collateralValue.js';
import { addFractions, positivePart, subtractFractions, sumFractions, ZERO } from './fractions.js';
import { byInstrument } from './groups.js';
import { longOptionAmounts } from './optionCharges.js';
import { type AccountView, type LegView, scenariosOf } from './view.js';

/** What new orders may use: valuation minor units, rounded down, not below zero. */
export function accountAvailableFloor(view: AccountView): Minor {
  return max(0n, valueFloor(availableScaled(view)));
}

/** The same as if no order were open. */
export function accountFreeFloor(view: AccountView): Minor {
  return max(0n, valueFloor(countedEquityScaled(view) - accountInitialScaled(view)));
}

/** Whether counted equity meets initial and order margin: what opening something must leave true. */
export function meetsInitial(view: AccountView): boolean {
  return availableScaled(view) >= 0n;
}

/** Counted equity less initial and order margin, valuation minor units x VALUE_SCALE; negative where it is short. */
export function availableScaled(view: AccountView): bigint {
  return countedEquityScaled(view) - accountInitialScaled(view) - accountOrderScaled(view);
}

/** Valuation minor units x VALUE_SCALE, rounded down per asset; profit that does not count is taken off the top. */
export function countedEquityScaled(view: AccountView): bigint {
  const nets = assetNets(view);
  const uncounted = uncountedProfits(view);
  const longs = scenariosOf(view) === null ? longOptionAmounts('initial', view) : null;
  return view.assets.reduce((sum, held, at) => {
    const net = nets[at] as Fraction;
    const base = longs === null ? net : subtractFractions(net, longs[at] as Fraction);
    const counted = collateralValueScaled(held, subtractFractions(base, uncounted[at] as Fraction));
    return sum + collateralValueScaled(held, net) - collateralValueScaled(held, base) + counted;
  }, 0n);
}

/** Per asset the part of its instruments' profits that does not count, exact; none is negative. */
function uncountedProfits(view: AccountView): readonly Fraction[] {
  const uncounted = view.assets.map(() => ZERO);
  for (const legs of byInstrument(view.legs.filter(({ option }) => option === null))) {
    const { terms, settleAsset } = legs[0] as LegView;
    const profit = positivePart(sumFractions(legs.map(unrealized)));
    const at = assetIndex(view, settleAsset);
    uncounted[at] = addFractions(uncounted[at] as Fraction, {
      numerator: profit.numerator * (terms.rateScale - terms.unrealizedProfitShare),
      denominator: profit.denominator * terms.rateScale,
    });
  }
  return uncounted;
}

function unrealized({ terms, lots, cost, markTicks }: LegView): Fraction {
  const { numerator, denominator } = valueAtMark(terms, lots, markTicks);
  return { numerator: numerator - cost * denominator, denominator };
}
