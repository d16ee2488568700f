import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../base/random.js';
import { baselZones } from './baselZones.js';
import { conditionalCoverage, independence, transitionsOf } from './christoffersen.js';
import { coverageRatio, proportionOfFailures } from './kupiec.js';
import { ratioOf } from './likelihood.js';
import type { HitSeries } from './series.js';
import { drawHits, permutedPValue, simulatedPValue } from './simulatedHits.js';
import { timeBetweenFailures, timeUntilFirstFailure, waitRatio, waitsOf } from './timeBetweenFailures.js';

describe('the proportion of failures', () => {
  // P. H. Kupiec (1995), table 3: counts that are not rejected at 5%, both bounds excluded.
  // The table has no lower bound for 255 days at 99%; the ratio of no hit at all is 5.13 and rejects.
  it.each([
    [0.01, 255, 0, 7],
    [0.01, 510, 1, 11],
    [0.01, 1000, 4, 17],
    [0.025, 255, 2, 12],
    [0.025, 510, 6, 21],
    [0.025, 1000, 15, 36],
    [0.05, 255, 6, 21],
    [0.05, 510, 16, 36],
    [0.05, 1000, 37, 65],
    [0.075, 255, 11, 28],
    [0.075, 510, 27, 51],
    [0.075, 1000, 59, 92],
    [0.1, 255, 16, 36],
    [0.1, 510, 38, 65],
    [0.1, 1000, 81, 120],
  ])('of %d in %d periods is accepted above %d and below %d', (tailProbability, periods, low, high) => {
    const accepted = Array.from({ length: high + 40 }, (_, hits) => hits).filter(
      (hits) => coverageRatio({ periods, hits, tailProbability }).pValue > 0.05,
    );
    expect([accepted[0], accepted.at(-1)]).toEqual([low + 1, high - 1]);
  });

  it('has the likelihood ratio of the formula and the exact tails', () => {
    // 20 hits of 252 days at 95% (P. Jorion, "Value at Risk", the example of J.P. Morgan 1998): 3.91.
    const test = proportionOfFailures({ periods: 252, hits: 20, tailProbability: 0.05 });
    expect(test.likelihoodRatio).toBeCloseTo(3.91, 2);
    expect(test.expectedHits).toBeCloseTo(12.6, 12);
    expect(test.tooManyPValue).toBeLessThan(0.05);
    expect(test.tooFewPValue).toBeGreaterThan(0.95);
    expect(test.exactPValue).toBeGreaterThan(test.tooManyPValue);
    expect(test.exactPValue).toBeLessThan(0.06);
  });

  it('takes no hits and all hits', () => {
    const none = proportionOfFailures({ periods: 100, hits: 0, tailProbability: 0.01 });
    expect(none.likelihoodRatio).toBeCloseTo(-200 * Math.log(0.99), 12);
    expect(none.tooManyPValue).toBeCloseTo(1, 12);
    const all = proportionOfFailures({ periods: 30, hits: 30, tailProbability: 0.5 });
    expect(all.likelihoodRatio).toBeCloseTo(60 * Math.log(2), 12);
    expect(all.tooManyPValue).toBeCloseTo(2 ** -30, 15);
  });
});

describe('Basel zones', () => {
  // Basel Committee (January 1996), table 2: cumulative probabilities of 250 days at 99%, in percent.
  it.each([
    [0, 8.11, 'green'],
    [1, 28.58, 'green'],
    [2, 54.32, 'green'],
    [3, 75.81, 'green'],
    [4, 89.22, 'green'],
    [5, 95.88, 'yellow'],
    [6, 98.63, 'yellow'],
    [7, 99.6, 'yellow'],
    [8, 99.89, 'yellow'],
    [9, 99.97, 'yellow'],
    [10, 99.99, 'red'],
  ] as const)('of %d hits: %d percent, %s', (hits, percent, zone) => {
    const zones = baselZones({ periods: 250, hits, tailProbability: 0.01 });
    expect(zones.cumulativeProbability * 100).toBeCloseTo(percent, 2);
    expect(zones).toMatchObject({ zone, yellowFrom: 5, redFrom: 10 });
  });

  it('hold for other counts of periods by the same rule', () => {
    const zones = baselZones({ periods: 730, hits: 12, tailProbability: 0.01 });
    expect(zones).toMatchObject({ zone: 'yellow', yellowFrom: 12, redFrom: 19 });
  });
});

