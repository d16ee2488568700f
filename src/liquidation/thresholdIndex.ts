/**
 * Answers "whose trigger has been crossed?" without looking at those whose trigger has not: a tick that
 * fires nothing costs one comparison, whatever the number of positions. It knows slots and keys only; what
 * a key means, and whether the account is really liquidatable, is decided by the true predicate.
 *
 * Shape: a 16-ary tree of extremes. Level 0 holds the key of every slot, each higher level the extreme of
 * 16 cells below it, the top level a single cell. 16 keys of 8 bytes are two cache lines, and the levels
 * above the keys add 1/15 to them: under 9 bytes a slot.
 */
import { assert } from '../base/assert.js';
import { INT64_MIN, saturateInt64 } from '../base/integers.js';

export interface ThresholdIndex {
  /** How many slots have a key. */
  readonly size: number;
  /** Gives the slot this key, in place of the one it had. Slots are dense numbers: memory is as long as the highest. */
  set(slot: number, key: bigint): void;
  /** Takes the slot out; nothing happens if it is not in. The slot may be set again. */
  remove(slot: number): void;
  /**
   * Visits, in ascending order, each slot whose key the threshold has reached. Keys and thresholds are
   * int64. One beyond that range counts as the nearest int64, which may visit a slot early, never late.
   * The visitor must not change the index. Answers how many groups of 16 cells were read: none when nothing
   * fires, and each of them leads to a slot that does (but for a threshold that every key has reached).
   */
  collect(threshold: bigint, visit: (slot: number) => void): number;
  /** Visits each slot that has a key, in ascending order. The visitor must not change the index. */
  forEach(visit: (slot: number) => void): void;
}

export interface ThresholdIndexOptions {
  /** `atOrAbove`: a slot fires when its key >= the threshold. `atOrBelow`: when its key <= the threshold. */
  readonly fires: 'atOrAbove' | 'atOrBelow';
}

const SHIFT = 4;
const FAN_OUT = 1 << SHIFT;
const SLOTS_MAX = 2 ** 30;

/**
 * The tree is one of maxima. For `atOrBelow` keys and thresholds enter complemented (`x ^ -1n`, which is
 * -1 - x): that reverses the order of int64 onto itself, where a minus sign would lose the lowest key.
 *
 * On the way up bigints stay in local variables behind `BigInt.asIntN(64, ...)`, and a helper returns where a
 * key stands instead of the key: V8 then works on machine words, where an escaping bigint is allocated.
 */
export function createThresholdIndex({ fires }: ThresholdIndexOptions): ThresholdIndex {
  const complement = fires === 'atOrBelow' ? -1n : 0n;
  let levels = emptyLevels(FAN_OUT);
  /** One bit a slot, a word for each 16: the lowest key is a key like any other, so it cannot mean "free". */
  let members = new Uint16Array(1);
  let size = 0;

  function set(slot: number, key: bigint): void {
    assertSlot(slot);
    if (slot >= keysOf(levels).length) grow(slot + 1);
    if (!has(slot)) {
      flip(slot);
      size++;
    }
    write(levels, slot, nearestInt64(key) ^ complement);
  }

  function remove(slot: number): void {
    assertSlot(slot);
    if (!has(slot)) return;
    flip(slot);
    size--;
    write(levels, slot, INT64_MIN);
  }

  function collect(threshold: bigint, visit: (slot: number) => void): number {
    const reached = BigInt.asIntN(64, nearestInt64(threshold) ^ complement);
    const top = levels.length - 1;
    return (levels[top] as BigInt64Array)[0]! < reached ? 0 : descend(top - 1, 0, reached, visit);
  }

  /** Visits below the 16 cells of one level that start at `first`; answers how many groups it read. */
  function descend(level: number, first: number, reached: bigint, visit: (slot: number) => void): number {
    const cells = levels[level] as BigInt64Array;
    let groups = 1;
    for (let at = first; at < first + FAN_OUT; at++) {
      if (cells[at]! < reached) continue;
      if (level > 0) groups += descend(level - 1, at << SHIFT, reached, visit);
      else if (has(at)) visit(at);
    }
    return groups;
  }

  function forEach(visit: (slot: number) => void): void {
    for (let group = 0; group < members.length; group++) {
      if (members[group] === 0) continue;
      const first = group << SHIFT;
      for (let slot = first; slot < first + FAN_OUT; slot++) if (has(slot)) visit(slot);
    }
  }

  function has(slot: number): boolean {
    return ((members[slot >>> SHIFT] ?? 0) & (1 << (slot & (FAN_OUT - 1)))) !== 0;
  }

  function flip(slot: number): void {
    members[slot >>> SHIFT]! ^= 1 << (slot & (FAN_OUT - 1));
  }

  /** At least doubles, so that the copying stays a constant share of the work. */
  function grow(slots: number): void {
    const old = { keys: keysOf(levels), members };
    levels = emptyLevels(Math.max(slots, old.keys.length * 2));
    keysOf(levels).set(old.keys);
    for (let level = 1; level < levels.length; level++) {
      const below = levels[level - 1] as BigInt64Array;
      const cells = levels[level] as BigInt64Array;
      for (let first = 0; first < below.length; first += FAN_OUT) {
        cells[first >>> SHIFT] = below[highestOf(below, first)]!;
      }
    }
    members = new Uint16Array(keysOf(levels).length >>> SHIFT);
    members.set(old.members);
  }

  return {
    get size() {
      return size;
    },
    set,
    remove,
    collect,
    forEach,
  };
}

