/**
 * How a liquidation reduces an account (LIQ-01): which leg it closes next and how many of its lots, so that the account
 * gets back to a stated health with as little trading as its step allows. Of several legs it takes the one that frees
 * most maintenance margin per unit of what closing costs.
 *
 * Closing lots of a leg at the mark realizes their profit, so that equity falls by the charge alone:
 *   charge = value of the lots x costPpm
 */
import { abs, divCeil, max, min, mulDivCeil, PPM } from '../../base/integers.js';
import { smallestPassing } from '../../base/search.js';
import type { Lots, Ppm } from '../../base/units.js';
import { notionalAtMark } from '../../market/payoff.js';
import { accountEquityScaled, assetOf, legProfit } from './accountEquity.js';
import { withBalanceChanged } from './accountRemovable.js';
import { accountMaintenanceScaled } from './accountRequirement.js';
import { type AccountView, ASSET_PRICE_SCALE, type LegView, VALUE_SCALE } from './view.js';

export interface ReductionTerms {
  /** Equity over maintenance margin to get back to. */
  readonly targetHealthPpm: Ppm;
  /** Of a leg, the most that one step closes; above 0. */
  readonly stepPpm: Ppm;
  /** The smallest step. Where less would be left the leg is closed whole. */
  readonly minStepLots: Lots;
  /** What closing is reckoned to cost of its value: slippage and fee. */
  readonly costPpm: Ppm;
}

export interface Reduction {
  readonly leg: LegView;
  /** Lots to close: at least one. */
  readonly lots: Lots;
}

/** The next step; null where no leg that may trade frees any margin. */
export function nextReduction(
  view: AccountView,
  terms: ReductionTerms,
  mayTrade: (leg: LegView) => boolean,
): Reduction | null {
  const best = bestLeg(view, terms, mayTrade);
  if (best === null) return null;
  const { leg, range } = best;
  const isEnough = (lots: Lots) => reachesHealth(reduced(view, leg, lots, terms), terms.targetHealthPpm);
  if (!isEnough(range.most)) return { leg, lots: range.most };
  const needed = isEnough(range.least)
    ? range.least
    : smallestPassing({ failing: range.least, passing: range.most }, isEnough);
  return { leg, lots: withoutDust(needed, { held: abs(leg.lots), least: range.least }) };
}

/** Whether equity is at least that share of maintenance margin. */
export function reachesHealth(view: AccountView, healthPpm: Ppm): boolean {
  return accountEquityScaled(view) * PPM >= healthPpm * accountMaintenanceScaled(view);
}

/** Whether equity is no more than that share of maintenance margin. */
export function isAtOrUnderHealth(view: AccountView, healthPpm: Ppm): boolean {
  return accountEquityScaled(view) * PPM <= healthPpm * accountMaintenanceScaled(view);
}

/** Value of the account's legs at their marks, valuation minor units x VALUE_SCALE, rounded up. */
export function grossValueScaled(view: AccountView): bigint {
  return view.legs.reduce((sum, leg) => sum + valueScaled(view, leg, abs(leg.lots)), 0n);
}

interface StepRange {
  readonly least: Lots;
  readonly most: Lots;
}

function bestLeg(
  view: AccountView,
  terms: ReductionTerms,
  mayTrade: (leg: LegView) => boolean,
): { readonly leg: LegView; readonly range: StepRange } | null {
  const before = accountMaintenanceScaled(view);
  let best: { leg: LegView; range: StepRange; freed: bigint; cost: bigint } | null = null;
  for (const leg of view.legs) {
    if (!mayTrade(leg)) continue;
    const range = stepRange(leg, terms);
    const freed = before - accountMaintenanceScaled(reduced(view, leg, range.most, terms));
    const cost = max(1n, valueScaled(view, leg, range.most));
    // Of equals the first of the view.
    if (freed > 0n && (best === null || freed * best.cost > best.freed * cost))
      best = { leg, range, freed, cost };
  }
  return best;
}

function stepRange(leg: LegView, { stepPpm, minStepLots }: ReductionTerms): StepRange {
  const held = abs(leg.lots);
  const least = max(1n, minStepLots);
  const step = max(least, mulDivCeil(held, stepPpm, PPM));
  return { least: min(least, held), most: withoutDust(min(step, held), { held, least }) };
}

/** All of the leg where less than the smallest step would be left. */
function withoutDust(lots: Lots, { held, least }: { readonly held: Lots; readonly least: Lots }): Lots {
  return held - lots < least ? held : lots;
}

/** The account once lots of the leg are closed at the mark, and the charge is paid. */
function reduced(view: AccountView, leg: LegView, lots: Lots, { costPpm }: ReductionTerms): AccountView {
  const held = abs(leg.lots);
  const isWhole = lots === held;
  const after: LegView = {
    ...leg,
    lots: leg.lots > 0n ? leg.lots - lots : leg.lots + lots,
    cost: isWhole ? 0n : leg.cost - mulDivCeil(leg.cost, lots, held),
  };
  const before = legProfit(leg);
  const left = isWhole ? { numerator: 0n, denominator: 1n } : legProfit(after);
  // Profit of the closed lots, rounded down; the charge, rounded up.
  const realized = -divCeil(
    left.numerator * before.denominator - before.numerator * left.denominator,
    before.denominator * left.denominator,
  );
  const value = notionalAtMark(leg.terms, lots, leg.markTicks);
  const charge = mulDivCeil(value.numerator, costPpm, value.denominator * PPM);
  const legs = isWhole
    ? view.legs.filter((other) => other !== leg)
    : view.legs.map((other) => (other === leg ? after : other));
  return withBalanceChanged({ ...view, legs }, leg.settleAsset, realized - charge);
}

function valueScaled(view: AccountView, leg: LegView, lots: Lots): bigint {
  const { price } = assetOf(view, leg.settleAsset);
  const { numerator, denominator } = notionalAtMark(leg.terms, lots, leg.markTicks);
  return mulDivCeil(numerator * VALUE_SCALE, price, denominator * ASSET_PRICE_SCALE);
}
