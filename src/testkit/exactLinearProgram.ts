/** The largest value of a linear sum under linear limits, in quotients: the simplex method with Bland's rule. */
import { compare, minus, over, type Rational, rational, times, ZERO } from './rational.js';

/**
 * Maximises the sum of `worth[j] x x[j]` over x >= 0 with, for each limit, the sum of `factors[j] x x[j]` at most `atMost`.
 * Every `atMost` is at least 0, so that x = 0 is allowed; the sum must be bounded. Returns x.
 */
export function maximise(
  worth: readonly Rational[],
  limits: readonly { readonly factors: readonly Rational[]; readonly atMost: Rational }[],
): Rational[] {
  const unknowns = worth.length;
  // Columns: unknowns, one slack for each limit, the right side. The last row holds what is still to be gained.
  const rows = limits.map(({ factors, atMost }, i) => [
    ...factors,
    ...limits.map((_, at) => rational(at === i ? 1n : 0n)),
    atMost,
  ]);
  const gains = [...worth, ...limits.map(() => ZERO), ZERO];
  const basis = limits.map((_, i) => unknowns + i);
  for (;;) {
    const enters = gains.slice(0, -1).findIndex((gain) => gain.n > 0n);
    if (enters < 0) break;
    pivot({ rows, gains, basis }, enters, leaving({ rows, gains, basis }, enters));
  }
  return worth.map((_, j) => {
    const at = basis.indexOf(j);
    return at < 0 ? ZERO : (rows[at]!.at(-1) as Rational);
  });
}

interface Tableau {
  readonly rows: Rational[][];
  readonly gains: Rational[];
  readonly basis: number[];
}

function leaving({ rows, basis }: Tableau, enters: number): number {
  let best = -1;
  let bestRatio = ZERO;
  rows.forEach((row, i) => {
    if (row[enters]!.n <= 0n) return;
    const ratio = over(row.at(-1)!, row[enters]!);
    const order = best < 0 ? -1 : compare(ratio, bestRatio);
    if (order < 0 || (order === 0 && basis[i]! < basis[best]!)) [best, bestRatio] = [i, ratio];
  });
  if (best < 0) throw new Error('the sum has no bound');
  return best;
}

function pivot({ rows, gains, basis }: Tableau, enters: number, leaves: number): void {
  const lead = rows[leaves]!;
  const by = lead[enters]!;
  lead.forEach((value, j) => {
    lead[j] = over(value, by);
  });
  for (const row of [...rows.filter((_, i) => i !== leaves), gains]) {
    const factor = row[enters]!;
    if (factor.n === 0n) continue;
    row.forEach((value, j) => {
      row[j] = minus(value, times(factor, lead[j]!));
    });
  }
  basis[leaves] = enters;
}
