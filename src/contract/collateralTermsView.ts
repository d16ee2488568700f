/** How an asset counts as collateral of a pool, and what its price source last said. */
import { collateralTerms, hasUsablePrice } from '../engine/assetPrice.js';
import type { Situation, State } from '../engine/index.js';
import type { CollateralTerms } from '../margin/index.js';
import { formatAssetPrice, formatPpm, formatValue, poolAssetRowScale, type Scale } from './scale.js';
import { assetSourcesView, type SourcesView } from './sourcesView.js';

/** How much of an asset counts. */
export interface CountedView {
  readonly haircutRate: string;
  readonly countedCap: string | null;
}

/** An asset as collateral of a pool; prices and caps are in the pool's valuation asset. */
export interface CollateralTermsView {
  readonly haircutRate: string;
  /** No more value than this counts in one account; null: no limit. */
  readonly countedCap: string | null;
  /** By which liquidation judges: after a change the former ones, until its grace ends. */
  readonly liquidation: CountedView;
  /** A change on its way; null for none. */
  readonly scheduled: (CountedView & { readonly effectiveMs: number; readonly graceUntilMs: number }) | null;
  readonly peg: { readonly price: string; readonly toleranceRate: string; readonly slope: string } | null;
  /** Lower ranks are converted first. */
  readonly conversionRank: number;
  readonly conversionSpreadRate: string;
  /** The last good price; null before the first. */
  readonly price: string | null;
  readonly priceTimeMs: number | null;
  readonly priceAgeMs: number | null;
  /** Whether it may decide about money now. */
  readonly priceUsable: boolean;
  /** A jump that waits for confirmation. */
  readonly pendingPrice: string | null;
  /** The last price could not be one. */
  readonly priceSuspect: boolean;
  /** What the price is made of; null: it comes finished. */
  readonly priceSources: SourcesView | null;
}

export function collateralTermsView(
  { state, timeMs }: Situation,
  poolAssetRow: number,
): CollateralTermsView | null {
  const { poolAssets } = state;
  if (poolAssets.isCollateral.get(poolAssetRow) === 0) return null;
  const scale = poolAssetRowScale(state, poolAssetRow);
  const { haircutPpm, countedCapMinor, peg } = collateralTerms(state, poolAssetRow, 'opening');
  const price = (value: bigint) => (value === 0n ? null : formatAssetPrice(value, scale));
  const hasPrice = poolAssets.price.get(poolAssetRow) !== 0n;
  const priceTimeMs = poolAssets.priceTimeMs.get(poolAssetRow);
  return {
    ...countedView({ haircutPpm, countedCapMinor }, scale),
    liquidation: countedView(collateralTerms(state, poolAssetRow, 'liquidation'), scale),
    scheduled: scheduledView(state, poolAssetRow, scale),
    peg: peg === null ? null : pegView(peg, scale),
    conversionRank: poolAssets.conversionRank.get(poolAssetRow),
    conversionSpreadRate: formatPpm(poolAssets.conversionSpreadPpm.get(poolAssetRow)),
    price: price(poolAssets.price.get(poolAssetRow)),
    priceTimeMs: hasPrice ? priceTimeMs : null,
    priceAgeMs: hasPrice ? Math.max(0, timeMs - priceTimeMs) : null,
    priceUsable: hasUsablePrice(state, poolAssetRow, timeMs),
    pendingPrice: price(poolAssets.pendingPrice.get(poolAssetRow)),
    priceSuspect: poolAssets.isPriceSuspect.get(poolAssetRow) === 1,
    priceSources: assetSourcesView(state, poolAssetRow),
  };
}

function countedView(
  { haircutPpm, countedCapMinor }: Pick<CollateralTerms, 'haircutPpm' | 'countedCapMinor'>,
  scale: Scale,
): CountedView {
  return {
    haircutRate: formatPpm(haircutPpm),
    countedCap: countedCapMinor === null ? null : formatValue(countedCapMinor, scale),
  };
}

function scheduledView(state: State, row: number, scale: Scale): CollateralTermsView['scheduled'] {
  const { poolAssets, scheduledCollateral } = state;
  if (!scheduledCollateral.has(row)) return null;
  const countedCap = poolAssets.nextCountedCap.get(row);
  const counted = {
    haircutPpm: poolAssets.nextHaircutPpm.get(row),
    countedCapMinor: countedCap < 0n ? null : countedCap,
  };
  return {
    ...countedView(counted, scale),
    effectiveMs: poolAssets.nextEffectiveMs.get(row),
    graceUntilMs: poolAssets.nextGraceUntilMs.get(row),
  };
}

function pegView(peg: NonNullable<CollateralTerms['peg']>, scale: Scale): CollateralTermsView['peg'] {
  return {
    price: formatAssetPrice(peg.price, scale),
    toleranceRate: formatPpm(peg.tolerancePpm),
    slope: formatPpm(peg.slopePpm),
  };
}
