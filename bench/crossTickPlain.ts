/** The ways to watch cross accounts without an index: look at everybody, at every holder, or keep every slack. */
import type { Book } from './crossTickBook.js';

/** Follows the marks and tells who becomes liquidatable. Who was told of has left the book. */
export interface Watch {
  /** The price also as an index takes it. */
  tick(instrument: number, price: number, key: bigint, found: (account: number) => void): void;
}

/** Who has left the book already, and at what prices a watch starts. */
export interface Start {
  readonly prices: Float64Array;
  readonly isOut: Uint8Array;
}

export function startOf(book: Book): Start {
  return { prices: book.prices, isOut: new Uint8Array(book.accounts) };
}

export function slackAt(book: Book, prices: Float64Array, account: number): number {
  const { cash, firstPosition, instrumentOf, weights } = book;
  const end = firstPosition[account + 1]!;
  let slack = cash[account]!;
  for (let at = firstPosition[account]!; at < end; at++) slack += weights[at]! * prices[instrumentOf[at]!]!;
  return slack;
}

/** The judge: everybody at every tick. */
export function createFullScan(book: Book, start: Start): Watch {
  const prices = start.prices.slice();
  const isOut = start.isOut.slice();
  return {
    tick(instrument, price, _key, found) {
      prices[instrument] = price;
      for (let account = 0; account < book.accounts; account++) {
        if (isOut[account] === 1 || slackAt(book, prices, account) > 0) continue;
        isOut[account] = 1;
        found(account);
      }
    },
  };
}

/** Evaluates each holder of the instrument anew. */
export function createReevaluation(book: Book, start: Start): Watch {
  const { firstHolder, holders } = book;
  const prices = start.prices.slice();
  const isOut = start.isOut.slice();
  return {
    tick(instrument, price, _key, found) {
      prices[instrument] = price;
      const end = firstHolder[instrument + 1]!;
      for (let at = firstHolder[instrument]!; at < end; at++) {
        const account = holders[at]!;
        if (isOut[account] === 1 || slackAt(book, prices, account) > 0) continue;
        isOut[account] = 1;
        found(account);
      }
    },
  };
}

/** Adds weight x price change to the slack of each holder. */
export function createPush(book: Book, start: Start): Watch {
  const prices = start.prices.slice();
  const slacks = allSlacks(book, start);
  return {
    tick(instrument, price, _key, found) {
      pushAll(book, slacks, instrument, price - prices[instrument]!, found);
      prices[instrument] = price;
    },
  };
}

/** Who is out has no end of slack, so that a push need not ask. */
export function allSlacks(book: Book, { prices, isOut }: Start): Float64Array {
  const slacks = new Float64Array(book.accounts);
  for (let account = 0; account < book.accounts; account++)
    slacks[account] = isOut[account] === 1 ? Number.POSITIVE_INFINITY : slackAt(book, prices, account);
  return slacks;
}

export function pushAll(
  { firstHolder, holders, holderWeights }: Book,
  slacks: Float64Array,
  instrument: number,
  change: number,
  found: (account: number) => void,
): void {
  const end = firstHolder[instrument + 1]!;
  for (let at = firstHolder[instrument]!; at < end; at++) {
    const account = holders[at]!;
    const slack = slacks[account]! + holderWeights[at]! * change;
    slacks[account] = slack;
    if (slack > 0) continue;
    slacks[account] = Number.POSITIVE_INFINITY;
    found(account);
  }
}
