import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maximise } from '../../testkit/exactLinearProgram.js';
import { compare, minus, plus, type Rational, rational, times } from '../../testkit/rational.js';
import {
  clearingVectors,
  isClearing,
  proportional,
  type SlowNetwork,
  slowStep,
} from '../../testkit/slowClearing.js';
import type { ClearedNode } from './clearingOutcome.js';
import type { DebtNetwork } from './debtNetwork.js';
import { eisenbergNoe } from './eisenbergNoe.js';
import { type Fraction, fraction } from './fraction.js';
import { rogersVeraart } from './rogersVeraart.js';

const numRuns = Number(process.env['FC_RUNS'] ?? 150);
const seed = Number(process.env['FC_SEED'] ?? 1);
const ONE = fraction(1n);

describe('clearing without costs', () => {
  it('of a chain: who fails by itself, who because of it, and who stands', () => {
    // 0 has 2 and owes 1 six; 1 has 1 and owes 2 five; 2 has 3 and owes nobody.
    const found = clear(
      plain(
        [2n, 1n, 3n],
        [
          [0n, 6n, 0n],
          [0n, 0n, 5n],
          [0n, 0n, 0n],
        ],
      ),
    );
    expect(found.greatest.map(shown)).toEqual([
      { received: '0', paid: '2', rate: '1/3', equity: '0', unpaid: '4', round: 1 },
      { received: '2', paid: '3', rate: '3/5', equity: '0', unpaid: '2', round: 2 },
      { received: '3', paid: '0', rate: null, equity: '6', unpaid: '0', round: null },
    ]);
    expect(found.uniqueness).toEqual({ isUnique: true, reason: 'reachedByAssets', rows: [] });
  });

  it('of a circle in which two fail together is the solution of their two equations', () => {
    // p0 = 1 + p1, p1 = 1 + p0 x 1/2 while 0 owes 10 to 1 and 10 to 2, and 1 owes 12 to 0: p0 = 4, p1 = 3.
    const found = clear(
      plain(
        [1n, 1n, 0n],
        [
          [0n, 10n, 10n],
          [12n, 0n, 0n],
          [0n, 0n, 0n],
        ],
      ),
    );
    expect(found.greatest.map((node) => text(node.paidToNodesMinor))).toEqual(['4', '3', '0']);
    expect(found.greatest.map(({ round }) => round)).toEqual([1, 1, null]);
  });

  it('has several vectors where a circle only passes on what it gets', () => {
    const found = clear(
      plain(
        [0n, 0n, 5n],
        [
          [0n, 7n, 0n],
          [7n, 0n, 0n],
          [0n, 0n, 0n],
        ],
      ),
    );
    expect(found.greatest.map((node) => text(node.paidToNodesMinor))).toEqual(['7', '7', '0']);
    expect(found.least.map((node) => text(node.paidToNodesMinor))).toEqual(['0', '0', '0']);
    expect(found.uniqueness).toEqual({ isUnique: false, reason: 'closedGroup', rows: [0, 1] });
  });

  it('pays a senior debt outside first, and an equal one in proportion', () => {
    const owed = [
      [0n, 6n],
      [0n, 0n],
    ];
    const senior = { ...plain([4n, 0n], owed), outsideDebtMinor: [3n, 0n], isOutsideSenior: [true, true] };
    const equal = { ...senior, isOutsideSenior: [false, true] };
    const paid = (network: DebtNetwork) => {
      const [first] = clear(network).greatest;
      return [text(first!.paidOutsideMinor), text(first!.paidToNodesMinor)];
    };
    expect(paid(senior)).toEqual(['3', '1']);
    expect(paid(equal)).toEqual(['4/3', '8/3']);
    expect(paid({ ...senior, assetsMinor: [2n, 0n] })).toEqual(['2', '0']);
  });

  it('keeps a circle from paying what a senior debt takes out of it', () => {
    const circle = plain(
      [0n, 0n],
      [
        [0n, 10n],
        [10n, 0n],
      ],
    );
    const found = clear({ ...circle, outsideDebtMinor: [1n, 0n], isOutsideSenior: [true, true] });
    expect(found.greatest.map((node) => text(node.paidToNodesMinor))).toEqual(['0', '0']);
    expect(found.uniqueness).toEqual({ isUnique: true, reason: 'greatestEqualsLeast', rows: [] });
  });
});

