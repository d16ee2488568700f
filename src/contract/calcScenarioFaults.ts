/** What a schema cannot say of scenarios: one way of giving them, moves that leave a price, a number for each scenario. */

import { shockId } from '../risk/index.js';
import { factorsOf, gridShock } from './bookScenarios.js';
import { decimalOf, isAbove } from './calcDecimal.js';
import type { CheckedDocument } from './calcDocument.js';
import { type CalcError, calcError, pointer } from './calcError.js';
import { firstOf, isShare, ppmFault, unknownAsset, unknownInstrument } from './calcFaults.js';
import type { CalcScenarios } from './calcSchema.js';

type ScenarioSet = Exclude<CalcScenarios, string>;
const WAYS = ['preset', 'grid', 'vectors'] as const;

export function scenariosFault(checked: CheckedDocument): CalcError | null {
  const { scenarios } = checked.document;
  if (scenarios === undefined || typeof scenarios === 'string') return null;
  const given = WAYS.filter((way) => scenarios[way] !== undefined);
  if (given.length !== 1) {
    return calcError('scenario_contradiction', '/scenarios', `exactly one of ${WAYS.join(', ')} is needed`, {
      given: given.join(', '),
    });
  }
  return (
    factorsFault(scenarios) ??
    sharesFault(scenarios) ??
    gridFault(scenarios) ??
    vectorsFault(checked, scenarios) ??
    addOnsFault(checked, scenarios)
  );
}

function factorsFault(choice: ScenarioSet): CalcError | null {
  const { initialFactor, maintenanceFactor } = choice;
  for (const [field, text] of Object.entries({ initialFactor, maintenanceFactor })) {
    if (text === undefined) continue;
    const fault = ppmFault(text, `/scenarios/${field}`);
    if (fault !== null) return fault;
    if (decimalOf(text).digits < 0n) return badScenario(`/scenarios/${field}`, 'must be at least 0', text);
  }
  const used = factorsOf(choice);
  if (!isAbove(used.maintenance, used.initial)) return null;
  // The one that was given is named; the other is the preset's, or the one that stands where there is no preset.
  return initialFactor !== undefined && maintenanceFactor === undefined
    ? badScenario(
        '/scenarios/initialFactor',
        `must be at least the maintenance factor, ${used.maintenance}`,
        initialFactor,
      )
    : badScenario(
        '/scenarios/maintenanceFactor',
        `must be at most the initial factor, ${used.initial}`,
        used.maintenance,
      );
}

const SHARES = ['confidence', 'offsetCap', 'minimumChargeRate', 'basisRate'] as const;

function sharesFault(scenarios: ScenarioSet): CalcError | null {
  return firstOf(SHARES, (field) => {
    const text = scenarios[field];
    if (text === undefined) return null;
    const path = `/scenarios/${field}`;
    if (!isShare(text)) return badScenario(path, 'must be from 0 to 1', text);
    if (field === 'confidence') return isAbove('1', text) ? null : badScenario(path, 'must be below 1', text);
    return ppmFault(text, path);
  });
}

function addOnsFault({ instruments }: CheckedDocument, { addOns = {} }: ScenarioSet): CalcError | null {
  return firstOf(
    Object.entries(addOns),
    ([id, { halfSpread, shortMinimum = '0', liquidity, concentration }]) => {
      const path = `/scenarios${pointer('addOns', id)}`;
      if (!instruments.has(id)) return unknownInstrument(path, id);
      if (decimalOf(shortMinimum).digits < 0n) {
        return badScenario(`${path}/shortMinimum`, 'must not be negative', shortMinimum);
      }
      return (
        rateFault(halfSpread, `${path}/halfSpread`) ??
        stepsFault(liquidity, `${path}/liquidity`) ??
        stepsFault(concentration, `${path}/concentration`)
      );
    },
  );
}

type Steps = NonNullable<NonNullable<ScenarioSet['addOns']>[string]>['liquidity'];

