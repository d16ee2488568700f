/**
 * The law of a loss beyond value at risk that back-tests of expected shortfall are simulated from. Whatever the law, a loss
 * beyond is V + (E - V) x W, where W is at least 0 and has mean 1: then V and E are exactly the value at risk and
 * the expected shortfall. The law says the shape of W alone, and a p-value names the law it was computed under.
 *
 * `pareto`, shape s in [0, 1): W is generalised Pareto, (1 - s) ((u^-s - 1) / s) of a uniform u, and exponential at 0. The
 * excesses of Student's t of v degrees tend to s = 1/v. `normal`: what is beyond the quantile of a normal loss.
 */
import type { Random } from '../../base/random.js';
import { normalPdf, normalQuantile } from '../normal.js';

export type TailLaw = { readonly kind: 'pareto'; readonly shape: number } | { readonly kind: 'normal' };

/** Tails of daily crypto returns are about as heavy as Student's t of four degrees. */
export const DEFAULT_TAIL_LAW: TailLaw = { kind: 'pareto', shape: 0.25 };

/** Draws W. */
export function excessDrawer(law: TailLaw, tailProbability: number): (random: Random) => number {
  if (law.kind === 'normal') return normalDrawer(tailProbability);
  const { shape } = law;
  if (shape === 0) return (random) => -Math.log(openUnit(random));
  return (random) => ((1 - shape) * (openUnit(random) ** -shape - 1)) / shape;
}

function normalDrawer(tailProbability: number): (random: Random) => number {
  const quantile = -normalQuantile(tailProbability);
  const shortfall = normalPdf(quantile) / tailProbability;
  return (random) => {
    const beyond = -normalQuantile(tailProbability * openUnit(random));
    return (beyond - quantile) / (shortfall - quantile);
  };
}

/** In (0, 1]. */
function openUnit(random: Random): number {
  return 1 - random.unit();
}
