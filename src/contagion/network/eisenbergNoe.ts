/**
 * Clearing without costs of failure: L. Eisenberg, T. Noe, "Systemic risk in financial systems", Management Science 47
 * (2001).
 *
 *   p = min(pbar, e + Pi' p)      Pi[i][j] = L[i][j] / pbar_i
 *
 * Limited liability (nobody pays more than it has), absolute priority (owners keep nothing while a debt is unpaid) and
 * proportional payment. It is the clearing of Rogers and Veraart with both shares at 1.
 */
import type { Result } from '../../base/index.js';
import type { DebtNetwork } from './debtNetwork.js';
import { fraction } from './fraction.js';
import type { NetworkFault } from './networkFault.js';
import { type Clearing, rogersVeraart } from './rogersVeraart.js';

const NO_COSTS = { alpha: fraction(1n), beta: fraction(1n) };

/** Both vectors in exact quotients of the units of money; refuses a network that is none. */
export function eisenbergNoe(network: DebtNetwork): Result<Clearing, NetworkFault> {
  return rogersVeraart(network, NO_COSTS);
}
