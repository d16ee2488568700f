/** The lines of a scenario requirement in the common form of everything that is asked of an account (charge.ts). */
import type { Charge } from './charge.js';
import type { RequirementKind } from './legRequirement.js';
import { type ScenarioLine, scenarioRequirement } from './scenarioRequirement.js';
import type { ScenarioView } from './scenarioView.js';
import type { AccountView } from './view.js';

/** Account-wide, in the valuation asset; they sum to the requirement exactly. Debts' own rates are not among them. */
export function scenarioCharges(
  kind: RequirementKind,
  view: AccountView,
  scenarios: ScenarioView,
): readonly Charge[] {
  return scenarioRequirement(view, scenarios)
    .lines.filter((line) => line.of === kind)
    .map((line) => ({
      instrument: line.instrument,
      leg: null,
      asset: null,
      part: 'scenario',
      detail: detailOf(line),
      scaled: line.scaled,
    }));
}

/** `worst price-16%/vol+50%`, `shortfall 2020-03-12`, `basis BTC`, `liquidity`. */
function detailOf({ part, scenario, underlying }: ScenarioLine): string {
  const of = scenario ?? underlying;
  return of === null ? part : `${part} ${of}`;
}
