/**
 * What the positions and debts of a whole account require. Cross, and isolated accounts without a closed form: each
 * instrument by its brackets and the pool's leg rule, options together per underlying, so that spreads are capped at
 * their maximum loss. Portfolio: what the scenarios say of all positions at once. Debts at their own rates in any mode.
 */
import { PPM } from '../../base/integers.js';
import type { Fraction } from '../../market/payoff.js';
import { assetOf } from './accountEquity.js';
import { type Charge, chargesOf, totalScaled } from './charge.js';
import { requirementValueScaledCeil } from './collateralValue.js';
import { byInstrument } from './groups.js';
import { legRequirement, legRequirementParts, type RequirementKind } from './legRequirement.js';
import { chargedLegs } from './legRule.js';
import { optionCharges } from './optionCharges.js';
import { scenarioCharges } from './scenarioCharges.js';
import { scenarioRequirement } from './scenarioRequirement.js';
import { type AccountView, type AssetView, type LegView, scenariosOf } from './view.js';

export function positionCharges(kind: RequirementKind, view: AccountView): readonly Charge[] {
  return [...legCharges(kind, view), ...view.assets.flatMap((asset) => debtCharges(kind, asset))];
}

/** What they sum to, without saying where it comes from: for all that only asks whether there is enough. */
export function positionTotalScaled(kind: RequirementKind, view: AccountView): bigint {
  const debts = view.assets.reduce((sum, held) => sum + totalScaled(debtCharges(kind, held)), 0n);
  const scenarios = scenariosOf(view);
  if (scenarios !== null) return debts + scenarioRequirement(view, scenarios)[`${kind}Scaled`];
  const plain = view.legs.filter(({ option }) => option === null);
  const total = byInstrument(plain).reduce(
    (sum, legs) => sum + instrumentTotalScaled(kind, view, legs),
    debts,
  );
  return plain.length === view.legs.length ? total : total + totalScaled(optionCharges(kind, view));
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

/** What `instrumentCharges` sum to. */
function instrumentTotalScaled(kind: RequirementKind, view: AccountView, legs: readonly LegView[]): bigint {
  const charged = chargedLegs(kind, view.legRule, legs);
  if (charged.length === 0) return 0n;
  const held = assetOf(view, (charged[0] as LegView).settleAsset);
  return requirementsScaled(
    held,
    charged.map((leg) => legRequirement(kind, leg)),
  );
}

/** Of each leg the exact sum of its parts, rounded up once. */
export function requirementsScaled(held: AssetView, amounts: readonly Fraction[]): bigint {
  return amounts.reduce((sum, amount) => sum + requirementValueScaledCeil(held, amount), 0n);
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
