/**
 * Moves a position between accounts of one client in one pool, by amount: lots, cost and uncollected funding go as they
 * are, so nothing is realized and equity is neither made nor lost (LED-05). Carving takes it out of a shared account with
 * stated collateral; merging puts all of an isolated account into a shared one. Both sides must be able to stand
 * afterwards, or the exact missing amount is named (MAR-09).
 */
import { abs, min } from '../../base/index.js';
import type { Leg } from '../../margin/index.js';
import { hasAllPrices, marginModeOf } from '../accountMargin.js';
import { accountAssetOf, hasPosition, isSpot, ordersOf, positionOf } from '../accountParts.js';
import type { CommandOf } from '../command.js';
import type { Decision, Situation } from '../decision.js';
import { type Draft, draftPosition, newDraft } from '../draft.js';
import type { HoldFact } from '../event.js';
import { isolatedLeverageFault } from '../isolatedLeverage.js';
import { lockingInstrument, switchLevelFault } from '../levelRules.js';
import { keptLevelOf } from '../levelStore.js';
import { hasUsableMark } from '../marginView.js';
import { orderView, orderViews } from '../orderFacts.js';
import { type Rejection, reject } from '../rejection.js';
import { isPoolSound } from '../soundness.js';
import { missingToStand } from '../standing.js';
import { type State, settleAssetRow } from '../state.js';
import { accountFault, scenarioFault, unknown, unsettledFault } from './checks.js';
import { fitFault } from './fillParty.js';
import { FLAT } from './takeOverShared.js';

export function decideCarvePosition(situation: Situation, command: CommandOf<'carvePosition'>): Decision {
  const { state } = situation;
  const { accounts, instruments } = state;
  const pair = findPair(state, command);
  if ('code' in pair) return pair;
  const { fromRow, toRow } = pair;
  const instrumentRow = instruments.names.rowOf(command.instrument);
  if (instrumentRow < 0) return unknown('unknown_instrument', command.instrument);
  if (accounts.instrument.get(fromRow) >= 0 || accounts.instrument.get(toRow) !== instrumentRow)
    return reject('wrong_mode', { account: command.account, into: command.into });
  const positionRow = positionOf(state, { accountRow: fromRow, instrumentRow, leg: command.leg });
  if (positionRow < 0 || state.positions.lots.get(positionRow) === 0n)
    return reject('no_position', { account: command.account, instrument: command.instrument });
  if (hasPosition(state, toRow)) return reject('account_not_flat', { account: command.into });
  const notional = abs(state.positions.cost.get(positionRow));
  const leveraged = isolatedLeverageFault(state, { accountRow: toRow, instrumentRow, notional });
  if (leveraged !== null) return leveraged;
  const { amountMinor } = command;
  const assetRow = settleAssetRow(state, instrumentRow);
  const locked = amountMinor > 0n ? lockedFault(state, fromRow, instrumentRow) : null;
  if (locked !== null) return locked;
  const held = state.ledger.balance(ledgerOf(state, fromRow, instrumentRow));
  if (amountMinor < 0n || amountMinor > held) {
    return reject('invalid_amount', {
      amount: { minor: amountMinor, assetRow },
      largest: { minor: held, assetRow },
    });
  }
  const toPosition = accounts.firstPosition.get(toRow);
  return move(situation, {
    fromRow,
    toRow,
    instrumentRow,
    positionRow,
    toPosition,
    amount: amountMinor,
    movedOrders: ordersOf(state, fromRow).filter((row) => {
      const order = orderView(state, row);
      return order.instrument === instrumentRow && order.leg === command.leg;
    }),
    leg: 'net',
  });
}

/** Collateral that a level locks goes along with the position that locks it, and with no other. */
function lockedFault(state: State, accountRow: number, carvedRow: number): Rejection | null {
  const locking = lockingInstrument(state, accountRow);
  if (locking < 0 || locking === carvedRow) return null;
  return reject('margin_locked', {
    account: state.accounts.names.nameOf(accountRow),
    instrument: state.instruments.names.nameOf(locking),
    level: keptLevelOf(state, locking).inForce.level,
  });
}

