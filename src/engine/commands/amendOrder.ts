/** Changes price and size of an order: tested as the order it becomes, in one step. */
import { max, min } from '../../base/index.js';
import { isSpot, positionOf } from '../accountParts.js';
import type { CommandOf } from '../command.js';
import type { Decision, Situation } from '../decision.js';
import { orderView, orderViews } from '../orderFacts.js';
import { spotOrdersOf } from '../orderReserve.js';
import { reducibleLots } from '../reduceOnly.js';
import { reject } from '../rejection.js';
import type { State } from '../state.js';
import { findOrder, liquidationOrderFault } from './cancelOrder.js';
import { tradingFault } from './fill.js';
import { LOTS_MAX } from './fillSettlement.js';
import { bandFault, holdFor } from './placeOrder.js';
import { spotOrderFault } from './spotOrder.js';

export function decideAmendOrder(situation: Situation, command: CommandOf<'amendOrder'>): Decision {
  const { state } = situation;
  const orderRow = findOrder(state, command.order);
  if (typeof orderRow === 'object') return orderRow;
  const fixed = liquidationOrderFault(state, orderRow, command.order);
  if (fixed !== null) return fixed;
  const before = orderView(state, orderRow);
  const accountRow = state.orders.account.get(orderRow);
  const { priceTicks } = command;
  if (command.lots <= 0n || command.lots > LOTS_MAX)
    return reject('invalid_size', { lots: command.lots, largestLots: LOTS_MAX });
  const refused =
    tradingFault(situation, before.instrument) ??
    bandFault(state, before.instrument, { priceTicks, side: before.side });
  if (refused !== null) return refused;
  if (isSpot(state, before.instrument)) return amendSpot(situation, command, orderRow);
  const lots = before.isReduceOnly ? min(command.lots, roomFor(state, orderRow)) : command.lots;
  if (lots === 0n) return reject('nothing_to_reduce', { order: command.order });
  const after = { ...before, priceTicks, lots };
  const all = orderViews(state, accountRow);
  const others = orderViews(state, accountRow, { orders: [{ orderRow, lots: 0n }] });
  const hold = holdFor(situation, accountRow, {
    before: all,
    after: [...others, after],
    changed: after,
    holdWallet: state.accounts.walletHold.get(accountRow) > 0n,
  });
  if (typeof hold === 'object') return hold;
  const isSame = hold === state.accounts.walletHold.get(accountRow);
  return [
    {
      kind: 'orderAmended',
      accountRow,
      orderRow,
      priceTicks,
      orders: [{ orderRow, lots }],
      holds: isSame ? [] : [{ accountRow, holdMinor: hold }],
    },
  ];
}

function amendSpot(
  situation: Situation,
  { priceTicks, lots }: CommandOf<'amendOrder'>,
  orderRow: number,
): Decision {
  const { orders } = situation.state;
  const accountRow = orders.account.get(orderRow);
  const isBuy = orders.isBuy.get(orderRow) === 1;
  const instrumentRow = orders.instrument.get(orderRow);
  const isSmaller = lots <= orders.lots.get(orderRow) && priceTicks === orders.priceTicks.get(orderRow);
  const refused = isSmaller
    ? null
    : spotOrderFault(situation, accountRow, {
        changed: { instrumentRow, isBuy, lots, priceTicks },
        others: spotOrdersOf(situation.state, accountRow, orderRow),
      });
  if (refused !== null) return refused;
  return [
    { kind: 'orderAmended', accountRow, orderRow, priceTicks, orders: [{ orderRow, lots }], holds: [] },
  ];
}

/** Of a reduce-only order: what the others leave to reduce. */
function roomFor(state: State, orderRow: number): bigint {
  const { instrument, leg, side, lots } = orderView(state, orderRow);
  const accountRow = state.orders.account.get(orderRow);
  const positionRow = positionOf(state, { accountRow, instrumentRow: instrument, leg });
  const held = state.positions.lots.get(positionRow);
  const free = reducibleLots(state, {
    accountRow,
    instrumentRow: instrument,
    leg,
    isBuy: side === 'buy',
    held,
  });
  return max(0n, free + lots);
}
