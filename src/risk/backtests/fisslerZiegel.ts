/**
 * How good was a forecast of value at risk and expected shortfall together? The FZ0 loss, of all losses that both
 * together minimise the one whose differences keep their sign when the unit of money changes: T. Fissler and J. F. Ziegel,
 * "Higher order elicitability and Osband's principle", Annals of Statistics 44 (2016); A. J. Patton, J. F. Ziegel, R. Chen,
 * "Dynamic semiparametric models for expected shortfall (and value-at-risk)", Journal of Econometrics 211 (2019), eq. 6.
 * With losses positive:
 *
 *     FZ0(L, V, E) = max(L - V, 0) / (a E) + V / E + ln E - 1
 *
 * a = 1 - confidence, V value at risk, E expected shortfall, above 0. Lower is better.
 */
import { type BacktestSeries, tailProbabilityOf } from './series.js';

export function fisslerZiegelLosses({
  losses,
  valueAtRisk,
  expectedShortfall,
  confidence,
}: BacktestSeries & { readonly expectedShortfall: Float64Array }): Float64Array {
  const tail = tailProbabilityOf(confidence) ?? Number.NaN;
  return losses.map((loss, t) => {
    const atRisk = valueAtRisk[t] as number;
    const shortfall = expectedShortfall[t] as number;
    return Math.max(loss - atRisk, 0) / (tail * shortfall) + atRisk / shortfall + Math.log(shortfall) - 1;
  });
}
