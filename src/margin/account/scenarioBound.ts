/**
 * How much an account could require while prices and vectors move: what safe intervals are made from. Never optimistic.
 *
 * `mostScenarioRequirement` evaluates the model once with everything at its worst end. `requirementMovementBound` is the
 * short form for vectors alone: with m the movement of an instrument's vector per lot, q its lots, P the highest price of
 * its settlement asset in any scenario, and w the largest fall / value of wrong-way collateral in any scenario,
 *
 *   |change of the requirement| <= factor x (1 + w) x sum of |q| x m x P, and roundings
 *
 * The part with w is at most all falls together. The offset floor moves by no more than the sum does, the other floors
 * and the add-ons not at all.
 */
import { divCeil, max, min, mulDivCeil, PPM } from '../../base/integers.js';
import type { AccountBox } from './accountBox.js';
import { requirementValueScaledCeil } from './collateralValue.js';
import {
  type HeldAsset,
  type ScenarioHoldings,
  scenarioHoldings,
  shockedPpm,
  sizeOf,
} from './scenarioHoldings.js';
import { leastChange } from './scenarioLoss.js';
import { requirementOfHoldings, type ScenarioRequirement } from './scenarioRequirement.js';
import { SCENARIO_SCALE, type ScenarioView } from './scenarioView.js';
import type { AccountView } from './view.js';

/**
 * An upper bound of the requirement anywhere in a box of marks, funding, debts and collateral prices, with each vector
 * of an instrument up to its movement away (x SCENARIO_SCALE per lot). At a point without movements: the requirement.
 */
export function mostScenarioRequirement(
  view: AccountView,
  scenarios: ScenarioView,
  ranges: { readonly box: AccountBox; readonly movements?: ReadonlyMap<number, bigint> },
): ScenarioRequirement {
  return requirementOfHoldings(scenarioHoldings(view, scenarios, ranges));
}

/** Valuation minor units x VALUE_SCALE. */
export interface MovementBound {
  readonly initialScaled: bigint;
  readonly maintenanceScaled: bigint;
}

/** How far the requirement may be from the present one, either way, after vectors moved by as much as is given. */
export function requirementMovementBound(
  view: AccountView,
  scenarios: ScenarioView,
  movements: ReadonlyMap<number, bigint>,
): MovementBound {
  const holdings = scenarioHoldings(view, scenarios, { movements });
  const moved = holdings.instruments.reduce((sum, held) => {
    const amount = sizeOf(held.lots) * held.movementPerLot;
    return sum + valueInWorst(holdings, holdings.assets[held.settleAt] as HeldAsset, amount);
  }, 0n);
  // Of each value, of each stand-alone risk, of the damped loss, the collateral in use, the tail and the offset floor.
  const roundings = BigInt(holdings.assets.length + holdings.instruments.length) + 4n;
  const bound = moved === 0n ? 0n : moved + roundings + wrongWayBound(holdings, moved + roundings);
  const { initialFactorPpm, maintenanceFactorPpm } = holdings.set.parameters;
  return {
    initialScaled: mulDivCeil(bound, initialFactorPpm, PPM),
    maintenanceScaled: mulDivCeil(bound, maintenanceFactorPpm, PPM),
  };
}

/** An amount x SCENARIO_SCALE at the highest price that any scenario gives its asset. */
function valueInWorst(holdings: ScenarioHoldings, asset: HeldAsset, amountScaled: bigint): bigint {
  const { price, terms } = asset;
  const amount = { numerator: amountScaled * highestPpm(holdings, asset), denominator: SCENARIO_SCALE * PPM };
  return requirementValueScaledCeil({ price: price.high, terms }, amount);
}

function highestPpm({ set }: ScenarioHoldings, asset: HeldAsset): bigint {
  return set.scenarios.reduce((most, _, at) => max(most, shockedPpm(asset, at)), 0n);
}

/** What more of the falls comes into use with a larger loss: by ratio where there is one, and never more than all. */
function wrongWayBound(holdings: ScenarioHoldings, moved: bigint): bigint {
  return holdings.set.scenarios.reduce((most, _, at) => max(most, wrongWayIn(holdings, at, moved)), 0n);
}

function wrongWayIn({ assets }: ScenarioHoldings, scenarioAt: number, moved: bigint): bigint {
  let falls = 0n;
  let byRatio = 0n;
  let hasRatio = true;
  for (const held of assets) {
    const { change, value } = leastChange(held, shockedPpm(held, scenarioAt));
    if (change >= 0n) continue;
    falls -= change;
    if (value === 0n) hasRatio = false;
    else byRatio = max(byRatio, divCeil(-change * moved, value));
  }
  return hasRatio ? min(falls, byRatio) : falls;
}
