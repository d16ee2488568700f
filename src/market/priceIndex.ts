/**
 * One price out of several sources, so that no single book decides what something is worth. Stale sources are left out, then
 * those too far from the median of the rest; what is left counts at most the clip away from that median, by weight. Too few
 * sources left, or the market's own book alone where it may not be, is no price (PRC-01, MAR-11).
 *
 *   m   = median of the fresh prices, of an even number the mean of the two in the middle, rounded down
 *   p_i dropped where |p_i - m| > outlier x m, else c_i = p_i held inside [m x (1 - clip), m x (1 + clip)]
 *   I   = sum(w_i x c_i) / sum(w_i), rounded down
 *   of the own book w_o = min(w_o, s / (1 - s) x sum of the others' weights), s its largest share
 *
 * Weights do not decide about m: a heavy source cannot choose what an outlier is. With three fresh sources or more, one of
 * them cannot take the index further than the clip beyond the range of the others.
 */
import { abs, divCeil, divFloor, max, min, PPM } from '../base/index.js';
import type { Ppm, TimeMs } from '../base/units.js';

export interface PriceSource {
  readonly source: string;
  /** Any unit, the same for all; null: nothing came of it yet. */
  readonly quote: { readonly price: bigint; readonly timeMs: TimeMs } | null;
  /** Above 0. */
  readonly weight: bigint;
  /** Its price is stale when older than this. */
  readonly maxAgeMs: TimeMs;
  /** Whether it is the book of the market that the price is for; one source at most. */
  readonly isOwnBook: boolean;
}

export interface IndexRules {
  /** Fewer than this many sources left is no price. */
  readonly sourcesMin: number;
  /** Further than this from the median of the fresh sources is an outlier. */
  readonly outlierPpm: Ppm;
  /** What is left counts at most this far from the median. */
  readonly clipPpm: Ppm;
  /** Largest share of the index that the own book may have. Below one it is never a price by itself. */
  readonly ownBookSharePpm: Ppm;
}

export const SOURCE_VERDICTS = [
  'used',
  'clipped',
  'missing',
  'stale',
  'notPositive',
  'outlier',
  /** The own book, and nobody else is left. */
  'ownBookAlone',
] as const;
export type SourceVerdict = (typeof SOURCE_VERDICTS)[number];

export interface CountedSource {
  readonly source: string;
  readonly verdict: SourceVerdict;
  /** The price it counted at; 0 where it did not. */
  readonly countedPrice: bigint;
  /** Its share of the index, rounded down. */
  readonly sharePpm: Ppm;
}

export interface PriceIndex {
  /** Null: not enough sources. */
  readonly price: bigint | null;
  /** In the order given. */
  readonly sources: readonly CountedSource[];
}

export function composeIndex(sources: readonly PriceSource[], rules: IndexRules, nowMs: TimeMs): PriceIndex {
  const middle = medianFloor(sources.flatMap((each) => soundPrice(each, nowMs) ?? []));
  const judged = sources.map((source) => ({ source, ...judge(source, { rules, nowMs, middle }) }));
  const left = judged.filter(({ countedPrice }) => countedPrice > 0n).map(({ source }) => source);
  const weights = new Map(left.map((source) => [source, weightOf(source, left, rules)]));
  const weightOfAll = [...weights.values()].reduce((sum, weight) => sum + weight, 0n);
  const counted = judged.map(({ source, verdict, countedPrice }): CountedSource => {
    const weight = weights.get(source) ?? 0n;
    if (weight > 0n)
      return { source: source.source, verdict, countedPrice, sharePpm: divFloor(weight * PPM, weightOfAll) };
    const why = countedPrice > 0n ? 'ownBookAlone' : verdict;
    return { source: source.source, verdict: why, countedPrice: 0n, sharePpm: 0n };
  });
  const number = counted.filter(({ countedPrice }) => countedPrice > 0n).length;
  if (weightOfAll === 0n || number < rules.sourcesMin) return { price: null, sources: counted };
  const sum = judged.reduce((all, { source, countedPrice }) => {
    return all + (weights.get(source) ?? 0n) * countedPrice;
  }, 0n);
  return { price: divFloor(sum, weightOfAll), sources: counted };
}

/** The price of a source that is fresh and can be one. */
function soundPrice({ quote, maxAgeMs }: PriceSource, nowMs: TimeMs): bigint | null {
  return quote !== null && quote.price > 0n && nowMs - quote.timeMs <= maxAgeMs ? quote.price : null;
}

function judge(
  source: PriceSource,
  by: { readonly rules: IndexRules; readonly nowMs: TimeMs; readonly middle: bigint | null },
): Pick<CountedSource, 'verdict' | 'countedPrice'> {
  const { quote } = source;
  const { middle, rules } = by;
  const price = soundPrice(source, by.nowMs);
  if (quote === null) return { verdict: 'missing', countedPrice: 0n };
  if (quote.price <= 0n) return { verdict: 'notPositive', countedPrice: 0n };
  if (price === null || middle === null) return { verdict: 'stale', countedPrice: 0n };
  if (abs(price - middle) * PPM > rules.outlierPpm * middle) return { verdict: 'outlier', countedPrice: 0n };
  const least = max(1n, divCeil(middle * (PPM - rules.clipPpm), PPM));
  const countedPrice = min(max(price, least), divFloor(middle * (PPM + rules.clipPpm), PPM));
  return { verdict: countedPrice === price ? 'used' : 'clipped', countedPrice };
}

/** All times 1 - s in ppm, so that a capped weight is exact. */
function weightOf(source: PriceSource, left: readonly PriceSource[], rules: IndexRules): bigint {
  const share = rules.ownBookSharePpm;
  if (share >= PPM) return source.weight;
  const scaled = source.weight * (PPM - share);
  if (!source.isOwnBook) return scaled;
  const others = left.reduce((sum, { isOwnBook, weight }) => (isOwnBook ? sum : sum + weight), 0n);
  return min(scaled, share * others);
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
