/**
 * Around every shared account a box of inputs inside which it is provably safe: marks, prices of underlyings, funding,
 * prices of its assets and the interest on what it owes, each with room in proportion to what it is now. The largest of a
 * row of halving widths that the model proves safe (margin/account/worstCase.ts) is taken. While all inputs stay inside,
 * nobody looks at the account.
 */
import { abs, divCeil, max, min, saturateInt64 } from '../base/index.js';
import { type AccountBox, type AccountView, isBoxSafe, type LegBox, type LegView } from '../margin/index.js';
import { unitValue } from '../market/index.js';

/** What an account is judged by, told apart by kind and row. */
export const INPUT_KINDS = ['mark', 'index', 'funding', 'assetPrice', 'borrowIndex'] as const;
export type InputKind = (typeof INPUT_KINDS)[number];

/** Inputs are dense numbers: those of instruments and of pool assets interleaved. */
export function inputOf(kind: InputKind, row: number): number {
  return row * INPUT_KINDS.length + INPUT_KINDS.indexOf(kind);
}

/** Values of one input inside which the account is safe, both ends included. */
export interface SafeInterval {
  readonly input: number;
  readonly low: bigint;
  readonly high: bigint;
}

/** The widest box is half of what every input is; each next one half as wide. */
const WIDTHS = 14;

/** What the rows of the state are behind a view: legs and assets in its order. */
export interface ViewRows {
  readonly instruments: readonly number[];
  readonly poolAssets: readonly number[];
  /** Funding index now, by leg. */
  readonly fundingIndexes: readonly bigint[];
  /** Borrow index now, by asset. */
  readonly borrowIndexes: readonly bigint[];
  /** The pool asset in which the account is valued: its price never moves. */
  readonly valuedIn: number;
}

export interface SafeBox {
  readonly intervals: readonly SafeInterval[];
  /** How often the widest box was halved: `NO_ROOM` for the point where the account stands. */
  readonly width: number;
}

/** A box without room. */
export const NO_ROOM = WIDTHS;

/**
 * The widest box that is safe; where none is, the point where the account stands. Wider is never safer, and an account's
 * box is mostly as wide as the one before, so the search begins there.
 */
export function safeBox(view: AccountView, rows: ViewRows, widthBefore: number): SafeBox {
  const isSafe = (width: number) => width >= NO_ROOM || isBoxSafe(view, boxOf(view, rows, width));
  let width = widthBefore;
  if (isSafe(width)) while (width > 0 && isSafe(width - 1)) width--;
  else while (!isSafe(width)) width++;
  return { intervals: intervalsOf(view, rows, boxOf(view, rows, width)), width };
}

/** Width 0 is half of each input; from WIDTHS on the box is the point. */
function boxOf(view: AccountView, rows: ViewRows, width: number): AccountBox {
  const halving = width >= WIDTHS ? null : 2n << BigInt(width);
  return {
    legs: view.legs.map((leg) => legBox(leg, halving)),
    assets: view.assets.map(({ price, debt }, at) => ({
      price: around(price, price, rows.poolAssets[at] === rows.valuedIn ? null : halving),
      debt: { low: debt, high: debt + interestRoom(debt, halving) },
    })),
  };
}

function legBox(leg: LegView, halving: bigint | null): LegBox {
  const { markTicks, indexTicks, fundingPerLot } = leg;
  return {
    // A premium moves at most as the underlying does: its room is the underlying's.
    markTicks: around(markTicks, leg.option === null ? markTicks : premiumPerUnderlying(leg), halving),
    indexTicks: around(indexTicks, indexTicks, halving),
    fundingPerLot: fundingRoom(leg, fundingPerLot, halving),
  };
}

/** The underlying's price in mark ticks of the premium, rounded up. */
function premiumPerUnderlying({ option, terms, indexTicks, markTicks }: LegView): bigint {
  if (option === null) return markTicks;
  const perLot = option.payoff === 'linear' ? indexTicks * option.unit : option.unit;
  return divCeil(perLot * terms.markTicksPerTick, terms.unit);
}

/** A quarter of the room of its mark, in the funding index's units. */
function fundingRoom({ terms, markTicks, option }: LegView, now: bigint, halving: bigint | null) {
  if (halving === null || option !== null) return point(now);
  const { numerator, denominator } = unitValue(terms, markTicks);
  const room = (abs(numerator) * terms.fundingScale) / (denominator * halving * 4n);
  return { low: now - room, high: now + room };
}

/** An eighth of the room of a price: interest only adds. */
function interestRoom(amount: bigint, halving: bigint | null): bigint {
  return halving === null || amount <= 0n ? 0n : amount / (halving * 8n);
}

function around(value: bigint, scale: bigint, halving: bigint | null) {
  if (halving === null || value <= 0n) return point(value);
  const room = scale / halving;
  return { low: max(1n, value - room), high: value + room };
}

function point(value: bigint) {
  return { low: value, high: value };
}

function intervalsOf(view: AccountView, rows: ViewRows, box: AccountBox): readonly SafeInterval[] {
  const byInput = new Map<number, SafeInterval>();
  // Legs of one instrument share its inputs: what is safe for both is where their rooms meet.
  const add = (kind: InputKind, row: number, room: { readonly low: bigint; readonly high: bigint }) => {
    const input = inputOf(kind, row);
    const known = byInput.get(input);
    const low = saturateInt64(known === undefined ? room.low : max(known.low, room.low));
    const high = saturateInt64(known === undefined ? room.high : min(known.high, room.high));
    byInput.set(input, { input, low, high });
  };
  for (const [at, leg] of view.legs.entries()) {
    const row = rows.instruments[at] as number;
    const room = box.legs[at] as LegBox;
    add('mark', row, room.markTicks);
    if (leg.option !== null) {
      add('index', row, room.indexTicks);
      continue;
    }
    // The box is in funding since the leg collected; what arrives is the instrument's index.
    const offset = (rows.fundingIndexes[at] as bigint) - leg.fundingPerLot;
    add('funding', row, { low: room.fundingPerLot.low + offset, high: room.fundingPerLot.high + offset });
  }
  for (const [at, { debt }] of view.assets.entries()) {
    const row = rows.poolAssets[at] as number;
    const room = box.assets[at] as AccountBox['assets'][number];
    if (row !== rows.valuedIn) add('assetPrice', row, room.price);
    if (debt <= 0n) continue;
    // What is owed grows as the index does, rounded up: one unit of room pays for the rounding.
    const index = rows.borrowIndexes[at] as bigint;
    const grown = max(0n, room.debt.high - debt - 1n);
    add('borrowIndex', row, { low: index, high: index + (index * grown) / debt });
  }
  return [...byInput.values()];
}
