/**
 * What one long lot of an instrument gains or loses under a shock of its underlying, in settlement minor units x
 * VALUE_SCALE. Futures and perpetuals exactly, in whole numbers; options by Black-76 at the shocked forward and
 * volatility, less Black-76 as things stand, so that a shock of nothing is exactly nothing.
 * A position's P&L is lots x this.
 *
 * Damping works on the change of value in quote. For a coin-settled instrument the damped quote amount is turned back
 * into coin at the price moved by the damped move, so that a damped scenario is the same for both payoffs and for
 * collateral: for a future it equals the undamped scenario of the smaller move.
 */
import { PPM } from '../base/index.js';
import type { MarkTicks } from '../base/units.js';
import { type OptionTerms, VALUE_SCALE } from '../margin/account/view.js';
import type { PayoffTerms } from '../market/payoff.js';
import { type Black76Input, black76Price } from './black76.js';
import { DAYS_PER_YEAR } from './greeks.js';
import { divNearest, quantizeScenarioPnl, toFloat } from './quantize.js';
import { countedMove, type Shock, shockedVolatility } from './scenario.js';

/** A perpetual or dated future at its mark. */
export interface PricedFuture {
  readonly terms: PayoffTerms;
  readonly markTicks: MarkTicks;
}

/** A European option at the forward of its expiry and its implied volatility. */
export interface PricedOption {
  readonly option: Pick<OptionTerms, 'optionType' | 'payoff' | 'unit' | 'strikeTicks' | 'expiryMs'>;
  /** Price of the future of the same expiry, in ticks of the underlying; the index where there is none. */
  readonly forwardTicks: bigint;
  /** Per year: 0.5 is 50%. */
  readonly volatility: number;
}

export const DAY_MS = 86_400_000;

/**
 * P&L of a long lot of a future: linear unit x m x e / K, inverse unit x K x e / (m x (1 + e)), where e is the part of
 * the move that counts. Rounded once, to the nearest.
 */
export function futurePnlPerLot({ terms, markTicks }: PricedFuture, shock: Shock): bigint {
  const { numerator: move, denominator } = countedMove(shock);
  const one = PPM * denominator;
  return terms.payoff === 'linear'
    ? divNearest(terms.unit * markTicks * move * VALUE_SCALE, terms.markTicksPerTick * one)
    : divNearest(terms.unit * terms.markTicksPerTick * move * VALUE_SCALE, markTicks * (one + move));
}

/** P&L of a long lot of an option. */
export function optionPnlPerLot(priced: PricedOption, shock: Shock, nowMs: number): bigint {
  const before = black76InputOf(priced, nowMs);
  const after = shockedInput(before, shock);
  const change = black76Price(after) - black76Price(before);
  return quantizeScenarioPnl(
    change * dampingFactor(priced, shock) * toFloat(priced.option.unit) * toFloat(VALUE_SCALE),
  );
}

/** The option as Black-76 sees it: prices in ticks of the underlying, no interest on premiums. */
export function black76InputOf(
  { option, forwardTicks, volatility }: PricedOption,
  nowMs: number,
): Black76Input {
  return {
    optionType: option.optionType,
    payoff: option.payoff,
    forward: toFloat(forwardTicks),
    strike: toFloat(option.strikeTicks),
    years: Math.max(option.expiryMs - nowMs, 0) / (DAYS_PER_YEAR * DAY_MS),
    volatility,
    discount: 1,
  };
}

function shockedInput(before: Black76Input, shock: Shock): Black76Input {
  const daysToExpiry = before.years * DAYS_PER_YEAR;
  return {
    ...before,
    forward: before.forward * (1 + toFloat(shock.priceMovePpm) / 1e6),
    volatility: shockedVolatility(shock.volatility, { volatility: before.volatility, daysToExpiry }),
    years: Math.max(before.years - shock.horizonMs / (DAYS_PER_YEAR * DAY_MS), 0),
  };
}

/** The part of the change that counts, in the unit the option settles in. */
function dampingFactor({ option }: PricedOption, shock: Shock): number {
  const part = toFloat(shock.damping.numerator) / toFloat(shock.damping.denominator);
  if (option.payoff === 'linear' || part === 1) return part;
  const move = toFloat(shock.priceMovePpm) / 1e6;
  return (part * (1 + move)) / (1 + part * move);
}
