/**
 * The two drivers that prices alone tell, for each date from the dates up to it: volatility now against the long run, and how
 * much more often than usual the instrument fell hard together with others.
 */
import type { AlignedAsset, AlignedMarket } from '../market/alignedMarket.js';
import { ewmaFilter } from '../models/ewma.js';

export interface PriceDriverSettings {
  /** Of the volatility now: reacts within days. */
  readonly lambda: number;
  /** Returns before the first reading. */
  readonly warmup: number;
  /** Newest returns whose root mean square is the volatility of the long run. */
  readonly longRunDays: number;
  /** Of the recent co-exceedances. */
  readonly recentDays: number;
  /** Share of days that are called a hard fall, in ppm. */
  readonly tailPpm: number;
}

export const PRICE_DRIVER_SETTINGS: PriceDriverSettings = {
  lambda: 0.94,
  warmup: 250,
  longRunDays: 1000,
  recentDays: 250,
  tailPpm: 50_000,
};

export interface PriceDrivers {
  /** By date of the market; NaN where there are no data. */
  readonly volatilityRatio: Float64Array;
  readonly tailExcess: Float64Array;
}

export function priceDrivers(
  market: AlignedMarket,
  asset: string,
  settings: PriceDriverSettings = PRICE_DRIVER_SETTINGS,
): PriceDrivers {
  const own = market.assets.find((some) => some.asset === asset);
  if (own === undefined) throw new RangeError(`no asset ${asset}`);
  const ownFalls = hardFalls(own, settings);
  const peers = market.assets.filter((some) => some !== own).map((peer) => hardFalls(peer, settings));
  return {
    volatilityRatio: volatilityRatio(own, settings),
    tailExcess: tailExcess(ownFalls, peers, settings),
  };
}

/** EWMA volatility after the date's return, over the root mean square of the newest `longRunDays` returns. */
function volatilityRatio(
  { returns }: AlignedAsset,
  { lambda, warmup, longRunDays }: PriceDriverSettings,
): Float64Array {
  const places = [...returns.keys()].filter((day) => !Number.isNaN(returns[day]));
  const known = Float64Array.from(places, (day) => returns[day] as number);
  const { volatility } = ewmaFilter(known, { lambda, warmup, favourableCap: Number.POSITIVE_INFINITY });
  const ratio = new Float64Array(returns.length).fill(Number.NaN);
  for (let at = warmup; at < known.length; at++) {
    const longRun = rootMeanSquare(known.subarray(Math.max(0, at + 1 - longRunDays), at + 1));
    if (longRun > 0) ratio[places[at] as number] = (volatility[at + 1] as number) / longRun;
  }
  return ratio;
}

/**
 * (n - e) / sqrt(e), with n the co-exceedances of the newest `recentDays` dates, in the mean of the peers, and e what their
 * share of all dates so far would give: standard deviations of a Poisson count.
 */
function tailExcess(
  own: Float64Array,
  peers: readonly Float64Array[],
  { recentDays }: PriceDriverSettings,
): Float64Array {
  const excess = new Float64Array(own.length).fill(Number.NaN);
  const joint = own.map((isFall, day) => meanKnown(peers.map((peer) => (peer[day] as number) * isFall)));
  const known: number[] = [];
  const sums = [0];
  for (const [day, value] of joint.entries()) {
    if (Number.isNaN(value)) continue;
    known.push(value);
    sums.push((sums.at(-1) as number) + value);
    const all = known.length;
    if (all < 2 * recentDays) continue;
    const total = sums[all] as number;
    const expected = (total / all) * recentDays;
    if (expected > 0)
      excess[day] = (total - (sums[all - recentDays] as number) - expected) / Math.sqrt(expected);
  }
  return excess;
}

/** 1 where the return is below the tail quantile of the returns before it, 0 elsewhere, NaN without enough of them. */
function hardFalls({ returns }: AlignedAsset, { warmup, tailPpm }: PriceDriverSettings): Float64Array {
  const sorted: number[] = [];
  return returns.map((value) => {
    if (Number.isNaN(value)) return Number.NaN;
    const count = Math.ceil((sorted.length * tailPpm) / 1e6);
    const isFall = sorted.length < warmup ? Number.NaN : Number(value < (sorted[count - 1] as number));
    sorted.splice(placeOf(sorted, value), 0, value);
    return isFall;
  });
}

function placeOf(sorted: readonly number[], value: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

function meanKnown(values: readonly number[]): number {
  const known = values.filter((value) => !Number.isNaN(value));
  return known.length === 0 ? Number.NaN : known.reduce((sum, value) => sum + value, 0) / known.length;
}

function rootMeanSquare(values: Float64Array): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);
}
