/** The scenarios of a pool as the margin model sees them for one account, and whether they may decide. */
import {
  type AssetScenarios,
  type InstrumentScenarios,
  type LegView,
  type ScenarioView,
  scenarioStaleness,
} from '../margin/index.js';
import { offsetCapOf } from './levelStore.js';
import type { PriceChange } from './priceChange.js';
import type { KeptVectors, PoolScenarioSet } from './scenarioFields.js';
import { scenariosInForce } from './scenarioStore.js';
import { listedInstrument, type State } from './state.js';

/**
 * What the account is margined on; null while the pool has no set in force or an instrument has no vectors: nothing may
 * be opened then, so the account has neither positions nor orders. An asset nobody speaks of stands still: that opens and
 * releases nothing (`mayUseScenarios`), and liquidates nobody either.
 */
export function scenarioView(
  state: State,
  of: {
    readonly poolRow: number;
    readonly legs: readonly LegView[];
    readonly poolAssets: readonly number[];
    readonly change: PriceChange | undefined;
    /** By which levels the offset cap is: those that open, or those that liquidate. */
    readonly judges: 'opening' | 'liquidation';
  },
): ScenarioView | null {
  const set = setInForce(state, of.poolRow, of.change);
  if (set === null) return null;
  const instruments: InstrumentScenarios[] = [];
  for (const instrumentRow of new Set(of.legs.map(({ instrument }) => instrument))) {
    const vectors = vectorsOf(state, instrumentRow, of.change);
    if (vectors === undefined) return null;
    instruments.push(instrumentScenarios(state, instrumentRow, vectors));
  }
  return {
    set: cappedSet(state, set, of),
    instruments,
    assets: of.poolAssets.map((row) => assetScenarios(state, row, of.change)),
  };
}

/** The set with the lowest offset cap among its own and those of the levels of what the account holds or orders. */
function cappedSet(
  state: State,
  set: PoolScenarioSet,
  of: { readonly legs: readonly LegView[]; readonly judges: 'opening' | 'liquidation' },
): PoolScenarioSet {
  const { offsetCapPpm: capPpm } = set.parameters;
  const instruments = of.legs.map(({ instrument }) => instrument);
  const offsetCapPpm = offsetCapOf(state, { instruments, capPpm, judges: of.judges });
  return offsetCapPpm === capPpm ? set : { ...set, parameters: { ...set.parameters, offsetCapPpm } };
}

function setInForce(state: State, poolRow: number, change: PriceChange | undefined): PoolScenarioSet | null {
  return comesIntoForce(poolRow, change)
    ? (state.scenarios.pools.get(poolRow)?.defined ?? null)
    : scenariosInForce(state, poolRow);
}

function comesIntoForce(poolRow: number, change: PriceChange | undefined): boolean {
  return change?.scenarios?.isInForce === true && change.scenarios.poolRow === poolRow;
}

/** A set that comes into force leaves nothing of the one before. */
function vectorsOf(
  state: State,
  instrumentRow: number,
  change: PriceChange | undefined,
): Vectors | undefined {
  const sent = change?.scenarios?.instruments.find((row) => row.instrumentRow === instrumentRow);
  if (sent !== undefined || comesIntoForce(state.instruments.pool.get(instrumentRow), change)) return sent;
  return state.scenarios.instruments.get(instrumentRow);
}

type Vectors = Omit<KeptVectors, 'timeMs'>;

function instrumentScenarios(state: State, instrumentRow: number, vectors: Vectors): InstrumentScenarios {
  const { definition } = listedInstrument(state, instrumentRow);
  const { referenceTicks: _reference, ...rest } = vectors;
  return {
    instrument: instrumentRow,
    underlying: definition.option?.underlying ?? definition.base,
    expiryMs: definition.expiryMs,
    ...rest,
  };
}

function assetScenarios(state: State, poolAssetRow: number, change: PriceChange | undefined): AssetScenarios {
  const sent = change?.scenarios?.assets.find((row) => row.poolAssetRow === poolAssetRow);
  const kept = comesIntoForce(state.poolAssets.pool.get(poolAssetRow), change)
    ? undefined
    : state.scenarios.assets.get(poolAssetRow);
  return { asset: state.poolAssets.asset.get(poolAssetRow), shocksPpm: (sent ?? kept)?.shocksPpm ?? [] };
}

export interface ScenarioUse {
  readonly poolRow: number;
  readonly instruments: readonly number[];
  /** Pool assets that are held, owed or settled in. */
  readonly poolAssets: readonly number[];
  readonly timeMs: number;
}

/** Whether what is known of these instruments and assets is fresh, and near enough to the marks, to open or release on. */
export function mayUseScenarios(
  state: State,
  { poolRow, instruments, poolAssets, timeMs }: ScenarioUse,
): boolean {
  const set = scenariosInForce(state, poolRow);
  if (set === null) return false;
  const areVectorsFresh = instruments.every((instrument) => {
    const vectors = state.scenarios.instruments.get(instrument);
    if (vectors === undefined) return false;
    const now = { timeMs, marks: [{ instrument, markTicks: drivingTicks(state, instrument) }] };
    const made = { madeAtMs: vectors.timeMs, marks: [{ instrument, markTicks: vectors.referenceTicks }] };
    return scenarioStaleness(made, now, set) === null;
  });
  const valuation = state.pools.valuationAsset.get(poolRow);
  return (
    areVectorsFresh &&
    poolAssets.every((row) => {
      if (state.poolAssets.asset.get(row) === valuation) return true;
      const shocks = state.scenarios.assets.get(row);
      return shocks !== undefined && timeMs - shocks.timeMs <= set.maxAgeMs;
    })
  );
}

/** The price that moves an instrument's vector: its mark, or of an option the price of its underlying. */
function drivingTicks(state: State, instrumentRow: number): bigint {
  const { instruments } = state;
  const isOption = listedInstrument(state, instrumentRow).option !== null;
  return isOption ? instruments.indexTicks.get(instrumentRow) : instruments.markTicks.get(instrumentRow);
}
