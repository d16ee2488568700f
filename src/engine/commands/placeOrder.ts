/**
 * Lets an order in, if the account can carry it with all its others (MAR-06). From here on its fills are facts. A
 * reduce-only order is clamped to what it can still reduce (ORD-02); one that adds no requirement is let in also where
 * margin is short (ORD-03).
 */
import { abs, divCeil, divFloor, max, min, PPM } from '../../base/index.js';
import { isLeverageAllowed, type OrderView } from '../../margin/index.js';
import { fillNotionalTowardsZero } from '../../market/index.js';
import { judgedAssetRow } from '../accountHealth.js';
import { hasAllPrices, type PriceBasis } from '../accountMargin.js';
import { accountAssetOf, balanceOf, hasClosedForm, isSpot, positionOf } from '../accountParts.js';
import { capFault } from '../caps.js';
import type { CommandOf } from '../command.js';
import type { Decision, Situation } from '../decision.js';
import { mayHedgeOthers } from '../hedges.js';
import { openingLevelFault } from '../levelRules.js';
import { hasUsableMark } from '../marginView.js';
import { shortfallForOrders } from '../orderBacking.js';
import { orderViews } from '../orderFacts.js';
import { reservedForSpot } from '../orderReserve.js';
import { poolOpenFault } from '../poolStatus.js';
import { reducibleLots } from '../reduceOnly.js';
import { type Rejection, reject } from '../rejection.js';
import { listedInstrument, type State } from '../state.js';
import { freeInWallet, walletOfHold } from '../walletHold.js';
import { accountFault, newIdFault, scenarioFault, unknown, unsettledFault } from './checks.js';
import { haltFault, tradingFault } from './fill.js';
import { fitFault } from './fillParty.js';
import { LOTS_MAX } from './fillSettlement.js';
import { decideSpotOrder } from './spotOrder.js';
import { anyLegOf } from './spotParty.js';

type PlaceOrder = CommandOf<'placeOrder'>;

export function decidePlaceOrder(situation: Situation, command: PlaceOrder): Decision {
  const { state } = situation;
  const fault = newIdFault(state.orders.names, command.order);
  if (fault !== null) return fault;
  const accountRow = state.accounts.names.rowOf(command.account);
  const closed = accountFault(state, accountRow, command.account);
  if (closed !== null) return closed;
  const instrumentRow = state.instruments.names.rowOf(command.instrument);
  if (instrumentRow < 0) return unknown('unknown_instrument', command.instrument);
  const { leg } = command;
  // Against its own leg an order can only reduce it.
  const isReduceOnly = command.isReduceOnly || leg === (command.side === 'buy' ? 'short' : 'long');
  const isPair = isSpot(state, instrumentRow);
  const refused =
    tradingFault(situation, instrumentRow) ??
    fitFault(state, { accountRow, instrumentRow, leg: isPair ? anyLegOf(state, accountRow) : leg }) ??
    sizeFault(command) ??
    (state.accounts.isQueued.get(accountRow) === 1 && !isReduceOnly
      ? reject('account_in_liquidation', { account: command.account })
      : null);
  if (refused !== null) return refused;
  // What may open one day is not let in where nothing may: later its fill would be a fact.
  const ending =
    isReduceOnly || isPair ? null : poolOpenFault(state, state.instruments.pool.get(instrumentRow));
  if (ending !== null) return ending;
  const priceTicks = worstPrice(situation, instrumentRow, command);
  if (typeof priceTicks === 'object') return priceTicks;
  if (isPair) return decideSpotOrder(situation, command, { accountRow, instrumentRow, priceTicks });
  const lots = lotsLetIn(state, { accountRow, instrumentRow, command: { ...command, isReduceOnly } });
  if (lots === 0n)
    return reject('nothing_to_reduce', { account: command.account, instrument: command.instrument });

  const order: OrderView = {
    instrument: instrumentRow,
    leg,
    side: command.side,
    lots,
    priceTicks,
    isReduceOnly,
  };
  const hold = holdFor(situation, accountRow, {
    before: orderViews(state, accountRow),
    after: [...orderViews(state, accountRow), order],
    changed: order,
    holdWallet: command.holdWallet,
  });
  if (typeof hold === 'object') return hold;
  return [
    {
      kind: 'orderAccepted',
      order: command.order,
      accountRow,
      instrumentRow,
      leg,
      isBuy: command.side === 'buy',
      isReduceOnly,
      priceTicks,
      lots,
      holds: hold === state.accounts.walletHold.get(accountRow) ? [] : [{ accountRow, holdMinor: hold }],
    },
  ];
}

function sizeFault({ lots, priceTicks, slippagePpm }: PlaceOrder): Rejection | null {
  if (lots <= 0n || lots > LOTS_MAX) return reject('invalid_size', { lots, largestLots: LOTS_MAX });
  if ((priceTicks === null) === (slippagePpm === null))
    return reject('invalid_definition', {
      field: 'priceTicks',
      rule: 'a limit order has a price, a market order a slippage',
    });
  return null;
}

