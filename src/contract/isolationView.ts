/** The isolation level of an instrument as people read it: since when, why, and what is announced. */
import { keptLevelOf, type LevelChange, type State } from '../engine/index.js';
import type { IsolationLevel } from '../isolation/index.js';
import { formatPpm } from './scale.js';

export interface LevelReasonView {
  readonly driver: string;
  readonly reading: string | null;
  readonly stress: string | null;
}

export interface LevelChangeView {
  readonly level: IsolationLevel;
  readonly effectiveMs: number;
  readonly graceUntilMs: number;
  readonly reasons: readonly LevelReasonView[];
}

export interface IsolationView {
  readonly level: IsolationLevel;
  /** Null where none was ever set. */
  readonly sinceMs: number | null;
  /** When positions that were open before come under the level; null once they have. */
  readonly graceUntilMs: number | null;
  /** Of the last change, for the next to count on from. */
  readonly revision: number;
  readonly reasons: readonly LevelReasonView[];
  /** Announced, and not in force. */
  readonly next: LevelChangeView | null;
}

export function isolationView(state: State, instrumentRow: number): IsolationView {
  const { inForce, isGraceOver, revision, next } = keptLevelOf(state, instrumentRow);
  return {
    level: inForce.level,
    sinceMs: inForce.effectiveMs === 0 ? null : inForce.effectiveMs,
    graceUntilMs: isGraceOver ? null : inForce.graceUntilMs,
    revision,
    reasons: reasonViews(inForce),
    next:
      next === null
        ? null
        : {
            level: next.level,
            effectiveMs: next.effectiveMs,
            graceUntilMs: next.graceUntilMs,
            reasons: reasonViews(next),
          },
  };
}

function reasonViews({ reasons }: LevelChange): readonly LevelReasonView[] {
  const written = (ppm: bigint | null) => (ppm === null ? null : formatPpm(ppm));
  return reasons.map(({ driver, readingPpm, stressPpm }) => ({
    driver,
    reading: written(readingPpm),
    stress: written(stressPpm),
  }));
}
