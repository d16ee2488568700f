/**
 * What failed nodes pay when it is known who has failed and the others pay in full.
 *
 * With r the rates, L[j][i] what j owes i, pbar and s the proportional and the senior debts, for each failed i:
 *
 *   r_i x pbar_i = max(0, alpha x e_i + beta x (sum over j of L[j][i] x r_j) - s_i)
 *
 * The least solution. It is found from below: nodes that pay something are gathered until no other would pay, and
 * their equations are solved exactly. Nodes gathered once stay, so there are at most as many solutions as nodes.
 */
import {
  type DebtNetwork,
  type FailureCosts,
  type PaymentRates,
  type RankedDebts,
  receivedNumerators,
} from './debtNetwork.js';
import { solveIntegers } from './integerSystem.js';

export interface ClearingTerms {
  readonly network: DebtNetwork;
  readonly debts: RankedDebts;
  readonly costs: FailureCosts;
}

/** A finite solution must exist, as it does below any vector that the map does not raise. */
export function failedRates(terms: ClearingTerms, hasFailed: readonly boolean[]): PaymentRates {
  const { proportionalMinor } = terms.debts;
  const pays = hasFailed.map(() => false);
  let rates: PaymentRates = { numerators: hasFailed.map((failed) => (failed ? 0n : 1n)), denominator: 1n };
  for (;;) {
    const values = failedValues(terms, rates);
    const joins = hasFailed.map(
      (failed, i) =>
        failed && !pays[i] && (proportionalMinor[i] as bigint) > 0n && (values.numerators[i] as bigint) > 0n,
    );
    if (!joins.includes(true)) return rates;
    joins.forEach((joined, i) => {
      if (joined) pays[i] = true;
    });
    addCertainPayers(terms, { hasFailed, pays });
    rates = solve(terms, { hasFailed, pays });
  }
}

/** What each node would have for its proportional debts if it had failed: below zero where senior ones are not covered. */
export function failedValues(
  { network, debts, costs: { alpha, beta } }: ClearingTerms,
  rates: PaymentRates,
): PaymentRates {
  const received = receivedNumerators(network, rates);
  const unit = alpha.denominator * beta.denominator;
  return {
    numerators: network.assetsMinor.map(
      (assets, i) =>
        alpha.numerator * beta.denominator * assets * rates.denominator +
        beta.numerator * alpha.denominator * (received[i] as bigint) -
        unit * (debts.seniorMinor[i] as bigint) * rates.denominator,
    ),
    denominator: unit * rates.denominator,
  };
}

interface Payers {
  readonly hasFailed: readonly boolean[];
  readonly pays: boolean[];
}

/** Without anything missing of its own, a node that one of the payers owes pays too: that saves solutions. */
function addCertainPayers(terms: ClearingTerms, { hasFailed, pays }: Payers): void {
  const { network, debts, costs } = terms;
  if (costs.beta.numerator === 0n) return;
  const full = hasFailed.map((failed) => (failed ? 0n : 1n));
  const { numerators: own } = failedValues(terms, { numerators: full, denominator: 1n });
  const queue = pays.flatMap((does, i) => (does ? [i] : []));
  for (let debtor = queue.pop(); debtor !== undefined; debtor = queue.pop()) {
    network.owedMinor[debtor]?.forEach((amount, i) => {
      const isPayer =
        amount > 0n &&
        hasFailed[i] &&
        !pays[i] &&
        (own[i] as bigint) >= 0n &&
        (debts.proportionalMinor[i] as bigint) > 0n;
      if (!isPayer) return;
      pays[i] = true;
      queue.push(i);
    });
  }
}

function solve(
  { network, debts, costs: { alpha, beta } }: ClearingTerms,
  { hasFailed, pays }: Payers,
): PaymentRates {
  const { owedMinor, assetsMinor } = network;
  const rows = pays.flatMap((does, i) => (does ? [i] : []));
  const unit = alpha.denominator * beta.denominator;
  const ofReceipts = beta.numerator * alpha.denominator;
  const equations = rows.map((i) => {
    const owedByFull = owedMinor.reduce((sum, row, j) => (hasFailed[j] ? sum : sum + (row[i] as bigint)), 0n);
    return [
      ...rows.map(
        (j) =>
          (i === j ? unit * (debts.proportionalMinor[i] as bigint) : 0n) -
          ofReceipts * (owedMinor[j]?.[i] as bigint),
      ),
      alpha.numerator * beta.denominator * (assetsMinor[i] as bigint) +
        ofReceipts * owedByFull -
        unit * (debts.seniorMinor[i] as bigint),
    ];
  });
  const { numerators, denominator } = solveIntegers(equations);
  const found = hasFailed.map((failed) => (failed ? 0n : denominator));
  rows.forEach((i, at) => {
    found[i] = numerators[at] as bigint;
  });
  return { numerators: found, denominator };
}
