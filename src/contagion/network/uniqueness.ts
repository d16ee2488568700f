/** Whether a network has one clearing vector or several, and why. */
import { type ClearedNode, differingNodes } from './clearingOutcome.js';
import type { ClearingTerms } from './failedRates.js';

export const UNIQUENESS_REASONS = [
  'reachedByAssets',
  'greatestEqualsLeast',
  'closedGroup',
  'selfFulfilling',
] as const;
export type UniquenessReason = (typeof UNIQUENESS_REASONS)[number];

export interface Uniqueness {
  readonly isUnique: boolean;
  /**
   * Unique: `reachedByAssets`, the condition of Eisenberg and Noe holds: among the nodes that a debtor owes, directly or
   * through others, itself included, one has assets; `greatestEqualsLeast`, found by computing both.
   * Several: `closedGroup`, some nodes owe one another only and nothing comes in from outside, so any part of their
   * circle may be paid; `selfFulfilling`, failure costs make nodes fail that would stand if nobody expected it.
   */
  readonly reason: UniquenessReason;
  /** Nodes that pay, or stand, in the greatest and not so in the least. */
  readonly rows: readonly number[];
}

export function uniquenessOf(
  terms: ClearingTerms,
  vectors: { readonly greatest: readonly ClearedNode[]; readonly least: readonly ClearedNode[] },
): Uniqueness {
  const rows = differingNodes(vectors.greatest, vectors.least);
  if (rows.length > 0) {
    const reason = isClosedGroup(terms, vectors.greatest, rows) ? 'closedGroup' : 'selfFulfilling';
    return { isUnique: false, reason, rows };
  }
  return { isUnique: true, reason: isReached(terms) ? 'reachedByAssets' : 'greatestEqualsLeast', rows };
}

/** They owe only one another, and nothing else reaches them. Without costs of failure there is no other way to differ. */
function isClosedGroup(
  { network, debts, costs }: ClearingTerms,
  greatest: readonly ClearedNode[],
  rows: readonly number[],
): boolean {
  if (isFree(costs)) return true;
  const { owedMinor, assetsMinor, outsideDebtMinor } = network;
  const inGroup = new Set(rows);
  return rows.every((i) => {
    const owesOutside =
      (outsideDebtMinor[i] as bigint) > (debts.seniorMinor[i] as bigint) ||
      owedMinor[i]?.some((amount, j) => amount > 0n && !inGroup.has(j));
    const gets = owedMinor.some(
      (row, j) => !inGroup.has(j) && (row[i] as bigint) > 0n && greatest[j]?.rate?.numerator !== 0n,
    );
    return !owesOutside && !gets && assetsMinor[i] === debts.seniorMinor[i];
  });
}

/** The risk orbit of each debtor has assets. Stated by the paper for one rank of debts and no costs of failure. */
function isReached({ network, debts, costs }: ClearingTerms): boolean {
  if (!isFree(costs) || debts.seniorMinor.some((debt) => debt > 0n)) return false;
  return network.owedMinor.every((row, i) => !row.some((amount) => amount > 0n) || hasAssets(network, i));
}

function isFree({ alpha, beta }: ClearingTerms['costs']): boolean {
  return alpha.numerator === alpha.denominator && beta.numerator === beta.denominator;
}

function hasAssets({ owedMinor, assetsMinor }: ClearingTerms['network'], from: number): boolean {
  const seen = new Set([from]);
  for (const at of seen) {
    if ((assetsMinor[at] as bigint) > 0n) return true;
    owedMinor[at]?.forEach((amount, j) => {
      if (amount > 0n) seen.add(j);
    });
  }
  return false;
}