export function decideMergeAccount(situation: Situation, command: CommandOf<'mergeAccount'>): Decision {
  const { state } = situation;
  const { accounts, positions } = state;
  const pair = findPair(state, command);
  if ('code' in pair) return pair;
  const { fromRow, toRow } = pair;
  const instrumentRow = accounts.instrument.get(fromRow);
  if (instrumentRow < 0 || isSpot(state, instrumentRow) || accounts.instrument.get(toRow) >= 0)
    return reject('wrong_mode', { account: command.account, into: command.into });
  const forbidden = switchLevelFault(state, fromRow, marginModeOf(state, toRow));
  if (forbidden !== null) return forbidden;
  const positionRow = accounts.firstPosition.get(fromRow);
  const leg = legOfMerged(state, command);
  const misfit = fitFault(state, { accountRow: toRow, instrumentRow, leg });
  if (misfit !== null) return misfit;
  const toPosition = positionOf(state, { accountRow: toRow, instrumentRow, leg });
  if (positions.lots.get(toPosition) !== 0n && positions.lots.get(positionRow) !== 0n)
    return reject('leg_occupied', { account: command.into, leg });
  return move(situation, {
    fromRow,
    toRow,
    instrumentRow,
    positionRow,
    toPosition,
    amount: state.ledger.balance(ledgerOf(state, fromRow, instrumentRow)),
    movedOrders: ordersOf(state, fromRow),
    leg,
  });
}

/** The leg that a merged position becomes: its side where the account keeps legs apart. */
export function legOfMerged(state: State, { account, into }: CommandOf<'mergeAccount'>): Leg {
  const { accounts, positions } = state;
  if (accounts.hasLegs.get(accounts.names.rowOf(into)) === 0) return 'net';
  const positionRow = accounts.firstPosition.get(accounts.names.rowOf(account));
  return positions.lots.get(positionRow) < 0n ? 'short' : 'long';
}

interface Move {
  readonly fromRow: number;
  readonly toRow: number;
  readonly instrumentRow: number;
  readonly positionRow: number;
  readonly toPosition: number;
  readonly amount: bigint;
  readonly movedOrders: readonly number[];
  /** Of the position and its orders in the account that takes them. */
  readonly leg: Leg;
}

function move(situation: Situation, moved: Move): Decision {
  const { state } = situation;
  const { fromRow, toRow, instrumentRow, positionRow, toPosition, amount, leg } = moved;
  const unready = readinessFault(situation, moved);
  if (unready !== null) return unready;
  const draft = newDraft();
  const from = ledgerOf(state, fromRow, instrumentRow);
  const to = ledgerOf(state, toRow, instrumentRow);
  if (amount > 0n) draft.transfers.push({ flow: 'carve', from, to, amount });
  const held = draftPosition(state, draft, positionRow);
  if (held.lots !== 0n) {
    draft.positions.push(
      { ...FLAT, position: positionRow, fundingIndex: held.fundingIndex },
      { ...held, position: toPosition },
    );
  }
  const orders = ordersMoved(state, moved, held.lots);
  const refused = standingFault(situation, draft, moved, orders);
  if (refused !== null) return refused;
  const poolAssetRow = state.instruments.poolAsset.get(instrumentRow);
  return [
    {
      kind: 'positionMoved',
      fromAccountRow: fromRow,
      toAccountRow: toRow,
      amount,
      principals: [
        { accountAssetRow: accountAssetOf(state, fromRow, poolAssetRow), amount: -amount },
        { accountAssetRow: accountAssetOf(state, toRow, poolAssetRow), amount },
      ],
      transfers: draft.transfers,
      positions: draft.positions,
      movedOrders: orders
        .filter(({ lots }) => lots > 0n)
        .map(({ orderRow, leg, isReduceOnly }) => ({ orderRow, leg, isReduceOnly })),
      orders: orders
        .filter(({ orderRow, lots }) => lots !== state.orders.lots.get(orderRow))
        .map(({ orderRow, lots }) => ({ orderRow, lots })),
      leg,
      holds: holdsLetGo(state, [fromRow, toRow]),
    },
  ];
}

/** Gains stay where they are while the pool may have to share a loss; and both sides need prices that may decide. */
function readinessFault(situation: Situation, { fromRow, toRow, instrumentRow }: Move): Rejection | null {
  const { state, timeMs } = situation;
  const { accounts, instruments, pools } = state;
  for (const accountRow of [fromRow, toRow]) {
    if (accounts.isQueued.get(accountRow) === 1)
      return reject('account_in_liquidation', { account: accounts.names.nameOf(accountRow) });
    const unsettled = unsettledFault(situation, accountRow);
    if (unsettled !== null) return unsettled;
  }
  const poolRow = accounts.pool.get(fromRow);
  if (!isPoolSound(situation, poolRow))
    return reject('pool_not_sound', { pool: pools.names.nameOf(poolRow) });
  if (!hasUsableMark(state, instrumentRow, timeMs))
    return reject('mark_unusable', { instrument: instruments.names.nameOf(instrumentRow) });
  const stale =
    scenarioFault(situation, fromRow, { instruments: [instrumentRow] }) ??
    scenarioFault(situation, toRow, { instruments: [instrumentRow] });
  if (stale !== null) return stale;
  const shared = [fromRow, toRow].find(
    (row) => accounts.instrument.get(row) < 0 && !hasAllPrices(state, row),
  );
  return shared === undefined
    ? null
    : reject('asset_price_unusable', { account: accounts.names.nameOf(shared) });
}

