/** Whether scenarios may be used at all: what must hold of data that comes from outside, named by field and rule. */
import { PPM } from '../../base/integers.js';
import { type AddOnStep, SCENARIO_TIERS, type ScenarioSet, type ScenarioView } from './scenarioView.js';

export interface ScenarioFault {
  /** `set.scenarios[3].dampingPpm`. */
  readonly field: string;
  readonly rule: string;
}

/** The first thing wrong, or null. */
export function scenarioFault({ set, instruments, assets }: ScenarioView): ScenarioFault | null {
  return first([
    ...scenarioRules(set),
    ...parameterRules(set),
    isDistinct(
      'instruments',
      instruments.map(({ instrument }) => instrument),
    ),
    ...instruments.flatMap((row, at) => instrumentRules(`instruments[${at}]`, row, set.scenarios.length)),
    isDistinct(
      'assets',
      assets.map(({ asset }) => asset),
    ),
    ...assets.flatMap((row, at) => assetRules(`assets[${at}]`, row, set.scenarios.length)),
  ]);
}

type Rule = readonly [holds: boolean, field: string, rule: string];

function first(rules: readonly Rule[]): ScenarioFault | null {
  const broken = rules.find(([holds]) => !holds);
  return broken === undefined ? null : { field: broken[1], rule: broken[2] };
}

function scenarioRules({ scenarios }: ScenarioSet): readonly Rule[] {
  return [
    [scenarios.length > 0, 'set.scenarios', 'at least one scenario'],
    isDistinct(
      'set.scenarios',
      scenarios.map(({ id }) => id),
    ),
    ...scenarios.flatMap(({ tier, dampingPpm }, at): Rule[] => [
      [SCENARIO_TIERS.includes(tier), `set.scenarios[${at}].tier`, `one of ${SCENARIO_TIERS.join(', ')}`],
      [isShare(dampingPpm), `set.scenarios[${at}].dampingPpm`, 'from 0 to 1000000'],
    ]),
  ];
}

function parameterRules({ parameters }: ScenarioSet): readonly Rule[] {
  const { initialFactorPpm, maintenanceFactorPpm, tailNumerator, tailDenominator } = parameters;
  const field = (name: keyof ScenarioSet['parameters']) => `set.parameters.${name}`;
  return [
    [maintenanceFactorPpm > 0n, field('maintenanceFactorPpm'), 'above 0'],
    [maintenanceFactorPpm <= initialFactorPpm, field('maintenanceFactorPpm'), 'not above the initial factor'],
    [tailNumerator > 0n, field('tailNumerator'), 'above 0'],
    [tailNumerator <= tailDenominator, field('tailNumerator'), 'not above the denominator'],
    [isShare(parameters.offsetCapPpm), field('offsetCapPpm'), 'from 0 to 1000000'],
    [parameters.minimumChargePpm >= 0n, field('minimumChargePpm'), 'not below 0'],
    [parameters.basisRatePpm >= 0n, field('basisRatePpm'), 'not below 0'],
  ];
}

function instrumentRules(
  field: string,
  row: ScenarioView['instruments'][number],
  length: number,
): readonly Rule[] {
  return [
    [row.pnlPerLot.length === length, `${field}.pnlPerLot`, 'one P&L for each scenario'],
    [row.shortMinimumPerLot >= 0n, `${field}.shortMinimumPerLot`, 'not below 0'],
    [row.halfSpreadPpm >= 0n, `${field}.halfSpreadPpm`, 'not below 0'],
    stepRule(`${field}.liquidity`, row.liquidity),
    stepRule(`${field}.concentration`, row.concentration),
  ];
}

function stepRule(field: string, steps: readonly AddOnStep[]): Rule {
  const holds = steps.every(({ fromLots, ratePpm }, at) => {
    const before = steps[at - 1];
    if (before === undefined) return fromLots >= 0n && ratePpm >= 0n;
    return fromLots > before.fromLots && ratePpm >= before.ratePpm;
  });
  return [holds, field, 'sizes that rise from 0 or more, rates not below 0 that do not fall'];
}

function assetRules(
  field: string,
  { shocksPpm }: ScenarioView['assets'][number],
  length: number,
): readonly Rule[] {
  return [
    [
      shocksPpm.length === 0 || shocksPpm.length === length,
      `${field}.shocksPpm`,
      'empty, or one change for each scenario',
    ],
    [shocksPpm.every((shock) => shock >= -PPM), `${field}.shocksPpm`, 'not below -1000000'],
  ];
}

function isDistinct(field: string, ids: readonly (string | number)[]): Rule {
  return [new Set(ids).size === ids.length, field, 'each only once'];
}

function isShare(ppm: bigint): boolean {
  return ppm >= 0n && ppm <= PPM;
}
