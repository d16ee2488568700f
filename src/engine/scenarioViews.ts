/** The scenarios of a pool as the margin model sees them for one account, and whether they may decide. */
import {
  type AssetScenarios,
  type InstrumentScenarios,
  type LegView,
  type ScenarioView,
  scenarioStaleness,
} from '../margin/index.js';
import type { PriceChange } from './priceChange.js';
import type { KeptVectors, PoolScenarioSet } from './scenarioFields.js';
import { scenariosInForce } from './scenarioStore.js';
import { listedInstrument, type State } from './state.js';

/** What the account is margined on; undefined while the pool has no set in force or an instrument has no vectors. */
export function scenarioView(
  state: State,
  of: {
    readonly poolRow: number;
    readonly legs: readonly LegView[];
    readonly poolAssets: readonly number[];
    readonly change: PriceChange | undefined;
  },
): ScenarioView | undefined {
  const set = setInForce(state, of.poolRow, of.change);
  if (set === null) return undefined;
  const instruments: InstrumentScenarios[] = [];
  for (const instrumentRow of new Set(of.legs.map(({ instrument }) => instrument))) {
    const vectors = vectorsOf(state, instrumentRow, of.change);
    if (vectors === undefined) return undefined;
    instruments.push(instrumentScenarios(state, instrumentRow, vectors));
  }
  return { set, instruments, assets: of.poolAssets.map((row) => assetScenarios(state, row, of.change)) };
}

function setInForce(state: State, poolRow: number, change: PriceChange | undefined): PoolScenarioSet | null {
  const comesIntoForce = change?.scenarios?.isInForce === true && change.scenarios.poolRow === poolRow;
  return comesIntoForce
    ? (state.scenarios.pools.get(poolRow)?.defined ?? null)
    : scenariosInForce(state, poolRow);
}

function vectorsOf(
  state: State,
  instrumentRow: number,
  change: PriceChange | undefined,
): Vectors | undefined {
  return (
    change?.scenarios?.instruments.find((sent) => sent.instrumentRow === instrumentRow) ??
    state.scenarios.instruments.get(instrumentRow)
  );
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
  const shocksPpm =
    change?.scenarios?.assets.find((sent) => sent.poolAssetRow === poolAssetRow)?.shocksPpm ??
    state.scenarios.assets.get(poolAssetRow) ??
    [];
  return { asset: state.poolAssets.asset.get(poolAssetRow), shocksPpm };
}

/** Whether the vectors of these instruments are fresh and near enough to the marks to open or release on them. */
export function mayUseScenarios(
  state: State,
  of: { readonly poolRow: number; readonly instruments: readonly number[]; readonly timeMs: number },
): boolean {
  const set = scenariosInForce(state, of.poolRow);
  if (set === null) return false;
  return of.instruments.every((instrument) => {
    const vectors = state.scenarios.instruments.get(instrument);
    if (vectors === undefined) return false;
    const now = { timeMs: of.timeMs, marks: [{ instrument, markTicks: drivingTicks(state, instrument) }] };
    const made = { madeAtMs: vectors.timeMs, marks: [{ instrument, markTicks: vectors.referenceTicks }] };
    return scenarioStaleness(made, now, set) === null;
  });
}

/** The price that moves an instrument's vector: its mark, or of an option the price of its underlying. */
function drivingTicks(state: State, instrumentRow: number): bigint {
  const { instruments } = state;
  const isOption = listedInstrument(state, instrumentRow).option !== null;
  return isOption ? instruments.indexTicks.get(instrumentRow) : instruments.markTicks.get(instrumentRow);
}
