/**
 * One price out of several sources, so that no single book decides what something is worth: stale sources are left out,
 * then those too far from the median of the rest, and what remains has its median taken. Too few sources left, or one
 * venue alone where more are asked for, is no price (PRC-01, MAR-11).
 */
import { abs, max, min, PPM } from '../base/index.js';
import type { Ppm, TimeMs } from '../base/units.js';

export interface PriceSource {
  readonly source: string;
  /** Any unit, the same for all. */
  readonly price: bigint;
  readonly timeMs: TimeMs;
}

export interface IndexRules {
  readonly maxAgeMs: TimeMs;
  /** Further than this from the median of the fresh sources is an outlier. */
  readonly outlierPpm: Ppm;
  /** Fewer than this many sources left is no price. */
  readonly sourcesMin: number;
}

export type SourceVerdict = 'used' | 'stale' | 'notPositive' | 'outlier';

export interface PriceIndex {
  /** Null: not enough sources. */
  readonly price: bigint | null;
  /** In the order given. */
  readonly verdicts: readonly { readonly source: string; readonly verdict: SourceVerdict }[];
}

export function indexOf(sources: readonly PriceSource[], rules: IndexRules, nowMs: TimeMs): PriceIndex {
  const isFresh = ({ timeMs }: PriceSource) => nowMs - timeMs <= rules.maxAgeMs;
  const sound = sources.filter((source) => source.price > 0n && isFresh(source));
  const middle = medianFloor(sound.map(({ price }) => price));
  const isOutlier = ({ price }: PriceSource) =>
    middle !== null && abs(price - middle) * PPM > rules.outlierPpm * middle;
  const used = sound.filter((source) => !isOutlier(source));
  const verdictOf = (source: PriceSource): SourceVerdict =>
    source.price <= 0n ? 'notPositive' : !isFresh(source) ? 'stale' : isOutlier(source) ? 'outlier' : 'used';
  return {
    price: used.length < rules.sourcesMin ? null : medianFloor(used.map(({ price }) => price)),
    verdicts: sources.map((source) => ({ source: source.source, verdict: verdictOf(source) })),
  };
}

/**
 * What collateral that can be redeemed is worth: its index, but while redemption is open not less than what redeeming
 * pays after its fee, and never more than that where it is a claim of fixed value. Rounded down.
 */
export function redeemablePrice(
  indexPrice: bigint,
  redemption: { readonly price: bigint; readonly feePpm: Ppm; readonly isOpen: boolean },
): bigint {
  const { price, feePpm, isOpen } = redemption;
  const floor = isOpen ? (price * (PPM - feePpm)) / PPM : 0n;
  return min(price, max(indexPrice, floor));
}

/** Of an even number the mean of the two in the middle, rounded down. */
function medianFloor(prices: readonly bigint[]): bigint | null {
  const sorted = prices.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  const at = sorted.length >> 1;
  const upper = sorted[at];
  if (upper === undefined) return null;
  return sorted.length % 2 === 1 ? upper : ((sorted[at - 1] as bigint) + upper) / 2n;
}
