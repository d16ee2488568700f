/**
 * A record of the journal: a command, when it was sequenced, and what became of it. Its bytes are canonical and
 * start with the version of this schema.
 */
import {
  ByteReader,
  ByteWriter,
  type Field,
  type Infer,
  list,
  MalformedBytes,
  oneOf,
  record,
  text,
  u32,
  variant,
  whole,
} from '../base/index.js';
import { type Command, command } from './command.js';
import { event } from './event.js';
import { type ContextValue, REJECTION_CODES, type Rejection } from './rejection.js';

export const RECORD_VERSION = 1;

const contextValue: Field<ContextValue> = (() => {
  const tagged = variant({
    text: record({ value: text }),
    count: record({ value: whole }),
    integer: record({ value: text }),
    amount: record({ minor: text, assetRow: u32 }),
  });
  return {
    write: (writer: ByteWriter, value: ContextValue) => {
      if (typeof value === 'string') tagged.write(writer, { kind: 'text', value });
      else if (typeof value === 'number') tagged.write(writer, { kind: 'count', value });
      else if (typeof value === 'bigint') tagged.write(writer, { kind: 'integer', value: value.toString() });
      else tagged.write(writer, { kind: 'amount', minor: value.minor.toString(), assetRow: value.assetRow });
    },
    read: (reader: ByteReader): ContextValue => {
      const value = tagged.read(reader);
      if (value.kind === 'integer') return BigInt(value.value);
      return value.kind === 'amount' ? { minor: BigInt(value.minor), assetRow: value.assetRow } : value.value;
    },
  };
})();

const contextEntries = list(record({ name: text, value: contextValue }));

const rejection: Field<Rejection> = {
  write: (writer, value) => {
    oneOf(REJECTION_CODES).write(writer, value.code);
    contextEntries.write(
      writer,
      Object.entries(value.context).map(([name, entry]) => ({ name, value: entry })),
    );
  },
  read: (reader) => ({
    code: oneOf(REJECTION_CODES).read(reader),
    context: Object.fromEntries(contextEntries.read(reader).map(({ name, value }) => [name, value])),
  }),
};

const outcome = variant({ accepted: record({ events: list(event) }), rejected: record({ rejection }) });

const engineRecord = record({
  sequence: whole,
  timeMs: whole,
  /** The sender's id; empty for an internal command. */
  commandId: text,
  command,
  outcome,
});

export type EngineRecord = Infer<typeof engineRecord>;
export type Outcome = EngineRecord['outcome'];

const writer = new ByteWriter(4096);

export function encodeRecord(value: EngineRecord): Uint8Array {
  writer.reset();
  writer.u8(RECORD_VERSION);
  engineRecord.write(writer, value);
  return writer.copy();
}

export function decodeRecord(bytes: Uint8Array): EngineRecord {
  const reader = new ByteReader(bytes);
  const version = reader.u8();
  if (version !== RECORD_VERSION)
    throw new MalformedBytes(`record version ${version}, this engine reads ${RECORD_VERSION}`);
  const value = engineRecord.read(reader);
  reader.end();
  return value;
}

/** Canonical bytes of a command, good until the next encoding: what a command id stands for. */
export function encodeCommand(value: Command): Uint8Array {
  writer.reset();
  command.write(writer, value);
  return writer.view();
}
