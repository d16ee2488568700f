/**
 * How long it takes to close a position of a size, and what that costs beyond the loss of one period: margin period
 * max(floor, size / (participation x volume)), and half spread + c x sigma x sqrt(size / volume), the square-root law in the
 * form of R. Almgren, N. Chriss, "Optimal execution of portfolio transactions", Journal of Risk 3 (2001), with the
 * exponent that J. Donier, J. Bonart, Market Microstructure and Liquidity 1 (2015), find on Bitcoin.
 */
import { type RiskFault, riskFault } from '../riskFault.js';
import type { ParameterRules } from './parameterRules.js';

export interface StressedLiquidity {
  /** Value that trades in a day of stress, in minor units of the settlement asset. */
  readonly dailyVolumeMinor: bigint;
  /** As a fraction of the price. */
  readonly halfSpread: number;
  /** Of a day, as a fraction. */
  readonly volatility: number;
}

export interface LiquidationCost {
  readonly periodDays: number;
  /** Of the loss of one period of the returns: (periodDays / returnDays)^exponent, at least 1. */
  readonly horizonFactor: number;
  /** Half spread and impact, as a fraction of value. */
  readonly costRate: number;
}

/** `returnDays`: days of one period of the returns. Rises with size, falls with volume. */
export function liquidationCost(
  sizeMinor: bigint,
  { dailyVolumeMinor, halfSpread, volatility }: StressedLiquidity,
  { rules, returnDays }: { readonly rules: ParameterRules; readonly returnDays: number },
): LiquidationCost {
  const volumes = Number(sizeMinor) / Number(dailyVolumeMinor);
  const periodDays = Math.max(rules.periodDaysMin, volumes / rules.participation);
  const periods = Math.max(1, periodDays / returnDays);
  const { horizonExponent, impactCoefficient } = rules;
  return {
    periodDays,
    horizonFactor: horizonExponent === 0.5 ? Math.sqrt(periods) : periods ** horizonExponent,
    costRate: halfSpread + impactCoefficient * volatility * Math.sqrt(volumes),
  };
}

/** What in it is no number that can be. */
export function liquidityFault(liquidity: StressedLiquidity): RiskFault | null {
  const { dailyVolumeMinor, halfSpread, volatility } = liquidity;
  if (dailyVolumeMinor <= 0n) return riskFault('bad_parameter', 'dailyVolumeMinor');
  const isSize = (value: number) => value >= 0 && Number.isFinite(value);
  if (!isSize(halfSpread)) return riskFault('bad_parameter', 'halfSpread');
  return isSize(volatility) ? null : riskFault('bad_parameter', 'volatility');
}
