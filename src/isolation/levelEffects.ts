/**
 * What each isolation level of an instrument allows, as one table. The deciders read it; the page on isolation levels
 * prints it.
 */
import type { IsolationLevel } from './isolationLevel.js';

/** Margin modes from the least sharing to the most. */
export const SHARING_MODES = ['isolated', 'cross', 'portfolio'] as const;
export type SharingMode = (typeof SHARING_MODES)[number];

export interface LevelEffects {
  /** Margin modes in which a position may be opened, enlarged, or brought by a switch or a merger. */
  readonly positionModes: readonly SharingMode[];
  /** Most of stand-alone risks that offsets may take away where a portfolio account holds the instrument. */
  readonly offsetCapPpm: bigint;
  /** `locked`: nothing leaves the account that holds a position in it. */
  readonly removal: 'aboveFloor' | 'locked';
  readonly opening: 'allowed' | 'closingOnly';
  /** Most of the insurance fund that losses of the instrument may use: of what it holds and they have used together. */
  readonly fundCapPpm: bigint;
  /** A takeover is deleveraged once it is short of more than this part of what fund and venue may spend on it. */
  readonly deleveragingAbovePpm: bigint;
}

export const LEVEL_EFFECTS: Readonly<Record<IsolationLevel, LevelEffects>> = {
  portfolio: {
    positionModes: ['isolated', 'cross', 'portfolio'],
    offsetCapPpm: 1_000_000n,
    removal: 'aboveFloor',
    opening: 'allowed',
    fundCapPpm: 1_000_000n,
    deleveragingAbovePpm: 1_000_000n,
  },
  cross: {
    positionModes: ['isolated', 'cross'],
    offsetCapPpm: 500_000n,
    removal: 'aboveFloor',
    opening: 'allowed',
    fundCapPpm: 1_000_000n,
    deleveragingAbovePpm: 1_000_000n,
  },
  isolated: {
    positionModes: ['isolated'],
    offsetCapPpm: 0n,
    removal: 'aboveFloor',
    opening: 'allowed',
    fundCapPpm: 500_000n,
    deleveragingAbovePpm: 1_000_000n,
  },
  strictIsolated: {
    positionModes: ['isolated'],
    offsetCapPpm: 0n,
    removal: 'locked',
    opening: 'allowed',
    fundCapPpm: 250_000n,
    deleveragingAbovePpm: 500_000n,
  },
  reduceOnly: {
    positionModes: [],
    offsetCapPpm: 0n,
    removal: 'locked',
    opening: 'closingOnly',
    fundCapPpm: 250_000n,
    deleveragingAbovePpm: 0n,
  },
};

/** A level comes down this long after it was announced, at the earliest. */
export const LOWERING_NOTICE_MS = 24 * 3_600_000;

/** Whether a position in the mode is kept apart enough for the level. */
export function allowsMode(level: IsolationLevel, mode: SharingMode): boolean {
  return LEVEL_EFFECTS[level].positionModes.includes(mode);
}
