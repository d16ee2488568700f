/** An instrument's definition with all the whole-number terms that follow from it. */
import { err, ok, PPM, type Result } from '../base/index.js';
import { type BracketInput, deriveBrackets, type MarginTerms, type OptionTerms } from '../margin/index.js';
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
  readonly option: OptionTerms | null;
}

/** The terms of a definition, or the rule of listing it breaks. */
export function listingTerms(
  definition: InstrumentDefinition,
  settleDecimals: number,
): Result<ListedInstrument, ListingFault> {
  const terms = instrumentTerms(definition, settleDecimals);
  if (!terms.ok) return terms;
  const brackets = deriveBrackets(bracketsOf(definition), {
    rateScale: PPM,
    closingRate: definition.closeFee === 'inRate' ? definition.takerFeePpm : 0n,
  });
  if (!brackets.ok) return err({ field: `brackets[${brackets.error.index}]`, rule: brackets.error.code });
  const marginTerms: MarginTerms = {
    payoff: definition.option === null ? definition.payoff : 'linear',
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
  return ok({ definition, terms: terms.value, marginTerms, option: optionTerms(definition, terms.value) });
}

/** Options have rates of their own: a bracket that asks for the whole value stands in for theirs. */
function bracketsOf(definition: InstrumentDefinition): readonly BracketInput[] {
  if (definition.option !== null)
    return [{ notionalCap: null, initialMarginRate: PPM, maintenanceMarginRate: 0n, leverageMax: PPM }];
  return definition.brackets.map((bracket) => ({
    notionalCap: bracket.notionalCapMinor,
    initialMarginRate: bracket.initialMarginRatePpm,
    maintenanceMarginRate: bracket.maintenanceMarginRatePpm,
    leverageMax: bracket.leverageMaxPpm,
  }));
}

function optionTerms(
  { option, payoff, expiryMs }: InstrumentDefinition,
  terms: InstrumentTerms,
): OptionTerms | null {
  if (option === null || terms.option === null || expiryMs === null) return null;
  const { optionType, initialRatePpm, initialFloorRatePpm, maintenanceRatePpm } = option;
  return {
    optionType,
    payoff,
    underlying: option.underlying,
    expiryMs,
    ...terms.option,
    margin: { initialRatePpm, initialFloorRatePpm, maintenanceRatePpm },
  };
}
