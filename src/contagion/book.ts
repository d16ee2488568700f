/**
 * A book: who holds which positions on which collateral, as plain data, before it is said which pools there are. A
 * policy (`policy.ts`) puts it into pools and accounts; `bookCommands` builds that on the engine.
 *
 * Money is in minor units, sizes in lots, entries in ticks, marks in mark ticks, rates in parts per million.
 */
import type { Lots, MarkTicks, Minor, Ppm, PriceTicks } from '../base/index.js';
import type { LiquidationPolicy } from '../engine/liquidationPolicy.js';
import type { ProposedWaterfall } from '../engine/waterfallFields.js';
import type { MarginMode } from '../margin/index.js';
import type { InstrumentDefinition } from '../market/index.js';

export interface Book {
  readonly name: string;
  /** What accounts are valued in; one of `assets`. */
  readonly valuationAsset: string;
  readonly assets: readonly BookAsset[];
  readonly instruments: readonly BookInstrument[];
  readonly accounts: readonly BookAccount[];
  /** Money of owners that stands behind no account. */
  readonly wallets: readonly BookWallet[];
  readonly funds: readonly BookFund[];
  /** Rules of pools that came with some; others have none of their own. */
  readonly pools?: readonly BookPool[];
  /** Accounts of the engine it was read from that it cannot say, and why. */
  readonly leftOut?: readonly LeftOut[];
}

export interface LeftOut {
  readonly account: string;
  readonly rule: string;
}

/** How a pool liquidates and who bears its losses, where the book was read from a venue. */
export interface BookPool {
  readonly id: string;
  /** Null: by takeover at once. */
  readonly liquidation: LiquidationPolicy | null;
  /** By asset; of others in the engine's own order. */
  readonly waterfalls: readonly { readonly asset: string; readonly waterfall: ProposedWaterfall }[];
  /** Venue capital that is kept for it. */
  readonly reserved: readonly BookHolding[];
}

export interface BookAsset {
  readonly id: string;
  readonly decimals: number;
  /** How it counts as collateral; null for the valuation asset and for what is none. */
  readonly collateral: BookCollateral | null;
}

export interface BookCollateral {
  /** Valuation minor units x ASSET_PRICE_SCALE per minor unit. */
  readonly price: bigint;
  readonly haircutPpm: Ppm;
  readonly countedCapMinor: Minor | null;
  readonly peg: { readonly price: bigint; readonly tolerancePpm: Ppm; readonly slopePpm: Ppm } | null;
  readonly conversionRank: number;
  readonly conversionSpreadPpm: Ppm;
}

export interface BookInstrument {
  /** A perpetual or a future; without a pool. */
  readonly definition: Omit<InstrumentDefinition, 'pool'>;
  readonly markTicks: MarkTicks;
  readonly indexTicks: MarkTicks;
  /** The pool it came from; null where it came from none. */
  readonly pool: string | null;
}

export interface BookAccount {
  readonly id: string;
  readonly owner: string;
  /** As it came; `isolated` has one position at most. */
  readonly mode: MarginMode;
  /** The pool it came from; null where it came from none. */
  readonly pool: string | null;
  readonly collateral: readonly BookHolding[];
  readonly positions: readonly BookPosition[];
}

export interface BookHolding {
  readonly asset: string;
  readonly amountMinor: Minor;
}

/** One position of an instrument: at most one per account. */
export interface BookPosition {
  readonly instrument: string;
  /** Signed, long positive; never 0. */
  readonly lots: Lots;
  readonly entryTicks: PriceTicks;
}

export interface BookWallet extends BookHolding {
  readonly owner: string;
}

/** Insurance money. */
export interface BookFund extends BookHolding {
  /** The pool it came from; null where it came from none. */
  readonly pool: string | null;
}

/** Lots of each instrument over all accounts: longs less shorts. Not 0: the rest of the market holds the other side. */
export function netLots(book: Book): ReadonlyMap<string, Lots> {
  const net = new Map(book.instruments.map(({ definition }) => [definition.id, 0n]));
  for (const { positions } of book.accounts)
    for (const { instrument, lots } of positions) net.set(instrument, (net.get(instrument) ?? 0n) + lots);
  return net;
}

/** The account's holding of an asset. */
export function holdingOf(holdings: readonly BookHolding[], asset: string): Minor {
  return holdings.reduce((sum, holding) => (holding.asset === asset ? sum + holding.amountMinor : sum), 0n);
}
