/**
 * What a scenario is: for each underlying a move of its price, a shock of implied volatilities, and how much of the
 * change in value counts. Data only; `scenarioPnl.ts` prices instruments under it.
 */
import { formatDecimal, PPM } from '../base/index.js';
import type { Fraction } from '../market/payoff.js';
import { toFloat } from './quantize.js';

/** One scenario for all underlyings it names; those it does not name stand still. */
export interface Scenario {
  /** Names the scenario in explanations: `price-16%/vol+50%@30d`, `2020-03-12`. */
  readonly id: string;
  readonly shocks: ReadonlyMap<string, Shock>;
}

/** What happens to one underlying. */
export interface Shock {
  /** Relative move of the price, ppm; above -1_000_000. Its futures and forwards move by the same ratio. */
  readonly priceMovePpm: bigint;
  readonly volatility: VolatilityShock;
  /**
   * Part of the change in quote value that counts: one, or less for tails that stand for more than is asked. Assets
   * that follow the underlying are then moved by this part of the price move, so collateral and loss stay in step.
   */
  readonly damping: Fraction;
  /** Time that passes before the options are priced again: 0 for an instant shock. */
  readonly horizonMs: number;
}

/** A change of implied volatility: of itself (relative) or in points, scaled by time to expiry. */
export type VolatilityShock =
  | { readonly kind: 'same' }
  | {
      readonly kind: 'relative' | 'points';
      /** Relative: 500_000 is half as much again. Points: 300_000 is from 50% to 80%. */
      readonly changePpm: bigint;
      readonly term: VolatilityTerm;
      /** The shocked volatility is at least this. */
      readonly volatilityMinPpm: bigint;
    };

/** The factor on a volatility shock, by days to expiry: short-dated volatility moves more. */
export type VolatilityTerm =
  | { readonly kind: 'flat' }
  /** (referenceDays / days) ^ power, with one power below referenceDays and another from there on. */
  | {
      readonly kind: 'power';
      readonly referenceDays: number;
      readonly shortPower: number;
      readonly longPower: number;
      /** Fewer days count as this many, or the factor would have no end. */
      readonly daysMin: number;
    }
  /** Straight lines between points in order of days, flat outside. */
  | {
      readonly kind: 'table';
      readonly points: readonly { readonly days: number; readonly factor: number }[];
    };

export const SAME_VOLATILITY: VolatilityShock = { kind: 'same' };
export const UNDAMPED: Fraction = { numerator: 1n, denominator: 1n };

/** An instant, undamped move of the price alone. */
export function priceShock(priceMovePpm: bigint): Shock {
  return { priceMovePpm, volatility: SAME_VOLATILITY, damping: UNDAMPED, horizonMs: 0 };
}

/** The implied volatility after the shock; never below 0. */
export function shockedVolatility(
  shock: VolatilityShock,
  option: { readonly volatility: number; readonly daysToExpiry: number },
): number {
  if (shock.kind === 'same') return option.volatility;
  const change = (toFloat(shock.changePpm) / 1e6) * termFactor(shock.term, option.daysToExpiry);
  const shocked = shock.kind === 'relative' ? option.volatility * (1 + change) : option.volatility + change;
  return Math.max(shocked, toFloat(shock.volatilityMinPpm) / 1e6, 0);
}

/** The factor of a term structure at so many days to expiry. */
export function termFactor(term: VolatilityTerm, days: number): number {
  if (term.kind === 'flat') return 1;
  if (term.kind === 'power') {
    const power = days < term.referenceDays ? term.shortPower : term.longPower;
    return (term.referenceDays / Math.max(days, term.daysMin)) ** power;
  }
  return interpolated(term.points, days);
}

/** The part of the price move that counts: what an asset that follows the underlying is moved by, exact, in ppm. */
export function countedMove({ priceMovePpm, damping }: Shock): Fraction {
  return { numerator: priceMovePpm * damping.numerator, denominator: damping.denominator };
}

/**
 * `price-16%/vol+50%`, with `/tail` where damped and `/1d` where time passes. A shock of volatility that differs by time
 * to expiry is named with the days at which it is of that size: `vol+30pt@0d`, `vol+50%@30d`.
 */
export function shockId({ priceMovePpm, volatility, damping, horizonMs }: Shock): string {
  const parts = [`price${percent(priceMovePpm)}%`, `vol${volatilityText(volatility)}`];
  if (damping.numerator !== damping.denominator) parts.push('tail');
  if (horizonMs > 0) parts.push(`${horizonMs / 86_400_000}d`);
  return parts.join('/');
}

function volatilityText(shock: VolatilityShock): string {
  if (shock.kind === 'same') return '+0%';
  return `${percent(shock.changePpm)}${shock.kind === 'relative' ? '%' : 'pt'}${termText(shock.term)}`;
}

/** Where the factor is 1. */
function termText(term: VolatilityTerm): string {
  if (term.kind === 'flat') return '';
  if (term.kind === 'power') return `@${term.referenceDays}d`;
  const whole = term.points.find(({ factor }) => factor === 1);
  return whole === undefined ? '@table' : `@${whole.days}d`;
}

function percent(ppm: bigint): string {
  const text = formatDecimal({ digits: ppm, scale: 4 });
  return ppm < 0n ? text : `+${text}`;
}

function interpolated(
  points: readonly { readonly days: number; readonly factor: number }[],
  days: number,
): number {
  const next = points.findIndex((point) => point.days > days);
  const last = points[points.length - 1]?.factor ?? 1;
  if (next === -1) return last;
  const right = points[next] as { days: number; factor: number };
  const left = points[next - 1] ?? right;
  if (left === right) return right.factor;
  return left.factor + ((days - left.days) / (right.days - left.days)) * (right.factor - left.factor);
}

/** Whether a move leaves a price: nothing falls by all of itself or more. */
export function leavesAPrice(priceMovePpm: bigint): boolean {
  return priceMovePpm > -PPM;
}
