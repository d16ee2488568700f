/**
 * Accounts and terms that ask for a multiple of their maintenance margin: what is liquidatable by them is at or under that
 * health by the true ones. For indexes that have to find who comes to a level of danger before liquidation does. Rounded
 * up, so that nobody is found late.
 */
import { mulDivCeil, PPM } from '../../base/integers.js';
import type { Ppm } from '../../base/units.js';
import type { MarginTerms } from '../terms.js';
import { isAccountLiquidatable } from './accountHealth.js';
import type { AccountView, AssetView, LegView } from './view.js';

/** Exact: all rates are counted finer, and those of maintenance margin are the multiple. They stay under the whole value. */
export function scaledTerms(terms: MarginTerms, healthPpm: Ppm): MarginTerms {
  const rateScale = terms.rateScale * PPM;
  const closing = terms.takerFeeRate * PPM;
  return {
    ...terms,
    rateScale,
    takerFeeRate: closing,
    unrealizedProfitShare: terms.unrealizedProfitShare * PPM,
    removalFloorRate: terms.removalFloorRate * PPM,
    brackets: terms.brackets.map((bracket) => {
      const rate = bracket.maintenanceMarginRate * healthPpm;
      const most = rateScale - closing - 1n;
      return {
        ...bracket,
        initialMarginRate: bracket.initialMarginRate * PPM,
        leverageMax: bracket.leverageMax === null ? null : bracket.leverageMax * PPM,
        maintenanceMarginRate: rate > most ? most : rate,
        maintenanceAmount: rate > most ? 0n : bracket.maintenanceAmount * healthPpm,
      };
    }),
  };
}

/** Whether the account would be liquidatable if its maintenance rates were that multiple of what they are. */
export function isLiquidatableBy(view: AccountView, multiplePpm: Ppm): boolean {
  return isAccountLiquidatable(scaledView(view, multiplePpm));
}

export function scaledView(view: AccountView, healthPpm: Ppm): AccountView {
  const scaleLeg = (leg: LegView): LegView => ({
    ...leg,
    terms: scaledTerms(leg.terms, healthPpm),
    leverage: leg.leverage * PPM,
    option:
      leg.option === null
        ? null
        : {
            ...leg.option,
            margin: {
              ...leg.option.margin,
              maintenanceRatePpm: mulDivCeil(leg.option.margin.maintenanceRatePpm, healthPpm, PPM),
            },
          },
  });
  const scaleAsset = (held: AssetView): AssetView => ({
    ...held,
    terms: {
      ...held.terms,
      debtMaintenancePpm: mulDivCeil(held.terms.debtMaintenancePpm, healthPpm, PPM),
    },
  });
  const scenarios = view.scenarios ?? null;
  return {
    ...view,
    assets: view.assets.map(scaleAsset),
    legs: view.legs.map(scaleLeg),
    orderTerms: view.orderTerms.map(scaleLeg),
    scenarios:
      scenarios === null
        ? null
        : {
            ...scenarios,
            set: {
              ...scenarios.set,
              parameters: {
                ...scenarios.set.parameters,
                maintenanceFactorPpm: mulDivCeil(
                  scenarios.set.parameters.maintenanceFactorPpm,
                  healthPpm,
                  PPM,
                ),
              },
            },
          },
  };
}
