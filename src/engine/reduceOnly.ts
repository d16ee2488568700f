/**
 * Resting reduce-only orders never sum above the position they reduce (ORD-02): whenever an event changes a position,
 * what no longer fits is taken off the latest of them.
 */
import { abs, max } from '../base/index.js';
import { LEGS, type Leg } from '../margin/index.js';
import { ordersOf } from './accountParts.js';
import type { Draft } from './draft.js';
import type { PositionChange } from './event.js';
import type { State } from './state.js';

/** Adds to the draft what becomes of reduce-only orders of the positions it changes. */
export function clampReduceOnly(state: State, draft: Draft): void {
  for (const change of draft.positions) {
    const accountRow = state.positions.account.get(change.position);
    if (accountRow >= 0 && (state.openOrders.get(accountRow)?.size ?? 0) > 0)
      clamp(state, draft, accountRow, change);
  }
}

function clamp(state: State, draft: Draft, accountRow: number, { position, lots }: PositionChange): void {
  const { positions } = state;
  let room = abs(lots);
  const leg = LEGS[positions.leg.get(position)] as Leg;
  for (const orderRow of reducing(state, {
    accountRow,
    instrumentRow: positions.instrument.get(position),
    leg,
  })) {
    const left = lotsLeft(state, draft, orderRow);
    if (left === 0n) continue;
    const isAgainst = lots !== 0n && (state.orders.isBuy.get(orderRow) === 1) === lots < 0n;
    const fits = isAgainst && left <= room ? left : isAgainst ? room : 0n;
    room = max(0n, room - fits);
    if (fits !== left) draft.orders.push({ orderRow, lots: fits });
  }
}

interface LegOf {
  readonly accountRow: number;
  readonly instrumentRow: number;
  readonly leg: Leg;
}

/** Open reduce-only orders of a leg, in the order in which they came. */
function reducing(state: State, { accountRow, instrumentRow, leg }: LegOf): readonly number[] {
  const { orders } = state;
  return ordersOf(state, accountRow).filter(
    (row) =>
      orders.isReduceOnly.get(row) === 1 &&
      orders.instrument.get(row) === instrumentRow &&
      orders.leg.get(row) === LEGS.indexOf(leg),
  );
}

/** What is left of an order once the draft is done. */
export function lotsLeft(state: State, draft: Pick<Draft, 'orders'>, orderRow: number): bigint {
  return draft.orders.findLast((fact) => fact.orderRow === orderRow)?.lots ?? state.orders.lots.get(orderRow);
}

/** How many lots of the leg a new reduce-only order on that side may still reduce. */
export function reducibleLots(
  state: State,
  at: LegOf & { readonly isBuy: boolean; readonly held: bigint },
): bigint {
  const isAgainst = at.held !== 0n && at.isBuy === at.held < 0n;
  if (!isAgainst) return 0n;
  const resting = reducing(state, at).reduce((sum, row) => sum + state.orders.lots.get(row), 0n);
  return max(0n, abs(at.held) - resting);
}
