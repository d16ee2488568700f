/**
 * What snapshots of volume, spread and depth tell of an asset's market at a time: depth and spread against their medians, open
 * interest and the largest position against the volume of a bad day. Only what had been taken by then counts.
 *
 * A source is a venue and instrument. Like is compared with like: of the sources that are there now and have been there often
 * enough, what they say together against what the same ones said together before. One that has gone is no shortfall.
 */
import { halfSpread, type LiquiditySnapshot, snapshotTimes, worstOf } from '../market/index.js';
import { STRESS_RULES } from '../parameters/index.js';
import {
  NOTHING_OBSERVED,
  type ObservedReadings,
  observedReadings,
  type VenueObservation,
} from './observedDrivers.js';

export interface LiquidityDriverSettings {
  /** Before the snapshot that is read; medians and the volume of a bad day are of one snapshot for each, of about the same hour. */
  readonly usualDays: number;
  /** Of these, that a source, and sources together, must have been seen on. */
  readonly daysMin: number;
  /** A snapshot so old, or older, tells nothing. */
  readonly ageMsMax: number;
  /** Of the volumes, those that are worse than on a bad day. */
  readonly stressShare: number;
}

const DAY_MS = 86_400_000;

export const LIQUIDITY_DRIVER_SETTINGS: LiquidityDriverSettings = {
  usualDays: 250,
  daysMin: 30,
  ageMsMax: DAY_MS,
  stressShare: STRESS_RULES.share,
};

/** Of the snapshots of one asset. What they do not tell is null. */
export function liquidityReadings(
  snapshots: readonly LiquiditySnapshot[],
  settings: LiquidityDriverSettings = LIQUIDITY_DRIVER_SETTINGS,
): (timeMs: number) => ObservedReadings {
  const times = snapshotTimes(snapshots).map(({ timeMs, snapshots: own }) => ({
    timeMs,
    bySource: new Map(own.map((snapshot) => [sourceOf(snapshot), snapshot])),
  }));
  return (timeMs) => {
    const at = countUpTo(times, timeMs) - 1;
    const now = times[at];
    if (now === undefined || timeMs - now.timeMs >= settings.ageMsMax) return seen({});
    const before = sameHourBefore(times.slice(0, at), now.timeMs, settings.usualDays);
    const window = { now: now.bySource, before, settings };
    return {
      ...seen({ ...depthSeen(window), ...spreadSeen(window) }),
      openInterestDays: seen(openInterestSeen(window)).openInterestDays,
      concentrationDays: seen(largestSeen(window)).concentrationDays,
    };
  };
}

function seen(part: Partial<VenueObservation>): ObservedReadings {
  return observedReadings({ ...NOTHING_OBSERVED, ...part });
}

type BySource = ReadonlyMap<string, LiquiditySnapshot>;

interface SourceTime {
  readonly timeMs: number;
  readonly bySource: BySource;
}

interface Window {
  readonly now: BySource;
  readonly before: readonly SourceTime[];
  readonly settings: LiquidityDriverSettings;
}

/** Of the thinner side, within the greatest distance that any source knows both sides of. */
function depthSeen(window: Window) {
  const distance = Math.max(...[...window.now.values()].flatMap((snapshot) => widestKnown(snapshot) ?? []));
  const compared = comparable(window, (snapshot) => depthWithin(snapshot, distance));
  if (compared === null) return {};
  const thinner = (sides: readonly Sides[]) =>
    Math.min(sumOf(sides.map(({ bid }) => bid)), sumOf(sides.map(({ ask }) => ask)));
  return { depth: thinner(compared.now), depthMedian: positiveMedian(compared.before.map(thinner)) };
}

function spreadSeen(window: Window) {
  const compared = comparable(window, halfSpread);
  if (compared === null) return {};
  const narrowest = (halves: readonly number[]) => Math.min(...halves);
  return { spread: narrowest(compared.now), spreadMedian: positiveMedian(compared.before.map(narrowest)) };
}

function openInterestSeen(window: Window) {
  const found = againstVolume(window, ({ openInterest }) => openInterest);
  return found === null ? {} : { stressedAdv: found.stressedAdv, openInterest: sumOf(found.sizes) };
}