describe('the tests of Christoffersen', () => {
  it('count transitions, also of hits at both ends', () => {
    expect(transitionsOf({ periods: 10, at: [0, 3, 4, 9] })).toEqual({ n00: 4, n01: 2, n10: 2, n11: 1 });
    expect(transitionsOf({ periods: 3, at: [0, 1, 2] })).toEqual({ n00: 0, n01: 0, n10: 0, n11: 2 });
    expect(transitionsOf({ periods: 5, at: [] })).toEqual({ n00: 4, n01: 0, n10: 0, n11: 0 });
  });

  it('find the clusters of the published example', () => {
    // P. Jorion, "Value at Risk", conditional coverage of J.P. Morgan 1998: 6 of 20 hits follow a hit; LR_ind 9.53.
    const transitions = { n00: 218, n01: 14, n10: 14, n11: 6 };
    expect(independence(transitions).likelihoodRatio).toBeCloseTo(9.53, 2);
    expect(conditionalCoverage(transitions, 0.05).likelihoodRatio).toBeCloseTo(3.91 + 9.53, 1);
    expect(conditionalCoverage(transitions, 0.05).pValue).toBeLessThan(0.002);
  });

  it('are the maximum of the likelihood they claim', () => {
    const transitions = transitionsOf({ periods: 60, at: [3, 4, 20, 41, 42, 43] });
    const { n00, n01, n10, n11 } = transitions;
    const log = (q01: number, q11: number) =>
      n00 * Math.log(1 - q01) + n01 * Math.log(q01) + n10 * Math.log(1 - q11) + n11 * Math.log(q11);
    let [free, single] = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (let a = 0.001; a < 1; a += 0.001) {
      single = Math.max(single, log(a, a));
      for (let b = 0.01; b < 1; b += 0.01) free = Math.max(free, log(a, b));
    }
    expect(independence(transitions).likelihoodRatio).toBeCloseTo(2 * (free - single), 2);
    expect(conditionalCoverage(transitions, 0.1).likelihoodRatio).toBeCloseTo(2 * (free - log(0.1, 0.1)), 2);
  });
});

describe('the time between failures', () => {
  it('counts waits from the start and from hit to hit', () => {
    expect(waitsOf({ periods: 50, at: [0, 4, 5, 30] })).toEqual([1, 4, 1, 25]);
    expect(timeUntilFirstFailure({ periods: 50, at: [] }, 0.01)).toBeNull();
  });

  // P. H. Kupiec (1995), table 1: first failures that are not rejected at 5%, both bounds excluded.
  it.each([
    [0.01, 6, 439],
    [0.02, 3, 219],
    [0.05, 1, 87],
  ])('of %d accepts a first failure after period %d and before %d', (tailProbability, low, high) => {
    const accepted = Array.from({ length: high + 50 }, (_, at) => at + 1).filter(
      (wait) => waitRatio(wait, tailProbability).pValue > 0.05,
    );
    expect([accepted[0], accepted.at(-1)]).toEqual([low + 1, high - 1]);
  });

  it('of waits as long as they should be is the count alone', () => {
    const hits = { periods: 100, at: [9, 19, 29, 39, 49, 59, 69, 79, 89, 99] };
    expect(timeBetweenFailures(hits, 0.1)).toMatchObject({ degrees: 11, pValue: 1 });
    expect(timeBetweenFailures(hits, 0.1).likelihoodRatio).toBeCloseTo(0, 9);
    const early = { periods: 100, at: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9] };
    expect(timeBetweenFailures(early, 0.1).likelihoodRatio).toBeCloseTo(-20 * Math.log(0.1), 9);
  });
});

/**
 * The example of the Risk Management Toolbox of MATLAB, pages pof, tuff, cci, cc, tbf, tbfi and tl of varbacktest: 57 failures
 * of 1043 days at 95%. Its data are not printed; counts, statistics and p-values are.
 */
