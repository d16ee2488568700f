/**
 * The exact solution of linear equations in whole numbers, by elimination without fractions: E. H. Bareiss,
 * "Sylvester's identity and multistep integer-preserving Gaussian elimination", Mathematics of Computation 22 (1968).
 */
import { assert } from '../../base/index.js';
import { greatestCommonDivisor } from './fraction.js';

/** One equation: the factors of the unknowns, and what they sum to. */
export type Equation = readonly bigint[];

/**
 * Unknowns as numerators over one positive denominator. `equations[i]` has one factor for each unknown and the sum
 * last. The leading minors must not be zero, as those of clearing systems are: no rows are exchanged.
 */
export function solveIntegers(equations: readonly Equation[]): {
  readonly numerators: readonly bigint[];
  readonly denominator: bigint;
} {
  const count = equations.length;
  const rows = equations.map(withoutCommonFactor);
  let previous = 1n;
  for (let k = 0; k < count; k++) {
    const lead = rows[k] as bigint[];
    const pivot = lead[k] as bigint;
    assert(pivot !== 0n, 'the system has a solution and only one');
    for (let i = k + 1; i < count; i++) eliminate(rows[i] as bigint[], { lead, at: k, pivot, previous });
    previous = pivot;
  }
  return lowestTerms(substitute(rows, previous), previous);
}

function eliminate(
  row: bigint[],
  step: {
    readonly lead: readonly bigint[];
    readonly at: number;
    readonly pivot: bigint;
    readonly previous: bigint;
  },
): void {
  const { lead, at, pivot, previous } = step;
  const factor = row[at] as bigint;
  row[at] = 0n;
  for (let j = at + 1; j < row.length; j++) {
    const product = pivot * (row[j] as bigint);
    const taken = factor === 0n ? 0n : factor * (lead[j] as bigint);
    row[j] = (product - taken) / previous;
  }
}

/** Unknowns times the determinant, from the last to the first; each division goes exactly. */
function substitute(rows: readonly (readonly bigint[])[], determinant: bigint): bigint[] {
  const found: bigint[] = [];
  for (let i = rows.length - 1; i >= 0; i--) {
    const row = rows[i] as readonly bigint[];
    let left = determinant * (row[rows.length] as bigint);
    for (let j = i + 1; j < rows.length; j++) left -= (row[j] as bigint) * (found[j] as bigint);
    found[i] = left / (row[i] as bigint);
  }
  return found;
}

function withoutCommonFactor(row: Equation): bigint[] {
  const divisor = row.reduce(greatestCommonDivisor, 0n);
  return divisor <= 1n ? [...row] : row.map((value) => value / divisor);
}

function lowestTerms(numerators: readonly bigint[], denominator: bigint) {
  const divisor = numerators.reduce(greatestCommonDivisor, denominator);
  const signed = denominator < 0n ? -divisor : divisor;
  return { numerators: numerators.map((value) => value / signed), denominator: denominator / signed };
}
