/**
 * What a trade does to the books of one holder of a position: a margin account, a takeover, or the outside.
 * Fills, unwinding, deleveraging and expiry all settle through here, so there is one way to close a lot.
 */
import { abs, divFloor, max, min, mulDivCeil, mulDivFloor, sign } from '../base/index.js';
import type { Transfer } from '../isolation/index.js';
import { FUNDING_SCALE } from '../market/index.js';
import type { DeficitCause, DeficitFact, PositionChange, RealizedFact, TakeoverChange } from './event.js';
import { poolLedgerRow, type State, settleAssetRow, venueLedgerRow } from './state.js';

/** The parts of an event that settle money and positions, while it is being drafted. */
export interface Draft {
  readonly transfers: Transfer[];
  readonly positions: PositionChange[];
  readonly realized: RealizedFact[];
  readonly deficits: DeficitFact[];
  readonly takeovers: TakeoverChange[];
  /** Sub-unit leftovers of collected funding, minor units x FUNDING_SCALE. */
  fundingDust: bigint;
}

export function newDraft(): Draft {
  return { transfers: [], positions: [], realized: [], deficits: [], takeovers: [], fundingDust: 0n };
}

/** Where a draft stands, to come back to after a trial. */
export interface DraftMark {
  readonly lengths: readonly [number, number, number, number, number];
  readonly fundingDust: bigint;
}

export function markDraft(draft: Draft): DraftMark {
  const { transfers, positions, realized, deficits, takeovers, fundingDust } = draft;
  return {
    lengths: [transfers.length, positions.length, realized.length, deficits.length, takeovers.length],
    fundingDust,
  };
}

/** Forgets what was drafted since the mark. */
export function rewindDraft(draft: Draft, { lengths, fundingDust }: DraftMark): void {
  [
    draft.transfers.length,
    draft.positions.length,
    draft.realized.length,
    draft.deficits.length,
    draft.takeovers.length,
  ] = lengths;
  draft.fundingDust = fundingDust;
}

export interface Trade {
  readonly positionRow: number;
  /** Signed lots the holder takes: positive buys. */
  readonly lots: bigint;
  /** Signed value of those lots, minor units; the other side takes the opposite of both. */
  readonly value: bigint;
  /** Trading fee asked (positive) or rebate offered (negative); accounts only. */
  readonly fee: bigint;
  /** Why a shortage would arise. */
  readonly cause: DeficitCause;
  /** Already on its way into the account in the same event. */
  readonly allocated: bigint;
  /** The most that may leave as fee, and the most that may come in as rebate: what the other side really paid. */
  readonly feeCap: bigint;
  readonly rebateCap: bigint;
}

/** What the trade leaves behind. */
export interface TradeOutcome {
  readonly lots: bigint;
  readonly cost: bigint;
  /** The account's balance, or the takeover's collateral. */
  readonly balance: bigint;
  readonly closedLots: bigint;
  readonly openedLots: bigint;
  readonly openedValue: bigint;
  readonly realized: bigint;
  readonly feePaid: bigint;
  readonly shortage: bigint;
}

/** Settles one holder's side of a trade into the draft. A holder takes part in an event once. */
export function settleTrade(state: State, draft: Draft, trade: Trade): TradeOutcome {
  const { positions, instruments } = state;
  const row = trade.positionRow;
  const instrumentRow = positions.instrument.get(row);
  const split = splitTrade({ lots: positions.lots.get(row), cost: positions.cost.get(row) }, trade);
  const fundingIndex = instruments.fundingIndex.get(instrumentRow);
  const funding = collectFunding(state, draft, row);
  const accountRow = positions.account.get(row);
  const takeoverRow = positions.takeover.get(row);
  const { realized } = split;
  const goesOn = sign(split.lots) * sign(positions.lots.get(row)) > 0n;
  const paid =
    accountRow >= 0
      ? settleAccount(state, draft, { trade, accountRow, realized, funding, goesOn })
      : takeoverRow >= 0
        ? settleTakeover(state, draft, { takeoverRow, realized, funding, isFlat: split.lots === 0n })
        : settleOutside(state, draft, { instrumentRow, realized, funding });
  const cost = split.cost + paid.carried;
  draft.positions.push({ position: row, lots: split.lots, cost, fundingIndex });
  return {
    lots: split.lots,
    cost,
    balance: paid.balance,
    closedLots: split.closedLots,
    openedLots: split.openedLots,
    openedValue: split.openedValue,
    realized,
    feePaid: paid.feePaid,
    shortage: paid.shortage,
  };
}

/**
 * Moves whole minor units of collected dust to the rounding account, and keeps realized gains in mind only where
 * they may have to share a loss: the pool is not sound, or this very event leaves a deficit. Call once, before
 * the event is made.
 */
