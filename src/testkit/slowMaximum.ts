/**
 * The most that c x can come to where A x <= b, x >= 0 and b >= 0: the simplex tableau as textbooks print it, with reduced
 * quotients, a column for every variable and the first column that gains (Bland). Slow; it judges exact programs.
 */
import { compare, minus, over, type Rational, rational, times, ZERO } from './rational.js';

export interface SlowProgram {
  readonly rows: readonly { readonly of: readonly Rational[]; readonly most: Rational }[];
  readonly objective: readonly Rational[];
}

export function slowMaximum({ rows, objective }: SlowProgram): Rational {
  const width = objective.length + rows.length;
  const unit = (at: number) => rows.map((_, row) => (row === at ? rational(1n) : ZERO));
  const table = rows.map(({ of, most }, at) => [...of, ...unit(at), most]);
  let gains = [...objective.map((one) => minus(ZERO, one)), ...unit(-1), ZERO];
  const basis = rows.map((_, at) => objective.length + at);
  for (;;) {
    const enter = gains.findIndex((gain, at) => at < width && gain.n < 0n);
    if (enter === -1) return gains[width] as Rational;
    const leave = leaving(table, basis, enter);
    const by = (table[leave] as Rational[])[enter] as Rational;
    const pivot = (table[leave] as Rational[]).map((entry) => over(entry, by));
    const clear = (row: readonly Rational[]) =>
      row.map((entry, at) => minus(entry, times(row[enter] as Rational, pivot[at] as Rational)));
    for (const [at, row] of table.entries()) table[at] = at === leave ? pivot : clear(row);
    gains = clear(gains);
    basis[leave] = enter;
  }
}

function leaving(table: readonly (readonly Rational[])[], basis: readonly number[], enter: number): number {
  const ratio = (at: number) => {
    const row = table[at] as readonly Rational[];
    return over(row[row.length - 1] as Rational, row[enter] as Rational);
  };
  const open = [...table.keys()].filter(
    (at) => ((table[at] as readonly Rational[])[enter] as Rational).n > 0n,
  );
  if (open.length === 0) throw new Error('the program has no bound');
  return open.reduce((a, b) => {
    const order = compare(ratio(b), ratio(a));
    return order < 0 || (order === 0 && (basis[b] as number) < (basis[a] as number)) ? b : a;
  });
}
