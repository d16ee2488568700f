/** What a margin does when volatility steps up and stays there: how fast, how far, and how far beyond. */
import { seededRandom } from '../../base/random.js';
import { normalQuantile } from '../normal.js';

export interface VolatilityStep {
  readonly daysBefore: number;
  readonly daysAfter: number;
  /** Of a day, before the step: 0.02. */
  readonly volatility: number;
  /** Volatility after over before. */
  readonly factor: number;
  readonly seed: string;
}

export const VOLATILITY_STEP: VolatilityStep = {
  daysBefore: 1500,
  daysAfter: 250,
  volatility: 0.02,
  factor: 3,
  seed: 'step',
};

/** Normal returns with the step; the first of the new ones is at `daysBefore`. */
export function steppedReturns({
  daysBefore,
  daysAfter,
  volatility,
  factor,
  seed,
}: VolatilityStep): Float64Array {
  const random = seededRandom(seed);
  return Float64Array.from({ length: daysBefore + daysAfter }, (_, day) => {
    const deviation = volatility * (day < daysBefore ? 1 : factor);
    return Math.max(-0.99, deviation * normalQuantile((random.word() + 0.5) / 2 ** 32));
  });
}

export interface ImpulseResponse {
  /** Margin on the day of the step, before anything is known of it. */
  readonly before: number;
  /** Mean of the last 50 days. */
  readonly settled: number;
  /** Days until half of the way, and nine tenths of it, are gone; null if never. */
  readonly daysToHalf: number | null;
  readonly daysToMost: number | null;
  /** The highest margin over the settled one, less 1; 0 if it never is above. */
  readonly overshoot: number;
}

/** Of margins whose day `stepAt` is the first of the new volatility. */
export function impulseResponse(margins: Float64Array, stepAt: number): ImpulseResponse {
  const after = margins.subarray(stepAt);
  const tail = after.subarray(-50);
  const before = after[0] as number;
  const settled = tail.reduce((sum, value) => sum + value, 0) / tail.length;
  const daysTo = (share: number) => {
    const found = after.findIndex((margin) => margin >= before + share * (settled - before));
    return found < 0 || settled <= before ? null : found;
  };
  const highest = after.reduce((most, value) => Math.max(most, value), 0);
  return {
    before,
    settled,
    daysToHalf: daysTo(0.5),
    daysToMost: daysTo(0.9),
    overshoot: Math.max(0, highest / settled - 1),
  };
}
