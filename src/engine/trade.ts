/**
 * What a trade does to the books of one holder of a position: a margin account, a takeover, or the outside.
 * Fills, unwinding, deleveraging and expiry all settle through here, so there is one way to close a lot.
 */
import { abs, divFloor, min, mulDivCeil, sign } from '../base/index.js';
import type { Transfer } from '../isolation/index.js';
import { FUNDING_SCALE } from '../market/index.js';
import { accountAssetOf, hasClosedForm } from './accountParts.js';
import type { Situation } from './decision.js';
import { type Draft, draftBalance, draftPosition } from './draft.js';
import type { DeficitCause } from './event.js';
import { pushRepay } from './lending.js';
import { convertCollateral, coverShortage, marginRowOf } from './shortage.js';
import { listedInstrument, poolLedgerRow, type State, settleAssetRow, venueLedgerRow } from './state.js';

export interface Trade {
  readonly positionRow: number;
  /** Signed lots the holder takes: positive buys. */
  readonly lots: bigint;
  /** Signed value of those lots, minor units; the other side takes the opposite of both. */
  readonly value: bigint;
  /** Trading fee asked (positive) or rebate offered (negative); accounts only. */
  readonly fee: bigint;
  /** To the venue, or of liquidation to the pool's fund: a fee of that kind is never a rebate. */
  readonly feeFlow?: 'fee' | 'liquidationFee';
  /** Why a shortage would arise. */
  readonly cause: DeficitCause;
  /**
   * Of an account whose options settle as one: the position that carries what is missing until the last has settled, or
   * -1 for none. Nothing is repaid meanwhile.
   */
  readonly netted?: { readonly waitsOn: number } | undefined;
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
  /** What the margin did not cover and the position carries in its cost. */
  readonly carried: bigint;
}

/** Settles one holder's side of a trade into the draft, on what the draft has done so far. */
export function settleTrade(situation: Situation, draft: Draft, trade: Trade): TradeOutcome {
  const { state } = situation;
  const { positions, instruments } = state;
  const row = trade.positionRow;
  const instrumentRow = positions.instrument.get(row);
  const before = draftPosition(state, draft, row);
  const isOption = listedInstrument(state, instrumentRow).option !== null;
  const split = isOption ? splitOptionTrade(before, trade) : splitTrade(before, trade);
  const fundingIndex = instruments.fundingIndex.get(instrumentRow);
  const funding = collectFunding(state, draft, row);
  const accountRow = positions.account.get(row);
  const takeoverRow = positions.takeover.get(row);
  const settled: Settled = {
    trade,
    instrumentRow,
    flows: isOption ? PREMIUM : REALIZED,
    cash: split.cash,
    profit: split.realized,
    funding,
    goesOn: sign(split.lots) * sign(before.lots) > 0n,
    isFlat: split.lots === 0n,
  };
  const paid =
    accountRow >= 0
      ? settleAccount(situation, draft, accountRow, settled)
      : takeoverRow >= 0
        ? settleTakeover(state, draft, takeoverRow, settled)
        : settleOutside(state, draft, settled);
  const cost = split.cost + paid.carried;
  draft.positions.push({ position: row, lots: split.lots, cost, fundingIndex, premium: split.premium });
  return {
    lots: split.lots,
    cost,
    balance: paid.balance,
    closedLots: split.closedLots,
    openedLots: split.openedLots,
    openedValue: split.openedValue,
    realized: split.realized,
    feePaid: paid.feePaid,
    shortage: paid.shortage,
    carried: paid.carried,
  };
}

interface Split {
  readonly lots: bigint;
  readonly cost: bigint;
  readonly premium: bigint;
  readonly closedLots: bigint;
  readonly openedLots: bigint;
  readonly openedValue: bigint;
  /** Profit of what was closed. */
  readonly realized: bigint;
  /** What the holder is paid (positive) or pays: of a future its profit, of an option its premium. */
  readonly cash: bigint;
}

type Held = { readonly lots: bigint; readonly cost: bigint };
type Traded = { readonly lots: bigint; readonly value: bigint };

/** Close, then open: the part against the position realizes its profit, the rest opens at its value. */
export function splitTrade(before: Held, trade: Traded): Split {
  const parts = partsOf(before, before.cost, trade);
  const { closedLots, openedLots, openedValue, closedValue, closedCost } = parts;
  const realized = -closedValue - closedCost;
  return {
    lots: before.lots + trade.lots,
    cost: before.cost - closedCost + openedValue,
    premium: 0n,
    closedLots,
    openedLots,
    openedValue,
    realized,
    cash: realized,
  };
}

