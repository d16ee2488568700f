/**
 * Whether an account's box is worth its proofs. A box spares one look for each change of the account's inputs that stays
 * inside, and costs as much as several looks. One that was left before it had paid for itself makes the account hot: it is
 * looked at with each change, for a number of looks that doubles with every such box. So in a crash, where no box lasts,
 * the proofs are soon a small part of the looks; and once a box pays, the next ones are made at once.
 */

/** What a box costs: a view and two or three proofs, in looks. */
const BOX_LOOKS = 8;
const HOT_LOOKS_MAX = 64;
/** A middle one. */
const FIRST_WIDTH = 4;

/** From any start. Of the two the one that rose less says best how many looks were spared: many inputs may change at once. */
export interface ChangeCounts {
  /** Changes that brought new prices of anything. */
  readonly all: number;
  /** New prices of the account's inputs. */
  readonly ofInputs: number;
}

export interface BoxWorth {
  /** Width of the last box: that of the next is near it. */
  widthOf(accountRow: number): number;
  /** Whether the account is to do without a box for now. */
  isHot(accountRow: number): boolean;
  /** A box was made when the counts stood here. */
  made(accountRow: number, box: { readonly width: number; readonly counts: ChangeCounts }): void;
  /** The box was left, where the counts stand now. */
  left(accountRow: number, counts: ChangeCounts): void;
  /** A hot account was looked at. */
  looked(accountRow: number): void;
  /** No box was to be had: as one that was left at once. */
  none(accountRow: number): void;
  forget(accountRow: number): void;
}

interface Past {
  width: number;
  madeAt: ChangeCounts;
  /** Looks left until a box is tried again. */
  looks: number;
  /** What `looks` was set to the last time. */
  wait: number;
}

export function createBoxWorth(): BoxWorth {
  const pasts = new Map<number, Past>();

  function pastOf(accountRow: number): Past {
    const known = pasts.get(accountRow);
    if (known !== undefined) return known;
    const past = { width: FIRST_WIDTH, madeAt: { all: 0, ofInputs: 0 }, looks: 0, wait: 1 };
    pasts.set(accountRow, past);
    return past;
  }

  function heat(past: Past): void {
    past.wait = Math.min(HOT_LOOKS_MAX, past.wait * 2);
    past.looks = past.wait;
  }

  return {
    widthOf: (accountRow) => pastOf(accountRow).width,
    isHot: (accountRow) => (pasts.get(accountRow)?.looks ?? 0) > 0,
    made(accountRow, { width, counts }) {
      const past = pastOf(accountRow);
      past.width = width;
      past.madeAt = counts;
    },
    left(accountRow, { all, ofInputs }) {
      const past = pastOf(accountRow);
      const spared = Math.min(all - past.madeAt.all, ofInputs - past.madeAt.ofInputs) - 1;
      if (spared < BOX_LOOKS) heat(past);
      else past.wait = 1;
    },
    looked(accountRow) {
      pastOf(accountRow).looks--;
    },
    none: (accountRow) => heat(pastOf(accountRow)),
    forget: (accountRow) => pasts.delete(accountRow),
  };
}
