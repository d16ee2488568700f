/**
 * A position from CCXT as an instrument and a position of the calculator. Unified structures leave things out: what can
 * be found from the other numbers is, with a note; what cannot is refused by name.
 */
import { err, ok, type Result } from '../base/result.js';
import { leverageFrom } from './analyzeLeverage.js';
import type { AnalyzeNote } from './analyzeNote.js';
import { decimalOf, finest, formatNearest, isAbove } from './calcDecimal.js';
import type { CalcInstrument, CalcPosition, CalcTier } from './calcSchema.js';
import type { CcxtBook } from './ccxtBook.js';
import type { CcxtPosition } from './ccxtPosition.js';
import { ccxtTiers } from './ccxtTiers.js';

/** A position that can be computed. */
export interface BookedPosition {
  readonly source: CcxtPosition;
  readonly instrument: CalcInstrument;
  readonly position: CalcPosition;
  readonly markPrice: string;
  /** Price of the underlying; null where the instrument needs none. */
  readonly indexPrice: string | null;
  readonly hasTiers: boolean;
  /** What stands behind it in an isolated account of its own. */
  readonly ownMargin: string;
}

export interface PositionContext {
  readonly book: CcxtBook;
  /** For every contract whose market tells none. */
  readonly takerFeeRate?: string | undefined;
  /** Whether a profile says what maintenance margin is charged on. */
  readonly hasProfile: boolean;
  readonly note: (note: AnalyzeNote) => void;
}

/** What a position lacks. */
export interface BookingFault {
  readonly field: string;
  readonly message: string;
}

export function bookedPosition(
  source: CcxtPosition,
  id: string,
  context: PositionContext,
): Result<BookedPosition, BookingFault> {
  const { symbol, market, side, contracts, impliedVolatility } = source;
  if (market.kind === 'spot')
    return lacking('symbol', `${symbol} is a spot market: a balance, not a position`);
  const markPrice = source.markPrice ?? markFromNotional(source, context);
  if (markPrice === null) return lacking('markPrice', `${symbol} has no markPrice`);
  const entryPrice = source.entryPrice ?? entryFromProfit(source, markPrice, context);
  if (entryPrice === null && market.kind !== 'option')
    return lacking('entryPrice', `${symbol} has no entryPrice`);
  const indexPrice =
    source.indexPrice ?? (market.kind === 'option' ? underlyingPrice(source, context) : null);
  if (indexPrice === null && market.kind === 'option') {
    return lacking(
      'indexPrice',
      `${symbol} needs the price of its underlying: indexPrice, or a future on ${market.base} in the book`,
    );
  }
  const tiers = market.kind === 'option' ? null : tiersOf(source, context);
  if (tiers !== null && !tiers.ok) return tiers;
  const leverage =
    tiers === null
      ? ok(null)
      : leverageFrom(source, tiers.value.isListed ? tiers.value.tiers : null, context.note);
  if (!leverage.ok) return leverage;
  const listed = context.book.markets.get(symbol);
  const takerFeeRate = listed?.takerFeeRate ?? context.takerFeeRate ?? null;
  const instrument: CalcInstrument = {
    id,
    kind: market.kind,
    payoff: market.payoff,
    base: market.base,
    quote: market.quote,
    settle: market.settle,
    contractSize: source.contractSize,
    // Without a step that a market tells, prices are not rounded at all: the digits of a mark are no grid.
    tickSize: listed?.priceStep ?? step(finest([markPrice])),
    lotSize: step(finest([contracts])),
    ...(context.hasProfile || market.kind === 'option' ? {} : { maintenanceBasis: 'mark' }),
    ...(context.hasProfile && typeof listed?.priceStep === 'string' ? {} : { priceRounding: 'none' }),
    ...(takerFeeRate === null || market.kind === 'option' ? {} : { takerFeeRate }),
    ...(market.expiryMs === null ? {} : { expiry: market.expiryMs }),
    ...(tiers === null ? {} : { tiers: [...tiers.value.tiers] }),
    ...(market.optionType === null ? {} : { optionType: market.optionType }),
    ...(market.strike === null ? {} : { strike: market.strike }),
    ...(market.kind !== 'option' || impliedVolatility === null ? {} : { impliedVolatility }),
  };
  return ok({
    source,
    instrument,
    position: {
      instrument: id,
      side,
      quantity: contracts,
      ...(entryPrice === null ? {} : { entryPrice }),
      ...(leverage.value === null ? {} : { leverage: leverage.value }),
    },
    markPrice,
    indexPrice,
    hasTiers: tiers?.value.isListed ?? true,
    ownMargin: ownMargin(source, entryPrice ?? markPrice, leverage.value, context),
  });
}

function lacking(field: string, message: string): Result<never, BookingFault> {
  return err({ field, message });
}

const DERIVED_DECIMALS = 8;

function step(decimals: number): string {
  return decimals === 0 ? '1' : `0.${'0'.repeat(decimals - 1)}1`;
}

/** Contracts x contractSize. */
function sizeOf({ contracts, contractSize }: CcxtPosition): {
  readonly digits: bigint;
  readonly scale: number;
} {
  const [a, b] = [decimalOf(contracts), decimalOf(contractSize)];
  return { digits: a.digits * b.digits, scale: a.scale + b.scale };
}

