/**
 * How much collateral may leave an account with a position (MAR-03). At a price: collateral + accrued funding
 * + unrealized loss + the counted share of unrealized profit - max(initial margin, removal floor x notional).
 * The answer is the smaller of that at the mark and at the index, never more than the collateral, and never so
 * much that the account would be liquidatable afterwards.
 */
import { max, min } from '../base/integers.js';
import { largestPassing } from '../base/search.js';
import type { MarkTicks, Minor } from '../base/units.js';
import { type Fraction, notionalAtMark } from '../market/payoff.js';
import { unrealizedPnl } from './equity.js';
import { isLiquidatable } from './health.js';
import { initialMarginCeil } from './initialMargin.js';
import { roundDown } from './rounding.js';
import type { MarginTerms } from './terms.js';
import type { IsolatedView } from './view.js';

export interface RemovalPrices {
  readonly markTicks: MarkTicks;
  readonly indexTicks: MarkTicks;
}

/** Minor units, rounded down; zero while the account is liquidatable. */
export function removableFloor(terms: MarginTerms, view: IsolatedView, prices: RemovalPrices): Minor {
  if (view.lots === 0n) return max(0n, view.collateral);
  const { markTicks, indexTicks } = prices;
  if (isLiquidatable(terms, view, markTicks)) return 0n;
  const free = min(freeAt(terms, view, markTicks), freeAt(terms, view, indexTicks));
  const amount = max(
    0n,
    roundDown({ numerator: min(free, view.collateral), denominator: 1n }, terms.roundingStep),
  );
  return healthyRemovable(terms, view, { markTicks, amount });
}

/** As much of the amount as leaves the account healthy by these terms. */
export function healthyRemovable(
  terms: MarginTerms,
  view: IsolatedView,
  { markTicks, amount }: { readonly markTicks: MarkTicks; readonly amount: Minor },
): Minor {
  if (view.lots === 0n || staysHealthy(terms, view, markTicks, amount)) return amount;
  return isLiquidatable(terms, view, markTicks) ? 0n : largestHealthy(terms, view, markTicks, amount);
}

/** Backing less the larger of initial margin, as charged, and the floor: rounded down once. */
function freeAt(terms: MarginTerms, view: IsolatedView, priceTicks: MarkTicks): Minor {
  const { numerator, denominator } = notionalAtMark(terms, view.lots, priceTicks);
  const backing = countedBacking(terms, view, priceTicks);
  const aboveFloor: Fraction = {
    numerator:
      backing.numerator * denominator * terms.rateScale -
      numerator * terms.removalFloorRate * backing.denominator,
    denominator: backing.denominator * denominator * terms.rateScale,
  };
  const aboveInitial = roundDown(backing, terms.roundingStep) - initialMarginCeil(terms, view, priceTicks);
  return min(aboveInitial, roundDown(aboveFloor, terms.roundingStep));
}

/** Losses and owed funding count in full, profit at its share. */
function countedBacking(terms: MarginTerms, view: IsolatedView, priceTicks: MarkTicks): Fraction {
  const pnl = unrealizedPnl(terms, view, priceTicks);
  const { rateScale, fundingScale, unrealizedProfitShare } = terms;
  const counted = pnl.numerator * (pnl.numerator < 0n ? rateScale : unrealizedProfitShare);
  const settled = view.collateral * fundingScale - view.lots * view.fundingPerLot;
  return {
    numerator: settled * pnl.denominator * rateScale + counted * fundingScale,
    denominator: pnl.denominator * rateScale * fundingScale,
  };
}

function staysHealthy(terms: MarginTerms, view: IsolatedView, markTicks: MarkTicks, amount: Minor): boolean {
  return !isLiquidatable(terms, { ...view, collateral: view.collateral - amount }, markTicks);
}

/** Less removed is never less healthy; nothing removed is healthy, as the caller has found. */
function largestHealthy(terms: MarginTerms, view: IsolatedView, markTicks: MarkTicks, tooMuch: Minor): Minor {
  const step = terms.roundingStep;
  const isHealthy = (steps: bigint) => staysHealthy(terms, view, markTicks, steps * step);
  return largestPassing({ passing: 0n, failing: max(1n, tooMuch / step) }, isHealthy) * step;
}
