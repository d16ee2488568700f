/**
 * A table of flat columns addressed by dense row numbers: the form in which state is kept. A write records
 * the value it replaces, and marks its row for those who follow changes (state hash, trigger index).
 */
import { assert } from './assert.js';
import { emptyHash, type Hash128, mixWords } from './hash.js';
import { Int64Overflow, isInt64 } from './integers.js';
import type { Restorable, UndoLog } from './undoLog.js';

/**
 * Stable identities of a table's rows: 128 bits made from names, never from row numbers, so that two
 * histories that opened their rows in another order still agree on the state of each.
 */
export class Identities {
  words = new Uint32Array(64);

  set(row: number, identity: Hash128): void {
    if ((row + 1) * 4 > this.words.length) {
      const grown = new Uint32Array(Math.max(this.words.length * 2, (row + 1) * 4));
      grown.set(this.words);
      this.words = grown;
    }
    this.words.set(identity, row * 4);
  }

  get(row: number): Hash128 {
    return this.words.slice(row * 4, row * 4 + 4);
  }
}

/** What a column's numbers mean to the state hash. */
export interface ColumnMeaning {
  /** The numbers are rows of another table: hashed as the identities of those rows; -1 is none. */
  readonly refersTo?: Identities;
  /** The numbers follow from other state, or are row numbers of this machine: left out of the hash. */
  readonly isDerived?: boolean;
}

/** Rows that changed since they were last taken. */
export class ChangedRows {
  private flags = new Uint8Array(64);
  private rows: number[] = [];

  add(row: number): void {
    if (row >= this.flags.length) {
      const grown = new Uint8Array(Math.max(this.flags.length * 2, row + 1));
      grown.set(this.flags);
      this.flags = grown;
    }
    if (this.flags[row] === 1) return;
    this.flags[row] = 1;
    this.rows.push(row);
  }

  get isEmpty(): boolean {
    return this.rows.length === 0;
  }

  /** The changed rows, each once; the set is empty afterwards. */
  take(): number[] {
    const taken = this.rows;
    for (const row of taken) this.flags[row] = 0;
    this.rows = [];
    return taken;
  }
}

/** Signed 64-bit whole numbers. */
export class Int64Column implements Restorable {
  values = new BigInt64Array(16);
  readonly meaning: ColumnMeaning;
  private readonly table: Table;

  constructor(table: Table, meaning: ColumnMeaning) {
    this.table = table;
    this.meaning = meaning;
  }

  get(row: number): bigint {
    return this.values[row] as bigint;
  }

  set(row: number, value: bigint): void {
    if (!isInt64(value)) throw new Int64Overflow(`${this.table.name}: ${value} does not fit int64`);
    this.table.undo.write(this, row, this.values[row] as bigint);
    this.values[row] = value;
    this.table.touch(row);
  }

  restore(row: number, value: bigint | number): void {
    this.values[row] = value as bigint;
    this.table.touch(row);
  }

  grow(capacity: number): void {
    const grown = new BigInt64Array(capacity);
    grown.set(this.values);
    this.values = grown;
  }
}

/** Whole numbers that a double holds exactly: row numbers, times, counts, flags. */
export class WholeColumn implements Restorable {
  values = new Float64Array(16);
  readonly meaning: ColumnMeaning;
  private readonly table: Table;

  constructor(table: Table, meaning: ColumnMeaning) {
    this.table = table;
    this.meaning = meaning;
  }

  get(row: number): number {
    return this.values[row] as number;
  }

  set(row: number, value: number): void {
    assert(Number.isSafeInteger(value), () => `${this.table.name}: ${value} is not a whole number`);
    this.table.undo.write(this, row, this.values[row] as number);
    this.values[row] = value;
    this.table.touch(row);
  }

  restore(row: number, value: bigint | number): void {
    this.values[row] = value as number;
    this.table.touch(row);
  }

  grow(capacity: number): void {
    const grown = new Float64Array(capacity);
    grown.set(this.values);
    this.values = grown;
  }
}

export type Column = Int64Column | WholeColumn;

/** One row's canonical words: 64-bit slots, little-endian, at most 64 of them. */
const scratchInt64 = new BigInt64Array(64);
const scratchFloat64 = new Float64Array(scratchInt64.buffer);
const scratchWords = new Uint32Array(scratchInt64.buffer);

