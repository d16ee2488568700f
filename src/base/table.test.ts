import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addHash, emptyHash, hashText, mixName } from './hash.js';
import { Int64Overflow } from './integers.js';
import { Names } from './names.js';
import { Table } from './table.js';
import { UndoLog } from './undoLog.js';

function makeTable() {
  const undo = new UndoLog();
  const table = new Table('things', undo);
  return {
    undo,
    table,
    amount: table.int64('amount'),
    count: table.whole('count'),
    derived: table.whole('derived', { isDerived: true }),
  };
}

const hashOf = (table: Table) => {
  const sum = emptyHash();
  const row128 = emptyHash();
  for (let row = 0; row < table.size; row++) {
    table.hashRow(row, row128);
    addHash(sum, row128);
  }
  return hashText(sum);
};

type Op = readonly [
  kind: 'append' | 'amount' | 'count' | 'mark' | 'rollback' | 'clear' | 'release' | 'reuse',
  number,
  bigint,
];
const op: fc.Arbitrary<Op> = fc.tuple(
  fc.constantFrom('append', 'append', 'amount', 'count', 'mark', 'rollback', 'clear', 'release', 'reuse'),
  fc.nat(200),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
);

describe('a table with its undo log', () => {
  it('agrees with a plain list of rows through appends, writes, nested marks and rollbacks (OPS-01)', () => {
    fc.assert(
      fc.property(fc.array(op, { maxLength: 120 }), (ops) => {
        const { undo, table, amount, count } = makeTable();
        let rows: { amount: bigint; count: number; isFree?: boolean }[] = [];
        const marks: { at: number; rows: typeof rows; hash: string }[] = [];
        for (const [kind, where, value] of ops) {
          const row = rows.length === 0 ? -1 : where % rows.length;
          if (kind === 'append') {
            expect(table.append(mixName(`row${rows.length}`))).toBe(rows.length);
            rows.push({ amount: 0n, count: 0 });
          } else if (kind === 'release' && row >= 0 && rows[row]!.isFree !== true) {
            table.release(row);
            rows[row] = { amount: 0n, count: 0, isFree: true };
          } else if (kind === 'reuse' && row >= 0 && rows[row]!.isFree === true) {
            table.reuse(row, mixName(`again${where}`));
            rows[row] = { amount: 0n, count: 0 };
          } else if (kind === 'amount' && row >= 0) {
            amount.set(row, value);
            rows[row]!.amount = value;
          } else if (kind === 'count' && row >= 0) {
            count.set(row, where);
            rows[row]!.count = where;
          } else if (kind === 'mark') {
            marks.push({ at: undo.mark(), rows: structuredClone(rows), hash: hashOf(table) });
          } else if (kind === 'rollback' && marks.length > 0) {
            const mark = marks.pop()!;
            undo.rollback(mark.at);
            rows = mark.rows;
            expect(hashOf(table)).toBe(mark.hash);
          } else if (kind === 'clear') {
            undo.clear();
            marks.length = 0;
          }
          expect(table.size).toBe(rows.length);
        }
        expect(rows.map((_, row) => ({ amount: amount.get(row), count: count.get(row) }))).toEqual(
          rows.map(({ amount, count }) => ({ amount, count })),
        );
        expect(rows.map((_, row) => table.isFree(row))).toEqual(rows.map(({ isFree }) => isFree === true));
      }),
      { numRuns: 300 },
    );
  });

  it('gives a row that was taken back and appended again zeros, not what was there before', () => {
    const { undo, table, amount, derived } = makeTable();
    const mark = undo.mark();
    table.append(mixName('a'));
    amount.set(0, 5n);
    derived.set(0, 9);
    undo.rollback(mark);
    expect(table.size).toBe(0);
    table.append(mixName('b'));
    expect([amount.get(0), derived.get(0)]).toEqual([0n, 0]);
  });

  it('leaves a free row out of the hash, and gives it zeros when it is used again', () => {
    const build = (isFreed: boolean) => {
      const { table, amount } = makeTable();
      table.append(mixName('a'));
      amount.set(0, 5n);
      if (!isFreed) return { table, amount };
      table.append(mixName('gone'));
      amount.set(1, 7n);
      table.release(1);
      return { table, amount };
    };
    const { table, amount } = build(true);
    expect(hashOf(table)).toBe(hashOf(build(false).table));
    expect(() => table.release(1)).toThrow('not in use');
    expect(() => table.reuse(0, mixName('b'))).toThrow('in use');
    table.reuse(1, mixName('b'));
    expect(amount.get(1)).toBe(0n);
    expect(hashOf(table)).not.toBe(hashOf(build(false).table));
  });

  it('keeps its rows when it grows', () => {
    const { table, amount } = makeTable();
    for (let row = 0; row < 5_000; row++) {
      table.append(mixName(`r${row}`));
      amount.set(row, BigInt(row) * 7n);
    }
    for (const row of [0, 15, 16, 4_095, 4_999]) expect(amount.get(row)).toBe(BigInt(row) * 7n);
    expect([...table.identities.get(4_999)]).toEqual([...mixName('r4999')]);
  });

  it('refuses what a column cannot hold and leaves the row as it was (LED-04)', () => {
    const { table, amount, count } = makeTable();
    table.append(mixName('a'));
    amount.set(0, 1n);
    expect(() => amount.set(0, 2n ** 63n)).toThrow(Int64Overflow);
    for (const value of [0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])
      expect(() => count.set(0, value)).toThrow('not a whole number');
    expect([amount.get(0), count.get(0)]).toEqual([1n, 0]);
  });

  it('hashes identity and columns, not what is derived', () => {
    const { table, amount, count, derived } = makeTable();
    table.append(mixName('a'));
    const before = hashOf(table);
    derived.set(0, 77);
    expect(hashOf(table)).toBe(before);
    amount.set(0, 1n);
    const withAmount = hashOf(table);
    expect(withAmount).not.toBe(before);
    amount.set(0, 0n);
    count.set(0, 1);
    expect(hashOf(table)).not.toBe(withAmount);
    count.set(0, 0);
    expect(hashOf(table)).toBe(before);
  });

  it('hashes a reference as the identity it stands for, so that row numbers do not matter', () => {
    const build = (order: readonly string[]) => {
      const undo = new UndoLog();
      const owners = new Table('owners', undo);
      const things = new Table('things', undo);
      const owner = things.whole('owner', { refersTo: owners.identities });
      for (const name of order) owners.append(mixName(name));
      for (const name of order) owner.set(things.append(mixName(`of ${name}`)), order.indexOf(name));
      owner.set(things.append(mixName('nobody')), -1);
      return hashOf(things);
    };
    expect(build(['a', 'b', 'c'])).toBe(build(['c', 'a', 'b']));
  });

  it('tells each follower every row that changed, once, rollbacks included', () => {
    const { undo, table, amount } = makeTable();
    table.append(mixName('a'));
    const changed = table.follow();
    expect(changed.take()).toEqual([0]);
    const mark = undo.mark();
    table.append(mixName('b'));
    amount.set(0, 1n);
    amount.set(0, 2n);
    expect(changed.take().sort()).toEqual([0, 1]);
    expect(changed.isEmpty).toBe(true);
    undo.rollback(mark);
    expect(changed.take().sort()).toEqual([0, 1]);
    expect(amount.get(0)).toBe(0n);
  });

  it('refuses two columns of one name', () => {
    const { table } = makeTable();
    expect(() => table.int64('amount')).toThrow('there already');
  });
});