function stepsFault(steps: Steps = [], path: string): CalcError | null {
  return firstOf(steps, ({ fromContracts, rate }, at) => {
    const here = `${path}${pointer(at)}`;
    const before = steps[at - 1];
    if (decimalOf(fromContracts).digits < 0n) {
      return badScenario(`${here}/fromContracts`, 'must not be negative', fromContracts);
    }
    if (before !== undefined && !isAbove(fromContracts, before.fromContracts)) {
      return badScenario(`${here}/fromContracts`, 'must be above that of the step before', fromContracts);
    }
    if (before !== undefined && isAbove(before.rate, rate)) {
      return badScenario(`${here}/rate`, 'rates must not fall', rate);
    }
    return rateFault(rate, `${here}/rate`);
  });
}

function rateFault(text: string | undefined, path: string): CalcError | null {
  if (text === undefined) return null;
  return isShare(text) ? ppmFault(text, path) : badScenario(path, 'must be from 0 to 1', text);
}

function gridFault({ grid = [] }: ScenarioSet): CalcError | null {
  const seen = new Set<string>();
  return firstOf(grid, (row, index) => {
    const { priceMove, volatilityMove = '0', damping = '1' } = row;
    const path = `/scenarios${pointer('grid', index)}`;
    if (!isAbove(priceMove, '-1')) return badScenario(`${path}/priceMove`, 'must be above -1', priceMove);
    if (!isShare(damping)) return badScenario(`${path}/damping`, 'must be from 0 to 1', damping);
    return (
      ppmFault(priceMove, `${path}/priceMove`) ??
      ppmFault(volatilityMove, `${path}/volatilityMove`) ??
      ppmFault(damping, `${path}/damping`) ??
      repeatedFault(seen, shockId(gridShock(row)), path)
    );
  });
}

/** Names come from the numbers, so that two alike would have the same. */
function repeatedFault(seen: Set<string>, id: string, path: string): CalcError | null {
  if (seen.has(id)) return calcError('duplicate_id', path, `a scenario ${id} is listed already`, { id });
  seen.add(id);
  return null;
}

function vectorsFault(
  { assets, instruments, document }: CheckedDocument,
  { vectors }: ScenarioSet,
): CalcError | null {
  if (vectors === undefined) return null;
  const repeated = vectors.ids.findIndex((id, index) => vectors.ids.indexOf(id) !== index);
  if (repeated >= 0) {
    const id = vectors.ids[repeated] as string;
    return calcError(
      'duplicate_id',
      `/scenarios${pointer('vectors', 'ids', repeated)}`,
      `${id} is listed twice`,
      {
        id,
      },
    );
  }
  const lengthFault = (path: string, list: readonly string[]) =>
    list.length === vectors.ids.length
      ? null
      : calcError('bad_scenario', path, `needs ${vectors.ids.length} numbers, one for each scenario`, {
          got: String(list.length),
        });
  const { tiers } = vectors;
  return (
    (tiers === undefined ? null : lengthFault('/scenarios/vectors/tiers', tiers)) ??
    firstOf(Object.entries(vectors.instruments), ([id, list]) => {
      const path = `/scenarios${pointer('vectors', 'instruments', id)}`;
      return instruments.has(id) ? lengthFault(path, list) : unknownInstrument(path, id);
    }) ??
    firstOf(Object.entries(vectors.assets ?? {}), ([id, list]) => {
      const path = `/scenarios${pointer('vectors', 'assets', id)}`;
      if (!assets.has(id)) return unknownAsset(path, id);
      const moved =
        id === document.valuationAsset ? list.find((move) => decimalOf(move).digits !== 0n) : undefined;
      if (moved !== undefined) {
        return badScenario(path, 'the valuation asset is counted in itself and cannot move', moved);
      }
      return (
        lengthFault(path, list) ??
        firstOf(list, (move, at) =>
          isAbove(move, '-1')
            ? ppmFault(move, `${path}${pointer(at)}`)
            : badScenario(`${path}${pointer(at)}`, 'must be above -1', move),
        )
      );
    })
  );
}

function badScenario(path: string, rule: string, got: string): CalcError {
  return calcError('bad_scenario', path, rule, { got });
}
