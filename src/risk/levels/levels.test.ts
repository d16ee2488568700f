import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AlignedMarket, type AssetBars, alignMarket } from '../market/alignedMarket.js';
import { readMarketFiles } from '../market/marketFiles.js';
import { steppedReturns, VOLATILITY_STEP } from '../procyclicality/impulse.js';
import { type DriverReadings, LEVEL_DRIVERS, NO_READINGS, scoreDrivers } from './drivers.js';
import { ISOLATION_LEVELS, levelRank } from './isolationLevel.js';
import { type LevelTimeline, levelTimeline } from './levelTimeline.js';
import { initialLevel, type LevelState, type LevelStep, nextLevel } from './nextLevel.js';
import { backtestExcess, NOTHING_OBSERVED, observedReadings } from './observedDrivers.js';
import { LEVEL_RULES, type LevelRules, levelRulesFault } from './rules.js';

const DAY = 86_400_000;
const RUNS = { numRuns: 60, seed: 5 };

/** Readings whose stress is as given; the rest have no data. */
function stressed(stress: Partial<Record<keyof DriverReadings, number>>): DriverReadings {
  const read = Object.entries(stress).map(([driver, units]) => {
    const { normal, unit } = LEVEL_RULES.scales[driver as keyof DriverReadings];
    return [driver, normal + units * unit];
  });
  return { ...NO_READINGS, ...Object.fromEntries(read) };
}

function step(state: LevelState, readings: DriverReadings, timeMs: number, rules = LEVEL_RULES): LevelStep {
  const result = nextLevel(state, readings, timeMs, rules);
  if (!result.ok) throw new Error(result.error.code);
  return result.value;
}

/** The steps of daily readings whose score is as given: the mark alone is strong enough for every rung. */
function follow(scores: readonly number[], rules = LEVEL_RULES): LevelStep[] {
  let state = initialLevel(rules, 0);
  return scores.map((score, day) => {
    const next = step(state, stressed({ markUncertainty: score + rules.strongGap }), day * DAY, rules);
    state = next.state;
    return next;
  });
}

const levelsOf = (steps: readonly LevelStep[]) => steps.map(({ state }) => state.level);
const anyReadings = fc.record(
  Object.fromEntries(
    LEVEL_DRIVERS.map((driver) => [driver, fc.option(fc.double({ min: -2, max: 20, noNaN: true }))]),
  ),
) as fc.Arbitrary<DriverReadings>;
const anyState: fc.Arbitrary<LevelState> = fc.record({
  level: fc.constantFrom(...ISOLATION_LEVELS),
  sinceMs: fc.constant(0),
  readMs: fc.constant(30 * DAY),
  calmSinceMs: fc.option(fc.constant(20 * DAY)),
  fallsAtMs: fc.option(fc.constant(31 * DAY)),
  raisedBy: fc.constantFrom<LevelState['raisedBy'][]>([], ['volatilityRatio']),
});

describe('the score of an instrument', () => {
  it('asks one strong or two medium triggers', () => {
    const score = (readings: DriverReadings) => scoreDrivers(readings, LEVEL_RULES).score;
    expect(score(stressed({ volatilityRatio: 1.9 }))).toBeCloseTo(0.9, 12);
    expect(score(stressed({ volatilityRatio: 2 }))).toBeCloseTo(1, 12);
    expect(score(stressed({ volatilityRatio: 1, tailExcess: 1 }))).toBeCloseTo(1, 12);
    expect(score(stressed({ volatilityRatio: 1, tailExcess: 0.5 }))).toBeCloseTo(0.5, 12);
  });

  it('takes two drivers of one family for one trigger', () => {
    const { score, deciding } = scoreDrivers(
      stressed({ depthShortfall: 1.5, spreadRatio: 1.5 }),
      LEVEL_RULES,
    );
    expect(score).toBeCloseTo(0.5, 12);
    expect(deciding).toEqual(['depthShortfall']);
  });

  it('is neutral without data, and names what has none', () => {
    const { score, deciding, neutral } = scoreDrivers(NO_READINGS, LEVEL_RULES);
    expect({ score, deciding, neutral }).toEqual({ score: 0, deciding: [], neutral: LEVEL_DRIVERS });
    const some = scoreDrivers(stressed({ volatilityRatio: 3, pegDeviation: 2 }), LEVEL_RULES);
    expect(some.neutral).toEqual(
      LEVEL_DRIVERS.filter((driver) => driver !== 'volatilityRatio' && driver !== 'pegDeviation'),
    );
  });

  it('and the level rise with each driver, or stay', () => {
    fc.assert(
      fc.property(
        anyState,
        anyReadings,
        fc.constantFrom(...LEVEL_DRIVERS),
        fc.double({ min: 0, max: 10, noNaN: true }),
        (state, readings, driver, more) => {
          const before = { ...readings, [driver]: readings[driver] ?? 0 };
          const after = { ...before, [driver]: (before[driver] as number) + more };
          const [low, high] = [step(state, before, 31 * DAY), step(state, after, 31 * DAY)];
          expect(high.score.score).toBeGreaterThanOrEqual(low.score.score);
          expect(levelRank(high.state.level)).toBeGreaterThanOrEqual(levelRank(low.state.level));
        },
      ),
      { ...RUNS, numRuns: 300 },
    );
  });
});

