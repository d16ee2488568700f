/**
 * What differs between venues where margin and liquidation prices are concerned, as data: a profile is a
 * record of fields of the calculator's document that a user may leave out. It holds no tiers, prices or
 * sizes, which are the market's and change daily; and no code, so that a profile can do nothing a document
 * could not say itself.
 */
import type { CalcInstrument } from '../calcSchema.js';
import type { ProfileName } from './names.js';

/** Fields of an instrument that a profile gives where the document does not. Decimals are text, as in the document. */
export type Conventions = Readonly<
  Required<
    Pick<CalcInstrument, 'maintenanceBasis' | 'initialBasis' | 'closeFee' | 'tierMethod' | 'priceRounding'>
  > &
    Pick<
      CalcInstrument,
      'takerFeeRate' | 'tierBasis' | 'maintenanceRate' | 'unrealizedProfitShare' | 'removalFloorRate'
    >
>;

/** What a short option requires, as shares of the underlying's price: out of the money, at least, and to keep it. */
export type OptionConventions = Readonly<
  Required<Pick<CalcInstrument, 'optionInitialRate' | 'optionInitialFloorRate' | 'optionMaintenanceRate'>>
>;

export interface VenueProfile {
  readonly name: ProfileName;
  readonly venue: string;
  /** Liquidation price of a long in one line; the page has it in full, with its symbols. */
  readonly formula: string;
  /** The day of the rule, or of the oldest source that states it: ISO 8601. */
  readonly ruleDate: string;
  readonly sources: readonly string[];
  /** What the venue shows where a position is fully covered; the calculator shows null. */
  readonly fullyCovered: string;
  /** Absent: the venue lists none, or how it reckons them is not known well enough. */
  readonly linear?: Conventions;
  readonly inverse?: Conventions;
  /** Of options of either payoff. */
  readonly option?: OptionConventions;
}

/** Nothing of a profile can be changed by who reads it. */
export function profile(record: VenueProfile): VenueProfile {
  for (const part of [record.sources, record.linear, record.inverse, record.option]) Object.freeze(part);
  return Object.freeze(record);
}
