import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compare, minus, plus, rational, times, ZERO } from '../../testkit/rational.js';
import type { DebtNetwork } from './debtNetwork.js';
import { type Fraction, fraction } from './fraction.js';
import { furfine } from './furfine.js';
import { networkValuation } from './networkValuation.js';
import { fixedRecoveryValuation } from './valuations.js';

const numRuns = Number(process.env['FC_RUNS'] ?? 150);
const seed = Number(process.env['FC_SEED'] ?? 1);

describe('failures with a fixed recovery', () => {
  it('go round by round, and stop where the loss is not above the equity', () => {
    // 1 has 3 of equity and is owed 5 by 0; 2 has 2 and is owed 4 by 1; at a recovery of 0.5 they lose 2.5 and 2.
    const network = debts(
      [9n, 2n, 0n],
      [
        [0n, 5n, 0n],
        [0n, 0n, 4n],
        [0n, 0n, 2n],
      ].map((r, i) => r.map((v, j) => (i === j ? 0n : v))),
    );
    const shown = (recovery: Fraction) => find(network, recovery, [0]).map(({ round }) => round);
    expect(shown(fraction(1n, 2n))).toEqual([0, null, null]);
    expect(shown(fraction(1n, 5n))).toEqual([0, 1, null]);
    expect(find(network, fraction(1n, 5n), [0])[1]).toEqual({
      openingEquityMinor: fraction(3n),
      lossMinor: fraction(4n),
      equityMinor: fraction(-1n),
      hasFailed: true,
      round: 1,
    });
  });

  it('begin with those whose debts are above what they have', () => {
    expect(
      find(
        debts(
          [0n, 5n],
          [
            [0n, 1n],
            [0n, 0n],
          ],
        ),
        fraction(1n),
        [],
      ).map(({ round }) => round),
    ).toEqual([0, null]);
  });

  it('are those of trying step by step, in quotients and by the general solver', () => {
    fc.assert(
      fc.property(cases(), ({ network, recovery, named }) => {
        const found = find(network, recovery, named);
        expect(found.map(({ hasFailed }) => hasFailed)).toEqual(stepByStep(network, recovery, named));
        if (named.length > 0) return;
        const owed = network.owedMinor.map((row) => row.map(Number));
        const faceEquity = found.map(({ openingEquityMinor }) => Number(openingEquityMinor.numerator));
        const rate = Number(recovery.numerator) / Number(recovery.denominator);
        // Quarters are exact in floating point, so that ties fall on the same side.
        const solved = networkValuation({ faceEquity, owed, valuation: fixedRecoveryValuation(rate) });
        expect(solved.equity.map((left) => left < 0)).toEqual(found.map(({ hasFailed }) => hasFailed));
        found.forEach(({ equityMinor: { numerator, denominator } }, i) => {
          expect(solved.equity[i]).toBe(Number(numerator) / Number(denominator));
        });
      }),
      { numRuns, seed },
    );
  });

  it('are no fewer where less is recovered', () => {
    fc.assert(
      fc.property(cases(), ({ network, recovery, named }) => {
        const less = find(network, fraction(recovery.numerator, recovery.denominator * 2n), named);
        find(network, recovery, named).forEach(({ hasFailed }, i) => {
          if (hasFailed) expect(less[i]!.hasFailed).toBe(true);
        });
      }),
      { numRuns, seed },
    );
  });

  it('are refused for a recovery outside 0 to 1 and for a node that is not there', () => {
    const network = debts([1n], [[0n]]);
    const refused = (recovery: Fraction, failedRows: number[]) => {
      const answer = furfine(network, { recovery, failedRows });
      return answer.ok ? null : [answer.error.code, answer.error.field, answer.error.at];
    };
    expect(refused(fraction(3n, 2n), [])).toEqual(['share_out_of_range', 'recovery', []]);
    expect(refused(fraction(1n), [0, 1])).toEqual(['unknown_node', 'failedRows', [1]]);
  });
});

function find(network: DebtNetwork, recovery: Fraction, failedRows: readonly number[]) {
  const answer = furfine(network, { recovery, failedRows });
  if (!answer.ok) throw new Error(answer.error.code);
  return answer.value;
}

function debts(assetsMinor: readonly bigint[], owedMinor: readonly (readonly bigint[])[]): DebtNetwork {
  const none = assetsMinor.map(() => 0n);
  return { assetsMinor, owedMinor, outsideDebtMinor: none, isOutsideSenior: none.map(() => true) };
}

function cases() {
  const amount = fc.bigInt(0n, 8n);
  return fc.integer({ min: 1, max: 6 }).chain((count) => {
    const list = <T>(of: fc.Arbitrary<T>) => fc.array(of, { minLength: count, maxLength: count });
    return fc.record({
      network: fc.record({
        assetsMinor: list(amount),
        outsideDebtMinor: list(amount),
        isOutsideSenior: list(fc.boolean()),
        owedMinor: list(list(amount)).map((rows) =>
          rows.map((row, i) => row.map((owes, j) => (i === j ? 0n : owes))),
        ),
      }),
      recovery: fc.integer({ min: 0, max: 4 }).map((quarters) => fraction(BigInt(quarters), 4n)),
      named: fc.oneof(fc.constant([]), fc.array(fc.nat(count - 1), { maxLength: 2 })),
    });
  });
}

function stepByStep(network: DebtNetwork, recovery: Fraction, named: readonly number[]): boolean[] {
  const lost = minus(rational(1n), rational(recovery.numerator, recovery.denominator));
  let failed = network.assetsMinor.map((_, i) => named.includes(i));
  for (let step = 0; step <= failed.length; step++) {
    failed = failed.map((already, i) => {
      const terms = network.owedMinor.map((row, j) =>
        times(rational(row[i]!), failed[j] ? minus(rational(1n), lost) : rational(1n)),
      );
      const owes = network.owedMinor[i]!.reduce((a, b) => a + b, network.outsideDebtMinor[i]!);
      return (
        already || compare(minus(plus(rational(network.assetsMinor[i]!), ...terms), rational(owes)), ZERO) < 0
      );
    });
  }
  return failed;
}
