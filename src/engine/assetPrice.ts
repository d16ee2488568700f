/** Prices of assets inside a pool: what collateral is valued at, and whether a price may decide about money. */
import { ASSET_PRICE_SCALE, type CollateralTerms } from '../margin/index.js';
import type { State } from './state.js';

/** Valuation minor units x ASSET_PRICE_SCALE per minor unit; 0 where the asset has none. */
export function assetPrice(state: State, poolAssetRow: number): bigint {
  return isValuationAsset(state, poolAssetRow) ? ASSET_PRICE_SCALE : state.poolAssets.price.get(poolAssetRow);
}

/** Whether the asset's price is there, fresh and sound. The valuation asset is always worth itself. */
export function hasUsablePrice(state: State, poolAssetRow: number, timeMs: number): boolean {
  if (isValuationAsset(state, poolAssetRow)) return true;
  const { poolAssets } = state;
  return (
    poolAssets.price.get(poolAssetRow) !== 0n &&
    poolAssets.pendingPrice.get(poolAssetRow) === 0n &&
    poolAssets.isPriceSuspect.get(poolAssetRow) === 0 &&
    timeMs - poolAssets.priceTimeMs.get(poolAssetRow) <= poolAssets.priceMaxAgeMs.get(poolAssetRow)
  );
}

function isValuationAsset(state: State, poolAssetRow: number): boolean {
  const poolRow = state.poolAssets.pool.get(poolAssetRow);
  return state.pools.valuationAsset.get(poolRow) === state.poolAssets.asset.get(poolAssetRow);
}

/** By what the asset counts for opening and removal, or, where a change is under way, still for liquidation. */
export function collateralTerms(
  state: State,
  poolAssetRow: number,
  judges: 'opening' | 'liquidation',
): CollateralTerms {
  const { poolAssets } = state;
  const isOpening = judges === 'opening';
  const countedCap = (isOpening ? poolAssets.countedCap : poolAssets.liquidationCountedCap).get(poolAssetRow);
  const price = poolAssets.pegPrice.get(poolAssetRow);
  return {
    haircutPpm: (isOpening ? poolAssets.haircutPpm : poolAssets.liquidationHaircutPpm).get(poolAssetRow),
    debtInitialPpm: poolAssets.debtInitialPpm.get(poolAssetRow),
    debtMaintenancePpm: poolAssets.debtMaintenancePpm.get(poolAssetRow),
    countedCapMinor: countedCap < 0n ? null : countedCap,
    peg:
      price === 0n
        ? null
        : {
            price,
            tolerancePpm: poolAssets.pegTolerancePpm.get(poolAssetRow),
            slopePpm: poolAssets.pegSlopePpm.get(poolAssetRow),
          },
  };
}
