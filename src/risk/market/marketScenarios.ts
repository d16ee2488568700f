/** Joint scenarios in the form that the scenario vectors and the measures take. */
import type { ScenarioLeg } from '../measures/scenarioMeasure.js';
import { quantizeMovePpm } from '../quantize.js';
import { priceShock, type Scenario } from '../scenario.js';
import type { JointAsset, JointScenarios } from './jointScenarios.js';

export type MovePoint = 'close' | 'low' | 'high';

/** For `scenarioVectors`: a shock of every asset on every date, in whole ppm. */
export function marketScenarios(joint: JointScenarios, point: MovePoint = 'close'): Scenario[] {
  return joint.dates.map((date, at) => ({
    id: date,
    shocks: new Map(
      joint.assets.map((asset) => [
        asset.asset,
        priceShock(quantizeMovePpm(movesAt(asset, point)[at] as number)),
      ]),
    ),
  }));
}

/** P&L of linear positions: value (negative for shorts) x move. `worst`: longs at the low, shorts at the high. */
export function linearLegs(
  joint: JointScenarios,
  values: Readonly<Record<string, number>>,
  path: 'close' | 'worst' = 'close',
): ScenarioLeg[] {
  return joint.assets.flatMap((asset) => {
    const value = values[asset.asset] ?? 0;
    if (value === 0) return [];
    const moves = movesAt(asset, path === 'close' ? 'close' : value > 0 ? 'low' : 'high');
    return [{ id: asset.asset, pnl: moves.map((move) => value * move) }];
  });
}

function movesAt({ closes, lows, highs }: JointAsset, point: MovePoint): Float64Array {
  return { close: closes, low: lows, high: highs }[point];
}
