/**
 * Shares of debts and of what lenders have. A debt is a number of shares of the borrow index, a lender's claim a number
 * of shares of what the lending pool has; interest moves the index and the pool, nobody is visited. Every conversion
 * rounds in favour of the pool: debts and what a debtor pays up, claims and what a lender gets down. What that leaves
 * over stays in the lending pool and is its lenders' together.
 */
import { mulDivCeil, mulDivFloor } from '../base/index.js';
import { INDEX_SCALE } from './lendingRate.js';

/** What is owed for shares, minor units. */
export function debtCeil(shares: bigint, index: bigint): bigint {
  return mulDivCeil(shares, index, INDEX_SCALE);
}

/** What a lending pool counts its debts as: never more than its debtors owe in sum. */
export function debtFloor(shares: bigint, index: bigint): bigint {
  return mulDivFloor(shares, index, INDEX_SCALE);
}

/** Shares that an amount borrowed makes. */
export function sharesBorrowed(amount: bigint, index: bigint): bigint {
  return mulDivCeil(amount, INDEX_SCALE, index);
}

/** Shares that an amount pays off; all of them where it is all of the debt. */
export function sharesRepaid(
  amount: bigint,
  { shares, index }: { readonly shares: bigint; readonly index: bigint },
): bigint {
  return amount >= debtCeil(shares, index) ? shares : mulDivFloor(amount, INDEX_SCALE, index);
}

/** What a lending pool has and in how many shares it is held. */
export interface LenderBook {
  readonly assets: bigint;
  readonly lenderShares: bigint;
}

/** Shares that an amount supplied makes; null where there are shares and nothing is left that they could be worth. */
export function sharesSupplied(amount: bigint, { assets, lenderShares }: LenderBook): bigint | null {
  if (lenderShares === 0n) return amount;
  return assets <= 0n ? null : mulDivFloor(amount, lenderShares, assets);
}

/** What shares are worth. */
export function claimFloor(shares: bigint, { assets, lenderShares }: LenderBook): bigint {
  return shares === 0n || assets <= 0n ? 0n : mulDivFloor(shares, assets, lenderShares);
}

/** Shares that an amount taken back costs; all of a lender's where it is all that they are worth. */
export function sharesWithdrawn(amount: bigint, shares: bigint, book: LenderBook): bigint {
  if (amount >= claimFloor(shares, book)) return shares;
  return mulDivCeil(amount, book.lenderShares, book.assets);
}
