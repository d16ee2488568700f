/** How much collateral an account lacks to be out of danger. */
import { divFloor, max } from '../base/integers.js';
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
  if (isCuredBy(0n)) return 0n;
  const required = maintenanceMargin(terms, view, markTicks);
  const held = equity(terms, view, markTicks);
  const gap = required.numerator * held.denominator - held.numerator * required.denominator;
  // Collateral closes the gap one for one, or faster where a closing fee shrinks with it or full cover ends it.
  let enough = max(1n, divFloor(gap, required.denominator * held.denominator) + 1n);
  let tooLittle = 0n;
  while (enough - tooLittle > 1n) {
    const middle = (enough + tooLittle) / 2n;
    if (isCuredBy(middle)) enough = middle;
    else tooLittle = middle;
  }
  return enough;
}
