/**
 * A grid in the manner of OKX's portfolio margin, for one risk unit (underlying). Its worst scenario is the largest of
 * MR1 (spot shock x volatility shock), MR2 (a day of time decay) and MR6 (half the loss of an extreme move):
 *
 *   maintenance = max(max(MR1, MR2, MR6) + MR3 + MR4 + MR5, MR7)
 *
 * Sources: "OKX will further adjust portfolio margin parameters", okx.com/help, 2 January 2025 (MR1 and MR6 moves, MR4
 * rates); "Portfolio margin mode: cross-margin trading (Risk Unit Merge)", okx.com/help, 3 December 2024, updated
 * 4 December 2025 (volatility in points or percent by time to expiry); OKX notice of 24 December 2021 (the formula).
 * Which figures are confirmed, and how far: docs/models/scenario-grids.md.
 */

import { SAME_VOLATILITY, type Shock, UNDAMPED, type VolatilityShock } from '../scenario.js';
import { gridShocks, type ScenarioGrid } from '../scenarioGrid.js';
import { DAY_MS } from '../scenarioPnl.js';

export interface OkxLikeParameters {
  /** MR1: spot moves to each side, beside no move. */
  readonly spotMovesPpm: readonly bigint[];
  /** MR1: change of implied volatility by days to expiry, in points and as a share of itself; the worse counts. */
  readonly volatilityChange: readonly {
    readonly days: number;
    readonly pointsPpm: bigint;
    readonly relativePpm: bigint;
  }[];
  /** MR6: the extreme move, of whose loss `extremeMoveSharePpm` counts. */
  readonly extremeMovePpm: bigint;
  readonly extremeMoveSharePpm: bigint;
  readonly addOns: OkxLikeAddOns;
}

/** The risks that are no scenario of one underlying; the vectors do not hold them. Null: not published, or not found. */
export interface OkxLikeAddOns {
  /** MR3: term structure of volatility. */
  readonly vegaTermStructure: null;
  /** MR4: a futures basis moves by this much a year. */
  readonly annualisedBasisMovePpm: bigint;
  /** MR5: interest rates. */
  readonly interestRate: null;
  /** MR7: the raw minimum charge is multiplied by tiers, each part by its own multiplier; USD. */
  readonly minimumChargeTiers: readonly { readonly capUsd: bigint | null; readonly multiplier: bigint }[];
  readonly initialFactorPpm: bigint;
  readonly maintenanceFactorPpm: bigint;
}

/** BTC and ETH from 6 January 2025; the volatility table beyond 0 days and the initial factor are assumed. */
export const OKX_LIKE_BTC: OkxLikeParameters = {
  spotMovesPpm: [40_000n, 80_000n, 120_000n],
  volatilityChange: [
    { days: 0, pointsPpm: 300_000n, relativePpm: 500_000n },
    { days: 30, pointsPpm: 250_000n, relativePpm: 350_000n },
    { days: 60, pointsPpm: 200_000n, relativePpm: 250_000n },
  ],
  extremeMovePpm: 240_000n,
  extremeMoveSharePpm: 500_000n,
  addOns: {
    vegaTermStructure: null,
    annualisedBasisMovePpm: 50_000n,
    interestRate: null,
    // The tiers of before 15 January 2025; the later ones were not found in the venue's own words.
    minimumChargeTiers: [
      { capUsd: 10_000n, multiplier: 1n },
      { capUsd: 70_000n, multiplier: 2n },
      { capUsd: 170_000n, multiplier: 4n },
      { capUsd: 300_000n, multiplier: 6n },
      { capUsd: 470_000n, multiplier: 8n },
      { capUsd: 700_000n, multiplier: 10n },
      { capUsd: null, multiplier: 12n },
    ],
    initialFactorPpm: 1_300_000n,
    maintenanceFactorPpm: 1_000_000n,
  },
};

/** Second tier of underlyings (SOL, DOGE, XRP, BNB and others) from 6 January 2025. */
export const OKX_LIKE_MAJOR: OkxLikeParameters = {
  ...OKX_LIKE_BTC,
  spotMovesPpm: [60_000n, 120_000n, 180_000n],
  extremeMovePpm: 360_000n,
  addOns: { ...OKX_LIKE_BTC.addOns, annualisedBasisMovePpm: 150_000n, minimumChargeTiers: [] },
};

/** All other underlyings from 6 January 2025. */
export const OKX_LIKE_OTHER: OkxLikeParameters = {
  ...OKX_LIKE_BTC,
  spotMovesPpm: [80_000n, 160_000n, 250_000n],
  extremeMovePpm: 500_000n,
  addOns: { ...OKX_LIKE_BTC.addOns, annualisedBasisMovePpm: 300_000n, minimumChargeTiers: [] },
};

/** MR1: seven prices x volatility same, up and down in points and in percent; then MR2; then MR6. */
export function okxLikeGrid(parameters: OkxLikeParameters = OKX_LIKE_BTC): ScenarioGrid {
  const { spotMovesPpm } = parameters;
  const moves = [...spotMovesPpm.map((move) => -move).reverse(), 0n, ...spotMovesPpm];
  const spotShock = gridShocks(moves, [SAME_VOLATILITY, ...volatilityShocks(parameters)]);
  return { name: 'okx-like', shocks: [...spotShock, TIME_DECAY, ...extremeMoves(parameters)] };
}

/** MR2: nothing moves for 24 hours. */
const TIME_DECAY: Shock = {
  priceMovePpm: 0n,
  volatility: SAME_VOLATILITY,
  damping: UNDAMPED,
  horizonMs: DAY_MS,
};

function extremeMoves({ extremeMovePpm, extremeMoveSharePpm }: OkxLikeParameters): Shock[] {
  const damping = { numerator: extremeMoveSharePpm, denominator: 1_000_000n };
  return [-extremeMovePpm, extremeMovePpm].map((priceMovePpm) => ({
    priceMovePpm,
    volatility: SAME_VOLATILITY,
    damping,
    horizonMs: 0,
  }));
}

/** Up and down in points, up and down in percent. */
function volatilityShocks({ volatilityChange }: OkxLikeParameters): VolatilityShock[] {
  return (['points', 'relative'] as const).flatMap((kind) => {
    const field = kind === 'points' ? 'pointsPpm' : 'relativePpm';
    const largest = volatilityChange[0]?.[field] ?? 0n;
    const points = volatilityChange.map((row) => ({
      days: row.days,
      factor: Number(row[field]) / Number(largest),
    }));
    const term = { kind: 'table' as const, points };
    return [largest, -largest].map((changePpm) => ({ kind, changePpm, term, volatilityMinPpm: 0n }));
  });
}