describe('clearing with costs', () => {
  it('of one failed node loses the stated parts of its assets and of its receipts', () => {
    // 0 pays 4 in full; 1 has 6 + 4 for a debt of 20 and pays out 6 x 1/2 + 4 x 3/4.
    const network = plain(
      [4n, 6n, 0n],
      [
        [0n, 4n, 0n],
        [0n, 0n, 20n],
        [0n, 0n, 0n],
      ],
    );
    const found = clear(network, fraction(1n, 2n), fraction(3n, 4n));
    expect(shown(found.greatest[1]!)).toMatchObject({ paid: '6', unpaid: '14', round: 1 });
    expect(text(found.greatest[1]!.costMinor)).toBe('4');
  });

  it('differs between trust and a run where failure fulfils itself', () => {
    // Each owes the other 10 and has 2: all stand if all pay; if none is trusted each has 2 x 1/2 + half of what comes.
    const network = plain(
      [2n, 2n],
      [
        [0n, 10n],
        [10n, 0n],
      ],
    );
    const found = clear(network, fraction(1n, 2n), fraction(1n, 2n));
    expect(found.greatest.map(({ hasFailed }) => hasFailed)).toEqual([false, false]);
    expect(found.least.map((node) => [node.hasFailed, text(node.paidToNodesMinor)])).toEqual([
      [true, '2'],
      [true, '2'],
    ]);
    expect(found.uniqueness).toEqual({ isUnique: false, reason: 'selfFulfilling', rows: [0, 1] });
  });
});

