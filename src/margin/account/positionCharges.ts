/**
 * What the positions and debts of a whole account require. Cross, and isolated accounts without a closed form: each
 * instrument by its brackets and the pool's leg rule, options together per underlying, so that spreads are capped at
 * their maximum loss. Portfolio: what the scenarios say of all positions at once. Debts at their own rates in any mode.
 */
import { PPM } from '../../base/integers.js';
import { assetOf } from './accountEquity.js';
import { type Charge, chargesOf } from './charge.js';
import { byInstrument } from './groups.js';
import { legRequirementParts, type RequirementKind } from './legRequirement.js';
import { chargedLegs } from './legRule.js';
import { optionCharges } from './optionCharges.js';
import { scenarioCharges } from './scenarioCharges.js';
import { type AccountView, type AssetView, type LegView, scenariosOf } from './view.js';

export function positionCharges(kind: RequirementKind, view: AccountView): readonly Charge[] {
  return [...legCharges(kind, view), ...view.assets.flatMap((asset) => debtCharges(kind, asset))];
}

/** Of the legs, each by itself or with those it is margined with. */
export function legCharges(kind: RequirementKind, view: AccountView): readonly Charge[] {
  const scenarios = scenariosOf(view);
  if (scenarios !== null) return scenarioCharges(kind, view, scenarios);
  const plain = view.legs.filter(({ option }) => option === null);
  const instruments = byInstrument(plain).flatMap((legs) => instrumentCharges(kind, view, legs));
  return plain.length === view.legs.length ? instruments : [...instruments, ...optionCharges(kind, view)];
}

/** The legs of one linear or inverse instrument. */
export function instrumentCharges(
  kind: RequirementKind,
  view: Pick<AccountView, 'assets' | 'legRule'>,
  legs: readonly LegView[],
): readonly Charge[] {
  return chargedLegs(kind, view.legRule, legs).flatMap((leg) =>
    chargesOf(sourceOf(leg), assetOf(view, leg.settleAsset), legRequirementParts(kind, leg)),
  );
}

export function debtCharges(kind: RequirementKind, held: AssetView): readonly Charge[] {
  const rate = kind === 'initial' ? held.terms.debtInitialPpm : held.terms.debtMaintenancePpm;
  if (held.debt <= 0n || rate === 0n) return [];
  const amount = { numerator: held.debt * rate, denominator: PPM };
  return chargesOf({ instrument: null, leg: null, asset: held.asset }, held, [{ part: 'debt', amount }]);
}

function sourceOf({ instrument, leg, settleAsset }: LegView) {
  return { instrument, leg, asset: settleAsset };
}
