/**
 * Canonical bytes: one value, one encoding. A field is a pair of write and read; records and variants are
 * built from fields, and their static types are inferred from them, so shape and encoding cannot drift apart.
 */
import { assert, BrokenAssertion } from './assert.js';
import { Int64Overflow, isInt64 } from './integers.js';

/** Bytes that cannot be decoded: damaged, or of another version. */
export class MalformedBytes extends BrokenAssertion {
  override readonly name = 'MalformedBytes';
}

/** Growing little-endian output, reused between records. */
export class ByteWriter {
  private bytes: Uint8Array;
  private numbers: DataView;
  private at = 0;

  constructor(capacity = 1024) {
    this.bytes = new Uint8Array(capacity);
    this.numbers = new DataView(this.bytes.buffer);
  }

  get length(): number {
    return this.at;
  }

  reset(): void {
    this.at = 0;
  }

  /** What has been written, until the next write or reset. */
  view(): Uint8Array {
    return this.bytes.subarray(0, this.at);
  }

  /** A copy of what has been written since `from`. */
  copy(from = 0): Uint8Array {
    return this.bytes.slice(from, this.at);
  }

  u8(value: number): void {
    this.ensure(1);
    this.bytes[this.at++] = value;
  }

  u32(value: number): void {
    assert(
      Number.isInteger(value) && value >= 0 && value <= 0xffffffff,
      () => `not an unsigned 32-bit value: ${value}`,
    );
    this.ensure(4);
    this.numbers.setUint32(this.at, value, true);
    this.at += 4;
  }

  i64(value: bigint): void {
    assertType(value, 'bigint');
    if (!isInt64(value)) throw new Int64Overflow(`not a signed 64-bit value: ${value}`);
    this.ensure(8);
    this.numbers.setBigInt64(this.at, value, true);
    this.at += 8;
  }

  /** A whole number that a double holds exactly: times and counts. */
  whole(value: number): void {
    assert(Number.isSafeInteger(value), () => `not a whole number: ${value}`);
    this.ensure(8);
    this.numbers.setInt32(this.at + 4, Math.floor(value / 4294967296), true);
    this.numbers.setUint32(this.at, value - Math.floor(value / 4294967296) * 4294967296, true);
    this.at += 8;
  }

  /** Text of 16-bit code units. */
  text(value: string): void {
    assertType(value, 'string');
    this.u32(value.length);
    this.ensure(value.length * 2);
    for (let i = 0; i < value.length; i++, this.at += 2)
      this.numbers.setUint16(this.at, value.charCodeAt(i), true);
  }

  raw(value: Uint8Array): void {
    this.u32(value.length);
    this.ensure(value.length);
    this.bytes.set(value, this.at);
    this.at += value.length;
  }

  private ensure(more: number): void {
    if (this.at + more <= this.bytes.length) return;
    const grown = new Uint8Array(Math.max(this.bytes.length * 2, this.at + more));
    grown.set(this.bytes.subarray(0, this.at));
    this.bytes = grown;
    this.numbers = new DataView(grown.buffer);
  }
}

/** A value of another type would be coerced, and stand in the journal as something it is not. */
function assertType(value: unknown, type: 'bigint' | 'string' | 'boolean'): void {
  assert(typeof value === type, () => `not a ${type}: ${String(value)}`);
}

/** Reads what ByteWriter wrote; throws MalformedBytes where the bytes end early or do not fit. */
export class ByteReader {
  private readonly bytes: Uint8Array;
  private readonly view: DataView;
  private at = 0;