/** An order as the account that takes it has it. */
interface MovedOrder {
  readonly orderRow: number;
  readonly leg: Leg;
  readonly isReduceOnly: boolean;
  readonly lots: bigint;
}

/**
 * Where legs are kept apart an order belongs to one: against the position that moves it can only reduce it, as far as
 * there is something to reduce; with it, or without a position, it is of the leg that its side opens.
 */
function ordersMoved(state: State, { movedOrders, leg }: Move, heldLots: bigint): readonly MovedOrder[] {
  let room = abs(heldLots);
  return movedOrders.map((orderRow) => {
    const { side, lots, isReduceOnly } = orderView(state, orderRow);
    if (leg === 'net') return { orderRow, leg, isReduceOnly, lots };
    if (heldLots === 0n || (side === 'buy') === heldLots > 0n)
      return { orderRow, leg: side === 'buy' ? 'long' : 'short', isReduceOnly, lots };
    const fits = min(lots, room);
    room -= fits;
    return { orderRow, leg, isReduceOnly: true, lots: fits };
  });
}

function standingFault(
  situation: Situation,
  draft: Draft,
  moved: Move,
  ordersAfter: readonly MovedOrder[],
): Rejection | null {
  const { state, timeMs } = situation;
  const { fromRow, toRow, instrumentRow, movedOrders } = moved;
  const assetRow = settleAssetRow(state, instrumentRow);
  const kept = orderViews(state, fromRow, {
    orders: movedOrders.map((orderRow) => ({ orderRow, lots: 0n })),
  });
  const taken = [
    ...orderViews(state, toRow),
    ...ordersAfter
      .filter(({ lots }) => lots > 0n)
      .map(({ orderRow, leg, isReduceOnly, lots }) => ({
        ...orderView(state, orderRow),
        leg,
        isReduceOnly,
        lots,
      })),
  ];
  for (const [accountRow, orders] of [
    [fromRow, kept],
    [toRow, taken],
  ] as const) {
    const missing = missingToStand(state, { accountRow, assetRow }, { draft, orders, timeMs });
    if (missing === 0n) continue;
    return reject('insufficient_initial_margin', {
      account: state.accounts.names.nameOf(accountRow),
      ...(missing === null ? {} : { missing: { minor: missing, assetRow } }),
    });
  }
  return null;
}

/** Orders are carried by the accounts themselves from here on: what they held of the wallet is let go. */
function holdsLetGo(state: State, accountRows: readonly number[]): HoldFact[] {
  return accountRows
    .filter((accountRow) => state.accounts.walletHold.get(accountRow) !== 0n)
    .map((accountRow) => ({ accountRow, holdMinor: 0n }));
}

function ledgerOf(state: State, accountRow: number, instrumentRow: number): number {
  const row = accountAssetOf(state, accountRow, state.instruments.poolAsset.get(instrumentRow));
  return row < 0 ? -1 : state.accountAssets.ledgerRow.get(row);
}

/** Two open accounts of one client in one pool. */
function findPair(
  state: State,
  { account, into }: { readonly account: string; readonly into: string },
): { readonly fromRow: number; readonly toRow: number } | Rejection {
  const { accounts } = state;
  const fromRow = accounts.names.rowOf(account);
  const toRow = accounts.names.rowOf(into);
  const fault = accountFault(state, fromRow, account) ?? accountFault(state, toRow, into);
  if (fault !== null) return fault;
  if (fromRow === toRow) return reject('same_account', { id: account });
  const isOneClient = accounts.client.get(fromRow) === accounts.client.get(toRow);
  const isOnePool = accounts.pool.get(fromRow) === accounts.pool.get(toRow);
  return isOneClient && isOnePool ? { fromRow, toRow } : reject('not_own_account', { account, into });
}
