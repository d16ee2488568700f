/** What a command is decided on, and what deciding gives: a refusal, or the events that make it so. */

import type { Derived } from './derived.js';
import type { Event } from './event.js';
import type { Rejection } from './rejection.js';
import type { State } from './state.js';

/** Everything a decision may look at. It reads; only `evolve` writes. */
export interface Situation {
  readonly state: State;
  readonly derived: Derived;
  /** Time of the command, never before the last one's. */
  readonly timeMs: number;
}

export type Decision = Rejection | readonly Event[];

export function isRejection(decision: Decision): decision is Rejection {
  return !Array.isArray(decision);
}
