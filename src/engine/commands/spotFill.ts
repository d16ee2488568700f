/**
 * A trade of a spot pair between two margin accounts, in a desk's pool also with the outside: base against quote through the pool's settlement accounts, in one
 * event, and no position. What an account lacks it borrows in the same event where it is set to (setAutoBorrow), else
 * the trade is refused; a side that fills an accepted order was tested when that came, and is not tested again. What a side
 * gets repays its debt in that asset first, so that nobody pays interest on what it holds.
 * Fees are in quote, as for other instruments.
 */
import { max, min } from '../../base/index.js';
import { AMOUNT_MAX, fillValueTowardsZero } from '../../market/index.js';
import type { CommandOf, FillSide } from '../command.js';
import type { Decision, Situation } from '../decision.js';
import { type Draft, draftBalance, newDraft } from '../draft.js';
import type { EventOf } from '../event.js';
import { pushBorrow, pushRepay } from '../lending.js';
import { hasUsableMark } from '../marginView.js';
import { reservedByOrders } from '../orderReserve.js';
import { lotsLeft } from '../reduceOnly.js';
import { type Rejection, reject } from '../rejection.js';
import { type SpotPair, spotPair } from '../spotPair.js';
import { listedInstrument, poolLedgerRow, type State, venueLedgerRow } from '../state.js';
import { feeRatePpm, tradingFee } from '../tradingFee.js';
import { limitFault } from './borrow.js';
import {
  findTrader,
  spotAllocationFault,
  spotStandingFault,
  type Trader,
  wakesAfterSpot,
  walletOf,
} from './spotParty.js';

export function decideSpotFill(
  situation: Situation,
  command: CommandOf<'fill'>,
  instrumentRow: number,
): Decision {
  const { state, timeMs } = situation;
  const pair = spotPair(state, instrumentRow);
  const value = fillValueTowardsZero(listedInstrument(state, instrumentRow).marginTerms, command);
  const baseAmount = command.lots * pair.basePerLot;
  if (value > AMOUNT_MAX || baseAmount > AMOUNT_MAX)
    return reject('invalid_size', { value, base: baseAmount, largest: AMOUNT_MAX });
  const find = (side: FillSide, role: 'buyer' | 'seller') =>
    findTrader(state, {
      instrumentRow,
      pair,
      side,
      isTaker: command.taker === role,
      lots: role === 'buyer' ? command.lots : -command.lots,
      priceTicks: command.priceTicks,
    });
  const buyer = find(command.buyer, 'buyer');
  if ('code' in buyer) return buyer;
  const seller = find(command.seller, 'seller');
  if ('code' in seller) return seller;
  if (buyer.accountRow < 0 && seller.accountRow < 0) return reject('no_account_side');
  if (buyer.accountRow === seller.accountRow) return reject('same_account', { id: command.buyer.id });

  const traders = [buyer, seller];
  // Accepted orders were tested when they came: their fill is a fact, whatever the mark is.
  const isFact = traders.every(({ accountRow, orderRow }) => accountRow < 0 || orderRow >= 0);
  if (!isFact && !hasUsableMark(state, instrumentRow, timeMs))
    return reject('mark_unusable', { instrument: command.instrument });

  const draft = newDraft();
  const allocations = [
    bringAlong(state, draft, { trader: buyer, row: buyer.quoteRow }),
    bringAlong(state, draft, { trader: seller, row: seller.baseRow }),
  ].flat();
  const unpaid = allocations.find((each) => 'code' in each);
  if (unpaid !== undefined) return unpaid as Rejection;
  if (buyer.accountRow < 0) payIn(state, draft, { poolAssetRow: pair.quote, amount: value });
  if (seller.accountRow < 0) payIn(state, draft, { poolAssetRow: pair.base, amount: baseAmount });
  const fees = feesOf(state, draft, { instrumentRow, pair, value, buyer, seller });
  const trade = { pair, value, baseAmount, buyer, seller, fees };
  const lacking = borrowLacking(situation, draft, trade);
  if (lacking !== null) return lacking;
  exchange(state, draft, trade);
  for (const trader of traders) {
    if (trader.orderRow >= 0) {
      const lots = lotsLeft(state, draft, trader.orderRow) - command.lots;
      draft.orders.push({ orderRow: trader.orderRow, lots });
      continue;
    }
    const refused = trader.accountRow < 0 ? null : spotStandingFault(situation, draft, { trader, pair });
    if (refused !== null) return refused;
  }
  const { priceTicks, lots } = command;
  const woken = traders
    .map(({ accountRow }) => accountRow)
    .filter((accountRow) => accountRow >= 0 && wakesAfterSpot(situation, draft, accountRow))
    .sort((a, b) => a - b);
  return [
    {
      kind: 'filled',
      instrumentRow,
      priceTicks,
      lots,
      value,
      allocations: allocations as EventOf<'filled'>['allocations'],
      ...draft,
      holds: [],
      woken,
      related: [],
    },
  ];
}

