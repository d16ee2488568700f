/** How scenario sets and their vectors are written: in commands, in events and in snapshots alike. */
import { type Infer, i64, list, oneOf, record, text, whole } from '../base/index.js';
import { SCENARIO_TIERS } from '../margin/index.js';

export const scenarioSet = record({
  id: text,
  scenarios: list(record({ id: text, tier: oneOf(SCENARIO_TIERS), dampingPpm: i64 })),
  parameters: record({
    initialFactorPpm: i64,
    maintenanceFactorPpm: i64,
    tailNumerator: i64,
    tailDenominator: i64,
    offsetCapPpm: i64,
    minimumChargePpm: i64,
    basisRatePpm: i64,
  }),
  /** Vectors older than this, or made at a mark farther than this from the mark now, may not open or release anything. */
  maxAgeMs: whole,
  driftPpm: i64,
});
export type PoolScenarioSet = Infer<typeof scenarioSet>;

const addOnSteps = list(record({ fromLots: i64, ratePpm: i64 }));

/** What the set does to one instrument, and the mark it was reckoned at. */
export const instrumentVectors = {
  referenceTicks: i64,
  deltaPpm: i64,
  pnlPerLot: list(i64),
  shortMinimumPerLot: i64,
  halfSpreadPpm: i64,
  liquidity: addOnSteps,
  concentration: addOnSteps,
} as const;

const vectorsOf = record({ ...instrumentVectors, timeMs: whole });
/** As the state keeps them. */
export const keptVectors = vectorsOf;
export type KeptVectors = Infer<typeof vectorsOf>;

/** What the set does to one asset, as the state keeps it. Shocks are relative: they grow old, but do not drift. */
export const keptShocks = record({ shocksPpm: list(i64), timeMs: whole });
export type KeptShocks = Infer<typeof keptShocks>;