describe('clearing vectors', () => {
  it('are the greatest and the least of all that trying every pattern finds', () => {
    check(networks({ nodes: 4 }), (network, found, costs) => {
      const all = clearingVectors(slow(network, costs));
      const [greatest, least] = [payments(network, found.greatest), payments(network, found.least)];
      expect(all.some((each) => same(each, greatest))).toBe(true);
      for (const each of all) {
        expect(isAtMost(each, greatest)).toBe(true);
        expect(isAtMost(least, each)).toBe(true);
      }
      // Circles that pass on what they get have no equations of their own at the least vector; they are judged below.
      if (found.uniqueness.reason !== 'closedGroup') expect(all.some((each) => same(each, least))).toBe(true);
    });
  });

  it('are left as they are by the map, and the least is what it climbs to from nothing', () => {
    check(networks({ nodes: 5 }), (network, found, costs) => {
      const judge = slow(network, costs);
      const least = payments(network, found.least);
      expect(isClearing(judge, payments(network, found.greatest))).toBe(true);
      expect(isClearing(judge, least)).toBe(true);
      let climbing = least.map(() => rational(0n));
      for (let step = 0; step < 6; step++) climbing = slowStep(judge, climbing);
      expect(isAtMost(climbing, least)).toBe(true);
    });
  });

  it('are what paying step by step ends at, from nothing upwards and from everything downwards', () => {
    check(networks({ nodes: 5, costs: 'none' }), (network, found) => {
      const all = network.assetsMinor.map((_, i) => total(network, i));
      const near = (from: readonly number[], nodes: readonly ClearedNode[]) =>
        climb(network, from).forEach((payment, i) => {
          const { n, d } = payments(network, nodes)[i]!;
          expect(payment).toBeCloseTo(Number(n) / Number(d), 6);
        });
      near(Array(all.length).fill(0), found.least);
      near(all, found.greatest);
    });
  });

  it('of circles without assets pay nothing at the least', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 6 }), fc.bigInt(1n, 50n), (count, amount) => {
        const owed = Array.from({ length: count }, (_, i) =>
          Array.from({ length: count }, (_, j) => (j === (i + 1) % count ? amount : 0n)),
        );
        const found = clear(plain(Array(count).fill(0n), owed));
        expect(found.least.every((node) => node.paidToNodesMinor.numerator === 0n)).toBe(true);
        expect(found.uniqueness).toMatchObject({ isUnique: false, reason: 'closedGroup' });
      }),
      { numRuns: 20, seed },
    );
  });

  it('maximise the sum of payments among all that nobody is too poor for (a linear program)', () => {
    check(networks({ nodes: 5, costs: 'none', senior: 'none' }), (network, found, costs) => {
      const judge = slow(network, costs);
      const due = network.assetsMinor.map((_, i) => proportional(judge, i));
      const program = maximise(
        due.map(() => rational(1n)),
        due.flatMap((most, i) => [
          { factors: due.map((_, j) => rational(i === j ? 1n : 0n)), atMost: most },
          {
            factors: due.map((to, j) => {
              const owes = network.owedMinor[j]![i]!;
              const part = owes === 0n ? rational(0n) : rational(-owes * to.d, to.n);
              return i === j ? plus(rational(1n), part) : part;
            }),
            atMost: rational(network.assetsMinor[i]!),
          },
        ]),
      );
      expect(program.map(show)).toEqual(payments(network, found.greatest).map(show));
    });
  });

  it('keep limited liability, absolute priority and proportion, and conserve money', () => {
    check(networks({ nodes: 6 }), (network, found) => {
      for (const vector of [found.greatest, found.least]) {
        vector.forEach((node, i) => {
          const equity = rat(node.equityMinor);
          const unpaid = rat(node.unpaidMinor);
          expect(equity.n >= 0n && unpaid.n >= 0n && rat(node.costMinor).n >= 0n).toBe(true);
          expect(equity.n === 0n || unpaid.n === 0n).toBe(true);
          expect(node.hasFailed).toBe(unpaid.n > 0n);
          const has = plus(rational(network.assetsMinor[i]!), rat(node.receivedMinor));
          const paid = plus(rat(node.paidToNodesMinor), rat(node.paidOutsideMinor));
          expect(show(minus(has, paid))).toBe(show(plus(equity, rat(node.costMinor))));
          const debts = plus(
            rational(network.owedMinor[i]!.reduce((a, b) => a + b, network.outsideDebtMinor[i]!)),
          );
          expect(show(plus(paid, unpaid))).toBe(show(debts));
        });
        const received = network.owedMinor.map((_, i) =>
          plus(
            ...vector.map((node, j) =>
              times(rat(node.rate ?? fraction(0n)), rational(network.owedMinor[j]![i]!)),
            ),
          ),
        );
        expect(received.map(show)).toEqual(vector.map((node) => show(rat(node.receivedMinor))));
        expect(show(plus(...vector.map((node) => rat(node.paidToNodesMinor))))).toBe(show(plus(...received)));
        const end = vector.flatMap((node) => [node.equityMinor, node.paidOutsideMinor, node.costMinor]);
        expect(show(plus(...end.map(rat)))).toBe(
          show(rational(network.assetsMinor.reduce((a, b) => a + b, 0n))),
        );
      }
    });
  });

  it('give the greatest at least what the least gives, and the same to owners where failing is free', () => {
    check(networks({ nodes: 6 }), (network, found, { alpha, beta }) => {
      expect(isAtMost(payments(network, found.least), payments(network, found.greatest))).toBe(true);
      const same = found.greatest.every(
        (node, i) => text(node.equityMinor) === text(found.least[i]!.equityMinor),
      );
      if (text(alpha) === '1' && text(beta) === '1') expect(same).toBe(true);
      if (found.uniqueness.isUnique) expect(same).toBe(true);
    });
  });

  it('are unique wherever the condition of the paper holds, or each node has something and failing is free', () => {
    check(networks({ nodes: 5, costs: 'none', senior: 'none' }), (network, found) => {
      if (found.uniqueness.reason === 'reachedByAssets') expect(found.uniqueness.isUnique).toBe(true);
      if (network.assetsMinor.every((assets) => assets > 0n)) expect(found.uniqueness.isUnique).toBe(true);
      else if (!found.uniqueness.isUnique) expect(found.uniqueness.reason).toBe('closedGroup');
    });
  });

  it('do not fall when somebody has more', () => {
    fc.assert(
      fc.property(
        networks({ nodes: 5 }),
        fc.nat(4),
        fc.bigInt(1n, 9n),
        ({ network, alpha, beta }, at, more) => {
          const richer = {
            ...network,
            assetsMinor: network.assetsMinor.map((assets, i) =>
              i === at % network.assetsMinor.length ? assets + more : assets,
            ),
          };
          const [before, after] = [clear(network, alpha, beta), clear(richer, alpha, beta)];
          for (const which of ['greatest', 'least'] as const)
            expect(isAtMost(payments(network, before[which]), payments(network, after[which]))).toBe(true);
        },
      ),
      { numRuns, seed },
    );
  });

  it('do not rise when failing costs more', () => {
    check(networks({ nodes: 5 }), (network, found) => {
      const free = eisenbergNoe(network);
      if (!free.ok) throw new Error(free.error.code);
      expect(isAtMost(payments(network, found.greatest), payments(network, free.value.greatest))).toBe(true);
      expect(isAtMost(payments(network, found.least), payments(network, free.value.least))).toBe(true);
    });
  });
});

