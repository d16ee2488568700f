/**
 * Square-root impact: dP/P = Y x sigma x root(Q / V).
 *
 * Source: J. Donier, J. Bonart, "A million metaorder analysis of market impact on the Bitcoin", Market Microstructure
 * and Liquidity 1 (2015), which finds it over four decades of sizes with Y near 1. Q: lots of the order; V and sigma:
 * lots traded and volatility over one and the same time. The average of the moves on the way is two thirds of the last.
 */
import type { CurveFunctions, SquareRootImpact } from './impact.js';

export const SQUARE_ROOT: CurveFunctions<SquareRootImpact> = {
  move: ({ y, sigma, volumeLots }, lots) => y * sigma * Math.sqrt(lots / volumeLots),
  lotsWithin: ({ y, sigma, volumeLots }, move) => volumeLots * (move / (y * sigma)) ** 2,
  averageMove: (curve, lots) => (2 / 3) * SQUARE_ROOT.move(curve, lots),
};
