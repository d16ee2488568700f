/** How much an account lacks to be out of danger, and how much of its gains it can spare. */
import { divFloor, min } from '../base/integers.js';
import { largestPassing, smallestAmount } from '../base/search.js';
import type { MarkTicks, Minor } from '../base/units.js';
import { equity } from './equity.js';
import { isLiquidatable } from './health.js';
import { maintenanceMargin } from './maintenanceMargin.js';
import type { MarginTerms } from './terms.js';
import type { IsolatedView } from './view.js';

/**
 * The smallest amount that, added to collateral, leaves the account not liquidatable: exact, one minor unit
 * less does not. Zero where nothing is missing.
 */
export function missingToCure(terms: MarginTerms, view: IsolatedView, markTicks: MarkTicks): Minor {
  const isCuredBy = (amount: Minor) =>
    !isLiquidatable(terms, { ...view, collateral: view.collateral + amount }, markTicks);
  const required = maintenanceMargin(terms, view, markTicks);
  const held = equity(terms, view, markTicks);
  const gap = required.numerator * held.denominator - held.numerator * required.denominator;
  // Collateral closes the gap one for one, faster where a closing fee shrinks with it, slower where it grows.
  return smallestAmount(divFloor(gap, required.denominator * held.denominator) + 1n, isCuredBy);
}

/**
 * How much an account can give up and stay out of danger: first of the realized gains in its collateral, then of
 * its unrealized profit, which moves its cost. Exact: one minor unit more would make it liquidatable, or is more
 * than it has gained.
 */
export function spareGain(
  terms: MarginTerms,
  view: IsolatedView,
  gain: { readonly realized: Minor; readonly unrealized: Minor; readonly markTicks: MarkTicks },
): Minor {
  const { realized, unrealized, markTicks } = gain;
  const isHealthyWithout = (amount: Minor) => {
    const fromCollateral = min(amount, realized);
    const after = {
      ...view,
      collateral: view.collateral - fromCollateral,
      cost: view.cost + amount - fromCollateral,
    };
    return !isLiquidatable(terms, after, markTicks);
  };
  const all = realized + unrealized;
  if (isHealthyWithout(all)) return all;
  return isHealthyWithout(0n) ? largestPassing({ passing: 0n, failing: all }, isHealthyWithout) : 0n;
}
