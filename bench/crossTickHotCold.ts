/**
 * Near the edge by push, all others by intervals; and everybody by push while the market moves so much that intervals are
 * left all the time. Work is counted in units of one push to one holder, not in time: the same ticks take the same way
 * on every machine.
 */
import type { Book } from './crossTickBook.js';
import { createBoxes, grossAt } from './crossTickBoxes.js';
import { createHotSet } from './crossTickHotSet.js';
import { allSlacks, pushAll, type Start, type Watch } from './crossTickPlain.js';

/** An evaluation with a new end; a range of a whole box written or taken away; an account found inside its box. */
const ESCAPE_UNITS = 800;
const RANGE_UNITS = 200;
const LOOK_UNITS = 40;
/** Intervals may have cost this much more than push would have, for each position of the book, before push takes over. */
const EXCESS_PER_POSITION = 2;
/** Share of the work of push that goes into finding the way back to intervals. */
const WAY_BACK_SHARE = 0.1;
/** A look through the book that finds fewer of it outside their boxes: the market is calm enough. */
const CALM_SHARE = 0.01;
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
  readonly isPushing: boolean;
  /** For the judge: whether the account is out, kept by push, or proven safe by its box. */
  isWatched(account: number): boolean;
}

/** The way back while everybody is pushed: a look through the book, account by account, until one finds it calm. */
interface WayBack {
  next: number;
  outside: number;
  units: number;
  /** The last look was calm: who leaves a box from here on is seen to at once, and after this look all are inside. */
  isLast: boolean;
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
  /** Not null while everybody is pushed. */
  let wayBack: WayBack | null = null;

  slacks.set(allSlacks(book, start));
  for (let account = 0; account < book.accounts; account++) if (isOut[account] === 0) place(account);

  function tick(instrument: number, price: number, key: bigint, found: (account: number) => void): void {
    const change = price - prices[instrument]!;
    prices[instrument] = price;
    if (wayBack === null) watchTick(instrument, change, key, found);
    else pushTick(instrument, change, key, found, wayBack);
  }

  function watchTick(instrument: number, change: number, key: bigint, found: (account: number) => void) {
    const leaving: number[] = [];
    const pushed = hot.push(instrument, change, leaving);
    counts.hotPushes += pushed;
    let units = 0;
    for (const account of leaving) {
      units += hot.remove(account) * RANGE_UNITS;
      if (slacks[account]! <= 0) drop(account, found);
      else units += place(account);
    }
    const escaped = boxes.escaped(instrument, key);
    excess = Math.max(0, excess + pushed + units - holdersOf(instrument));
    // Known before it is paid: a tick that too many escape is a tick of push already.
    if (excess + escaped.length * ESCAPE_UNITS > excessMax) {
      pushFromNowOn(found);
      return;
    }
    const settled = settleAll(escaped, instrument, found);
    excess += settled;
    reviewHot(pushed, units + settled);
  }

  function holdersOf(instrument: number): number {
    return firstHolder[instrument + 1]! - firstHolder[instrument]!;
  }

  function settleAll(
    escaped: readonly number[],
    instrument: number,
    found: (account: number) => void,
  ): number {
    counts.escapes += escaped.length;
    let units = escaped.length * ESCAPE_UNITS;
    for (const account of escaped) {
      if (isOut[account] === 0) boxes.evaluate(account, instrument);
      if (slacks[account]! <= 0) drop(account, found);
      if (isOut[account] === 1) units += boxes.remove(account) * RANGE_UNITS;
      else if (slacks[account]! < hotBelow * grosses[account]!) units += heat(account);
      else units += (boxes.settle(account) - 1) * RANGE_UNITS;
    }
    return units;
  }

  /** Hot or cold, from a current slack; answers the units it took. */
  function place(account: number): number {
    grosses[account] = grossAt(book, prices, account);
    return slacks[account]! < hotBelow * grosses[account]! ? heat(account) : boxes.box(account) * RANGE_UNITS;
  }

  function heat(account: number): number {
    const ranges = boxes.remove(account);
    return (ranges + hot.add(account, 2 * hotBelow * grosses[account]!)) * RANGE_UNITS;
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

  /** Boxes stay as they are: each still proves its account safe whenever all its prices are inside. */
  function pushFromNowOn(found: (account: number) => void): void {
    counts.switches++;
    excess = 0;
    wayBack = { next: 0, outside: 0, units: 0, isLast: false };
    slacks.set(allSlacks(book, { prices, isOut }));
    for (let account = 0; account < book.accounts; account++) {
      if (slacks[account]! > 0) continue;
      hot.remove(account);
      drop(account, found);
    }
  }

  function pushTick(
    instrument: number,
    change: number,
    key: bigint,
    found: (account: number) => void,
    way: WayBack,
  ): void {
    counts.pushTicks++;
    pushAll(book, slacks, instrument, change, (account) => {
      isOut[account] = 1;
      hot.remove(account);
      found(account);
    });
    way.units += holdersOf(instrument) * WAY_BACK_SHARE;
    if (way.isLast) {
      way.units -= settleAll(boxes.escaped(instrument, key), instrument, found);
      if (way.units < -excessMax) wayBack = { next: 0, outside: 0, units: 0, isLast: false };
    }
    while (way.units > 0 && way.next < book.accounts) way.units -= look(way.next++, way);
    if (way.next === book.accounts) finishLook(way);
  }

  /** Puts an account where it belongs; answers the units it took. */
  function look(account: number, way: WayBack): number {
    if (isOut[account] === 1) return LOOK_UNITS + boxes.remove(account) * RANGE_UNITS;
    if (hot.has(account) ? !hot.isCool(account) : boxes.isInside(account)) return LOOK_UNITS;
    way.outside++;
    return LOOK_UNITS + hot.remove(account) * RANGE_UNITS + place(account);
  }

  function finishLook(way: WayBack): void {
    const isCalm = way.outside < CALM_SHARE * book.accounts;
    wayBack = way.isLast ? null : { next: 0, outside: 0, units: 0, isLast: isCalm };
  }

  return {
    tick,
    counts,
    get isPushing() {
      return wayBack !== null;
    },
    isWatched: (account) =>
      isOut[account] === 1 || wayBack !== null || hot.has(account) || boxes.isProven(account),
  };
}
