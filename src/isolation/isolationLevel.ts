/** How far an instrument is kept apart: each level allows less sharing of collateral than the one before it. */
export const ISOLATION_LEVELS = ['portfolio', 'cross', 'isolated', 'strictIsolated', 'reduceOnly'] as const;

export type IsolationLevel = (typeof ISOLATION_LEVELS)[number];

/** 0 for `portfolio` to 4 for `reduceOnly`. */
export function levelRank(level: IsolationLevel): number {
  return ISOLATION_LEVELS.indexOf(level);
}