/**
 * An option's value is paid when it trades: the premium remembers it, and cost holds only what an earlier shortage
 * left on the position.
 */
export function splitOptionTrade(before: Held & { readonly premium: bigint }, trade: Traded): Split {
  const parts = partsOf(before, before.premium, trade);
  const { closedLots, openedLots, openedValue, closedValue, closedCost: closedPremium } = parts;
  const carried =
    closedLots === abs(before.lots) ? before.cost : mulDivCeil(before.cost, closedLots, abs(before.lots));
  return {
    lots: before.lots + trade.lots,
    cost: before.cost - carried,
    premium: before.premium - closedPremium + openedValue,
    closedLots,
    openedLots,
    openedValue,
    realized: -closedValue - closedPremium - carried,
    cash: -trade.value - carried,
  };
}

function partsOf(before: Held, cost: bigint, trade: Traded) {
  const isAgainst = sign(before.lots) * sign(trade.lots) < 0n;
  const closedLots = isAgainst ? min(abs(before.lots), abs(trade.lots)) : 0n;
  // A split value rounds down what is closed and a split cost rounds it up: profit is realized late, never early.
  const closedValue =
    closedLots === abs(trade.lots) ? trade.value : mulDivCeil(trade.value, closedLots, abs(trade.lots));
  const closedCost =
    closedLots === 0n
      ? 0n
      : closedLots === abs(before.lots)
        ? cost
        : mulDivCeil(cost, closedLots, abs(before.lots));
  return {
    closedLots,
    openedLots: abs(trade.lots) - closedLots,
    openedValue: trade.value - closedValue,
    closedValue,
    closedCost,
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

type SignedFlows = readonly [receive: Transfer['flow'], pay: Transfer['flow']];

const REALIZED: SignedFlows = ['realizeGain', 'realizeLoss'];
const PREMIUM: SignedFlows = ['premiumReceive', 'premiumPay'];
const FUNDING: SignedFlows = ['fundingReceive', 'fundingPay'];

interface Settled {
  readonly trade: Trade;
  readonly instrumentRow: number;
  readonly flows: SignedFlows;
  /** Signed: paid to the holder, or by it. */
  readonly cash: bigint;
  readonly profit: bigint;
  readonly funding: bigint;
  /** Whether a position of the same side remains. */
  readonly goesOn: boolean;
  readonly isFlat: boolean;
}

/**
 * Credits come first, then the loss, then funding owed, then the fee, which takes at most what is left. What
 * the account cannot pay is recognised as the pool's claim before it is paid: the account is never below zero.
 * While a position of the same side goes on, what the margin does not cover becomes cost of that position: equity
 * stays what it was, and open profit answers for it, not the pool. An account with other collateral converts it first,
 * and what such an account gains repays its debt in that asset first.
 */
function settleAccount(situation: Situation, draft: Draft, accountRow: number, settled: Settled): Paid {
  const { state } = situation;
  const { trade, instrumentRow, cash, funding, goesOn, flows } = settled;
  const poolAssetRow = state.instruments.poolAsset.get(instrumentRow);
  const margin = marginRowOf(state, accountRow, poolAssetRow);
  const settlement = poolLedgerRow(state, poolAssetRow, 'settlement');
  const fundingRow = poolLedgerRow(state, poolAssetRow, 'funding');
  const hasOtherMeans = !hasClosedForm(state, accountRow);
  const held = draftBalance(state, draft, margin) + trade.allocated;
  let balance = held;
  let shortage = 0n;
  let carried = 0n;

  const credit = (flow: Transfer['flow'], from: number, amount: bigint) => {
    draft.transfers.push({ flow, from, to: margin, amount });
    balance += amount;
  };
  const bringIn = (missing: bigint, cause: DeficitCause) => {
    if (hasOtherMeans) {
      const carrier = goesOn ? trade.positionRow : -1;
      const covered = coverShortage(situation, draft, {
        accountRow,
        poolAssetRow,
        amount: missing,
        cause,
        carrier,
        traded: trade.positionRow,
        waitsOn: trade.netted?.waitsOn ?? -1,
      });
      balance += missing;
      carried += covered.carriedByTraded;
      shortage += covered.recognised;
    } else if (goesOn) {
      credit('realizeGain', settlement, missing);
      carried += missing;
    } else {
      draft.deficits.push({ accountRow, poolAssetRow, takeoverRow: -1, cause, amount: missing });
      credit('recognise', poolLedgerRow(state, poolAssetRow, 'receivable'), missing);
      shortage += missing;
    }
  };
  const charge = (flow: Transfer['flow'], to: number, amount: bigint, cause: DeficitCause) => {
    if (amount > balance) bringIn(amount - balance, cause);
    draft.transfers.push({ flow, from: margin, to, amount });
    balance -= amount;
  };

  if (cash > 0n) credit(flows[0], settlement, cash);
  if (funding > 0n) credit('fundingReceive', fundingRow, funding);
  if (cash < 0n) charge(flows[1], settlement, -cash, trade.cause);
  if (funding < 0n) charge('fundingPay', fundingRow, -funding, 'funding');
  if (settled.profit !== 0n) {
    const accountAssetRow = accountAssetOf(state, accountRow, poolAssetRow);
    draft.realized.push({ accountAssetRow, gainMinor: settled.profit });
  }

  const feeAsked = min(trade.fee, trade.feeCap);
  if (hasOtherMeans && feeAsked > balance) {
    const amount = feeAsked - balance;
    balance += convertCollateral(situation, draft, { accountRow, poolAssetRow, amount });
  }
  const feePaid = trade.fee > 0n ? min(feeAsked, balance) : -min(-trade.fee, trade.rebateCap);
  const fees = venueLedgerRow(state, settleAssetRow(state, instrumentRow), 'fees');
  if (feePaid > 0n && trade.feeFlow === 'liquidationFee')
    charge('liquidationFee', poolLedgerRow(state, poolAssetRow, 'insuranceFund'), feePaid, trade.cause);
  else if (feePaid > 0n) charge('fee', fees, feePaid, trade.cause);
  if (feePaid < 0n) credit('rebate', fees, -feePaid);
  // While the pool may have to share a loss, a gain stays where it can be shared.
  const mayRepay = hasOtherMeans && trade.netted === undefined;
  if (mayRepay && state.pools.isSound.get(state.poolAssets.pool.get(poolAssetRow)) === 1) {
    const accountAssetRow = accountAssetOf(state, accountRow, poolAssetRow);
    balance -= pushRepay(state, draft, accountAssetRow, balance - held);
  }
  return { balance, feePaid, shortage, carried };
}

/**
 * A takeover may be below zero while it is unwound. When its last lot is gone what is left is the fund's,
 * and what is missing is recognised with its cause.
 */
function settleTakeover(state: State, draft: Draft, takeoverRow: number, settled: Settled): Paid {
  const { cash, funding, flows, isFlat } = settled;
  const { takeovers } = state;
  const poolAssetRow = state.instruments.poolAsset.get(takeovers.instrument.get(takeoverRow));
  const liquidation = poolLedgerRow(state, poolAssetRow, 'liquidation');
  pushSigned(draft, flows, {
    holder: liquidation,
    other: poolLedgerRow(state, poolAssetRow, 'settlement'),
    amount: cash,
  });
  pushSigned(draft, FUNDING, {
    holder: liquidation,
    other: poolLedgerRow(state, poolAssetRow, 'funding'),
    amount: funding,
  });
  const balance = takeovers.collateral.get(takeoverRow) + cash + funding;
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
      poolAssetRow,
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

/**
 * The outside pays its loss at once. Its gain waits on its account until the pool has the cash (`payOutside`):
 * a client's loss is the pool's to collect before it can be paid on.
 */
function settleOutside(state: State, draft: Draft, { instrumentRow, cash, funding, flows }: Settled): Paid {
  const poolAssetRow = state.instruments.poolAsset.get(instrumentRow);
  const holder = poolLedgerRow(state, poolAssetRow, 'counterparty');
  const from = venueLedgerRow(state, settleAssetRow(state, instrumentRow), 'external');
  const owed = -(draftBalance(state, draft, holder) + cash + funding);
  if (owed > 0n) draft.transfers.push({ flow: 'counterpartyPay', from, to: holder, amount: owed });
  pushSigned(draft, flows, {
    holder,
    other: poolLedgerRow(state, poolAssetRow, 'settlement'),
    amount: cash,
  });
  pushSigned(draft, FUNDING, {
    holder,
    other: poolLedgerRow(state, poolAssetRow, 'funding'),
    amount: funding,
  });
  return { balance: 0n, feePaid: 0n, shortage: 0n, carried: 0n };
}

/** A transfer to the holder where the amount is positive, from it where it is negative. */
function pushSigned(
  draft: Draft,
  [receive, pay]: SignedFlows,
  { holder, other, amount }: { readonly holder: number; readonly other: number; readonly amount: bigint },
): void {
  if (amount > 0n) draft.transfers.push({ flow: receive, from: other, to: holder, amount });
  if (amount < 0n) draft.transfers.push({ flow: pay, from: holder, to: other, amount: -amount });
}
