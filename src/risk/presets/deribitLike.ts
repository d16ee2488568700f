/**
 * A grid in the manner of Deribit's portfolio margin, for one underlying.
 *
 * Sources: "Portfolio Margin", support.deribit.com/hc/en-us/articles/25944756247837 (nine price buckets over +-16%;
 * volatility up, same, down; extended moves, volatility up only, a fraction of the P&L, a dampener); "private/pme/
 * simulate", docs.deribit.com/api-reference/account-management/private-simulate, whose example of 17 June 2024 gives
 * the parameters and vectors; the volatility formula as restated by "Advanced Risk Scenarios", docs.oreome.com. Which
 * figures are confirmed, and how far: docs/models/scenario-grids.md.
 */

import { abs, divFloor, max, PPM } from '../../base/index.js';
import { SAME_VOLATILITY, type Shock, type VolatilityShock } from '../scenario.js';
import { evenMoves, gridShocks, type ScenarioGrid } from '../scenarioGrid.js';

export interface DeribitLikeParameters {
  readonly priceRangePpm: bigint;
  /** Equal price steps on each side of 0. */
  readonly bucketsPerSide: number;
  readonly volatilityRangeUpPpm: bigint;
  readonly volatilityRangeDownPpm: bigint;
  /** A volatility shocked up is at least this. */
  readonly volatilityMinForShockUpPpm: bigint;
  readonly shortTermVegaPower: number;
  readonly longTermVegaPower: number;
  /** Fewer days to expiry count as this many. */
  readonly daysMin: number;
  readonly extendedMovesPpm: readonly bigint[];
  /** The damping of an extended move is this x priceRange / |move|. */
  readonly extendedTableFactorPpm: bigint;
  readonly addOns: DeribitLikeAddOns;
}

/** What Deribit adds to the worst scenario, or takes off a tail, for a portfolio as a whole: no part of the vectors. */
export interface DeribitLikeAddOns {
  /** Roll shock: per expiry |net delta| x max(annualised x years to expiry, minimum). */
  readonly annualisedMovePpm: bigint;
  readonly minimumMovePpm: bigint;
  /** Delta shock: net delta beyond this many USD is charged, up to `maximumDeltaShockPpm`. */
  readonly deltaShockThresholdUsd: bigint;
  readonly maximumDeltaShockPpm: bigint;
  /** A tail's P&L is brought nearer to 0 by up to (|move| / priceRange - 1) x this, in USD. */
  readonly extendedDampenerUsd: bigint;
  readonly initialFactorPpm: bigint;
  readonly maintenanceFactorPpm: bigint;
}

/** BTC, as in the documentation's example of 17 June 2024; `daysMin` is assumed. */
export const DERIBIT_LIKE_BTC: DeribitLikeParameters = {
  priceRangePpm: 160_000n,
  bucketsPerSide: 4,
  volatilityRangeUpPpm: 500_000n,
  volatilityRangeDownPpm: 250_000n,
  volatilityMinForShockUpPpm: 500_000n,
  shortTermVegaPower: 0.3,
  longTermVegaPower: 0.13,
  daysMin: 1 / 24,
  extendedMovesPpm: [
    -660_000n,
    -330_000n,
    500_000n,
    1_000_000n,
    2_000_000n,
    3_000_000n,
    4_000_000n,
    5_000_000n,
  ],
  extendedTableFactorPpm: 1_000_000n,
  addOns: {
    annualisedMovePpm: 75_000n,
    minimumMovePpm: 10_000n,
    deltaShockThresholdUsd: 20_000_000n,
    maximumDeltaShockPpm: 100_000n,
    extendedDampenerUsd: 100_000n,
    initialFactorPpm: 1_000_000n,
    maintenanceFactorPpm: 800_000n,
  },
};

/** Nine price buckets x volatility up, same and down, then the extended moves with volatility up. */
export function deribitLikeGrid(parameters: DeribitLikeParameters = DERIBIT_LIKE_BTC): ScenarioGrid {
  const up = volatilityUp(parameters);
  const core = gridShocks(
    evenMoves({ rangePpm: parameters.priceRangePpm, stepsPerSide: parameters.bucketsPerSide }),
    [up, SAME_VOLATILITY, volatilityDown(parameters)],
  );
  const tails = parameters.extendedMovesPpm.map((move) => extendedShock(parameters, move, up));
  return { name: 'deribit-like', shocks: [...core, ...tails] };
}

/**
 * What the extended dampener takes off the size of a portfolio's gain or loss in each scenario of the grid, at most, in
 * USD: 0 in the core, (|move| / priceRange - 1) x dampener in the tails, rounded down. It is of a portfolio, so the
 * vectors of single lots cannot hold it; without it the tails ask more of small portfolios than the venue does.
 */
export function deribitLikeTailReliefUsd(
  parameters: DeribitLikeParameters = DERIBIT_LIKE_BTC,
): readonly bigint[] {
  const { priceRangePpm, addOns } = parameters;
  const coreCount = 3 * (2 * parameters.bucketsPerSide + 1);
  const tails = parameters.extendedMovesPpm.map((move) =>
    max(divFloor((abs(move) - priceRangePpm) * addOns.extendedDampenerUsd, priceRangePpm), 0n),
  );
  return [...Array<bigint>(coreCount).fill(0n), ...tails];
}

function extendedShock(
  { priceRangePpm, extendedTableFactorPpm }: DeribitLikeParameters,
  priceMovePpm: bigint,
  volatility: VolatilityShock,
): Shock {
  const damping = {
    numerator: priceRangePpm * extendedTableFactorPpm,
    denominator: abs(priceMovePpm) * PPM,
  };
  return { priceMovePpm, volatility, damping, horizonMs: 0 };
}

function volatilityUp(parameters: DeribitLikeParameters): VolatilityShock {
  return {
    kind: 'relative',
    changePpm: parameters.volatilityRangeUpPpm,
    term: vegaTerm(parameters),
    volatilityMinPpm: parameters.volatilityMinForShockUpPpm,
  };
}

function volatilityDown(parameters: DeribitLikeParameters): VolatilityShock {
  return {
    kind: 'relative',
    changePpm: -parameters.volatilityRangeDownPpm,
    term: vegaTerm(parameters),
    volatilityMinPpm: 0n,
  };
}

function vegaTerm({ shortTermVegaPower, longTermVegaPower, daysMin }: DeribitLikeParameters) {
  return {
    kind: 'power' as const,
    referenceDays: 30,
    shortPower: shortTermVegaPower,
    longPower: longTermVegaPower,
    daysMin,
  };
}
