/**
 * What the scenarios require of an account in mode `portfolio`, in lines that name the scenarios and add up exactly
 * (MAR-12):
 *
 *   risk        = the larger of the worst grid loss and the expected shortfall of the sample (scenarioMeasure.ts)
 *   floored     = max(risk, (1 - offset cap) x sum of stand-alone risks, short-option minimum)
 *   whole       = max(floored + basis + liquidity + concentration, minimum charge)
 *   initial     = initial factor x whole,  maintenance = maintenance factor x whole
 *
 * Losses, floors and add-ons: scenarioLoss.ts, scenarioAddOns.ts. A floor's line is what it adds. Each part is rounded
 * up at VALUE_SCALE, each of the two products once; its lines are differences of running totals.
 */
import { max, mulDivCeil, PPM } from '../../base/integers.js';
import type { RequirementKind } from './legRequirement.js';
import {
  basisCharges,
  concentrationCharges,
  liquidityCharges,
  minimumChargeScaled,
  shortMinimumScaled,
  standAloneScaled,
} from './scenarioAddOns.js';
import { type ScenarioHoldings, scenarioHoldings } from './scenarioHoldings.js';
import { scenarioLosses } from './scenarioLoss.js';
import { type ScenarioRisk, scenarioRisk } from './scenarioMeasure.js';
import type { MarginScenario, ScenarioParameters, ScenarioView } from './scenarioView.js';
import type { AccountView } from './view.js';

export const SCENARIO_PARTS = [
  'worst',
  'shortfall',
  'offsetCap',
  'shortOptionMinimum',
  'basis',
  'liquidity',
  'concentration',
  'minimumCharge',
] as const;
export type ScenarioPart = (typeof SCENARIO_PARTS)[number];

/** Valuation minor units x VALUE_SCALE. */
export interface ScenarioRequirement {
  readonly initialScaled: bigint;
  readonly maintenanceScaled: bigint;
  readonly lines: readonly ScenarioLine[];
}

export interface ScenarioLine {
  /** The total this line is part of. */
  readonly of: RequirementKind;
  readonly part: ScenarioPart;
  /** The id of the scenario that decided, of `worst`, or a member of the tail, of `shortfall`. */
  readonly scenario: string | null;
  /** Of `basis`. */
  readonly underlying: string | null;
  /** Of `liquidity` and `concentration`. */
  readonly instrument: number | null;
  /** The lines of a total sum to it. */
  readonly scaled: bigint;
}

/** Debts count with what they do in the scenarios; their own rates are charged elsewhere (positionCharges.ts). */
export function scenarioRequirement(view: AccountView, scenarios: ScenarioView): ScenarioRequirement {
  return requirementOfHoldings(scenarioHoldings(view, scenarios));
}

/** Over ranges an upper bound, part by part. */
export function requirementOfHoldings(holdings: ScenarioHoldings): ScenarioRequirement {
  const parts = partsOf(holdings);
  const { initialFactorPpm, maintenanceFactorPpm } = holdings.set.parameters;
  const initial = linesOf('initial', initialFactorPpm, parts);
  const maintenance = linesOf('maintenance', maintenanceFactorPpm, parts);
  return {
    initialScaled: sumOf(initial),
    maintenanceScaled: sumOf(maintenance),
    lines: [...initial, ...maintenance],
  };
}

type Part = Omit<ScenarioLine, 'of'>;

function partsOf(holdings: ScenarioHoldings): readonly Part[] {
  const { scenarios, parameters } = holdings.set;
  const parts = riskParts(scenarios, scenarioRisk(holdings.set, scenarioLosses(holdings)));
  raiseTo(parts, 'offsetCap', offsetFloorScaled(parameters, holdings));
  raiseTo(parts, 'shortOptionMinimum', shortMinimumScaled(holdings));
  parts.push(
    ...basisCharges(holdings).map((charge) => partOf('basis', charge)),
    ...liquidityCharges(holdings).map((charge) => partOf('liquidity', charge)),
    ...concentrationCharges(holdings).map((charge) => partOf('concentration', charge)),
  );
  raiseTo(parts, 'minimumCharge', minimumChargeScaled(holdings));
  return parts;
}

/** One part per scenario that counts: differences of running totals rounded up. */
function riskParts(
  scenarios: readonly MarginScenario[],
  { kind, members, denominator }: ScenarioRisk,
): Part[] {
  let weighted = 0n;
  let total = 0n;
  return members.map(({ scenarioAt, weight, loss }) => {
    weighted += weight * loss;
    const next = mulDivCeil(weighted, 1n, denominator);
    const scaled = next - total;
    total = next;
    return partOf(kind, { scenario: (scenarios[scenarioAt] as MarginScenario).id, scaled });
  });
}

/** The part of the stand-alone risks that no offset may take away. */
function offsetFloorScaled({ offsetCapPpm }: ScenarioParameters, holdings: ScenarioHoldings): bigint {
  if (offsetCapPpm >= PPM) return 0n;
  return mulDivCeil(standAloneScaled(holdings), PPM - offsetCapPpm, PPM);
}

/** What is missing to a floor, as a part of its own. */
function raiseTo(parts: Part[], part: ScenarioPart, floorScaled: bigint): void {
  const missing = max(0n, floorScaled - sumOf(parts));
  if (missing > 0n) parts.push(partOf(part, { scaled: missing }));
}

function partOf(part: ScenarioPart, of: Partial<Part> & { readonly scaled: bigint }): Part {
  return { part, scenario: null, underlying: null, instrument: null, ...of };
}

function linesOf(of: RequirementKind, factorPpm: bigint, parts: readonly Part[]): readonly ScenarioLine[] {
  let soFar = 0n;
  let total = 0n;
  return parts.map((part) => {
    soFar += part.scaled;
    const next = mulDivCeil(soFar, factorPpm, PPM);
    const line = { of, ...part, scaled: next - total };
    total = next;
    return line;
  });
}

function sumOf(parts: readonly { readonly scaled: bigint }[]): bigint {
  return parts.reduce((sum, { scaled }) => sum + scaled, 0n);
}
