/**
 * The accounts near the edge: few enough that each tick adds weight x price change to the slack of those who hold its
 * instrument. Per instrument their positions lie together, in columns.
 */
import type { Book } from './crossTickBook.js';

export interface HotSet {
  has(account: number): boolean;
  /** Above where it is to cool. */
  isCool(account: number): boolean;
  /** Takes the account in; its slack must be current. Answers how many positions it has. */
  add(account: number, coolAbove: number): number;
  /** Takes it out if it is in; answers how many positions went with it. */
  remove(account: number): number;
  /**
   * Pushes a price change; answers how many positions it touched, and in `leaving` who may leave: by a slack of nothing or
   * one above where they cool.
   */
  push(instrument: number, change: number, leaving: number[]): number;
}

interface Group {
  size: number;
  positions: Int32Array;
  accounts: Int32Array;
  weights: Float64Array;
}

export function createHotSet(book: Book, slacks: Float64Array): HotSet {
  const { firstPosition, instrumentOf, weights } = book;
  const isHot = new Uint8Array(book.accounts);
  const coolAbove = new Float64Array(book.accounts);
  /** By position: where it stands in its instrument's group. */
  const standsAt = new Int32Array(weights.length);
  const groups = Array.from({ length: book.instruments }, () => newGroup(16));

  function add(account: number, cool: number): number {
    isHot[account] = 1;
    coolAbove[account] = cool;
    for (let position = firstPosition[account]!; position < firstPosition[account + 1]!; position++) {
      const instrument = instrumentOf[position]!;
      const group = groups[instrument] as Group;
      if (group.size === group.positions.length) groups[instrument] = grown(group);
      put(groups[instrument] as Group, position, account);
    }
    return firstPosition[account + 1]! - firstPosition[account]!;
  }

  function put(group: Group, position: number, account: number): void {
    standsAt[position] = group.size;
    group.positions[group.size] = position;
    group.accounts[group.size] = account;
    group.weights[group.size] = weights[position]!;
    group.size++;
  }

  function remove(account: number): number {
    if (isHot[account] === 0) return 0;
    isHot[account] = 0;
    for (let position = firstPosition[account]!; position < firstPosition[account + 1]!; position++) {
      const group = groups[instrumentOf[position]!] as Group;
      const [at, last] = [standsAt[position]!, --group.size];
      const moved = group.positions[last]!;
      group.positions[at] = moved;
      group.accounts[at] = group.accounts[last]!;
      group.weights[at] = group.weights[last]!;
      standsAt[moved] = at;
    }
    return firstPosition[account + 1]! - firstPosition[account]!;
  }

  function push(instrument: number, change: number, leaving: number[]): number {
    const group = groups[instrument] as Group;
    for (let at = 0; at < group.size; at++) {
      const account = group.accounts[at]!;
      const slack = slacks[account]! + group.weights[at]! * change;
      slacks[account] = slack;
      if (slack <= 0 || slack > coolAbove[account]!) leaving.push(account);
    }
    return group.size;
  }

  return {
    has: (account) => isHot[account] === 1,
    isCool: (account) => slacks[account]! > coolAbove[account]!,
    add,
    remove,
    push,
  };
}

function newGroup(length: number): Group {
  return {
    size: 0,
    positions: new Int32Array(length),
    accounts: new Int32Array(length),
    weights: new Float64Array(length),
  };
}

function grown(group: Group): Group {
  const copy = newGroup(group.positions.length * 2);
  copy.size = group.size;
  copy.positions.set(group.positions);
  copy.accounts.set(group.accounts);
  copy.weights.set(group.weights);
  return copy;
}