/** The limit, or for a market order the mark moved by its slippage: what it is charged at. Not outside the price band. */
function worstPrice(
  { state, timeMs }: Situation,
  instrumentRow: number,
  { priceTicks, slippagePpm, side, instrument }: PlaceOrder,
): bigint | Rejection {
  const { definition, terms } = listedInstrument(state, instrumentRow);
  const markTicks = state.instruments.markTicks.get(instrumentRow);
  if (slippagePpm !== null) {
    if (!hasUsableMark(state, instrumentRow, timeMs)) return reject('mark_unusable', { instrument });
    if (slippagePpm < 0n || slippagePpm > definition.fillBandPpm)
      return reject('order_outside_band', { slippagePpm, bandPpm: definition.fillBandPpm });
    const scale = PPM * definition.markTicksPerTick;
    return side === 'buy'
      ? min(terms.priceTicksMax, divCeil(markTicks * (PPM + slippagePpm), scale))
      : divFloor(markTicks * (PPM > slippagePpm ? PPM - slippagePpm : 0n), scale) || 1n;
  }
  return (
    bandFault(state, instrumentRow, { priceTicks: priceTicks as bigint, side }) ?? (priceTicks as bigint)
  );
}

/** A limit inside the instrument's range, and not beyond the band on the side that would trade at once (ISO-05). */
export function bandFault(
  state: State,
  instrumentRow: number,
  { priceTicks, side }: { readonly priceTicks: bigint; readonly side: 'buy' | 'sell' },
): Rejection | null {
  const { definition, terms } = listedInstrument(state, instrumentRow);
  if (priceTicks <= 0n || priceTicks > terms.priceTicksMax)
    return reject('invalid_price', { priceTicks, largestTicks: terms.priceTicksMax });
  const markTicks = state.instruments.markTicks.get(instrumentRow);
  const distance = priceTicks * definition.markTicksPerTick - markTicks;
  const isAggressive = side === 'buy' ? distance > 0n : distance < 0n;
  if (markTicks === 0n || !isAggressive || abs(distance) * PPM <= definition.fillBandPpm * markTicks)
    return null;
  return reject('order_outside_band', {
    priceTicks,
    markTicks,
    markTicksPerTick: definition.markTicksPerTick,
    bandPpm: definition.fillBandPpm,
  });
}

/** All of the order; of a reduce-only one what the resting ones leave to reduce. */
function lotsLetIn(
  state: State,
  at: { readonly accountRow: number; readonly instrumentRow: number; readonly command: PlaceOrder },
): bigint {
  const { command, accountRow, instrumentRow } = at;
  if (!command.isReduceOnly) return command.lots;
  const positionRow = positionOf(state, { accountRow, instrumentRow, leg: command.leg });
  const held = positionRow < 0 ? 0n : state.positions.lots.get(positionRow);
  const isBuy = command.side === 'buy';
  return min(
    command.lots,
    reducibleLots(state, { accountRow, instrumentRow, leg: command.leg, isBuy, held }),
  );
}

interface OrderChange {
  readonly before: readonly OrderView[];
  readonly after: readonly OrderView[];
  readonly changed: OrderView;
  readonly holdWallet: boolean;
}

/** What the account's orders hold of its client's wallet with the change made, or why it may not be made. */
export function holdFor(situation: Situation, accountRow: number, change: OrderChange): bigint | Rejection {
  const { state, timeMs } = situation;
  const { before, after, changed, holdWallet } = change;
  const held = state.accounts.walletHold.get(accountRow);
  const prices: PriceBasis = { kind: 'adverse', timeMs };
  const { instrument: instrumentRow, leg } = changed;
  const isHedge = mayHedgeOthers(state, { accountRow, instrumentRow, leg });
  if (changed.isReduceOnly && !isHedge) return held;
  const isReducing = !isHedge && (changed.isReduceOnly || opensNothing(state, accountRow, after, changed));
  const unusable = priceFault(situation, accountRow, changed.instrument);
  if (unusable !== null) return isReducing ? held : unusable;
  if (!isReducing && !changed.isReduceOnly) {
    const refused =
      haltFault(situation, changed.instrument) ??
      unsettledFault(situation, accountRow) ??
      sizeLimitFault(state, accountRow, after, changed) ??
      premiumFault(state, accountRow, changed, after);
    if (refused !== null) return refused;
  }
  const shortfall = shortfallForOrders(state, accountRow, { prices, orders: after });
  const shortfallBefore = shortfallForOrders(state, accountRow, { prices, orders: before });
  const missing = max(0n, shortfall);
  // An order that asks for nothing more is let in also where margin is short.
  if (missing <= max(0n, shortfallBefore)) return min(held, missing);
  const assetRow = judgedAssetRow(state, accountRow);
  const inWallet =
    held + (holdWallet && hasClosedForm(state, accountRow) ? walletFor(state, accountRow) : 0n);
  if (missing <= inWallet) return missing;
  // What is free of the account before the change, and of the wallet where it may be held for it.
  const available = inWallet - min(inWallet, max(0n, shortfallBefore)) + max(0n, -shortfallBefore);
  return reject('insufficient_order_margin', {
    account: state.accounts.names.nameOf(accountRow),
    required: { minor: missing - inWallet + available, assetRow },
    available: { minor: available, assetRow },
    missing: { minor: missing - inWallet, assetRow },
  });
}

