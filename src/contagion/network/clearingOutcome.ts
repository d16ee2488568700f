/** What a clearing vector means for each node: what it gets, pays, keeps and leaves unpaid. */
import type { ClearingRates } from './clearing.js';
import { receivedNumerators, total } from './debtNetwork.js';
import type { ClearingTerms } from './failedRates.js';
import {
  add,
  compareFractions,
  type Fraction,
  fraction,
  lesser,
  multiply,
  subtract,
  ZERO,
} from './fraction.js';

/** Amounts in units of money, exact. */
export interface ClearedNode {
  readonly receivedMinor: Fraction;
  readonly paidToNodesMinor: Fraction;
  readonly paidOutsideMinor: Fraction;
  /** The part of each debt to a node that is paid; null where there is none. */
  readonly rate: Fraction | null;
  /** What is left to the owner: never below zero, and nothing where a debt is unpaid. */
  readonly equityMinor: Fraction;
  /** Debts that stay unpaid, of both ranks. */
  readonly unpaidMinor: Fraction;
  /** What the failure itself cost: (1 - alpha) of the assets and (1 - beta) of the receipts. */
  readonly costMinor: Fraction;
  readonly hasFailed: boolean;
  /** 1: failed although everybody else paid in full; 2: because those did not; and so on. Null where it stands, and in the least vector. */
  readonly round: number | null;
}

export function clearedNodes(
  terms: ClearingTerms,
  { rates, hasFailed, rounds }: ClearingRates,
): ClearedNode[] {
  const received = receivedNumerators(terms.network, rates);
  return rounds.map((round, i) => {
    const receivedMinor = fraction(received[i] as bigint, rates.denominator);
    const rate = fraction(rates.numerators[i] as bigint, rates.denominator);
    return !hasFailed[i]
      ? standingNode(terms, i, receivedMinor)
      : failedNode(terms, i, { receivedMinor, rate, round });
  });
}

/** The payments of two vectors differ here. */
export function differingNodes(greatest: readonly ClearedNode[], least: readonly ClearedNode[]): number[] {
  return greatest.flatMap((node, i) => {
    const other = least[i] as ClearedNode;
    const isSame =
      node.hasFailed === other.hasFailed &&
      compareFractions(node.paidToNodesMinor, other.paidToNodesMinor) === 0 &&
      compareFractions(node.paidOutsideMinor, other.paidOutsideMinor) === 0;
    return isSame ? [] : [i];
  });
}

function standingNode({ network }: ClearingTerms, i: number, receivedMinor: Fraction): ClearedNode {
  const toNodes = total(network.owedMinor[i] as readonly bigint[]);
  const outside = network.outsideDebtMinor[i] as bigint;
  return {
    receivedMinor,
    paidToNodesMinor: fraction(toNodes),
    paidOutsideMinor: fraction(outside),
    rate: toNodes === 0n ? null : fraction(1n),
    equityMinor: add(fraction((network.assetsMinor[i] as bigint) - toNodes - outside), receivedMinor),
    unpaidMinor: ZERO,
    costMinor: ZERO,
    hasFailed: false,
    round: null,
  };
}

/** All that a failed node has goes out: to the senior debt first, then by rate. */
function failedNode(
  { network, debts, costs: { alpha, beta } }: ClearingTerms,
  i: number,
  known: { readonly receivedMinor: Fraction; readonly rate: Fraction; readonly round: number | null },
): ClearedNode {
  const { receivedMinor, rate, round } = known;
  const assets = network.assetsMinor[i] as bigint;
  const toNodes = total(network.owedMinor[i] as readonly bigint[]);
  const due = toNodes + (network.outsideDebtMinor[i] as bigint);
  const has = add(fraction(assets), receivedMinor);
  const kept = add(multiply(alpha, fraction(assets)), multiply(beta, receivedMinor));
  const senior = lesser(kept, fraction(debts.seniorMinor[i] as bigint));
  const proportionalOutside = (debts.proportionalMinor[i] as bigint) - toNodes;
  const paidToNodesMinor = multiply(rate, fraction(toNodes));
  return {
    receivedMinor,
    paidToNodesMinor,
    paidOutsideMinor: add(senior, multiply(rate, fraction(proportionalOutside))),
    rate: toNodes === 0n ? null : rate,
    equityMinor: ZERO,
    unpaidMinor: subtract(fraction(due), kept),
    costMinor: subtract(has, kept),
    hasFailed: true,
    round,
  };
}
