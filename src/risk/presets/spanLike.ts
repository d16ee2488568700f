/**
 * The sixteen scenarios of a SPAN risk array: no move and one, two and three thirds of the price scan range up and
 * down, each with volatility up and down, then an extreme move up and down of which a fraction of the loss counts.
 *
 * Sources: "Components of SPAN", cme.com/clearing/rmspan/span/components.html, and "Risk Arrays", cmegroup.com
 * /confluence/display/pubspan (the scenarios and their order); L. McMillan, "Options as a Strategic Investment",
 * chapter 34 (a worked array with an extreme move of 70% of the range, twice the range at 35%). Clearing houses set
 * ranges, multiple and fraction themselves: twice at 35% is the original pair, three times at about a third a later one.
 * Which figures are confirmed, and how far: docs/models/scenario-grids.md.
 */
import { divNearest } from '../quantize.js';
import { SAME_VOLATILITY, type Shock, UNDAMPED, type VolatilityShock } from '../scenario.js';
import type { ScenarioGrid } from '../scenarioGrid.js';
import { DAY_MS } from '../scenarioPnl.js';

export interface SpanLikeParameters {
  readonly priceScanRangePpm: bigint;
  /** Of the implied volatility itself (`relative`) or in points. */
  readonly volatilityScanRangePpm: bigint;
  readonly volatilityKind: 'relative' | 'points';
  /** Extreme move in price scan ranges. */
  readonly extremeMultiple: bigint;
  /** Part of its loss that counts. */
  readonly extremeCoverPpm: bigint;
  /** Look-ahead time: options are priced this much later. */
  readonly horizonMs: number;
  readonly initialFactorPpm: bigint;
  readonly maintenanceFactorPpm: bigint;
}

/**
 * The original extreme pair. The two ranges are examples, assumed: they are the clearing house's to set. So is the
 * initial factor.
 */
export const SPAN_LIKE: SpanLikeParameters = {
  priceScanRangePpm: 150_000n,
  volatilityScanRangePpm: 350_000n,
  volatilityKind: 'relative',
  extremeMultiple: 2n,
  extremeCoverPpm: 350_000n,
  horizonMs: DAY_MS,
  initialFactorPpm: 1_100_000n,
  maintenanceFactorPpm: 1_000_000n,
};

/** The array, in SPAN's order. */
export function spanLikeGrid(parameters: SpanLikeParameters = SPAN_LIKE): ScenarioGrid {
  const scanned = THIRDS.flatMap((thirds) => [1n, -1n].map((side) => scanShock(parameters, thirds, side)));
  const extreme = [1n, -1n].map((side) => extremeShock(parameters, side));
  return { name: 'span-like', shocks: [...scanned, ...extreme] };
}

/** Price moves in SPAN's order, in thirds of the scan range. */
const THIRDS = [0n, 1n, -1n, 2n, -2n, 3n, -3n];

function scanShock(parameters: SpanLikeParameters, thirds: bigint, volatilitySide: bigint): Shock {
  const { priceScanRangePpm, volatilityScanRangePpm, volatilityKind, horizonMs } = parameters;
  const volatility: VolatilityShock = {
    kind: volatilityKind,
    changePpm: volatilitySide * volatilityScanRangePpm,
    term: { kind: 'flat' },
    volatilityMinPpm: 0n,
  };
  return {
    priceMovePpm: divNearest(thirds * priceScanRangePpm, 3n),
    volatility,
    damping: UNDAMPED,
    horizonMs,
  };
}

function extremeShock(parameters: SpanLikeParameters, side: bigint): Shock {
  return {
    priceMovePpm: side * parameters.extremeMultiple * parameters.priceScanRangePpm,
    volatility: SAME_VOLATILITY,
    damping: { numerator: parameters.extremeCoverPpm, denominator: 1_000_000n },
    horizonMs: parameters.horizonMs,
  };
}
