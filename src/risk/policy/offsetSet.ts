/** What positions margined together need, on one scenario set: the offset between them, and each one's part. */
import { ok, type Result } from '../../base/index.js';
import type { AlignedMarket } from '../market/alignedMarket.js';
import { type JointParameters, jointScenarios } from '../market/jointScenarios.js';
import { type Confidence, readConfidence, tailCount } from '../measures/tailCount.js';
import type { RiskFault } from '../riskFault.js';

export interface OffsetRules {
  /** Decimal text. */
  readonly confidence: string;
  /** Offsets take at most this share off the sum of the positions' own margins. */
  readonly capShare: number;
  readonly joint: Partial<JointParameters>;
}

export const OFFSET_RULES: OffsetRules = { confidence: '0.99', capShare: 0.8, joint: {} };

export interface OffsetSet {
  /** Move of each asset in each scenario. */
  readonly moves: ReadonlyMap<string, Float64Array>;
  readonly confidence: Confidence;
  readonly capShare: number;
  /** Shapes found so far: the same positions are asked for by each policy, and on many days of a set that stays. */
  readonly shapes: Map<string, OffsetShape>;
}

export interface OffsetLeg {
  readonly asset: string;
  /** Negative for shorts. */
  readonly value: number;
  /** Of the position alone, by the rate of its instrument. */
  readonly margin: number;
}

/** From the dates up to the close of `day`. Young assets borrow from those with the longest history. */
export function offsetSet(
  market: AlignedMarket,
  { day, assets }: { readonly day: number; readonly assets: readonly string[] },
  { confidence, capShare, joint }: OffsetRules,
): Result<OffsetSet, RiskFault> {
  const read = readConfidence(confidence);
  if (!read.ok) return read;
  const until = day + 1;
  const chosen = market.assets
    .filter(({ asset }) => assets.includes(asset))
    .sort((a, b) => a.first - b.first);
  const peers = Object.fromEntries(
    chosen.map(({ asset }) => [asset, chosen.map((some) => some.asset).filter((some) => some !== asset)]),
  );
  const known = {
    ...market,
    timesMs: market.timesMs.slice(0, until),
    dates: market.dates.slice(0, until),
    assets: chosen.map((asset) => ({
      ...asset,
      returns: asset.returns.subarray(0, until),
      lows: asset.lows.subarray(0, until),
      highs: asset.highs.subarray(0, until),
    })),
  };
  const made = jointScenarios(known, { peers, ...joint });
  if (!made.ok) return made;
  const moves = new Map(made.value.assets.map(({ asset, closes }) => [asset, closes]));
  return ok({ moves, confidence: read.value, capShare, shapes: new Map() });
}

/**
 * Parts of a margin of max(ES(sum X) / sum ES(X), 1 - cap) x sum of the legs' own margins: rates say how much, scenarios how
 * much of it the legs take off each other. Parts go by Euler contribution; a hedge, which contributes less than nothing,
 * has none. The cap is the smaller of the set's and the levels'. Without a set there is no offset.
 */
export function offsetParts(set: OffsetSet | null, legs: readonly OffsetLeg[], levelCap = 1): number[] {
  if (set === null || legs.length < 2 || levelCap === 0) return legs.map(({ margin }) => margin);
  const key = legs.map(({ asset, value }) => `${asset} ${value}`).join();
  const shape = set.shapes.get(key) ?? offsetShape(set, legs);
  set.shapes.set(key, shape);
  const { ratio, parts } = shape;
  const gross = legs.reduce((sum, { margin }) => sum + margin, 0);
  const amount = gross * Math.min(1, Math.max(ratio, 1 - Math.min(set.capShare, levelCap)));
  return legs.map(({ margin }, at) =>
    parts === null ? (amount * margin) / gross : amount * (parts[at] as number),
  );
}

/** What the scenarios say of some positions, whatever their rates are. */
interface OffsetShape {
  /** ES of the sum over the sum of ES. */
  readonly ratio: number;
  /** Of the whole, by contribution; null where nothing is lost together. */
  readonly parts: readonly number[] | null;
}

function offsetShape({ moves, confidence }: OffsetSet, legs: readonly OffsetLeg[]): OffsetShape {
  const losses = legs.map(({ asset, value }) =>
    (moves.get(asset) as Float64Array).map((move) => -value * move),
  );
  const total = new Float64Array((losses[0] as Float64Array).length);
  for (const own of losses)
    for (let at = 0; at < total.length; at++) total[at] = (total[at] as number) + (own[at] as number);
  const tail = worstOf(total, confidence);
  const apart = losses.reduce(
    (sum, own) => sum + Math.max(0, weightedMean(own, worstOf(own, confidence))),
    0,
  );
  const euler = losses.map((own) => Math.max(0, weightedMean(own, tail)));
  const positive = euler.reduce((sum, part) => sum + part, 0);
  return {
    ratio: apart > 0 ? Math.max(0, weightedMean(total, tail)) / apart : 1,
    parts: positive > 0 ? euler.map((part) => part / positive) : null,
  };
}

interface Tail {
  readonly places: Int32Array;
  readonly weights: Float64Array;
}

/** The tail of `tailMeasure`, picked without sorting all. Of equal losses the earlier one is the worse. */
export function worstOf(losses: Float64Array, confidence: Confidence): Tail {
  const { count, mass, lastPart } = tailCount(losses.length, confidence);
  const places = new Int32Array(count);
  const worst = new Float64Array(count).fill(Number.NEGATIVE_INFINITY);
  for (let at = 0; at < losses.length; at++) {
    const loss = losses[at] as number;
    if (!(loss > (worst[count - 1] as number))) continue;
    let rank = count - 1;
    for (; rank > 0 && loss > (worst[rank - 1] as number); rank--) {
      worst[rank] = worst[rank - 1] as number;
      places[rank] = places[rank - 1] as number;
    }
    worst[rank] = loss;
    places[rank] = at;
  }
  const weights = new Float64Array(count).fill(1 / mass);
  weights[count - 1] = lastPart / mass;
  return { places, weights };
}

function weightedMean(losses: Float64Array, { places, weights }: Tail): number {
  let sum = 0;
  for (let rank = 0; rank < places.length; rank++)
    sum += (weights[rank] as number) * (losses[places[rank] as number] as number);
  return sum;
}
