/**
 * A snapshot: the whole state, and the command register beside it, as bytes. Loading it gives the same state
 * hash, or fails. What is derived is not in it and is made anew.
 */
import {
  assert,
  ByteReader,
  ByteWriter,
  bool,
  hashText,
  type Infer,
  list,
  MalformedBytes,
  nullable,
  record,
  text,
  whole,
} from '../base/index.js';
import type { Names } from '../base/names.js';
import { Int64Column, type Table } from '../base/table.js';
import { instrumentDefinition } from './command.js';
import { type CommandRegister, createCommandRegister } from './commandRegister.js';
import { createEngine, type Engine } from './engine.js';
import { readLevels, writeLevels } from './levelStore.js';
import { type ListedInstrument, listingTerms, withTerms } from './listing.js';
import { readProposals, writeProposals } from './proposals.js';
import { rebuildLookups } from './rebuild.js';
import { readScenarios, writeScenarios } from './scenarioStore.js';
import { readSources, writeSources } from './sourceStore.js';
import { createState, type State, tablesOf } from './state.js';
import { wholeStateHash } from './stateHash.js';
import { readWaterfalls, writeWaterfalls } from './waterfallStore.js';

const SNAPSHOT_VERSION = 1;
const names = list(text);
/** Definitions of an instrument: in force, for liquidation where that is another, and on their way. */
const termsInForce = list(
  record({
    definition: instrumentDefinition,
    liquidation: nullable(instrumentDefinition),
    scheduled: nullable(
      record({
        definition: instrumentDefinition,
        effectiveMs: whole,
        graceUntilMs: whole,
        liquidateAtOnce: bool,
        isOpeningApplied: bool,
      }),
    ),
  }),
);
type TermsInForce = Infer<typeof termsInForce>[number];

const registered = list(record({ commandId: text, sequence: whole, digest: whole }));

export function encodeSnapshot(engine: Engine): Uint8Array {
  const { state, register } = engine;
  const writer = new ByteWriter(1 << 16);
  writer.u32(SNAPSHOT_VERSION);
  writer.whole(state.clock.timeMs);
  writer.whole(state.clock.sequence);
  for (const table of tablesOf(state)) writeTable(writer, table);
  for (const list of namesOf(state)) names.write(writer, list.all());
  termsInForce.write(writer, termsOf(state));
  writeScenarios(writer, state.scenarios);
  writeWaterfalls(writer, state.waterfalls);
  writeLevels(writer, state.levels);
  writeSources(writer, state.sources);
  writeProposals(writer, state.proposals.contents);
  registered.write(
    writer,
    [...register.entries()].map(([commandId, entry]) => ({ commandId, ...entry })),
  );
  writer.text(hashText(engine.stateHash()));
  return writer.copy();
}

/** The engine as it was; throws MalformedBytes where the bytes are not a snapshot this version reads. */
export function decodeSnapshot(bytes: Uint8Array): Engine {
  const reader = new ByteReader(bytes);
  const version = reader.u32();
  if (version !== SNAPSHOT_VERSION) throw new MalformedBytes(`snapshot version ${version}`);
  const state = createState();
  state.clock.timeMs = reader.whole();
  state.clock.sequence = reader.whole();
  for (const table of tablesOf(state)) readTable(reader, table);
  for (const list of namesOf(state)) for (const name of names.read(reader)) list.add(name);
  for (const terms of termsInForce.read(reader)) addTerms(state, terms);
  readScenarios(reader, state.scenarios);
  readWaterfalls(reader, state.waterfalls);
  readLevels(reader, state.levels);
  readSources(reader, state.sources);
  readProposals(reader, state.proposals.contents);
  const register: CommandRegister = createCommandRegister();
  for (const { commandId, ...entry } of registered.read(reader)) register.add(commandId, entry);
  const hash = reader.text();
  reader.end();
  rebuildLookups(state);
  state.undo.clear();
  if (hashText(wholeStateHash(state)) !== hash)
    throw new MalformedBytes('the snapshot does not have its own state hash');
  return createEngine(state, register);
}

/** A copy that lives its own life: what happens to it is not seen here. */
export function forkEngine(engine: Engine): Engine {
  return decodeSnapshot(encodeSnapshot(engine));
}

function termsOf(state: State): TermsInForce[] {
  const { listed, scheduled } = state.instruments;
  return listed.map(({ definition, liquidationDefinition }, row) => {
    const next = scheduled.get(row);
    return {
      definition,
      liquidation: liquidationDefinition === definition ? null : liquidationDefinition,
      scheduled: next === undefined ? null : { ...next, definition: next.listed.definition },
    };
  });
}

function addTerms(state: State, { definition, liquidation, scheduled }: TermsInForce): void {
  const { listed } = state.instruments;
  const inForce = termsFrom(state, definition);
  const row = listed.push(
    liquidation === null ? inForce : withTerms(termsFrom(state, liquidation), inForce, 'opening'),
  );
  if (scheduled === null) return;
  const { definition: next, ...times } = scheduled;
  state.instruments.scheduled.set(row - 1, { ...times, listed: termsFrom(state, next) });
}

function termsFrom(state: State, definition: TermsInForce['definition']): ListedInstrument {
  const decimals = state.assets.decimals.get(state.assets.names.rowOf(definition.settle));
  const terms = listingTerms(definition, decimals);
  assert(terms.ok, 'a listed instrument has terms');
  return terms.value;
}

function namesOf(state: State): readonly Names[] {
  return [
    state.assets,
    state.pools,
    state.instruments,
    state.groups,
    state.clients,
    state.cash,
    state.accounts,
    state.orders,
    state.takeovers,
    state.proposals,
  ].map((part) => part.names);
}

function writeTable(writer: ByteWriter, table: Table): void {
  writer.text(table.name);
  writer.u32(table.size);
  writer.raw(bytesOf(table.identities.words, table.size * 4));
  for (const [name, column] of table.entries()) {
    writer.text(name);
    writer.raw(bytesOf(column.values, table.size));
  }
}

function readTable(reader: ByteReader, table: Table): void {
  if (reader.text() !== table.name) throw new MalformedBytes(`expected table ${table.name}`);
  const size = reader.u32();
  const words = new Uint32Array(reader.raw().buffer);
  if (words.length !== size * 4) throw new MalformedBytes(`table ${table.name}: identities do not fit`);
  for (let row = 0; row < size; row++) table.append(words.slice(row * 4, row * 4 + 4));
  for (const [name, column] of table.entries()) {
    if (reader.text() !== name) throw new MalformedBytes(`table ${table.name}: expected column ${name}`);
    const bytes = reader.raw();
    if (bytes.length !== size * 8) throw new MalformedBytes(`column ${table.name}.${name} does not fit`);
    if (column instanceof Int64Column) column.values.set(new BigInt64Array(bytes.buffer));
    else column.values.set(new Float64Array(bytes.buffer));
  }
}

function bytesOf(values: Uint32Array | BigInt64Array | Float64Array, length: number): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, length * values.BYTES_PER_ELEMENT);
}
