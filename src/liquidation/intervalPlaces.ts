/**
 * Which slots of which inputs a member has: a chain of places for each member, in typed columns, so that a million
 * ranges are no objects to the garbage collector.
 */
import { assert } from '../base/assert.js';

/** No place, no member. */
export const NONE = -1;

export interface Places {
  /** How many members have places. */
  readonly members: number;
  /** The member's first place. */
  first(member: number): number;
  next(place: number): number;
  input(place: number): number;
  slot(place: number): number;
  /** A new place behind the member's place `last`, or as its first behind `NONE`. Answers it. */
  insertAfter(at: {
    readonly member: number;
    readonly last: number;
    readonly input: number;
    readonly slot: number;
  }): number;
  /** Takes out the place behind `last`, or the first behind `NONE`; answers the one that follows. */
  removeAfter(member: number, last: number): number;
}

const INPUT = 0;
const SLOT = 1;
const NEXT = 2;
/** Columns of a place lie together: a walk along a chain reads one line a place. */
const WIDTH = 3;
const MEMBERS_MAX = 2 ** 30;

export function createPlaces(): Places {
  let firsts = new Int32Array(16).fill(NONE);
  let columns = new Int32Array(16 * WIDTH);
  let used = 0;
  /** Free places are a chain too. */
  let free = NONE;
  let members = 0;

  const cell = (place: number, column: number) => columns[place * WIDTH + column]!;

  function first(member: number): number {
    if (!(Number.isInteger(member) && member >= 0 && member < MEMBERS_MAX))
      assert(false, `not a member: ${member}`);
    return firsts[member] ?? NONE;
  }

  function link(member: number, last: number, place: number): void {
    if (last !== NONE) columns[last * WIDTH + NEXT] = place;
    else {
      if (member >= firsts.length) firsts = grown(firsts, member + 1);
      firsts[member] = place;
    }
  }

  function newPlace(): number {
    if (free === NONE) {
      if ((used + 1) * WIDTH > columns.length) columns = grown(columns, (used + 1) * WIDTH);
      return used++;
    }
    const place = free;
    free = cell(place, NEXT);
    return place;
  }

  return {
    get members() {
      return members;
    },
    first,
    next: (place) => cell(place, NEXT),
    input: (place) => cell(place, INPUT),
    slot: (place) => cell(place, SLOT),
    insertAfter({ member, last, input, slot }) {
      const place = newPlace();
      const following = last === NONE ? first(member) : cell(last, NEXT);
      if (last === NONE && following === NONE) members++;
      columns.set([input, slot, following], place * WIDTH);
      link(member, last, place);
      return place;
    },
    removeAfter(member, last) {
      const place = last === NONE ? first(member) : cell(last, NEXT);
      const following = cell(place, NEXT);
      link(member, last, following);
      if (last === NONE && following === NONE) members--;
      columns[place * WIDTH + NEXT] = free;
      free = place;
      return following;
    },
  };
}

function grown(array: Int32Array, length: number): Int32Array<ArrayBuffer> {
  const copy = new Int32Array(Math.max(length, array.length * 2)).fill(NONE);
  copy.set(array);
  return copy;
}
