/** What the margin models see of an account or a takeover of this state. */
import { divCeil, divFloor } from '../base/index.js';
import { equityFloor, type IsolatedView } from '../margin/index.js';
import { valueAtMark } from '../market/index.js';
import { haltedUntilMs, isHalted } from './halts.js';
import { INSTRUMENT_STATUS, listedInstrument, type State } from './state.js';
import { accruedFunding } from './trade.js';

/** The account as it stands: its balance, position, uncollected funding and leverage. */
export function accountView(state: State, accountRow: number): IsolatedView {
  const { accounts, positions } = state;
  const positionRow = accounts.firstPosition.get(accountRow);
  const ledgerRow = state.accountAssets.ledgerRow.get(accounts.firstAsset.get(accountRow));
  return {
    collateral: state.ledger.balance(ledgerRow),
    lots: positions.lots.get(positionRow),
    cost: positions.cost.get(positionRow),
    fundingPerLot: fundingPerLot(state, positionRow),
    leverage: accounts.leveragePpm.get(accountRow),
  };
}

/** How far the funding index has moved since the position last collected. */
export function fundingPerLot(state: State, positionRow: number): bigint {
  const { positions, instruments } = state;
  return (
    instruments.fundingIndex.get(positions.instrument.get(positionRow)) -
    positions.fundingIndex.get(positionRow)
  );
}

/** Equity of an account at its instrument's last good mark, rounded down. */
export function accountEquity(state: State, accountRow: number): bigint {
  const instrumentRow = state.accounts.instrument.get(accountRow);
  const { marginTerms } = listedInstrument(state, instrumentRow);
  const view = accountView(state, accountRow);
  if (view.lots === 0n) return view.collateral;
  return equityFloor(marginTerms, view, state.instruments.markTicks.get(instrumentRow));
}

/** What a takeover is worth at the last good mark, rounded down: collateral, accrued funding and unrealized PnL. */
export function takeoverEquity(state: State, takeoverRow: number): bigint {
  const { takeovers, positions } = state;
  const positionRow = takeovers.position.get(takeoverRow);
  return (
    takeovers.collateral.get(takeoverRow) +
    accruedFunding(state, positionRow) +
    markValue(state, takeovers.instrument.get(takeoverRow), positions.lots.get(positionRow)) -
    positions.cost.get(positionRow)
  );
}

/** Signed value of lots at the instrument's last good mark, rounded down. */
export function markValue(state: State, instrumentRow: number, lots: bigint): bigint {
  const { marginTerms } = listedInstrument(state, instrumentRow);
  const { numerator, denominator } = valueAtMark(
    marginTerms,
    lots,
    state.instruments.markTicks.get(instrumentRow),
  );
  return divFloor(numerator, denominator);
}

/** Signed value of lots at the last good mark, or at the price at which they settled; rounded up. */
export function exitValueCeil(state: State, instrumentRow: number, lots: bigint): bigint {
  const { status, markTicks, settlementTicks } = state.instruments;
  const isTrading = status.get(instrumentRow) === INSTRUMENT_STATUS.trading;
  const ticks = (isTrading ? markTicks : settlementTicks).get(instrumentRow);
  // An option that expires worthless settles at 0.
  if (lots === 0n || ticks === 0n) return 0n;
  const { numerator, denominator } = valueAtMark(
    listedInstrument(state, instrumentRow).marginTerms,
    lots,
    ticks,
  );
  return divCeil(numerator, denominator);
}

/** Whether the instrument's mark may decide about money now: `isMarkUsable` on the columns, and no halt. */
/** When the mark may decide: the time given where that is now, the end of a halt, Infinity where only a change can say. */
export function markUsableMs(state: State, instrumentRow: number, timeMs: number): number {
  if (hasUsableMark(state, instrumentRow, timeMs)) return timeMs;
  const untilMs = haltedUntilMs(state, instrumentRow);
  return untilMs > timeMs ? untilMs : Number.POSITIVE_INFINITY;
}

export function hasUsableMark(state: State, instrumentRow: number, timeMs: number): boolean {
  const { instruments } = state;
  return (
    instruments.pendingTicks.get(instrumentRow) === 0n &&
    instruments.isSuspect.get(instrumentRow) === 0 &&
    instruments.markTicks.get(instrumentRow) !== 0n &&
    !isHalted(state, instrumentRow, timeMs) &&
    timeMs - instruments.markTimeMs.get(instrumentRow) <=
      listedInstrument(state, instrumentRow).definition.markMaxAgeMs
  );
}
