/**
 * Bounded exponential impact: dP/P = B x (1 - exp(-Q / (B x D))), with D the depth and B the bound. Small sizes move the
 * price by Q / D, no size by more than B.
 *
 * Source: R. Cont, E. Schaanning, "Fire sales, indirect contagion and systemic stress testing", Norges Bank working
 * paper 2/2017: (1 - F / S) x (1 - exp(-q / delta)), delta = (1 - F / S0) x D, with F the price at which buyers who wait
 * step in. Here B = 1 - F / S0 and S = S0. The paper is about sales; purchases are given the same curve upwards.
 * The average move is B x (1 - (1 - exp(-u)) / u), u = Q / (B x D).
 */
import type { CurveFunctions, ExponentialImpact } from './impact.js';

export const EXPONENTIAL: CurveFunctions<ExponentialImpact> = {
  move: ({ bound, depthLots }, lots) => -bound * Math.expm1(-lots / (bound * depthLots)),
  lotsWithin: ({ bound, depthLots }, move) => {
    if (depthLots === 0) return 0;
    return move >= bound ? Number.POSITIVE_INFINITY : -bound * depthLots * Math.log1p(-move / bound);
  },
  averageMove: ({ bound, depthLots }, lots) => {
    const u = lots / (bound * depthLots);
    // Below this the series' first term is the exact one's last digits.
    return u < 1e-6 ? (bound * u) / 2 : bound * (1 + Math.expm1(-u) / u);
  },
};
