/**
 * Orders that a level ends when it comes into force: what they fill would be a fact, so those that may open what the level
 * does not let open are cancelled. Where a position is grandfathered its account keeps them until the grace is over.
 */
import { append } from '../base/append.js';
import { allowsMode, LEVEL_EFFECTS } from '../isolation/index.js';
import { marginModeOf } from './accountMargin.js';
import { ordersOf, positionsOf } from './accountParts.js';
import { holdsWithout } from './commands/cancelOrder.js';
import type { EventOf, HoldFact, OrderFact } from './event.js';
import type { State } from './state.js';

type Applied = Pick<EventOf<'isolationLevelApplied'>, 'instrumentRow' | 'level' | 'applies'>;

export function ordersEnded(
  state: State,
  applied: Applied,
  timeMs: number,
): { readonly orders: OrderFact[]; readonly holds: HoldFact[] } {
  const orders: OrderFact[] = [];
  const holds: HoldFact[] = [];
  const poolRow = state.instruments.pool.get(applied.instrumentRow);
  const accountRows = [...state.openOrders.keys()].sort((a, b) => a - b);
  for (const accountRow of accountRows) {
    if (state.accounts.pool.get(accountRow) !== poolRow || mayKeep(state, accountRow, applied)) continue;
    const ended = opening(state, accountRow, applied.instrumentRow).map((orderRow) => ({
      orderRow,
      lots: 0n,
    }));
    if (ended.length === 0) continue;
    append(orders, ended);
    append(holds, holdsWithout(state, accountRow, { orders: ended, timeMs }));
  }
  return { orders, holds };
}

function mayKeep(state: State, accountRow: number, { instrumentRow, level, applies }: Applied): boolean {
  if (LEVEL_EFFECTS[level].opening === 'closingOnly') return false;
  if (allowsMode(level, marginModeOf(state, accountRow))) return true;
  return applies === 'opening' && holdsPosition(state, accountRow, instrumentRow);
}

/** Whether the account has an open position in the instrument. */
export function holdsPosition(state: State, accountRow: number, instrumentRow: number): boolean {
  const { positions } = state;
  return positionsOf(state, accountRow).some(
    (row) => positions.instrument.get(row) === instrumentRow && positions.lots.get(row) !== 0n,
  );
}

function opening(state: State, accountRow: number, instrumentRow: number): readonly number[] {
  const { orders } = state;
  return ordersOf(state, accountRow).filter(
    (row) => orders.instrument.get(row) === instrumentRow && orders.isReduceOnly.get(row) === 0,
  );
}
