/**
 * Answers "whose range has this input left?" without looking at those whose range it has not. A member has a range on
 * each input that concerns it, and a value inside every range of its input costs two comparisons, whatever the number
 * of members.
 *
 * Shape: each input has slots, one for each member with a range on it, and two threshold indexes over them: of low ends
 * and of high ends, a side without an end being left out. Which slots a member has is a chain of places. Memory of a
 * range: 17 bytes in the two indexes, 4 for the slot's member, 12 for the place; of a member 4; arrays double as they fill.
 */
import { assert } from '../base/assert.js';
import { INT64_MAX, INT64_MIN, isInt64 } from '../base/integers.js';
import { createPlaces, NONE } from './intervalPlaces.js';
import { createThresholdIndex, type ThresholdIndex } from './thresholdIndex.js';

/** Values of one input inside which its member is safe; both ends belong to it. */
export interface Interval {
  /** Dense number of the input. */
  readonly input: number;
  /** At or beyond the lowest int64: no end on this side. */
  readonly low: bigint;
  /** At or beyond the highest int64: no end on this side. Less than `low`: nothing is inside. */
  readonly high: bigint;
}

export interface IntervalIndex {
  /** How many members have ranges. */
  readonly size: number;
  /**
   * Gives the member these ranges, at most one for an input, in place of all it had; without any it is taken out. Quickest
   * where the inputs come in the order they came in last time. Members and inputs are dense numbers.
   */
  set(member: number, intervals: readonly Interval[]): void;
  /** Gives the member this range in place of the one it has on the input; its other ranges stay. */
  setRange(member: number, interval: Interval): void;
  /** Takes the member out; nothing happens if it is not in. */
  remove(member: number): void;
  /**
   * Visits each member whose range on the input does not hold the value: those above it, then those below it, each in order
   * of slots, which depends on what was set and removed before. Exact for int64 values; one beyond int64 has left every
   * range. The visitor must not change the index. Answers how many groups of 16 cells were read: none when nobody is visited.
   */
  collect(input: number, value: bigint, visit: (member: number) => void): number;
}

interface Input {
  /** Fires at values below low ends: keys are one less than these. */
  readonly lows: ThresholdIndex;
  /** Fires at values above high ends: keys are one more than these. */
  readonly highs: ThresholdIndex;
  readonly freeSlots: number[];
  /** By slot; `NONE` where it is free. */
  members: Int32Array;
  slots: number;
  /** Passes a slot's member on; kept, so that a tick allocates nothing. */
  readonly visitSlot: (slot: number) => void;
}

const INPUTS_MAX = 2 ** 24;

export function createIntervalIndex(): IntervalIndex {
  const inputs: (Input | undefined)[] = [];
  const places = createPlaces();
  let visitor: (member: number) => void = () => {};

  function collect(number: number, value: bigint, visit: (member: number) => void): number {
    const input = inputs[number];
    if (input === undefined) return 0;
    // A visitor may collect on its own account: then this one's goes on afterwards.
    const outer = visitor;
    visitor = visit;
    const groups = isInt64(value)
      ? input.lows.collect(value, input.visitSlot) + input.highs.collect(value, input.visitSlot)
      : visitAll(input);
    visitor = outer;
    return groups;
  }

  function visitAll(input: Input): number {
    for (let slot = 0; slot < input.slots; slot++) if (input.members[slot] !== NONE) input.visitSlot(slot);
    return Math.ceil(input.slots / 16);
  }

  function set(member: number, intervals: readonly Interval[]): void {
    let [last, place, at] = [NONE, places.first(member), 0];
    for (; place !== NONE && places.input(place) === intervals[at]?.input; at++) {
      writeEnds(inputOf(place), places.slot(place), intervals[at] as Interval);
      [last, place] = [place, places.next(place)];
    }
    while (place !== NONE) {
      releaseSlot(inputOf(place), places.slot(place));
      place = places.removeAfter(member, last);
    }
    for (; at < intervals.length; at++) last = add(member, last, intervals[at] as Interval);
  }

  function setRange(member: number, interval: Interval): void {
    let [last, place] = [NONE, places.first(member)];
    while (place !== NONE && places.input(place) !== interval.input)
      [last, place] = [place, places.next(place)];
    if (place === NONE) add(member, last, interval);
    else writeEnds(inputOf(place), places.slot(place), interval);
  }

  /** Gives the member a place after its last one; answers the place. */
  function add(member: number, last: number, interval: Interval): number {
    const input = openInput(interval.input);
    const slot = input.freeSlots.pop() ?? input.slots++;
    if (slot >= input.members.length) input.members = doubled(input.members);
    input.members[slot] = member;
    writeEnds(input, slot, interval);
    return places.insertAfter({ member, last, input: interval.input, slot });
  }

  function openInput(number: number): Input {
    if (!(Number.isInteger(number) && number >= 0 && number < INPUTS_MAX))
      assert(false, `not an input: ${number}`);
    const known = inputs[number];
    if (known !== undefined) return known;
    const input: Input = {
      lows: createThresholdIndex({ fires: 'atOrAbove' }),
      highs: createThresholdIndex({ fires: 'atOrBelow' }),
      freeSlots: [],
      members: new Int32Array(16).fill(NONE),
      slots: 0,
      visitSlot: (slot) => visitor(input.members[slot]!),
    };
    inputs[number] = input;
    return input;
  }

  function inputOf(place: number): Input {
    return inputs[places.input(place)] as Input;
  }

  return {
    get size() {
      return places.members;
    },
    set,
    setRange,
    remove: (member) => set(member, []),
    collect,
  };
}

function writeEnds({ lows, highs }: Input, slot: number, { low, high }: Interval): void {
  const isEmpty = low > high;
  if (isEmpty) lows.set(slot, INT64_MAX);
  else if (low > INT64_MIN) lows.set(slot, low - 1n);
  else lows.remove(slot);
  if (!isEmpty && high < INT64_MAX) highs.set(slot, high + 1n);
  else highs.remove(slot);
}

function releaseSlot({ lows, highs, members, freeSlots }: Input, slot: number): void {
  lows.remove(slot);
  highs.remove(slot);
  members[slot] = NONE;
  freeSlots.push(slot);
}

function doubled(members: Int32Array): Int32Array {
  const grown = new Int32Array(members.length * 2).fill(NONE);
  grown.set(members);
  return grown;
}
