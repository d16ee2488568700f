/** Marks and depth of a venue, as its clients would read them. */
import { max } from '../base/index.js';
import { decimalOf, formatNearest } from '../contract/calcDecimal.js';
import { Refusal } from './failures.js';
import {
  asked,
  type CcxtExchange,
  type CcxtMarket,
  type CcxtMarkPrice,
  type CcxtOrderBook,
  type VenueHost,
} from './venue.js';

export interface VenueMark {
  readonly markPrice: number;
  readonly indexPrice: number | null;
  /** Of the venue; null where it tells none. */
  readonly timeMs: number | null;
}

/** By symbol; what the venue tells no mark of is not there. */
export async function venueMarks(
  exchange: CcxtExchange,
  symbols: readonly string[],
  host: Pick<VenueHost, 'sleep'>,
): Promise<ReadonlyMap<string, VenueMark>> {
  const told = await asked(host, () => markPricesOf(exchange, symbols));
  const marks = new Map<string, VenueMark>();
  for (const symbol of symbols) {
    const { markPrice, indexPrice, timestamp } = told[symbol] ?? {};
    if (!isPrice(markPrice)) continue;
    marks.set(symbol, {
      markPrice,
      indexPrice: isPrice(indexPrice) ? indexPrice : null,
      timeMs: typeof timestamp === 'number' && Number.isSafeInteger(timestamp) ? timestamp : null,
    });
  }
  return marks;
}

/** Funding rates come with mark and index, and are all that some venues have. */
async function markPricesOf(
  exchange: CcxtExchange,
  symbols: readonly string[],
): Promise<Readonly<Record<string, CcxtMarkPrice>>> {
  const { has } = exchange;
  if (has['fetchFundingRates'] === true) return exchange.fetchFundingRates(symbols);
  if (has['fetchMarkPrices'] === true) return exchange.fetchMarkPrices(symbols);
  if (has['fetchFundingRate'] !== true) throw new Refusal('no_marks', 'the venue tells no mark prices');
  const rates = await Promise.all(symbols.map((symbol) => exchange.fetchFundingRate(symbol)));
  return Object.fromEntries(symbols.map((symbol, at) => [symbol, rates[at] ?? {}]));
}

function isPrice(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value > 0;
}

/** A price on the grid of an instrument's marks: the nearest step, and never none. */
export function onGrid(price: number, tickSize: string, markTicksPerTick: number): string {
  const [value, tick] = [decimalOf(plain(price)), decimalOf(tickSize)];
  const perTick = BigInt(markTicksPerTick);
  const numerator = value.digits * perTick * 10n ** BigInt(tick.scale);
  const denominator = tick.digits * 10n ** BigInt(value.scale);
  const steps = max(1n, BigInt(formatNearest({ numerator, denominator }, 0)));
  // A tenth of a tick has one decimal more than the tick.
  const decimals = tick.scale + String(markTicksPerTick).length - 1;
  const exact = { numerator: steps * tick.digits, denominator: perTick * 10n ** BigInt(tick.scale) };
  return formatNearest(exact, decimals);
}

/** A number as decimal text without an exponent. */
export function plain(value: number): string {
  const text = String(value);
  if (!text.includes('e')) return text;
  return Math.abs(value) >= 1 ? BigInt(value).toString() : value.toFixed(20).replace(/\.?0+$/, '');
}

export const DEPTH_BASIS_POINTS = [10, 50, 100] as const;
export const DEPTH_HEADER = `timestamp,venue,instrument,best_bid,best_ask,${DEPTH_BASIS_POINTS.map(
  (points) => `bid_depth_${points},ask_depth_${points}`,
).join(',')}\n`;

/** A line of a liquidity file: money that rests within so many basis points of the middle. Null for a book with one side. */
export function depthLine(
  book: CcxtOrderBook,
  market: CcxtMarket,
  row: { readonly timeMs: number; readonly venue: string; readonly instrument: string },
): string | null {
  const [bid, ask] = [book.bids[0]?.[0], book.asks[0]?.[0]];
  if (!isPrice(bid) || !isPrice(ask) || bid >= ask) return null;
  const middle = (bid + ask) / 2;
  const size = market.contract === true ? (market.contractSize ?? 1) : 1;
  const money = (price: number, amount: number) => amount * size * (market.inverse === true ? 1 : price);
  const within = (side: CcxtOrderBook['bids'], points: number) =>
    side
      .filter(([price = 0]) => Math.abs(price - middle) <= (middle * points) / 10_000)
      .reduce((sum, [price = 0, amount = 0]) => sum + money(price, amount), 0);
  const depths = DEPTH_BASIS_POINTS.flatMap((points) => [
    within(book.bids, points),
    within(book.asks, points),
  ]);
  const { timeMs, venue, instrument } = row;
  return `${[timeMs, venue, instrument, plain(bid), plain(ask), ...depths.map((sum) => sum.toFixed(2))].join(',')}\n`;
}
