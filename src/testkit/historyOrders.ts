/** Orders of a random history, and accounts that change their mode or hand positions over. */
import { abs, min } from '../base/index.js';
import { positionsOf } from '../engine/accountParts.js';
import type { State } from '../engine/state.js';
import { LEGS, type Leg, MARGIN_MODES } from '../margin/index.js';
import { withOrder } from './historyAdmission.js';
import { openAccount } from './historyMoney.js';
import {
  accountsOf,
  anyAccount,
  anyMarket,
  atLeastOne,
  isAccepted,
  isShared,
  type Market,
  type Player,
  portion,
  send,
} from './historyPlayer.js';
import { accountSide, bareSide, someLots } from './historyTrading.js';

export function placeOrder(player: Player): void {
  const { random, state } = player;
  const market = anyMarket(player);
  const ids = accountsOf(player, market);
  if (ids.length === 0) return openAccount(player);
  const account = random.pick(ids);
  const side = random.pick(['buy', 'sell'] as const);
  const { leg } = accountSide(player, market, account, side === 'buy' ? 'long' : 'short');
  const isMarket = random.unit() < 0.15;
  const row = state.accounts.names.rowOf(account);
  const order = `o${player.orders.length + 1}`;
  const placed = send(player, {
    kind: 'placeOrder',
    order,
    account,
    instrument: market.id,
    leg,
    side,
    priceTicks: isMarket ? null : priceNear(player, market),
    slippagePpm: isMarket ? random.pick([0n, 10_000n, 400_000n]) : null,
    lots: someLots(player, market),
    isReduceOnly: random.unit() < 0.2,
    holdWallet: !isShared(state, row) && random.unit() < 0.7,
  });
  if (isAccepted(placed)) player.orders.push(order);
}

function priceNear({ random }: Player, { price }: Market): bigint {
  const away = 1 + (random.unit() - 0.5) * random.pick([0.01, 0.05, 0.5]);
  return BigInt(Math.max(1, Math.round(price * away)));
}

/** An open order, mostly; now and then one that is done with. */
function anyOrder({
  random,
  state,
  orders,
}: Player): { readonly order: string; readonly row: number } | null {
  const open = orders.filter((id) => state.orders.lots.get(state.orders.names.rowOf(id)) > 0n);
  const from = open.length > 0 && random.unit() < 0.95 ? open : orders;
  if (from.length === 0) return null;
  const order = random.pick(from);
  return { order, row: state.orders.names.rowOf(order) };
}

export function amendOrder(player: Player): void {
  const found = anyOrder(player);
  if (found === null) return placeOrder(player);
  const market = marketOf(player, found.row);
  const priceTicks = priceNear(player, market);
  send(player, { kind: 'amendOrder', order: found.order, priceTicks, lots: someLots(player, market) });
}

export function cancelOrder(player: Player): void {
  const found = anyOrder(player);
  if (found === null) return placeOrder(player);
  send(player, { kind: 'cancelOrder', order: found.order });
}

/** An order meets another account, or another order, at its limit. */
export function fillOrder(player: Player): void {
  const { random, state } = player;
  const found = anyOrder(player);
  if (found === null) return placeOrder(player);
  const { orders, accounts } = state;
  const market = marketOf(player, found.row);
  const account = accounts.names.nameOf(orders.account.get(found.row));
  const others = accountsOf(player, market).filter((id) => id !== account);
  if (others.length === 0) return;
  const isBuy = orders.isBuy.get(found.row) === 1;
  const own = bareSide(account, {
    order: found.order,
    leg: LEGS[orders.leg.get(found.row)] as Leg,
    allocateInitial: false,
  });
  const met = meeting(player, found.row);
  const bare = met?.side ?? accountSide(player, market, random.pick(others), isBuy ? 'short' : 'long');
  const left = min(orders.lots.get(found.row), met?.lots ?? orders.lots.get(found.row));
  const lots = random.unit() < 0.5 ? left : atLeastOne(portion(random, left));
  const traded = { priceTicks: orders.priceTicks.get(found.row), lots: lots === 0n ? 1n : lots };
  const other = withOrder(player, market, bare, { ...traded, isBuy: !isBuy });
  if (other === null) return;
  send(player, {
    kind: 'fill',
    instrument: market.id,
    ...traded,
    ...(isBuy ? { buyer: own, seller: other } : { buyer: other, seller: own }),
    taker: random.pick(['buyer', 'seller'] as const),
  });
}

