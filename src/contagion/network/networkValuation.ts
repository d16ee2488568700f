/**
 * Equity when the worth of a claim depends on the equity of its debtor: P. Barucca, M. Bardoscia, F. Caccioli, M. D'Errico,
 * G. Visentin, G. Caldarelli, S. Battiston, "Network valuation in financial systems", Mathematical Finance 30 (2020).
 *
 *   E_i = F_i - sum over j of L[j][i] x (1 - V_j(E_j))
 *
 * F: equity with every claim at its face, that is what a node has and is owed less what it owes. V: the valuation, from 0
 * to 1 and never falling in E. From full worth the steps fall to the greatest solution, from none they climb to the least
 * (or to where the map jumps on the way). Written as losses from face, so that no shock leads to no loss, exactly: where
 * the spectral radius is above 1 a rounding error would grow.
 */
import { assert } from '../../base/index.js';

/** What a claim on node j is worth, as a part of its face, when the equity of j is `equity`. */
export type Valuation = (equity: number, j: number) => number;

export interface ValuationProblem {
  /** Equity of each node with every claim at its face. */
  readonly faceEquity: readonly number[];
  /** `owed[i][j]`: what i owes j. */
  readonly owed: readonly (readonly number[])[];
  readonly valuation: Valuation;
}

export interface SolverSettings {
  readonly start: 'fullWorth' | 'noWorth';
  readonly stepsMax: number;
  /** Stops when no equity changes by more than this part of the largest amount. */
  readonly tolerance: number;
}

export interface ValuedNetwork {
  readonly equity: readonly number[];
  /** Worth of a claim on each node, 0 to 1. */
  readonly worth: readonly number[];
  readonly steps: number;
  /** Largest change of an equity in the last step. */
  readonly residual: number;
  readonly hasConverged: boolean;
}

export const SOLVER_SETTINGS: SolverSettings = { start: 'fullWorth', stepsMax: 100_000, tolerance: 1e-13 };

export function networkValuation(
  problem: ValuationProblem,
  settings: SolverSettings = SOLVER_SETTINGS,
): ValuedNetwork {
  assert(settings.stepsMax > 0, 'at least one step');
  const { faceEquity, owed, valuation } = problem;
  const claims = claimsOf(owed);
  const size = Math.max(
    ...faceEquity.map(Math.abs),
    ...owed.map((row) => Math.max(...row)),
    Number.MIN_VALUE,
  );
  const equityAt = (worth: readonly number[]) =>
    faceEquity.map((face, i) =>
      (claims[i] as Claim[]).reduce(
        (left, { on, amount }) => left - amount * (1 - (worth[on] as number)),
        face,
      ),
    );

  let worth: readonly number[] = faceEquity.map(() => (settings.start === 'fullWorth' ? 1 : 0));
  let equity = equityAt(worth);
  let residual = Number.POSITIVE_INFINITY;
  let steps = 0;
  while (steps < settings.stepsMax && residual > settings.tolerance * size) {
    worth = equity.map(valuation);
    const next = equityAt(worth);
    residual = Math.max(...next.map((value, i) => Math.abs(value - (equity[i] as number))));
    equity = next;
    steps += 1;
  }
  return { equity, worth, steps, residual, hasConverged: residual <= settings.tolerance * size };
}

interface Claim {
  readonly on: number;
  readonly amount: number;
}

/** For each node those that owe it something. */
function claimsOf(owed: readonly (readonly number[])[]): Claim[][] {
  return owed.map((_, i) =>
    owed.flatMap((row, on) => ((row[i] as number) > 0 ? [{ on, amount: row[i] as number }] : [])),
  );
}
