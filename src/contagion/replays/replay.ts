/**
 * A replay of a crisis, as data: a small book, what people did, the policy of the day and policies that isolate, and what
 * is left out of the crisis where its key mechanism is switched off. The code that runs them is one and the same.
 */
import type { CrisisChange } from '../crisisChange.js';
import type { StressAct } from '../stressActs.js';
import type { StressPolicy, StressSettings } from '../stressSettings.js';
import type { FigureName } from './replayFigures.js';
import type { BookSketch } from './sketchBook.js';

export interface Replay {
  /** The crisis of the library, whose id it has. */
  readonly id: string;
  readonly title: string;
  /** Instruments the mechanism works on. */
  readonly market: readonly string[];
  readonly book: BookSketch;
  readonly acts: readonly StressAct[];
  /** How the crisis is taken, with its mechanism and without. */
  readonly crisis: CrisisChange;
  readonly withoutMechanism: CrisisChange;
  /** The first is that of the day. */
  readonly policies: readonly [StressPolicy, ...StressPolicy[]];
  readonly settings: StressSettings;
  /** What the page of the replay shows, in this order. */
  readonly figures: readonly FigureName[];
  readonly page: ReplayPage;
}

/** Paragraphs, in markdown. */
export interface ReplayPage {
  /** What the book and the policies of the run stand for. */
  readonly setting: string;
  readonly mechanism: string;
  readonly switchedOff: string;
  readonly stops: string;
  readonly doesNotStop: string;
}