export function finishDraft(state: State, draft: Draft, poolAssetRow: number): void {
  const isSound = state.pools.isSound.get(state.poolAssets.pool.get(poolAssetRow)) === 1;
  if (isSound && draft.deficits.length === 0) draft.realized.length = 0;
  const whole = divFloor(state.poolAssets.fundingDust.get(poolAssetRow) + draft.fundingDust, FUNDING_SCALE);
  if (whole <= 0n) return;
  draft.transfers.push({
    flow: 'roundUp',
    from: poolLedgerRow(state, poolAssetRow, 'funding'),
    to: poolLedgerRow(state, poolAssetRow, 'rounding'),
    amount: whole,
  });
  draft.fundingDust -= whole * FUNDING_SCALE;
}

interface Split {
  readonly lots: bigint;
  readonly cost: bigint;
  readonly closedLots: bigint;
  readonly openedLots: bigint;
  readonly openedValue: bigint;
  readonly realized: bigint;
}

/** Close, then open: the part against the position realizes its profit, the rest opens at its value. */
export function splitTrade(
  before: { readonly lots: bigint; readonly cost: bigint },
  trade: { readonly lots: bigint; readonly value: bigint },
): Split {
  const isAgainst = sign(before.lots) * sign(trade.lots) < 0n;
  const closed = isAgainst ? min(abs(before.lots), abs(trade.lots)) : 0n;
  // A split value rounds down what is closed and a split cost rounds it up: profit is realized late, never early.
  const closedValue =
    closed === abs(trade.lots) ? trade.value : mulDivCeil(trade.value, closed, abs(trade.lots));
  const closedCost =
    closed === 0n
      ? 0n
      : closed === abs(before.lots)
        ? before.cost
        : mulDivCeil(before.cost, closed, abs(before.lots));
  const openedValue = trade.value - closedValue;
  return {
    lots: before.lots + trade.lots,
    cost: before.cost - closedCost + openedValue,
    closedLots: closed,
    openedLots: abs(trade.lots) - closed,
    openedValue,
    realized: -closedValue - closedCost,
  };
}

/** Accrued funding in whole minor units, what the holder gets rounded down and what it owes rounded up. */
export function accruedFunding(state: State, positionRow: number): bigint {
  return divFloor(scaledFunding(state, positionRow), FUNDING_SCALE);
}

function collectFunding(state: State, draft: Draft, positionRow: number): bigint {
  const scaled = scaledFunding(state, positionRow);
  const whole = divFloor(scaled, FUNDING_SCALE);
  draft.fundingDust += scaled - whole * FUNDING_SCALE;
  return whole;
}

function scaledFunding(state: State, positionRow: number): bigint {
  const { positions, instruments } = state;
  const index = instruments.fundingIndex.get(positions.instrument.get(positionRow));
  return -positions.lots.get(positionRow) * (index - positions.fundingIndex.get(positionRow));
}

interface Paid {
  readonly balance: bigint;
  readonly feePaid: bigint;
  readonly shortage: bigint;
  /** What the margin did not cover and the position that goes on carries in its cost. */
  readonly carried: bigint;
}

interface AccountTrade {
  readonly trade: Trade;
  readonly accountRow: number;
  readonly realized: bigint;
  readonly funding: bigint;
  /** Whether a position of the same side remains. */
  readonly goesOn: boolean;
}

/**
 * Credits come first, then the loss, then funding owed, then the fee, which takes at most what is left. What
 * the account cannot pay is recognised as the pool's claim before it is paid: the account is never below zero.
 * While a position of the same side goes on, what the margin does not cover becomes cost of that position: equity
 * stays what it was, and open profit answers for it, not the pool.
 */
function settleAccount(state: State, draft: Draft, side: AccountTrade): Paid {
  const { trade, accountRow, realized, funding, goesOn } = side;
  const margin = state.accounts.ledgerRow.get(accountRow);
  const instrumentRow = state.accounts.instrument.get(accountRow);
  const poolAssetRow = state.instruments.poolAsset.get(instrumentRow);
  const settlement = poolLedgerRow(state, poolAssetRow, 'settlement');
  const fundingRow = poolLedgerRow(state, poolAssetRow, 'funding');
  let balance = state.ledger.balance(margin) + trade.allocated;
  let shortage = 0n;
  let carried = 0n;

  const credit = (flow: Transfer['flow'], from: number, amount: bigint) => {
    draft.transfers.push({ flow, from, to: margin, amount });
    balance += amount;
  };
  const charge = (flow: Transfer['flow'], to: number, amount: bigint, cause: DeficitCause) => {
    const missing = max(0n, amount - balance);
    if (missing > 0n && goesOn) {
      credit('realizeGain', settlement, missing);
      carried += missing;
    } else if (missing > 0n) {
      draft.deficits.push({ accountRow, takeoverRow: -1, cause, amount: missing });
      credit('recognise', poolLedgerRow(state, poolAssetRow, 'receivable'), missing);
      shortage += missing;
    }
    draft.transfers.push({ flow, from: margin, to, amount });
    balance -= amount;
  };

  if (realized > 0n) credit('realizeGain', settlement, realized);
  if (funding > 0n) credit('fundingReceive', fundingRow, funding);
  if (realized < 0n) charge('realizeLoss', settlement, -realized, trade.cause);
  if (funding < 0n) charge('fundingPay', fundingRow, -funding, 'funding');
  if (realized !== 0n) draft.realized.push({ accountRow, gainMinor: realized });

  const feePaid =
    trade.fee > 0n ? min(trade.fee, min(balance, trade.feeCap)) : -min(-trade.fee, trade.rebateCap);
  const fees = venueLedgerRow(state, settleAssetRow(state, instrumentRow), 'fees');
  if (feePaid > 0n) charge('fee', fees, feePaid, trade.cause);
  if (feePaid < 0n) credit('rebate', fees, -feePaid);
  return { balance, feePaid, shortage, carried };
}

