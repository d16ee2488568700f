/** Whose snapshots are of which asset? */
import type { LiquiditySnapshot } from './liquidityFile.js';

export interface AssetLiquidity {
  /** By asset; an asset that no snapshot is of is not there. */
  readonly byAsset: ReadonlyMap<string, readonly LiquiditySnapshot[]>;
  /** Instruments of no asset that was asked for. */
  readonly unused: readonly string[];
}

/** An instrument is of the asset that bears its name, else of that before the first `-`, `/`, `:`, `_` in it: BTC of BTC-PERP. */
export function liquidityByAsset(
  snapshots: readonly LiquiditySnapshot[],
  assets: readonly string[],
): AssetLiquidity {
  const known = new Set(assets);
  const byAsset = new Map<string, LiquiditySnapshot[]>();
  const unused = new Set<string>();
  for (const snapshot of snapshots) {
    const { instrument } = snapshot;
    const base = (instrument.split(/[-/:_]/)[0] ?? '').toUpperCase();
    const asset = [instrument, base].find((name) => known.has(name));
    if (asset === undefined) unused.add(instrument);
    else if (byAsset.has(asset)) byAsset.get(asset)?.push(snapshot);
    else byAsset.set(asset, [snapshot]);
  }
  return { byAsset, unused: [...unused] };
}
