/**
 * Answers "whose range has this input left?" without looking at those whose range it has not. A member has a range on
 * each input that concerns it; per input the low ends lie in one threshold index and the high ends in another, so a value
 * inside every range costs two comparisons, whatever the number of members.
 */
import { createThresholdIndex, type ThresholdIndex } from './thresholdIndex.js';

/** Values of one input inside which its member is safe; both ends belong to it. Ends are int64. */
export interface Interval {
  /** Dense number of the input. */
  readonly input: number;
  readonly low: bigint;
  readonly high: bigint;
}

export interface IntervalIndex {
  /** How many members have ranges. */
  readonly size: number;
  /** Gives the member these ranges, at most one for an input, in place of those it had. Members are dense numbers. */
  set(member: number, intervals: readonly Interval[]): void;
  /** Takes the member out; nothing happens if it is not in. */
  remove(member: number): void;
  /** Visits each member whose range on the input does not hold the value. The visitor must not change the index. */
  collect(input: number, value: bigint, visit: (member: number) => void): void;
}

interface Input {
  /** Fires for low ends above the value. */
  readonly lows: ThresholdIndex;
  /** Fires for high ends below the value. */
  readonly highs: ThresholdIndex;
  readonly memberOfSlot: number[];
  readonly freeSlots: number[];
}

interface Place {
  readonly input: Input;
  readonly slot: number;
}

export function createIntervalIndex(): IntervalIndex {
  const inputs: Input[] = [];
  const placesOf = new Map<number, readonly Place[]>();

  function inputAt(number: number): Input {
    inputs[number] ??= {
      lows: createThresholdIndex({ fires: 'atOrAbove' }),
      highs: createThresholdIndex({ fires: 'atOrBelow' }),
      memberOfSlot: [],
      freeSlots: [],
    };
    return inputs[number];
  }

  function place(member: number, { input: number, low, high }: Interval): Place {
    const input = inputAt(number);
    const slot = input.freeSlots.pop() ?? input.memberOfSlot.length;
    input.memberOfSlot[slot] = member;
    input.lows.set(slot, low);
    input.highs.set(slot, high);
    return { input, slot };
  }

  function remove(member: number): void {
    const places = placesOf.get(member);
    if (places === undefined) return;
    placesOf.delete(member);
    for (const { input, slot } of places) {
      input.lows.remove(slot);
      input.highs.remove(slot);
      input.freeSlots.push(slot);
    }
  }

  return {
    get size() {
      return placesOf.size;
    },
    set(member, intervals) {
      remove(member);
      placesOf.set(
        member,
        intervals.map((interval) => place(member, interval)),
      );
    },
    remove,
    collect(number, value, visit) {
      const input = inputs[number];
      if (input === undefined) return;
      const visitSlot = (slot: number) => visit(input.memberOfSlot[slot] as number);
      input.lows.collect(value + 1n, visitSlot);
      input.highs.collect(value - 1n, visitSlot);
    },
  };
}
