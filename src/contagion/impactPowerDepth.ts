/**
 * Power-law depth: Q(x) = Q1 x (x / 1%)^g lots rest within the relative distance x of the price, Q1 of them within 1%. An
 * order of Q walks to x = 1% x (Q / Q1)^(1/g). With g = 1 the book is flat, with g = 2 it thickens with the distance and
 * the move grows with the root of the size. The average move is x x g / (g + 1).
 */
import type { CurveFunctions, PowerDepthImpact } from './impact.js';

const ONE_PERCENT = 0.01;

export const POWER_DEPTH: CurveFunctions<PowerDepthImpact> = {
  move: ({ lotsAtOnePercent, exponent }, lots) => ONE_PERCENT * (lots / lotsAtOnePercent) ** (1 / exponent),
  lotsWithin: ({ lotsAtOnePercent, exponent }, move) => lotsAtOnePercent * (move / ONE_PERCENT) ** exponent,
  averageMove: (curve, lots) => (POWER_DEPTH.move(curve, lots) * curve.exponent) / (curve.exponent + 1),
};
