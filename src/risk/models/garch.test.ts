import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../base/index.js';
import { MARK_POUND } from '../../testkit/markPound.js';
import { studentQuantile } from '../distributions.js';
import { studentPdf } from '../measures/closedForms.js';
import { normalPdf, normalQuantile } from '../normal.js';
import { fitGarch, type GarchParameters, garchLogLikelihood, garchVariances } from './garch.js';
import { nelderMead } from './nelderMead.js';
import { fitDegrees, studentLogDensity } from './studentLikelihood.js';

const TRUE: GarchParameters = { mean: 0.02, constant: 0.05, shock: 0.1, persistence: 0.85, degrees: 6 };

describe('GARCH(1,1)', () => {
  it('has this likelihood, day by day, normal and t', () => {
    const returns = Float64Array.from([1, -2, 0.5]);
    const normal: GarchParameters = { ...TRUE, mean: 0, degrees: Number.POSITIVE_INFINITY };
    // Mean square 1.75; then 0.05 + 0.1 x square + 0.85 x variance.
    const variances = [0.05 + 0.95 * 1.75];
    variances.push(0.05 + 0.1 + 0.85 * (variances[0] as number));
    variances.push(0.05 + 0.4 + 0.85 * (variances[1] as number));
    const densities = (density: (z: number) => number) =>
      variances.reduce((sum, variance, day) => {
        const deviation = Math.sqrt(variance);
        return sum + Math.log(density((returns[day] as number) / deviation) / deviation);
      }, 0);
    expect(garchLogLikelihood(returns, normal)).toBeCloseTo(densities(normalPdf), 12);
    const scale = Math.sqrt(6 / 4);
    const student = densities((z) => studentPdf(z * scale, 6) * scale);
    expect(garchLogLikelihood(returns, { ...TRUE, mean: 0 })).toBeCloseTo(student, 12);
    expect([...garchVariances(returns, normal)].slice(0, 3)).toEqual(variances);
  });

  it('finds the parameters of a long path again, more likely than the true ones', () => {
    const returns = path(12_000, TRUE);
    const fit = fitGarch(returns, { law: 'student' });
    if (!fit.ok) throw new Error(fit.error.code);
    const { parameters, logLikelihood, converged } = fit.value;
    expect(converged).toBe(true);
    expect(logLikelihood).toBeGreaterThan(garchLogLikelihood(returns, TRUE));
    expect(logLikelihood).toBeCloseTo(garchLogLikelihood(returns, parameters), 6);
    expect(parameters.shock).toBeCloseTo(0.1, 1);
    expect(Math.abs(parameters.persistence - 0.85)).toBeLessThan(0.03);
    expect(Math.abs(parameters.degrees - 6)).toBeLessThan(1);
  });

  it('has the estimates of the published benchmark on the data they were made of', () => {
    expect(MARK_POUND.length).toBe(1974);
    const fit = fitGarch(MARK_POUND, { law: 'normal' });
    if (!fit.ok) throw new Error(fit.error.code);
    const { mean, constant, shock, persistence } = fit.value.parameters;
    // Fiorentini, Calzolari and Panattoni (1996), six digits each; a simplex finds five of a flat top.
    const published = [-0.00619041, 0.0107613, 0.153134, 0.805974];
    const found = [mean, constant, shock, persistence];
    for (const [at, value] of published.entries())
      expect(Math.abs((found[at] as number) / value - 1)).toBeLessThan(at === 0 ? 1e-4 : 1e-5);
    const [m = 0, w = 0, a = 0, b = 0] = published;
    const theirs = { mean: m, constant: w, shock: a, persistence: b, degrees: Number.POSITIVE_INFINITY };
    expect(fit.value.logLikelihood).toBeCloseTo(garchLogLikelihood(MARK_POUND, theirs), 6);
    expect(fit.value.logLikelihood).toBeCloseTo(-1106.60788, 4);
  });

  it('has the top of its likelihood, with t shocks, at the published estimates', () => {
    // D. Wuertz, Y. Chalabi, L. Luksan, the Rmetrics package fGarch: the same returns and first variance, t of variance 1.
    const published = {
      mean: 0.002249,
      constant: 0.002319,
      shock: 0.124438,
      persistence: 0.884653,
      degrees: 4.118427,
    };
    const top = garchLogLikelihood(MARK_POUND, published);
    for (const field of ['mean', 'constant', 'shock', 'persistence', 'degrees'] as const) {
      const at = (factor: number) =>
        garchLogLikelihood(MARK_POUND, { ...published, [field]: published[field] * factor });
      // Lower on both sides, and the slope is next to nothing of the bend: its top is within a thousandth.
      const [below, above] = [at(0.99), at(1.01)];
      expect(Math.max(below, above)).toBeLessThan(top);
      const offset = (0.01 * (above - below)) / (2 * (2 * top - above - below));
      expect(Math.abs(offset)).toBeLessThan(1e-3);
    }
    // Their shock and persistence sum to 1.009: the fit here stays under 1 and is less likely.
    const fit = fitGarch(MARK_POUND, { law: 'student' });
    if (!fit.ok) throw new Error(fit.error.code);
    expect(fit.value.parameters.shock + fit.value.parameters.persistence).toBeLessThan(1);
    expect(fit.value.logLikelihood).toBeLessThan(top);
    expect(fit.value.logLikelihood).toBeGreaterThan(top - 1);
  });

  it('is the same model in other units', () => {
    const returns = path(1500, TRUE);
    const [one, other] = [returns, returns.map((x) => x / 100)].map((sample) =>
      fitGarch(sample, { law: 'normal' }),
    );
    if (one?.ok !== true || other?.ok !== true) throw new Error('refused');
    expect(other.value.parameters.shock).toBeCloseTo(one.value.parameters.shock, 4);
    expect(other.value.parameters.constant * 1e4).toBeCloseTo(one.value.parameters.constant, 4);
    expect(other.value.logLikelihood).toBeCloseTo(one.value.logLikelihood + 1500 * Math.log(100), 4);
  });

  it('refuses a sample that does not vary', () => {
    const fit = fitGarch(new Float64Array(100).fill(0.1), { law: 'normal' });
    expect(fit).toMatchObject({ ok: false, error: { code: 'constant' } });
  });
});