describe('the level of an instrument', () => {
  it('goes up at once, as far as the score says', () => {
    expect(levelsOf(follow([0, 1, 4]))).toEqual(['portfolio', 'cross', 'reduceOnly']);
    expect(levelsOf(follow([0, 3.2]))).toEqual(['portfolio', 'strictIsolated']);
  });

  it('comes down one rung at a time, after dwell, minimum time and notice', () => {
    const steps = follow([2, ...Array(16).fill(0)]);
    const moves = steps.flatMap(({ move }, day) => (move === null ? [] : [`${day} ${move}`]));
    // Held for 7 days with 1 of notice; calm again from day 8, announced when the next 7 are nearly over.
    expect(moves).toEqual(['0 raised', '6 announced', '7 lowered', '13 announced', '14 lowered']);
    expect(levelsOf(steps)[7]).toBe('cross');
    expect(levelsOf(steps)[14]).toBe('portfolio');
  });

  it('dwells for the whole time below the lower threshold, however old the level', () => {
    const steps = follow([2, ...Array(20).fill(1.8), 1.4, 1.4, 1.4, 1.4, 1.4]);
    expect(steps.map(({ move }) => move).lastIndexOf('announced')).toBe(24);
    expect(steps.at(-1)).toMatchObject({ move: 'lowered', state: { level: 'cross' } });
  });

  it('takes an announced fall back when the stress returns', () => {
    const steps = follow([2, 0, 0, 0, 0, 0, 0, 1.6, 0, 0, 0]);
    expect(steps.map(({ move }) => move).slice(6)).toEqual(['announced', 'withdrawn', null, null, null]);
  });

  it('does not fall because the data that raised it are lost', () => {
    let { state } = step(initialLevel(LEVEL_RULES, 0), stressed({ spreadRatio: 3.5 }), 0);
    for (let day = 1; day <= 60; day++)
      ({ state } = step(state, stressed({ volatilityRatio: 0 }), day * DAY));
    expect(state).toMatchObject({ level: 'isolated', calmSinceMs: null });
  });

  it('does not count calm that nobody saw', () => {
    const { state } = step(initialLevel(LEVEL_RULES, 0), stressed({ spreadRatio: 3 }), 0);
    const calm = stressed({ spreadRatio: 0 });
    const late = step(step(state, calm, DAY).state, calm, 30 * DAY);
    expect(late).toMatchObject({ move: null, state: { level: 'isolated', calmSinceMs: 30 * DAY } });
  });

  it('names the numbers that decided', () => {
    const readings = stressed({ volatilityRatio: 2.5, tailExcess: 2.2, spreadRatio: 0 });
    const raised = step(initialLevel(LEVEL_RULES, 0), readings, DAY);
    expect(raised).toMatchObject({ move: 'raised', from: 'portfolio', timeMs: DAY, readings });
    expect(raised.score.deciding).toEqual(['volatilityRatio', 'tailExcess']);
    expect(raised.score.score).toBeCloseTo(2.2, 12);
  });

  it('does not flap on noise around a threshold', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 1.55, max: 2.45, noNaN: true }), { minLength: 50, maxLength: 200 }),
        (scores) => {
          const moves = follow(scores).filter(({ move }) => move !== null);
          expect(moves.length).toBeLessThanOrEqual(2);
        },
      ),
      RUNS,
    );
  });

  it('falls at most once in the minimum time, and in dwell and notice, whatever the noise', () => {
    const { dwellMs, noticeMs, minimumMs } = LEVEL_RULES;
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 5, noNaN: true }), { maxLength: 200 }), (scores) => {
        const falls = follow(scores).filter(({ move }) => move === 'lowered');
        for (const [at, fall] of falls.entries()) {
          const since = fall.timeMs - (falls[at - 1]?.timeMs ?? 0);
          expect(since).toBeGreaterThanOrEqual(Math.max(minimumMs, dwellMs + noticeMs));
        }
      }),
      RUNS,
    );
    expect(follow([4, ...Array(60).fill(0)]).filter(({ move }) => move === 'lowered')).toHaveLength(4);
  });

  it('never falls below the lowest one', () => {
    const rules: LevelRules = { ...LEVEL_RULES, lowest: 'cross' };
    expect(new Set(levelsOf(follow(Array(40).fill(0), rules)))).toEqual(new Set(['cross']));
    expect(levelsOf(follow([2, ...Array(40).fill(0)], rules)).at(-1)).toBe('cross');
  });

  it('refuses a reading that is no number, a time gone back, and rules that contradict themselves', () => {
    const state = initialLevel(LEVEL_RULES, DAY);
    const code = (readings: DriverReadings, timeMs: number, rules = LEVEL_RULES) => {
      const result = nextLevel(state, readings, timeMs, rules);
      return result.ok ? null : `${result.error.field} ${result.error.code}`;
    };
    expect(code({ ...NO_READINGS, spreadRatio: Number.NaN }, DAY)).toBe('spreadRatio not_finite');
    expect(code(NO_READINGS, 0)).toBe('timeMs bad_range');
    expect(code(NO_READINGS, DAY, { ...LEVEL_RULES, dwellMs: DAY - 1 })).toBe('dwellMs bad_parameter');
    const rungs = { ...LEVEL_RULES.rungs, isolated: { enterAt: 2, leaveAt: 2 } };
    expect(levelRulesFault({ ...LEVEL_RULES, rungs })).toMatchObject({ field: 'rungs.isolated' });
    const scales = { ...LEVEL_RULES.scales, spreadRatio: { normal: 1, unit: 0, most: 1 } };
    expect(levelRulesFault({ ...LEVEL_RULES, scales })).toMatchObject({ field: 'scales.spreadRatio' });
    expect(levelRulesFault(LEVEL_RULES)).toBeNull();
  });
});

