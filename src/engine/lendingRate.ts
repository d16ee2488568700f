/**
 * What lending costs and how it accrues. With cash C, debts D and utilisation U = D / (C + D), the yearly rate is
 *
 *   U <= kink:  base + slopeBelow x U / kink
 *   U >  kink:  base + slopeBelow + slopeAbove x (U - kink) / (1 - kink)
 *
 * the two-slope curve of public lending pools. Interest is simple within an interval and compounds between intervals:
 *
 *   index' = index + index x rate x interval / year
 *
 * Utilisation, rate and index round up: against the debtors.
 */
import { divCeil, mulDivCeil, PPM } from '../base/index.js';

/** The borrow index of a pool that has not accrued yet; a debt is shares x index / this. */
export const INDEX_SCALE = 1_000_000_000_000_000n;

/** The index may grow this far before the lending pool accrues no more: it stays far inside int64. */
export const INDEX_MAX = 2n ** 62n;

/** A year of 365 days. */
export const YEAR_MS = 31_536_000_000n;

/** Rates and shares in ppm; rates a year. */
export interface RateModel {
  readonly baseRatePpm: bigint;
  readonly kinkPpm: bigint;
  readonly slopeBelowPpm: bigint;
  readonly slopeAbovePpm: bigint;
}

/** Share of what was lent that is out, ppm, rounded up; 0 where nothing was lent. */
export function utilisationCeil({ cash, debt }: { readonly cash: bigint; readonly debt: bigint }): bigint {
  return debt === 0n ? 0n : mulDivCeil(debt, PPM, cash + debt);
}

/** Yearly rate at a utilisation, ppm, rounded up. */
export function borrowRateCeil(model: RateModel, utilisationPpm: bigint): bigint {
  const { baseRatePpm, kinkPpm, slopeBelowPpm, slopeAbovePpm } = model;
  if (utilisationPpm <= kinkPpm) return baseRatePpm + mulDivCeil(slopeBelowPpm, utilisationPpm, kinkPpm);
  const above = mulDivCeil(slopeAbovePpm, utilisationPpm - kinkPpm, PPM - kinkPpm);
  return baseRatePpm + slopeBelowPpm + above;
}

/** The index after an interval at a rate, rounded up. */
export function grownIndex(
  index: bigint,
  { ratePpm, intervalMs }: { readonly ratePpm: bigint; readonly intervalMs: number },
): bigint {
  return index + divCeil(index * ratePpm * BigInt(intervalMs), PPM * YEAR_MS);
}
