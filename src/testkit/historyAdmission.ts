/** What trades by orders in a random history: an order is let in first, then it is filled. */
import type { FillSide } from '../engine/command.js';
import { isAccepted, isShared, type Market, type Player, send } from './historyPlayer.js';

export interface Wanted {
  readonly isBuy: boolean;
  readonly priceTicks: bigint;
  readonly lots: bigint;
}

/** The side with an order of its own, where its pool wants one; null where the order is not let in. */
export function withOrder(player: Player, market: Market, side: FillSide, wanted: Wanted): FillSide | null {
  const { random, state } = player;
  const pool = player.pools.find((each) => each.pool === market.pool);
  if (side.party !== 'account' || side.order !== '' || pool?.needsOrders !== true) return side;
  // Now and then without: that is refused.
  if (random.unit() < 0.02) return side;
  const { isBuy, priceTicks, lots } = wanted;
  const isMarket = random.unit() < 0.1;
  const better = BigInt(random.pick([0, 0, 0, 1, 5]));
  const limit = isBuy ? priceTicks + better : priceTicks - better;
  const order = `o${player.orders.length + 1}`;
  const placed = send(player, {
    kind: 'placeOrder',
    order,
    account: side.id,
    instrument: market.id,
    leg: side.leg,
    side: isBuy ? 'buy' : 'sell',
    priceTicks: isMarket ? null : limit < 1n ? 1n : limit,
    slippagePpm: isMarket ? random.pick([10_000n, market.definition.fillBandPpm]) : null,
    lots: lots * BigInt(random.pick([1, 1, 1, 2, 3])),
    isReduceOnly: random.unit() < 0.05,
    holdWallet: !isShared(state, state.accounts.names.rowOf(side.id)) && random.unit() < 0.9,
  });
  if (!isAccepted(placed)) return null;
  player.orders.push(order);
  return {
    ...side,
    order,
    allocateInitial: false,
    allocateMinor: random.unit() < 0.9 ? 0n : side.allocateMinor,
  };
}
