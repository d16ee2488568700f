/**
 * What an account lacks, as an amount of one asset: the number a refusal names (MAR-04, MAR-09). More of an asset never
 * makes an account worse, so each amount is found by halving and is exact: one minor unit less does not do.
 */
import { smallestPassing } from '../../base/search.js';
import type { Minor, Ppm } from '../../base/units.js';
import { meetsInitial } from './accountAvailable.js';
import { isAccountLiquidatable } from './accountHealth.js';
import { withBalanceChanged } from './accountRemovable.js';
import { reachesHealth } from './reduction.js';
import type { AccountView } from './view.js';

/** The largest amount that is looked at: more than any ledger account can hold. */
const AMOUNT_MAX: Minor = 2n ** 63n;

/**
 * The smallest amount of the asset with which the account is not liquidatable; zero where nothing is missing. Null: none
 * is enough, as when the asset counts for nothing or only up to its cap.
 */
export function missingToCureAccount(view: AccountView, asset: number): Minor | null {
  return smallestAddition(view, asset, (after) => !isAccountLiquidatable(after));
}

/** The smallest amount of the asset with which equity is that share of maintenance margin; zero and null as above. */
export function missingForHealth(
  view: AccountView,
  { asset, healthPpm }: { readonly asset: number; readonly healthPpm: Ppm },
): Minor | null {
  return smallestAddition(view, asset, (after) => reachesHealth(after, healthPpm));
}

/**
 * The smallest amount of the asset with which counted equity meets initial and order margin and the account is not
 * liquidatable; zero and null as above.
 */
export function missingForInitial(view: AccountView, asset: number): Minor | null {
  return smallestAddition(view, asset, (after) => meetsInitial(after) && !isAccountLiquidatable(after));
}

function smallestAddition(
  view: AccountView,
  asset: number,
  isEnough: (after: AccountView) => boolean,
): Minor | null {
  const isCuredBy = (amount: Minor) => isEnough(withBalanceChanged(view, asset, amount));
  if (isCuredBy(0n)) return 0n;
  let failing = 0n;
  let passing = 1n;
  while (!isCuredBy(passing)) {
    if (passing >= AMOUNT_MAX) return null;
    failing = passing;
    passing *= 2n;
  }
  return smallestPassing({ failing, passing }, isCuredBy);
}
