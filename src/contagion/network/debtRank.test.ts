import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DebtRankRule, debtRank } from './debtRank.js';
import { eisenbergNoe } from './eisenbergNoe.js';
import { type ExposureNetwork, leverageMatrix } from './exposureNetwork.js';
import { networkValuation, SOLVER_SETTINGS } from './networkValuation.js';
import { clearingValuation } from './valuations.js';

const numRuns = Number(process.env['FC_RUNS'] ?? 100);
const seed = Number(process.env['FC_SEED'] ?? 1);
const LINEAR = { kind: 'linear', recovery: 0 } as const;
const ORIGINAL = { kind: 'original' } as const;

/** A circle in which each loses half of what its debtor loses. */
const CIRCLE: ExposureNetwork = {
  equity: [4, 10, 8],
  owed: [
    [0, 5, 0],
    [0, 0, 4],
    [2, 0, 0],
  ],
};

describe('DebtRank', () => {
  it('original: distress is passed on once and does not go round again', () => {
    const found = rank(CIRCLE, ORIGINAL, [0.4, 0, 0]);
    expect(found.distress).toEqual([0.45, 0.2, 0.1].map(near));
    expect(found.leverage.radius).toBeCloseTo(0.5, 10);
    // Of 11 that are owed, 2 are owed to the first, 5 to the second, 4 to the third.
    expect(found.debtRank).toBeCloseTo((0.05 * 2 + 0.2 * 5 + 0.1 * 4) / 11, 12);
  });

  it('linear: distress goes round until it has died down', () => {
    const found = rank(CIRCLE, LINEAR, [0.4, 0, 0]);
    const first = 0.4 / (1 - 0.5 ** 3);
    expect(found.distress).toEqual([first, first / 2, first / 4].map(near));
    expect(found.hasConverged).toBe(true);
  });

  it('linear with a recovery: only what is not recovered is passed on', () => {
    const found = rank(CIRCLE, { kind: 'linear', recovery: 0.5 }, [0.4, 0, 0]);
    const first = 0.4 / (1 - 0.25 ** 3);
    expect(found.distress).toEqual([first, first / 4, first / 16].map(near));
  });

  it('nonlinear: little is passed on far from failure, everything at failure', () => {
    const steep: DebtRankRule = { kind: 'nonlinear', recovery: 0, alpha: 20 };
    expect(rank(CIRCLE, steep, [0.4, 0, 0]).total).toBeLessThan(rank(CIRCLE, LINEAR, [0.4, 0, 0]).total);
    const failed = rank(CIRCLE, steep, [1, 0, 0]).distress;
    expect(failed[1]).toBeCloseTo(0.5, 12);
  });

  it('fails everybody on a circle of radius 1 or more, however small the shock', () => {
    const network = { ...CIRCLE, equity: [2, 5, 4] };
    const found = rank(network, LINEAR, [0.01, 0, 0]);
    expect(found.leverage.radius).toBeCloseTo(1, 10);
    expect(found.distress).toEqual([1, 1, 1].map(near));
    expect(rank(network, ORIGINAL, [0.01, 0, 0]).distress).toEqual([0.02, 0.01, 0.01].map(near));
  });

  it('is the iteration of its papers, step by step (original and linear)', () => {
    fc.assert(
      fc.property(cases(), ({ network, shock }) => {
        const leverage = leverageMatrix(network);
        expect(rank(network, ORIGINAL, shock).distress).toEqual(originalByStates(leverage, shock).map(near));
        const found = rank(network, LINEAR, shock);
        if (found.hasConverged) expect(found.distress).toEqual(linearByIncrements(leverage, shock).map(near));
      }),
      { numRuns, seed },
    );
  });

  it('is the iteration of its paper, step by step (nonlinear), linear at 0', () => {
    fc.assert(
      fc.property(cases(), fc.double({ min: 0, max: 5, noNaN: true }), ({ network, shock }, alpha) => {
        const leverage = leverageMatrix(network);
        const found = rank(network, { kind: 'nonlinear', recovery: 0, alpha }, shock);
        let now = [...shock];
        for (let step = 0; step < 2_000; step++) {
          now = shock.map((first, i) =>
            Math.min(
              1,
              leverage[i]!.reduce(
                (all, by, j) => all + by * now[j]! * Math.exp(alpha * (now[j]! - 1)),
                first,
              ),
            ),
          );
        }
        if (found.hasConverged && found.steps < 1_500) expect(found.distress).toEqual(now.map(near));
        const flat = rank(network, { kind: 'nonlinear', recovery: 0, alpha: 0 }, shock);
        expect(flat.distress).toEqual(rank(network, LINEAR, shock).distress.map(near));
      }),
      { numRuns, seed },
    );
  });

  it('never gives back what the shock took, and no less for a larger shock', () => {
    fc.assert(
      fc.property(cases(), fc.double({ min: 0, max: 1, noNaN: true }), ({ network, shock }, part) => {
        for (const rule of [LINEAR, { kind: 'nonlinear', recovery: 0.2, alpha: 2 } as const]) {
          const large = rank(network, rule, shock);
          const small = rank(
            network,
            rule,
            shock.map((lost) => lost * part),
          );
          large.distress.forEach((lost, i) => {
            expect(lost).toBeGreaterThanOrEqual(shock[i]! - 1e-9);
            expect(lost).toBeGreaterThanOrEqual(small.distress[i]! - 1e-9);
          });
        }
        expect(
          rank(
            network,
            LINEAR,
            shock.map(() => 0),
          ).total,
        ).toBeCloseTo(0, 9);
      }),
      { numRuns, seed },
    );
  });

  it.each([
    ['not_positive', 'equity', [0], { network: { ...CIRCLE, equity: [0, 1, 1] } }],
    ['not_finite', 'equity', [1], { network: { ...CIRCLE, equity: [1, Number.NaN, 1] } }],
    [
      'not_finite',
      'owed',
      [0, 1],
      {
        network: {
          ...CIRCLE,
          owed: [
            [0, Number.POSITIVE_INFINITY, 0],
            [0, 0, 0],
            [0, 0, 0],
          ],
        },
      },
    ],
    [
      'self_liability',
      'owed',
      [0, 0],
      {
        network: {
          ...CIRCLE,
          owed: [
            [1, 0, 0],
            [0, 0, 0],
            [0, 0, 0],
          ],
        },
      },
    ],
    [
      'negative_amount',
      'owed',
      [2, 0],
      {
        network: {
          ...CIRCLE,
          owed: [
            [0, 0, 0],
            [0, 0, 0],
            [-1, 0, 0],
          ],
        },
      },
    ],
    ['not_square', 'owed', [], { network: { ...CIRCLE, owed: [[0, 0, 0]] } }],
    ['share_out_of_range', 'shock', [1], { shock: [0, 1.1, 0] }],
    ['not_finite', 'shock', [1], { shock: [0, Number.NaN, 0] }],
    ['length_differs', 'shock', [], { shock: [0] }],
    ['share_out_of_range', 'recovery', [0], { rule: { kind: 'linear', recovery: -0.1 } }],
    ['negative_amount', 'alpha', [0], { rule: { kind: 'nonlinear', recovery: 0, alpha: -1 } }],
    ['negative_amount', 'weights', [0], { weights: [-1, 0, 0] }],
    ['length_differs', 'weights', [], { weights: [1] }],
    ['too_many_nodes', 'equity', [], { network: { equity: Array(1001).fill(1), owed: [] } }],
  ] as const)('refuses %s in %s', (code, field, at, changes) => {
    const question = { network: CIRCLE, rule: LINEAR, shock: [0, 0, 0], weights: null, ...changes };
    expect(debtRank(question as never)).toEqual({ ok: false, error: { code, field, at } });
  });
});

