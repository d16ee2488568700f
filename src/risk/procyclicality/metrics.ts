/**
 * How procyclical is a margin, and what does taming it cost? Peak to trough and the largest rise within n days are the
 * measures of D. Murphy, M. Vasios, N. Vause, "An investigation into the procyclicality of risk-based initial margin
 * models", Bank of England Financial Stability Paper 29 (2014).
 */
export interface ProcyclicalityFigures {
  /** Largest margin over the smallest. */
  readonly peakToTrough: number;
  /** Largest m(t + n) / m(t) - 1, by n; 0 where margin never rises. */
  readonly largestRise: { readonly oneDay: number; readonly fiveDays: number; readonly thirtyDays: number };
  readonly mean: number;
  /** Mean margin over that of the model alone, less 1. */
  readonly cost: number;
}

/** Of margins above 0, one a day. `unmitigated` are those of the model alone, on the same days. */
export function procyclicality(margins: Float64Array, unmitigated: Float64Array): ProcyclicalityFigures {
  const mean = meanOf(margins);
  return {
    peakToTrough:
      margins.reduce((most, value) => Math.max(most, value), 0) /
      margins.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY),
    largestRise: {
      oneDay: largestRise(margins, 1),
      fiveDays: largestRise(margins, 5),
      thirtyDays: largestRise(margins, 30),
    },
    mean,
    cost: mean / meanOf(unmitigated) - 1,
  };
}

/** From any day to the n-th after it. */
export function largestRise(margins: Float64Array, days: number): number {
  let largest = 0;
  for (let day = days; day < margins.length; day++)
    largest = Math.max(largest, (margins[day] as number) / (margins[day - days] as number) - 1);
  return largest;
}

function meanOf(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
