/**
 * Safe intervals for the accounts of `crossTick.ts`. A price can harm an account on one side only, so each position has one
 * end: the price up to which it may go while the others go to theirs, all their losses together staying below the slack.
 */
import { INT64_MAX, INT64_MIN } from '../src/base/integers.js';
import { createIntervalIndex, type Interval } from '../src/liquidation/intervalIndex.js';
import type { Book } from './crossTickBook.js';
import { type Start, slackAt, type Watch } from './crossTickPlain.js';

export interface Boxes {
  /** By instrument, as last marked; the owner writes it. */
  readonly prices: Float64Array;
  /** By account: slack and sum of |weight| x price, as last evaluated. */
  readonly slacks: Float64Array;
  readonly grosses: Float64Array;
  /** Whose interval the key has left. Valid until the next call. */
  escaped(instrument: number, key: bigint): readonly number[];
  /** Evaluates an account whose interval on the instrument was left. */
  evaluate(account: number, instrument: number): void;
  /** A new end for the evaluated account; answers how many ranges were written. */
  settle(account: number): number;
  /** A whole box around where the account stands, from its slack and gross; answers how many ranges were written. */
  box(account: number): number;
  /** Whether it has a box and every price is inside. */
  isInside(account: number): boolean;
  /** For the judge: inside its box, and safe with every price at its end. */
  isProven(account: number): boolean;
  /** Takes its box away, if it has one; answers how many ranges were. */
  remove(account: number): number;
}

/** Room for rounding: a box of doubles must not add up to more than the slack. */
const ROUNDING = 1 - 1e-12;

export function createBoxes(book: Book, start: Start): Boxes {
  const { firstPosition, instrumentOf, weights } = book;
  const prices = start.prices.slice();
  const slacks = new Float64Array(book.accounts);
  const grosses = new Float64Array(book.accounts);
  /** By position: the price at its end. */
  const ends = new Float64Array(weights.length);
  const list: number[] = [];
  const note = (account: number) => {
    list.push(account);
  };
  const index = createIntervalIndex();
  const isBoxed = new Uint8Array(book.accounts);
  /** Of the account evaluated last: the position that was left, and what the others may still lose. */
  let left = 0;
  let promised = 0;

  function evaluate(account: number, instrument: number): void {
    let [slack, gross] = [book.cash[account]!, 0];
    promised = 0;
    const end = firstPosition[account + 1]!;
    for (let at = firstPosition[account]!; at < end; at++) {
      const price = prices[instrumentOf[at]!]!;
      const weight = weights[at]!;
      slack += weight * price;
      gross += Math.abs(weight) * price;
      if (instrumentOf[at] === instrument) left = at;
      else promised += weight * (price - ends[at]!);
    }
    slacks[account] = slack;
    grosses[account] = gross;
  }

  function settle(account: number): number {
    const size = Math.abs(weights[left]!);
    const price = prices[instrumentOf[left]!]!;
    const spare = slacks[account]! - 1 - promised;
    const fair = ((slacks[account]! - 1) * size * price) / grosses[account]!;
    // What the others have not been promised is enough here: they keep theirs.
    if (spare * 2 < fair) return box(account);
    index.setRange(account, rangeTo(left, Math.floor(spare / size)));
    return 1;
  }

  function box(account: number): number {
    const share = ((slacks[account]! - 1) / grosses[account]!) * ROUNDING;
    const ranges: Interval[] = [];
    for (let at = firstPosition[account]!; at < firstPosition[account + 1]!; at++)
      ranges.push(rangeTo(at, Math.floor(share * prices[instrumentOf[at]!]!)));
    index.set(account, ranges);
    isBoxed[account] = 1;
    return ranges.length;
  }

  /** Up to `room` to the harmful side. */
  function rangeTo(at: number, room: number): Interval {
    const input = instrumentOf[at]!;
    const isLong = weights[at]! > 0;
    const end = isLong ? prices[input]! - room : prices[input]! + room;
    ends[at] = end;
    return isLong
      ? { input, low: BigInt(end), high: INT64_MAX }
      : { input, low: INT64_MIN, high: BigInt(end) };
  }

  function isInside(account: number): boolean {
    if (isBoxed[account] === 0) return false;
    const end = firstPosition[account + 1]!;
    for (let at = firstPosition[account]!; at < end; at++) {
      const price = prices[instrumentOf[at]!]!;
      if (weights[at]! > 0 ? price < ends[at]! : price > ends[at]!) return false;
    }
    return true;
  }

  return {
    prices,
    slacks,
    grosses,
    escaped(instrument, key) {
      list.length = 0;
      index.collect(instrument, key, note);
      return list;
    },
    evaluate,
    settle,
    box,
    isInside,
    isProven(account) {
      let slack = book.cash[account]!;
      for (let at = firstPosition[account]!; at < firstPosition[account + 1]!; at++)
        slack += weights[at]! * ends[at]!;
      return isInside(account) && slack > 0;
    },
    remove(account) {
      if (isBoxed[account] === 0) return 0;
      isBoxed[account] = 0;
      index.remove(account);
      return firstPosition[account + 1]! - firstPosition[account]!;
    },
  };
}

export function grossAt(
  { firstPosition, instrumentOf, weights }: Book,
  prices: Float64Array,
  account: number,
) {
  let gross = 0;
  for (let at = firstPosition[account]!; at < firstPosition[account + 1]!; at++)
    gross += Math.abs(weights[at]!) * prices[instrumentOf[at]!]!;
  return gross;
}

/** Everybody by intervals, whatever the market does. */
export function createIntervalWatch(book: Book, start: Start): Watch {
  const boxes = createBoxes(book, start);
  for (let account = 0; account < book.accounts; account++) {
    if (start.isOut[account] === 1) continue;
    boxes.slacks[account] = slackAt(book, start.prices, account);
    boxes.grosses[account] = grossAt(book, start.prices, account);
    boxes.box(account);
  }
  return {
    tick(instrument, price, key, found) {
      boxes.prices[instrument] = price;
      for (const account of boxes.escaped(instrument, key)) {
        boxes.evaluate(account, instrument);
        if (boxes.slacks[account]! > 0) boxes.settle(account);
        else {
          boxes.remove(account);
          found(account);
        }
      }
    },
  };
}
