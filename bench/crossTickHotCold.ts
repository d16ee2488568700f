/**
 * Near the edge by push, all others by intervals, and everybody by push while the market moves so much that intervals are
 * left all the time. Work is counted in units of one push to one holder, not in time: the same ticks take the same way
 * on every machine.
 */
import type { Book } from './crossTickBook.js';
import { createBoxes, grossAt } from './crossTickBoxes.js';
import { createHotSet } from './crossTickHotSet.js';
import { allSlacks, pushAll, type Start, type Watch } from './crossTickPlain.js';

/** What an escape costs beside the ranges it writes, and what a written range does. */
const ESCAPE_UNITS = 80;
const RANGE_UNITS = 60;
/** Intervals may cost this much more than push would have, for each position of the book, before push takes over. */
const EXCESS_PER_POSITION = 2;
/** Ticks that push stays at least; twice as long after each way back that failed. */
const DWELL_TICKS = 1_000;
const DWELL_MAX = 64_000;
/** Distance from the edge, slack for each unit of gross value, below which an account is hot; it cools at twice that. */
const HOT_START = 0.002;
const HOT_MIN = 0.0001;
const HOT_MAX = 0.02;
/** Ticks after which hot and cold work are weighed against each other. */
const REVIEW_TICKS = 256;
const REVIEW_STEP = 1.5;

export interface HotColdWatch extends Watch {
  /** For the report. */
  readonly counts: { escapes: number; hotPushes: number; pushTicks: number; switches: number };
  readonly hotBelow: number;
}

export function createHotCold(book: Book, start: Start): HotColdWatch {
  const { firstHolder } = book;
  const boxes = createBoxes(book, start);
  const { prices, slacks, grosses } = boxes;
  const hot = createHotSet(book, slacks);
  const isOut = start.isOut.slice();
  const counts = { escapes: 0, hotPushes: 0, pushTicks: 0, switches: 0 };
  const excessMax = EXCESS_PER_POSITION * book.weights.length;
  let hotBelow = HOT_START;
  const review = { hotUnits: 0, coldUnits: 0, ticks: 0 };
  let excess = 0;
  let dwell = DWELL_TICKS;
  /** While everybody is pushed: ticks to stay, then the next account to be given back to hot or cold. */
  let pushed: { ticksLeft: number; nextBack: number } | null = null;

  slacks.set(allSlacks(book, start));
  for (let account = 0; account < book.accounts; account++) if (isOut[account] === 0) sort(account);

  function tick(instrument: number, price: number, key: bigint, found: (account: number) => void): void {
    const change = price - prices[instrument]!;
    prices[instrument] = price;
    if (pushed === null) watchTick(instrument, change, key, found);
    else pushTick(instrument, change, key, found, pushed);
  }

  function watchTick(instrument: number, change: number, key: bigint, found: (account: number) => void) {
    const leaving: number[] = [];
    const hotUnits = hot.push(instrument, change, leaving);
    for (const account of leaving) {
      hot.remove(account);
      if (slacks[account]! <= 0) drop(account, found);
      else sort(account);
    }
    const escaped = boxes.escaped(instrument, key);
    counts.hotPushes += hotUnits;
    counts.escapes += escaped.length;
    if (isTooMuch(instrument, hotUnits + escaped.length * (ESCAPE_UNITS + RANGE_UNITS))) {
      pushFromNowOn(found);
      return;
    }
    reviewHot(hotUnits, settleAll(escaped, instrument, found));
  }

  /** Whether intervals have cost so much more than push that it is time to change over. */
  function isTooMuch(instrument: number, units: number): boolean {
    excess = Math.max(0, excess + units - (firstHolder[instrument + 1]! - firstHolder[instrument]!));
    return excess > excessMax;
  }

  function settleAll(escaped: readonly number[], instrument: number, found: (account: number) => void): number {
    let units = 0;
    for (const account of escaped) {
      boxes.evaluate(account, instrument);
      units += ESCAPE_UNITS;
      if (slacks[account]! <= 0) {
        boxes.remove(account);
        drop(account, found);
      } else if (slacks[account]! < hotBelow * grosses[account]!) {
        boxes.remove(account);
        hot.add(account, 2 * hotBelow * grosses[account]!);
      } else units += RANGE_UNITS * boxes.settle(account);
    }
    return units;
  }

  /** Hot or cold, from a current slack. */
  function sort(account: number): number {
    const gross = grossAt(book, prices, account);
    grosses[account] = gross;
    if (slacks[account]! >= hotBelow * gross) return boxes.box(account);
    hot.add(account, 2 * hotBelow * gross);
    return 0;
  }

  function drop(account: number, found: (account: number) => void): void {
    isOut[account] = 1;
    slacks[account] = Number.POSITIVE_INFINITY;
    found(account);
  }

  /** Where hot work outweighs cold the line moves to the edge, and the other way round. */
  function reviewHot(hotUnits: number, coldUnits: number): void {
    review.hotUnits += hotUnits;
    review.coldUnits += coldUnits;
    if (++review.ticks < REVIEW_TICKS) return;
    if (review.coldUnits > 2 * review.hotUnits) hotBelow = Math.min(HOT_MAX, hotBelow * REVIEW_STEP);
    else if (review.hotUnits > 2 * review.coldUnits) hotBelow = Math.max(HOT_MIN, hotBelow / REVIEW_STEP);
    [review.hotUnits, review.coldUnits, review.ticks] = [0, 0, 0];
  }

  function pushFromNowOn(found: (account: number) => void): void {
    counts.switches++;
    boxes.clear();
    hot.clear();
    excess = 0;
    pushed = { ticksLeft: dwell, nextBack: 0 };
    slacks.set(allSlacks(book, { prices, isOut }));
    for (let account = 0; account < book.accounts; account++)
      if (slacks[account]! <= 0) drop(account, found);
  }

  function pushTick(
    instrument: number,
    change: number,
    key: bigint,
    found: (account: number) => void,
    state: { ticksLeft: number; nextBack: number },
  ): void {
    counts.pushTicks++;
    pushAll(book, slacks, instrument, change, (account) => {
      isOut[account] = 1;
      hot.remove(account);
      boxes.remove(account);
      found(account);
    });
    if (--state.ticksLeft > 0) return;
    // Those who are back already are watched while the others follow: whether the market has calmed shows in them.
    const escaped = boxes.escaped(instrument, key);
    counts.escapes += escaped.length;
    if (isTooMuch(instrument, 4 * escaped.length * (ESCAPE_UNITS + RANGE_UNITS))) {
      dwell = Math.min(DWELL_MAX, dwell * 2);
      pushFromNowOn(found);
      return;
    }
    settleAll(escaped, instrument, found);
    giveBack(instrument, state);
  }

  /** As many accounts a tick as double its work. */
  function giveBack(instrument: number, state: { nextBack: number }): void {
    let units = firstHolder[instrument + 1]! - firstHolder[instrument]!;
    for (; units > 0 && state.nextBack < book.accounts; state.nextBack++) {
      if (isOut[state.nextBack] === 0) units -= ESCAPE_UNITS + RANGE_UNITS * sort(state.nextBack);
    }
    if (state.nextBack < book.accounts) return;
    pushed = null;
    dwell = DWELL_TICKS;
  }

  return {
    tick,
    counts,
    get hotBelow() {
      return hotBelow;
    },
  };
}
