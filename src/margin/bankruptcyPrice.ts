/**
 * Where the equity of an isolated account is zero, accrued funding included. A takeover moves amounts, not
 * prices (LIQ-03); this is the price that is shown for it, and the one the closing fee is reckoned at.
 */
import { abs } from '../base/integers.js';
import type { MarkTicks } from '../base/units.js';
import { type Fraction, markAtUnitValue } from '../market/payoff.js';
import { hasBankruptcyPrice } from './coverage.js';
import { bankruptcyValueScaled } from './equity.js';
import { roundDown, roundUp } from './rounding.js';
import type { MarginTerms } from './terms.js';
import type { IsolatedView } from './view.js';

/** `none`: no positive price takes equity to zero. */
export type BankruptcyPrice =
  | { readonly kind: 'price'; readonly markTicks: MarkTicks }
  | { readonly kind: 'none' };

/** The first mark at which nothing is left: for a long rounded down, for a short up, to a multiple of `gridMarkTicks`. */
export function bankruptcyPrice(
  terms: MarginTerms,
  view: IsolatedView,
  gridMarkTicks: bigint = 1n,
): BankruptcyPrice {
  const exact = bankruptcyMark(terms, view);
  if (exact === null) return { kind: 'none' };
  const markTicks = view.lots > 0n ? roundDown(exact, gridMarkTicks) : roundUp(exact, gridMarkTicks);
  return markTicks === 0n ? { kind: 'none' } : { kind: 'price', markTicks };
}

/** The mark, exact, where equity is zero; null where none is. */
export function bankruptcyMark(terms: MarginTerms, view: IsolatedView): Fraction | null {
  if (!hasBankruptcyPrice(terms, view)) return null;
  const bankruptcy = bankruptcyValueScaled(terms, view);
  return markAtUnitValue(terms, {
    numerator: view.lots > 0n ? bankruptcy : -bankruptcy,
    denominator: abs(view.lots) * terms.fundingScale,
  });
}
