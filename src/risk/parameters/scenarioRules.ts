/** How a scenario set of portfolio margin is made from a market's history, as data. Judgement, but for what is named. */
export interface ScenarioRules {
  /** The newest days that become scenarios. */
  readonly scenariosMax: number;
  /** Expected shortfall at this confidence, exact: 25 of 1,000 are 97.5%. */
  readonly tailNumerator: number;
  readonly tailDenominator: number;
  readonly initialFactorPpm: bigint;
  readonly maintenanceFactorPpm: bigint;
  /** Most that holding positions together takes off: 80%, the cap of EMIR RTS 153/2013, article 27. */
  readonly offsetCapPpm: bigint;
  readonly minimumChargePpm: bigint;
  readonly basisRatePpm: bigint;
  /** Vectors older than this, or made at a price farther than this, open nothing. */
  readonly maxAgeMs: number;
  readonly maxDriftPpm: bigint;
}

export const SCENARIO_RULES: ScenarioRules = {
  scenariosMax: 500,
  tailNumerator: 25,
  tailDenominator: 1_000,
  initialFactorPpm: 1_300_000n,
  maintenanceFactorPpm: 1_000_000n,
  offsetCapPpm: 800_000n,
  minimumChargePpm: 5_000n,
  basisRatePpm: 10_000n,
  maxAgeMs: 300_000,
  maxDriftPpm: 20_000n,
};
