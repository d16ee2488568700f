/**
 * What clients want, carried out: their intents of one moment become orders, orders of opposite sides meet at
 * the mark, and the market makers take the rest.
 */
import { abs, divCeil, divFloor, max, min, PPM } from '../base/index.js';
import type { Lots, Minor, Ppm, PriceTicks } from '../base/units.js';
import {
  type Book,
  equityOf,
  type Floor,
  isOpen,
  maintenanceEstimate,
  marginBalance,
  markPriceTicks,
  positionLots,
  walletOf,
} from './floor.js';
import { accountSide, fill, type OrderSide, tradeWithMakers } from './makers.js';
import { openingLotsFloor } from './openingSize.js';
import { type AccountView, decideDefence, decideIntent, type Intent, type Trader } from './strategies.js';

interface Order {
  readonly trader: Trader;
  readonly book: Book;
  readonly side: OrderSide;
  readonly isOpening: boolean;
  lots: Lots;
}

/**
 * One moment of trading. All intents are collected before any is carried out, so that nobody's wish depends on
 * a neighbour's; accounts of one client share its wallet in the order in which they were opened.
 */
export function tradeMoment(floor: Floor, traders: readonly Trader[]): void {
  const present = tradersPresent(floor, traders);
  for (const { accountRow } of present) bringHome(floor, accountRow);
  const wishes = present.map((one) => ({
    ...one,
    intent: decideIntent(one.trader, marketView(floor, one.book), accountView(floor, one.accountRow)),
  }));
  const purse = createPurse(floor);
  for (const { trader, accountRow, intent } of wishes)
    addMargin(floor, { trader, accountRow, intent, purse });
  const closing = wishes
    .filter(({ intent }) => intent.kind === 'close')
    .map((wish) => closingOrder(floor, wish));
  const opening = wishes.flatMap((wish) => openingOrder(floor, wish, purse));
  execute(floor, [...closing, ...opening]);
}

/** Between two moments of trading only those who defend their accounts act. */
export function defendAccounts(floor: Floor, traders: readonly Trader[]): void {
  const purse = createPurse(floor);
  for (const { trader, accountRow } of tradersPresent(floor, traders)) {
    if (!trader.isDefender || positionLots(floor, accountRow) === 0n) continue;
    const intent = decideDefence(trader, accountView(floor, accountRow));
    addMargin(floor, { trader, accountRow, intent, purse });
  }
}

interface Present {
  readonly trader: Trader;
  readonly book: Book;
  readonly accountRow: number;
}

/** Accounts whose instrument is listed and open. */
function tradersPresent(floor: Floor, traders: readonly Trader[]): Present[] {
  const open = new Map([...floor.books].filter(([, book]) => isOpen(floor, book)));
  return traders.flatMap((trader) => {
    const book = open.get(trader.instrument);
    if (book === undefined) return [];
    return [{ trader, book, accountRow: floor.state.accounts.names.rowOf(trader.accountId) }];
  });
}

/** Margin of a flat account goes back to the wallet; where the pool cannot let all of it go, as much as it says. */
function bringHome(floor: Floor, accountRow: number): void {
  const { sender, state } = floor;
  const amountMinor = marginBalance(floor, accountRow);
  if (amountMinor === 0n || positionLots(floor, accountRow) !== 0n) return;
  const account = state.accounts.names.nameOf(accountRow);
  const outcome = sender.send({ kind: 'release', asset: null, account, amountMinor });
  if (outcome.kind === 'accepted') return;
  const { most } = outcome.rejection.context;
  if (typeof most === 'object' && most.minor > 0n)
    sender.send({ kind: 'release', asset: null, account, amountMinor: min(amountMinor, most.minor) });
}

function marketView({ sender }: Floor, { closesTicks }: Book) {
  return { timeMs: sender.timeMs, closesTicks };
}

function accountView(floor: Floor, accountRow: number): AccountView {
  const lots = positionLots(floor, accountRow);
  return {
    positionLots: lots,
    equityMinor: equityOf(floor, accountRow),
    maintenanceMinor: lots === 0n ? 0n : maintenanceEstimate(floor, accountRow),
    walletMinor: walletOf(floor, accountRow),
  };
}

/** What each client may still spend at this moment. */
interface Purse {
  readonly take: (accountRow: number, wanted: Minor) => Minor;
}

