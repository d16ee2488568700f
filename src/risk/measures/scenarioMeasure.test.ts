import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../base/index.js';
import { normalQuantile } from '../normal.js';
import { confidenceOf } from './confidenceOf.js';
import { type ScenarioSample, scenarioMeasure } from './scenarioMeasure.js';
import { asymptoticErrors, bootstrapErrors } from './standardErrors.js';

const AT = confidenceOf('0.9');

describe('a measure of positions on scenarios', () => {
  it('is this by hand: two of twenty days in the tail, a hedge that takes off', () => {
    const ids = Array.from({ length: 20 }, (_, i) => `d${i}`);
    const long = ids.map((_, i) => (i === 3 ? -10 : i === 7 ? -6 : 1));
    const hedge = ids.map((_, i) => (i === 3 ? 4 : i === 7 ? 1 : -1));
    const found = must({
      ids,
      legs: [
        { id: 'long', pnl: long },
        { id: 'hedge', pnl: hedge },
      ],
    });
    expect(found).toMatchObject({ valueAtRisk: 5, expectedShortfall: 5.5 });
    expect(found.tail.map(({ index }) => index)).toEqual([3, 7]);
    expect(found.legs).toEqual([
      {
        id: 'long',
        shortfallContribution: 8,
        valueAtRiskContribution: 6,
        incrementalShortfall: 4.5,
        incrementalValueAtRisk: 4,
        aloneShortfall: 8,
        aloneValueAtRisk: 6,
      },
      {
        id: 'hedge',
        shortfallContribution: -2.5,
        valueAtRiskContribution: -1,
        incrementalShortfall: -2.5,
        incrementalValueAtRisk: -1,
        aloneShortfall: 1,
        aloneValueAtRisk: 1,
      },
    ]);
  });

  it('contributions sum, none is above what the leg loses alone, and they are derivatives', () => {
    const matrix = fc.array(fc.tuple(...[0, 1, 2].map(() => fc.integer({ min: -999, max: 999 }))), {
      minLength: 1,
      maxLength: 40,
    });
    fc.assert(
      fc.property(matrix, fc.constantFrom('0.9', '0.95', '0.975', '0.5'), (rows, text) => {
        const ids = rows.map((_, i) => `s${i}`);
        const legs = [0, 1, 2].map((leg) => ({ id: `l${leg}`, pnl: rows.map((row) => row[leg] as number) }));
        const found = must({ ids, legs }, text);
        const sum = (of: 'shortfallContribution' | 'valueAtRiskContribution') =>
          found.legs.reduce((total, leg) => total + leg[of], 0);
        expect(sum('shortfallContribution')).toBeCloseTo(found.expectedShortfall, 6);
        expect(sum('valueAtRiskContribution')).toBeCloseTo(found.valueAtRisk, 6);
        for (const leg of found.legs)
          expect(leg.shortfallContribution).toBeLessThanOrEqual(leg.aloneShortfall + 1e-6);
        // The shortfall is convex: a step along a leg costs at least the derivative.
        const larger = legs.map((leg, at) =>
          at === 0 ? { ...leg, pnl: leg.pnl.map((x) => 1.01 * x) } : leg,
        );
        const step = must({ ids, legs: larger }, text).expectedShortfall - found.expectedShortfall;
        expect(step).toBeGreaterThanOrEqual(0.01 * (found.legs[0]?.shortfallContribution as number) - 1e-6);
      }),
      { numRuns: 150, seed: 1 },
    );
  });

  it('refuses what it cannot measure', () => {
    const leg = { id: 'a', pnl: [1, 2] };
    const cases: readonly [ScenarioSample, string][] = [
      [{ ids: ['x', 'y'], legs: [] }, 'too_few'],
      [{ ids: [], legs: [{ id: 'a', pnl: [] }] }, 'too_few'],
      [{ ids: ['x', 'x'], legs: [leg] }, 'duplicate_id'],
      [{ ids: ['x', 'y'], legs: [leg, leg] }, 'duplicate_id'],
      [{ ids: ['x'], legs: [leg] }, 'length_differs'],
      [{ ids: ['x', 'y'], legs: [{ id: 'a', pnl: [1, Number.NaN] }] }, 'not_finite'],
      [{ ids: ['x', 'y'], legs: [leg, { id: 'b', pnl: [1, 2] }], weights: [1] }, 'length_differs'],
      [
        {
          ids: ['x'],
          legs: [
            { id: 'a', pnl: [-1e308] },
            { id: 'b', pnl: [-1e308] },
          ],
        },
        'not_finite',
      ],
    ];
    for (const [sample, code] of cases)
      expect(scenarioMeasure(sample, AT)).toMatchObject({ ok: false, error: { code } });
  });
});

