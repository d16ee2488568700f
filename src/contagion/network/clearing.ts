/**
 * Clearing vectors: what everybody pays when everybody pays what it can. The greatest is reached from full payment
 * downwards, the least from no payment upwards.
 *
 * Both in exact quotients and in finitely many steps. With a = e + receipts and pbar, s the proportional and the
 * senior debts, a node has failed where a < pbar + s; it then pays what `failedRates.ts` says.
 */

import { type PaymentRates, receivedNumerators } from './debtNetwork.js';
import { type ClearingTerms, failedRates, failedValues } from './failedRates.js';

export interface ClearingRates {
  readonly rates: PaymentRates;
  readonly hasFailed: readonly boolean[];
  /** Of each node the round in which it failed, from 1; null where it did not. The least vector has no rounds. */
  readonly rounds: readonly (number | null)[];
}

/**
 * The fictitious default algorithm: all pay in full; who cannot has failed in round 1; with what these pay, who then
 * cannot has failed in round 2, and so on. L. Eisenberg, T. Noe, "Systemic risk in financial systems", Management
 * Science 47 (2001); with costs of failure L. Rogers, L. Veraart, "Failure and rescue in an interbank network",
 * Management Science 59 (2013).
 */
export function greatestClearing(terms: ClearingTerms): ClearingRates {
  const rounds: (number | null)[] = terms.network.assetsMinor.map(() => null);
  let rates: PaymentRates = { numerators: rounds.map(() => 1n), denominator: 1n };
  for (let round = 1; ; round++) {
    const isShort = shortNodes(terms, rates);
    const isNew = isShort.map((short, i) => short && rounds[i] === null);
    if (!isNew.includes(true)) return { rates, rounds, hasFailed: isShort };
    isNew.forEach((joins, i) => {
      if (joins) rounds[i] = round;
    });
    rates = failedRates(
      terms,
      rounds.map((at) => at !== null),
    );
  }
}

/**
 * Nobody is trusted to pay until it is seen to be able: the run. Those known to stand pay in full; of the others the
 * least that failed nodes pay is found; who can pay in full with that stands too, and so on.
 */
export function leastClearing(terms: ClearingTerms): ClearingRates {
  const stands = terms.network.assetsMinor.map(() => false);
  for (;;) {
    const rates = leastOfOthers(terms, stands);
    const isShort = shortNodes(terms, rates);
    const rises = stands.map((standing, i) => !standing && !isShort[i]);
    if (!rises.includes(true)) return { rates, hasFailed: isShort, rounds: isShort.map(() => null) };
    rises.forEach((rising, i) => {
      if (rising) stands[i] = true;
    });
  }
}

/** Whose assets and receipts are less than its debts. */
export function shortNodes({ network, debts }: ClearingTerms, rates: PaymentRates): boolean[] {
  const received = receivedNumerators(network, rates);
  return network.assetsMinor.map((assets, i) => {
    const due = (debts.seniorMinor[i] as bigint) + (debts.proportionalMinor[i] as bigint);
    return assets * rates.denominator + (received[i] as bigint) < due * rates.denominator;
  });
}

/**
 * The least fixed point of p_i = min(pbar_i, what a failed i pays) for those that do not stand. It is reached
 * from above; a node that could pay exactly in full counts as one that pays what it has, so that a circle of nodes that
 * only pass payments on is not taken to pay in full by itself.
 */
function leastOfOthers(terms: ClearingTerms, stands: readonly boolean[]): PaymentRates {
  const { proportionalMinor } = terms.debts;
  const limited = stands.map(() => false);
  let rates: PaymentRates = { numerators: stands.map(() => 1n), denominator: 1n };
  for (;;) {
    const values = failedValues(terms, rates);
    const joins = stands.map(
      (standing, i) =>
        !standing &&
        !limited[i] &&
        (values.numerators[i] as bigint) <= (proportionalMinor[i] as bigint) * values.denominator,
    );
    if (!joins.includes(true)) return rates;
    joins.forEach((joined, i) => {
      if (joined) limited[i] = true;
    });
    rates = failedRates(terms, limited);
  }
}
