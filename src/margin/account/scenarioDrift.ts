/** Whether vectors are too old to be used: they are made from prices of one moment, and the P&L of a lot depends on them. */
import { abs, PPM } from '../../base/integers.js';
import type { MarkTicks, Ppm, TimeMs } from '../../base/units.js';

/** What the vectors were made from. */
export interface ScenarioReference {
  readonly madeAtMs: TimeMs;
  readonly marks: readonly ReferenceMark[];
}

/** The price that moves an instrument's vector: its mark, or of an option the index of its underlying. */
export interface ReferenceMark {
  readonly instrument: number;
  readonly markTicks: MarkTicks;
}

export interface DriftLimits {
  readonly driftPpm: Ppm;
  readonly maxAgeMs: number;
}

/** The first reason found: age, then the instruments in the order of the marks now. */
export type Staleness =
  | { readonly kind: 'age'; readonly ageMs: number }
  | { readonly kind: 'unknown'; readonly instrument: number }
  /** Share of the reference, ppm, rounded down. */
  | { readonly kind: 'drift'; readonly instrument: number; readonly driftPpm: Ppm };

/** Null while the vectors may be used. At a limit they still may; of an instrument without a reference they may not. */
export function scenarioStaleness(
  reference: ScenarioReference,
  now: { readonly timeMs: TimeMs; readonly marks: readonly ReferenceMark[] },
  limits: DriftLimits,
): Staleness | null {
  const ageMs = now.timeMs - reference.madeAtMs;
  if (ageMs > limits.maxAgeMs) return { kind: 'age', ageMs };
  const made = new Map(reference.marks.map(({ instrument, markTicks }) => [instrument, markTicks]));
  for (const { instrument, markTicks } of now.marks) {
    const from = made.get(instrument);
    if (from === undefined) return { kind: 'unknown', instrument };
    const moved = abs(markTicks - from) * PPM;
    if (moved > limits.driftPpm * from) return { kind: 'drift', instrument, driftPpm: moved / from };
  }
  return null;
}
