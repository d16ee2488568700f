import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normalCdf, normalCdfLessHalf, normalPdf, normalQuantile, normalTailRatio } from './normal.js';

/** How far from a value, as a part of it. */
const off = (found: number, exact: number) => Math.abs(found / exact - 1);

/** Computed in 40 digits; those at 1, 2 and 3 are also in Abramowitz and Stegun, table 26.1. */
const CDF: readonly (readonly [number, number])[] = [
  [-37.5, 4.605353009581955e-308],
  [-30, 4.906713927148187e-198],
  [-20, 2.7536241186062337e-89],
  [-12.345, 2.591712067896197e-35],
  [-10, 7.619853024160525e-24],
  [-8, 6.220960574271784e-16],
  [-6, 9.86587645037698e-10],
  [-5.7, 5.990371401063528e-9],
  [-5.6, 1.071759025831093e-8],
  [-5, 2.866515718791939e-7],
  [-3, 0.0013498980316300946],
  [-2, 0.02275013194817921],
  [-1, 0.15865525393145705],
  [-0.7, 0.24196365222307303],
  [-0.66, 0.25462691467133614],
  [-0.1, 0.460172162722971],
  [-1e-10, 0.49999999996010575],
  [0, 0.5],
  [0.1, 0.539827837277029],
  [0.67, 0.7485711049046899],
  [1, 0.8413447460685429],
  [1.96, 0.9750021048517795],
  [2, 0.9772498680518208],
  [3, 0.9986501019683699],
  [8, 0.9999999999999993],
];

describe('the normal distribution function', () => {
  it.each(CDF)('at %d is right to 1e-15 of its value', (x, exact) => {
    expect(off(normalCdf(x), exact)).toBeLessThan(1e-15);
  });

  // Abramowitz and Stegun, table 26.2: -log10 of the upper tail.
  it.each([
    [5, 6.54265],
    [10, 23.11805],
    [20, 88.5601],
    [30, 197.30921],
  ])('has the tail at %d of the published table', (x, minusLog) => {
    expect(-Math.log10(normalCdf(-x))).toBeCloseTo(minusLog, 5);
  });

  it('ends at 0 and 1', () => {
    expect([normalCdf(-50), normalCdf(50), normalCdf(Number.NEGATIVE_INFINITY)]).toEqual([0, 1, 0]);
    expect([normalCdf(Number.POSITIVE_INFINITY), normalPdf(Number.NEGATIVE_INFINITY)]).toEqual([1, 0]);
    expect(normalCdf(Number.NaN)).toBeNaN();
  });

  it('less one half keeps its digits near 0', () => {
    expect(off(normalCdfLessHalf(1e-10), 3.989422804014327e-11)).toBeLessThan(1e-15);
    expect(normalCdfLessHalf(-1e-300)).toBe(-normalCdfLessHalf(1e-300));
    for (const x of [-3, -0.66, 0.5, 0.67, 2])
      expect(normalCdfLessHalf(x)).toBeCloseTo(normalCdf(x) - 0.5, 15);
  });

  it('never falls, and both sides make one', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -38, max: 9, noNaN: true }),
        fc.double({ min: 1e-9, max: 2, noNaN: true }),
        (x, step) => {
          expect(normalCdf(x + step)).toBeGreaterThanOrEqual(normalCdf(x) * (1 - 1e-15));
          expect(off(normalCdf(x) + normalCdf(-x), 1)).toBeLessThan(3e-16);
        },
      ),
    );
  });

  it('has its density as slope', () => {
    fc.assert(
      fc.property(fc.double({ min: -8, max: 0, noNaN: true }), (x) => {
        const step = 1e-4;
        const slope = (normalCdf(x + step) - normalCdf(x - step)) / (2 * step);
        expect(off(slope, normalPdf(x))).toBeLessThan(1e-6);
      }),
    );
  });
});

describe('the density and the tail ratio', () => {
  it.each([
    [-38, 1.097221052e-314],
    [-30, 1.4736461348785476e-196],
    [-5.6, 6.182620500165856e-8],
    [-1.5, 0.12951759566589172],
    [0, 0.3989422804014327],
    [2, 0.05399096651318805],
  ])('density at %d', (x, exact) => {
    // Beyond -37.5 doubles themselves lose digits.
    expect(off(normalPdf(x), exact)).toBeLessThan(x < -37.5 ? 1e-9 : 1e-15);
  });

  it('is the tail without its vanishing factor, at every size', () => {
    for (const x of [-2, 0, 0.3, 0.67, 3, 5.6, 5.7, 12, 30])
      expect(off(normalTailRatio(x) * Math.exp((-x * x) / 2), normalCdf(-x))).toBeLessThan(1e-13);
    expect(off(normalTailRatio(1e6), 1 / (1e6 * Math.sqrt(2 * Math.PI)))).toBeLessThan(1e-11);
  });
});

describe('the normal quantile', () => {
  // The first three are the checks printed in Wichura's paper; the rest computed in 40 digits.
  it.each([
    [0.25, -0.6744897501960817],
    [0.001, -3.090232306167814],
    [1e-20, -9.262340089798409],
    [0.01, -2.326347874040841],
    [0.975, 1.959963984540054],
    [0.99, 2.326347874040841],
    [1e-300, -37.0470962993612],
  ])('at %d is the published one', (p, exact) => {
    expect(off(normalQuantile(p), exact)).toBeLessThan(1e-14);
  });

  it('turns the distribution function back', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-300, max: 1 - 1e-9, noNaN: true }), (p) => {
        // An error of one unit in x is |x| units in p, in the tail.
        expect(off(normalCdf(normalQuantile(p)), p)).toBeLessThan(2e-12);
      }),
    );
  });

  it('ends at the infinities and knows nothing outside', () => {
    expect([normalQuantile(0), normalQuantile(0.5), normalQuantile(1)]).toEqual([
      Number.NEGATIVE_INFINITY,
      0,
      Number.POSITIVE_INFINITY,
    ]);
    for (const p of [-0.1, 1.1, Number.NaN]) expect(normalQuantile(p)).toBeNaN();
  });
});
