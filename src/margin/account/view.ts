/**
 * What the margin models see of a whole margin account: what it holds and owes per asset, its positions and its
 * open orders, with the prices they are judged at. Numbers only, never the ledger. Isolated accounts with one
 * linear or inverse position have the shorter `IsolatedView` and closed forms; every account has this one.
 *
 * All assets are valued in one, the pool's valuation asset. A valuation counts its minor units x VALUE_SCALE;
 * each part is rounded against the account at that scale, once, so sums do not depend on their order.
 */
import { assert } from '../../base/assert.js';
import type { Lots, MarkTicks, Minor, PriceTicks } from '../../base/units.js';
import type { OptionPayoffTerms } from '../../market/option.js';
import type { MarginTerms } from '../terms.js';
import type { ScenarioView } from './scenarioView.js';

/** A valuation is minor units of the valuation asset x this. */
export const VALUE_SCALE = 1_000_000n;

/** The price of an asset is valuation minor units x this for one of its minor units. */
export const ASSET_PRICE_SCALE = 1_000_000_000n;

export const MARGIN_MODES = ['isolated', 'cross', 'portfolio'] as const;
export type MarginMode = (typeof MARGIN_MODES)[number];

/**
 * What long and short legs of one instrument in one account require: the larger side, both, or their net. A leg of
 * its own (`net`) needs no rule.
 */
export const LEG_RULES = ['larger', 'both', 'net'] as const;
export type LegRule = (typeof LEG_RULES)[number];

export const LEGS = ['net', 'long', 'short'] as const;
export type Leg = (typeof LEGS)[number];

/** How a pool counts an asset as collateral. Rates are ppm. */
export interface CollateralTerms {
  /** Kept back from a positive balance. A balance below zero is owed in full. */
  readonly haircutPpm: bigint;
  /** No more than this value counts, before the haircut; valuation minor units; null: no limit. */
  readonly countedCapMinor: Minor | null;
  /**
   * For an asset that should be worth `pegPrice` (x ASSET_PRICE_SCALE): below the peg by more than the tolerance, the
   * haircut grows by `slopePpm` for each unit of further distance, up to everything. Gradual, never a cliff (MAR-11).
   */
  readonly peg: { readonly price: bigint; readonly tolerancePpm: bigint; readonly slopePpm: bigint } | null;
  /** Initial and maintenance margin of a debt in the asset, as shares of its value; maintenance <= initial. */
  readonly debtInitialPpm: bigint;
  readonly debtMaintenancePpm: bigint;
}

/** One asset the account holds, owes or settles in. */
export interface AssetView {
  /** Whatever tells assets apart: the engine's row. */
  readonly asset: number;
  readonly balance: Minor;
  /** Borrowed and not yet repaid, with interest, rounded up. */
  readonly debt: Minor;
  /** Of the asset's own price source, x ASSET_PRICE_SCALE. The valuation asset's own price is ASSET_PRICE_SCALE. */
  readonly price: bigint;
  readonly terms: CollateralTerms;
}

/** A European, cash-settled option. Its mark is its premium, so its `MarginTerms` are linear in that mark. */
export interface OptionTerms extends OptionPayoffTerms {
  /** Options with the same name share their underlying: spreads between them are capped at their maximum loss. */
  readonly underlying: string;
  readonly expiryMs: number;
  readonly margin: OptionMarginTerms;
}

/** Shares, in ppm, of the value of a short option's underlying: shortOptionMargin.ts says what for. */
export interface OptionMarginTerms {
  readonly initialRatePpm: bigint;
  readonly initialFloorRatePpm: bigint;
  readonly maintenanceRatePpm: bigint;
}

/** A position: of an account with legs apart there may be two of an instrument. */
export interface LegView {
  readonly instrument: number;
  readonly leg: Leg;
  /** Settlement asset, as in `AssetView`. */
  readonly settleAsset: number;
  readonly terms: MarginTerms;
  readonly option: OptionTerms | null;
  readonly lots: Lots;
  /** Exact signed cost; always 0 for an option, whose premium is paid when it trades. */
  readonly cost: Minor;
  /** As in IsolatedView: funding index now less the index last collected. */
  readonly fundingPerLot: bigint;
  /** x rateScale. */
  readonly leverage: bigint;
  readonly markTicks: MarkTicks;
  /** Price of the underlying: for an option in ticks of the underlying, else in mark ticks. */
  readonly indexTicks: MarkTicks;
}

/** An open order, what is left of it. */
export interface OrderView {
  readonly instrument: number;
  readonly leg: Leg;
  readonly side: 'buy' | 'sell';
  /** Unsigned, positive. */
  readonly lots: Lots;
  /** Limit price; for a market order the worst price it may trade at: mark with slippage. */
  readonly priceTicks: PriceTicks;
  readonly isReduceOnly: boolean;
}

export interface AccountView {
  readonly mode: MarginMode;
  readonly legRule: LegRule;
  /** Each asset once; every settlement asset of a leg or order is among them. */
  readonly assets: readonly AssetView[];
  /** Open positions: lots are never 0. */
  readonly legs: readonly LegView[];
  readonly orders: readonly OrderView[];
  /** Instruments of orders without a position: terms and prices as a leg of 0 lots would have them. */
  readonly orderTerms: readonly LegView[];
  /**
   * What an account in mode `portfolio` is margined on. Without there is nothing to go by: it has neither positions nor
   * orders then.
   */
  readonly scenarios?: ScenarioView | null;
}

/** The scenarios that decide about the account; null where its instruments are charged one by one, or it has none. */
export function scenariosOf({ mode, scenarios, legs, orders }: AccountView): ScenarioView | null {
  if (mode !== 'portfolio') return null;
  const isCharged = legs.length > 0 || orders.length > 0;
  assert(!isCharged || (scenarios ?? null) !== null, 'a portfolio account has scenarios for what it holds');
  return scenarios ?? null;
}
