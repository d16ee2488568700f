/**
 * A trade of a spot pair between two margin accounts: base against quote through the pool's settlement accounts, in one
 * event, and no position. What an account lacks it borrows in the same event where it is set to (setAutoBorrow), else
 * the trade is refused. What it gets repays its debt in that asset first, so that nobody pays interest on what it holds.
 * Fees are in quote, as for other instruments.
 */
import { max, min } from '../../base/index.js';
import { AMOUNT_MAX, fillValueTowardsZero } from '../../market/index.js';
import type { CommandOf, FillSide } from '../command.js';
import type { Decision, Situation } from '../decision.js';
import { type Draft, draftBalance, newDraft } from '../draft.js';
import { pushBorrow, pushRepay } from '../lending.js';
import { hasUsableMark } from '../marginView.js';
import { type Rejection, reject } from '../rejection.js';
import { type SpotPair, spotPair } from '../spotPair.js';
import { listedInstrument, poolLedgerRow, type State, venueLedgerRow } from '../state.js';
import { feeRatePpm, tradingFee } from '../tradingFee.js';
import { limitFault } from './borrow.js';
import { findTrader, spotStandingFault, type Trader, wakesAfterSpot } from './spotParty.js';

export function decideSpotFill(
  situation: Situation,
  command: CommandOf<'fill'>,
  instrumentRow: number,
): Decision {
  const { state, timeMs } = situation;
  if (!hasUsableMark(state, instrumentRow, timeMs))
    return reject('mark_unusable', { instrument: command.instrument });
  const pair = spotPair(state, instrumentRow);
  const value = fillValueTowardsZero(listedInstrument(state, instrumentRow).marginTerms, command);
  const baseAmount = command.lots * pair.basePerLot;
  if (value > AMOUNT_MAX || baseAmount > AMOUNT_MAX)
    return reject('invalid_size', { value, base: baseAmount, largest: AMOUNT_MAX });
  const find = (side: FillSide, role: 'buyer' | 'seller') =>
    findTrader(state, { instrumentRow, pair, side, isTaker: command.taker === role });
  const buyer = find(command.buyer, 'buyer');
  if ('code' in buyer) return buyer;
  const seller = find(command.seller, 'seller');
  if ('code' in seller) return seller;
  if (buyer.accountRow === seller.accountRow) return reject('same_account', { id: command.buyer.id });

  const draft = newDraft();
  const fees = feesOf(state, { instrumentRow, pair, value, buyer, seller });
  const trade = { pair, value, baseAmount, buyer, seller, fees };
  const lacking = borrowLacking(situation, draft, trade);
  if (lacking !== null) return lacking;
  exchange(state, draft, trade);
  const traders = [buyer, seller];
  for (const trader of traders) {
    const refused = spotStandingFault(situation, draft, { trader, pair });
    if (refused !== null) return refused;
  }
  const { priceTicks, lots } = command;
  const woken = traders
    .map(({ accountRow }) => accountRow)
    .filter((accountRow) => wakesAfterSpot(situation, draft, accountRow))
    .sort((a, b) => a - b);
  return [
    { kind: 'filled', instrumentRow, priceTicks, lots, value, allocations: [], ...draft, holds: [], woken },
  ];
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

/** Cut to what the pool holds in cash (ISO-06); a maker's rebate is at most what the taker pays. */
function feesOf(
  state: State,
  of: Pick<SpotTrade, 'pair' | 'value' | 'buyer' | 'seller'> & { readonly instrumentRow: number },
): Fees {
  const { instrumentRow, pair, value, buyer, seller } = of;
  let cash = max(0n, state.totals.cash.get(pair.quote));
  let paidByTaker = 0n;
  const feeOf = ({ accountRow, isTaker }: Trader) => {
    const asked = tradingFee(value, feeRatePpm(state, { accountRow, instrumentRow, isTaker }));
    const fee = asked >= 0n ? min(asked, min(cash, value)) : -min(-asked, paidByTaker);
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
  const held = draftBalance(state, draft, accountAssets.ledgerRow.get(row));
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
    const row = ({ quoteRow, baseRow }: Trader) =>
      state.accountAssets.ledgerRow.get(side === 'quote' ? quoteRow : baseRow);
    const settlement = poolLedgerRow(state, pair[side], 'settlement');
    draft.transfers.push(
      { flow: 'spotPay', from: row(from), to: settlement, amount },
      { flow: 'spotReceive', from: settlement, to: row(to), amount },
    );
  };
  move(buyer, seller, 'quote', value);
  move(seller, buyer, 'base', baseAmount);
  const feeRow = venueLedgerRow(state, state.poolAssets.asset.get(pair.quote), 'fees');
  const pay = ({ quoteRow }: Trader, fee: bigint) => {
    const row = state.accountAssets.ledgerRow.get(quoteRow);
    if (fee > 0n) draft.transfers.push({ flow: 'fee', from: row, to: feeRow, amount: fee });
    if (fee < 0n) draft.transfers.push({ flow: 'rebate', from: feeRow, to: row, amount: -fee });
  };
  // The taker's fee is there before the maker's rebate is paid out of it.
  pay(buyer.isTaker ? buyer : seller, buyer.isTaker ? fees.buyer : fees.seller);
  pay(buyer.isTaker ? seller : buyer, buyer.isTaker ? fees.seller : fees.buyer);
  pushRepay(state, draft, buyer.baseRow, baseAmount);
  pushRepay(state, draft, seller.quoteRow, value - max(0n, fees.seller));
}
