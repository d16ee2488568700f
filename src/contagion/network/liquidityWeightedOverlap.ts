/**
 * How much two nodes hurt each other by selling what both hold: R. Cont, E. Schaanning, "Monitoring indirect contagion",
 * Journal of Banking and Finance 104 (2019).
 *
 *   Omega[i][j] = sum over k of a[i][k] x a[j][k] / D_k
 *
 * It is the loss of i when j sells all it has, in money, as long as impact is linear. The largest eigenvalue is the standing
 * indicator; the vector to it, of length one, is the index of indirect contagion of each node.
 */
import { err, ok, type Result } from '../../base/index.js';
import { type Holdings, holdingsFault, sum } from './holdings.js';
import type { NetworkFault } from './networkFault.js';

export interface Overlap {
  readonly omega: readonly (readonly number[])[];
  readonly largestEigenvalue: number;
  /** From 0 up, squares summing to 1; all 0 where nothing is held. */
  readonly index: readonly number[];
}

const STEPS_MAX = 20_000;
const TOLERANCE = 1e-13;

export function liquidityWeightedOverlap(holdings: Holdings): Result<Overlap, NetworkFault> {
  const fault = holdingsFault(holdings);
  if (fault !== null) return err(fault);
  const { held, depth } = holdings;
  const omega = held.map((own) =>
    held.map((other) => sum(own.map((amount, k) => (amount * (other[k] as number)) / (depth[k] as number)))),
  );
  return ok({ omega, ...principal(omega) });
}

/** Powers of a symmetric matrix without negative eigenvalues lead to its largest, from a start that is positive. */
function principal(omega: Overlap['omega']): { largestEigenvalue: number; index: number[] } {
  let vector = unit(omega.map((_, i) => Math.sqrt(omega[i]?.[i] as number)));
  for (let step = 0; step < STEPS_MAX; step++) {
    const next = unit(image(omega, vector));
    const change = Math.max(...next.map((value, i) => Math.abs(value - (vector[i] as number))));
    vector = next;
    if (change < TOLERANCE) break;
  }
  const moved = image(omega, vector);
  return { largestEigenvalue: sum(moved.map((value, i) => value * (vector[i] as number))), index: vector };
}

function image(matrix: Overlap['omega'], vector: readonly number[]): number[] {
  return matrix.map((row) => sum(row.map((value, j) => value * (vector[j] as number))));
}

function unit(vector: readonly number[]): number[] {
  const length = Math.sqrt(sum(vector.map((value) => value * value)));
  return vector.map((value) => (length === 0 ? 0 : value / length));
}
