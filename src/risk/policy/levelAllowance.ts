/** What each isolation level lets accounts of the replay do. Each level allows no more than the one before it. */
import type { IsolationLevel } from '../levels/index.js';

export interface LevelAllowance {
  /** Positions of portfolio accounts are margined together with others that may be, on scenarios. */
  readonly offsets: boolean;
  /** A position may be opened in an account that it shares with others. */
  readonly sharing: boolean;
  /** Collateral above the requirement may be taken out. */
  readonly removal: boolean;
  /** Positions may be opened. */
  readonly opening: boolean;
}

export const LEVEL_ALLOWANCES: Readonly<Record<IsolationLevel, LevelAllowance>> = {
  portfolio: { offsets: true, sharing: true, removal: true, opening: true },
  cross: { offsets: false, sharing: true, removal: true, opening: true },
  isolated: { offsets: false, sharing: false, removal: true, opening: true },
  strictIsolated: { offsets: false, sharing: false, removal: false, opening: true },
  reduceOnly: { offsets: false, sharing: false, removal: false, opening: false },
};
