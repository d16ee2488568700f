/** An instrument's definition with all the whole-number terms that follow from it. */
import { err, ok, PPM, type Result } from '../base/index.js';
import { deriveBrackets, type MarginTerms } from '../margin/index.js';
import {
  FUNDING_SCALE,
  type InstrumentDefinition,
  type InstrumentTerms,
  instrumentTerms,
  type ListingFault,
} from '../market/index.js';

export interface ListedInstrument {
  readonly definition: InstrumentDefinition;
  readonly terms: InstrumentTerms;
  readonly marginTerms: MarginTerms;
}

/** The terms of a definition, or the rule of listing it breaks. */
export function listingTerms(
  definition: InstrumentDefinition,
  settleDecimals: number,
): Result<ListedInstrument, ListingFault> {
  const terms = instrumentTerms(definition, settleDecimals);
  if (!terms.ok) return terms;
  const brackets = deriveBrackets(
    definition.brackets.map((bracket) => ({
      notionalCap: bracket.notionalCapMinor,
      initialMarginRate: bracket.initialMarginRatePpm,
      maintenanceMarginRate: bracket.maintenanceMarginRatePpm,
      leverageMax: bracket.leverageMaxPpm,
    })),
    { rateScale: PPM, closingRate: definition.closeFee === 'inRate' ? definition.takerFeePpm : 0n },
  );
  if (!brackets.ok) return err({ field: `brackets[${brackets.error.index}]`, rule: brackets.error.code });
  const marginTerms: MarginTerms = {
    payoff: definition.payoff,
    unit: terms.value.unit,
    markTicksPerTick: definition.markTicksPerTick,
    maintenanceBasis: definition.maintenanceBasis,
    initialBasis: definition.initialBasis,
    closeFee: definition.closeFee,
    takerFeeRate: definition.takerFeePpm,
    rateScale: PPM,
    fundingScale: FUNDING_SCALE,
    roundingStep: 1n,
    brackets: brackets.value,
    unrealizedProfitShare: definition.unrealizedProfitSharePpm,
    removalFloorRate: definition.removalFloorPpm,
  };
  return ok({ definition, terms: terms.value, marginTerms });
}
