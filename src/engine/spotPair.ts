/** The two assets of a spot pair as rows of this state, and the rules of listing that take the state to check. */
import { basePerLot, type InstrumentDefinition } from '../market/index.js';
import { type Rejection, reject } from './rejection.js';
import { listedInstrument, pairKey, type State } from './state.js';

export interface SpotPair {
  readonly poolRow: number;
  /** Rows of pool assets. */
  readonly base: number;
  readonly quote: number;
  /** Minor units of the base asset in one lot. */
  readonly basePerLot: bigint;
}

export function spotPair(state: State, instrumentRow: number): SpotPair {
  const { pool, poolAsset } = state.instruments;
  const { definition } = listedInstrument(state, instrumentRow);
  const poolRow = pool.get(instrumentRow);
  const assetRow = state.assets.names.rowOf(definition.base);
  return {
    poolRow,
    base: state.poolAssetRows.get(pairKey(poolRow, assetRow)) as number,
    quote: poolAsset.get(instrumentRow),
    basePerLot: basePerLot(definition, state.assets.decimals.get(assetRow)) as bigint,
  };
}

/**
 * Both assets must be of the pool: the quote is what it values in, and the base is its collateral, so that it has a
 * price source apart from the pair's own market (MAR-11). A lot is whole minor units of both.
 */
export function spotListingFault(
  state: State,
  definition: InstrumentDefinition,
  poolRow: number,
): Rejection | null {
  if (definition.instrumentKind !== 'spot') return null;
  const { assets, poolAssets, pools } = state;
  const quoteRow = assets.names.rowOf(definition.quote);
  const baseRow = assets.names.rowOf(definition.base);
  const fault = (field: string, rule: string) => reject('invalid_definition', { field, rule });
  if (pools.valuationAsset.get(poolRow) !== quoteRow)
    return fault('quote', 'the quote of a spot pair is the asset its pool values in');
  const poolAssetRow = state.poolAssetRows.get(pairKey(poolRow, baseRow));
  if (poolAssetRow === undefined || poolAssets.isCollateral.get(poolAssetRow) === 0)
    return fault('base', 'the base of a spot pair is collateral of its pool');
  const perLot = basePerLot(definition, assets.decimals.get(baseRow));
  return perLot !== null && perLot > 0n
    ? null
    : fault('lotSize', 'lotSize x contractSize must be whole minor units of the base asset');
}