describe('the published example of another program', () => {
  const count = { periods: 1043, hits: 57, tailProbability: 0.05 };
  const transitions = { n00: 932, n01: 53, n10: 53, n11: 4 };

  it('has its proportion of failures, and its zone', () => {
    const { likelihoodRatio, pValue, tooManyPValue } = proportionOfFailures(count);
    expect(likelihoodRatio).toBeCloseTo(0.46147, 5);
    expect(pValue).toBeCloseTo(0.49694, 5);
    expect(tooManyPValue).toBeCloseTo(0.26396, 5);
    expect(baselZones(count).cumulativeProbability).toBeCloseTo(0.77913, 5);
    expect(baselZones(count).zone).toBe('green');
  });

  it('has its independence; its conditional coverage counts the first day too', () => {
    const { likelihoodRatio, pValue } = independence(transitions);
    expect(likelihoodRatio).toBeCloseTo(0.25866, 5);
    expect(pValue).toBeCloseTo(0.61104, 5);
    const both = ratioOf(coverageRatio(count).likelihoodRatio + likelihoodRatio, 2);
    expect(both.likelihoodRatio).toBeCloseTo(0.72013, 5);
    expect(both.pValue).toBeCloseTo(0.69763, 5);
    // Without the first day there are 1042 periods and the same hits.
    const own = conditionalCoverage(transitions, 0.05).likelihoodRatio;
    expect(own).toBeCloseTo(coverageRatio({ ...count, periods: 1042 }).likelihoodRatio + likelihoodRatio, 12);
    expect(Math.abs(own - both.likelihoodRatio)).toBeLessThan(0.01);
  });

  it('has its time until the first failure, and its degrees for all waits', () => {
    const first = timeUntilFirstFailure({ periods: 1043, at: [57, 100] }, 0.05);
    expect(first?.likelihoodRatio).toBeCloseTo(1.7354, 4);
    expect(first?.pValue).toBeCloseTo(0.18773, 4);
    // Waits alone have one degree each, waits and count together one more.
    expect(ratioOf(88.491, 57).pValue).toBeCloseTo(0.0047475, 6);
    expect(ratioOf(88.491 + 0.46147, 58).pValue).toBeCloseTo(0.0055565, 6);
    const hits = { periods: 1043, at: Array.from({ length: 57 }, (_, at) => 18 * at) };
    expect(timeBetweenFailures(hits, 0.05).degrees).toBe(58);
  });
});

describe('under the null', () => {
  const PERIODS = 500;
  const TAIL = 0.05;
  const samples: HitSeries[] = Array.from({ length: 2000 }, (_, at) => ({
    periods: PERIODS,
    at: drawHits(seededRandom(`null ${at}`), PERIODS, TAIL),
  }));
  const rejected = (pValue: (hits: HitSeries) => number, from = samples) =>
    from.filter((hits) => pValue(hits) <= 0.05).length / from.length;

  it('hits are drawn with the promised probability, independent', () => {
    const counts = samples.map(({ at }) => at.length);
    const mean = counts.reduce((sum, count) => sum + count, 0) / counts.length;
    const variance = counts.reduce((sum, count) => sum + (count - mean) ** 2, 0) / counts.length;
    expect(Math.abs(mean - 25)).toBeLessThan(0.35);
    expect(Math.abs(variance - 23.75)).toBeLessThan(2.5);
    const pairs = samples.reduce((sum, hits) => sum + transitionsOf(hits).n11, 0) / samples.length;
    expect(Math.abs(pairs - 499 * TAIL * TAIL)).toBeLessThan(0.1);
  });

  it('tests reject about as often as they say', () => {
    const size = (periods: number) => (hits: HitSeries) =>
      proportionOfFailures({ periods, hits: hits.at.length, tailProbability: TAIL });
    const sizeOf = size(PERIODS);
    expect(rejected((hits) => sizeOf(hits).pValue)).toBeGreaterThan(0.03);
    expect(rejected((hits) => sizeOf(hits).pValue)).toBeLessThan(0.07);
    expect(rejected((hits) => sizeOf(hits).exactPValue)).toBeLessThan(0.06);
    expect(rejected((hits) => independence(transitionsOf(hits)).pValue)).toBeLessThan(0.11);
    expect(rejected((hits) => conditionalCoverage(transitionsOf(hits), TAIL).pValue)).toBeLessThan(0.11);
  });

  it('simulated p-values reject no more often than they say, and chi-square of waits much more', () => {
    const few = samples.slice(0, 300);
    const mixed = (hits: HitSeries) => timeBetweenFailures(hits, TAIL);
    const simulated = rejected(
      (hits) =>
        simulatedPValue(hits, {
          draws: 99,
          seed: `of ${hits.at.join()}`,
          tailProbability: TAIL,
          statistic: (some) => -mixed(some).pValue,
        }),
      few,
    );
    const permuted = rejected(
      (hits) =>
        permutedPValue(hits, {
          draws: 99,
          seed: `of ${hits.at.join()}`,
          statistic: (some) => independence(transitionsOf(some)).likelihoodRatio,
        }),
      few,
    );
    // Three standard errors of 300 samples are 0.038.
    expect(simulated).toBeLessThan(0.088);
    expect(simulated).toBeGreaterThan(0.02);
    expect(permuted).toBeLessThan(0.088);
    expect(rejected((hits) => mixed(hits).pValue, few)).toBeGreaterThan(0.1);
  });

  it('clusters are found', () => {
    const clustered = { periods: 500, at: [50, 51, 52, 53, 54, 200, 201, 202, 203, 204, 400, 401, 402] };
    const draws = { draws: 999, seed: 'clusters' };
    const statistic = (hits: HitSeries) => independence(transitionsOf(hits)).likelihoodRatio;
    expect(permutedPValue(clustered, { ...draws, statistic })).toBe(0.001);
  });
});
