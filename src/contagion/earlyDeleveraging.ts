/** What of an instrument would have to be deleveraged at a move of all prices, over what winners on the other side hold. */
import { coverTwo, type WarnedBook } from './earlyCover.js';
import { equityAfter, profitAfter } from './earlyHoldings.js';
import type { PlacedPool } from './placePools.js';

export interface DeleveragingNeed {
  readonly pool: string;
  readonly instrument: string;
  readonly move: number;
  /** The side of those who lose all. */
  readonly side: 'long' | 'short';
  /** Value at the mark of what they hold, in the share that the pool's fund does not cover. */
  readonly needed: number;
  /** Value at the mark of positions against them that are in profit, of accounts that are left. */
  readonly capacity: number;
}

/** Only where something is needed. */
export function deleveragingNeed(of: WarnedBook, pool: PlacedPool): readonly DeleveragingNeed[] {
  const own = of.accounts.filter((account) => account.pool === pool.id);
  const fund = coverTwo({ ...of, moves: [0] }, pool)[0]?.fund ?? 0;
  return of.moves.flatMap((move) => {
    const lost = own.filter((account) => equityAfter(account, move) < 0);
    const loss = lost.reduce((sum, account) => sum - equityAfter(account, move), 0);
    const share = loss === 0 ? 0 : Math.max(0, loss - fund) / loss;
    const left = own.filter((account) => equityAfter(account, move) > 0);
    return pool.instruments.flatMap((instrument) =>
      (['long', 'short'] as const).flatMap((side): readonly DeleveragingNeed[] => {
        const isOn = (value: number, wanted: 'long' | 'short') => (wanted === 'long' ? value > 0 : value < 0);
        const sizeOf = (accounts: typeof own, wanted: 'long' | 'short', isWinner: boolean) =>
          accounts
            .flatMap(({ positions }) => positions)
            .filter((position) => position.instrument === instrument && isOn(position.value, wanted))
            .filter((position) => !isWinner || profitAfter(position, move) > 0)
            .reduce((sum, { value }) => sum + Math.abs(value), 0);
        const needed = share * sizeOf(lost, side, false);
        const capacity = sizeOf(left, side === 'long' ? 'short' : 'long', true);
        return needed === 0 ? [] : [{ pool: pool.id, instrument, move, side, needed, capacity }];
      }),
    );
  });
}
