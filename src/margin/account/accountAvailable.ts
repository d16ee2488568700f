/**
 * What of an account's equity may back something new. Unrealized profit counts at the share its instrument allows, loss
 * and funding in full; profits and losses are netted before that within one instrument, and among options of one
 * underlying, so that a hedge is worth what it locks in and no option gives more credit than the short it covers.
 *
 *   counted equity = sum over assets of the value of (balance - debt + counted profit + funding)
 *   free           = counted equity - initial margin
 *   available      = free - order margin
 */
import { assert } from '../../base/assert.js';
import { max, min } from '../../base/integers.js';
import type { Minor } from '../../base/units.js';
import { type Fraction, valueAtMark } from '../../market/payoff.js';
import { assetIndex } from './accountEquity.js';
import { accountInitialScaled, accountOrderScaled } from './accountRequirement.js';
import { collateralValueScaled, valueFloor } from './collateralValue.js';
import { addFractions, sumFractions, whole } from './fractions.js';
import { byInstrument, byUnderlying } from './groups.js';
import type { AccountView, LegView } from './view.js';

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

/** Valuation minor units x VALUE_SCALE, rounded down per asset. */
export function countedEquityScaled(view: AccountView): bigint {
  const nets = view.assets.map(({ balance, debt }) => whole(balance - debt));
  const isOption = ({ option }: LegView) => option !== null;
  const groups = [
    ...byInstrument(view.legs.filter((leg) => !isOption(leg))),
    ...byUnderlying(view.legs.filter(isOption)),
  ];
  for (const legs of groups) {
    const at = assetIndex(view, (legs[0] as LegView).settleAsset);
    nets[at] = addFractions(nets[at] as Fraction, countedProfit(legs));
  }
  return view.assets.reduce((sum, asset, at) => sum + collateralValueScaled(asset, nets[at] as Fraction), 0n);
}

/** Of legs that are netted, in settlement minor units, exact. */
function countedProfit(legs: readonly LegView[]): Fraction {
  const { rateScale } = (legs[0] as LegView).terms;
  assert(
    legs.every(({ terms }) => terms.rateScale === rateScale),
    'legs that are netted share a rate scale',
  );
  const profit = sumFractions(legs.map(unrealized));
  const share = legs
    .map(({ terms }) => terms.unrealizedProfitShare)
    .reduce((least, next) => min(least, next), rateScale);
  const counted =
    profit.numerator <= 0n
      ? profit
      : { numerator: profit.numerator * share, denominator: profit.denominator * rateScale };
  return addFractions(counted, sumFractions(legs.map(funding)));
}

function unrealized({ terms, lots, cost, markTicks }: LegView): Fraction {
  const { numerator, denominator } = valueAtMark(terms, lots, markTicks);
  return { numerator: numerator - cost * denominator, denominator };
}

function funding({ terms, lots, fundingPerLot }: LegView): Fraction {
  return { numerator: -lots * fundingPerLot, denominator: terms.fundingScale };
}
