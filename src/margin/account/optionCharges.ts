/**
 * What option legs require, as values. A short leg's amount is valued like any requirement, at its asset's price in
 * full. What a long leg requires is at most its own value (optionRequirement.ts): it is taken out of what the asset is
 * valued on, after haircut and cap, so that
 *
 *   equity - maintenance = sum over assets of value(net - L) - charges of everything else,  L: what long legs require
 *
 * and a long option neither backs anything nor, counted with a haircut, takes away more than it brought in.
 */
import type { Fraction } from '../../market/payoff.js';
import { assetIndex, assetNets, assetOf } from './accountEquity.js';
import type { Charge } from './charge.js';
import { collateralValueScaled, requirementValueScaledCeil } from './collateralValue.js';
import { addFractions, subtractFractions, sumFractions, ZERO } from './fractions.js';
import { grouped, underlyingOf } from './groups.js';
import type { RequirementKind } from './legRequirement.js';
import { marginGroups } from './marginGroups.js';
import { type OptionLegRequirement, optionRequirement } from './optionRequirement.js';
import type { AccountView, AssetView, LegView } from './view.js';

/** Of all option legs of the account. */
export function optionCharges(kind: RequirementKind, view: AccountView): readonly Charge[] {
  const required = requiredOptions(view.legs).filter((leg) => leg[kind].numerator !== 0n);
  if (required.length === 0) return [];
  const longs = required.filter(({ leg }) => leg.lots > 0n);
  const shorts = required.filter(({ leg }) => leg.lots < 0n);
  return [...longCharges(kind, view, longs), ...shortCharges(kind, view, shorts)];
}

/** Per asset what its long options require, exact, in its minor units; in the order of `view.assets`. */
export function longOptionAmounts(kind: RequirementKind, view: AccountView): readonly Fraction[] {
  const longs = requiredOptions(view.legs).filter(({ leg }) => leg.lots > 0n);
  return view.assets.map(({ asset }) =>
    sumFractions(longs.filter(({ leg }) => leg.settleAsset === asset).map((leg) => leg[kind])),
  );
}

/** Each underlying's options together. */
function requiredOptions(legs: readonly LegView[]): readonly OptionLegRequirement[] {
  if (legs.every(({ option }) => option === null)) return [];
  const known = found.get(legs);
  if (known !== undefined) return known;
  const required = marginGroups(legs).flatMap((group) =>
    group.cover === null ? [] : optionRequirement(group.legs, group.cover),
  );
  found.set(legs, required);
  return required;
}

/** Of each list of legs once: initial and maintenance, charges and amounts ask for the same. */
const found = new WeakMap<readonly LegView[], readonly OptionLegRequirement[]>();

/** Differences of running totals: the sum is value(net) - value(net - L) of each asset, whatever the order. */
function longCharges(
  kind: RequirementKind,
  view: AccountView,
  longs: readonly OptionLegRequirement[],
): readonly Charge[] {
  if (longs.length === 0) return [];
  const nets = assetNets(view);
  const taken = view.assets.map(() => ZERO);
  return longs.map(({ leg, isCapped, ...required }) => {
    const at = assetIndex(view, leg.settleAsset);
    const [held, net] = [view.assets[at] as AssetView, nets[at] as Fraction];
    const before = taken[at] as Fraction;
    const after = addFractions(before, required[kind]);
    taken[at] = after;
    const valueWithout = (amount: Fraction) => collateralValueScaled(held, subtractFractions(net, amount));
    const scaled = valueWithout(before) - valueWithout(after);
    return { ...sourceOf(leg), part: isCapped ? 'spread' : 'option', detail: null, scaled };
  });
}

/** Of one underlying together, rounded up once. */
function shortCharges(
  kind: RequirementKind,
  view: AccountView,
  shorts: readonly OptionLegRequirement[],
): readonly Charge[] {
  return grouped(shorts, ({ leg }) => underlyingOf(leg)).flatMap((group) => {
    const held = assetOf(view, (group[0] as OptionLegRequirement).leg.settleAsset);
    let running = ZERO;
    let total = 0n;
    return group.map(({ leg, isCapped, ...required }): Charge => {
      running = addFractions(running, required[kind]);
      const next = requirementValueScaledCeil(held, running);
      const scaled = next - total;
      total = next;
      return { ...sourceOf(leg), part: isCapped ? 'spread' : 'option', detail: null, scaled };
    });
  });
}

function sourceOf({ instrument, leg, settleAsset }: LegView) {
  return { instrument, leg, asset: settleAsset };
}
