/**
 * Initial margin = notional x max(1 / leverage, the bracket's initial rate), rounded up, plus the closing
 * fee where the terms keep it in margin. The notional is taken at `initialBasis`.
 */
import type { MarkTicks, Minor } from '../base/units.js';
import type { Fraction } from '../market/payoff.js';
import { bracketIndex } from './brackets.js';
import { closeFeeScaled } from './coverage.js';
import { notionalOn } from './maintenanceMargin.js';
import { roundUp } from './rounding.js';
import type { Bracket, MarginTerms } from './terms.js';
import type { IsolatedView } from './view.js';

/** Rounded up: a requirement never favours the account. Zero without a position. */
export function initialMarginCeil(terms: MarginTerms, view: IsolatedView, markTicks: MarkTicks): Minor {
  const { position, closeFee, denominator } = initialParts(terms, view, markTicks);
  return roundUp({ numerator: position + closeFee, denominator }, terms.roundingStep);
}

/** The parts over one denominator, each in minor units: their sum is the requirement. */
export interface InitialParts {
  readonly position: bigint;
  readonly closeFee: bigint;
  readonly denominator: bigint;
}

export function initialParts(terms: MarginTerms, view: IsolatedView, markTicks: MarkTicks): InitialParts {
  if (view.lots === 0n) return { position: 0n, closeFee: 0n, denominator: 1n };
  const notional = notionalOn(terms.initialBasis, terms, view, markTicks);
  const bracket = terms.brackets[bracketIndex(terms.brackets, notional)] as Bracket;
  const rate = initialRate(terms, view, bracket);
  const position = rate.numerator * notional.numerator;
  const denominator = rate.denominator * notional.denominator;
  const closeFee = closeFeeScaled(terms, view);
  if (closeFee === 0n) return { position, closeFee, denominator };
  const feeDenominator = terms.rateScale * terms.fundingScale;
  return {
    position: position * feeDenominator,
    closeFee: closeFee * denominator,
    denominator: denominator * feeDenominator,
  };
}

/** The larger of 1 / leverage and the bracket's initial rate. */
function initialRate(terms: MarginTerms, view: IsolatedView, bracket: Bracket): Fraction {
  const { rateScale } = terms;
  return bracket.initialMarginRate * view.leverage >= rateScale * rateScale
    ? { numerator: bracket.initialMarginRate, denominator: rateScale }
    : { numerator: rateScale, denominator: view.leverage };
}
