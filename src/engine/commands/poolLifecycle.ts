/**
 * The end of a risk pool, and its return. Winding down, it takes nothing new: nothing opens, nobody borrows, lends or joins, and
 * resting orders that could open are taken back; what lowers risk goes on, and no wallet notices. Closed, it has nothing left: its accounts are swept to the wallets of their clients,
 * and what is over of fund, facility and lending is the venue's.
 */
import { min } from '../../base/index.js';
import type { Transfer } from '../../isolation/index.js';
import { ordersOf } from '../accountParts.js';
import type { CommandOf } from '../command.js';
import type { Decision, Situation } from '../decision.js';
import type { Event, HoldFact, OrderFact } from '../event.js';
import { lendingCash } from '../lending.js';
import { hasOpenLosses } from '../openLosses.js';
import { isAtRest, openAccountsOf, poolRemains } from '../poolRemains.js';
import { type Rejection, reject } from '../rejection.js';
import { POOL_STATUS, poolLedgerRow, type State, venueLedgerRow } from '../state.js';
import { holdsWithout } from './cancelOrder.js';
import { poolFault, unknown } from './checks.js';
import { decideCloseAccount } from './closeAccount.js';

export function decideWindDownPool(situation: Situation, { pool }: CommandOf<'windDownPool'>): Decision {
  const { state } = situation;
  const poolRow = findPool(state, pool);
  if (typeof poolRow === 'object') return poolRow;
  if (state.pools.status.get(poolRow) !== POOL_STATUS.open) return reject('nothing_to_do');
  const taken = openingOrders(situation, poolRow);
  return [{ kind: 'poolStatusSet', poolRow, status: 'windingDown', ...taken, transfers: [] }];
}

/** Every order that could open something, of every account: those that reduce alone stay (ORD-02 keeps them so). */
function openingOrders(situation: Situation, poolRow: number) {
  const { state, timeMs } = situation;
  const orders: OrderFact[] = [];
  const holds: HoldFact[] = [];
  for (const accountRow of openAccountsOf(situation, poolRow)) {
    const gone = ordersOf(state, accountRow)
      .filter((row) => state.orders.isReduceOnly.get(row) === 0)
      .filter((row) => state.orders.isLiquidation.get(row) === 0)
      .map((orderRow) => ({ orderRow, lots: 0n }));
    if (gone.length === 0) continue;
    for (const order of gone) orders.push(order);
    for (const hold of holdsWithout(state, accountRow, { orders: gone, timeMs })) holds.push(hold);
  }
  return { orders, holds };
}

/** Only while nothing is open: no new risk comes into a pool whose losses are not settled. */
export function decideReopenPool(situation: Situation, { pool }: CommandOf<'reopenPool'>): Decision {
  const { state } = situation;
  const poolRow = findPool(state, pool);
  if (typeof poolRow === 'object') return poolRow;
  if (state.pools.status.get(poolRow) === POOL_STATUS.open) return reject('nothing_to_do');
  if (hasOpenLosses(situation, poolRow)) return reject('losses_open', { pool });
  return [{ kind: 'poolStatusSet', poolRow, status: 'open', orders: [], holds: [], transfers: [] }];
}

export function decideClosePool(situation: Situation, { pool }: CommandOf<'closePool'>): Decision {
  const { state, derived } = situation;
  const poolRow = findPool(state, pool);
  if (typeof poolRow === 'object') return poolRow;
  const status = state.pools.status.get(poolRow);
  if (status === POOL_STATUS.closed) return reject('nothing_to_do');
  if (status === POOL_STATUS.open) return reject('pool_open', { pool });
  const remains = poolRemains(situation, poolRow);
  if (!isAtRest(remains))
    return reject('pool_not_empty', { pool, ...remains, hasLosses: String(remains.hasLosses) });
  const events: Event[] = [];
  const swept = new Map<number, bigint>();
  for (const accountRow of openAccountsOf(situation, poolRow)) {
    const closed = decideCloseAccount(situation, {
      kind: 'closeAccount',
      account: state.accounts.names.nameOf(accountRow),
    });
    if ('code' in closed) return closed;
    for (const event of closed) {
      events.push(event);
      if ('transfers' in event) countSwept(state, swept, event.transfers);
    }
  }
  const transfers: Transfer[] = [];
  for (const poolAssetRow of derived.poolAssetsOf(poolRow)) {
    const returned = returnToVenue(
      state,
      poolAssetRow,
      swept.get(state.poolAssets.asset.get(poolAssetRow)) ?? 0n,
    );
    if ('code' in returned) return returned;
    for (const transfer of returned) transfers.push(transfer);
  }
  events.push({ kind: 'poolStatusSet', poolRow, status: 'closed', orders: [], holds: [], transfers });
  return events;
}

/** By asset. */
function countSwept({ ledger }: State, swept: Map<number, bigint>, transfers: readonly Transfer[]): void {
  for (const { from, amount } of transfers) {
    const assetRow = ledger.assetOf(from);
    swept.set(assetRow, (swept.get(assetRow) ?? 0n) + amount);
  }
}

/** What lenders left over goes to the fund; facility and fund to venue capital, as far as the pool has the cash (ISO-06). */
function returnToVenue(state: State, poolAssetRow: number, swept: bigint): readonly Transfer[] | Rejection {
  const { ledger, poolAssets, pools } = state;
  const assetRow = poolAssets.asset.get(poolAssetRow);
  const rowOf = (kind: 'insuranceFund' | 'facility' | 'lending') => poolLedgerRow(state, poolAssetRow, kind);
  const capital = venueLedgerRow(state, assetRow, 'capital');
  let cash = state.totals.cash.get(poolAssetRow) - swept;
  if (cash < 0n)
    return reject('insufficient_pool_cash', {
      pool: pools.names.nameOf(poolAssets.pool.get(poolAssetRow)),
      missing: { minor: -cash, assetRow },
    });
  const transfers: Transfer[] = [];
  const post = (transfer: Transfer) => {
    if (transfer.amount > 0n) transfers.push(transfer);
  };
  const left = poolAssets.isLending.get(poolAssetRow) === 1 ? lendingCash(state, poolAssetRow) : 0n;
  post({ flow: 'lendingReserve', from: rowOf('lending'), to: rowOf('insuranceFund'), amount: left });
  const drained = min(cash, ledger.balance(rowOf('facility')));
  post({ flow: 'facilityDrain', from: rowOf('facility'), to: capital, amount: drained });
  cash -= drained;
  const drawn = min(cash, ledger.balance(rowOf('insuranceFund')) + left);
  post({ flow: 'fundDrawDown', from: rowOf('insuranceFund'), to: capital, amount: drawn });
  return transfers;
}

function findPool(state: State, pool: string): number | Rejection {
  const poolRow = state.pools.names.rowOf(pool);
  if (poolRow < 0) return unknown('unknown_pool', pool);
  return poolFault(state, poolRow) ?? poolRow;
}
