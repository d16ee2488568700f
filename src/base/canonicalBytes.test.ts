import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ByteReader,
  ByteWriter,
  bool,
  type Field,
  i64,
  list,
  MalformedBytes,
  nullable,
  oneOf,
  record,
  text,
  u32,
  variant,
  whole,
} from './canonicalBytes.js';

const shape = variant({
  empty: record({}),
  named: record({ name: text, count: u32, amount: i64, time: whole, is: bool, side: oneOf(['buy', 'sell']) }),
  nested: record({ items: list(record({ at: nullable(i64), tags: list(text) })) }),
});

const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const anyText = fc
  .string({ unit: 'binary', maxLength: 8 })
  .chain((s) => fc.constantFrom(s, `${s}\ud800`, `\u0000${s}`));
const value = fc.oneof(
  fc.record({ kind: fc.constant('empty' as const) }),
  fc.record({
    kind: fc.constant('named' as const),
    name: anyText,
    count: fc.integer({ min: 0, max: 0xffffffff }),
    amount: int64,
    time: fc.maxSafeInteger(),
    is: fc.boolean(),
    side: fc.constantFrom('buy' as const, 'sell' as const),
  }),
  fc.record({
    kind: fc.constant('nested' as const),
    items: fc.array(
      fc.record({ at: fc.option(int64, { nil: null }), tags: fc.array(anyText, { maxLength: 3 }) }),
      { maxLength: 4 },
    ),
  }),
);

function encode<T>(field: Field<T>, item: T): Uint8Array {
  const writer = new ByteWriter(1);
  field.write(writer, item);
  return writer.copy();
}

function decode<T>(field: Field<T>, bytes: Uint8Array): T {
  const reader = new ByteReader(bytes);
  const item = field.read(reader);
  reader.end();
  return item;
}

describe('canonical bytes', () => {
  it('give back what was written, and the same bytes for it again', () => {
    fc.assert(
      fc.property(value, (item) => {
        const bytes = encode(shape, item);
        expect(decode(shape, bytes)).toEqual(item);
        expect(encode(shape, decode(shape, bytes))).toEqual(bytes);
      }),
      { numRuns: 500 },
    );
  });

  it('are refused where they end early, wherever that is', () => {
    fc.assert(
      fc.property(value, fc.nat(), (item, cut) => {
        const bytes = encode(shape, item);
        expect(() => decode(shape, bytes.slice(0, cut % bytes.length))).toThrow(MalformedBytes);
      }),
    );
  });

  it('are refused with a byte too many', () => {
    fc.assert(
      fc.property(value, fc.integer({ min: 0, max: 255 }), (item, extra) => {
        expect(() => decode(shape, Uint8Array.from([...encode(shape, item), extra]))).toThrow(MalformedBytes);
      }),
    );
  });

  it('that are noise are refused or are the one encoding of what they say, and never anything else', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (noise) => {
        let item: unknown;
        try {
          item = decode(shape, noise);
        } catch (error) {
          expect(error).toBeInstanceOf(MalformedBytes);
          return;
        }
        expect(encode(shape, item as never)).toEqual(noise);
      }),
      { numRuns: 3_000 },
    );
  });

  it('never make room for a list that the bytes cannot hold', () => {
    const claims = new ByteWriter();
    claims.u32(0xffffffff);
    expect(() => decode(list(u32), claims.copy())).toThrow('does not fit');
    expect(() => decode(text, claims.copy())).toThrow(MalformedBytes);
  });

  it.each<[string, () => unknown]>([
    ['a number beyond int64', () => encode(i64, 2n ** 63n)],
    ['a number under int64', () => encode(i64, -(2n ** 63n) - 1n)],
    ['a count below zero', () => encode(u32, -1)],
    ['a count beyond 32 bits', () => encode(u32, 2 ** 32)],
    ['a fraction', () => encode(u32, 0.5)],
    ['NaN as a count', () => encode(u32, Number.NaN)],
    ['NaN as a time', () => encode(whole, Number.NaN)],
    ['a time that a double cannot hold', () => encode(whole, 2 ** 53)],
    ['infinity', () => encode(whole, Number.POSITIVE_INFINITY)],
    ['a word that is not listed', () => encode(oneOf(['a', 'b']) as Field<string>, 'c')],
    ['a kind that is not defined', () => encode(shape as Field<unknown>, { kind: 'unknown' })],
  ])('refuse to write %s', (_name, write) => {
    expect(write).toThrow();
  });

  it.each<[string, Field<unknown>, number[]]>([
    ['a boolean of 2', bool as Field<unknown>, [2]],
    ['a null mark of 7', nullable(bool) as Field<unknown>, [7, 0]],
    ['a word past the list', oneOf(['a', 'b']) as Field<unknown>, [2]],
    ['a kind past the list', shape as Field<unknown>, [3]],
    ['a whole number beyond what a double holds', whole as Field<unknown>, [0, 0, 0, 0, 0, 0, 0x20, 0]],
  ])('refuse to read %s', (_name, field, bytes) => {
    expect(() => decode(field, Uint8Array.from(bytes))).toThrow(MalformedBytes);
  });

  it('writes negative times with their sign', () => {
    for (const time of [0, -1, 1, 2 ** 32, -(2 ** 32) - 1, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER])
      expect(decode(whole, encode(whole, time))).toBe(time);
  });

  it('reads raw bytes as a copy, and from the middle of a larger buffer', () => {
    const writer = new ByteWriter(2);
    writer.u8(9);
    writer.raw(Uint8Array.of(1, 2, 3));
    const large = new Uint8Array(20);
    large.set(writer.copy(), 5);
    const reader = new ByteReader(large.subarray(5, 5 + writer.length));
    expect(reader.u8()).toBe(9);
    const raw = reader.raw();
    large.fill(0);
    expect([...raw]).toEqual([1, 2, 3]);
    reader.end();
    writer.reset();
    expect(writer.length).toBe(0);
  });
});