describe('names', () => {
  it('stand for their row for good, and go only with a rollback', () => {
    const undo = new UndoLog();
    const names = new Names(undo);
    names.add('a');
    const mark = undo.mark();
    names.add('b');
    names.add('__proto__');
    expect([
      names.rowOf('a'),
      names.rowOf('b'),
      names.rowOf('__proto__'),
      names.rowOf('constructor'),
    ]).toEqual([0, 1, 2, -1]);
    expect([names.nameOf(2), names.count, names.all()]).toEqual(['__proto__', 3, ['a', 'b', '__proto__']]);
    undo.rollback(mark);
    expect([names.rowOf('b'), names.count]).toEqual([-1, 1]);
    names.add('c');
    expect(names.rowOf('c')).toBe(1);
  });
});

describe('the undo log', () => {
  it('puts back the latest first, down to a mark inside a mark', () => {
    const undo = new UndoLog();
    const seen: string[] = [];
    undo.push(() => seen.push('a'));
    const inner = undo.mark();
    undo.push(() => seen.push('b'));
    undo.push(() => seen.push('c'));
    undo.rollback(inner);
    expect(seen).toEqual(['c', 'b']);
    undo.rollback(0);
    expect(seen).toEqual(['c', 'b', 'a']);
    undo.rollback(0);
    expect(seen).toHaveLength(3);
  });

  it('forgets what stands', () => {
    const undo = new UndoLog();
    let undone = 0;
    undo.push(() => undone++);
    undo.clear();
    undo.rollback(0);
    expect(undone).toBe(0);
  });
});
