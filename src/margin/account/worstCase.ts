/**
 * Whether an account is safe everywhere in a box of inputs: what lets a tick pass by without another look at the
 * account. Never optimistic: `leastMarginScaled` is at or below equity - maintenance margin at every point of the box.
 *
 * Legs meet only where they settle, so it is a sum over assets. In one asset, with price p, kept share k and cap c, w the
 * values of one long lot and M(w) what the legs require:
 *
 *   value - charge = min(p x net(w), p x k x net(w), k x c) - p x M(w)
 *
 * net is linear in each w, and M convex (brackets.ts: the largest of lines; sums and maxima of such), so the difference
 * is concave in each w and in p and least at ends of their ranges; and along one of the three lines each instrument
 * finds its worse end by itself. A kept share that moves with p (a peg) is taken at its worst. Funding and debt have one
 * worse end. That is exact but for roundings, of at most one unit of VALUE_SCALE each.
 *
 * Options are bounded along each line as well (optionRange.ts), portfolio accounts as a whole (portfolioRange.ts).
 *
 * Where no mark moves, the price of an asset alone is followed exactly (priceRange.ts).
 *
 * A second bound takes the worst equity and the worst requirement apart: coarser where both move, but free of roundings
 * and exact where nothing moves. The larger of the two holds.
 */
import { max, min } from '../../base/integers.js';
import type { Fraction } from '../../market/payoff.js';
import type { AccountBox, AssetBox } from './accountBox.js';
import { isAccountCovered } from './accountCoverage.js';
import { hasRisk } from './accountHealth.js';
import { totalScaled } from './charge.js';
import { collateralValueScaled, fullValueScaledFloor, keptShare } from './collateralValue.js';
import { sumFractions, whole } from './fractions.js';
import { type Corner, type GroupRange, groupRanges, type Outlook } from './groupRange.js';
import { leastPortfolioMargin, mostPortfolioMargin } from './portfolioRange.js';
import { debtCharges } from './positionCharges.js';
import { leastAlongPrice, mostAlongPrice, type OnePrice } from './priceRange.js';
import { type AccountView, type AssetView, scenariosOf, VALUE_SCALE } from './view.js';

/** True only if the account is liquidatable at no point of the box. */
export function isBoxSafe(view: AccountView, box: AccountBox): boolean {
  const worst = withWorstDues(view, box);
  return !hasRisk(worst) || leastMarginScaled(view, box) > 0n || isAccountCovered(worst);
}

/** A lower bound of equity - maintenance margin in the box, valuation minor units x VALUE_SCALE; exact at a point. */
export function leastMarginScaled(view: AccountView, box: AccountBox): bigint {
  const scenarios = scenariosOf(view);
  if (scenarios !== null) return leastPortfolioMargin(view, box, scenarios);
  return sumOverAssets(view, box, { outlook: 'worst', boundOf: leastOfAsset });
}

/** An upper bound of the same; exact at a point, but in mode `portfolio` of equity alone. */
export function mostMarginScaled(view: AccountView, box: AccountBox): bigint {
  if (scenariosOf(view) !== null) return mostPortfolioMargin(view, box);
  return sumOverAssets(view, box, { outlook: 'best', boundOf: mostOfAsset });
}

/** Coverage does not depend on prices: what may grow is funding and debt. */
function withWorstDues(view: AccountView, { legs, assets }: AccountBox): AccountView {
  return {
    ...view,
    assets: view.assets.map((held, at) => ({ ...held, debt: assets[at]!.debt.high })),
    legs: view.legs.map((leg, at) => {
      const { low, high } = legs[at]!.fundingPerLot;
      return { ...leg, fundingPerLot: leg.lots > 0n ? high : low };
    }),
  };
}

type BoundOfAsset = (held: AssetView, box: AssetBox, groups: readonly GroupRange[]) => bigint;

function sumOverAssets(
  view: AccountView,
  box: AccountBox,
  { outlook, boundOf }: { readonly outlook: Outlook; readonly boundOf: BoundOfAsset },
): bigint {
  const groups = groupRanges(view, box, outlook);
  return view.assets.reduce((sum, held, at) => {
    const ofAsset = groups.filter(({ settleAsset }) => settleAsset === held.asset);
    const range = box.assets[at] as AssetBox;
    const debt = outlook === 'worst' ? range.debt.high : range.debt.low;
    return sum + boundOf({ ...held, debt }, range, ofAsset);
  }, 0n);
}

