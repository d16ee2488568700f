/** What a pool still has that keeps it from being closed: counted once, for the refusal and for whoever watches it wind down. */
import { assetsOf, hasDebt, hasPosition, ordersOf } from './accountParts.js';
import type { Situation } from './decision.js';
import { hasOpenLosses } from './openLosses.js';
import { ACCOUNT_STATUS } from './state.js';

export interface PoolRemains {
  /** Open accounts with a position, with orders, with a debt. */
  readonly accountsWithPositions: number;
  readonly accountsWithOrders: number;
  readonly accountsWithDebts: number;
  /** Open accounts that hold money: closing sweeps it to their clients' wallets. */
  readonly accountsWithMoney: number;
  /** Assets of the pool in which somebody is a lender. */
  readonly assetsLent: number;
  /** Expired instruments with positions to settle. */
  readonly settling: number;
  /** A queue, a takeover, an open deficit, or the pool is not sound. */
  readonly hasLosses: boolean;
}

export function poolRemains(situation: Situation, poolRow: number): PoolRemains {
  const { state, derived } = situation;
  const { accountAssets, ledger, poolAssets, pools } = state;
  const rows = openAccountsOf(situation, poolRow);
  const count = (holds: (accountRow: number) => boolean) => rows.filter(holds).length;
  return {
    accountsWithPositions: count((row) => hasPosition(state, row)),
    accountsWithOrders: count((row) => ordersOf(state, row).length > 0),
    accountsWithDebts: count((row) => hasDebt(state, row)),
    accountsWithMoney: count((row) =>
      assetsOf(state, row).some((at) => ledger.balance(accountAssets.ledgerRow.get(at)) > 0n),
    ),
    assetsLent: derived.poolAssetsOf(poolRow).filter((row) => poolAssets.lenderShares.get(row) > 0n).length,
    settling: pools.settlingCount.get(poolRow),
    hasLosses: hasOpenLosses(situation, poolRow),
  };
}

/** Money alone keeps no pool open. */
export function isAtRest({ accountsWithMoney: _money, hasLosses, ...counts }: PoolRemains): boolean {
  return !hasLosses && Object.values(counts).every((count) => count === 0);
}

export function openAccountsOf({ state: { accounts } }: Situation, poolRow: number): readonly number[] {
  const rows: number[] = [];
  for (let row = 0; row < accounts.table.size; row++)
    if (accounts.pool.get(row) === poolRow && accounts.status.get(row) === ACCOUNT_STATUS.open)
      rows.push(row);
  return rows;
}
