/**
 * Limits on size, tested where something opens: what one client, or group of clients, may hold of an instrument on a
 * side over all its accounts, with what its resting orders may still open there, in lots and as a share of open interest; and
 * the instrument's open interest as it is when an order comes. Reducing is always free of them.
 */
import { abs, max, mulDivFloor, PPM } from '../base/index.js';
import { ordersOf, positionOf, positionsOf } from './accountParts.js';
import { clientsLike } from './groups.js';
import { poolOpenFault } from './poolStatus.js';
import { type Rejection, reject } from './rejection.js';
import { listedInstrument, type State } from './state.js';

/** What a change would make of a client's size and of open interest, where that breaks a cap and is more than now. */
export function capFault(
  state: State,
  of: {
    readonly clientRow: number;
    readonly instrumentRow: number;
    /** Signed lots it may add to the client's positions on a side: a fill's opened lots, or an account's orders'. */
    readonly opensLots: bigint;
    /** The account whose orders are in those lots already; -1 for none. */
    readonly countedAccountRow: number;
  },
): Rejection | null {
  const { instrumentRow, opensLots } = of;
  if (opensLots === 0n) return null;
  const ending = poolOpenFault(state, state.instruments.pool.get(instrumentRow));
  if (ending !== null) return ending;
  if (state.instruments.isReduceOnly.get(instrumentRow) === 1)
    return reject('instrument_reduce_only', { instrument: state.instruments.names.nameOf(instrumentRow) });
  return sizeFault(state, of) ?? openInterestFault(state, of);
}

interface Opening {
  readonly clientRow: number;
  readonly instrumentRow: number;
  readonly opensLots: bigint;
  readonly countedAccountRow: number;
}

/** The position cap, and the share of open interest: what the client or its group holds and may still open there. */
function sizeFault(state: State, of: Opening): Rejection | null {
  const { clientRow, instrumentRow, opensLots, countedAccountRow } = of;
  const { positionCapLots, concentration } = listedInstrument(state, instrumentRow).definition;
  if (positionCapLots === null && concentration === null) return null;
  const isBuy = opensLots > 0n;
  const heldLots = clientLots(state, clientRow, instrumentRow, isBuy);
  const restingLots = restingLotsOf(state, { clientRow, instrumentRow, isBuy, countedAccountRow });
  const wantedLots = heldLots + restingLots + abs(opensLots);
  const numbers = {
    client: state.clients.names.nameOf(clientRow),
    instrument: state.instruments.names.nameOf(instrumentRow),
    heldLots,
    restingLots,
    wantedLots,
  };
  if (positionCapLots !== null && wantedLots > positionCapLots)
    return reject('position_cap', { ...numbers, capLots: positionCapLots });
  if (concentration === null) return null;
  const openInterestLots = state.totals.openInterest.get(instrumentRow);
  const capLots = max(concentration.freeLots, mulDivFloor(openInterestLots, concentration.sharePpm, PPM));
  return wantedLots <= capLots
    ? null
    : reject('concentration_cap', { ...numbers, openInterestLots, capLots });
}

function openInterestFault(state: State, { instrumentRow, opensLots }: Opening): Rejection | null {
  const { openInterestCapLots } = listedInstrument(state, instrumentRow).definition;
  if (openInterestCapLots === null) return null;
  const openInterest = state.totals.openInterest.get(instrumentRow);
  const wanted = openInterest + abs(opensLots);
  return wanted <= openInterestCapLots
    ? null
    : reject('open_interest_cap', {
        instrument: state.instruments.names.nameOf(instrumentRow),
        openInterestLots: openInterest,
        wantedLots: wanted,
        capLots: openInterestCapLots,
      });
}

/** Unsigned lots a client holds on a side over all its accounts. */
function clientLots(state: State, clientRow: number, instrumentRow: number, isLong: boolean): bigint {
  const { positions } = state;
  let held = 0n;
  for (const row of accountsLike(state, clientRow)) {
    for (const positionRow of positionsOf(state, row)) {
      if (positions.instrument.get(positionRow) !== instrumentRow) continue;
      const lots = positions.lots.get(positionRow);
      if (lots > 0n === isLong) held += abs(lots);
    }
  }
  return held;
}

/** All accounts of the client, or of its group. */
function accountsLike(state: State, clientRow: number): readonly number[] {
  const { accounts, clients } = state;
  const rows: number[] = [];
  for (const client of clientsLike(state, clientRow)) {
    for (let row = clients.firstAccount.get(client); row >= 0; row = accounts.nextOfClient.get(row))
      rows.push(row);
  }
  return rows;
}

/** What resting orders of the client's accounts may open on a side, beyond the positions they reduce first. */
function restingLotsOf(
  state: State,
  of: {
    readonly clientRow: number;
    readonly instrumentRow: number;
    readonly isBuy: boolean;
    readonly countedAccountRow: number;
  },
): bigint {
  const { orders } = state;
  let resting = 0n;
  for (const row of accountsLike(state, of.clientRow)) {
    if (row === of.countedAccountRow) continue;
    const ordered = ordersOf(state, row)
      .filter(
        (orderRow) =>
          orders.instrument.get(orderRow) === of.instrumentRow &&
          (orders.isBuy.get(orderRow) === 1) === of.isBuy &&
          orders.isReduceOnly.get(orderRow) === 0,
      )
      .reduce((sum, orderRow) => sum + orders.lots.get(orderRow), 0n);
    if (ordered > 0n) resting += max(0n, ordered - reducibleIn(state, row, of));
  }
  return resting;
}

/** Unsigned lots of the account's position against the side. */
function reducibleIn(
  state: State,
  accountRow: number,
  { instrumentRow, isBuy }: { readonly instrumentRow: number; readonly isBuy: boolean },
): bigint {
  const row = positionOf(state, { accountRow, instrumentRow, leg: 'net' });
  const held = row < 0 ? 0n : state.positions.lots.get(row);
  return isBuy ? max(0n, -held) : max(0n, held);
}