interface TakeoverTrade {
  readonly takeoverRow: number;
  readonly realized: bigint;
  readonly funding: bigint;
  readonly isFlat: boolean;
}

/**
 * A takeover may be below zero while it is unwound. When its last lot is gone what is left is the fund's,
 * and what is missing is recognised with its cause.
 */
function settleTakeover(
  state: State,
  draft: Draft,
  { takeoverRow, realized, funding, isFlat }: TakeoverTrade,
): Paid {
  const { takeovers } = state;
  const poolAssetRow = state.instruments.poolAsset.get(takeovers.instrument.get(takeoverRow));
  const liquidation = poolLedgerRow(state, poolAssetRow, 'liquidation');
  pushSigned(draft, ['realizeGain', 'realizeLoss'], {
    holder: liquidation,
    other: poolLedgerRow(state, poolAssetRow, 'settlement'),
    amount: realized,
  });
  pushSigned(draft, ['fundingReceive', 'fundingPay'], {
    holder: liquidation,
    other: poolLedgerRow(state, poolAssetRow, 'funding'),
    amount: funding,
  });
  const balance = takeovers.collateral.get(takeoverRow) + realized + funding;
  if (!isFlat) {
    draft.takeovers.push({ takeoverRow, collateral: balance, isClosed: false });
    return { balance, feePaid: 0n, shortage: 0n, carried: 0n };
  }
  draft.takeovers.push({ takeoverRow, collateral: 0n, isClosed: true });
  if (balance > 0n) {
    draft.transfers.push({
      flow: 'surplus',
      from: liquidation,
      to: poolLedgerRow(state, poolAssetRow, 'insuranceFund'),
      amount: balance,
    });
  }
  if (balance < 0n) {
    draft.deficits.push({
      accountRow: takeovers.account.get(takeoverRow),
      takeoverRow,
      cause: 'liquidation',
      amount: -balance,
    });
    draft.transfers.push({
      flow: 'recognise',
      from: poolLedgerRow(state, poolAssetRow, 'receivable'),
      to: liquidation,
      amount: -balance,
    });
  }
  return { balance, feePaid: 0n, shortage: balance < 0n ? -balance : 0n, carried: 0n };
}

interface OutsideTrade {
  readonly instrumentRow: number;
  readonly realized: bigint;
  readonly funding: bigint;
}

/**
 * The outside pays its loss at once. Its gain waits on its account until the pool has the cash (`payOutside`):
 * a client's loss is the pool's to collect before it can be paid on.
 */
function settleOutside(state: State, draft: Draft, { instrumentRow, realized, funding }: OutsideTrade): Paid {
  const poolAssetRow = state.instruments.poolAsset.get(instrumentRow);
  const holder = poolLedgerRow(state, poolAssetRow, 'counterparty');
  const from = venueLedgerRow(state, settleAssetRow(state, instrumentRow), 'external');
  const owed = -(state.ledger.balance(holder) + realized + funding);
  if (owed > 0n) draft.transfers.push({ flow: 'counterpartyPay', from, to: holder, amount: owed });
  pushSigned(draft, ['realizeGain', 'realizeLoss'], {
    holder,
    other: poolLedgerRow(state, poolAssetRow, 'settlement'),
    amount: realized,
  });
  pushSigned(draft, ['fundingReceive', 'fundingPay'], {
    holder,
    other: poolLedgerRow(state, poolAssetRow, 'funding'),
    amount: funding,
  });
  return { balance: 0n, feePaid: 0n, shortage: 0n, carried: 0n };
}

/** A transfer to the holder where the amount is positive, from it where it is negative. */
function pushSigned(
  draft: Draft,
  [receive, pay]: readonly [Transfer['flow'], Transfer['flow']],
  { holder, other, amount }: { readonly holder: number; readonly other: number; readonly amount: bigint },
): void {
  if (amount > 0n) draft.transfers.push({ flow: receive, from: other, to: holder, amount });
  if (amount < 0n) draft.transfers.push({ flow: pay, from: holder, to: other, amount: -amount });
}

/** Fee of a fill, rounded up in the venue's favour; a rebate is rounded down. */
export function tradingFee(notional: bigint, ratePpm: bigint): bigint {
  return ratePpm >= 0n
    ? mulDivCeil(notional, ratePpm, 1_000_000n)
    : -mulDivFloor(notional, -ratePpm, 1_000_000n);
}
