/**
 * Scenario sets and vectors, kept beside the tables: of each pool the set in force and the one defined last, of each
 * instrument and asset what the set in force does to it. The state hash sees them as digests in the tables.
 */
import { type ByteReader, ByteWriter } from '../base/canonicalBytes.js';
import { type Field, i64, list, mixBytes, nullable, record, u32 } from '../base/index.js';
import type { EventOf } from './event.js';
import { type KeptVectors, keptVectors, type PoolScenarioSet, scenarioSet } from './scenarioFields.js';
import type { State } from './state.js';

export interface PoolScenarios {
  /** The very object of `defined` where that is what is in force. */
  readonly inForce: PoolScenarioSet | null;
  readonly defined: PoolScenarioSet;
}

export interface ScenarioStore {
  readonly pools: Map<number, PoolScenarios>;
  readonly instruments: Map<number, KeptVectors>;
  readonly assets: Map<number, readonly bigint[]>;
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
  const { poolRow, isInForce, sourceTimeMs, instruments, assets } = event;
  const sets = state.scenarios.pools.get(poolRow) as PoolScenarios;
  const { scenarioVersion } = state.pools;
  scenarioVersion.set(poolRow, scenarioVersion.get(poolRow) + 1);
  if (isInForce) putPool(state, poolRow, { ...sets, inForce: sets.defined });
  for (const { instrumentRow, ...vectors } of instruments) {
    const kept = { ...vectors, timeMs: sourceTimeMs };
    put(state, state.scenarios.instruments, instrumentRow, kept);
    state.instruments.scenarioDigest.set(instrumentRow, digest(keptVectors, kept));
  }
  for (const { poolAssetRow, shocksPpm } of assets) {
    put(state, state.scenarios.assets, poolAssetRow, shocksPpm);
    state.poolAssets.scenarioDigest.set(poolAssetRow, digest(list(i64), shocksPpm));
  }
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

function put<V>(state: State, map: Map<number, V>, key: number, value: V): void {
  const before = map.get(key);
  map.set(key, value);
  state.undo.push(() => {
    if (before === undefined) map.delete(key);
    else map.set(key, before);
  });
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
  assets: list(record({ row: u32, value: list(i64) })),
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
