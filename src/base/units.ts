/**
 * The units of whole numbers, as names for readers. They are plain bigint: the suffix of an identifier
 * (`priceTicks`, `amountMinor`, `ratePpm`) is what a reader checks.
 */

/** Smallest unit of an asset on this ledger: 10^-decimals of it. */
export type Minor = bigint;
/** Order price as a count of the instrument's tick. */
export type PriceTicks = bigint;
/** Mark price as a count of the instrument's mark tick, which is finer than or equal to its tick. */
export type MarkTicks = bigint;
/** Size as a count of the instrument's lot; signed where it is a position: long positive. */
export type Lots = bigint;
/** Parts per million. */
export type Ppm = bigint;
/** Milliseconds since the epoch, a whole number. */
export type TimeMs = number;
