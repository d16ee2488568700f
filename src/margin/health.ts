/**
 * The one predicate that decides about liquidation (LIQ-11), on unrounded whole numbers, and the two ratios
 * in which people read how near it is.
 */

import { divCeil, divFloor, PPM } from '../base/integers.js';
import type { MarkTicks, Ppm } from '../base/units.js';
import { isFullyCovered } from './coverage.js';
import { equity } from './equity.js';
import { maintenanceMargin } from './maintenanceMargin.js';
import { isAtMost } from './rounding.js';
import type { MarginTerms } from './terms.js';
import type { IsolatedView } from './view.js';

/**
 * Equity <= maintenance margin, with a position (LIQ-10: 0 <= 0 is no trigger) that is not fully covered
 * (FND-07). Everything that liquidates, shows a price or keeps a trigger index asks here in the end.
 */
export function isLiquidatable(terms: MarginTerms, view: IsolatedView, markTicks: MarkTicks): boolean {
  if (view.lots === 0n) return false;
  if (!isAtMost(equity(terms, view, markTicks), maintenanceMargin(terms, view, markTicks))) return false;
  return !isFullyCovered(terms, view);
}

/**
 * Maintenance margin / equity x ratioScale, rounded up so that danger is never understated: 0 when nothing
 * is required, null when equity is not positive and something is.
 */
export function marginRatioCeil(
  terms: MarginTerms,
  view: IsolatedView,
  markTicks: MarkTicks,
  ratioScale: bigint = PPM,
): bigint | null {
  const required = maintenanceMargin(terms, view, markTicks);
  if (required.numerator <= 0n) return 0n;
  const held = equity(terms, view, markTicks);
  if (held.numerator <= 0n) return null;
  return divCeil(required.numerator * held.denominator * ratioScale, required.denominator * held.numerator);
}

/** Equity / maintenance margin in ppm, rounded down: at or under 1_000_000 is liquidatable; null without a requirement. */
export function healthPpm(terms: MarginTerms, view: IsolatedView, markTicks: MarkTicks): Ppm | null {
  const required = maintenanceMargin(terms, view, markTicks);
  if (required.numerator <= 0n) return null;
  const held = equity(terms, view, markTicks);
  return divFloor(held.numerator * required.denominator * PPM, held.denominator * required.numerator);
}
