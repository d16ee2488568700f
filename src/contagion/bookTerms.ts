/** The instruments of a book with the whole-number terms they trade by, and what its positions are worth by them. */
import { divFloor, type Minor } from '../base/index.js';
import { type ListedInstrument, listingTerms } from '../engine/index.js';
import { ASSET_PRICE_SCALE, type IsolatedView, maintenanceMarginCeil } from '../margin/index.js';
import { fillValueTowardsZero, notionalAtMark, valueAtMark } from '../market/index.js';
import type { Book, BookAsset, BookInstrument, BookPosition } from './book.js';

export interface BookTerms {
  readonly instruments: ReadonlyMap<string, TradedInstrument>;
  readonly assets: ReadonlyMap<string, BookAsset>;
}

export interface TradedInstrument {
  readonly instrument: BookInstrument;
  readonly listed: ListedInstrument;
}

/** Of a book without a fault. */
export function bookTerms(book: Book): BookTerms {
  const assets = new Map(book.assets.map((asset) => [asset.id, asset]));
  const instruments = new Map(
    book.instruments.map((instrument) => {
      const { definition } = instrument;
      const listed = listingTerms({ ...definition, pool: '' }, assets.get(definition.settle)?.decimals ?? 0);
      if (!listed.ok) throw new Error(`${definition.id}: ${listed.error.field} ${listed.error.rule}`);
      return [definition.id, { instrument, listed: listed.value }] as const;
    }),
  );
  return { assets, instruments };
}

/** What the position cost, in settlement minor units; signed as the engine signs it. */
export function costOf({ listed }: TradedInstrument, { lots, entryTicks }: BookPosition): Minor {
  return fillValueTowardsZero(listed.marginTerms, { lots, priceTicks: entryTicks });
}

/** Unrealized profit at the book's mark, in settlement minor units, rounded down. */
export function profitOf(traded: TradedInstrument, position: BookPosition): Minor {
  const { numerator, denominator } = valueAtMark(
    traded.listed.marginTerms,
    position.lots,
    traded.instrument.markTicks,
  );
  return divFloor(numerator, denominator) - costOf(traded, position);
}

/** Size of the position's value at the mark, in settlement minor units, rounded up. */
export function notionalOf({ listed, instrument }: TradedInstrument, { lots }: BookPosition): Minor {
  const { numerator, denominator } = notionalAtMark(listed.marginTerms, lots, instrument.markTicks);
  return -divFloor(-numerator, denominator);
}

/** What it must have behind it not to be liquidated, in settlement minor units. */
export function maintenanceOf(traded: TradedInstrument, position: BookPosition): Minor {
  const view: IsolatedView = {
    collateral: 0n,
    lots: position.lots,
    cost: costOf(traded, position),
    fundingPerLot: 0n,
    leverage: 1_000_000n,
  };
  return maintenanceMarginCeil(traded.listed.liquidationTerms, view, traded.instrument.markTicks);
}

/** An amount of an asset in valuation minor units at its price, without a haircut, rounded down; 0 without a price. */
export function valuedAt(book: Book, { assets }: BookTerms, asset: string, amountMinor: Minor): Minor {
  if (asset === book.valuationAsset) return amountMinor;
  return divFloor(amountMinor * (assets.get(asset)?.collateral?.price ?? 0n), ASSET_PRICE_SCALE);
}