function assertSlot(slot: number): void {
  // The message is built only when it is needed: this runs for each changed position.
  if (!(Number.isInteger(slot) && slot >= 0 && slot < SLOTS_MAX)) assert(false, `not a slot: ${slot}`);
}

/** From the keys up to the single top cell; each level below the top is whole groups of 16, all free. */
function emptyLevels(slots: number): BigInt64Array[] {
  const levels: BigInt64Array[] = [];
  let cells = slots;
  do {
    levels.push(new BigInt64Array(Math.ceil(cells / FAN_OUT) * FAN_OUT).fill(INT64_MIN));
    cells = Math.ceil(cells / FAN_OUT);
  } while (cells > 1);
  levels.push(new BigInt64Array(1).fill(INT64_MIN));
  return levels;
}

function keysOf(levels: readonly BigInt64Array[]): BigInt64Array {
  return levels[0] as BigInt64Array;
}

/**
 * Writes a key and carries it upwards as far as it changes a highest. A rise is written as it is and a fall
 * matters only to a cell that held the old key, so 16 cells are seldom read through.
 */
function write(levels: readonly BigInt64Array[], slot: number, key: bigint): void {
  const keys = keysOf(levels);
  let at = slot;
  const before = BigInt.asIntN(64, keys[at]!);
  keys[at] = BigInt.asIntN(64, key);
  for (let level = 1; level < levels.length; level++) {
    const below = levels[level - 1] as BigInt64Array;
    const cells = levels[level] as BigInt64Array;
    const parent = at >>> SHIFT;
    const highest = BigInt.asIntN(64, cells[parent]!);
    const now = BigInt.asIntN(64, below[at]!);
    if (now > highest) {
      cells[parent] = now;
    } else {
      if (before < highest || now === highest) return;
      cells[parent] = below[highestOf(below, parent << SHIFT)]!;
    }
    at = parent;
  }
}

/** Where the highest of the 16 cells from `first` stands. */
function highestOf(cells: BigInt64Array, first: number): number {
  let highest = BigInt.asIntN(64, cells[first]!);
  let where = first;
  for (let at = first + 1; at < first + FAN_OUT; at++) {
    const cell = BigInt.asIntN(64, cells[at]!);
    if (cell > highest) {
      highest = cell;
      where = at;
    }
  }
  return where;
}

/** Saturates, and finds out without comparing wide numbers when there is nothing to saturate. */
function nearestInt64(value: bigint): bigint {
  return BigInt.asIntN(64, value) === value ? value : saturateInt64(value);
}
