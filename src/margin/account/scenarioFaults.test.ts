import { describe, expect, it } from 'vitest';
import { instrumentRow, PLAIN_PARAMETERS } from '../../testkit/scenarioCases.js';
import {
  type AssetScenarios,
  type InstrumentScenarios,
  type MarginScenario,
  type ScenarioParameters,
  type ScenarioView,
  scenarioFault,
} from '../index.js';

describe('scenarios from outside', () => {
  it('are taken where every rule holds', () => {
    expect(scenarioFault(good())).toBeNull();
  });

  it.each<[string, Partial<ScenarioParameters>, string]>([
    ['a maintenance factor of nothing', { maintenanceFactorPpm: 0n }, 'maintenanceFactorPpm'],
    ['a maintenance factor above the initial one', { initialFactorPpm: 999_999n }, 'maintenanceFactorPpm'],
    ['a tail of nothing', { tailNumerator: 0n }, 'tailNumerator'],
    ['a tail of more than everything', { tailNumerator: 2n }, 'tailNumerator'],
    ['an offset cap above one', { offsetCapPpm: 1_000_001n }, 'offsetCapPpm'],
    ['a minimum charge below 0', { minimumChargePpm: -1n }, 'minimumChargePpm'],
    ['a basis rate below 0', { basisRatePpm: -1n }, 'basisRatePpm'],
  ])('are refused with %s', (_name, parameters, field) => {
    const { set, ...rest } = good();
    const fault = scenarioFault({
      ...rest,
      set: { ...set, parameters: { ...set.parameters, ...parameters } },
    });
    expect(fault?.field).toBe(`set.parameters.${field}`);
    expect(fault?.rule).not.toBe('');
  });

  it.each<[string, readonly MarginScenario[], string]>([
    ['no scenario', [], 'set.scenarios'],
    ['an id that is there twice', [scenario('a'), scenario('a')], 'set.scenarios'],
    ['a damping above one', [scenario('a', 1_000_001n), scenario('b')], 'set.scenarios[0].dampingPpm'],
    [
      'a tier that is unknown',
      [scenario('a'), { ...scenario('b'), tier: 'far' as MarginScenario['tier'] }],
      'set.scenarios[1].tier',
    ],
  ])('are refused with %s', (_name, scenarios, field) => {
    const { set, ...rest } = good();
    expect(scenarioFault({ ...rest, set: { ...set, scenarios } })?.field).toBe(field);
  });

  it.each<[string, Partial<InstrumentScenarios>, string]>([
    ['a vector that is too short', { pnlPerLot: [1n] }, 'pnlPerLot'],
    ['a short minimum below 0', { shortMinimumPerLot: -1n }, 'shortMinimumPerLot'],
    ['a half spread below 0', { halfSpreadPpm: -1n }, 'halfSpreadPpm'],
    ['steps out of order', { liquidity: [step(5n, 1n), step(5n, 2n)] }, 'liquidity'],
    ['a step that starts below 0', { liquidity: [step(-1n, 1n)] }, 'liquidity'],
    ['a rate that falls', { concentration: [step(0n, 2n), step(5n, 1n)] }, 'concentration'],
  ])('are refused with %s', (_name, fields, field) => {
    const row = { ...good().instruments[0]!, ...fields };
    expect(scenarioFault({ ...good(), instruments: [row] })?.field).toBe(`instruments[0].${field}`);
  });

  it.each<[string, readonly AssetScenarios[], string]>([
    ['shocks for some scenarios only', [{ asset: 0, shocksPpm: [1n] }], 'assets[0].shocksPpm'],
    ['a fall of more than everything', [{ asset: 0, shocksPpm: [0n, -1_000_001n] }], 'assets[0].shocksPpm'],
    ['an asset twice', [still(0), still(0)], 'assets'],
  ])('are refused with %s', (_name, assets, field) => {
    expect(scenarioFault({ ...good(), assets })?.field).toBe(field);
  });

  it('are refused with an instrument twice', () => {
    const row = good().instruments[0]!;
    expect(scenarioFault({ ...good(), instruments: [row, row] })?.field).toBe('instruments');
  });
});

function good(): ScenarioView {
  return {
    set: { id: 'two', scenarios: [scenario('a'), scenario('b', 0n)], parameters: PLAIN_PARAMETERS },
    instruments: [instrumentRow({ pnlPerLot: [1n, -1n], liquidity: [step(0n, 1n), step(5n, 1n)] })],
    assets: [still(0), { asset: 1, shocksPpm: [0n, -1_000_000n] }],
  };
}

function scenario(id: string, dampingPpm = 1_000_000n): MarginScenario {
  return { id, tier: 'core', dampingPpm };
}

function step(fromLots: bigint, ratePpm: bigint) {
  return { fromLots, ratePpm };
}

function still(asset: number): AssetScenarios {
  return { asset, shocksPpm: [] };
}
