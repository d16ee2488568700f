/** Tools against procyclicality by name, and in combination: what a margin model is followed by. */
import {
  BUFFER_SETTINGS,
  type BufferSettings,
  FLOOR_SETTINGS,
  type FloorSettings,
  HYSTERESIS_SETTINGS,
  type HysteresisSettings,
  STRESS_SETTINGS,
  type StressSettings,
  withBuffer,
  withFloor,
  withHysteresis,
  withStress,
} from './tools.js';

/** What is null is left out. */
export interface AntiProcyclicalPolicy {
  readonly id: string;
  readonly buffer: BufferSettings | null;
  readonly stress: StressSettings | null;
  readonly floor: FloorSettings | null;
  readonly hysteresis: HysteresisSettings | null;
}

const NONE: AntiProcyclicalPolicy = { id: 'none', buffer: null, stress: null, floor: null, hysteresis: null };

export const ANTI_PROCYCLICAL_POLICIES = {
  none: NONE,
  buffer: { ...NONE, id: 'buffer', buffer: BUFFER_SETTINGS },
  stress: { ...NONE, id: 'stress', stress: STRESS_SETTINGS },
  floor: { ...NONE, id: 'floor', floor: FLOOR_SETTINGS },
  hysteresis: { ...NONE, id: 'hysteresis', hysteresis: HYSTERESIS_SETTINGS },
  /** A quarter on a stressed period, 80% of the floor of the long run, up at once and down late. */
  default: {
    ...NONE,
    id: 'default',
    stress: STRESS_SETTINGS,
    floor: { ...FLOOR_SETTINGS, share: 0.8 },
    hysteresis: HYSTERESIS_SETTINGS,
  },
} as const satisfies Record<string, AntiProcyclicalPolicy>;

/**
 * The margins asked: the largest of what buffer, stress and floor make of the model's margins, then hysteresis. Never below
 * the model's own.
 */
export function antiProcyclical(margins: Float64Array, policy: AntiProcyclicalPolicy): Float64Array {
  const { buffer, stress, floor, hysteresis } = policy;
  const candidates = [
    margins,
    ...(buffer === null ? [] : [withBuffer(margins, buffer)]),
    ...(stress === null ? [] : [withStress(margins, stress)]),
    ...(floor === null ? [] : [withFloor(margins, floor)]),
  ];
  const largest = margins.map((_, day) => Math.max(...candidates.map((some) => some[day] as number)));
  return hysteresis === null ? largest : withHysteresis(largest, hysteresis);
}
