/** What a margin model knows of an instrument: its payoff and its margin parameters, all whole numbers. */
import type { Minor } from '../base/units.js';
import type { PayoffTerms } from '../market/payoff.js';

/** Whether a requirement is charged on the cost of the position or on its value at the price under test. */
export type MarginBasis = 'entry' | 'mark';

/**
 * Where the fee of closing the position is kept: nowhere, as taker rate on top of the maintenance rate, or
 * as a line of its own (taker rate x value at the bankruptcy price) in initial and maintenance margin.
 */
export type CloseFee = 'none' | 'inRate' | 'inMargin';

/** Rates and leverage are whole counts of 1 / rateScale: with PPM as scale, 1% is 10_000 and 10x is 10_000_000. */
export interface MarginTerms extends PayoffTerms {
  readonly maintenanceBasis: MarginBasis;
  readonly initialBasis: MarginBasis;
  readonly closeFee: CloseFee;
  readonly takerFeeRate: bigint;
  readonly rateScale: bigint;
  /** The funding index counts minor units per lot x this. */
  readonly fundingScale: bigint;
  /** Minor units in one rounding step; 1n where a rounded answer is whole minor units, as in the engine. */
  readonly roundingStep: bigint;
  /** In order of notional, as `deriveBrackets` makes them. */
  readonly brackets: readonly Bracket[];
  /** Share of unrealized profit that counts towards what may be removed. */
  readonly unrealizedProfitShare: bigint;
  /** Share of notional that must stay behind a position when margin is removed. */
  readonly removalFloorRate: bigint;
}

/** A range of notional, `notionalFloor` < notional <= `notionalCap`, and what is asked within it. */
export interface Bracket {
  readonly notionalFloor: Minor;
  /** Null: no end. Beyond the cap of the last bracket its rates go on, but nothing larger may be opened. */
  readonly notionalCap: Minor | null;
  readonly initialMarginRate: bigint;
  readonly maintenanceMarginRate: bigint;
  /**
   * Minor units x rateScale, taken off rate x notional so that maintenance margin is continuous where
   * brackets meet.
   */
  readonly maintenanceAmount: bigint;
  /** Largest leverage that may be chosen; null: no limit. */
  readonly leverageMax: bigint | null;
}
