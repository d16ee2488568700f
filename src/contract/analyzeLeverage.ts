/**
 * The leverage of a position: as told; else what its initial margin says, or the most its tiers allow. Several venues
 * leave it out, in cross mode above all.
 */
import { err, ok, type Result } from '../base/result.js';
import type { AnalyzeNote } from './analyzeNote.js';
import { product, quotient } from './analyzeNumbers.js';
import type { BookingFault } from './analyzePosition.js';
import { decimalOf, formatNearest, isAbove } from './calcDecimal.js';
import type { CalcTier } from './calcSchema.js';
import type { CcxtPosition } from './ccxtPosition.js';

const DECIMALS = 8;

/** `tiers`: null where none were given. */
export function leverageFrom(
  source: CcxtPosition,
  tiers: readonly CalcTier[] | null,
  note: (note: AnalyzeNote) => void,
): Result<string, BookingFault> {
  const { symbol, leverage } = source;
  if (leverage !== null && !isAbove('1', leverage)) return ok(leverage);
  if (leverage !== null) {
    note({ code: 'leverage_left_out', symbol, message: `leverage ${leverage} is below 1: left out` });
  }
  const rate = initialRate(source);
  if (rate !== null) {
    const found = inverse(rate.rate);
    note({
      code: 'leverage_from_margin',
      symbol,
      message: `no leverage: ${found} is taken from ${rate.field}`,
    });
    return ok(found);
  }
  const most = tiers === null ? null : mostOf(tiers, source);
  if (most === null) {
    return err({
      field: 'leverage',
      message: `${symbol} has no leverage, and no initialMarginPercentage, initialMargin or leverage tiers to take it from`,
    });
  }
  note({
    code: 'leverage_from_tiers',
    symbol,
    message: `no leverage: ${most}, the most that its tier allows`,
  });
  return ok(most);
}

function initialRate({
  initialRate,
  reported: { initialMargin, notional },
}: CcxtPosition): { readonly rate: string; readonly field: string } | null {
  if (initialRate !== null) return { rate: initialRate, field: 'initialMarginPercentage' };
  if (initialMargin === null || notional === null || !isAbove(initialMargin, '0')) return null;
  const rate = quotient(initialMargin, notional.replace('-', ''));
  return isAbove(rate, '0') ? { rate, field: 'initialMargin / notional' } : null;
}

/** 1 / rate, and at least 1: no more than the whole value is put up. */
function inverse(rate: string): string {
  if (!isAbove('1', rate)) return '1';
  const { digits, scale } = decimalOf(rate);
  return formatNearest({ numerator: 10n ** BigInt(scale), denominator: digits }, DECIMALS);
}

function mostOf(tiers: readonly CalcTier[], source: CcxtPosition): string | null {
  const notional = source.reported.notional?.replace('-', '') ?? valueAtMark(source);
  const tier =
    tiers.find(({ notionalCap }) => typeof notionalCap !== 'string' || !isAbove(notional, notionalCap)) ??
    tiers.at(-1);
  const most = tier?.maxLeverage;
  return most === undefined || isAbove('1', most) ? null : most;
}

/** Value at the mark, for choosing a tier. */
function valueAtMark({ contracts, contractSize, markPrice, market }: CcxtPosition): string {
  const size = product([contracts, contractSize]);
  if (markPrice === null) return '0';
  return market.payoff === 'linear' ? product([size, markPrice]) : quotient(size, markPrice);
}
