/** Several candle files as one market: bars in doubles (a price text is at most 10^162 and at least 10^-162), one interval for all, gaps and oddities reported for each. */
import { type Decimal, err, formatDecimal, ok, type Result } from '../../base/index.js';
import type { AssetBars } from './alignedMarket.js';
import { type Candle, type CandleFaultCode, type PriceGap, readCandleFile } from './candleFile.js';
import type { FileFault } from './csvText.js';
import { type PriceOddity, priceOddities } from './priceReport.js';

export interface MarketFile {
  readonly asset: string;
  readonly text: string;
}

export interface MarketFiles {
  readonly series: readonly AssetBars[];
  readonly intervalMs: number;
  readonly reports: readonly AssetReport[];
}

export interface AssetReport {
  readonly asset: string;
  readonly bars: number;
  readonly fromMs: number;
  readonly toMs: number;
  readonly gaps: readonly PriceGap[];
  readonly oddities: readonly PriceOddity[];
}

export interface MarketFileFault extends FileFault<CandleFaultCode | 'interval_differs'> {
  readonly asset: string;
}

/** Refused: what `readCandleFile` refuses, with its line; a single bar; bars of different lengths; no file. */
export function readMarketFiles(files: readonly MarketFile[]): Result<MarketFiles, MarketFileFault> {
  const series: AssetBars[] = [];
  const reports: AssetReport[] = [];
  let intervalMs: number | null = null;
  for (const { asset, text } of files) {
    const refuse = (code: MarketFileFault['code'], message: string) =>
      err({ asset, code, line: null, message });
    const read = readCandleFile(text);
    if (!read.ok) return err({ asset, ...read.error });
    const { candles, gaps, intervalMs: own } = read.value;
    if (own === null) return refuse('no_bars', 'a single bar has no return');
    intervalMs ??= own;
    if (own !== intervalMs)
      return refuse('interval_differs', `its bars are ${own} ms apart, those of the others ${intervalMs} ms`);
    const bars = candles.map(barOf);
    series.push({ asset, bars });
    const [fromMs, toMs] = [bars[0]?.timeMs as number, bars.at(-1)?.timeMs as number];
    reports.push({ asset, bars: bars.length, fromMs, toMs, gaps, oddities: priceOddities(bars) });
  }
  if (intervalMs === null)
    return err({ asset: '', code: 'no_bars', line: null, message: 'there is no file' });
  return ok({ series, intervalMs, reports });
}

function barOf({ timeMs, open, high, low, close, volume }: Candle) {
  return {
    timeMs,
    open: toNumber(open),
    high: toNumber(high),
    low: toNumber(low),
    close: toNumber(close),
    volume: volume === null ? null : toNumber(volume),
  };
}

function toNumber(value: Decimal): number {
  return Number(formatDecimal(value));
}
