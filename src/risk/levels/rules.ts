/** The rules by which an isolation level moves, as data: scales of the drivers, thresholds, and times. */
import { type RiskFault, riskFault } from '../riskFault.js';
import { type DriverScale, LEVEL_DRIVERS, type LevelDriver } from './drivers.js';
import { ISOLATION_LEVELS, type IsolationLevel } from './isolationLevel.js';

/** Each level above the first: entered at a score of `enterAt` or more, left only below `leaveAt`. */
export type LevelRungs = Readonly<
  Record<Exclude<IsolationLevel, 'portfolio'>, { readonly enterAt: number; readonly leaveAt: number }>
>;

export interface LevelRules {
  readonly scales: Readonly<Record<LevelDriver, DriverScale>>;
  /** Stress units between a medium trigger and a strong one. */
  readonly strongGap: number;
  readonly rungs: LevelRungs;
  /** The level that calm leads back to. */
  readonly lowest: IsolationLevel;
  /** Time without a break below `leaveAt` before a fall is announced: a day at least. */
  readonly dwellMs: number;
  /** Time from the announcement to the fall; a score back at `leaveAt` withdraws it. */
  readonly noticeMs: number;
  /** Time that a level is held at least before it falls. */
  readonly minimumMs: number;
  /** Longer than this between two readings and the dwell begins again: calm that nobody saw is none. */
  readonly gapMsMax: number;
}

const HOUR_MS = 3_600_000;
export const DWELL_MS_MIN = 24 * HOUR_MS;

/**
 * The scales of the two price drivers were chosen so that March 2020 and May 2021 raise the assets that had a history; later
 * prices had been seen by then. The others are judgement, not fitted.
 */
export const LEVEL_RULES: LevelRules = {
  scales: {
    volatilityRatio: { normal: 1, unit: 0.25, most: 4 },
    tailExcess: { normal: 0, unit: 1.5, most: 3 },
    depthShortfall: { normal: 1, unit: 1, most: 4 },
    spreadRatio: { normal: 1, unit: 1, most: 4 },
    openInterestDays: { normal: 0.5, unit: 0.5, most: 4 },
    concentrationDays: { normal: 0.1, unit: 0.1, most: 4 },
    fundingStress: { normal: 1, unit: 1, most: 3 },
    basisStress: { normal: 1, unit: 1, most: 3 },
    markUncertainty: { normal: 0, unit: 0.2, most: 5 },
    pegDeviation: { normal: 0.005, unit: 0.005, most: 5 },
    backtestExcess: { normal: 0, unit: 0.5, most: 3 },
  },
  strongGap: 1,
  rungs: {
    cross: { enterAt: 1, leaveAt: 0.5 },
    isolated: { enterAt: 2, leaveAt: 1.5 },
    strictIsolated: { enterAt: 3, leaveAt: 2.5 },
    reduceOnly: { enterAt: 4, leaveAt: 3.5 },
  },
  lowest: 'portfolio',
  dwellMs: 3 * 24 * HOUR_MS,
  noticeMs: 24 * HOUR_MS,
  minimumMs: 7 * 24 * HOUR_MS,
  gapMsMax: 48 * HOUR_MS,
};

/** The first rule that is broken; null where all hold. */
export function levelRulesFault(rules: LevelRules): RiskFault | null {
  const bad = (field: string) => riskFault('bad_parameter', field);
  for (const driver of LEVEL_DRIVERS) {
    const { normal, unit, most } = rules.scales[driver];
    if (![normal, unit, most].every(Number.isFinite) || unit <= 0 || most < 0) return bad(`scales.${driver}`);
  }
  if (!(rules.strongGap > 0 && Number.isFinite(rules.strongGap))) return bad('strongGap');
  let [enteredBefore, leftBefore] = [0, 0];
  for (const level of ISOLATION_LEVELS) {
    if (level === 'portfolio') continue;
    const { enterAt, leaveAt } = rules.rungs[level];
    const rises = enterAt > enteredBefore && leaveAt > leftBefore && Number.isFinite(enterAt);
    if (!rises || leaveAt >= enterAt) return bad(`rungs.${level}`);
    [enteredBefore, leftBefore] = [enterAt, leaveAt];
  }
  if (!ISOLATION_LEVELS.includes(rules.lowest)) return bad('lowest');
  if (!(rules.dwellMs >= DWELL_MS_MIN && Number.isSafeInteger(rules.dwellMs))) return bad('dwellMs');
  for (const field of ['noticeMs', 'minimumMs', 'gapMsMax'] as const)
    if (!Number.isSafeInteger(rules[field]) || rules[field] < 0) return bad(field);
  return rules.gapMsMax > 0 ? null : bad('gapMsMax');
}
