/**
 * Failures one after another when creditors get a fixed part of what a failed node owes: C. Furfine, "Interbank
 * exposures: quantifying the risk of contagion", Journal of Money, Credit and Banking 35 (2003).
 *
 *   loss_i = (1 - R) x (sum of L[j][i] over failed j);   i fails where loss_i > E_i
 *
 * E: what a node has and is owed less what it owes, at face value. What a failed node really has does not matter: the
 * part R is paid at once and is a figure of the model, so payments need not be covered.
 */
import { err, ok, type Result } from '../../base/index.js';
import { type DebtNetwork, debtNetworkFault, total } from './debtNetwork.js';
import { type Fraction, fraction, isShare, subtract } from './fraction.js';
import { firstFault, type NetworkFault, networkFault, valueFault } from './networkFault.js';

export interface FurfineTerms {
  /** The part that creditors of a failed node get, 0 to 1. */
  readonly recovery: Fraction;
  /** Rows of nodes that fail whatever they have; those with debts above what they have fail besides. */
  readonly failedRows: readonly number[];
}

export interface FurfineNode {
  /** At face value, before any failure. */
  readonly openingEquityMinor: Fraction;
  /** Lost on failed debtors. */
  readonly lossMinor: Fraction;
  /** Below zero where more is lost than there was. */
  readonly equityMinor: Fraction;
  readonly hasFailed: boolean;
  /** 0 for those that failed first, 1 for those that failed because of them, and so on; null where it stands. */
  readonly round: number | null;
}

export function furfine(network: DebtNetwork, terms: FurfineTerms): Result<FurfineNode[], NetworkFault> {
  const count = network.assetsMinor.length;
  const fault = firstFault([
    () => debtNetworkFault(network),
    () => (isShare(terms.recovery) ? null : networkFault('share_out_of_range', 'recovery')),
    () => valueFault('unknown_node', 'failedRows', terms.failedRows, (row) => !(row in network.assetsMinor)),
  ]);
  if (fault !== null) return err(fault);

  const opening = network.assetsMinor.map((_, i) => equityAtFace(network, i));
  const named = new Set(terms.failedRows);
  const rounds = opening.map((equity, i) => (equity < 0n || named.has(i) ? 0 : null) as number | null);
  for (let round = 1; round <= count; round++) {
    const losses = lossesOn(network, rounds);
    const { numerator, denominator } = terms.recovery;
    const falls = opening.map(
      (equity, i) =>
        rounds[i] === null && (losses[i] as bigint) * (denominator - numerator) > equity * denominator,
    );
    if (!falls.includes(true)) break;
    falls.forEach((fails, i) => {
      if (fails) rounds[i] = round;
    });
  }
  return ok(outcome(opening, { network, rounds, recovery: terms.recovery }));
}

function outcome(
  opening: readonly bigint[],
  end: {
    readonly network: DebtNetwork;
    readonly rounds: readonly (number | null)[];
    readonly recovery: Fraction;
  },
): FurfineNode[] {
  const { numerator, denominator } = end.recovery;
  const losses = lossesOn(end.network, end.rounds);
  return opening.map((equity, i) => {
    const lossMinor = fraction((losses[i] as bigint) * (denominator - numerator), denominator);
    const openingEquityMinor = fraction(equity);
    const round = end.rounds[i] ?? null;
    const equityMinor = subtract(openingEquityMinor, lossMinor);
    return { openingEquityMinor, lossMinor, equityMinor, hasFailed: round !== null, round };
  });
}

/** What failed nodes owe each node. */
function lossesOn({ owedMinor }: DebtNetwork, rounds: readonly (number | null)[]): bigint[] {
  return owedMinor.map((_, i) =>
    owedMinor.reduce((sum, row, j) => (rounds[j] === null ? sum : sum + (row[i] as bigint)), 0n),
  );
}

/** What a node has and is owed, less what it owes. */
function equityAtFace({ assetsMinor, outsideDebtMinor, owedMinor }: DebtNetwork, i: number): bigint {
  const owed = owedMinor.reduce((sum, row) => sum + (row[i] as bigint), 0n);
  return (
    (assetsMinor[i] as bigint) + owed - total(owedMinor[i] as bigint[]) - (outsideDebtMinor[i] as bigint)
  );
}
