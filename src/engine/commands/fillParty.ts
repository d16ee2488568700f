/** Who stands on a side of a fill: a margin account, a takeover of the pool's liquidation account, or the outside. */
import { abs } from '../../base/index.js';
import type { Leg } from '../../margin/index.js';
import { positionOf, valuedInPoolAsset } from '../accountParts.js';
import { assetPrice } from '../assetPrice.js';
import type { FillSide } from '../command.js';
import { liquidationPolicyOf } from '../liquidationPolicy.js';
import { orderView } from '../orderFacts.js';
import { type Rejection, reject } from '../rejection.js';
import { type State, TAKEOVER_STATUS } from '../state.js';
import { feeRatePpm } from '../tradingFee.js';
import { unwindingLeft, unwindingOrderId } from '../unwinding.js';
import { findOrder } from './cancelOrder.js';
import { accountFault, unknown } from './checks.js';

/** One side of the fill, found in the state. */
export interface Party {
  readonly side: FillSide;
  readonly instrumentRow: number;
  readonly positionRow: number;
  /** -1 for the outside and for a takeover. */
  readonly accountRow: number;
  /** Signed lots and value of its trade. */
  readonly lots: bigint;
  readonly value: bigint;
  readonly priceTicks: bigint;
  readonly feePpm: bigint;
  /** A fee of liquidation is the pool's fund's, a trading fee the venue's. */
  readonly feeFlow: 'fee' | 'liquidationFee';
  /** The accepted order it fills, or -1. */
  readonly orderRow: number;
}

/** Finds the party and checks that it may take part. */
export function findParty(
  state: State,
  instrumentRow: number,
  of: Omit<PartyTrade, 'instrumentRow'>,
): Party | Rejection {
  const trade = { ...of, instrumentRow };
  switch (trade.side.party) {
    case 'account':
      return findAccount(state, instrumentRow, trade);
    case 'liquidation':
      return findTakeover(state, instrumentRow, trade);
    case 'counterparty': {
      const positionRow = state.instruments.counterpartyPosition.get(instrumentRow);
      if (positionRow < 0) return reject('counterparty_needs_desk');
      return partyOf(trade, { positionRow, accountRow: -1, feePpm: 0n });
    }
  }
}

type PartyTrade = Pick<Party, 'side' | 'lots' | 'value' | 'instrumentRow' | 'priceTicks'> & {
  readonly isTaker: boolean;
};

function findAccount(state: State, instrumentRow: number, trade: PartyTrade): Party | Rejection {
  const { accounts } = state;
  const { id } = trade.side;
  const accountRow = accounts.names.rowOf(id);
  const fault = accountFault(state, accountRow, id);
  if (fault !== null) return fault;
  const { leg } = trade.side;
  const fits = fitFault(state, { accountRow, instrumentRow, leg });
  if (fits !== null) return fits;
  const orderRow = findFilledOrder(state, accountRow, trade);
  if (typeof orderRow === 'object') return orderRow;
  const positionRow = positionOf(state, { accountRow, instrumentRow, leg });
  if (orderRow >= 0 && state.orders.isLiquidation.get(orderRow) === 1) {
    const feePpm = state.pools.liquidationFeePpm.get(accounts.pool.get(accountRow));
    return partyOf(trade, { positionRow, accountRow, feePpm, orderRow, feeFlow: 'liquidationFee' });
  }
  const feePpm = feeRatePpm(state, { accountRow, instrumentRow, isTaker: trade.isTaker });
  return partyOf(trade, { positionRow, accountRow, feePpm, orderRow });
}

type FilledTrade = Pick<PartyTrade, 'side' | 'lots' | 'instrumentRow' | 'priceTicks'>;

/** The order behind the fill, if the fill is one it allows; -1 where the pool takes fills without. */
export function findFilledOrder(state: State, accountRow: number, trade: FilledTrade): number | Rejection {
  const { order } = trade.side;
  if (order === '') {
    const poolRow = state.accounts.pool.get(accountRow);
    return state.pools.needsOrders.get(poolRow) === 1
      ? reject('order_required', { account: trade.side.id })
      : -1;
  }
  const orderRow = findOrder(state, order);
  if (typeof orderRow === 'object') return orderRow;
  const { instrument, leg, side, lots, priceTicks } = orderView(state, orderRow);
  const isBuy = trade.lots > 0n;
  const isOwn =
    state.orders.account.get(orderRow) === accountRow &&
    instrument === trade.instrumentRow &&
    leg === trade.side.leg &&
    (side === 'buy') === isBuy;
  const isWithin = isBuy ? trade.priceTicks <= priceTicks : trade.priceTicks >= priceTicks;
  if (isOwn && isWithin && abs(trade.lots) <= lots) return orderRow;
  return reject('wrong_order', { order, leftLots: lots, limitTicks: priceTicks });
}

