/**
 * The largest position that free collateral can open at a price: exact, so that this size passes and one
 * lot more does not.
 */
import { abs, max, min, mulDivCeil } from '../base/integers.js';
import { largestPassing } from '../base/search.js';
import type { Lots, MarkTicks, Minor, PriceTicks } from '../base/units.js';
import { fillValueTowardsZero } from '../market/payoff.js';
import { bracketIndexOfWhole } from './brackets.js';
import { unrealizedPnlFloor } from './equity.js';
import { isLiquidatable } from './health.js';
import { initialMarginCeil } from './initialMargin.js';
import type { Bracket, MarginTerms } from './terms.js';
import type { IsolatedView } from './view.js';

export interface Opening {
  readonly side: 'long' | 'short';
  readonly priceTicks: PriceTicks;
  readonly markTicks: MarkTicks;
  /** What may be spent on margin and on the taker fee of opening. */
  readonly freeCollateral: Minor;
  /** x rateScale. */
  readonly leverage: bigint;
}

/** In lots, unsigned; zero where not even one passes. */
export function maximumSizeLots(terms: MarginTerms, opening: Opening): Lots {
  let tooMany = 1n;
  while (canOpen(terms, opening, tooMany)) tooMany *= 2n;
  return largestPassing({ passing: tooMany / 2n, failing: tooMany }, (lots) => canOpen(terms, opening, lots));
}

/**
 * Whether that many lots may be opened: inside the last bracket, at a leverage their bracket allows, and with
 * collateral that after the fee and any loss to the mark still meets initial margin. A profit to the mark is not lent.
 */
export function canOpen(terms: MarginTerms, opening: Opening, lots: Lots): boolean {
  const signedLots = opening.side === 'long' ? lots : -lots;
  const cost = fillValueTowardsZero(terms, { lots: signedLots, priceTicks: opening.priceTicks });
  const notional = abs(cost);
  if (!isLeverageAllowed(terms.brackets, notional, opening.leverage)) return false;
  // The venue's fee rounds up, against the opener.
  const fee = mulDivCeil(notional, terms.takerFeeRate, terms.rateScale);
  const collateral = opening.freeCollateral - fee;
  if (collateral < 0n) return false;
  const view: IsolatedView = {
    collateral,
    lots: signedLots,
    cost,
    fundingPerLot: 0n,
    leverage: opening.leverage,
  };
  const backing = collateral + min(0n, unrealizedPnlFloor(terms, view, opening.markTicks));
  if (backing < initialMarginCeil(terms, view, opening.markTicks)) return false;
  return !isLiquidatable(terms, view, opening.markTicks);
}

/** Whether a position of this notional may be opened at this leverage: not beyond the last cap, not above its bracket's limit. */
export function isLeverageAllowed(brackets: readonly Bracket[], notional: Minor, leverage: bigint): boolean {
  const { notionalCap, leverageMax } = brackets[bracketIndexOfWhole(brackets, max(0n, notional))] as Bracket;
  if (notionalCap !== null && notional > notionalCap) return false;
  return leverageMax === null || leverage <= leverageMax;
}
