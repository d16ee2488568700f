/**
 * How much an account could require while prices move: what safe intervals are made from. Never optimistic. The model is
 * evaluated once with everything at its worst end.
 */
import type { AccountBox } from './accountBox.js';
import { scenarioHoldings } from './scenarioHoldings.js';
import { requirementOfHoldings, type ScenarioRequirement } from './scenarioRequirement.js';
import type { ScenarioView } from './scenarioView.js';
import type { AccountView } from './view.js';

/**
 * An upper bound of the requirement anywhere in a box of marks, funding, debts and collateral prices. At a point: the
 * requirement.
 */
export function mostScenarioRequirement(
  view: AccountView,
  scenarios: ScenarioView,
  ranges: { readonly box: AccountBox },
): ScenarioRequirement {
  return requirementOfHoldings(scenarioHoldings(view, scenarios, ranges));
}