/** Whether the account may hold that leg of the instrument. */
export function fitFault(
  state: State,
  at: { readonly accountRow: number; readonly instrumentRow: number; readonly leg: Leg },
): Rejection | null {
  const { accounts, instruments } = state;
  const { accountRow, instrumentRow } = at;
  const account = accounts.names.nameOf(accountRow);
  const own = accounts.instrument.get(accountRow);
  if (own >= 0 && own !== instrumentRow) {
    return reject('wrong_instrument', { account, instrument: instruments.names.nameOf(own) });
  }
  if (accounts.pool.get(accountRow) !== instruments.pool.get(instrumentRow)) {
    return reject('wrong_instrument', {
      account,
      pool: state.pools.names.nameOf(accounts.pool.get(accountRow)),
    });
  }
  const hasLegs = accounts.hasLegs.get(accountRow) === 1;
  if (hasLegs !== (at.leg !== 'net')) return reject('wrong_leg', { account, leg: at.leg });
  return pricedFault(state, accountRow, instruments.poolAsset.get(instrumentRow));
}

/** A shared account can only be judged in assets that have a price. */
function pricedFault(state: State, accountRow: number, poolAssetRow: number): Rejection | null {
  const isPriced =
    valuedInPoolAsset(state, accountRow) === poolAssetRow || assetPrice(state, poolAssetRow) !== 0n;
  if (isPriced) return null;
  const asset = state.assets.names.nameOf(state.poolAssets.asset.get(poolAssetRow));
  return reject('asset_price_unusable', { account: state.accounts.names.nameOf(accountRow), asset });
}

function findTakeover(state: State, instrumentRow: number, trade: PartyTrade): Party | Rejection {
  const { takeovers, positions } = state;
  const { id } = trade.side;
  const takeoverRow = takeovers.names.rowOf(id);
  if (takeoverRow < 0 || takeovers.status.get(takeoverRow) === TAKEOVER_STATUS.closed) {
    return unknown('unknown_takeover', id);
  }
  if (takeovers.instrument.get(takeoverRow) !== instrumentRow)
    return reject('wrong_instrument', { takeover: id });
  const positionRow = takeovers.position.get(takeoverRow);
  const held = positions.lots.get(positionRow);
  if (held * trade.lots >= 0n || abs(trade.lots) > abs(held)) {
    return reject('liquidation_not_reducing', { takeover: id, lots: trade.lots, held });
  }
  const unordered = unwindingFault(state, takeoverRow, trade);
  return unordered ?? partyOf(trade, { positionRow, accountRow: -1, feePpm: 0n });
}

/** Where the pool unwinds by orders, a takeover trades within the one it has out. */
function unwindingFault(state: State, takeoverRow: number, trade: PartyTrade): Rejection | null {
  const { takeovers } = state;
  if (liquidationPolicyOf(state, takeovers.pool.get(takeoverRow)) === null) return null;
  const { order } = trade.side;
  const current = unwindingOrderId(state, takeoverRow, takeovers.orderCount.get(takeoverRow));
  const limitTicks = takeovers.orderTicks.get(takeoverRow);
  const leftLots = unwindingLeft(state, takeoverRow);
  const isWithin = trade.lots > 0n ? trade.priceTicks <= limitTicks : trade.priceTicks >= limitTicks;
  if (order === current && isWithin && abs(trade.lots) <= leftLots) return null;
  return reject('wrong_order', { order, expected: current, leftLots, limitTicks });
}

function partyOf(
  { side, lots, value, instrumentRow, priceTicks }: PartyTrade,
  {
    positionRow,
    accountRow,
    feePpm,
    orderRow = -1,
    feeFlow = 'fee',
  }: Pick<Party, 'positionRow' | 'accountRow' | 'feePpm'> & Partial<Pick<Party, 'orderRow' | 'feeFlow'>>,
): Party {
  return { side, instrumentRow, lots, value, priceTicks, positionRow, accountRow, feePpm, orderRow, feeFlow };
}
