/** What a stress run takes beside a book, a crisis and a policy, as data. */
import type { LiquidationPolicy } from '../engine/liquidationPolicy.js';
import type { Policy } from './policy.js';
import type { RelativeBook } from './relativeBook.js';

/** A policy with what a crisis plays on: how the venue prices collateral, and whether its feeds may freeze. */
export interface StressPolicy extends Policy {
  /** ownBook: at the price on the venue's own book. index: at the index of several venues. */
  readonly collateralPrice: 'ownBook' | 'index';
  /**
   * What a frozen feed does. lastPrice: the venue goes on with what it shows, its floor, as if it were good. guarded: no
   * price comes, so that what there is grows stale and decides nothing.
   */
  readonly frozenFeed: 'lastPrice' | 'guarded';
  /** What positions are marked at: the venue's own book (default), or the index of several venues. */
  readonly markPrice?: 'ownBook' | 'index';
  /** Over its cap a market is closed to whoever would take a side, or goes on where nothing is added (default). */
  readonly overCap?: 'closed' | 'transfersGoOn';
}

/** How trades of a run move prices. */
export type StressImpact = CurveImpact | BookImpact;

/** A law of depth. */
export interface CurveImpact {
  readonly kind: 'powerDepth' | 'squareRoot' | 'exponential';
  /** Of an instrument's open interest: lots within 1% of the price, on one side, before the crisis. */
  readonly depthShareAtOnePercent: number;
  /** Share of each move that stays. */
  readonly permanence: number;
}

/** Explicit books, level by level: those that are given, and for other instruments drawn ones. */
export interface BookImpact {
  readonly kind: 'book';
  /** By instrument, as they stood before the crisis. */
  readonly books: ReadonlyMap<string, RelativeBook>;
  /** Of drawn books, as of `CurveImpact`. */
  readonly depthShareAtOnePercent: number;
  readonly permanence: number;
  /** Of drawn books, as of `BookDrawing`. */
  readonly seed: string;
  readonly levels: number;
  readonly reach: number;
  readonly unevenness: number;
}

export interface StressSettings {
  /** Null: everything trades at the mark, and nothing moves it. */
  readonly impact: StressImpact | null;
  /** Rounds after each step of the crisis, at most. */
  readonly roundsMax: number;
  /** Time from one round to the next. */
  readonly roundMs: number;
}

/** Reduction in quarters towards a health of 1.5, one order a second, takeover under half of maintenance margin. */
export const STRESS_LIQUIDATION: LiquidationPolicy = {
  warningHealthPpm: 0n,
  callHealthPpm: 0n,
  targetHealthPpm: 1_500_000n,
  closeOutHealthPpm: 500_000n,
  stepPpm: 250_000n,
  minStepLots: 1n,
  slippagePpm: 20_000n,
  feePpm: 1_000n,
  orderLifeMs: 3_000,
  pauseMs: 1_000,
};

export const STRESS_SETTINGS: StressSettings = {
  impact: { kind: 'powerDepth', depthShareAtOnePercent: 0.05, permanence: 0.3 },
  roundsMax: 40,
  roundMs: 1_000,
};

/** Forty levels within a tenth of the price, uneven by up to a half. */
export const DRAWN_BOOKS: Omit<BookImpact, 'depthShareAtOnePercent' | 'permanence'> = {
  kind: 'book',
  books: new Map(),
  seed: 's1',
  levels: 40,
  reach: 0.1,
  unevenness: 0.5,
};
