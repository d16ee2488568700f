/**
 * The one predicate that decides about the liquidation of a whole account (LIQ-11), on whole numbers at VALUE_SCALE,
 * and the two ratios in which people read how near it is.
 */
import { divCeil, divFloor, PPM } from '../../base/integers.js';
import type { Ppm } from '../../base/units.js';
import { isAccountCovered } from './accountCoverage.js';
import { accountEquityScaled } from './accountEquity.js';
import { accountMaintenanceScaled } from './accountRequirement.js';
import type { AccountView } from './view.js';

/**
 * Equity <= maintenance margin, with a position or a debt (LIQ-10: 0 <= 0 is no trigger), and not covered against its
 * greatest further loss (FND-07): an account of long options alone never is liquidatable. Open orders do not matter.
 */
export function isAccountLiquidatable(view: AccountView): boolean {
  if (!hasRisk(view) || accountEquityScaled(view) > accountMaintenanceScaled(view)) return false;
  return !isAccountCovered(view);
}

/** Whether there is a position or a debt. */
export function hasRisk({ legs, assets }: AccountView): boolean {
  return legs.length > 0 || assets.some(({ debt }) => debt > 0n);
}

/**
 * Maintenance margin / equity x ratioScale, rounded up so that danger is never understated: 0 when nothing is required,
 * null when equity is not positive and something is.
 */
export function accountMarginRatioCeil(view: AccountView, ratioScale: bigint = PPM): bigint | null {
  const required = accountMaintenanceScaled(view);
  if (required <= 0n) return 0n;
  const held = accountEquityScaled(view);
  return held <= 0n ? null : divCeil(required * ratioScale, held);
}

/** Equity / maintenance margin in ppm, rounded down: at or under 1_000_000 is liquidatable; null without a requirement. */
export function accountHealthPpm(view: AccountView): Ppm | null {
  const required = accountMaintenanceScaled(view);
  return required <= 0n ? null : divFloor(accountEquityScaled(view) * PPM, required);
}
