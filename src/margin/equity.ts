/**
 * Equity of an isolated account = collateral + accrued funding + value at the mark - cost. Accrued funding
 * counts at once, collected or not (FND-01). Exact here; what is shown is rounded down.
 */
import type { MarkTicks, Minor } from '../base/units.js';
import { type Fraction, unitValue, valueAtMark } from '../market/payoff.js';
import { roundDown } from './rounding.js';
import type { MarginTerms } from './terms.js';
import type { IsolatedView } from './view.js';

/** In minor units, exact. */
export function equity(terms: MarginTerms, view: IsolatedView, markTicks: MarkTicks): Fraction {
  const bankruptcy = bankruptcyValueScaled(terms, view);
  if (view.lots === 0n) return { numerator: -bankruptcy, denominator: terms.fundingScale };
  const { numerator, denominator } = unitValue(terms, markTicks);
  return {
    numerator: view.lots * numerator * terms.fundingScale - bankruptcy * denominator,
    denominator: denominator * terms.fundingScale,
  };
}

/** Rounded down: an account is never shown more than it has. */
export function equityFloor(terms: MarginTerms, view: IsolatedView, markTicks: MarkTicks): Minor {
  return roundDown(equity(terms, view, markTicks), terms.roundingStep);
}

/**
 * The value of the position at which equity is zero, in minor units x fundingScale: cost - collateral -
 * accrued funding. It does not depend on the mark, so equity = value - this.
 */
export function bankruptcyValueScaled(terms: MarginTerms, view: IsolatedView): bigint {
  return (view.cost - view.collateral) * terms.fundingScale + view.lots * view.fundingPerLot;
}

/** Value at the mark less cost, in minor units, exact; funding is not part of it. */
export function unrealizedPnl(terms: MarginTerms, view: IsolatedView, markTicks: MarkTicks): Fraction {
  if (view.lots === 0n) return { numerator: 0n, denominator: 1n };
  const { numerator, denominator } = valueAtMark(terms, view.lots, markTicks);
  return { numerator: numerator - view.cost * denominator, denominator };
}

/** Rounded down, towards the smaller profit or the larger loss. */
export function unrealizedPnlFloor(terms: MarginTerms, view: IsolatedView, markTicks: MarkTicks): Minor {
  return roundDown(unrealizedPnl(terms, view, markTicks), terms.roundingStep);
}
