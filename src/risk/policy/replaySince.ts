/** A replay from a later date on: for pictures and figures of a crisis alone. */
import type { PolicyReplay } from './policyReplay.js';

/** The days before were walked all the same: accounts stand as they had come to stand. Null where no date is left. */
export function replaySince(replay: PolicyReplay, from: string): PolicyReplay | null {
  const before = replay.dates.filter((date) => date < from).length;
  if (before === replay.dates.length) return null;
  return {
    ...replay,
    dates: replay.dates.slice(before),
    assets: replay.assets.map((one) => ({
      ...one,
      fixedRates: one.fixedRates.slice(before),
      rates: one.rates.slice(before),
      levels: one.levels.slice(before),
    })),
    policies: replay.policies.map(({ policy, days }) => ({ policy, days: days.slice(before) })),
  };
}
