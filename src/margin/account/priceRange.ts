/**
 * What one asset leaves of equity - maintenance margin while nothing moves but its price p: exact but for roundings. With
 * net amount n, charges M (both fixed), kept share k(p) and cap c (collateralValue.ts) it is
 *
 *   n > 0:  min(n x p, c) x k(p) - p x M        n <= 0:  p x (n - M)
 *
 * k is constant above a peg's tolerance and linear or zero below. Between the prices where one of these forms gives way to
 * another the expression is linear or, where k moves with p, convex: most is at the ends of such a stretch. Least is no less
 * than along the line through (x, n x x x k(x)) that takes p x k(p) as x x k(p) + (p - x) x k(x), which at the other end y
 * lies n x (y - x) x (k(y) - k(x)) below.
 */
import { divCeil, divFloor, max, min, PPM } from '../../base/integers.js';
import type { Fraction } from '../../market/payoff.js';
import type { Range } from './accountBox.js';
import { keptShare } from './collateralValue.js';
import { ASSET_PRICE_SCALE, type AssetView, VALUE_SCALE } from './view.js';

/** `at` answers for one price, valuation minor units x VALUE_SCALE, and is off the expression by at most `roundings`. */
export interface OnePrice {
  readonly held: AssetView;
  readonly net: Fraction;
  readonly at: (price: bigint) => bigint;
  readonly roundings: bigint;
}

/** No less than anywhere in the range. */
export function mostAlongPrice({ held, net, at, roundings }: OnePrice, range: Range): bigint {
  const ends = stretches(held, net, range).flatMap(({ low, high }) => (low === high ? [low] : [low, high]));
  return ends.map(at).reduce((a, b) => max(a, b)) + roundings;
}

/** No more than anywhere in the range. */
export function leastAlongPrice({ held, net, at, roundings }: OnePrice, range: Range): bigint {
  const lows = stretches(held, net, range).map(({ low, high }) =>
    low === high ? at(low) : min(at(low), at(high) - bend(held, net, { low, high })),
  );
  return lows.reduce((a, b) => min(a, b)) - roundings;
}

/** The range cut where one form gives way to another; whole numbers on either side of a cut belong to different stretches. */
function stretches(held: AssetView, net: Fraction, { low, high }: Range): readonly Range[] {
  const cuts = cutsOf(held, net)
    .filter((cut) => cut >= low && cut < high)
    .sort((a, b) => (a < b ? -1 : 1));
  const lows = [low, ...cuts.map((cut) => cut + 1n)];
  const highs = [...cuts, high];
  // Two cuts may fall together.
  return lows.map((from, at) => ({ low: from, high: highs[at] as bigint })).filter((s) => s.low <= s.high);
}

/** The last price of each form but the last. */
function cutsOf({ terms }: AssetView, net: Fraction): readonly bigint[] {
  if (net.numerator <= 0n) return [];
  const { peg, countedCapMinor: cap, haircutPpm } = terms;
  const cuts: bigint[] = [];
  if (cap !== null) cuts.push(divFloor(cap * net.denominator * ASSET_PRICE_SCALE, net.numerator));
  if (peg === null) return cuts;
  const pegged = divFloor(peg.price * (PPM - peg.tolerancePpm), PPM);
  cuts.push(pegged);
  // k = 0 at distance (1 - haircut) / slope, as far as there is one.
  const kept = max(0n, PPM - haircutPpm);
  if (peg.slopePpm > 0n)
    cuts.push(
      divFloor(peg.price * ((PPM - peg.tolerancePpm) * peg.slopePpm - kept * PPM), PPM * peg.slopePpm),
    );
  return cuts;
}

/** n x (y - x) x (k(y) - k(x)), rounded up. */
function bend(held: AssetView, net: Fraction, { low, high }: Range): bigint {
  if (net.numerator <= 0n) return 0n;
  const [a, b] = [keptShare({ ...held, price: low }), keptShare({ ...held, price: high })];
  const risen = b.numerator * a.denominator - a.numerator * b.denominator;
  if (risen === 0n) return 0n;
  return divCeil(
    net.numerator * (high - low) * risen * VALUE_SCALE,
    net.denominator * a.denominator * b.denominator * ASSET_PRICE_SCALE,
  );
}
