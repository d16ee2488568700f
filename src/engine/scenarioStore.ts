/**
 * Scenario sets and vectors, kept beside the tables: of each pool the set in force and the one defined last, of each
 * instrument and asset what the set in force does to it. The state hash sees them as digests in the tables.
 */
import { type ByteReader, ByteWriter } from '../base/canonicalBytes.js';
import { assert, type Field, list, mixBytes, nullable, record, u32 } from '../base/index.js';
import type { EventOf } from './event.js';
import {
  type KeptShocks,
  type KeptVectors,
  keptShocks,
  keptVectors,
  type PoolScenarioSet,
  scenarioSet,
} from './scenarioFields.js';
import type { State } from './state.js';

export interface PoolScenarios {
  /** The very object of `defined` where that is what is in force. */
  readonly inForce: PoolScenarioSet | null;
  readonly defined: PoolScenarioSet;
}

export interface ScenarioStore {
  readonly pools: Map<number, PoolScenarios>;
  readonly instruments: Map<number, KeptVectors>;
  readonly assets: Map<number, KeptShocks>;
}

export function createScenarioStore(): ScenarioStore {
  return { pools: new Map(), instruments: new Map(), assets: new Map() };
}

/** The set portfolio accounts of the pool are margined on, or null. */
export function scenariosInForce(state: State, poolRow: number): PoolScenarioSet | null {
  return state.scenarios.pools.get(poolRow)?.inForce ?? null;
}

export function defineScenarios(state: State, { poolRow, set }: EventOf<'scenariosDefined'>): void {
  putPool(state, poolRow, asOne({ inForce: scenariosInForce(state, poolRow), defined: set }));
}

export function keepScenarios(state: State, event: EventOf<'scenariosSent'>): void {
  const { poolRow, isInForce, sourceTimeMs: timeMs, instruments, assets } = event;
  const sets = state.scenarios.pools.get(poolRow) as PoolScenarios;
  const { scenarioVersion } = state.pools;
  scenarioVersion.set(poolRow, scenarioVersion.get(poolRow) + 1);
  if (isInForce) {
    forgetPool(state, poolRow);
    putPool(state, poolRow, { ...sets, inForce: sets.defined });
  }
  const { length } = ((isInForce ? sets.defined : sets.inForce) as PoolScenarioSet).scenarios;
  for (const { instrumentRow, ...vectors } of instruments) {
    assert(vectors.pnlPerLot.length === length, 'vectors have the length of their set');
    putVectors(state, instrumentRow, { ...vectors, timeMs });
  }
  for (const { poolAssetRow, shocksPpm } of assets) {
    assert([0, length].includes(shocksPpm.length), 'shocks have the length of their set');
    putShocks(state, poolAssetRow, { shocksPpm, timeMs });
  }
}

/** What another set said of the pool's instruments and assets says nothing in this one. */
function forgetPool(state: State, poolRow: number): void {
  const { scenarios, instruments, poolAssets } = state;
  for (const row of scenarios.instruments.keys())
    if (instruments.pool.get(row) === poolRow) putVectors(state, row, undefined);
  for (const row of scenarios.assets.keys())
    if (poolAssets.pool.get(row) === poolRow) putShocks(state, row, undefined);
}

/** What the set of one pool said of an instrument says nothing in another. */
export function forgetVectors(state: State, instrumentRow: number): void {
  if (state.scenarios.instruments.has(instrumentRow)) putVectors(state, instrumentRow, undefined);
}

function putVectors(state: State, instrumentRow: number, kept: KeptVectors | undefined): void {
  put(state, state.scenarios.instruments, instrumentRow, kept);
  const seen = kept === undefined ? 0n : digest(keptVectors, kept);
  state.instruments.scenarioDigest.set(instrumentRow, seen);
}

function putShocks(state: State, poolAssetRow: number, kept: KeptShocks | undefined): void {
  put(state, state.scenarios.assets, poolAssetRow, kept);
  state.poolAssets.scenarioDigest.set(poolAssetRow, kept === undefined ? 0n : digest(keptShocks, kept));
}

/** Two sets that say the same are one: what is in force is so whoever wrote it down, also after a snapshot. */
function asOne({ inForce, defined }: PoolScenarios): PoolScenarios {
  const isSame = inForce !== null && bytesOf(scenarioSet, inForce) === bytesOf(scenarioSet, defined);
  return { inForce: isSame ? defined : inForce, defined };
}

function bytesOf<T>(field: Field<T>, value: T): string {
  const writer = new ByteWriter();
  field.write(writer, value);
  return writer.view().join();
}

const poolSets = record({ inForce: nullable(scenarioSet), defined: scenarioSet });

function putPool(state: State, poolRow: number, sets: PoolScenarios): void {
  put(state, state.scenarios.pools, poolRow, sets);
  state.pools.scenarioDigest.set(poolRow, digest(poolSets, sets));
}

function put<V>(state: State, map: Map<number, V>, key: number, value: V | undefined): void {
  const before = map.get(key);
  assign(map, key, value);
  state.undo.push(() => assign(map, key, before));
}

function assign<V>(map: Map<number, V>, key: number, value: V | undefined): void {
  if (value === undefined) map.delete(key);
  else map.set(key, value);
}

function digest<T>(field: Field<T>, value: T): bigint {
  const writer = new ByteWriter();
  field.write(writer, value);
  const [low, high] = mixBytes(writer.view());
  return BigInt.asIntN(64, (BigInt(high as number) << 32n) | BigInt(low as number));
}

const stored = record({
  pools: list(record({ row: u32, value: poolSets })),
  instruments: list(record({ row: u32, value: keptVectors })),
  assets: list(record({ row: u32, value: keptShocks })),
});

export function writeScenarios(writer: ByteWriter, { pools, instruments, assets }: ScenarioStore): void {
  stored.write(writer, { pools: rowsOf(pools), instruments: rowsOf(instruments), assets: rowsOf(assets) });
}

export function readScenarios(reader: ByteReader, into: ScenarioStore): void {
  const { pools, instruments, assets } = stored.read(reader);
  for (const { row, value } of pools) into.pools.set(row, asOne(value));
  for (const { row, value } of instruments) into.instruments.set(row, value);
  for (const { row, value } of assets) into.assets.set(row, value);
}

function rowsOf<V>(map: ReadonlyMap<number, V>): { row: number; value: V }[] {
  return [...map].sort(([a], [b]) => a - b).map(([row, value]) => ({ row, value }));
}