export class Table {
  readonly name: string;
  readonly undo: UndoLog;
  readonly identities = new Identities();
  size = 0;
  /** Changes whenever rows come or go. */
  generation = 0;
  private capacity = 16;
  private readonly columns = new Map<string, Column>();
  private readonly followers: ChangedRows[] = [];

  constructor(name: string, undo: UndoLog) {
    this.name = name;
    this.undo = undo;
  }

  int64(name: string, meaning: ColumnMeaning = {}): Int64Column {
    return this.add(name, new Int64Column(this, meaning));
  }

  whole(name: string, meaning: ColumnMeaning = {}): WholeColumn {
    return this.add(name, new WholeColumn(this, meaning));
  }

  /** A new row of zeros at the end, known by its identity. */
  append(identity: Hash128): number {
    const row = this.size;
    this.identities.set(row, identity);
    if (row === this.capacity) {
      this.capacity *= 2;
      for (const column of this.columns.values()) column.grow(this.capacity);
    }
    for (const column of this.columns.values()) column.restore(row, column instanceof Int64Column ? 0n : 0);
    this.size = row + 1;
    this.generation++;
    this.undo.push(() => {
      this.size = row;
      this.generation++;
      this.touch(row);
    });
    this.touch(row);
    return row;
  }

  /** The row is nobody's any more: without identity, of zeros, and left out of the hash until it is used again. */
  release(row: number): void {
    assert(row < this.size && !this.isFree(row), () => `${this.name}: row ${row} is not in use`);
    this.identify(row, emptyHash());
    this.clear(row);
  }

  /** A row that was released, known by another identity: of zeros, as a new one is. */
  reuse(row: number, identity: Hash128): void {
    assert(row < this.size && this.isFree(row), () => `${this.name}: row ${row} is in use`);
    this.identify(row, identity);
    this.clear(row);
  }

  isFree(row: number): boolean {
    const { words } = this.identities;
    const at = row * 4;
    return (
      ((words[at] as number) |
        (words[at + 1] as number) |
        (words[at + 2] as number) |
        (words[at + 3] as number)) ===
      0
    );
  }

  private clear(row: number): void {
    for (const column of this.columns.values()) {
      if (column instanceof Int64Column) column.set(row, 0n);
      else column.set(row, 0);
    }
  }

  private identify(row: number, identity: Hash128): void {
    const before = this.identities.get(row);
    this.identities.set(row, identity);
    this.undo.push(() => {
      this.identities.set(row, before);
      this.touch(row);
    });
    this.regroup();
    this.touch(row);
  }

  /** Rows belong together in another way: whoever keeps lists of them makes the lists anew. */
  regroup(): void {
    this.generation++;
    this.undo.push(() => {
      this.generation++;
    });
  }

  /** Rows that change from now on are added to the returned set, until whoever follows takes them. */
  follow(): ChangedRows {
    const changed = new ChangedRows();
    for (let row = 0; row < this.size; row++) changed.add(row);
    this.followers.push(changed);
    return changed;
  }

  touch(row: number): void {
    for (let i = 0; i < this.followers.length; i++) (this.followers[i] as ChangedRows).add(row);
  }

  /** The hash of a row: its identity and every column that is not derived; of a free row nothing. */
  hashRow(row: number, out: Uint32Array, at = 0): void {
    if (this.isFree(row)) {
      out.fill(0, at, at + 4);
      return;
    }
    let slot = 0;
    scratchWords.set(this.identities.words.subarray(row * 4, row * 4 + 4), 0);
    slot += 2;
    for (const column of this.columns.values()) {
      const { refersTo, isDerived } = column.meaning;
      if (isDerived === true) continue;
      if (column instanceof Int64Column) {
        scratchInt64[slot++] = column.values[row] as bigint;
        continue;
      }
      const value = column.values[row] as number;
      if (refersTo === undefined) {
        scratchFloat64[slot++] = value;
        continue;
      }
      if (value < 0) scratchWords.fill(0, slot * 2, slot * 2 + 4);
      else scratchWords.set(refersTo.words.subarray(value * 4, value * 4 + 4), slot * 2);
      slot += 2;
    }
    mixWords(scratchWords, slot * 2, out, at);
  }

  /** Columns by name, in the order of definition. */
  entries(): IterableIterator<[string, Column]> {
    return this.columns.entries();
  }

  private add<C extends Column>(name: string, column: C): C {
    assert(!this.columns.has(name), `${this.name}: column ${name} is there already`);
    this.columns.set(name, column);
    return column;
  }
}
