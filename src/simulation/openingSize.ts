/** How much a trader opens with the collateral it sets aside: the most that is affordable at its leverage. */
import { divFloor, min, PPM } from '../base/index.js';
import type { Lots, Minor, Ppm, PriceTicks } from '../base/units.js';
import type { BracketDefinition, InstrumentDefinition, InstrumentTerms } from '../market/index.js';

export interface OpeningSize {
  readonly collateralMinor: Minor;
  readonly leveragePpm: Ppm;
  /** The price expected for the fill. */
  readonly priceTicks: PriceTicks;
  /** Kept back from the collateral as a share of notional, beside the taker fee: for a worse price or margin at mark. */
  readonly reservePpm: Ppm;
}

/**
 * Lots whose initial margin, fee and reserve fit into the collateral: notional N with
 * N / leverage + N x (fee + reserve) <= collateral, and inside the brackets that allow the leverage.
 * Rounded down: the trader can afford the answer. Zero where not even one lot fits.
 */
export function openingLotsFloor(
  definition: Pick<InstrumentDefinition, 'payoff' | 'takerFeePpm' | 'brackets'>,
  terms: Pick<InstrumentTerms, 'unit'>,
  opening: OpeningSize,
): Lots {
  const { collateralMinor, leveragePpm, priceTicks } = opening;
  const chargePpm = definition.takerFeePpm + opening.reservePpm;
  const affordable = divFloor(collateralMinor * leveragePpm * PPM, PPM * PPM + leveragePpm * chargePpm);
  const cap = notionalCap(definition.brackets, leveragePpm);
  const notionalMinor = cap === null ? affordable : min(affordable, cap);
  return definition.payoff === 'linear'
    ? divFloor(notionalMinor, priceTicks * terms.unit)
    : divFloor(notionalMinor * priceTicks, terms.unit);
}

/** Largest notional at which the brackets allow the leverage; null without limit. */
function notionalCap(brackets: readonly BracketDefinition[], leveragePpm: Ppm): Minor | null {
  const forbidding = brackets.findIndex(
    (bracket) =>
      bracket.leverageMaxPpm < leveragePpm || bracket.initialMarginRatePpm * leveragePpm > PPM * PPM,
  );
  if (forbidding < 0) return brackets.at(-1)!.notionalCapMinor;
  return forbidding === 0 ? 0n : brackets[forbidding - 1]!.notionalCapMinor;
}