/** A premium is paid in cash when the option trades: all that is ordered must be there, whatever other collateral is. */
function premiumFault(
  state: State,
  accountRow: number,
  { instrument, side }: OrderView,
  orders: readonly OrderView[],
): Rejection | null {
  if (side === 'sell' || listedInstrument(state, instrument).option === null) return null;
  const poolAssetRow = state.instruments.poolAsset.get(instrument);
  const premium = orders
    .filter((order) => order.side === 'buy' && listedInstrument(state, order.instrument).option !== null)
    .filter((order) => state.instruments.poolAsset.get(order.instrument) === poolAssetRow)
    .reduce((sum, order) => {
      const { marginTerms } = listedInstrument(state, order.instrument);
      return sum + fillNotionalTowardsZero(marginTerms, order) + 1n;
    }, 0n);
  const accountAssetRow = accountAssetOf(state, accountRow, poolAssetRow);
  const balance = balanceOf(state, accountRow, poolAssetRow);
  const held = max(0n, balance - reservedForSpot(state, accountAssetRow));
  if (premium <= held) return null;
  const assetRow = state.poolAssets.asset.get(poolAssetRow);
  return reject('insufficient_order_margin', {
    account: state.accounts.names.nameOf(accountRow),
    missing: { minor: premium - held, assetRow },
    available: { minor: held, assetRow },
  });
}

function walletFor(state: State, accountRow: number): bigint {
  const walletRow = walletOfHold(state, accountRow);
  return walletRow < 0 ? 0n : freeInWallet(state, walletRow);
}

function priceFault(
  { state, timeMs }: Situation,
  accountRow: number,
  instrumentRow: number,
): Rejection | null {
  if (!hasUsableMark(state, instrumentRow, timeMs))
    return reject('mark_unusable', { instrument: state.instruments.names.nameOf(instrumentRow) });
  if (hasClosedForm(state, accountRow)) return null;
  if (hasAllPrices(state, accountRow))
    return scenarioFault({ state, timeMs }, accountRow, { instruments: [instrumentRow] });
  return reject('asset_price_unusable', { account: state.accounts.names.nameOf(accountRow) });
}

/** Whether all orders of its side together, the changed one with them, are against the position and no larger. */
function opensNothing(
  state: State,
  accountRow: number,
  orders: readonly OrderView[],
  changed: OrderView,
): boolean {
  const row = positionOf(state, { accountRow, instrumentRow: changed.instrument, leg: changed.leg });
  const held = row < 0 ? 0n : state.positions.lots.get(row);
  return held !== 0n && (changed.side === 'buy') === held < 0n && lotsLike(orders, changed) <= abs(held);
}

/** Lots of all orders that may open, on the side and the leg of the one. */
function lotsLike(orders: readonly OrderView[], { instrument, leg, side }: OrderView): bigint {
  return orders
    .filter(
      (order) =>
        order.instrument === instrument && order.leg === leg && order.side === side && !order.isReduceOnly,
    )
    .reduce((sum, { lots }) => sum + lots, 0n);
}

/** The position all orders of that side could make must fit the instrument's last bracket, at the account's leverage. */
function sizeLimitFault(
  state: State,
  accountRow: number,
  orders: readonly OrderView[],
  changed: OrderView,
): Rejection | null {
  const { instrument, leg, side, priceTicks } = changed;
  const { marginTerms } = listedInstrument(state, instrument);
  const row = positionOf(state, { accountRow, instrumentRow: instrument, leg });
  const held = row < 0 ? 0n : state.positions.lots.get(row);
  const ordered = lotsLike(orders, changed);
  const lots = abs(held + (side === 'buy' ? ordered : -ordered));
  if (lots > LOTS_MAX) return reject('position_too_large', { lots, largestLots: LOTS_MAX });
  const opens = side === 'buy' ? max(0n, ordered - max(0n, -held)) : -max(0n, ordered - max(0n, held));
  const clientRow = state.accounts.client.get(accountRow);
  const capped = capFault(state, {
    clientRow,
    instrumentRow: instrument,
    opensLots: opens,
    countedAccountRow: accountRow,
  });
  const refused =
    capped ?? (opens === 0n ? null : openingLevelFault(state, { accountRow, instrumentRow: instrument }));
  if (refused !== null) return refused;
  const notional = fillNotionalTowardsZero(marginTerms, { lots, priceTicks });
  const leveragePpm = hasClosedForm(state, accountRow) ? state.accounts.leveragePpm.get(accountRow) : 0n;
  return isLeverageAllowed(marginTerms.brackets, notional, leveragePpm)
    ? null
    : reject('leverage_out_of_range', { leveragePpm, notional });
}