describe('what a venue observes', () => {
  it('is read against what is usual, and not at all where a number is missing', () => {
    expect(Object.values(observedReadings(NOTHING_OBSERVED)).every((reading) => reading === null)).toBe(true);
    const read = observedReadings({
      ...NOTHING_OBSERVED,
      depth: 25,
      depthMedian: 100,
      spread: 3,
      openInterest: 600,
      stressedAdv: 400,
      markConfidence: 0.75,
      pegPrice: 0.98,
    });
    expect(read).toMatchObject({
      depthShortfall: 4,
      spreadRatio: null,
      openInterestDays: 1.5,
      markUncertainty: 0.25,
    });
    expect(read.pegDeviation).toBeCloseTo(0.02, 12);
    const empty = { ...NOTHING_OBSERVED, depth: 0, depthMedian: 100, openInterest: 5, stressedAdv: 0 };
    const none = observedReadings({ ...empty, largestPosition: 0 });
    expect(none).toMatchObject({ depthShortfall: 1e11, openInterestDays: 5e9, concentrationDays: 0 });
  });

  it('of a back-test is above 0 from the yellow zone and above 1 from the red', () => {
    const excess = (hits: number) => backtestExcess({ periods: 250, hits, tailProbability: 0.01 });
    expect([4, 5, 9, 10].map(excess)).toEqual([0, 0.2, 1, 1.2]);
  });
});