  constructor(bytes: Uint8Array) {
    // A plain view: the slice of a Buffer would share memory, that of a Uint8Array is a copy.
    this.bytes = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get remaining(): number {
    return this.bytes.length - this.at;
  }

  u8(): number {
    return this.view.getUint8(this.take(1));
  }

  u32(): number {
    return this.view.getUint32(this.take(4), true);
  }

  i64(): bigint {
    return this.view.getBigInt64(this.take(8), true);
  }

  whole(): number {
    const at = this.take(8);
    const value = this.view.getInt32(at + 4, true) * 4294967296 + this.view.getUint32(at, true);
    if (!Number.isSafeInteger(value)) throw new MalformedBytes('a whole number is out of range');
    return value;
  }

  text(): string {
    const length = this.u32();
    const at = this.take(length * 2);
    let value = '';
    for (let i = 0; i < length; i++) value += String.fromCharCode(this.view.getUint16(at + i * 2, true));
    return value;
  }

  raw(): Uint8Array {
    const length = this.u32();
    const at = this.take(length);
    return this.bytes.slice(at, at + length);
  }

  /** Refuses trailing bytes: a canonical encoding has none. */
  end(): void {
    if (this.remaining !== 0) throw new MalformedBytes(`${this.remaining} bytes too many`);
  }

  private take(length: number): number {
    const at = this.at;
    if (length > this.bytes.length - at)
      throw new MalformedBytes(`bytes end early: ${length} wanted, ${this.remaining} left`);
    this.at = at + length;
    return at;
  }
}

/** How one value is written and read. */
export interface Field<T> {
  readonly write: (writer: ByteWriter, value: T) => void;
  readonly read: (reader: ByteReader) => T;
}

/** The static type of a field. */
export type Infer<F> = F extends Field<infer T> ? T : never;

export const i64: Field<bigint> = { write: (w, v) => w.i64(v), read: (r) => r.i64() };
export const u32: Field<number> = { write: (w, v) => w.u32(v), read: (r) => r.u32() };
export const whole: Field<number> = { write: (w, v) => w.whole(v), read: (r) => r.whole() };
export const text: Field<string> = { write: (w, v) => w.text(v), read: (r) => r.text() };
export const bool: Field<boolean> = {
  write: (w, v) => {
    assertType(v, 'boolean');
    w.u8(v ? 1 : 0);
  },
  read: (r) => {
    const byte = r.u8();
    if (byte > 1) throw new MalformedBytes('a boolean is neither 0 nor 1');
    return byte === 1;
  },
};

/** One of the listed words, written as its place in the list: append to the list, never reorder it. */
export function oneOf<const W extends readonly string[]>(words: W): Field<W[number]> {
  return {
    write: (writer, value) => {
      const at = words.indexOf(value);
      assert(at >= 0, () => `${value} is not one of ${words.join(', ')}`);
      writer.u8(at);
    },
    read: (reader) => {
      const word = words[reader.u8()];
      if (word === undefined) throw new MalformedBytes(`not one of ${words.join(', ')}`);
      return word;
    },
  };
}

export function nullable<T>(field: Field<T>): Field<T | null> {
  return {
    write: (writer, value) => {
      writer.u8(value === null ? 0 : 1);
      if (value !== null) field.write(writer, value);
    },
    read: (reader) => (bool.read(reader) ? field.read(reader) : null),
  };
}

export function list<T>(field: Field<T>): Field<readonly T[]> {
  return {
    write: (writer, values) => {
      writer.u32(values.length);
      for (const value of values) field.write(writer, value);
    },
    read: (reader) => {
      const length = reader.u32();
      if (length > reader.remaining) throw new MalformedBytes(`a list of ${length} does not fit`);
      return Array.from({ length }, () => field.read(reader));
    },
  };
}

// biome-ignore lint/suspicious/noExplicitAny: a field is invariant in its type; any stands for "some field".
type AnyField = Field<any>;
type FieldsOf<S> = { readonly [K in keyof S]: Field<S[K]> };

/** A record of named fields, written in the order of its definition. */
export function record<S>(fields: FieldsOf<S>): Field<{ readonly [K in keyof S]: S[K] }> {
  const entries = Object.entries(fields as Readonly<Record<string, AnyField>>);
  return {
    write: (writer, value) => {
      for (const [name, field] of entries) field.write(writer, (value as Record<string, unknown>)[name]);
    },
    read: (reader) => {
      const value: Record<string, unknown> = {};
      for (const [name, field] of entries) value[name] = field.read(reader);
      return value as { readonly [K in keyof S]: S[K] };
    },
  };
}

type VariantOf<C> = { [K in keyof C]: { readonly kind: K } & Infer<C[K]> }[keyof C];

/** A union of records told apart by `kind`; the tag is the place in the definition: append, never reorder. */
export function variant<const C extends Readonly<Record<string, AnyField>>>(cases: C): Field<VariantOf<C>> {
  const kinds = Object.keys(cases);
  const tags = new Map(kinds.map((kind, tag) => [kind, tag]));
  const fields = kinds.map((kind) => cases[kind] as AnyField);
  return {
    write: (writer, value) => {
      const tag = tags.get((value as { kind: string }).kind);
      assert(tag !== undefined, () => `unknown kind ${(value as { kind: string }).kind}`);
      writer.u8(tag);
      (fields[tag] as AnyField).write(writer, value);
    },
    read: (reader) => {
      const tag = reader.u8();
      const field = fields[tag];
      if (field === undefined) throw new MalformedBytes(`unknown tag ${tag}`);
      return { kind: kinds[tag], ...field.read(reader) } as VariantOf<C>;
    },
  };
}
