/**
 * What a bad day looks like in the snapshots of an instrument's liquidity: the volume that nineteen days of twenty exceed, the
 * spread that they stay below, and the volatility that they stay below. Venues of one time are taken together: their volumes
 * add up, and the narrowest spread is the one that is traded at.
 */
import { err, ok, type Result } from '../../base/index.js';
import {
  type LiquiditySnapshot,
  narrowestHalfSpread,
  snapshotTimes,
  totalVolume,
  worstOf,
} from '../market/index.js';
import { ewmaFilter } from '../models/ewma.js';
import { type RiskFault, riskFault } from '../riskFault.js';

export interface StressRules {
  /** Share of the snapshots, and of the days, that are worse. */
  readonly share: number;
  readonly lambda: number;
  readonly warmup: number;
}

export const STRESS_RULES: StressRules = { share: 0.05, lambda: 0.94, warmup: 50 };

export interface MarketStress {
  /** Value that trades in a day, in the money of the snapshots. */
  readonly dailyVolume: number;
  /** As a fraction of the price. */
  readonly halfSpread: number;
  /** Of one return, as a fraction. */
  readonly volatility: number;
  /** Times that were looked at. */
  readonly snapshots: number;
}

/** Refused: no snapshot with a volume, none with both best prices, fewer returns than the warm-up needs. */
export function marketStress(
  snapshots: readonly LiquiditySnapshot[],
  returns: Float64Array,
  { share, lambda, warmup }: StressRules = STRESS_RULES,
): Result<MarketStress, RiskFault> {
  const times = snapshotTimes(snapshots);
  const volumes = times.flatMap(({ snapshots: venues }) => totalVolume(venues) ?? []);
  if (volumes.length === 0)
    return err(riskFault('too_few', 'volumes', { context: { got: '0', needed: '1' } }));
  const spreads = times.flatMap(({ snapshots: venues }) => narrowestHalfSpread(venues) ?? []);
  if (spreads.length === 0)
    return err(riskFault('too_few', 'spreads', { context: { got: '0', needed: '1' } }));
  if (returns.length <= warmup)
    return err(
      riskFault('too_few', 'returns', {
        context: { got: String(returns.length), needed: String(warmup + 1) },
      }),
    );
  const filter = ewmaFilter(returns, { lambda, warmup, favourableCap: Number.POSITIVE_INFINITY });
  return ok({
    dailyVolume: worstOf(volumes, { share, is: 'least' }),
    halfSpread: worstOf(spreads, { share, is: 'greatest' }),
    volatility: worstOf([...filter.volatility.subarray(warmup)], { share, is: 'greatest' }),
    snapshots: times.length,
  });
}
