/**
 * One lending pool kept the slow way: every debt and every claim a quotient, each visited when interest accrues and kept
 * to 2^-128 of a unit.
 * No index, no shares. It is told the amounts that moved and the rate that was charged, which it checks with a curve of
 * its own; what is owed and owned it reckons itself.
 */
import { compare, down, least, minus, over, plus, type Rational, rational, times, ZERO } from './rational.js';

export interface SlowRates {
  readonly base: Rational;
  readonly kink: Rational;
  readonly below: Rational;
  readonly above: Rational;
  readonly reserveShare: Rational;
}

export interface SlowLending {
  readonly debts: Map<number, Rational>;
  readonly claims: Map<number, Rational>;
  /** Cash of the lending pool, added up from what moved. */
  readonly cash: () => bigint;
  reserve(): Rational;
  /** The yearly rate at what is lent and what is out now, or `more` than is out. */
  rate(more: bigint): Rational;
  accrue(ratePerYear: Rational, years: Rational): void;
  supply(lender: number, amount: bigint): void;
  withdraw(lender: number, amount: bigint, isAll: boolean): void;
  borrow(debtor: number, amount: bigint): void;
  repay(debtor: number, amount: bigint, isAll: boolean): void;
  payReserve(amount: bigint): void;
  bearLoss(amount: bigint): void;
}

/** Denominators would grow with every step: far under any rounding that is judged they are cut. */
function kept128(value: Rational): Rational {
  const scale = 2n ** 128n;
  return rational(down(times(value, rational(scale))), scale);
}

export function createSlowLending(rates: SlowRates): SlowLending {
  const debts = new Map<number, Rational>();
  const claims = new Map<number, Rational>();
  let cash = 0n;
  let reserve = ZERO;
  const sum = (map: ReadonlyMap<number, Rational>) => plus(...map.values());
  const add = (map: Map<number, Rational>, key: number, amount: Rational) =>
    map.set(key, plus(map.get(key) ?? ZERO, amount));

  /** Gains and losses of the pool are its lenders', in proportion to what each has. */
  function distribute(amount: Rational): void {
    const all = sum(claims);
    if (compare(all, ZERO) <= 0) return;
    const factor = over(plus(all, amount), all);
    for (const [lender, claim] of claims) claims.set(lender, kept128(times(claim, factor)));
  }

  return {
    debts,
    claims,
    cash: () => cash,
    reserve: () => reserve,
    rate(more) {
      const out = plus(sum(debts), rational(more));
      if (compare(out, ZERO) <= 0) return rates.base;
      const used = over(out, plus(rational(cash), out));
      const one = rational(1n);
      if (compare(used, rates.kink) <= 0) return plus(rates.base, times(rates.below, over(used, rates.kink)));
      const beyond = over(minus(used, rates.kink), minus(one, rates.kink));
      return plus(rates.base, rates.below, times(rates.above, beyond));
    },
    accrue(ratePerYear, years) {
      const before = sum(debts);
      const growth = plus(rational(1n), times(ratePerYear, years));
      for (const [debtor, debt] of debts) debts.set(debtor, kept128(times(debt, growth)));
      const interest = minus(sum(debts), before);
      const kept = times(interest, rates.reserveShare);
      reserve = kept128(plus(reserve, kept));
      distribute(minus(interest, kept));
    },
    supply(lender, amount) {
      cash += amount;
      add(claims, lender, rational(amount));
    },
    withdraw(lender, amount, isAll) {
      cash -= amount;
      if (!isAll) {
        add(claims, lender, rational(-amount));
        return;
      }
      const left = minus(claims.get(lender) ?? ZERO, rational(amount));
      claims.delete(lender);
      distribute(left);
    },
    borrow(debtor, amount) {
      cash -= amount;
      add(debts, debtor, rational(amount));
    },
    repay(debtor, amount, isAll) {
      cash += amount;
      if (!isAll) {
        add(debts, debtor, rational(-amount));
        return;
      }
      const over = minus(rational(amount), debts.get(debtor) ?? ZERO);
      debts.delete(debtor);
      distribute(over);
    },
    payReserve(amount) {
      cash -= amount;
      reserve = minus(reserve, rational(amount));
    },
    bearLoss(amount) {
      cash -= amount;
      const forgone = least(reserve, rational(amount));
      reserve = minus(reserve, forgone);
      distribute(minus(forgone, rational(amount)));
    },
  };
}