describe('clearing refuses', () => {
  const good = plain(
    [1n, 1n],
    [
      [0n, 1n],
      [1n, 0n],
    ],
  );
  it.each([
    ['no_nodes', 'assetsMinor', [], { ...good, assetsMinor: [] }],
    ['not_square', 'owedMinor', [1], { ...good, owedMinor: [[0n, 1n], [1n]] }],
    ['not_square', 'owedMinor', [], { ...good, owedMinor: [[0n, 1n]] }],
    [
      'negative_amount',
      'owedMinor',
      [0, 1],
      {
        ...good,
        owedMinor: [
          [0n, -1n],
          [1n, 0n],
        ],
      },
    ],
    ['negative_amount', 'assetsMinor', [1], { ...good, assetsMinor: [0n, -1n] }],
    ['negative_amount', 'outsideDebtMinor', [0], { ...good, outsideDebtMinor: [-1n, 0n] }],
    [
      'self_liability',
      'owedMinor',
      [1, 1],
      {
        ...good,
        owedMinor: [
          [0n, 1n],
          [1n, 2n],
        ],
      },
    ],
    ['length_differs', 'isOutsideSenior', [], { ...good, isOutsideSenior: [true] }],
    ['too_many_nodes', 'assetsMinor', [], plain(Array(65).fill(1n), [])],
  ] as const)('%s in %s', (code, field, at, network) => {
    expect(eisenbergNoe(network)).toEqual({ ok: false, error: { code, field, at } });
  });

  it('shares outside 0 to 1', () => {
    const refused = (alpha: Fraction, beta: Fraction) => {
      const answer = rogersVeraart(good, { alpha, beta });
      return answer.ok ? null : [answer.error.code, answer.error.field];
    };
    expect(refused(fraction(11n, 10n), ONE)).toEqual(['share_out_of_range', 'alpha']);
    expect(refused(ONE, fraction(-1n, 10n))).toEqual(['share_out_of_range', 'beta']);
  });
});

// Networks -------------------------------------------------------------------------------------------------

interface Case {
  readonly network: DebtNetwork;
  readonly alpha: Fraction;
  readonly beta: Fraction;
}

/** Small amounts, so that exact ties, empty circles and nodes without anything are common. */
function networks(shape: { nodes: number; costs?: 'none'; senior?: 'none' }): fc.Arbitrary<Case> {
  const amount = fc.oneof(fc.constant(0n), fc.bigInt(0n, 6n));
  const share =
    shape.costs === 'none'
      ? fc.constant(ONE)
      : fc.constantFrom(ONE, ONE, fraction(1n, 2n), fraction(2n, 3n), fraction(0n));
  return fc.integer({ min: 1, max: shape.nodes }).chain((count) => {
    const list = <T>(of: fc.Arbitrary<T>) => fc.array(of, { minLength: count, maxLength: count });
    return fc.record({
      network: fc.record({
        assetsMinor: list(amount),
        outsideDebtMinor: list(amount),
        isOutsideSenior: list(shape.senior === 'none' ? fc.constant(false) : fc.boolean()),
        owedMinor: list(list(amount)).map((rows) =>
          rows.map((row, i) => row.map((owes, j) => (i === j ? 0n : owes))),
        ),
      }),
      alpha: share,
      beta: share,
    });
  });
}

