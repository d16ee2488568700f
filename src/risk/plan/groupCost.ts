/**
 * What one margin account costs: J_g = kappa M + lambda E[(L - M)+] + eta E[C] + tau.
 *
 * M, margin: max(0, expected shortfall of the sum) + add-ons, on the days that set it. L, loss of the sum on the days that
 * judge it. C, innocent consumption: each leg stands behind its own share of M, its Euler contribution (D. Tasche, Journal of
 * Banking and Finance 26, 2002) and its add-on. What legs lose beyond their shares is paid by the profits of the account
 * first, then by the collateral of the legs that are within theirs; that second part is C. It is 0 for a leg alone.
 */
import { type Confidence, tailMeasure } from '../measures/index.js';
import { type Group, legsOf } from './partitions.js';

/** Prices of what a plan costs, per unit of money but for `tau`. */
export interface PlanPrices {
  /** Of locked capital. */
  readonly kappa: number;
  /** Of loss beyond the margin of an account. */
  readonly lambda: number;
  /** Of collateral of one leg that pays for another. */
  readonly eta: number;
  /** Of each account, in money. */
  readonly tau: number;
}

/** Legs in one order, P&L per day, oldest first. */
export interface Book {
  readonly pnl: readonly Float64Array[];
  /** Added to the margin of whatever account holds the leg. */
  readonly addOns: readonly number[];
  readonly confidence: Confidence;
}

/** Places of days in the book; a day may be there twice. */
export type Days = Int32Array;

export interface Figures {
  readonly capital: number;
  readonly uncoveredLoss: number;
  readonly innocentConsumption: number;
  readonly accounts: number;
}

export interface Margin {
  readonly amount: number;
  /** Of each leg of the group, in order; none below 0, they sum to `amount`. */
  readonly shares: readonly number[];
}

/** Margin set on some days and judged on others. */
export function groupFigures(book: Book, group: Group, set: Days, judged: Days): Figures {
  const margin = groupMargin(book, group, set);
  const pnl = legsOf(group).map((leg) => book.pnl[leg] as Float64Array);
  let uncovered = 0;
  let innocent = 0;
  const losses = new Float64Array(pnl.length);
  for (const day of judged) {
    for (let at = 0; at < pnl.length; at++) losses[at] = -((pnl[at] as Float64Array)[day] as number);
    const outcome = dayOutcome(margin, losses);
    uncovered += outcome.uncovered;
    innocent += outcome.innocent;
  }
  return {
    capital: margin.amount,
    uncoveredLoss: uncovered / judged.length,
    innocentConsumption: innocent / judged.length,
    accounts: 1,
  };
}

/** A contribution below 0, of a hedge, stands behind nothing: the others share the margin in proportion. */
export function groupMargin({ pnl, addOns, confidence }: Book, group: Group, days: Days): Margin {
  const legs = legsOf(group);
  const losses = new Float64Array(days.length);
  for (const leg of legs) {
    const values = pnl[leg] as Float64Array;
    for (let at = 0; at < days.length; at++)
      losses[at] = (losses[at] as number) - (values[days[at] as number] as number);
  }
  const measured = tailMeasure(losses, confidence);
  if (!measured.ok) throw new RangeError('a book was not checked');
  const { expectedShortfall, tail } = measured.value;
  const shortfall = Math.max(0, expectedShortfall);
  const euler = legs.map((leg) => {
    const values = pnl[leg] as Float64Array;
    return tail.reduce(
      (sum, { index, weight }) => sum - weight * (values[days[index] as number] as number),
      0,
    );
  });
  const positive = euler.reduce((sum, part) => sum + Math.max(0, part), 0);
  const shares = legs.map(
    (leg, at) =>
      (positive > 0 ? (shortfall * Math.max(0, euler[at] as number)) / positive : 0) +
      (addOns[leg] as number),
  );
  return { amount: shares.reduce((sum, share) => sum + share, 0), shares };
}

/** What one day does to an account; losses of the legs, profits below 0. */
export function dayOutcome(
  { amount, shares }: Margin,
  losses: ArrayLike<number>,
): { readonly uncovered: number; readonly innocent: number } {
  let [total, over, spare, profit] = [0, 0, 0, 0];
  for (let at = 0; at < losses.length; at++) {
    const loss = losses[at] as number;
    const share = shares[at] as number;
    total += loss;
    profit += Math.max(0, -loss);
    over += Math.max(0, loss - share);
    spare += Math.max(0, share - Math.max(0, loss));
  }
  const innocent = losses.length < 2 ? 0 : Math.min(Math.max(0, over - profit), spare);
  return { uncovered: Math.max(0, total - amount), innocent };
}

export function objective({ kappa, lambda, eta, tau }: PlanPrices, figures: Figures): number {
  const { capital, uncoveredLoss, innocentConsumption, accounts } = figures;
  return kappa * capital + lambda * uncoveredLoss + eta * innocentConsumption + tau * accounts;
}

export function addFigures(all: readonly Figures[]): Figures {
  const sum = (of: (figures: Figures) => number) => all.reduce((total, figures) => total + of(figures), 0);
  return {
    capital: sum(({ capital }) => capital),
    uncoveredLoss: sum(({ uncoveredLoss }) => uncoveredLoss),
    innocentConsumption: sum(({ innocentConsumption }) => innocentConsumption),
    accounts: sum(({ accounts }) => accounts),
  };
}