describe('the degrees of freedom of residuals', () => {
  it('are found again, and a normal sample asks for many', () => {
    const n = 5000;
    const at = (i: number) => (i + 0.5) / n;
    const student = Float64Array.from({ length: n }, (_, i) => studentQuantile(at(i), 5) * Math.sqrt(3 / 5));
    const normal = Float64Array.from({ length: n }, (_, i) => normalQuantile(at(i)));
    expect(fitDegrees(student)).toBeGreaterThan(4.8);
    expect(fitDegrees(student)).toBeLessThan(5.3);
    expect(fitDegrees(normal)).toBeGreaterThan(60);
    expect(studentLogDensity(0.7, 5)).toBeCloseTo(
      Math.log(studentPdf(0.7 * Math.sqrt(5 / 3), 5) * Math.sqrt(5 / 3)),
      12,
    );
  });
});

describe('the simplex search', () => {
  it("finds the end of Rosenbrock's valley", () => {
    const valley = ([x = 0, y = 0]: readonly number[]) => 100 * (y - x * x) ** 2 + (1 - x) ** 2;
    const found = nelderMead(valley, [-1.2, 1], { steps: [0.5, 0.5], tolerance: 1e-14 });
    expect(found.converged).toBe(true);
    expect(found.at[0]).toBeCloseTo(1, 5);
    expect(found.at[1]).toBeCloseTo(1, 5);
  });
});

function path(days: number, { mean, constant, shock, persistence, degrees }: GarchParameters): Float64Array {
  const random = seededRandom('a');
  let variance = constant / (1 - shock - persistence);
  return Float64Array.from({ length: days }, () => {
    const z = studentQuantile((random.word() + 0.5) / 2 ** 32, degrees) * Math.sqrt((degrees - 2) / degrees);
    const e = Math.sqrt(variance) * z;
    variance = constant + shock * e * e + persistence * variance;
    return mean + e;
  });
}
