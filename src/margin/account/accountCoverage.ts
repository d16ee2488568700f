/**
 * Whether an account can lose more than it has. Per asset: balance less debt, plus each position at the least it can
 * come to, must not be below zero. Then no asset can ever be short, and nothing can go wrong (FND-07), whatever the
 * prices. Nothing is exchanged between assets: a debt is covered by a balance in the same asset only.
 *
 * Least value: of the net lots of an instrument zero where a long is linear or a short inverse, without bound otherwise;
 * of options that expire together the least of their payoffs over all prices of the underlying (optionFloor.ts). The
 * closing fee is zero where the value is.
 */
import { type Fraction, valueSign } from '../../market/payoff.js';
import { assetIndex } from './accountEquity.js';
import { addFractions, whole, ZERO } from './fractions.js';
import { byExpiry, byInstrument } from './groups.js';
import { leastPayoff } from './optionFloor.js';
import type { AccountView, LegView } from './view.js';

/** Does not depend on marks, prices or orders; with no position and no debt every account is covered. */
export function isAccountCovered(view: AccountView): boolean {
  const nets = leastNets(view);
  return nets?.every(({ numerator }) => numerator >= 0n) ?? false;
}

/** Per asset the least that it can come to, in its minor units; null where there is no least. */
function leastNets(view: AccountView): Fraction[] | null {
  const nets = view.assets.map(({ balance, debt }) => whole(balance - debt));
  const isOption = ({ option }: LegView) => option !== null;
  const groups = [
    ...byInstrument(view.legs.filter((leg) => !isOption(leg))),
    ...byExpiry(view.legs.filter(isOption)),
  ];
  for (const legs of groups) {
    const value = leastValue(legs);
    if (value === null) return null;
    const at = assetIndex(view, (legs[0] as LegView).settleAsset);
    nets[at] = legs.reduce((sum, leg) => addFractions(sum, settled(leg)), addFractions(nets[at]!, value));
  }
  return nets;
}

/** Of legs whose value follows one price; null: without bound. */
function leastValue(legs: readonly LegView[]): Fraction | null {
  const { option, terms } = legs[0] as LegView;
  if (option !== null) return leastPayoff(legs);
  const netLots = legs.reduce((sum, { lots }) => sum + lots, 0n);
  return valueSign(terms, netLots) < 0n ? null : ZERO;
}

/** What a leg brings whatever its value: funding accrued less its cost. */
function settled({ terms, lots, cost, fundingPerLot }: LegView): Fraction {
  return {
    numerator: -cost * terms.fundingScale - lots * fundingPerLot,
    denominator: terms.fundingScale,
  };
}