function check(
  cases: fc.Arbitrary<Case>,
  judge: (network: DebtNetwork, found: ReturnType<typeof clear>, costs: Omit<Case, 'network'>) => void,
): void {
  fc.assert(
    fc.property(cases, ({ network, alpha, beta }) =>
      judge(network, clear(network, alpha, beta), { alpha, beta }),
    ),
    { numRuns, seed },
  );
}

function clear(network: DebtNetwork, alpha = ONE, beta = ONE) {
  const answer = rogersVeraart(network, { alpha, beta });
  if (!answer.ok) throw new Error(answer.error.code);
  return answer.value;
}

function slow(network: DebtNetwork, { alpha, beta }: Omit<Case, 'network'>): SlowNetwork {
  return {
    assets: network.assetsMinor,
    outside: network.outsideDebtMinor,
    isSenior: network.isOutsideSenior,
    owed: network.owedMinor,
    alpha: rat(alpha),
    beta: rat(beta),
  };
}

function plain(assetsMinor: readonly bigint[], owedMinor: readonly (readonly bigint[])[]): DebtNetwork {
  const none = assetsMinor.map(() => 0n);
  return { assetsMinor, owedMinor, outsideDebtMinor: none, isOutsideSenior: none.map(() => true) };
}

function total({ owedMinor, outsideDebtMinor, isOutsideSenior }: DebtNetwork, i: number): number {
  return Number(owedMinor[i]!.reduce((a, b) => a + b, isOutsideSenior[i] ? 0n : outsideDebtMinor[i]!));
}

/** Many steps of p = min(pbar, max(0, e + receipts - senior)), in floating point. */
function climb(network: DebtNetwork, from: readonly number[]): number[] {
  const due = from.map((_, i) => total(network, i));
  let now = [...from];
  for (let step = 0; step < 20_000; step++) {
    const next = due.map((most, i) => {
      const senior = network.isOutsideSenior[i] ? Number(network.outsideDebtMinor[i]) : 0;
      const has = now.reduce(
        (sum, payment, j) =>
          sum + (due[j] === 0 ? 0 : (payment * Number(network.owedMinor[j]![i])) / due[j]!),
        Number(network.assetsMinor[i]),
      );
      return Math.min(most, Math.max(0, has - senior));
    });
    if (next.every((payment, i) => Math.abs(payment - now[i]!) < 1e-13)) return next;
    now = next;
  }
  return now;
}

/** What goes to proportional debts: of an equal debt outside its part too. */
function payments(network: DebtNetwork, nodes: readonly ClearedNode[]): Rational[] {
  return nodes.map((node, i) => {
    const outside = network.isOutsideSenior[i] ? rational(0n) : rat(node.paidOutsideMinor);
    return plus(rat(node.paidToNodesMinor), outside);
  });
}

const rat = ({ numerator, denominator }: Fraction) => rational(numerator, denominator);
const show = ({ n, d }: Rational) => (d === 1n ? `${n}` : `${n}/${d}`);
const text = (value: Fraction) => show(rat(value));
const same = (a: readonly Rational[], b: readonly Rational[]) =>
  a.every((value, i) => compare(value, b[i]!) === 0);
const isAtMost = (a: readonly Rational[], b: readonly Rational[]) =>
  a.every((value, i) => compare(value, b[i]!) <= 0);

function shown(node: ClearedNode) {
  return {
    received: text(node.receivedMinor),
    paid: text(node.paidToNodesMinor),
    rate: node.rate === null ? null : text(node.rate),
    equity: text(node.equityMinor),
    unpaid: text(node.unpaidMinor),
    round: node.round,
  };
}
