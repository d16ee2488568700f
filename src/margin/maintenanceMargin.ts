/**
 * Maintenance margin = maintenance rate x notional - maintenance amount, plus the closing fee where the
 * terms keep one. The notional is the size of the cost (`entry`) or of the value at the price under test
 * (`mark`), and chooses the bracket.
 */
import { abs } from '../base/integers.js';
import type { MarkTicks, Minor } from '../base/units.js';
import { type Fraction, notionalAtMark } from '../market/payoff.js';
import { bracketIndex } from './brackets.js';
import { closeFeeScaled } from './coverage.js';
import { roundUp } from './rounding.js';
import type { Bracket, MarginBasis, MarginTerms } from './terms.js';
import type { IsolatedView } from './view.js';

/** In minor units, exact. Zero without a position. */
export function maintenanceMargin(terms: MarginTerms, view: IsolatedView, markTicks: MarkTicks): Fraction {
  const { position, amount, closeFee, denominator } = maintenanceParts(terms, view, markTicks);
  return { numerator: position - amount + closeFee, denominator };
}

/** Rounded up: a requirement never favours the account. */
export function maintenanceMarginCeil(terms: MarginTerms, view: IsolatedView, markTicks: MarkTicks): Minor {
  return roundUp(maintenanceMargin(terms, view, markTicks), terms.roundingStep);
}

/** The parts over one denominator, each in minor units: position - amount + closeFee is the requirement. */
export interface MaintenanceParts {
  readonly position: bigint;
  readonly amount: bigint;
  readonly closeFee: bigint;
  readonly denominator: bigint;
}

export function maintenanceParts(
  terms: MarginTerms,
  view: IsolatedView,
  markTicks: MarkTicks,
): MaintenanceParts {
  if (view.lots === 0n) return { position: 0n, amount: 0n, closeFee: 0n, denominator: 1n };
  const notional = notionalOn(terms.maintenanceBasis, terms, view, markTicks);
  const bracket = terms.brackets[bracketIndex(terms.brackets, notional)] as Bracket;
  const { numerator, denominator } = notional;
  const scale = terms.fundingScale;
  const feeInRate = terms.closeFee === 'inRate' ? terms.takerFeeRate * numerator * scale : 0n;
  return {
    position: bracket.maintenanceMarginRate * numerator * scale,
    amount: bracket.maintenanceAmount * denominator * scale,
    closeFee: feeInRate + closeFeeScaled(terms, view) * denominator,
    denominator: terms.rateScale * scale * denominator,
  };
}

/** The notional a requirement is charged on, in minor units, exact. */
export function notionalOn(
  basis: MarginBasis,
  terms: MarginTerms,
  view: IsolatedView,
  markTicks: MarkTicks,
): Fraction {
  if (basis === 'entry') return { numerator: abs(view.cost), denominator: 1n };
  return notionalAtMark(terms, view.lots, markTicks);
}
