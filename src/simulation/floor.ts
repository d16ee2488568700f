/**
 * The trading floor: the engine's state as the simulated participants see it. Each sees public prices and
 * what is its own. All its accounts are isolated: one asset, one position.
 */
import { abs, divCeil, max } from '../base/index.js';
import type { Lots, Minor, PriceTicks } from '../base/units.js';
import {
  accountEquity,
  clientLedgerRow,
  hasUsableMark,
  INSTRUMENT_STATUS,
  listedInstrument,
  type State,
  settleAssetRow,
} from '../engine/index.js';
import { notionalAtMark } from '../market/index.js';
import type { RunLog } from './runLog.js';
import type { Sender } from './sender.js';
import type { VenueInstrument } from './venueFile.js';

/** One listed instrument. */
export interface Book {
  readonly item: VenueInstrument;
  readonly instrumentRow: number;
  /** Closing prices of finished bars, oldest first. */
  readonly closesTicks: PriceTicks[];
  readonly makers: readonly MakerAccount[];
  /** Turns the market makers about: who is asked first. */
  turn: number;
}

/** A market maker's account on one instrument. */
export interface MakerAccount {
  readonly accountId: string;
  readonly accountRow: number;
  readonly clientRow: number;
  readonly leveragePpm: bigint;
  readonly halfSpreadPpm: bigint;
  /** Equity it keeps in the account. */
  readonly targetMinor: Minor;
}

export interface Floor {
  readonly sender: Sender;
  readonly state: State;
  readonly log: RunLog;
  /** By instrument id, in the order of listing. */
  readonly books: Map<string, Book>;
}

/** Whether somebody may trade there now: listed, trading, with a mark that may decide. */
export function isOpen({ state, sender }: Floor, { instrumentRow }: Book): boolean {
  return (
    state.instruments.status.get(instrumentRow) === INSTRUMENT_STATUS.trading &&
    hasUsableMark(state, instrumentRow, sender.timeMs)
  );
}

/** The mark in order ticks; rounded to the nearer side of nobody: marks of a simulation are whole ticks. */
export function markPriceTicks({ state }: Floor, { item, instrumentRow }: Book): PriceTicks {
  return state.instruments.markTicks.get(instrumentRow) / item.definition.markTicksPerTick;
}

export function positionLots({ state }: Floor, accountRow: number): Lots {
  return state.positions.lots.get(state.accounts.firstPosition.get(accountRow));
}

/** All the margin in the account. */
export function marginBalance({ state }: Floor, accountRow: number): Minor {
  return state.ledger.balance(state.accountAssets.ledgerRow.get(state.accounts.firstAsset.get(accountRow)));
}

/** Free money of the account's owner in the settlement asset. */
export function walletOf({ state }: Floor, accountRow: number): Minor {
  const { accounts } = state;
  const clientRow = accounts.client.get(accountRow);
  return walletBalance(state, clientRow, settleAssetRow(state, accounts.instrument.get(accountRow)));
}

export function walletBalance(state: State, clientRow: number, assetRow: number): Minor {
  const row = clientLedgerRow(state, { clientRow, assetRow }, 'wallet');
  return row < 0 ? 0n : state.ledger.balance(row);
}

export function equityOf({ state }: Floor, accountRow: number): Minor {
  return accountEquity(state, accountRow);
}

/** Value of the position at the mark without its sign, rounded up. */
export function notionalOf({ state }: Floor, accountRow: number): Minor {
  const instrumentRow = state.accounts.instrument.get(accountRow);
  const { marginTerms } = listedInstrument(state, instrumentRow);
  const lots = state.positions.lots.get(state.accounts.firstPosition.get(accountRow));
  const { numerator, denominator } = notionalAtMark(
    marginTerms,
    abs(lots),
    state.instruments.markTicks.get(instrumentRow),
  );
  return divCeil(numerator, denominator);
}

/**
 * Maintenance margin as a trader reckons it from the published brackets: the largest of rate x notional -
 * amount, at the mark. The engine's own requirement decides about liquidation; this only says when to worry.
 */
export function maintenanceEstimate(floor: Floor, accountRow: number): Minor {
  const { state } = floor;
  const notional = notionalOf(floor, accountRow);
  const { brackets, rateScale } = listedInstrument(
    state,
    state.accounts.instrument.get(accountRow),
  ).marginTerms;
  const required = brackets.reduce(
    (most, { maintenanceMarginRate, maintenanceAmount }) =>
      max(most, maintenanceMarginRate * notional - maintenanceAmount),
    0n,
  );
  return divCeil(required, rateScale);
}
