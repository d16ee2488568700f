/**
 * The moves of a series at today's volatility: each over the volatility of its day, times that of the day to come. Falls
 * are scaled by the filter of the long side, rises by that of the short side, so that one set of scenarios serves both
 * and agrees with the tail model of each.
 */
import { err, ok, type Result } from '../../base/index.js';
import { type EwmaFilter, type EwmaParameters, ewmaFilter } from '../models/ewma.js';
import { type RiskFault, riskFault } from '../riskFault.js';

export interface RescaledMoves {
  /** One for each move; NaN for those of the warm-up. */
  readonly moves: Float64Array;
  /** Today's volatility over that of each day, for falls and for rises: what lows and highs are scaled by. */
  readonly fallScale: Float64Array;
  readonly riseScale: Float64Array;
  /** Volatility of the day to come. */
  readonly fallVolatility: number;
  readonly riseVolatility: number;
}

/** `moves` are finite. Refused: no move after the warm-up, and days on which nothing has moved yet. */
export function rescaledMoves(
  moves: Float64Array,
  parameters: EwmaParameters,
): Result<RescaledMoves, RiskFault> {
  const days = moves.length;
  if (days <= parameters.warmup) {
    const context = { got: String(days), needed: String(parameters.warmup + 1) };
    return err(riskFault('too_few', 'returns', { context }));
  }
  const fall = scalesOf(
    ewmaFilter(
      moves.map((x) => -x),
      parameters,
    ),
    days,
  );
  const rise = scalesOf(ewmaFilter(moves, parameters), days);
  const still = fall.scale.findIndex(
    (scale, day) => day >= parameters.warmup && !(scale < Number.POSITIVE_INFINITY),
  );
  if (still >= 0 || !(fall.volatility > 0))
    return err(riskFault('constant', 'returns', { at: [Math.max(0, still)] }));
  return ok({
    moves: moves.map((x, day) => x * ((x < 0 ? fall.scale[day] : rise.scale[day]) as number)),
    fallScale: fall.scale,
    riseScale: rise.scale,
    fallVolatility: fall.volatility,
    riseVolatility: rise.volatility,
  });
}

function scalesOf({ volatility }: EwmaFilter, days: number) {
  const today = volatility[days] as number;
  return { volatility: today, scale: volatility.subarray(0, days).map((then) => today / then) };
}