describe('the solver of network valuations', () => {
  it('gives the equity of exact clearing, from above the greatest and from below the least', () => {
    const amount = fc.integer({ min: 0, max: 9 });
    const networks = fc.integer({ min: 1, max: 6 }).chain((count) => {
      const list = <T>(of: fc.Arbitrary<T>) => fc.array(of, { minLength: count, maxLength: count });
      return fc.record({ assets: list(amount), debts: list(amount), owed: list(list(amount)) });
    });
    fc.assert(
      fc.property(networks, ({ assets, debts, owed: drawn }) => {
        const owed = drawn.map((row, i) => row.map((owes, j) => (i === j ? 0 : owes)));
        const exact = eisenbergNoe({
          assetsMinor: assets.map(BigInt),
          outsideDebtMinor: debts.map(BigInt),
          isOutsideSenior: debts.map(() => true),
          owedMinor: owed.map((row) => row.map(BigInt)),
        });
        if (!exact.ok) throw new Error(exact.error.code);
        const due = owed.map((row) => row.reduce((a, b) => a + b, 0));
        const faceEquity = assets.map((own, i) =>
          owed.reduce((all, row) => all + row[i]!, own - debts[i]! - due[i]!),
        );
        const problem = { faceEquity, owed, valuation: clearingValuation(due) };
        for (const [start, nodes] of [
          ['fullWorth', exact.value.greatest],
          ['noWorth', exact.value.least],
        ] as const) {
          const solved = networkValuation(problem, { ...SOLVER_SETTINGS, start });
          nodes.forEach(({ rate, equityMinor }, i) => {
            if (rate !== null)
              expect(solved.worth[i]).toBeCloseTo(Number(rate.numerator) / Number(rate.denominator), 6);
            expect(Math.max(0, solved.equity[i]!)).toBeCloseTo(
              Number(equityMinor.numerator) / Number(equityMinor.denominator),
              5,
            );
          });
        }
      }),
      { numRuns, seed },
    );
  });

  it('says so when the steps run out', () => {
    const problem = {
      faceEquity: [-5, 5],
      owed: [
        [0, 10],
        [10, 0],
      ],
      valuation: clearingValuation([10, 10]),
    };
    const short = networkValuation(problem, { ...SOLVER_SETTINGS, stepsMax: 1 });
    expect([short.hasConverged, short.steps]).toEqual([false, 1]);
    expect(short.residual).toBeGreaterThan(0);
  });
});