/** Moves what the side brings from its wallet into its account. */
function bringAlong(
  state: State,
  draft: Draft,
  { trader, row }: { readonly trader: Trader; readonly row: number },
): readonly (EventOf<'filled'>['allocations'][number] | Rejection)[] {
  const { accountAssets, poolAssets } = state;
  const { accountRow, allocated: amount } = trader;
  if (amount === 0n) return [];
  const assetRow = poolAssets.asset.get(accountAssets.poolAsset.get(row));
  const refused = spotAllocationFault(state, trader, assetRow);
  if (refused !== null) return [refused];
  const from = walletOf(state, accountRow, assetRow);
  draft.transfers.push({ flow: 'allocate', from, to: accountAssets.ledgerRow.get(row), amount });
  return [{ accountAssetRow: row, amount }];
}

interface Fees {
  /** Quote minor units; a rebate is negative. */
  readonly buyer: bigint;
  readonly seller: bigint;
}

interface SpotTrade {
  readonly pair: SpotPair;
  readonly value: bigint;
  readonly baseAmount: bigint;
  readonly buyer: Trader;
  readonly seller: Trader;
  readonly fees: Fees;
}

/**
 * Cut to what the pool holds in cash (ISO-06), and of an order's fill to what is there; a maker's rebate is at most what
 * the taker pays.
 */
function feesOf(
  state: State,
  draft: Draft,
  of: Pick<SpotTrade, 'pair' | 'value' | 'buyer' | 'seller'> & { readonly instrumentRow: number },
): Fees {
  const { instrumentRow, pair, value, buyer, seller } = of;
  // All that the draft holds so far is what comes in.
  const comesIn = draft.transfers
    .filter(({ to }) => to === buyer.ledgerRows.quote)
    .reduce((sum, { amount }) => sum + amount, 0n);
  let cash = max(0n, state.totals.cash.get(pair.quote) + comesIn);
  let paidByTaker = 0n;
  const feeOf = ({ accountRow, isTaker, orderRow, quoteRow, ledgerRows }: Trader) => {
    if (accountRow < 0) return 0n;
    const asked = tradingFee(value, feeRatePpm(state, { accountRow, instrumentRow, isTaker }));
    const held = draftBalance(state, draft, ledgerRows.quote);
    // Of several fills of one order each fee is rounded up: the last takes what was kept for it.
    const isBound =
      orderRow >= 0 && quoteRow === buyer.quoteRow && state.accounts.autoBorrow.get(accountRow) === 0;
    const most = isBound ? min(cash, max(0n, held - value)) : min(cash, value);
    const fee = asked >= 0n ? min(asked, most) : -min(-asked, paidByTaker);
    cash -= max(0n, fee);
    if (isTaker) paidByTaker = max(0n, fee);
    return fee;
  };
  if (buyer.isTaker) {
    const ofBuyer = feeOf(buyer);
    return { buyer: ofBuyer, seller: feeOf(seller) };
  }
  const ofSeller = feeOf(seller);
  return { buyer: feeOf(buyer), seller: ofSeller };
}

