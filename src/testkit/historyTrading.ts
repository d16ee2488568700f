/** Fills of a random history: between accounts, against the outside, and against what was taken over. */
import { abs } from '../base/index.js';
import { positionOf } from '../engine/accountParts.js';
import type { FillSide } from '../engine/command.js';
import type { State } from '../engine/state.js';
import type { Leg } from '../margin/index.js';
import { notionalAtMark } from '../market/index.js';
import { withOrder } from './historyAdmission.js';
import { openAccount } from './historyMoney.js';
import {
  accountsOf,
  anyMarket,
  atLeastOne,
  type Market,
  type Player,
  portion,
  send,
  walletOf,
  wealthOf,
} from './historyPlayer.js';

export function tradeAccounts(player: Player): void {
  const { random } = player;
  const market = anyMarket(player);
  const ids = accountsOf(player, market);
  if (ids.length < 2) return openAccount(player);
  const buyer = random.pick(ids);
  const others = random.unit() < 0.03 ? ids : ids.filter((id) => id !== buyer);
  const seller = random.pick(others);
  sendFill(player, market, {
    buyer: accountSide(player, market, buyer, 'long'),
    seller: accountSide(player, market, seller, 'short'),
  });
}

export function tradeOutside(player: Player): void {
  const { random } = player;
  const desks = player.markets.filter(({ isDesk }) => isDesk);
  const market = desks.length > 0 && random.unit() < 0.95 ? random.pick(desks) : anyMarket(player);
  const ids = accountsOf(player, market);
  if (ids.length === 0) return openAccount(player);
  const isBuying = random.unit() < 0.5;
  const own = accountSide(player, market, random.pick(ids), isBuying ? 'long' : 'short');
  const outside = bareSide('', { party: 'counterparty', allocateInitial: false });
  sendFill(player, market, isBuying ? { buyer: own, seller: outside } : { buyer: outside, seller: own });
}

/** Sells what was taken over to an account, or to another takeover by mistake. */
export function unwindTakeover(player: Player): void {
  const { random, state } = player;
  const open = [...state.openTakeovers.values()].flatMap((rows) => [...rows]);
  if (open.length === 0) return tradeAccounts(player);
  const row = random.pick(open);
  const instrument = state.instruments.names.nameOf(state.takeovers.instrument.get(row));
  const market = player.markets.find(({ id }) => id === instrument) as Market;
  const ids = accountsOf(player, market);
  if (ids.length === 0) return;
  const held = state.positions.lots.get(state.takeovers.position.get(row));
  const takeover = state.takeovers.names.nameOf(row);
  const liquidation = bareSide(takeover, { party: 'liquidation', allocateInitial: false });
  const isSelling = held > 0n !== random.unit() < 0.05;
  const other = accountSide(player, market, random.pick(ids), isSelling ? 'long' : 'short');
  const lots = random.unit() < 0.5 ? abs(held) : atLeastOne(portion(random, abs(held)));
  sendFill(
    player,
    market,
    isSelling ? { seller: liquidation, buyer: other } : { seller: other, buyer: liquidation },
    lots,
  );
}

export function bareSide(id: string, changes: Partial<FillSide> = {}): FillSide {
  return {
    party: 'account',
    leg: 'net',
    order: '',
    id,
    allocateMinor: 0n,
    allocateInitial: true,
    ...changes,
  };
}

/** An account with legs apart opens the leg of that side, or closes the other one. */
export function accountSide(
  player: Player,
  { definition }: Market,
  id: string,
  opens: 'long' | 'short',
): FillSide {
  const { random, state } = player;
  const row = state.accounts.names.rowOf(id);
  const other = opens === 'long' ? 'short' : 'long';
  const legs: readonly Leg[] = [opens, opens, other];
  const hasLegs = (state.accounts.hasLegs.get(row) === 1) !== random.unit() < 0.02;
  const leg = hasLegs ? random.pick(legs) : 'net';
  const way = random.unit();
  if (way < 0.7) return bareSide(id, { leg });
  const allocateMinor = way < 0.85 ? 0n : portion(random, walletOf(player, row, definition.settle));
  return bareSide(id, { leg, allocateMinor, allocateInitial: way > 0.95 });
}

function sendFill(
  player: Player,
  market: Market,
  sides: { readonly buyer: FillSide; readonly seller: FillSide },
  wantedLots?: bigint,
): void {
  const { random, state } = player;
  const price = Math.max(
    1,
    Math.round(market.price * (1 + (random.unit() - 0.5) * random.pick([0.002, 0.002, 0.02, 0.3]))),
  );
  const held = [sides.buyer, sides.seller]
    .filter(({ party }) => party === 'account')
    .map((side) => abs(lotsOf(state, market, side)));
  const lots = wantedLots ?? random.pick([someLots(player, market), someLots(player, market), ...held]);
  const traded = { priceTicks: BigInt(price), lots: lots === 0n ? 1n : lots };
  const buyer = withOrder(player, market, sides.buyer, { ...traded, isBuy: true });
  if (buyer === null) return;
  const seller = withOrder(player, market, sides.seller, { ...traded, isBuy: false });
  if (seller === null) return;
  send(player, {
    kind: 'fill',
    instrument: market.id,
    ...traded,
    buyer,
    seller,
    taker: random.pick(['buyer', 'seller'] as const),
  });
}

function lotsOf(state: State, market: Market, { id, leg }: FillSide): bigint {
  const row = positionOf(state, {
    accountRow: state.accounts.names.rowOf(id),
    instrumentRow: state.instruments.names.rowOf(market.id),
    leg,
  });
  return row < 0 ? 0n : state.positions.lots.get(row);
}

/** Lots worth some part of a usual wallet, up to many times it; of an option by its underlying. */
export function someLots(player: Player, market: Market): bigint {
  const { random } = player;
  const part = random.pick([0.02, 0.1, 0.5, 1, 3, 6]) * random.unit();
  const worth = (wealthOf(player, market.definition.settle) * BigInt(Math.round(part * 1_000))) / 1_000n;
  return atLeastOne(worth / lotWorth(player, market));
}

function lotWorth({ state, spots }: Player, { id, price, definition }: Market): bigint {
  const { marginTerms, option } = state.instruments.listed[state.instruments.names.rowOf(id)]!;
  if (option !== null) {
    const spot = spots.get(option.underlying)?.price as number;
    return atLeastOne(option.payoff === 'linear' ? option.unit * BigInt(Math.round(spot)) : option.unit);
  }
  const ticks = BigInt(Math.max(1, Math.round(price))) * definition.markTicksPerTick;
  const { numerator, denominator } = notionalAtMark(marginTerms, 1n, ticks);
  return atLeastOne(numerator / denominator);
}