/** a / b to the nearest of so many decimals; null where b is zero or the quotient not above it. */
function quotient(
  a: { readonly digits: bigint; readonly scale: number },
  b: { readonly digits: bigint; readonly scale: number },
): string | null {
  if (b.digits === 0n) return null;
  const sign = b.digits < 0n ? -1n : 1n;
  const text = formatNearest(
    {
      numerator: sign * a.digits * 10n ** BigInt(b.scale),
      denominator: sign * b.digits * 10n ** BigInt(a.scale),
    },
    DERIVED_DECIMALS,
  );
  return isAbove(text, '0') ? text : null;
}

function markFromNotional(source: CcxtPosition, { note }: PositionContext): string | null {
  const { notional } = source.reported;
  if (notional === null || source.market.kind === 'option') return null;
  const value = decimalOf(notional.replace('-', ''));
  const size = sizeOf(source);
  const mark = source.market.payoff === 'linear' ? quotient(value, size) : quotient(size, value);
  if (mark !== null) {
    note({
      code: 'mark_from_notional',
      symbol: source.symbol,
      message: 'no markPrice: taken from the notional, which some venues reckon at another price',
    });
  }
  return mark;
}

function entryFromProfit(source: CcxtPosition, mark: string, { note }: PositionContext): string | null {
  const { unrealizedPnl } = source.reported;
  const { kind, payoff } = source.market;
  if (unrealizedPnl === null || payoff !== 'linear' || kind === 'option') return null;
  const [profit, size, price] = [decimalOf(unrealizedPnl), sizeOf(source), decimalOf(mark)];
  const sign = source.side === 'long' ? 1n : -1n;
  // entry = (mark x size - profit) / size, with the profit of a short turned.
  const value = { digits: price.digits * size.digits, scale: price.scale + size.scale };
  const scale = Math.max(value.scale, profit.scale);
  const cost =
    value.digits * 10n ** BigInt(scale - value.scale) -
    sign * profit.digits * 10n ** BigInt(scale - profit.scale);
  const entry = quotient({ digits: cost, scale }, size);
  if (entry !== null) {
    note({
      code: 'entry_from_profit',
      symbol: source.symbol,
      message: 'no entryPrice: taken from unrealizedPnl',
    });
  }
  return entry;
}

/** Of a future with the same expiry, else of any contract on the same asset. */
function underlyingPrice({ symbol, market }: CcxtPosition, { book, note }: PositionContext): string | null {
  const others = book.positions.filter(
    (other) => other.market.base === market.base && other.markPrice !== null,
  );
  const futures = others.filter(({ market: { kind } }) => kind === 'future' || kind === 'perpetual');
  const found = futures.find(({ market: { expiryMs } }) => expiryMs === market.expiryMs) ?? futures[0];
  const index = found?.markPrice ?? others.find(({ indexPrice }) => indexPrice !== null)?.indexPrice ?? null;
  if (index !== null) {
    note({
      code: 'underlying_from_book',
      symbol,
      message: `no indexPrice: the price of the underlying is that of ${found?.symbol ?? 'another option'}`,
    });
  }
  return index;
}

interface Tiers {
  readonly tiers: readonly CalcTier[];
  readonly isListed: boolean;
}

function tiersOf(source: CcxtPosition, { book, note }: PositionContext): Result<Tiers, BookingFault> {
  const { symbol, maintenanceRate, reported } = source;
  const listed = ccxtTiers(book.tiers, symbol);
  if (listed !== null) return ok({ tiers: listed, isListed: true });
  const rate =
    maintenanceRate ??
    (reported.maintenanceMargin === null || reported.notional === null
      ? null
      : quotient(decimalOf(reported.maintenanceMargin), decimalOf(reported.notional.replace('-', ''))));
  if (rate === null || !isAbove('1', rate)) {
    return lacking(
      'maintenanceMarginPercentage',
      `${symbol} has no leverage tiers, no maintenanceMarginPercentage and no maintenanceMargin`,
    );
  }
  note({
    code: 'tiers_unknown',
    symbol,
    message: `${book.tiers === null ? 'no leverage tiers' : 'the leverage tiers given have none of it'}: one tier at ${rate}, as maintenanceMarginPercentage says, without a maintenance amount`,
  });
  return ok({ tiers: [{ maintenanceMarginRate: rate }], isListed: false });
}

/** Put up for the position, as far as the venue says; else what opening it asks for. */
function ownMargin(
  source: CcxtPosition,
  entryPrice: string,
  leverage: string | null,
  { note }: PositionContext,
): string {
  const { symbol, marginMode, postedMargin, reported } = source;
  if (marginMode === 'isolated') {
    if (postedMargin !== null) return postedMargin;
    const told = reported.collateral ?? reported.initialMargin;
    if (told !== null && isAbove(told, '0')) {
      note({
        code: 'margin_from_collateral',
        symbol,
        message:
          'the margin put up is taken from `collateral` (or `initialMargin`), in which some venues count profit',
      });
      return told;
    }
    note({ code: 'margin_assumed', symbol, message: 'no margin put up is told: taken as cost / leverage' });
  }
  const [size, entry] = [sizeOf(source), decimalOf(entryPrice)];
  const isLinear = source.market.payoff === 'linear' || source.market.kind === 'option';
  const cost = isLinear
    ? quotient(
        { digits: size.digits * entry.digits, scale: size.scale + entry.scale },
        decimalOf(leverage ?? '1'),
      )
    : quotient(size, {
        digits: entry.digits * decimalOf(leverage ?? '1').digits,
        scale: entry.scale + decimalOf(leverage ?? '1').scale,
      });
  return cost ?? '0';
}
