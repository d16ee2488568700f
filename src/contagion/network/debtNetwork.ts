/**
 * Who owes whom, in whole units of money: the input of the exact methods.
 *
 * A node is whatever can owe: a margin account, a pool, an insurance fund, a venue. What it owes outside the network
 * is paid before its debts to nodes (senior), or with them in proportion (pari passu).
 */
import type { Fraction } from './fraction.js';
import {
  cellFault,
  countFault,
  EXACT_NODES_MAX,
  firstFault,
  type NetworkFault,
  networkFault,
  shapeFault,
  valueFault,
} from './networkFault.js';

export interface DebtNetwork {
  /** What each node has outside the network, after haircuts and losses. */
  readonly assetsMinor: readonly bigint[];
  /** What each node owes outside the network. */
  readonly outsideDebtMinor: readonly bigint[];
  /** Whether that is paid first; otherwise in proportion with the rest. */
  readonly isOutsideSenior: readonly boolean[];
  /** `owedMinor[i][j]`: what i owes j. */
  readonly owedMinor: readonly (readonly bigint[])[];
}

/** Shares of its own assets (alpha) and of its receipts (beta) that a failed node still pays out, each 0 to 1. */
export interface FailureCosts {
  readonly alpha: Fraction;
  readonly beta: Fraction;
}

/** The debts of a node in the two ranks; the proportional one is the pbar of the papers. */
export interface RankedDebts {
  readonly seniorMinor: readonly bigint[];
  readonly proportionalMinor: readonly bigint[];
}

/** What each node pays of its proportional debts: numerators over one denominator. Of a node without such debts it says nothing. */
export interface PaymentRates {
  readonly numerators: readonly bigint[];
  readonly denominator: bigint;
}

/** Null for a network that the methods take. */
export function debtNetworkFault(network: DebtNetwork): NetworkFault | null {
  const { assetsMinor, outsideDebtMinor, isOutsideSenior, owedMinor } = network;
  const count = assetsMinor.length;
  const isNegative = (amount: bigint) => amount < 0n;
  return firstFault([
    () => countFault('assetsMinor', count, EXACT_NODES_MAX),
    () => (outsideDebtMinor.length === count ? null : networkFault('length_differs', 'outsideDebtMinor')),
    () => (isOutsideSenior.length === count ? null : networkFault('length_differs', 'isOutsideSenior')),
    () => shapeFault('owedMinor', owedMinor, { rows: count, columns: count }),
    () => valueFault('negative_amount', 'assetsMinor', assetsMinor, isNegative),
    () => valueFault('negative_amount', 'outsideDebtMinor', outsideDebtMinor, isNegative),
    () => cellFault('negative_amount', 'owedMinor', owedMinor, isNegative),
    () => cellFault('self_liability', 'owedMinor', owedMinor, (amount, i, j) => i === j && amount !== 0n),
  ]);
}

export function rankedDebts({ outsideDebtMinor, isOutsideSenior, owedMinor }: DebtNetwork): RankedDebts {
  return {
    seniorMinor: outsideDebtMinor.map((debt, i) => (isOutsideSenior[i] ? debt : 0n)),
    proportionalMinor: owedMinor.map(
      (row, i) => total(row) + (isOutsideSenior[i] ? 0n : (outsideDebtMinor[i] as bigint)),
    ),
  };
}

/** What each node receives from the others, over the denominator of the rates. */
export function receivedNumerators({ owedMinor }: DebtNetwork, rates: PaymentRates): bigint[] {
  return owedMinor.map((_, i) =>
    owedMinor.reduce((sum, row, j) => sum + (row[i] as bigint) * (rates.numerators[j] as bigint), 0n),
  );
}

export function total(amounts: readonly bigint[]): bigint {
  return amounts.reduce((sum, amount) => sum + amount, 0n);
}
