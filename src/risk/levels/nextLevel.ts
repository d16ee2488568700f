/**
 * The level of an instrument after one more reading of its drivers. Up at once, as far as the score says; down one rung at a
 * time, after calm that lasts, a minimum time, and notice. Pure: the same state, readings, time and rules give the same step.
 */
import { err, ok, type Result } from '../../base/index.js';
import { type RiskFault, riskFault } from '../riskFault.js';
import {
  type DriverReadings,
  type LevelDriver,
  type LevelScore,
  readingsFault,
  scoreDrivers,
} from './drivers.js';
import { ISOLATION_LEVELS, type IsolationLevel, levelRank } from './isolationLevel.js';
import { type LevelRules, levelRulesFault } from './rules.js';

export interface LevelState {
  readonly level: IsolationLevel;
  /** When it came to this level. */
  readonly sinceMs: number;
  /** When it was last read. */
  readonly readMs: number;
  /** First reading of the present calm; null where the last one was not calm. */
  readonly calmSinceMs: number | null;
  /** When the announced fall takes effect; null where none is announced. */
  readonly fallsAtMs: number | null;
  /** Drivers that raised it: without data of each of them there is no calm. */
  readonly raisedBy: readonly LevelDriver[];
}

export type LevelMove = 'raised' | 'lowered' | 'announced' | 'withdrawn';

export interface LevelStep {
  readonly state: LevelState;
  /** Null where nothing moved and nothing was announced or withdrawn. */
  readonly move: LevelMove | null;
  readonly from: IsolationLevel;
  readonly timeMs: number;
  /** The numbers that decided. */
  readonly readings: DriverReadings;
  readonly score: LevelScore;
}

export function initialLevel(rules: LevelRules, timeMs: number): LevelState {
  return {
    level: rules.lowest,
    sinceMs: timeMs,
    readMs: timeMs,
    calmSinceMs: null,
    fallsAtMs: null,
    raisedBy: [],
  };
}

/** Refused: rules that contradict themselves, a reading that is no number, a time before the last one. */
export function nextLevel(
  state: LevelState,
  readings: DriverReadings,
  timeMs: number,
  rules: LevelRules,
): Result<LevelStep, RiskFault> {
  const fault = levelRulesFault(rules) ?? readingsFault(readings);
  if (fault !== null) return err(fault);
  if (!(Number.isSafeInteger(timeMs) && timeMs >= state.readMs)) return err(riskFault('bad_range', 'timeMs'));
  const score = scoreDrivers(readings, rules);
  const { next, move } = raised(state, score, timeMs, rules) ?? quieter(state, score, timeMs, rules);
  return ok({ state: { ...next, readMs: timeMs }, move, from: state.level, timeMs, readings, score });
}

interface Moved {
  readonly next: LevelState;
  readonly move: LevelMove | null;
}

function raised(state: LevelState, score: LevelScore, timeMs: number, rules: LevelRules): Moved | null {
  const asked = ISOLATION_LEVELS.findLast(
    (level) => level !== 'portfolio' && score.score >= rules.rungs[level].enterAt,
  );
  const level = asked === undefined || levelRank(asked) < levelRank(rules.lowest) ? rules.lowest : asked;
  if (levelRank(level) <= levelRank(state.level)) return null;
  const next = {
    ...state,
    level,
    sinceMs: timeMs,
    calmSinceMs: null,
    fallsAtMs: null,
    raisedBy: score.deciding,
  };
  return { next, move: 'raised' };
}

function quieter(state: LevelState, score: LevelScore, timeMs: number, rules: LevelRules): Moved {
  if (levelRank(state.level) <= levelRank(rules.lowest) || !isCalm(state, score, rules)) {
    const move = state.fallsAtMs === null ? null : 'withdrawn';
    return { next: { ...state, calmSinceMs: null, fallsAtMs: null }, move };
  }
  const unseen = timeMs - state.readMs > rules.gapMsMax;
  const calmSinceMs = unseen ? timeMs : (state.calmSinceMs ?? timeMs);
  if (state.fallsAtMs !== null) {
    if (unseen) return { next: { ...state, calmSinceMs, fallsAtMs: null }, move: 'withdrawn' };
    if (timeMs < state.fallsAtMs) return { next: state, move: null };
    return { next: lowered(state, timeMs), move: 'lowered' };
  }
  const isDue =
    timeMs - calmSinceMs >= rules.dwellMs && timeMs + rules.noticeMs - state.sinceMs >= rules.minimumMs;
  if (!isDue) return { next: { ...state, calmSinceMs }, move: null };
  return { next: { ...state, calmSinceMs, fallsAtMs: timeMs + rules.noticeMs }, move: 'announced' };
}

/** Below the lower threshold, with data from every driver that raised the level: lost data is no calm. */
function isCalm({ level, raisedBy }: LevelState, { score, neutral }: LevelScore, rules: LevelRules): boolean {
  if (level === 'portfolio') return false;
  return score < rules.rungs[level].leaveAt && !raisedBy.some((driver) => neutral.includes(driver));
}

/** One rung; the calm for the next begins now. */
function lowered(state: LevelState, timeMs: number): LevelState {
  const level = ISOLATION_LEVELS[levelRank(state.level) - 1] as IsolationLevel;
  return { ...state, level, sinceMs: timeMs, calmSinceMs: null, fallsAtMs: null };
}