function rank(network: ExposureNetwork, rule: DebtRankRule, shock: readonly number[]) {
  const answer = debtRank({ network, rule, shock, weights: null });
  if (!answer.ok) throw new Error(answer.error.code);
  return answer.value;
}

const near = (value: number) => expect.closeTo(value, 8);

function cases() {
  return fc.integer({ min: 1, max: 6 }).chain((count) => {
    const list = <T>(of: fc.Arbitrary<T>) => fc.array(of, { minLength: count, maxLength: count });
    const owes = fc.oneof(fc.constant(0), fc.double({ min: 0.01, max: 10, noNaN: true }));
    return fc.record({
      network: fc.record({
        equity: list(fc.double({ min: 1, max: 20, noNaN: true })),
        owed: list(list(owes)).map((rows) =>
          rows.map((row, i) => row.map((amount, j) => (i === j ? 0 : amount))),
        ),
      }),
      shock: list(fc.oneof(fc.constant(0), fc.double({ min: 1e-4, max: 1, noNaN: true }))),
    });
  });
}

/** The three states of the paper, kept by name. */
function originalByStates(leverage: readonly (readonly number[])[], shock: readonly number[]): number[] {
  let lost = [...shock];
  let states: ('distressed' | 'undistressed' | 'inactive')[] = shock.map((first) =>
    first > 0 ? 'distressed' : 'undistressed',
  );
  for (let step = 0; step <= shock.length; step++) {
    const before = lost;
    lost = before.map((own, i) => {
      let all = own;
      for (const j of before.keys())
        if (states[j] === 'distressed') all += Math.min(1, leverage[i]![j]!) * before[j]!;
      return Math.min(1, all);
    });
    states = states.map((state, i) => {
      if (state !== 'undistressed') return 'inactive';
      return lost[i]! > 0 ? 'distressed' : 'undistressed';
    });
  }
  return lost;
}

/** What each node lost in the last step is passed on, and nothing more once it has failed. */
function linearByIncrements(leverage: readonly (readonly number[])[], shock: readonly number[]): number[] {
  let before = shock.map(() => 0);
  let now = [...shock];
  for (let step = 0; step < 200_000; step++) {
    const next = now.map((own, i) =>
      Math.min(
        1,
        leverage[i]!.reduce((all, by, j) => all + by * (now[j]! - before[j]!), own),
      ),
    );
    before = now;
    now = next;
    if (now.every((value, i) => value - before[i]! < 1e-15)) break;
  }
  return now;
}
