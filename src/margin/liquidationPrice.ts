/**
 * Where an isolated account becomes liquidatable. The value of one long lot, w, rises with the mark for
 * both payoffs, and equity = lots x w - bankruptcy value. Maintenance margin is the largest of the brackets'
 * lines (brackets.ts), each linear in w, so the account is liquidatable as soon as one line is reached:
 *
 *   long:  w <= max over brackets of (B - a + f) / (lots x (1 - s x r))
 *   short: w >= min over brackets of -(B - a + f) / (|lots| x (1 + s x r))
 *
 * B bankruptcy value (equity.ts), a maintenance amount, f closing fee in margin, r maintenance rate (with the
 * taker rate where the fee is in the rate), s = +1 linear, -1 inverse: the sign of w. With the basis `entry`
 * maintenance margin M is constant and the root is (B + M) / lots.
 *
 * The closed form only proposes a mark; the predicate of health.ts settles it.
 */
import { assert } from '../base/assert.js';
import { abs } from '../base/integers.js';
import type { MarkTicks } from '../base/units.js';
import { type Fraction, markAtUnitValue, valueSign } from '../market/payoff.js';
import { closeFeeScaled, isFullyCovered } from './coverage.js';
import { bankruptcyValueScaled } from './equity.js';
import { isLiquidatable } from './health.js';
import { maintenanceMargin } from './maintenanceMargin.js';
import { roundDown, roundUp } from './rounding.js';
import type { MarginTerms } from './terms.js';
import type { IsolatedView } from './view.js';

/**
 * `price`: the first mark at which the account is liquidatable, for a long coming from above, for a short
 * from below; one step before it is not. `none`: no mark on the grid. `always`: every mark, as when
 * unpaid funding has eaten a short whole. `unknown`: an input is missing, never the answer of a complete view.
 */
export type LiquidationPrice =
  | { readonly kind: 'price'; readonly markTicks: MarkTicks }
  | { readonly kind: 'none' }
  | { readonly kind: 'always' }
  | { readonly kind: 'unknown' };

/** `gridMarkTicks`: answers are multiples of this many mark ticks. */
export function liquidationPrice(
  terms: MarginTerms,
  view: IsolatedView,
  gridMarkTicks: bigint = 1n,
): LiquidationPrice {
  const exact = liquidationMark(terms, view);
  if (exact.kind !== 'price') return exact;
  const isLong = view.lots > 0n;
  const proposed = isLong
    ? roundDown(exact.markTicks, gridMarkTicks)
    : roundUp(exact.markTicks, gridMarkTicks);
  if (proposed === 0n) return { kind: 'none' };
  const inside = isLong ? proposed + gridMarkTicks : proposed - gridMarkTicks;
  assert(
    isLiquidatable(terms, view, proposed),
    `closed form says liquidatable at ${proposed}, the predicate does not`,
  );
  assert(
    inside === 0n || !isLiquidatable(terms, view, inside),
    `closed form says healthy at ${inside}, the predicate does not`,
  );
  return { kind: 'price', markTicks: proposed };
}

/** The same before it is put on a grid: the mark, exact, where equity equals maintenance margin. */
export type ExactPrice =
  | { readonly kind: 'price'; readonly markTicks: Fraction }
  | { readonly kind: 'none' }
  | { readonly kind: 'always' };

export function liquidationMark(terms: MarginTerms, view: IsolatedView): ExactPrice {
  if (view.lots === 0n || isFullyCovered(terms, view)) return { kind: 'none' };
  const markTicks = markAtUnitValue(terms, liquidationUnitValue(terms, view));
  if (markTicks !== null) return { kind: 'price', markTicks };
  // Beyond every price: for a position whose loss has an end that is out of reach, for the other it lies behind.
  return { kind: valueSign(terms, view.lots) > 0n ? 'none' : 'always' };
}

/**
 * The threshold in values of one long lot, minor units, exact: a long is liquidatable at a mark exactly when
 * unitValue(mark) <= this, a short when unitValue(mark) >= this, unless it is fully covered (which with the
 * basis `mark` already follows from the threshold being out of reach). Extrapolated along the nearest bracket
 * where no price reaches it: <= 0 for linear, >= 0 for inverse. Needs a position.
 */
export function liquidationUnitValue(terms: MarginTerms, view: IsolatedView): Fraction {
  assert(view.lots !== 0n, 'an account without a position has no liquidation value');
  return terms.maintenanceBasis === 'entry' ? thresholdOnCost(terms, view) : thresholdOnValue(terms, view);
}

function thresholdOnCost(terms: MarginTerms, view: IsolatedView): Fraction {
  // The mark passed in is not looked at: on this basis the requirement is the same at every price.
  const required = maintenanceMargin(terms, view, 1n);
  const bankruptcy = bankruptcyValueScaled(terms, view);
  const sum = bankruptcy * required.denominator + required.numerator * terms.fundingScale;
  return {
    numerator: view.lots > 0n ? sum : -sum,
    denominator: abs(view.lots) * terms.fundingScale * required.denominator,
  };
}

function thresholdOnValue(terms: MarginTerms, view: IsolatedView): Fraction {
  const isLong = view.lots > 0n;
  const towardsZero = isLong === (terms.payoff === 'linear');
  const feeInRate = terms.closeFee === 'inRate' ? terms.takerFeeRate : 0n;
  const fixed = bankruptcyValueScaled(terms, view) * terms.rateScale + closeFeeScaled(terms, view);

  // Per bracket (B - a + f) over (1 -+ r), both x rateScale; the common factor |lots| x fundingScale is left out.
  let bestNumerator = 0n;
  let bestDenominator = 0n;
  for (const bracket of terms.brackets) {
    const rate = bracket.maintenanceMarginRate + feeInRate;
    const numerator = fixed - bracket.maintenanceAmount * terms.fundingScale;
    const denominator = towardsZero ? terms.rateScale - rate : terms.rateScale + rate;
    // For a long the largest quotient is reached first; for a short the smallest of the negated ones, the same.
    if (bestDenominator === 0n || numerator * bestDenominator > bestNumerator * denominator) {
      bestNumerator = numerator;
      bestDenominator = denominator;
    }
  }
  return {
    numerator: isLong ? bestNumerator : -bestNumerator,
    denominator: bestDenominator * abs(view.lots) * terms.fundingScale,
  };
}
