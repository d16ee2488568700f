/** The isolation level of an instrument as commands, events and snapshots write it. */
import { bool, type Infer, i64, list, nullable, oneOf, record, text, u32, whole } from '../base/index.js';
import { ISOLATION_LEVELS } from '../isolation/index.js';

/** What spoke for the level: a driver with its reading and the stress that follows from it, ppm of their units; null without data. */
export const levelReasons = list(
  record({ driver: text, readingPpm: nullable(i64), stressPpm: nullable(i64) }),
);
export type LevelReason = Infer<typeof levelReasons>[number];

/** A change of level as it was decided, with the numbers. */
const LEVEL_CHANGE = {
  level: oneOf(ISOLATION_LEVELS),
  /** One more than that of the change before. */
  revision: u32,
  reasons: levelReasons,
  /** From then on for opening, initial margin, removal and the waterfall. */
  effectiveMs: whole,
  /** From then on for maintenance margin as well, and for positions that were open before. */
  graceUntilMs: whole,
};
export const levelChange = record(LEVEL_CHANGE);
export type LevelChange = Infer<typeof levelChange>;

export const keptLevel = record({
  inForce: levelChange,
  /** By which maintenance margin judges: the former level until the grace is over. */
  liquidationLevel: oneOf(ISOLATION_LEVELS),
  isGraceOver: bool,
  /** Of the last change, also of one that took another back. */
  revision: u32,
  /** First row of positions that was not looked at since the level rose: carved out or grandfathered; null: all were. */
  cursor: nullable(whole),
  /** Announced, and not in force yet. */
  next: nullable(levelChange),
});
export type KeptLevel = Infer<typeof keptLevel>;

/** Why a position stays in a shared account though the level keeps its instrument apart. */
export const GRANDFATHER_REASONS = [
  'levelAllowsCross',
  'noConsent',
  'notIsolatable',
  'inLiquidation',
  'poolNotSound',
  'priceUnusable',
  'leverage',
  'isolatedShort',
  'remainderShort',
  'poolWindingDown',
] as const;
export type GrandfatherReason = (typeof GRANDFATHER_REASONS)[number];