describe('standard errors', () => {
  const sampleOf = (seed: string, n: number) => {
    const random = seededRandom(seed);
    return Float64Array.from({ length: n }, () => normalQuantile((random.word() + 0.5) / 2 ** 32));
  };
  const at = confidenceOf('0.95');

  it('of a normal sample are those of the textbook: 2.113 and 2.466 over the root of n at 95%', () => {
    const n = 40_000;
    const quantiles = Float64Array.from({ length: n }, (_, i) => normalQuantile((i + 0.5) / n));
    const found = asymptoticErrors(quantiles, at);
    if (!found.ok) throw new Error('refused');
    // sqrt(0.05 x 0.95) / density(1.645) = 2.113; variance of the tail 0.1382, ES - VaR 0.4179: sqrt(6.0817) = 2.466.
    expect(found.value.valueAtRisk * 200).toBeCloseTo(2.113, 1);
    expect(found.value.expectedShortfall * 200).toBeCloseTo(
      Math.sqrt((0.13823 + 0.95 * 0.41786 ** 2) / 0.05),
      2,
    );
  });

  it('agree with how samples differ from one another', () => {
    const n = 1000;
    const found = Array.from({ length: 300 }, (_, i) => {
      const measured = scenarioMeasure(
        {
          ids: Array.from({ length: n }, (_, day) => `${day}`),
          legs: [{ id: 'a', pnl: sampleOf(`s${i}`, n) }],
        },
        at,
      );
      return measured.ok ? measured.value.expectedShortfall : Number.NaN;
    });
    const mean = found.reduce((sum, x) => sum + x, 0) / found.length;
    const spread = Math.sqrt(found.reduce((sum, x) => sum + (x - mean) ** 2, 0) / found.length);
    const one = asymptoticErrors(sampleOf('s0', n), at);
    const drawn = bootstrapErrors(sampleOf('s0', n), at, { blockLength: 1, draws: 400, seed: 'b' });
    if (!one.ok || !drawn.ok) throw new Error('refused');
    expect(one.value.expectedShortfall / spread).toBeGreaterThan(0.8);
    expect(one.value.expectedShortfall / spread).toBeLessThan(1.25);
    expect(drawn.value.expectedShortfall / spread).toBeGreaterThan(0.75);
    expect(drawn.value.expectedShortfall / spread).toBeLessThan(1.3);
  });

  it('are wider by blocks where losses come in clusters, and the same for a seed', () => {
    const single = sampleOf('c', 100);
    const clustered = Float64Array.from({ length: 1000 }, (_, i) => single[Math.floor(i / 10)] as number);
    const draw = (blockLength: number) => {
      const found = bootstrapErrors(clustered, at, { blockLength, draws: 200, seed: '1' });
      if (!found.ok) throw new Error('refused');
      return found.value;
    };
    expect(draw(20).expectedShortfall).toBeGreaterThan(2 * draw(1).expectedShortfall);
    expect(draw(20)).toEqual(draw(20));
    const { valueAtRiskRange } = draw(20);
    expect(valueAtRiskRange[0]).toBeLessThan(valueAtRiskRange[1]);
  });

  it('refuse a sample that does not vary, and blocks or draws that are none', () => {
    expect(asymptoticErrors([1, 1, 1], at)).toMatchObject({ error: { code: 'constant' } });
    const draw = (blockLength: number, draws: number) =>
      bootstrapErrors([1, 2, 3], at, { blockLength, draws, seed: '1' });
    expect(draw(4, 100)).toMatchObject({ error: { field: 'blockLength' } });
    expect(draw(0, 100)).toMatchObject({ error: { field: 'blockLength' } });
    expect(draw(1, 19)).toMatchObject({ error: { field: 'draws' } });
  });
});

function must(sample: ScenarioSample, text = '0.9') {
  const found = scenarioMeasure(sample, confidenceOf(text));
  if (!found.ok) throw new Error(JSON.stringify(found.error));
  return found.value;
}
