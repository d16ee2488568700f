/** Which unified number of a position cannot be read: it is refused, never taken for one that is missing. */
import type { CcxtPositionFault } from './ccxtPosition.js';
import { fieldOf, plainDecimal, type TextObject } from './ccxtText.js';

const NUMBERS = [
  'contracts',
  'contractSize',
  'entryPrice',
  'markPrice',
  'indexPrice',
  'underlyingPrice',
  'impliedVolatility',
  'leverage',
  'notional',
  'unrealizedPnl',
  'initialMargin',
  'maintenanceMargin',
  'liquidationPrice',
  'collateral',
  'maintenanceMarginPercentage',
  'initialMarginPercentage',
  'timestamp',
] as const;

/** Venues write some figures with a sign; these never have one. */
const NEVER_NEGATIVE: readonly string[] = ['contractSize', 'entryPrice', 'markPrice', 'leverage'];

export function positionNumbersFault(source: TextObject): CcxtPositionFault | null {
  for (const field of NUMBERS) {
    const rule = unreadableNumber(fieldOf(source, field));
    if (rule !== null) return { field, message: `${field} ${rule}` };
    if (NEVER_NEGATIVE.includes(field) && String(fieldOf(source, field)).trim().startsWith('-'))
      return { field, message: `${field} is never negative` };
  }
  return null;
}

/** Null: it is a number, or there is none. */
export function unreadableNumber(value: unknown): string | null {
  if (value === undefined || value === null || value === '') return null;
  if (typeof value === 'string' && plainDecimal(value) !== null) return null;
  return 'is no number that can be kept: digits, a point and an exponent, at most 60 digits in all';
}