/** The buyer pays value and fee in quote, the seller the base; the seller's fee comes out of what it gets. */
function borrowLacking(situation: Situation, draft: Draft, trade: SpotTrade): Rejection | null {
  const { buyer, seller, value, baseAmount, fees } = trade;
  return (
    bringIn(situation, draft, { trader: buyer, row: buyer.quoteRow, amount: value + max(0n, fees.buyer) }) ??
    bringIn(situation, draft, { trader: seller, row: seller.baseRow, amount: baseAmount })
  );
}

function bringIn(
  { state }: Situation,
  draft: Draft,
  { trader, row, amount }: { readonly trader: Trader; readonly row: number; readonly amount: bigint },
): Rejection | null {
  const { accounts, accountAssets, poolAssets } = state;
  // The outside has what it gives.
  if (trader.accountRow < 0) return null;
  const balance = draftBalance(state, draft, accountAssets.ledgerRow.get(row));
  // What resting orders will give is not for a trade without one.
  const held = trader.orderRow >= 0 ? balance : max(0n, balance - reservedByOrders(state, row));
  const missing = amount - held;
  if (missing <= 0n) return null;
  const assetRow = poolAssets.asset.get(accountAssets.poolAsset.get(row));
  if (accounts.autoBorrow.get(trader.accountRow) === 0) {
    return reject('insufficient_account_balance', {
      account: accounts.names.nameOf(trader.accountRow),
      required: { minor: amount, assetRow },
      available: { minor: held, assetRow },
      missing: { minor: missing, assetRow },
    });
  }
  const refused = limitFault(state, draft, { accountAssetRow: row, amount: missing });
  if (refused !== null) return refused;
  pushBorrow(state, draft, row, missing);
  return null;
}

function exchange(
  state: State,
  draft: Draft,
  { pair, value, baseAmount, buyer, seller, fees }: SpotTrade,
): void {
  const move = (from: Trader, to: Trader, side: 'quote' | 'base', amount: bigint) => {
    const settlement = poolLedgerRow(state, pair[side], 'settlement');
    draft.transfers.push(
      { flow: 'spotPay', from: from.ledgerRows[side], to: settlement, amount },
      { flow: 'spotReceive', from: settlement, to: to.ledgerRows[side], amount },
    );
  };
  move(buyer, seller, 'quote', value);
  move(seller, buyer, 'base', baseAmount);
  const feeRow = venueLedgerRow(state, state.poolAssets.asset.get(pair.quote), 'fees');
  const pay = ({ ledgerRows: { quote: row } }: Trader, fee: bigint) => {
    if (fee > 0n) draft.transfers.push({ flow: 'fee', from: row, to: feeRow, amount: fee });
    if (fee < 0n) draft.transfers.push({ flow: 'rebate', from: feeRow, to: row, amount: -fee });
  };
  // The taker's fee is there before the maker's rebate is paid out of it.
  pay(buyer.isTaker ? buyer : seller, buyer.isTaker ? fees.buyer : fees.seller);
  pay(buyer.isTaker ? seller : buyer, buyer.isTaker ? fees.seller : fees.buyer);
  if (buyer.accountRow >= 0) pushRepay(state, draft, buyer.baseRow, baseAmount);
  if (seller.accountRow >= 0) pushRepay(state, draft, seller.quoteRow, value - max(0n, fees.seller));
}

/** The outside gives out of what waits for it, and brings the rest at once; what it gets waits until it is paid out. */
function payIn(
  state: State,
  draft: Draft,
  { poolAssetRow, amount }: { readonly poolAssetRow: number; readonly amount: bigint },
): void {
  const to = poolLedgerRow(state, poolAssetRow, 'counterparty');
  const missing = amount - draftBalance(state, draft, to);
  if (missing <= 0n) return;
  const from = venueLedgerRow(state, state.poolAssets.asset.get(poolAssetRow), 'external');
  draft.transfers.push({ flow: 'counterpartyPay', from, to, amount: missing });
}
