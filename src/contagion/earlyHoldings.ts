/** What each margin account of a placed book holds, valued at its marks, in units of the valuation asset. */
import type { Book } from './book.js';
import { type BookTerms, notionalOf, profitOf, valuedAt } from './bookTerms.js';
import type { PlacedAccount } from './placeAccounts.js';

export interface Holding {
  /** The instrument, or the asset of collateral that can lose value. */
  readonly key: string;
  /** Signed: a short is below 0. */
  readonly value: number;
}

export interface HeldPosition {
  readonly instrument: string;
  /** Signed value at the mark. */
  readonly value: number;
  readonly profit: number;
}

export interface HeldAccount {
  readonly id: string;
  readonly pool: string;
  readonly holdings: readonly Holding[];
  readonly positions: readonly HeldPosition[];
  /** Collateral and profit at the marks, without haircuts. */
  readonly equity: number;
  /** Of collateral, what moves with prices of instruments. */
  readonly moving: number;
}

export function heldAccounts(
  book: Book,
  terms: BookTerms,
  accounts: readonly PlacedAccount[],
): readonly HeldAccount[] {
  const unit = unitOf(book);
  const traded = new Set(book.instruments.map(({ definition }) => definition.base));
  return accounts.map(({ id, pool, collateral, positions }) => {
    const held = positions.map((position): HeldPosition => {
      const instrument = terms.instruments.get(position.instrument)!;
      const { settle } = instrument.instrument.definition;
      const size = Number(valuedAt(book, terms, settle, notionalOf(instrument, position))) / unit;
      const profit = Number(valuedAt(book, terms, settle, profitOf(instrument, position))) / unit;
      return { instrument: position.instrument, value: position.lots < 0n ? -size : size, profit };
    });
    const assets = collateral.map(({ asset, amountMinor }) => ({
      asset,
      value: Number(valuedAt(book, terms, asset, amountMinor)) / unit,
    }));
    const other = assets.filter(({ asset, value }) => asset !== book.valuationAsset && value > 0);
    const total = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);
    return {
      id,
      pool,
      positions: held,
      holdings: [
        ...held.map(({ instrument, value }) => ({ key: instrument, value })),
        ...other.map(({ asset, value }) => ({ key: asset, value })),
      ].filter(({ value }) => value !== 0),
      equity: total([...assets.map(({ value }) => value), ...held.map(({ profit }) => profit)]),
      moving: total(other.filter(({ asset }) => traded.has(asset)).map(({ value }) => value)),
    };
  });
}

/** Minor units of the valuation asset in one of it. */
export function unitOf(book: Book): number {
  return 10 ** (book.assets.find(({ id }) => id === book.valuationAsset)?.decimals ?? 0);
}

/** After every price has moved so: linear in the move, also for inverse instruments, whose value in coin moves the other way. */
export function equityAfter({ equity, moving, positions }: HeldAccount, move: number): number {
  return equity + move * (moving + positions.reduce((sum, { value }) => sum + value, 0));
}

export function profitAfter({ value, profit }: HeldPosition, move: number): number {
  return profit + move * value;
}
