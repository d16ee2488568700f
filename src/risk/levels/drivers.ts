/**
 * What moves the isolation level of an instrument: readings, larger is worse, each standardised to stress units in which 0 is
 * normal, 1 a medium trigger of the first rung and 2 a strong one. A reading that is null has no data: it counts as normal.
 */
import { type RiskFault, riskFault } from '../riskFault.js';

/** Drivers of one family tell of the same thing: together they are one trigger, the worst of them. */
export const DRIVER_FAMILIES = {
  volatilityRatio: 'volatility',
  tailExcess: 'dependence',
  depthShortfall: 'liquidity',
  spreadRatio: 'liquidity',
  openInterestDays: 'crowding',
  concentrationDays: 'crowding',
  fundingStress: 'carry',
  basisStress: 'carry',
  markUncertainty: 'price',
  pegDeviation: 'price',
  backtestExcess: 'model',
} as const satisfies Record<string, string>;

export type LevelDriver = keyof typeof DRIVER_FAMILIES;
export type DriverFamily = (typeof DRIVER_FAMILIES)[LevelDriver];
export type DriverReadings = Readonly<Record<LevelDriver, number | null>>;

export const LEVEL_DRIVERS = Object.keys(DRIVER_FAMILIES) as LevelDriver[];

export const NO_READINGS = Object.fromEntries(
  LEVEL_DRIVERS.map((driver) => [driver, null]),
) as DriverReadings;

/** stress = (reading - normal) / unit, at least 0 and at most `most`. */
export interface DriverScale {
  readonly normal: number;
  readonly unit: number;
  /** What the driver can say at most: 4 alone never reaches the rung entered at 4. */
  readonly most: number;
}

export interface LevelScore {
  /** max(worst family - strongGap, second worst family), at least 0. */
  readonly score: number;
  readonly stress: DriverReadings;
  /** Drivers behind the score: one that was strong, or two that were medium; none where the score is 0. */
  readonly deciding: readonly LevelDriver[];
  /** Drivers without data, counted as normal. */
  readonly neutral: readonly LevelDriver[];
}

/**
 * `score >= x` where one family is at x + strongGap, or two are at x: one strong or two medium triggers. Rises in every reading.
 */
export function scoreDrivers(
  readings: DriverReadings,
  {
    scales,
    strongGap,
  }: { readonly scales: Readonly<Record<LevelDriver, DriverScale>>; readonly strongGap: number },
): LevelScore {
  const stress = Object.fromEntries(
    LEVEL_DRIVERS.map((driver) => [driver, standardised(readings[driver], scales[driver])]),
  ) as DriverReadings;
  const [worst, second] = worstFamilies(stress);
  const [alone, together] = [(worst?.stress ?? 0) - strongGap, second?.stress ?? 0];
  const score = Math.max(0, alone, together);
  const behind = score === 0 ? [] : alone >= together ? [worst] : [worst, second];
  return {
    score,
    stress,
    deciding: behind.flatMap((found) => (found === undefined ? [] : [found.driver])),
    neutral: LEVEL_DRIVERS.filter((driver) => readings[driver] === null),
  };
}

export function readingsFault(readings: DriverReadings): RiskFault | null {
  const wrong = LEVEL_DRIVERS.find((driver) => {
    const reading = readings[driver];
    return reading !== null && !Number.isFinite(reading);
  });
  return wrong === undefined ? null : riskFault('not_finite', wrong);
}

function standardised(reading: number | null, { normal, unit, most }: DriverScale): number | null {
  return reading === null ? null : Math.min(most, Math.max(0, (reading - normal) / unit));
}

/** The worst driver of each family, worst family first; of equals, the first listed. */
function worstFamilies(stress: DriverReadings): { readonly driver: LevelDriver; readonly stress: number }[] {
  const worst = new Map<DriverFamily, { driver: LevelDriver; stress: number }>();
  for (const driver of LEVEL_DRIVERS) {
    const own = stress[driver] ?? 0;
    const family = DRIVER_FAMILIES[driver];
    if (own > (worst.get(family)?.stress ?? 0)) worst.set(family, { driver, stress: own });
  }
  return [...worst.values()].sort((a, b) => b.stress - a.stress);
}
