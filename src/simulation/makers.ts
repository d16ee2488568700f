/**
 * Market makers: they quote around the mark, as much as their margin carries, take what clients leave over,
 * and unwind what the pool has taken over. They are margined like everyone else.
 */
import { abs, divCeil, divFloor, max, min, PPM } from '../base/index.js';
import type { Lots, Minor, PriceTicks } from '../base/units.js';
import type { FillSide, Outcome } from '../engine/index.js';
import { depositMoney, withdrawMoney } from './cash.js';
import {
  type Book,
  equityOf,
  type Floor,
  isOpen,
  type MakerAccount,
  marginBalance,
  markPriceTicks,
  notionalOf,
  positionLots,
  walletBalance,
  walletOf,
} from './floor.js';
import { openingLotsFloor } from './openingSize.js';
import type { SimulatedMarketMaker } from './population.js';

export type OrderSide = 'buy' | 'sell';

/** What somebody wants to trade against the market makers. */
export interface MarketOrder {
  readonly book: Book;
  readonly side: OrderSide;
  readonly lots: Lots;
  readonly party: FillSide;
}

/** Fills as much as the market makers carry, best price first; returns the lots nobody took. */
export function tradeWithMakers(floor: Floor, order: MarketOrder): Lots {
  let left = order.lots;
  for (const { maker, priceTicks } of quotes(floor, order.book, order.side)) {
    if (left === 0n) break;
    const lots = min(left, capacity(floor, order.book, { maker, side: order.side, priceTicks }));
    if (lots === 0n) continue;
    const outcome = fill(floor, {
      book: order.book,
      priceTicks,
      lots,
      taker: { side: order.side, party: order.party },
      maker: accountSide(maker.accountId, false),
    });
    if (outcome.kind === 'accepted') left -= lots;
  }
  return left;
}

/** Sells what the pools have taken over, or buys it back, as far as the market makers carry it. */
export function unwindTakeovers(floor: Floor): void {
  const { state } = floor;
  for (const takeoverRows of state.openTakeovers.values()) {
    for (const takeoverRow of [...takeoverRows]) {
      // A fill sets off work of its own: a takeover may be gone by the time its turn comes.
      if (!takeoverRows.has(takeoverRow)) continue;
      const instrument = state.instruments.names.nameOf(state.takeovers.instrument.get(takeoverRow));
      const book = floor.books.get(instrument)!;
      if (!isOpen(floor, book)) continue;
      const held = state.positions.lots.get(state.takeovers.position.get(takeoverRow));
      const id = state.takeovers.names.nameOf(takeoverRow);
      const party: FillSide = {
        party: 'liquidation',
        leg: 'net',
        order: '',
        id,
        allocateMinor: 0n,
        allocateInitial: false,
      };
      tradeWithMakers(floor, { book, side: held > 0n ? 'sell' : 'buy', lots: abs(held), party });
    }
  }
}

/** A market maker whose equity is under half its initial margin brings it back up, as far as its wallet goes. */
export function defendMakers(floor: Floor): void {
  for (const book of floor.books.values()) {
    if (!isOpen(floor, book)) continue;
    for (const maker of book.makers) {
      if (positionLots(floor, maker.accountRow) === 0n) continue;
      const initial = initialMargin(floor, maker);
      const held = equityOf(floor, maker.accountRow);
      if (held * 2n < initial) bring(floor, maker, initial - held);
    }
  }
}

/**
 * The end of a market maker's day. It hedges elsewhere, so what it lost here it has gained there and brings, and
 * what it gained here it takes out: each account goes back to what its position asks for, the wallet to what is
 * kept in it. `name` is that of the day's deposit or withdrawal.
 */
export function rebalanceMaker(floor: Floor, maker: SimulatedMarketMaker, name: string): void {
  const own = new Set(maker.accounts.map(({ accountId }) => accountId));
  const open = [...floor.books.values()].filter((book) => isOpen(floor, book));
  const plans = open
    .flatMap(({ makers }) => makers.filter(({ accountId }) => own.has(accountId)))
    .map((account) => {
      const wanted = max(account.targetMinor, (initialMargin(floor, account) * 3n) / 2n);
      const held = equityOf(floor, account.accountRow);
      return { account, surplus: held - wanted, isFar: abs(held - wanted) * 4n > wanted };
    })
    .filter(({ isFar }) => isFar);
  for (const { account, surplus } of plans) if (surplus > 0n) takeHome(floor, account, surplus);
  const missing = plans.reduce((sum, { surplus }) => sum + max(0n, -surplus), 0n);
  moveReserve(floor, maker, { name, missing });
  for (const { account, surplus } of plans) if (surplus < 0n) bring(floor, account, -surplus);
}