function createPurse(floor: Floor): Purse {
  const left = new Map<string, Minor>();
  return {
    take(accountRow, wanted) {
      const { accounts, instruments, poolAssets } = floor.state;
      const asset = poolAssets.asset.get(instruments.poolAsset.get(accounts.instrument.get(accountRow)));
      const key = `${accounts.client.get(accountRow)}/${asset}`;
      const before = left.get(key) ?? walletOf(floor, accountRow);
      const taken = min(before, wanted);
      left.set(key, before - taken);
      return taken;
    },
  };
}

interface Wish {
  readonly trader: Trader;
  readonly book: Book;
  readonly accountRow: number;
  readonly intent: Intent;
}

function addMargin(floor: Floor, of: Omit<Wish, 'book'> & { readonly purse: Purse }): void {
  const { trader, accountRow, intent, purse } = of;
  if (intent.kind !== 'addMargin') return;
  const amountMinor = purse.take(accountRow, intent.amountMinor);
  if (amountMinor > 0n)
    floor.sender.send({ kind: 'allocate', asset: null, account: trader.accountId, amountMinor });
}

function closingOrder(floor: Floor, { trader, book, accountRow }: Wish): Order {
  const held = positionLots(floor, accountRow);
  return { trader, book, side: held > 0n ? 'sell' : 'buy', isOpening: false, lots: abs(held) };
}

/** As many lots as the collateral set aside affords at the worst quote; none where that is not even one. */
function openingOrder(floor: Floor, { trader, book, accountRow, intent }: Wish, purse: Purse): Order[] {
  if (intent.kind !== 'open') return [];
  const collateralMinor = purse.take(accountRow, intent.collateralMinor);
  const spreadPpm = book.makers.reduce((widest, { halfSpreadPpm }) => max(widest, halfSpreadPpm), 0n);
  const lots = openingLotsFloor(book.item.definition, book.item.terms, {
    collateralMinor,
    leveragePpm: intent.leveragePpm,
    priceTicks: dearestPrice(floor, book, spreadPpm),
    reservePpm: 2n * spreadPpm + RESERVE_PPM,
  });
  if (lots === 0n) return [];
  return [{ trader, book, side: intent.side === 'long' ? 'buy' : 'sell', isOpening: true, lots }];
}

/** The end of the spread at which a lot is worth most. */
function dearestPrice(floor: Floor, book: Book, spreadPpm: Ppm): PriceTicks {
  const mark = markPriceTicks(floor, book);
  return book.item.definition.payoff === 'linear'
    ? divCeil(mark * (PPM + spreadPpm), PPM)
    : max(1n, divFloor(mark * (PPM - spreadPpm), PPM));
}

/** For prices rounded to ticks. */
const RESERVE_PPM = 200n;

function execute(floor: Floor, orders: readonly Order[]): void {
  for (const book of floor.books.values()) {
    const here = orders.filter((order) => order.book === book);
    const sellers = here.filter(({ side }) => side === 'sell');
    for (const buyer of here.filter(({ side }) => side === 'buy')) {
      for (const seller of sellers)
        meet(floor, { buyer, seller, isBuyerLater: here.indexOf(buyer) > here.indexOf(seller) });
    }
    for (const { trader, side, lots, isOpening } of here) {
      if (lots > 0n)
        tradeWithMakers(floor, { book, side, lots, party: accountSide(trader.accountId, isOpening) });
    }
  }
}

/** Two clients trade at the mark; who came later takes. Accounts of one client do not trade with each other. */
function meet(
  floor: Floor,
  of: { readonly buyer: Order; readonly seller: Order; readonly isBuyerLater: boolean },
): void {
  const { buyer, seller, isBuyerLater } = of;
  const lots = min(buyer.lots, seller.lots);
  if (lots === 0n || buyer.trader.clientId === seller.trader.clientId) return;
  const [taker, maker] = isBuyerLater ? [buyer, seller] : [seller, buyer];
  const outcome = fill(floor, {
    book: buyer.book,
    priceTicks: markPriceTicks(floor, buyer.book),
    lots,
    taker: { side: taker.side, party: accountSide(taker.trader.accountId, taker.isOpening) },
    maker: accountSide(maker.trader.accountId, maker.isOpening),
  });
  if (outcome.kind === 'rejected') return;
  buyer.lots -= lots;
  seller.lots -= lots;
}
