/**
 * The scenarios an account in mode `portfolio` is margined on, as data: who made them, how and from which prices is no
 * concern of the model. Whole numbers only, so that they can be journaled and replayed. All vectors of one view have
 * the order of `set.scenarios`.
 */
import type { TimeMs } from '../../base/units.js';
import { VALUE_SCALE } from './view.js';

/** A scenario P&L is settlement minor units per lot x this. The same scale as that of valuations. */
export const SCENARIO_SCALE = VALUE_SCALE;

/**
 * `core` and `tail` scenarios are a grid, of which the worst counts; `sample` scenarios happened or were drawn, and
 * their expected shortfall counts.
 */
export const SCENARIO_TIERS = ['core', 'tail', 'sample'] as const;
export type ScenarioTier = (typeof SCENARIO_TIERS)[number];

export interface MarginScenario {
  /** Named in explanations: `price-16%/vol+50%`, `2020-03-12`. */
  readonly id: string;
  readonly tier: ScenarioTier;
  /**
   * The share of the account's loss that counts, ppm, at most one. One where the vectors are damped already, as those
   * of the presets are.
   */
  readonly dampingPpm: bigint;
}

/** One set for all accounts of a pool. */
export interface ScenarioSet {
  readonly id: string;
  /** Ids are distinct. */
  readonly scenarios: readonly MarginScenario[];
  readonly parameters: ScenarioParameters;
}

export interface ScenarioParameters {
  /** Initial margin = this x the risk; ppm. */
  readonly initialFactorPpm: bigint;
  /** At most the initial factor; ppm. */
  readonly maintenanceFactorPpm: bigint;
  /** 1 - confidence of the expected shortfall, exact: 25 / 1000 for 97.5%. Above 0, at most 1. */
  readonly tailNumerator: bigint;
  readonly tailDenominator: bigint;
  /** Legs and collateral may take at most this share off the sum of the stand-alone risks; ppm, at most one. */
  readonly offsetCapPpm: bigint;
  /** The risk is at least this share of the gross notional; ppm. */
  readonly minimumChargePpm: bigint;
  /** On the notional matched between expiries of one underlying; ppm. */
  readonly basisRatePpm: bigint;
}

/** Lots beyond `fromLots`, up to the next step, are charged `ratePpm` of their notional: marginal, so without a jump. */
export interface AddOnStep {
  readonly fromLots: bigint;
  readonly ratePpm: bigint;
}

/** One instrument under the scenarios. */
export interface InstrumentScenarios {
  readonly instrument: number;
  /** Instruments with the same name move with one underlying. */
  readonly underlying: string;
  /** Null: a perpetual. */
  readonly expiryMs: TimeMs | null;
  /** Delta of a long lot as a share of its notional: PPM for a future, signed for an option. For the basis only. */
  readonly deltaPpm: bigint;
  /** P&L of a long lot, settlement minor units x SCENARIO_SCALE, by scenario. */
  readonly pnlPerLot: readonly bigint[];
  /** The risk is at least this for each lot sold, settlement minor units x SCENARIO_SCALE; 0 but for options. */
  readonly shortMinimumPerLot: bigint;
  readonly halfSpreadPpm: bigint;
  /** Cost of unwinding beyond the half spread, in order of `fromLots`; rates do not fall. */
  readonly liquidity: readonly AddOnStep[];
  /** On large shares of the market, in order of `fromLots`; rates do not fall. */
  readonly concentration: readonly AddOnStep[];
}

/** One asset under the scenarios. */
export interface AssetScenarios {
  readonly asset: number;
  /** Relative change of its price by scenario, ppm, at least -1_000_000; empty: it stands still in all of them. */
  readonly shocksPpm: readonly bigint[];
}

/** What an account is margined on: the set, and a row for every instrument and asset the account has. */
export interface ScenarioView {
  readonly set: ScenarioSet;
  readonly instruments: readonly InstrumentScenarios[];
  readonly assets: readonly AssetScenarios[];
}
