import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compare, minus, plus, type Rational, rational, times, ZERO } from '../testkit/rational.js';
import { slowMaximum } from '../testkit/slowMaximum.js';
import { greatestValue, type LinearProgram } from './linearProgram.js';

describe('the most that a linear objective can come to', () => {
  it('is at the corner where the two dearest bounds meet', () => {
    // 3x + 5y, x <= 4, 2y <= 12, 3x + 2y <= 18: at (2, 6).
    const program = {
      rows: [
        { of: [1n, 0n], most: 4n },
        { of: [0n, 2n], most: 12n },
        { of: [3n, 2n], most: 18n },
      ],
      objective: [3n, 5n],
    };
    expect(value(program)).toEqual(rational(36n));
  });

  it('is a quotient where the corner is one', () => {
    // x + y, 3x + y <= 5, x + 3y <= 4: at (11/8, 7/8).
    const rows = [
      { of: [3n, 1n], most: 5n },
      { of: [1n, 3n], most: 4n },
    ];
    expect(value({ rows, objective: [1n, 1n] })).toEqual(rational(9n, 4n));
  });

  it('is found where the rule of the largest gain alone goes round in circles for ever (Beale)', () => {
    // 3/4 x - 150 y + 1/50 z - 6 w, all x 100; the optimum is 1/20.
    const program = {
      rows: [
        { of: [25n, -6000n, -4n, 900n], most: 0n },
        { of: [50n, -9000n, -2n, 300n], most: 0n },
        { of: [0n, 0n, 1n, 0n], most: 1n },
      ],
      objective: [75n, -15_000n, 2n, -600n],
    };
    expect(value(program)).toEqual(rational(5n));
  });

  it('is nothing where nothing gains, and no answer where there is no bound or zero is no corner', () => {
    expect(value({ rows: [{ of: [1n], most: 1n }], objective: [-1n] })).toEqual(ZERO);
    expect(() => greatestValue({ rows: [{ of: [-1n], most: 1n }], objective: [1n] })).toThrow('bound');
    expect(() => greatestValue({ rows: [{ of: [1n], most: -1n }], objective: [1n] })).toThrow('corner');
  });

  it('is the best of all corners, each found from the bounds that meet in it', () => {
    const check = (program: LinearProgram) => {
      expect(value(program)).toEqual(bestCorner(program));
    };
    fc.assert(fc.property(programs({ width: 3, height: 3 }), check), { numRuns: 150 });
  });

  it('is what a textbook tableau of quotients finds, on larger programs where many bounds meet', () => {
    const check = (program: LinearProgram) => {
      const slow = slowMaximum({
        rows: program.rows.map(({ of, most }) => ({ of: of.map((n) => rational(n)), most: rational(most) })),
        objective: program.objective.map((n) => rational(n)),
      });
      expect(value(program)).toEqual(slow);
    };
    fc.assert(fc.property(programs({ width: 6, height: 8 }), check), { numRuns: 100 });
  });
});

/** Bounded by a last row; many bounds are zero, so that corners fall together. */
function programs({
  width,
  height,
}: {
  readonly width: number;
  readonly height: number;
}): fc.Arbitrary<LinearProgram> {
  const entry = fc.bigInt(-4n, 6n);
  const list = fc.array(entry, { minLength: width, maxLength: width });
  const row = fc.record({ of: list, most: fc.constantFrom(0n, 0n, 3n, 7n) });
  const all = { of: Array.from({ length: width }, () => 1n), most: 10n };
  return fc
    .record({ rows: fc.array(row, { minLength: height, maxLength: height }), objective: list })
    .map(({ rows, objective }) => ({ rows: [...rows, all], objective }));
}

/** Every choice of as many bounds as there are variables, solved by Cramer's rule. */
function bestCorner({ rows, objective }: LinearProgram): Rational {
  const width = objective.length;
  const signs = objective.map((_, at) => ({
    of: objective.map((_, other) => (at === other ? -1n : 0n)),
    most: 0n,
  }));
  const all = [...rows, ...signs];
  let best = ZERO;
  for (const chosen of choices(all, width)) {
    const main = determinant(chosen.map(({ of }) => of));
    if (main === 0n) continue;
    const corner = objective.map((_, at) =>
      rational(
        determinant(chosen.map(({ of, most }) => of.map((n, other) => (other === at ? most : n)))),
        main,
      ),
    );
    const sum = (of: readonly bigint[]) =>
      plus(...of.map((n, at) => times(rational(n), corner[at] as Rational)));
    if (!all.every(({ of, most }) => minus(rational(most), sum(of)).n >= 0n)) continue;
    const gained = sum(objective);
    if (compare(gained, best) > 0) best = gained;
  }
  return best;
}

function choices<T>(items: readonly T[], count: number): readonly (readonly T[])[] {
  if (count === 0) return [[]];
  return items.flatMap((item, at) => choices(items.slice(at + 1), count - 1).map((rest) => [item, ...rest]));
}

function determinant(rows: readonly (readonly bigint[])[]): bigint {
  const [first, ...rest] = rows;
  if (first === undefined) return 1n;
  return first.reduce((sum, entry, at) => {
    const minor = determinant(rest.map((row) => row.filter((_, other) => other !== at)));
    return sum + (at % 2 === 0 ? entry : -entry) * minor;
  }, 0n);
}

function value(program: LinearProgram): Rational {
  const { numerator, denominator } = greatestValue(program);
  return rational(numerator, denominator);
}
