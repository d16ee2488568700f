/** What `bulkhead levels` knows besides prices: a file of liquidity, read for each asset; and which drivers had data, told. */
import {
  type AlignedMarket,
  LEVEL_DRIVERS,
  type LevelTimeline,
  type LiquiditySnapshot,
  liquidityByAsset,
  liquidityReadings,
  type ObservedReadings,
} from '../risk/index.js';
import type { Io } from './io.js';

/** Instruments that no price file is of go to `err`. */
export function observedFrom(
  snapshots: readonly LiquiditySnapshot[],
  { assets }: AlignedMarket,
  io: Io,
): (asset: string, timeMs: number) => Partial<ObservedReadings> {
  const { byAsset, unused } = liquidityByAsset(
    snapshots,
    assets.map(({ asset }) => asset),
  );
  for (const instrument of unused) io.err(`liquidity of ${instrument}: no prices of it, not used\n`);
  const readings = new Map([...byAsset].map(([asset, own]) => [asset, liquidityReadings(own)]));
  return (asset, timeMs) => readings.get(asset)?.(timeMs) ?? {};
}

/** Two lines for each asset: drivers with data, and on how many days; drivers without. */
export function driversText(lines: readonly LevelTimeline[]): string {
  const told = lines.map(({ asset, days, daysRead, neverRead }) => {
    const read = LEVEL_DRIVERS.filter((driver) => daysRead[driver] > 0);
    const counts = read.map((driver) => `${driver} ${daysRead[driver]}`);
    const withData = `days with data of ${days.length}, ${asset}: ${counts.join(', ') || 'none'}\n`;
    return `${withData}no data, neutral, ${asset}: ${neverRead.join(', ') || 'none'}\n`;
  });
  return told.join('');
}
