/**
 * Clearing by trying everything: each node is taken to stand, to fail and pay something, or to fail and pay nothing; the
 * payments that follow are solved, and kept if they are what was assumed. Shares no code with what it judges.
 */
import { compare, least, minus, most, over, plus, type Rational, rational, times, ZERO } from './rational.js';

export interface SlowNetwork {
  readonly assets: readonly bigint[];
  readonly outside: readonly bigint[];
  readonly isSenior: readonly boolean[];
  /** [i][j]: i owes j. */
  readonly owed: readonly (readonly bigint[])[];
  readonly alpha: Rational;
  readonly beta: Rational;
}

/** What each node pays of its proportional debts, in each vector that clears and is the only one of its pattern. */
export function clearingVectors(network: SlowNetwork): Rational[][] {
  const found: Rational[][] = [];
  const { length } = network.assets;
  for (let pattern = 0; pattern < 3 ** length; pattern++) {
    const states = network.assets.map((_, i) => Math.floor(pattern / 3 ** i) % 3);
    const payments = paymentsOf(network, states);
    if (payments !== null && isClearing(network, payments)) found.push(payments);
  }
  return found;
}

/** Whether the map of Rogers and Veraart leaves the payments as they are. */
export function isClearing(network: SlowNetwork, payments: readonly Rational[]): boolean {
  return slowStep(network, payments).every((payment, i) => compare(payment, payments[i]!) === 0);
}

/** One step of the map. */
export function slowStep(network: SlowNetwork, payments: readonly Rational[]): Rational[] {
  return payments.map((_, i) => {
    const received = receipts(network, payments, i);
    const due = proportional(network, i);
    const all = plus(due, senior(network, i));
    const assets = rational(network.assets[i]!);
    if (compare(plus(assets, received), all) >= 0) return due;
    const kept = plus(times(network.alpha, assets), times(network.beta, received));
    return least(due, most(ZERO, minus(kept, senior(network, i))));
  });
}

export function proportional({ owed, outside, isSenior }: SlowNetwork, i: number): Rational {
  return rational(owed[i]!.reduce((a, b) => a + b, 0n) + (isSenior[i] ? 0n : outside[i]!));
}

export function receipts(network: SlowNetwork, payments: readonly Rational[], i: number): Rational {
  return plus(
    ...payments.map((payment, j) => {
      const owes = network.owed[j]![i]!;
      return owes === 0n ? ZERO : over(times(payment, rational(owes)), proportional(network, j));
    }),
  );
}

function senior({ outside, isSenior }: SlowNetwork, i: number): Rational {
  return isSenior[i] ? rational(outside[i]!) : ZERO;
}

/** 0: stands; 1: failed and pays; 2: pays nothing. Null where the pattern has no or many solutions. */
function paymentsOf(network: SlowNetwork, states: readonly number[]): Rational[] | null {
  const rows = states.map((state, i) => {
    const own = states.map((_, j) => rational(i === j ? 1n : 0n));
    if (state !== 1) return [...own, state === 0 ? proportional(network, i) : ZERO];
    const factors = own.map((one, j) => {
      const owes = network.owed[j]![i]!;
      if (owes === 0n) return one;
      return minus(one, times(network.beta, over(rational(owes), proportional(network, j))));
    });
    const kept = times(network.alpha, rational(network.assets[i]!));
    return [...factors, minus(kept, senior(network, i))];
  });
  return eliminate(rows);
}

function eliminate(rows: Rational[][]): Rational[] | null {
  const count = rows.length;
  for (let k = 0; k < count; k++) {
    const at = rows.findIndex((row, i) => i >= k && row[k]!.n !== 0n);
    if (at < 0) return null;
    [rows[k], rows[at]] = [rows[at]!, rows[k]!];
    const lead = rows[k]!.map((value) => over(value, rows[k]![k]!));
    rows[k] = lead;
    rows.forEach((row, i) => {
      if (i !== k) rows[i] = row.map((value, j) => minus(value, times(row[k]!, lead[j]!)));
    });
  }
  return rows.map((row) => row[count]!);
}
