/** What a proposal knows of an asset or an instrument: its past returns, and its liquidity on a bad day. */
import {
  type AlignedAsset,
  type AlignedMarket,
  type LiquiditySnapshot,
  marketStress,
  type StressedLiquidity,
} from '../risk/index.js';

export const DAY_MS = 86_400_000;

/** Notional caps and volumes are in units of 10^-9 of money, the finest there is: only their ratio counts. */
export const NANO_DECIMALS = 9;

/** The history of the first of these names that has one. */
export function historyOf({ assets }: AlignedMarket, names: readonly string[]): AlignedAsset | undefined {
  return names.flatMap((name) => assets.find(({ asset }) => asset === name) ?? [])[0];
}

export function knownReturns({ returns }: AlignedAsset): Float64Array {
  return returns.filter((value) => !Number.isNaN(value));
}

/** Of one asset in units of another, on the dates that both have. */
export function relativeReturns(of: AlignedAsset, against: AlignedAsset): Float64Array {
  return of.returns
    .map((value, at) => (1 + value) / (1 + (against.returns[at] as number)) - 1)
    .filter((value) => !Number.isNaN(value));
}

/** Null where nothing, or not enough, is known: then it counts as neutral. `price`: money of the snapshots for one of the result's. */
export function stressedLiquidityOf(
  liquidity: readonly LiquiditySnapshot[],
  of: { readonly name: string; readonly returns: Float64Array; readonly price: number },
): StressedLiquidity | null {
  const own = liquidity.filter((snapshot) => snapshot.instrument === of.name);
  const stress = marketStress(own, of.returns);
  if (!stress.ok) return null;
  const { dailyVolume, halfSpread, volatility } = stress.value;
  const dailyVolumeMinor = BigInt(Math.floor((dailyVolume / of.price) * 10 ** NANO_DECIMALS));
  return dailyVolumeMinor > 0n ? { dailyVolumeMinor, halfSpread, volatility } : null;
}
