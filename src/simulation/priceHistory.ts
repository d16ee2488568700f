/**
 * Price history of one instrument from OHLC text (CSV) to bars in ticks. Exact: decimal text goes to whole
 * ticks without floats.
 */
import { type Decimal, divFloor, err, formatDecimal, ok, type Result } from '../base/index.js';
import type { PriceTicks, TimeMs } from '../base/units.js';
import {
  type Candle,
  type CandleFaultCode,
  type PriceGap,
  readCandleFile,
} from '../risk/market/candleFile.js';
import { type FileFault, fileFaultText, isoTime } from '../risk/market/csvText.js';

export type { PriceGap } from '../risk/market/candleFile.js';

export interface PriceBar {
  /** Opening time of the bar. */
  readonly timeMs: TimeMs;
  readonly openTicks: PriceTicks;
  readonly highTicks: PriceTicks;
  readonly lowTicks: PriceTicks;
  readonly closeTicks: PriceTicks;
}

export interface PriceHistory {
  readonly bars: readonly PriceBar[];
  /** The most frequent distance between two bars; null for a single bar. */
  readonly intervalMs: TimeMs | null;
  /** Empty unless gaps were allowed. */
  readonly gaps: readonly PriceGap[];
}

/** Why a file is refused; `line` counts from 1 and is null when the whole file is meant. */
export type PriceFault = FileFault<PriceFaultCode>;
export type PriceFaultCode = CandleFaultCode | 'price_under_tick' | 'bars_missing';

export interface PriceReading {
  /** Prices go to the nearest multiple of it, half a tick upwards. */
  readonly tickSize: Decimal;
  /** Whether missing bars are reported beside the bars instead of refused. Default: refused. */
  readonly gapsAllowed?: boolean;
}

/** Reads what `readCandleFile` reads, in ticks. */
export function readPriceHistory(text: string, reading: PriceReading): Result<PriceHistory, PriceFault> {
  const file = readCandleFile(text);
  if (!file.ok) return file;
  const { candles, intervalMs, gaps } = file.value;
  const bars: PriceBar[] = [];
  for (const candle of candles) {
    const bar = barInTicks(candle, reading.tickSize);
    if (!bar.ok) return bar;
    bars.push(bar.value);
  }
  if (gaps[0] !== undefined && reading.gapsAllowed !== true) return err(gapFault(gaps[0], gaps.length));
  return ok({ bars, intervalMs, gaps });
}

/** The bars that open at or after `fromMs` and before `toMs`; null leaves that side open. */
export function sliceBars(
  bars: readonly PriceBar[],
  range: { readonly fromMs: TimeMs | null; readonly toMs: TimeMs | null },
): readonly PriceBar[] {
  const { fromMs, toMs } = range;
  return bars.filter(
    ({ timeMs }) => (fromMs === null || timeMs >= fromMs) && (toMs === null || timeMs < toMs),
  );
}

/** One refusal in words, as a person reads it: `line 7: ...`. */
export const priceFaultText: (fault: PriceFault) => string = fileFaultText;

function barInTicks(candle: Candle, tickSize: Decimal): Result<PriceBar, PriceFault> {
  const { line, timeMs, low } = candle;
  const ticks = (price: Decimal) => nearestTick(price, tickSize);
  if (ticks(low) <= 0n) {
    const message = `low rounds to zero: the tick size is too coarse for this price: ${formatDecimal(low)}`;
    return err({ code: 'price_under_tick', line, message });
  }
  return ok({
    timeMs,
    openTicks: ticks(candle.open),
    highTicks: ticks(candle.high),
    lowTicks: ticks(low),
    closeTicks: ticks(candle.close),
  });
}

/** The nearest whole tick, half a tick upwards: a mark favours nobody, longs and shorts are on both sides of it. */
export function nearestTick(price: Decimal, tickSize: Decimal): PriceTicks {
  const numerator = price.digits * 10n ** BigInt(tickSize.scale);
  const denominator = tickSize.digits * 10n ** BigInt(price.scale);
  return divFloor(2n * numerator + denominator, 2n * denominator);
}

function gapFault(gap: PriceGap, count: number): PriceFault {
  const others = count === 1 ? '' : ` (the first of ${count} gaps)`;
  const message = `no bars between ${isoTime(gap.afterMs)} and ${isoTime(gap.untilMs)}${others}`;
  return { code: 'bars_missing', line: gap.line, message };
}