/** The wallet keeps the deposit less what is set aside for listed instruments, and what is missing today. */
function moveReserve(
  floor: Floor,
  { id, asset, depositMinor, accounts }: SimulatedMarketMaker,
  { name, missing }: { readonly name: string; readonly missing: Minor },
): void {
  const { state, sender, books } = floor;
  const wallet = walletBalance(state, state.clients.names.rowOf(id), state.assets.names.rowOf(asset));
  const listed = accounts.filter(({ instrument }) => books.has(instrument));
  const reserve = listed.reduce((left, { collateralMinor }) => left - collateralMinor, depositMinor);
  const spare = wallet - missing - reserve;
  if (spare * 2n < -reserve) depositMoney(sender, { deposit: name, client: id, asset, amountMinor: -spare });
  if (spare * 2n > reserve)
    withdrawMoney(sender, { withdrawal: name, client: id, asset, amountMinor: spare });
}

/** One side of a fill that is a margin account. */
export function accountSide(id: string, allocateInitial: boolean): FillSide {
  return { party: 'account', leg: 'net', order: '', id, allocateMinor: 0n, allocateInitial };
}

/** Sends a fill of two parties; `taker` pays the taker fee. */
export function fill(
  floor: Floor,
  trade: {
    readonly book: Book;
    readonly priceTicks: PriceTicks;
    readonly lots: Lots;
    readonly taker: { readonly side: OrderSide; readonly party: FillSide };
    readonly maker: FillSide;
  },
): Outcome {
  const { book, priceTicks, lots, taker, maker } = trade;
  const isBuying = taker.side === 'buy';
  return floor.sender.send({
    kind: 'fill',
    instrument: book.item.definition.id,
    priceTicks,
    lots,
    buyer: isBuying ? taker.party : maker,
    seller: isBuying ? maker : taker.party,
    taker: isBuying ? 'buyer' : 'seller',
  });
}

interface Quote {
  readonly maker: MakerAccount;
  readonly priceTicks: PriceTicks;
}

/** Quotes for an order of that side, best first; equals take turns. A quote is never outside the fill band. */
function quotes(floor: Floor, book: Book, side: OrderSide): Quote[] {
  const { makers } = book;
  const turn = book.turn++ % Math.max(1, makers.length);
  const mark = markPriceTicks(floor, book);
  return [...makers.slice(turn), ...makers.slice(0, turn)]
    .map((maker) => ({ maker, priceTicks: quotePrice(book, { mark, side, maker }) }))
    .sort((a, b) => Number(side === 'buy' ? a.priceTicks - b.priceTicks : b.priceTicks - a.priceTicks));
}

/** Mark +- half spread, rounded in the market maker's favour; the band bounds it, rounded towards the mark. */
function quotePrice(
  { item }: Book,
  of: { readonly mark: PriceTicks; readonly side: OrderSide; readonly maker: MakerAccount },
): PriceTicks {
  const { mark, side, maker } = of;
  const { fillBandPpm } = item.definition;
  if (side === 'buy') {
    return min(divCeil(mark * (PPM + maker.halfSpreadPpm), PPM), divFloor(mark * (PPM + fillBandPpm), PPM));
  }
  const bid = divFloor(mark * (PPM - maker.halfSpreadPpm), PPM);
  return max(1n, max(bid, divCeil(mark * (PPM - fillBandPpm), PPM)));
}

/**
 * Lots the market maker can take from an order of that side: what closes its own position, and what its equity
 * opens at its leverage. Rounded down and counted with a fee on the whole position:
 * the engine has no reason to refuse it.
 */
function capacity(
  floor: Floor,
  { item }: Book,
  of: { readonly maker: MakerAccount; readonly side: OrderSide; readonly priceTicks: PriceTicks },
): Lots {
  const { maker, side, priceTicks } = of;
  const held = positionLots(floor, maker.accountRow);
  const most = openingLotsFloor(item.definition, item.terms, {
    collateralMinor: max(0n, equityOf(floor, maker.accountRow)),
    leveragePpm: maker.leveragePpm,
    priceTicks,
    reservePpm: 2n * maker.halfSpreadPpm + RESERVE_PPM,
  });
  // Against the order: a market maker that is long sells to a buyer.
  const closing = held > 0n === (side === 'buy') ? abs(held) : 0n;
  return closing > 0n ? closing + most : max(0n, most - abs(held));
}

/** For prices rounded to ticks. */
const RESERVE_PPM = 1_000n;

function initialMargin(floor: Floor, maker: MakerAccount): Minor {
  return divCeil(notionalOf(floor, maker.accountRow) * PPM, maker.leveragePpm);
}

function bring(floor: Floor, maker: MakerAccount, wanted: Minor): void {
  const amountMinor = min(wanted, walletOf(floor, maker.accountRow));
  if (amountMinor > 0n)
    floor.sender.send({ kind: 'allocate', asset: null, account: maker.accountId, amountMinor });
}

/** Open profit stays behind, and so does twice the initial margin: well above the removal floor. */
function takeHome(floor: Floor, maker: MakerAccount, wanted: Minor): void {
  const balance = marginBalance(floor, maker.accountRow);
  const settled = min(balance, equityOf(floor, maker.accountRow));
  const amountMinor = min(wanted, settled - 2n * initialMargin(floor, maker));
  if (amountMinor > 0n)
    floor.sender.send({ kind: 'release', asset: null, account: maker.accountId, amountMinor });
}
