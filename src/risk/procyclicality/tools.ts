/**
 * Tools against margin that rises when it hurts most: Commission Delegated Regulation (EU) No 153/2013, article 28(1), as
 * functions from a model's margins, one a day, to margins. Each looks back only. Days are positions in the series.
 */

/** (a) A share on top of margin that may be used up while margin is rising. */
export interface BufferSettings {
  /** Of the margin: 0.25. */
  readonly share: number;
  /** Margin is rising where it is above its mean over `meanDays` days by this share or more. */
  readonly riseShare: number;
  readonly meanDays: number;
  /** How much of the full buffer comes back in a day when margin is not rising. */
  readonly refillShare: number;
}

export const BUFFER_SETTINGS: BufferSettings = {
  share: 0.25,
  riseShare: 0.1,
  meanDays: 30,
  refillShare: 0.05,
};

/**
 * (a) Calm: m x (1 + share). Rising: what is asked already, but not less than m nor more than m x (1 + share), so that
 * the buffer pays for the rise before the client does. Afterwards it comes back in steps of `refillShare`.
 */
export function withBuffer(margins: Float64Array, settings: BufferSettings = BUFFER_SETTINGS): Float64Array {
  const { share, riseShare, meanDays, refillShare } = settings;
  const mean = trailingMean(margins, meanDays);
  let asked = (margins[0] ?? 0) * (1 + share);
  return margins.map((margin, day) => {
    const full = margin * (1 + share);
    const isRising = margin >= (mean[day] as number) * (1 + riseShare);
    const refilled = isRising ? asked : asked + refillShare * share * margin;
    asked = Math.min(full, Math.max(margin, refilled));
    return asked;
  });
}

/** (b) A weight on a stressed period. */
export interface StressSettings {
  /** 0.25. */
  readonly weight: number;
  /** Length of the period. */
  readonly days: number;
}

export const STRESS_SETTINGS: StressSettings = { weight: 0.25, days: 60 };

/**
 * (b) (1 - weight) x m + weight x s, never below m; s is the highest mean margin over `days` days in a row up to this
 * one: what the model asked in the worst such period that it has seen.
 */
export function withStress(margins: Float64Array, settings: StressSettings = STRESS_SETTINGS): Float64Array {
  const { weight, days } = settings;
  const mean = trailingMean(margins, days);
  let stressed = 0;
  return margins.map((margin, day) => {
    const recent = mean[day] as number;
    // Until there is one such period, all days so far stand for it.
    stressed = day < days ? recent : Math.max(stressed, recent);
    return Math.max(margin, (1 - weight) * margin + weight * stressed);
  });
}

/** (c) A floor from volatility of the long run. */
export interface FloorSettings {
  /** How much of it is the floor: 1 is the article's own, 0.8 is lighter. */
  readonly share: number;
  /** Ten years of days that trade every day: 3650. */
  readonly days: number;
}

export const FLOOR_SETTINGS: FloorSettings = { share: 1, days: 3650 };

/** (c) Not below share x the floor of the long run. */
export function withFloor(margins: Float64Array, settings: FloorSettings = FLOOR_SETTINGS): Float64Array {
  const floors = longRunMargins(margins, settings.days);
  return margins.map((margin, day) => Math.max(margin, settings.share * (floors[day] as number)));
}

/**
 * The margin that volatility over the last `days` days would give: the root mean square of the margins of those days.
 * For a model whose margin is a multiple of its volatility that is the multiple of the root mean variance.
 */
export function longRunMargins(margins: Float64Array, days: number): Float64Array {
  return trailingMean(
    margins.map((margin) => margin * margin),
    days,
  ).map(Math.sqrt);
}

/** Up at once, down late. */
export interface HysteresisSettings {
  /** What is asked comes down only if this share below it would do. */
  readonly bandShare: number;
  /** And would have done on so many days in a row. */
  readonly dwellDays: number;
}

export const HYSTERESIS_SETTINGS: HysteresisSettings = { bandShare: 0.1, dwellDays: 10 };

/** What is asked stays until more is needed, or until much less has been enough for long: then the most of those days. */
export function withHysteresis(
  margins: Float64Array,
  { bandShare, dwellDays }: HysteresisSettings = HYSTERESIS_SETTINGS,
): Float64Array {
  let asked = margins[0] ?? 0;
  let [days, most] = [0, 0];
  return margins.map((margin) => {
    const isFarBelow = margin < asked * (1 - bandShare);
    [days, most] = isFarBelow ? [days + 1, Math.max(most, margin)] : [0, 0];
    if (margin > asked) asked = margin;
    if (days < dwellDays || !isFarBelow) return asked;
    asked = most;
    [days, most] = [0, 0];
    return asked;
  });
}

/** Mean of each day and those before it, at most `days` in all. */
export function trailingMean(values: Float64Array, days: number): Float64Array {
  let sum = 0;
  return values.map((value, day) => {
    sum += value - (day >= days ? (values[day - days] as number) : 0);
    return sum / Math.min(day + 1, days);
  });
}
