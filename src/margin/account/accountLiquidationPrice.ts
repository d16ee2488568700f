/**
 * Where a whole account becomes liquidatable when one price moves and all others hold: the mark of one instrument, or
 * the price of one asset. For an inverse instrument the price of its coin as collateral is another input, and holds.
 *
 * Equity - maintenance margin is concave in the value of a lot of one instrument (worstCase.ts), so an account without
 * options is safe in one range of marks, and has an edge below and one above it. With options, pegs and roundings there
 * may be more; so nothing is assumed: ranges are ruled out by the bounds of worstCase.ts, and at a single mark these are
 * the predicate itself (LIQ-11).
 */
import type { LiquidationPrice } from '../liquidationPrice.js';
import { type AccountBox, boxOfMark, boxOfPrice, type Range } from './accountBox.js';
import { isAccountCovered } from './accountCoverage.js';
import { assetOf } from './accountEquity.js';
import { hasRisk } from './accountHealth.js';
import { type Nearest, nearestWhere } from './nearestWhere.js';
import { type AccountView, scenariosOf } from './view.js';
import { leastMarginScaled, mostMarginScaled } from './worstCase.js';

/** Marks and prices of assets are looked at up to here: the largest int64. */
const PRICE_MAX = 2n ** 63n - 1n;

/**
 * Where bounds are sharp an edge among all 63-bit numbers takes a few hundred looks. An account that stands at its edge over
 * a whole range of prices takes many thousands; after so many the edge is not known. A look at options or scenarios is a
 * hundred times dearer.
 */
function looksMaxOf(view: AccountView): number {
  if (scenariosOf(view) !== null) return 600;
  return view.legs.some(({ option }) => option !== null) ? 3_000 : 300_000;
}

/** The edges of the safe range around the price now, or where it is not safe now, of the nearest one: above first. */
export interface Edges<P> {
  /** The first liquidatable price coming from above. */
  readonly below: P;
  /** The first liquidatable price coming from below. */
  readonly above: P;
}

export type AccountLiquidationPrice = Edges<LiquidationPrice>;

/** Of an asset, x ASSET_PRICE_SCALE. */
export type CollateralLiquidationPrice = Edges<
  | { readonly kind: 'price'; readonly price: bigint }
  | { readonly kind: 'none' }
  | { readonly kind: 'always' }
  | { readonly kind: 'unknown' }
>;

/**
 * `price`: a multiple of `gridMarkTicks` at which the account is liquidatable, one step towards the safe range it is
 * not. `none`: no such mark on that side, as where the account is covered, has no risk or no such instrument.
 * `always`: liquidatable at every mark up to the largest int64. `unknown`: it was not settled in so many looks.
 */
export function accountLiquidationPrice(
  view: AccountView,
  instrument: number,
  gridMarkTicks: bigint = 1n,
): AccountLiquidationPrice {
  const leg = view.legs.find((held) => held.instrument === instrument);
  if (leg === undefined) return { below: { kind: 'none' }, above: { kind: 'none' } };
  const boxOf = (range: Range) => boxOfMark(view, instrument, range);
  const { below, above } = edges(view, { now: leg.markTicks, step: gridMarkTicks, boxOf });
  return { below: asMark(below), above: asMark(above) };
}

/** The same for the price of an asset, on multiples of `step`. The valuation asset's own price has no meaning here. */
export function collateralLiquidationPrice(
  view: AccountView,
  asset: number,
  step: bigint = 1n,
): CollateralLiquidationPrice {
  const boxOf = (range: Range) => boxOfPrice(view, asset, range);
  return edges(view, { now: assetOf(view, asset).price, step, boxOf });
}

type Edge = CollateralLiquidationPrice['below'];

interface OneInput {
  readonly now: bigint;
  readonly step: bigint;
  readonly boxOf: (range: Range) => AccountBox;
}

function edges(view: AccountView, { now, step, boxOf }: OneInput): Edges<Edge> {
  if (!hasRisk(view) || isAccountCovered(view)) return { below: { kind: 'none' }, above: { kind: 'none' } };
  const boxOfSteps = ({ low, high }: Range) => boxOf({ low: low * step, high: high * step });
  const isSafe = (range: Range) => leastMarginScaled(view, boxOfSteps(range)) > 0n;
  const isLost = (range: Range) => mostMarginScaled(view, boxOfSteps(range)) <= 0n;
  const last = PRICE_MAX / step;
  const start = now / step > 0n ? now / step : 1n;

  const looksMax = looksMaxOf(view);
  const search = (to: bigint, from: bigint, isRuledOut: (range: Range) => boolean) =>
    nearestWhere({ from, to, looksMax }, isRuledOut);
  const isSafeAt = (step: bigint) => isSafe({ low: step, high: step });
  const nearestSafe = (): Nearest => {
    if (scenariosOf(view) !== null) return probed({ start, last }, isSafeAt);
    const above = search(last, start, isLost);
    return above.kind === 'none' ? search(1n, start, isLost) : above;
  };
  const safe: Nearest = isSafeAt(start) ? { kind: 'found', at: start } : nearestSafe();
  if (safe.kind !== 'found') {
    const kind = safe.kind === 'none' ? 'always' : 'unknown';
    return { below: { kind }, above: { kind } };
  }
  const edge = (found: Nearest): Edge => {
    if (found.kind === 'found') return { kind: 'price', price: found.at * step };
    return { kind: found.kind === 'none' ? 'none' : 'unknown' };
  };
  return { below: edge(search(1n, safe.at, isSafe)), above: edge(search(last, safe.at, isSafe)) };
}

/** Portfolio margin has no upper bound to search by: the nearest of distances that double is taken. */
function probed(
  { start, last }: { readonly start: bigint; readonly last: bigint },
  isSafe: (step: bigint) => boolean,
): Nearest {
  for (let distance = 1n; distance <= last; distance *= 2n) {
    if (start + distance <= last && isSafe(start + distance)) return { kind: 'found', at: start + distance };
    if (start > distance && isSafe(start - distance)) return { kind: 'found', at: start - distance };
  }
  return { kind: 'none' };
}

function asMark(edge: Edge): LiquidationPrice {
  return edge.kind === 'price' ? { kind: 'price', markTicks: edge.price } : edge;
}