describe('a time line of levels', () => {
  it('looks at nothing that comes later', () => {
    const bars = steppedBars(500, 120);
    const whole = timelineOf(marketOf(bars), 'A');
    for (const days of [520, 560, 600]) {
      const cut = timelineOf(
        marketOf(bars.map((some) => ({ ...some, bars: some.bars.slice(0, days) }))),
        'A',
      );
      expect(cut.days).toEqual(whole.days.slice(0, cut.days.length));
    }
  });

  it('rises when volatility steps up, within days, and is the same every time', () => {
    const market = marketOf(steppedBars(500, 120));
    const line = timelineOf(market, 'A');
    const first = line.changes.findIndex(({ level }) => levelRank(level) >= 1);
    const raised = line.days.findIndex(({ date }) => date === line.changes[first]?.date);
    expect(raised).toBeGreaterThanOrEqual(500);
    expect(raised).toBeLessThan(530);
    expect(timelineOf(market, 'A')).toEqual(line);
    expect(line.neverRead).toContain('depthShortfall');
    expect(line.neverRead).not.toContain('volatilityRatio');
  });

  it('is read with what else was observed, and refuses an asset it does not have', () => {
    const market = marketOf(steppedBars(300, 20));
    const line = levelTimeline({
      market,
      asset: 'B',
      rules: LEVEL_RULES,
      observed: (timeMs) => (timeMs > 100 * DAY ? { markUncertainty: 1 } : {}),
    });
    expect(line.ok && line.value.changes[0]).toMatchObject({ level: 'reduceOnly', timeMs: 101 * DAY });
    expect(levelTimeline({ market, asset: 'C', rules: LEVEL_RULES }).ok).toBe(false);
  });
});

const REAL = process.env['BULKHEAD_MARKET_DATA'] ?? '';

describe.skipIf(!existsSync(REAL))('levels over real prices (BULKHEAD_MARKET_DATA)', () => {
  const lines = existsSync(REAL) ? realLines() : [];
  const highest = (line: LevelTimeline, from: string, to: string) =>
    Math.max(
      ...line.days.filter(({ date }) => date >= from && date <= to).map(({ level }) => levelRank(level)),
    );

  it.each([
    ['2020-03-12', '2020-03-20', ['BTC', 'ETH', 'BNB']],
    ['2021-05-19', '2021-05-26', ['BTC', 'ETH', 'BNB', 'SOL']],
    ['2022-11-08', '2022-11-20', ['SOL']],
  ])('are raised from %s to %s for %j', (from, to, assets) => {
    const raised = lines.filter((line) => highest(line, from, to) >= 1).map(({ asset }) => asset);
    expect(raised).toEqual(expect.arrayContaining(assets));
  });

  it('change at most four times a year', () => {
    for (const { changes, days } of lines)
      expect(changes.length).toBeLessThanOrEqual((4 * days.length) / 365);
  });
});

function realLines(): LevelTimeline[] {
  const names = ['bnb', 'btc', 'eth', 'sol'];
  const files = names.map((name) => ({
    asset: name.toUpperCase(),
    text: readFileSync(join(REAL, `${name}-usd-daily.csv`), 'utf8'),
  }));
  const read = readMarketFiles(files);
  if (!read.ok) throw new Error(read.error.message);
  const market = marketOf(read.value.series);
  return files.map(({ asset }) => timelineOf(market, asset));
}

function timelineOf(market: AlignedMarket, asset: string): LevelTimeline {
  const line = levelTimeline({ market, asset, rules: LEVEL_RULES });
  if (!line.ok) throw new Error(line.error.code);
  return line.value;
}

function marketOf(series: readonly AssetBars[]): AlignedMarket {
  const market = alignMarket(series, { intervalMs: DAY });
  if (!market.ok) throw new Error(market.error.code);
  return market.value;
}

/** Two assets that share half of their moves, the volatility three times as high from the step on. */
function steppedBars(daysBefore: number, daysAfter: number): AssetBars[] {
  const [common, a, b] = ['common', 'a', 'b'].map((seed) =>
    steppedReturns({ ...VOLATILITY_STEP, daysBefore, daysAfter, seed }),
  ) as [Float64Array, Float64Array, Float64Array];
  return [
    { asset: 'A', bars: barsOf(a.map((own, day) => (own + (common[day] as number)) / 2)) },
    { asset: 'B', bars: barsOf(b.map((own, day) => (own + (common[day] as number)) / 2)) },
  ];
}

function barsOf(returns: Float64Array): AssetBars['bars'] {
  let close = 100;
  const closes = [close, ...[...returns].map((move) => (close *= 1 + move))];
  return closes.map((price, day) => ({
    timeMs: day * DAY,
    open: price,
    high: price,
    low: price,
    close: price,
    volume: null,
  }));
}
