/**
 * Whether a position can lose more than its account holds. A linear long is worth at least zero, at price
 * zero; an inverse short at least zero, at a price without end; there the closing fee is zero too. If equity
 * is not negative even there, nothing can go wrong and the account is never liquidated, whatever the
 * maintenance basis (FND-07). A linear short and an inverse long can always lose more.
 */
import { abs } from '../base/integers.js';
import { valueSign } from '../market/payoff.js';
import { bankruptcyValueScaled } from './equity.js';
import type { MarginTerms } from './terms.js';
import type { IsolatedView } from './view.js';

export function isFullyCovered(terms: MarginTerms, view: IsolatedView): boolean {
  return valueSign(terms, view.lots) > 0n && bankruptcyValueScaled(terms, view) <= 0n;
}

/** Whether some price makes equity zero: the position's value has one sign, and its bankruptcy value must share it. */
export function hasBankruptcyPrice(terms: MarginTerms, view: IsolatedView): boolean {
  return valueSign(terms, view.lots) * bankruptcyValueScaled(terms, view) > 0n;
}

/**
 * The closing fee as a line of its own: taker rate x value at the bankruptcy price, in minor units x
 * fundingScale x rateScale. Zero unless the terms ask for it, and where there is no bankruptcy price.
 */
export function closeFeeScaled(terms: MarginTerms, view: IsolatedView): bigint {
  if (terms.closeFee !== 'inMargin' || !hasBankruptcyPrice(terms, view)) return 0n;
  return terms.takerFeeRate * abs(bankruptcyValueScaled(terms, view));
}
