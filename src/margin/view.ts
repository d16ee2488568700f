/**
 * What a margin model sees of an isolated account: numbers, never the ledger. The engine, the calculator
 * and the tools fill it each from their own state.
 */
import type { Lots, Minor } from '../base/units.js';

export interface IsolatedView {
  readonly collateral: Minor;
  /** Signed, long positive; 0 without a position. */
  readonly lots: Lots;
  /** Exact signed cost: what the lots were worth when they were bought. */
  readonly cost: Minor;
  /** Funding index now less the index at which the position was last settled, in minor units per lot x fundingScale. */
  readonly fundingPerLot: bigint;
  /** Chosen leverage x rateScale. */
  readonly leverage: bigint;
}
