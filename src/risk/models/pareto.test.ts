import { describe, expect, it } from 'vitest';
import { confidenceOf } from '../measures/confidenceOf.js';
import { fitParetoTail, paretoByMoments, paretoMeasure } from './pareto.js';

describe('the generalised Pareto tail', () => {
  it.each([
    [0.3, 2],
    [0.1, 0.5],
    [-0.2, 1],
  ])('of shape %d and scale %d is found again in its own quantiles', (shape, scale) => {
    const n = 20_000;
    const quantiles = Float64Array.from(
      { length: n },
      (_, i) => (scale / shape) * (((i + 0.5) / n) ** -shape - 1),
    );
    const fitted = paretoByMoments(quantiles);
    expect(fitted?.shape).toBeCloseTo(shape, 2);
    expect(fitted?.scale).toBeCloseTo(scale, 1);
  });

  it('has these moments by hand: excesses 3, 1 and 0.5', () => {
    // a0 = 1.5, a1 = (0 + 0.5 + 0.5) / 3 = 1/3: shape 2 - 1.5 / (5/6), scale 1 / (5/6).
    const fitted = paretoByMoments(Float64Array.from([3, 1, 0.5]));
    expect(fitted?.shape).toBeCloseTo(0.2, 12);
    expect(fitted?.scale).toBeCloseTo(1.2, 12);
  });

  it('measures what it is: the quantile, and the mean beyond it', () => {
    const tail = { threshold: 1, shape: 0.25, scale: 0.5, exceeding: 0.1 };
    const at = confidenceOf('0.999');
    const { valueAtRisk, expectedShortfall } = paretoMeasure(tail, at);
    expect(valueAtRisk).toBeCloseTo(1 + 2 * (100 ** 0.25 - 1), 12);
    let sum = 0;
    const steps = 20_000;
    for (let i = 0; i < steps; i++) {
      const u = (i + 0.5) / steps;
      sum += ((1 + 2 * ((0.01 * u ** 4) ** -0.25 - 1)) * 4 * u ** 3) / steps;
    }
    expect(expectedShortfall).toBeCloseTo(sum, 5);
    const exponential = paretoMeasure({ ...tail, shape: 0 }, at);
    expect(exponential.valueAtRisk).toBeCloseTo(1 + 0.5 * Math.log(100), 12);
    expect(exponential.expectedShortfall).toBeCloseTo(exponential.valueAtRisk + 0.5, 12);
  });

  it('refuses fewer than ten excesses, and equal ones', () => {
    expect(fitParetoTail(new Float64Array(90).fill(1), 0.1)).toMatchObject({ error: { code: 'too_few' } });
    expect(fitParetoTail(new Float64Array(200).fill(1), 0.1)).toMatchObject({ error: { code: 'constant' } });
  });
});
