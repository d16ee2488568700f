/** Who stands on a side of a fill: a margin account, a takeover of the pool's liquidation account, or the outside. */
import { abs } from '../../base/index.js';
import type { FillSide } from '../command.js';
import { type Rejection, reject } from '../rejection.js';
import { type State, TAKEOVER_STATUS } from '../state.js';
import { accountFault, unknown } from './checks.js';

/** One side of the fill, found in the state. */
export interface Party {
  readonly side: FillSide;
  readonly positionRow: number;
  /** -1 for the outside and for a takeover. */
  readonly accountRow: number;
  /** Signed lots and value of its trade. */
  readonly lots: bigint;
  readonly value: bigint;
  readonly feePpm: bigint;
}

/** Finds the party and checks that it may take part. */
export function findParty(state: State, instrumentRow: number, trade: PartyTrade): Party | Rejection {
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

type PartyTrade = Pick<Party, 'side' | 'lots' | 'value' | 'feePpm'>;

function findAccount(state: State, instrumentRow: number, trade: PartyTrade): Party | Rejection {
  const { accounts } = state;
  const { id } = trade.side;
  const accountRow = accounts.names.rowOf(id);
  const fault = accountFault(state, accountRow, id);
  if (fault !== null) return fault;
  if (accounts.instrument.get(accountRow) !== instrumentRow) {
    return reject('wrong_instrument', {
      account: id,
      instrument: state.instruments.names.nameOf(accounts.instrument.get(accountRow)),
    });
  }
  return partyOf(trade, { positionRow: accounts.position.get(accountRow), accountRow, feePpm: trade.feePpm });
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
  return partyOf(trade, { positionRow, accountRow: -1, feePpm: 0n });
}

function partyOf(
  { side, lots, value }: PartyTrade,
  { positionRow, accountRow, feePpm }: Pick<Party, 'positionRow' | 'accountRow' | 'feePpm'>,
): Party {
  return { side, lots, value, positionRow, accountRow, feePpm };
}
