/** Replays of crises that happened: the mechanism of the day, and what isolation makes of it. */
import { EMPTY_BOOK_2020 } from './2020-03-12-bitmex.js';
import { FROZEN_FEED_2022 } from './2022-05-09-terra.js';
import { DEPEG_2023 } from './2023-03-11-usdc.js';
import { SHARED_VAULT_2025 } from './2025-03-26-jelly.js';
import { OWN_BOOK_2025 } from './2025-10-10-own-book.js';
import type { Replay } from './replay.js';

export * from './replay.js';
export * from './replayFigures.js';
export * from './runReplay.js';
export * from './sketchBook.js';
export { DEPEG_2023, EMPTY_BOOK_2020, FROZEN_FEED_2022, OWN_BOOK_2025, SHARED_VAULT_2025 };

/** Oldest first. */
export const REPLAYS: readonly Replay[] = [
  EMPTY_BOOK_2020,
  FROZEN_FEED_2022,
  DEPEG_2023,
  SHARED_VAULT_2025,
  OWN_BOOK_2025,
];
