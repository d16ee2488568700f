/** Readings that prices do not tell, each from what a venue observes; null where a number it needs is missing. */
import { baselZones } from '../backtests/baselZones.js';
import type { HitCount } from '../backtests/kupiec.js';
import type { DriverReadings } from './drivers.js';

/** Any unit, the same within a line. What is null was not observed. */
export interface VenueObservation {
  readonly depth: number | null;
  readonly depthMedian: number | null;
  readonly spread: number | null;
  readonly spreadMedian: number | null;
  readonly openInterest: number | null;
  /** The largest account on one side. */
  readonly largestPosition: number | null;
  readonly stressedAdv: number | null;
  /** Absolute funding rate and basis, and the sizes that are usual (a high quantile of the long run). */
  readonly fundingSize: number | null;
  readonly fundingUsual: number | null;
  readonly basisSize: number | null;
  readonly basisUsual: number | null;
  /** 1 is a mark from all its sources, 0 from none. */
  readonly markConfidence: number | null;
  /** Price of the settlement asset in what it is pegged to. */
  readonly pegPrice: number | null;
  readonly backtest: HitCount | null;
}

export const NOTHING_OBSERVED: VenueObservation = {
  depth: null,
  depthMedian: null,
  spread: null,
  spreadMedian: null,
  openInterest: null,
  largestPosition: null,
  stressedAdv: null,
  fundingSize: null,
  fundingUsual: null,
  basisSize: null,
  basisUsual: null,
  markConfidence: null,
  pegPrice: null,
  backtest: null,
};

export type ObservedReadings = Omit<DriverReadings, 'volatilityRatio' | 'tailExcess'>;

/**
 * Ratios over a number that is not above 0 are no reading, but for depth and volume, where an empty book and a bad day without
 * trades are the worst there is.
 */
export function observedReadings(seen: VenueObservation): ObservedReadings {
  return {
    depthShortfall: ratio(seen.depthMedian, orNearlyNone(seen.depth)),
    spreadRatio: ratio(seen.spread, seen.spreadMedian),
    openInterestDays: ratio(seen.openInterest, orNearlyNone(seen.stressedAdv)),
    concentrationDays: ratio(seen.largestPosition, orNearlyNone(seen.stressedAdv)),
    fundingStress: ratio(seen.fundingSize, seen.fundingUsual),
    basisStress: ratio(seen.basisSize, seen.basisUsual),
    markUncertainty: seen.markConfidence === null ? null : 1 - seen.markConfidence,
    pegDeviation: seen.pegPrice === null ? null : Math.abs(1 - seen.pegPrice),
    backtestExcess: seen.backtest === null ? null : backtestExcess(seen.backtest),
  };
}

/** 0 in the green zone, above 0 from the first yellow count, above 1 from red. */
export function backtestExcess(count: HitCount): number {
  const { yellowFrom, redFrom } = baselZones(count);
  return Math.max(0, (count.hits - yellowFrom + 1) / Math.max(1, redFrom - yellowFrom));
}

function orNearlyNone(amount: number | null): number | null {
  return amount === 0 ? 1e-9 : amount;
}

function ratio(over: number | null, under: number | null): number | null {
  return over === null || under === null || under <= 0 ? null : over / under;
}
