/**
 * Clearing when failure costs something: a failed node pays out the share alpha of its own assets and the share beta of
 * what it receives. L. Rogers, L. Veraart, "Failure and rescue in an interbank network", Management Science 59 (2013).
 *
 *   p_i = pbar_i                                        where e_i + (sum over j of Pi[j][i] x p_j) >= pbar_i
 *   p_i = alpha x e_i + beta x (sum of Pi[j][i] x p_j)  elsewhere
 *
 * Debts outside the network may be senior: then they are taken off before anything is shared out, as in H. Elsinger,
 * "Financial networks, cross holdings, and limited liability", Oesterreichische Nationalbank working paper 156 (2009).
 */
import { err, ok, type Result } from '../../base/index.js';
import { greatestClearing, leastClearing } from './clearing.js';
import { type ClearedNode, clearedNodes } from './clearingOutcome.js';
import { type DebtNetwork, debtNetworkFault, type FailureCosts, rankedDebts } from './debtNetwork.js';
import { isShare } from './fraction.js';
import { firstFault, type NetworkFault, networkFault } from './networkFault.js';
import { type Uniqueness, uniquenessOf } from './uniqueness.js';

export interface Clearing {
  /** What is paid if nobody doubts the others. */
  readonly greatest: readonly ClearedNode[];
  /** What is paid if nobody trusts the others: the stress of a run. */
  readonly least: readonly ClearedNode[];
  readonly uniqueness: Uniqueness;
}

/** Both vectors in exact quotients of the units of money; refuses a network that is none, and shares outside 0 to 1. */
export function rogersVeraart(network: DebtNetwork, costs: FailureCosts): Result<Clearing, NetworkFault> {
  const fault = firstFault([
    () => debtNetworkFault(network),
    () => (isShare(costs.alpha) ? null : networkFault('share_out_of_range', 'alpha')),
    () => (isShare(costs.beta) ? null : networkFault('share_out_of_range', 'beta')),
  ]);
  if (fault !== null) return err(fault);
  const terms = { network, debts: rankedDebts(network), costs };
  const greatest = clearedNodes(terms, greatestClearing(terms));
  const least = clearedNodes(terms, leastClearing(terms));
  return ok({ greatest, least, uniqueness: uniquenessOf(terms, { greatest, least }) });
}
