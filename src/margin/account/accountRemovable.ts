/**
 * How much of one of its assets may leave a whole account (MAR-03). What stays must back, at the mark and at the index,
 *
 *   counted equity >= max(initial margin, sum of removal floor x notional) + order margin
 *
 * and must not be liquidatable. Of legs under one rule the floor is taken of those that are charged; options have none,
 * their initial margin is a share of the underlying already. Where nothing is at risk and no order is open all of a
 * balance may leave.
 */
import { max } from '../../base/integers.js';
import { largestPassing } from '../../base/search.js';
import type { Minor } from '../../base/units.js';
import { notionalAtMark } from '../../market/payoff.js';
import { countedEquityScaled } from './accountAvailable.js';
import { assetOf } from './accountEquity.js';
import { hasRisk, isAccountLiquidatable } from './accountHealth.js';
import { accountInitialScaled, accountOrderScaled } from './accountRequirement.js';
import { requirementValueScaledCeil } from './collateralValue.js';
import { byInstrument } from './groups.js';
import { chargedLegs } from './legRule.js';
import type { AccountView, LegView } from './view.js';

/** The same account at the marks, and with each instrument at the price of its index. */
export interface RemovalViews {
  readonly atMark: AccountView;
  readonly atIndex: AccountView;
}

/** Minor units of the asset: this may leave, one more may not. Zero while the account is liquidatable. */
export function accountRemovableFloor({ atMark, atIndex }: RemovalViews, asset: number): Minor {
  const balance = max(0n, assetOf(atMark, asset).balance);
  const mayLeave = (amount: Minor) =>
    isBackedWithout(atMark, asset, amount) && isBackedWithout(atIndex, asset, amount);
  if (balance === 0n || !mayLeave(0n)) return 0n;
  return mayLeave(balance) ? balance : largestPassing({ passing: 0n, failing: balance }, mayLeave);
}

/** Less in an account never backs more, so one amount divides what may leave from what may not. */
function isBackedWithout(view: AccountView, asset: number, amount: Minor): boolean {
  const after = withBalanceChanged(view, asset, -amount);
  if (!hasRisk(after) && after.orders.length === 0) return true;
  const required = max(accountInitialScaled(after), removalFloorScaled(after)) + accountOrderScaled(after);
  return countedEquityScaled(after) >= required && !isAccountLiquidatable(after);
}

/** Valuation minor units x VALUE_SCALE, rounded up per leg. */
export function removalFloorScaled(view: AccountView): bigint {
  const plain = view.legs.filter(({ option }) => option === null);
  return byInstrument(plain)
    .flatMap((legs) => chargedLegs('initial', view.legRule, legs))
    .reduce((sum, leg) => sum + floorOfLeg(view, leg), 0n);
}

function floorOfLeg(view: AccountView, { terms, lots, markTicks, settleAsset }: LegView): bigint {
  const { numerator, denominator } = notionalAtMark(terms, lots, markTicks);
  return requirementValueScaledCeil(assetOf(view, settleAsset), {
    numerator: numerator * terms.removalFloorRate,
    denominator: denominator * terms.rateScale,
  });
}

/** The account with an amount of an asset more, or less. */
export function withBalanceChanged(view: AccountView, asset: number, change: Minor): AccountView {
  return {
    ...view,
    assets: view.assets.map((held) =>
      held.asset === asset ? { ...held, balance: held.balance + change } : held,
    ),
  };
}
