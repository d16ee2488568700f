import { describe, expect, it } from 'vitest';
import {
  binomialLower,
  binomialProbabilities,
  binomialTwoSided,
  binomialUpper,
  chiSquareTail,
  studentCdf,
  studentQuantile,
} from './distributions.js';

describe('chi-square tails', () => {
  // NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.6.7.4: upper critical values.
  it.each([
    [1, 3.841, 0.05],
    [1, 6.635, 0.01],
    [2, 5.991, 0.05],
    [5, 11.07, 0.05],
    [5, 20.515, 0.001],
    [20, 37.566, 0.01],
  ])('of %d degrees at %d is %d', (degrees, x, tail) => {
    expect(chiSquareTail(x, degrees) / tail).toBeCloseTo(1, 2);
  });

  it('is one at nothing, and keeps its digits far out', () => {
    expect(chiSquareTail(0, 3)).toBe(1);
    expect(chiSquareTail(-1e-15, 1)).toBe(1);
    expect(chiSquareTail(200, 1) / 2.0884875837625e-45).toBeCloseTo(1, 9);
  });
});

describe("Student's t", () => {
  it('has the published quantiles, and its distribution function gives them back', () => {
    expect(studentQuantile(0.975, 10)).toBeCloseTo(2.228, 3);
    expect(studentQuantile(0.99, 4)).toBeCloseTo(3.747, 3);
    expect(studentCdf(studentQuantile(0.99, 4.5), 4.5)).toBeCloseTo(0.99, 12);
  });
});

describe('binomial tails', () => {
  it('add up to one', () => {
    for (const n of [1, 250, 5000])
      expect(binomialProbabilities(n, 0.01).reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 11);
    const law = { n: 250, p: 0.01 };
    for (const count of [0, 1, 4, 10, 250])
      expect(binomialLower(count - 1, law) + binomialUpper(count, law)).toBeCloseTo(1, 12);
  });

  it('are the sums written out', () => {
    const law = { n: 4, p: 0.25 };
    expect(binomialLower(1, law)).toBeCloseTo((81 + 108) / 256, 14);
    expect(binomialUpper(3, law)).toBeCloseTo((12 + 1) / 256, 14);
    // 27/128 of two successes, 12/256 of three and 1/256 of four; 0 and 1 are likelier.
    expect(binomialTwoSided(2, law)).toBeCloseTo((54 + 12 + 1) / 256, 14);
  });

  it('with two sides count what is as likely: a fair coin both ways', () => {
    expect(binomialTwoSided(2, { n: 10, p: 0.5 })).toBeCloseTo((2 * (1 + 10 + 45)) / 1024, 13);
    expect(binomialTwoSided(5, { n: 10, p: 0.5 })).toBe(1);
  });
});
