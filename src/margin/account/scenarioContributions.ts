/**
 * Which positions the risk of an account comes from: the Euler contributions of the scenarios that decided it, each
 * instrument's mean P&L over them with their weights (Tasche, "Risk contributions and performance measurement", 1999). A
 * hedge's contribution is negative. What is left is the collateral's: its revaluation, haircuts, netting and roundings.
 */
import { divCeil, PPM } from '../../base/integers.js';
import {
  type HeldAsset,
  type HeldInstrument,
  leastPnl,
  type ScenarioHoldings,
  scenarioHoldings,
  shockedPpm,
} from './scenarioHoldings.js';
import { scenarioLosses } from './scenarioLoss.js';
import { type ScenarioRisk, scenarioRisk, type TailMember } from './scenarioMeasure.js';
import { type MarginScenario, SCENARIO_SCALE, type ScenarioView } from './scenarioView.js';
import type { AccountView } from './view.js';
import { ASSET_PRICE_SCALE, VALUE_SCALE } from './view.js';

/** Before floors, add-ons and factors. The instruments and the collateral sum to the risk. */
export interface ScenarioContributions {
  readonly kind: ScenarioRisk['kind'];
  /** Valuation minor units x VALUE_SCALE, as everything here. */
  readonly riskScaled: bigint;
  /** Ids of the scenarios, the worst first; their weights are over `denominator`. */
  readonly scenarios: readonly {
    readonly id: string;
    readonly weight: bigint;
    readonly lossScaled: bigint;
  }[];
  readonly denominator: bigint;
  readonly instruments: readonly { readonly instrument: number; readonly scaled: bigint }[];
  readonly collateralScaled: bigint;
}

export function scenarioContributions(view: AccountView, scenarios: ScenarioView): ScenarioContributions {
  const holdings = scenarioHoldings(view, scenarios);
  const { kind, risk, members, denominator } = scenarioRisk(holdings.set, scenarioLosses(holdings));
  const instruments = holdings.instruments.map((held) => ({
    instrument: held.row.instrument,
    scaled: contributionOf(holdings, held, { members, denominator }),
  }));
  return {
    kind,
    riskScaled: risk,
    scenarios: members.map(({ scenarioAt, weight, loss }) => ({
      id: (holdings.set.scenarios[scenarioAt] as MarginScenario).id,
      weight,
      lossScaled: loss,
    })),
    denominator,
    instruments,
    collateralScaled: instruments.reduce((left, { scaled }) => left - scaled, risk),
  };
}

/** The damped loss of the position at the prices of the scenarios, in full; rounded up. */
function contributionOf(
  { set, assets }: ScenarioHoldings,
  held: HeldInstrument,
  { members, denominator }: { readonly members: readonly TailMember[]; readonly denominator: bigint },
): bigint {
  const asset = assets[held.settleAt] as HeldAsset;
  const weighted = members.reduce((sum, { scenarioAt, weight }) => {
    const { dampingPpm } = set.scenarios[scenarioAt] as MarginScenario;
    return sum - leastPnl(held, scenarioAt) * shockedPpm(asset, scenarioAt) * dampingPpm * weight;
  }, 0n);
  return divCeil(
    weighted * asset.price.high * VALUE_SCALE,
    SCENARIO_SCALE * ASSET_PRICE_SCALE * PPM * PPM * denominator,
  );
}