/** Another open order that the price of this one suits. */
function meeting({ random, state }: Player, row: number) {
  const { orders, accounts } = state;
  const rows: number[] = [];
  for (let other = 0; other < orders.table.size; other++) {
    const isOpposite = orders.isBuy.get(other) !== orders.isBuy.get(row);
    const isSame = orders.instrument.get(other) === orders.instrument.get(row);
    const isBuy = orders.isBuy.get(row) === 1;
    const gap = orders.priceTicks.get(other) - orders.priceTicks.get(row);
    const suits = isBuy ? gap <= 0n : gap >= 0n;
    const isElse = orders.account.get(other) !== orders.account.get(row);
    if (isOpposite && isSame && suits && isElse && orders.lots.get(other) > 0n) rows.push(other);
  }
  if (rows.length === 0) return null;
  const other = random.pick(rows);
  const id = accounts.names.nameOf(orders.account.get(other));
  const order = orders.names.nameOf(other);
  const leg = LEGS[orders.leg.get(other)] as Leg;
  return { side: bareSide(id, { order, leg, allocateInitial: false }), lots: orders.lots.get(other) };
}

function marketOf({ state, markets }: Player, orderRow: number): Market {
  const id = state.instruments.names.nameOf(state.orders.instrument.get(orderRow));
  return markets.find((market) => market.id === id) as Market;
}

// ---- modes ----

export function switchMode(player: Player): void {
  const { random, state } = player;
  const { account, row } = anyAccount(player);
  if (!isShared(state, row)) {
    const marginMode = random.pick(['cross', 'portfolio'] as const);
    send(player, { kind: 'switchMode', account, marginMode, instrument: null });
    return;
  }
  if (random.unit() < 0.4) {
    const isCross = state.accounts.mode.get(row) === MARGIN_MODES.indexOf('cross');
    const marginMode = isCross ? 'portfolio' : 'cross';
    send(player, { kind: 'switchMode', account, marginMode, instrument: null });
    return;
  }
  const held = heldBy(state, row);
  const pool = state.pools.names.nameOf(state.accounts.pool.get(row));
  const inPool = player.markets.filter((market) => market.pool === pool);
  // Where instruments move there may be none left.
  const isElsewhere = random.unit() < 0.1 || inPool.length === 0;
  const named = (isElsewhere ? player.markets : inPool).map(({ id }) => id);
  const instrument = random.pick(held.length > 0 ? held.map((each) => each.instrument) : named);
  send(player, { kind: 'switchMode', account, marginMode: 'isolated', instrument });
}

/** Takes a position of a shared account into an isolated one of its client, opened for it where there is none. */
export function carvePosition(player: Player): void {
  const { random, state } = player;
  const { account, row } = anyAccount(player);
  const held = heldBy(state, row);
  if (!isShared(state, row) || held.length === 0) return switchMode(player);
  const { instrument, leg, cost } = random.pick(held);
  const client = state.clients.names.nameOf(state.accounts.client.get(row));
  const into = `a${++player.count}`;
  const opened = send(player, {
    kind: 'openAccount',
    account: into,
    client,
    marginMode: 'isolated',
    instrument,
    pool: null,
    hasLegs: false,
    leveragePpm: random.pick([1_000_000n, 5_000_000n]),
  });
  if (!isAccepted(opened)) return;
  player.accounts.push(into);
  const amountMinor = portion(random, abs(cost) / 2n);
  send(player, { kind: 'carvePosition', account, instrument, leg, into, amountMinor });
}

export function mergeAccount(player: Player): void {
  const { random, state } = player;
  const { account, row } = anyAccount(player);
  const client = state.accounts.client.get(row);
  const others = player.accounts.filter((id) => {
    const other = state.accounts.names.rowOf(id);
    return state.accounts.client.get(other) === client && isShared(state, other);
  });
  if (others.length === 0) return switchMode(player);
  send(player, { kind: 'mergeAccount', account, into: random.pick(others) });
}

function heldBy(state: State, accountRow: number) {
  const { instruments, positions } = state;
  return positionsOf(state, accountRow)
    .filter((row) => positions.lots.get(row) !== 0n)
    .map((row) => ({
      instrument: instruments.names.nameOf(positions.instrument.get(row)),
      leg: LEGS[positions.leg.get(row)] as Leg,
      cost: positions.cost.get(row),
    }));
}