function leastOfAsset(held: AssetView, { price }: AssetBox, groups: readonly GroupRange[]): bigint {
  const atLow = { ...held, price: price.low };
  const atHigh = { ...held, price: price.high };
  const net = netWith(held, groups, ({ apart }) => apart.profit);
  const value = min(collateralValueScaled(atLow, net), collateralValueScaled(atHigh, net));
  const apart = value - chargesApart(atHigh, groups);
  if (groups.every(({ isPoint }) => isPoint))
    return price.low === price.high ? apart : max(apart, leastAlongPrice(onePrice(held, net, groups), price));
  const together = min(
    leastTogether(atLow, isSame(keptShare(atLow), keptShare(atHigh)) ? atLow : atHigh, groups),
    leastTogether(atHigh, atHigh, groups),
  );
  return max(apart, together);
}

function mostOfAsset(held: AssetView, { price }: AssetBox, groups: readonly GroupRange[]): bigint {
  const atLow = { ...held, price: price.low };
  const atHigh = { ...held, price: price.high };
  const mostValue = (net: Fraction) =>
    max(collateralValueScaled(atLow, net), collateralValueScaled(atHigh, net));
  const best = netWith(held, groups, (group) => group.apart.profit);
  const apart = mostValue(best) - chargesApart(atLow, groups);
  if (groups.every(({ isPoint }) => isPoint))
    return price.low === price.high ? apart : min(apart, mostAlongPrice(onePrice(held, best, groups), price));
  const charges = groups.map(({ corners }) => (corners[0] as Corner).chargeScaled(atLow)).reduce(add, 0n);
  const net = netWith(held, groups, ({ corners }) => (corners[0] as Corner).profit);
  return min(apart, mostValue(net) - charges - debtScaled(atLow) + roundingsOf(groups));
}

/** Groups that stand still, as functions of the price of their asset alone. */
function onePrice(held: AssetView, net: Fraction, groups: readonly GroupRange[]): OnePrice {
  const at = (price: bigint) => {
    const priced = { ...held, price };
    return collateralValueScaled(priced, net) - chargesApart(priced, groups);
  };
  return { held, net, at, roundings: roundingsOf(groups) };
}

function netWith(
  { balance, debt }: AssetView,
  groups: readonly GroupRange[],
  profitOf: (group: GroupRange) => Fraction,
): Fraction {
  return sumFractions([whole(balance - debt), ...groups.map(profitOf)]);
}

function chargesApart(held: AssetView, groups: readonly GroupRange[]): bigint {
  return groups.map(({ apart }) => apart.chargeScaled(held)).reduce(add, debtScaled(held));
}

/** Along each of the three lines every group at its worse corner; all three lie at or above the value. */
function leastTogether(valued: AssetView, charged: AssetView, groups: readonly GroupRange[]): bigint {
  const kept = keptShare(valued);
  const inFull = (amount: Fraction) => fullValueScaledFloor(valued, amount);
  const lines = [inFull, (amount: Fraction) => inFull(product(amount, kept))];
  const fixed = whole(valued.balance - valued.debt);
  const sums = lines.map((lineOf) => leastAlong(lineOf, charged, groups) + lineOf(fixed));
  const cap = valued.terms.countedCapMinor;
  if (cap !== null) {
    const counted = (cap * VALUE_SCALE * kept.numerator) / kept.denominator;
    sums.push(leastAlong(() => 0n, charged, groups) + counted);
  }
  return sums.reduce(least) - debtScaled(charged) - roundingsOf(groups);
}

/** Of the value, of the debt, of each leg. */
function roundingsOf(groups: readonly GroupRange[]): bigint {
  return groups.reduce((count, { legCount }) => count + BigInt(legCount), 2n);
}

function leastAlong(
  lineOf: (profit: Fraction) => bigint,
  charged: AssetView,
  groups: readonly GroupRange[],
): bigint {
  return groups
    .map(({ corners }) =>
      corners.map(({ profit, chargeScaled }) => lineOf(profit) - chargeScaled(charged)).reduce(least),
    )
    .reduce(add, 0n);
}

function debtScaled(held: AssetView): bigint {
  return totalScaled(debtCharges('maintenance', held));
}

function product(a: Fraction, b: Fraction): Fraction {
  return { numerator: a.numerator * b.numerator, denominator: a.denominator * b.denominator };
}

function isSame(a: Fraction, b: Fraction): boolean {
  return a.numerator * b.denominator === b.numerator * a.denominator;
}

function add(a: bigint, b: bigint): bigint {
  return a + b;
}

function least(a: bigint, b: bigint): bigint {
  return min(a, b);
}
