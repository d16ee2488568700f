import { describe, expect, it } from 'vitest';
import { studentQuantile } from '../distributions.js';
import { logGamma } from '../logGamma.js';
import { normalQuantile } from '../normal.js';
import { type KnownTail, lognormalTail, normalTail, studentTail } from './closedForms.js';
import { confidenceOf } from './confidenceOf.js';
import { tailMeasure } from './tailMeasure.js';

describe('closed forms', () => {
  it('has the published figures of a normal variable: 2.326 and 2.665 at 99%, 1.960 and 2.338 at 97.5%', () => {
    expectTail(normalTail({ deviation: 1 }, confidenceOf('0.99')), [2.326347874, 2.665214219], 8);
    expectTail(normalTail({ deviation: 1 }, confidenceOf('0.975')), [1.959963985, 2.337802792], 8);
    expectTail(normalTail({ mean: 1, deviation: 2 }, confidenceOf('0.99')), [5.652695748, 6.330428438], 8);
  });

  it('has the published quantiles of t: 3.747 with 4 degrees at 99%, of scale the root of 2 for variance 1', () => {
    const { valueAtRisk } = studentTail({ deviation: Math.SQRT2, degrees: 4 }, confidenceOf('0.99'));
    expect(valueAtRisk).toBeCloseTo(3.746947388, 8);
  });

  it.each(['0.9', '0.975', '0.99', '0.999'])('is the mean over the tail of the quantiles, at %s', (text) => {
    const at = confidenceOf(text);
    const cases: readonly [KnownTail, (p: number) => number][] = [
      [normalTail({ deviation: 0.05 }, at), (p) => -0.05 * normalQuantile(p)],
      [
        studentTail({ mean: 0.01, deviation: 0.05, degrees: 5 }, at),
        (p) => 0.01 - 0.05 * Math.sqrt(3 / 5) * studentQuantile(p, 5),
      ],
      [lognormalTail({ deviation: 0.3, side: 'long' }, at), (p) => -Math.expm1(0.3 * normalQuantile(p))],
      [lognormalTail({ deviation: 0.3, side: 'short' }, at), (p) => Math.expm1(-0.3 * normalQuantile(p))],
    ];
    for (const [tail, lossAt] of cases) {
      expect(tail.valueAtRisk).toBeCloseTo(lossAt(at.tailProbability), 10);
      expect(tail.expectedShortfall / tailMean(lossAt, at.tailProbability)).toBeCloseTo(1, 4);
    }
  });

  it('is what a sample of equally likely quantiles measures', () => {
    const n = 20_000;
    const sample = Float64Array.from({ length: n }, (_, i) => -0.04 * normalQuantile((i + 0.5) / n));
    const found = tailMeasure(sample, confidenceOf('0.99'));
    const known = normalTail({ deviation: 0.04 }, confidenceOf('0.99'));
    if (!found.ok) throw new Error('refused');
    expect(found.value.valueAtRisk / known.valueAtRisk).toBeCloseTo(1, 2);
    expect(found.value.expectedShortfall / known.expectedShortfall).toBeCloseTo(1, 3);
  });

  it('log gamma is that of factorials and of one half', () => {
    expect(logGamma(0.5)).toBeCloseTo(Math.log(Math.sqrt(Math.PI)), 13);
    expect(logGamma(1)).toBeCloseTo(0, 13);
    expect(logGamma(11)).toBeCloseTo(Math.log(3_628_800), 12);
    expect(logGamma(100.5) - logGamma(99.5)).toBeCloseTo(Math.log(99.5), 12);
  });
});

/** Mean of the quantiles of the tail: p = tail x u^4, so that the steps are fine where the quantile is steep. */
function tailMean(lossAt: (p: number) => number, tail: number): number {
  const steps = 4000;
  let sum = 0;
  for (let i = 0; i < steps; i++) {
    const u = (i + 0.5) / steps;
    sum += (lossAt(tail * u ** 4) * 4 * u ** 3) / steps;
  }
  return sum;
}

function expectTail(
  tail: KnownTail,
  [valueAtRisk, expectedShortfall]: [number, number],
  digits: number,
): void {
  expect(tail.valueAtRisk).toBeCloseTo(valueAtRisk, digits);
  expect(tail.expectedShortfall).toBeCloseTo(expectedShortfall, digits);
}
