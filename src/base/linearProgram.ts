/**
 * The most that c x can come to where A x <= b and x >= 0, exact, for whole numbers and b >= 0.
 *
 * The simplex method on a dictionary of integers: every entry is over one common denominator, the pivot before, and each
 * step divides without remainder (J. Edmonds, "Systems of distinct representatives and linear algebra", 1967; E. H.
 * Bareiss, 1968). As b >= 0, x = 0 is a corner to start from. The column that gains most for each unit enters; after a
 * step that gained nothing the first one in a fixed order does, until one gains again, so that no corner comes back
 * (R. G. Bland, "New finite pivoting rules for the simplex method", 1977).
 */
import { assert } from './assert.js';

export interface LinearProgram {
  readonly rows: readonly ProgramRow[];
  /** c, as many as each row has. */
  readonly objective: readonly bigint[];
}

/** A row of A, and its b. */
export interface ProgramRow {
  readonly of: readonly bigint[];
  readonly most: bigint;
}

/** With a positive denominator. */
export interface ExactValue {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

/** Exact. The program must have a bound. */
export function greatestValue({ rows, objective }: LinearProgram): ExactValue {
  return greatestOn(dictionaryOf(rows, objective.length), objective);
}

/**
 * The same for rows that are asked again with other objectives: it goes on from the corner of the time before. That is
 * where time is saved; which corner it is makes no difference to the value.
 */
export function greatestOn(dictionary: Dictionary, objective: readonly bigint[]): ExactValue {
  const { entries, height, width } = dictionary;
  const gains = gainsOf(dictionary, objective);
  entries[height] = gains;
  let isStuck = false;
  for (;;) {
    const column = isStuck ? firstGaining(dictionary) : bestGaining(dictionary);
    if (column === -1) return { numerator: gains[width] as bigint, denominator: dictionary.denominator };
    const row = tightest(dictionary, column);
    isStuck = (entries[row] as bigint[])[width] === 0n;
    pivot(dictionary, row, column);
  }
}

/** The program's own variables at the corner that was found, over the dictionary's denominator. */
export function cornerOf({ entries, width, basis }: Dictionary): readonly bigint[] {
  const corner = Array.from({ length: width }, () => 0n);
  for (const [row, variable] of basis.entries())
    if (variable < width) corner[variable] = (entries[row] as bigint[])[width] as bigint;
  return corner;
}

/**
 * Each basic variable as its bound less a sum over the others, which are zero: a row of `entries`, its bound last. After
 * these comes the objective: what is still gained by a unit of each column, negated, then what was gained.
 */
export interface Dictionary {
  readonly entries: bigint[][];
  readonly height: number;
  readonly width: number;
  /** Of all entries. */
  denominator: bigint;
  /** Which variable a column or row stands for: the program's own first, then what each of its rows leaves. */
  readonly columns: number[];
  readonly basis: number[];
}

/** At x = 0. */
export function dictionaryOf(rows: readonly ProgramRow[], width: number): Dictionary {
  assert(
    rows.every(({ most }) => most >= 0n),
    'zero is a corner of the program',
  );
  return {
    entries: rows.map(({ of, most }) => [...of, most]),
    height: rows.length,
    width,
    denominator: 1n,
    columns: Array.from({ length: width }, (_, at) => at),
    basis: rows.map((_, at) => width + at),
  };
}

/** The objective at the corner where the dictionary stands. */
function gainsOf(
  { entries, width, denominator, columns, basis }: Dictionary,
  objective: readonly bigint[],
): bigint[] {
  const gains = columns.map((variable) => -(objective[variable] ?? 0n) * denominator);
  gains.push(0n);
  for (const [at, variable] of basis.entries()) {
    const gain = variable < width ? (objective[variable] as bigint) : 0n;
    if (gain === 0n) continue;
    const row = entries[at] as bigint[];
    for (let index = 0; index <= width; index++) gains[index]! += gain * (row[index] as bigint);
  }
  return gains;
}

function bestGaining({ entries, height, width }: Dictionary): number {
  const gains = entries[height] as bigint[];
  let [best, most] = [-1, 0n];
  for (let column = 0; column < width; column++)
    if ((gains[column] as bigint) < most) [best, most] = [column, gains[column] as bigint];
  return best;
}

function firstGaining({ entries, height, width, columns }: Dictionary): number {
  const gains = entries[height] as bigint[];
  let first = -1;
  for (let column = 0; column < width; column++)
    if ((gains[column] as bigint) < 0n && (first === -1 || columns[column]! < columns[first]!))
      first = column;
  return first;
}

/** The row that bounds the column first; of equals the variable that comes first. */
function tightest({ entries, height, width, basis }: Dictionary, column: number): number {
  let tightest = -1;
  let [bound, slope] = [0n, 1n];
  for (let at = 0; at < height; at++) {
    const row = entries[at] as bigint[];
    const entry = row[column] as bigint;
    if (entry <= 0n) continue;
    const difference = tightest === -1 ? -1n : (row[width] as bigint) * slope - bound * entry;
    if (difference > 0n || (difference === 0n && basis[at]! > basis[tightest]!)) continue;
    [tightest, bound, slope] = [at, row[width] as bigint, entry];
  }
  assert(tightest !== -1, 'the program has a bound');
  return tightest;
}

/** The row's variable leaves the basis for the column's. */
function pivot(dictionary: Dictionary, at: number, column: number): void {
  const { entries, denominator, basis, columns } = dictionary;
  const row = entries[at] as bigint[];
  const entry = row[column] as bigint;
  for (const other of entries) {
    if (other === row) continue;
    const factor = other[column] as bigint;
    if (factor === 0n && entry === denominator) continue;
    for (let index = 0; index < other.length; index++)
      other[index] = ((other[index] as bigint) * entry - factor * (row[index] as bigint)) / denominator;
    other[column] = -factor;
  }
  row[column] = denominator;
  dictionary.denominator = entry;
  [basis[at], columns[column]] = [columns[column] as number, basis[at] as number];
}
