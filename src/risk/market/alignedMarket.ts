/**
 * Several price series on one calendar: returns of each asset by date, so that a date means the same day for all. A
 * return needs the bar before it: after a gap there is none, and no price is filled in.
 */
import { err, ok, type Result } from '../../base/index.js';
import { type RiskFault, riskFault } from '../riskFault.js';

export interface AssetBars {
  readonly asset: string;
  /** Oldest first, a time once. */
  readonly bars: readonly Bar[];
}

export interface Bar {
  readonly timeMs: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  /** In quote or base units, as the file has it; null without a column for it. */
  readonly volume: number | null;
}

export interface AlignedMarket {
  /** Times of the bars that end each return, oldest first: all that any asset has. */
  readonly timesMs: readonly number[];
  /** `2020-03-12`, or the whole time where bars are shorter than a day. */
  readonly dates: readonly string[];
  readonly intervalMs: number;
  readonly assets: readonly AlignedAsset[];
}

export interface AlignedAsset {
  readonly asset: string;
  /** Close over the close before, less 1; NaN on dates without both bars. */
  readonly returns: Float64Array;
  /** Low and high of the bar over the close before, less 1: what an engine that liquidates sees on the way. */
  readonly lows: Float64Array;
  readonly highs: Float64Array;
  /** Places in the calendar of its first and last return. */
  readonly first: number;
  readonly last: number;
  /** Dates between the two without a return. */
  readonly missing: readonly string[];
}

/** Refused: no asset, a name twice, fewer than two bars, no bar after the one before it in time, a price not above 0. */
export function alignMarket(
  series: readonly AssetBars[],
  { intervalMs }: { readonly intervalMs: number },
): Result<AlignedMarket, RiskFault> {
  const fault = seriesFault(series);
  if (fault !== null) return err(fault);
  const moves = series.map(({ bars }) => movesOf(bars, intervalMs));
  const timesMs = [...new Set(moves.flatMap((byTime) => [...byTime.keys()]))].sort((a, b) => a - b);
  const empty = moves.findIndex((byTime) => byTime.size === 0);
  if (empty >= 0) return err(riskFault('too_few', 'bars', { at: [empty], context: { returns: '0' } }));
  const dates = timesMs.map((timeMs) => dateText(timeMs, intervalMs));
  const assets = series.map(({ asset }, at) => alignedAsset(asset, moves[at] as Moves, { timesMs, dates }));
  return ok({ timesMs, dates, intervalMs, assets });
}

type Moves = ReadonlyMap<number, { readonly close: number; readonly low: number; readonly high: number }>;

/** One and a half intervals between two bars are a gap, as in the reader of the files. */
function movesOf(bars: readonly Bar[], intervalMs: number): Moves {
  const moves = new Map<number, { close: number; low: number; high: number }>();
  for (const [at, { timeMs, close, low, high }] of bars.entries()) {
    const before = bars[at - 1];
    if (before === undefined || (timeMs - before.timeMs) * 2 > intervalMs * 3) continue;
    const over = (price: number) => price / before.close - 1;
    moves.set(timeMs, { close: over(close), low: over(low), high: over(high) });
  }
  return moves;
}

function alignedAsset(
  asset: string,
  moves: Moves,
  { timesMs, dates }: { readonly timesMs: readonly number[]; readonly dates: readonly string[] },
): AlignedAsset {
  const field = (of: 'close' | 'low' | 'high') =>
    Float64Array.from(timesMs, (timeMs) => moves.get(timeMs)?.[of] ?? Number.NaN);
  const returns = field('close');
  const first = returns.findIndex((x) => !Number.isNaN(x));
  const last = returns.findLastIndex((x) => !Number.isNaN(x));
  const missing = dates.filter((_, day) => day > first && day < last && Number.isNaN(returns[day]));
  return { asset, returns, lows: field('low'), highs: field('high'), first, last, missing };
}

export function dateText(timeMs: number, intervalMs: number): string {
  const text = new Date(timeMs).toISOString();
  return intervalMs % 86_400_000 === 0 ? text.slice(0, 10) : text;
}

function seriesFault(series: readonly AssetBars[]): RiskFault | null {
  if (series.length === 0) return riskFault('too_few', 'series', { context: { got: '0', needed: '1' } });
  const names = series.map(({ asset }) => asset);
  for (const [at, { asset, bars }] of series.entries()) {
    if (names.indexOf(asset) !== at) return riskFault('duplicate_id', 'series', { at: [at] });
    for (const [row, { timeMs, high, low, close }] of bars.entries()) {
      const isPrice = [high, low, close].every((price) => price > 0 && price < Number.POSITIVE_INFINITY);
      if (!isPrice) return riskFault('not_finite', 'bars', { at: [at, row] });
      if (row > 0 && !(timeMs > (bars[row - 1] as Bar).timeMs))
        return riskFault('bad_range', 'bars', { at: [at, row] });
    }
  }
  return null;
}
