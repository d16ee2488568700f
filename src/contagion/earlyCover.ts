/** What is left of a pool's layers when its two largest losers default at a move of all prices. */
import type { Book } from './book.js';
import { type BookTerms, valuedAt } from './bookTerms.js';
import { equityAfter, type HeldAccount, profitAfter, unitOf } from './earlyHoldings.js';
import type { PlacedPool } from './placePools.js';

export interface WarnedBook {
  readonly book: Book;
  readonly terms: BookTerms;
  readonly accounts: readonly HeldAccount[];
  readonly moves: readonly number[];
}

/** Units of the valuation asset; a pool's layers are asked in this order. */
export interface PoolCover {
  readonly pool: string;
  readonly move: number;
  /** The two largest losers, the larger first; fewer where fewer lose all. */
  readonly losers: readonly { readonly account: string; readonly loss: number }[];
  readonly fund: number;
  readonly byFund: number;
  /** Profit of those who are left, at the move. */
  readonly winners: number;
  readonly byWinners: number;
  /** What no layer of the pool pays. */
  readonly open: number;
}

export function coverTwo(
  { book, terms, accounts, moves }: WarnedBook,
  pool: PlacedPool,
): readonly PoolCover[] {
  const own = accounts.filter((account) => account.pool === pool.id);
  const fund =
    pool.funds.reduce(
      (sum, { asset, amountMinor }) => sum + Number(valuedAt(book, terms, asset, amountMinor)),
      0,
    ) / unitOf(book);
  return moves.map((move) => {
    const losers = own
      .map((account) => ({ account: account.id, loss: -equityAfter(account, move) }))
      .filter(({ loss }) => loss > 0)
      .sort((a, b) => b.loss - a.loss || (a.account < b.account ? -1 : 1))
      .slice(0, 2);
    const loss = losers.reduce((sum, loser) => sum + loser.loss, 0);
    const winners = profitOfSolvent(own, move);
    const byFund = Math.min(fund, loss);
    const byWinners = Math.min(winners, loss - byFund);
    return { pool: pool.id, move, losers, fund, byFund, winners, byWinners, open: loss - byFund - byWinners };
  });
}

function profitOfSolvent(accounts: readonly HeldAccount[], move: number): number {
  return accounts
    .filter((account) => equityAfter(account, move) > 0)
    .flatMap(({ positions }) => positions)
    .reduce((sum, position) => sum + Math.max(0, profitAfter(position, move)), 0);
}
