/**
 * Limits on size, tested where something opens: what one client may hold of an instrument on a side over all its
 * accounts, and the instrument's open interest. Reducing is always free of them.
 */
import { abs } from '../base/index.js';
import { positionsOf } from './accountParts.js';
import { type Rejection, reject } from './rejection.js';
import { listedInstrument, type State } from './state.js';

/** What a change would make of a client's size and of open interest, where that breaks a cap and is more than now. */
export function capFault(
  state: State,
  of: {
    readonly clientRow: number;
    readonly instrumentRow: number;
    /** Signed lots it may add to the client's positions on a side: a fill's opened lots, or an order's. */
    readonly opensLots: bigint;
  },
): Rejection | null {
  const { clientRow, instrumentRow, opensLots } = of;
  if (opensLots === 0n) return null;
  if (state.instruments.isReduceOnly.get(instrumentRow) === 1)
    return reject('instrument_reduce_only', { instrument: state.instruments.names.nameOf(instrumentRow) });
  const { positionCapLots, openInterestCapLots } = listedInstrument(state, instrumentRow).definition;
  const instrument = state.instruments.names.nameOf(instrumentRow);
  if (positionCapLots !== null) {
    const held = clientLots(state, clientRow, instrumentRow, opensLots > 0n);
    const wanted = held + abs(opensLots);
    if (wanted > positionCapLots) {
      const client = state.clients.names.nameOf(clientRow);
      return reject('position_cap', {
        client,
        instrument,
        heldLots: held,
        wantedLots: wanted,
        capLots: positionCapLots,
      });
    }
  }
  if (openInterestCapLots === null) return null;
  const openInterest = state.totals.openInterest.get(instrumentRow);
  const wanted = openInterest + abs(opensLots);
  return wanted <= openInterestCapLots
    ? null
    : reject('open_interest_cap', {
        instrument,
        openInterestLots: openInterest,
        wantedLots: wanted,
        capLots: openInterestCapLots,
      });
}

/** Unsigned lots a client holds on a side over all its accounts. */
function clientLots(state: State, clientRow: number, instrumentRow: number, isLong: boolean): bigint {
  const { accounts, clients, positions } = state;
  let held = 0n;
  for (let row = clients.firstAccount.get(clientRow); row >= 0; row = accounts.nextOfClient.get(row)) {
    for (const positionRow of positionsOf(state, row)) {
      if (positions.instrument.get(positionRow) !== instrumentRow) continue;
      const lots = positions.lots.get(positionRow);
      if (lots > 0n === isLong) held += abs(lots);
    }
  }
  return held;
}