function largestSeen(window: Window) {
  const found = againstVolume(window, ({ largestPosition }) => largestPosition);
  return found === null ? {} : { stressedAdv: found.stressedAdv, largestPosition: Math.max(...found.sizes) };
}

/** Sizes that sources state, and the volume that these sources together have on a bad day. */
function againstVolume(window: Window, sizeOf: (snapshot: LiquiditySnapshot) => number | null) {
  const stating = new Map([...window.now].filter(([, snapshot]) => sizeOf(snapshot) !== null));
  const compared = comparable({ ...window, now: stating }, ({ volume }) => volume);
  if (compared === null) return null;
  const volumes = [...compared.before, compared.now].map(sumOf);
  return {
    stressedAdv: worstOf(volumes, { share: window.settings.stressShare, is: 'least' }),
    sizes: compared.sources.map((snapshot) => sizeOf(snapshot) as number),
  };
}

interface Comparable<V> {
  readonly sources: readonly LiquiditySnapshot[];
  /** Of these sources, in their order. */
  readonly now: readonly V[];
  /** Of the same, at each earlier time at which all of them knew it. */
  readonly before: readonly (readonly V[])[];
}

/** Null where no source, or not all together, were there often enough. */
function comparable<V>(
  { now, before, settings: { daysMin } }: Window,
  read: (snapshot: LiquiditySnapshot) => V | null,
): Comparable<V> | null {
  const isUsual = (source: string) =>
    before.filter(({ bySource }) => known(bySource.get(source), read) !== null).length >= daysMin;
  const sources = [...now].filter(([source, one]) => read(one) !== null && isUsual(source));
  const together = before.flatMap(({ bySource }) => {
    const values = sources.map(([source]) => known(bySource.get(source), read));
    return values.includes(null) ? [] : [values as V[]];
  });
  if (sources.length === 0 || together.length < daysMin) return null;
  const snapshots = sources.map(([, snapshot]) => snapshot);
  return { sources: snapshots, now: snapshots.map((one) => read(one) as V), before: together };
}

function known<V>(
  snapshot: LiquiditySnapshot | undefined,
  read: (snapshot: LiquiditySnapshot) => V | null,
): V | null {
  return snapshot === undefined ? null : read(snapshot);
}

function sourceOf({ venue, instrument }: LiquiditySnapshot): string {
  return JSON.stringify([venue, instrument]);
}

interface Sides {
  readonly bid: number;
  readonly ask: number;
}

function depthWithin({ depths }: LiquiditySnapshot, distance: number): Sides | null {
  const found = depths.find(({ basisPoints }) => basisPoints === distance);
  return found === undefined || found.bid === null || found.ask === null
    ? null
    : { bid: found.bid, ask: found.ask };
}

function widestKnown({ depths }: LiquiditySnapshot): number | null {
  const known = depths.findLast(({ bid, ask }) => bid !== null && ask !== null);
  return known === undefined ? null : known.basisPoints;
}

/** Null where nothing is usual: there is no shortfall against it. */
function positiveMedian(values: readonly number[]): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  const [below, above] = [Math.ceil(sorted.length / 2) - 1, Math.floor(sorted.length / 2)];
  const median = ((sorted[below] as number) + (sorted[above] as number)) / 2;
  return median > 0 ? median : null;
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

/** For each of so many days back the time nearest to the same hour, at most half a day from it. */
function sameHourBefore(times: readonly SourceTime[], timeMs: number, days: number): SourceTime[] {
  return Array.from({ length: days }, (_, back) => timeMs - (back + 1) * DAY_MS).flatMap((wantedMs) => {
    const at = countUpTo(times, wantedMs);
    const near = [times[at - 1], times[at]].filter(
      (time) =>
        time !== undefined && wantedMs - time.timeMs < DAY_MS / 2 && time.timeMs - wantedMs <= DAY_MS / 2,
    ) as SourceTime[];
    const [first, second] = near;
    if (first === undefined || second === undefined) return near;
    return [wantedMs - first.timeMs <= second.timeMs - wantedMs ? first : second];
  });
}

/** How many of them are not later. */
function countUpTo(times: readonly SourceTime[], timeMs: number): number {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((times[middle] as SourceTime).timeMs <= timeMs) low = middle + 1;
    else high = middle;
  }
  return low;
}
