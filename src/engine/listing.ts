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
  /** Whose liquidation terms are in force. */
  readonly liquidationDefinition: InstrumentDefinition;
  readonly terms: InstrumentTerms;
  readonly marginTerms: MarginTerms;
  /** By which liquidation judges: after a change of parameters the former terms, until its grace ends. */
  readonly liquidationTerms: MarginTerms;
  readonly option: OptionTerms | null;
  readonly liquidationOption: OptionTerms | null;
}

/** A change of parameters that has not come into force whole. */
export interface ScheduledTerms {
  readonly listed: ListedInstrument;
  readonly effectiveMs: number;
  readonly graceUntilMs: number;
  readonly liquidateAtOnce: boolean;
  /** Whether it is in force for opening already, and liquidation waits for the end of the grace. */
  readonly isOpeningApplied: boolean;
}

/** New terms in force, for opening only or for liquidation as well. */
export function withTerms(
  before: ListedInstrument,
  next: ListedInstrument,
  applies: 'opening' | 'liquidation',
): ListedInstrument {
  if (applies === 'liquidation') return next;
  const { liquidationDefinition, liquidationTerms, liquidationOption } = before;
  return { ...next, liquidationDefinition, liquidationTerms, liquidationOption };
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
  return ok({
    definition,
    liquidationDefinition: definition,
    terms: terms.value,
    marginTerms,
    liquidationTerms: marginTerms,
    option: optionTerms(definition, terms.value),
    liquidationOption: optionTerms(definition, terms.value),
  });
}

/** Options have rates of their own, and a spot pair is no position: a bracket that asks for the whole value stands in. */
function bracketsOf(definition: InstrumentDefinition): readonly BracketInput[] {
  if (definition.option !== null || definition.instrumentKind === 'spot')
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
