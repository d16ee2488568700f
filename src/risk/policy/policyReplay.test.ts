import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ok } from '../../base/index.js';
import { LEVEL_RULES, levelRank } from '../levels/index.js';
import { type AlignedMarket, alignMarket } from '../market/alignedMarket.js';
import { readMarketFiles } from '../market/marketFiles.js';
import { filteredModel } from '../models/index.js';
import { PARAMETER_RULES } from '../parameters/index.js';
import { ANTI_PROCYCLICAL_POLICIES, steppedReturns, VOLATILITY_STEP } from '../procyclicality/index.js';
import type { TailModel } from '../tailModel.js';
import { type Episode, POLICY_BOOK } from './policyBook.js';
import { type PolicyReplay, type PolicyReplayQuestion, policyReplay } from './policyReplay.js';
import { replayFigures } from './replayFigures.js';
import { replaySince } from './replaySince.js';

const DAY = 86_400_000;
/** A tenth, and a fifth once the price has fallen by more than a fifth in a day. */
const MODEL: TailModel = {
  id: 'jumpy',
  daysMin: 2,
  forecasts: ({ returns, start, end }) => {
    const asked = Float64Array.from({ length: end - start }, (_, at) =>
      returns.subarray(0, start + at).some((move) => move < -0.2) ? 0.2 : 0.1,
    );
    return ok({ valueAtRisk: asked, expectedShortfall: asked });
  },
};
const OWNER: Episode = {
  owner: 'o',
  wish: 'cross',
  consents: true,
  from: 0,
  until: 99,
  legs: [
    { asset: 'A', value: 100 },
    { asset: 'B', value: -100 },
  ],
};
const MARKET = marketOf({
  A: [0.01, -0.01, 0.01, -0.25, -0.25, 0],
  B: [0.01, -0.01, 0.01, 0, 0, 0],
});
/** Mark uncertainty of A at the close of 4 January, the first judged day, and after. */
const QUESTION: PolicyReplayQuestion = {
  market: MARKET,
  model: MODEL,
  fixedAt: '1970-01-04',
  to: null,
  parameters: { ...PARAMETER_RULES, policy: ANTI_PROCYCLICAL_POLICIES.none },
  book: [OWNER],
  observed: raisedTo(0.61),
};

describe('a replay of policies, by hand', () => {
  const replay = replayed(QUESTION);
  const day = (policy: string, at: number) => replay.policies.find((one) => one.policy === policy)?.days[at];

  it('margins each day by what was known at the close before', () => {
    expect(replay.dates).toEqual(['1970-01-05', '1970-01-06', '1970-01-07']);
    const [a, b] = replay.assets;
    expect([a, b].map((one) => [...(one?.fixedRates ?? [])])).toEqual([
      [0.1, 0.1, 0.1],
      [0.1, 0.1, 0.1],
    ]);
    expect([...(a?.rates ?? [])]).toEqual([0.1, 0.2, 0.2]);
    expect(a?.levels).toEqual(['portfolio', 'isolated', 'isolated']);
    expect(b?.levels).toEqual(['portfolio', 'portfolio', 'portfolio']);
  });

  it('leaves the same uncovered on the day of the fall, which nobody knew of', () => {
    // 20 held in one account, A loses 25: 5 uncovered, and all 10 of B gone with it.
    for (const policy of ['fixed', 'dynamic', 'levels'])
      expect(day(policy, 0)).toMatchObject({ gross: 200, capital: 20, shortfall: 5, innocent: 10 });
  });

  it('then covers it by dynamic rates at the cost of B, and by levels at the cost of the venue', () => {
    expect(day('fixed', 1)).toMatchObject({ capital: 20, shortfall: 5, innocent: 10 });
    // 20 for A and 10 for B: 25 lost, of it 5 beyond the part of A, paid by that of B.
    expect(day('dynamic', 1)).toMatchObject({ capital: 30, shortfall: 0, innocent: 5, carved: 0 });
    // A stands alone with 20.
    expect(day('levels', 1)).toMatchObject({
      capital: 30,
      shortfall: 5,
      innocent: 0,
      carved: 1,
      accounts: 2,
    });
  });

  it('parts all from the first day beside them', () => {
    // A alone holds 10 and loses 25; then 20.
    expect(day('isolated', 0)).toMatchObject({ capital: 20, shortfall: 15, innocent: 0, accounts: 2 });
    expect(day('isolated', 1)).toMatchObject({ capital: 30, shortfall: 5, innocent: 0 });
  });

  it('sets fixed rates of the same capital beside them', () => {
    expect(replay.sameCapitalFactor).toBeCloseTo(80 / 60, 12);
    expect(day('fixedSameCapital', 0)?.capital).toBeCloseTo(80 / 3, 12);
    // 25 of 26.7: A is beyond its part, 13.3, by 11.7.
    expect(day('fixedSameCapital', 0)?.shortfall).toBe(0);
    expect(day('fixedSameCapital', 0)?.innocent).toBeCloseTo(25 - 40 / 3, 12);
  });

  it('in figures', () => {
    const [figures] = replayFigures(replay, []);
    const of = (policy: string) => figures?.policies.find((one) => one.policy === policy);
    expect(of('fixed')).toMatchObject({ shortfall: 10, shortDays: 2, shortAccountDays: 2, innocent: 20 });
    expect(of('dynamic')).toMatchObject({ shortfall: 5, innocent: 15, capitalShare: 80 / 600 });
    expect(of('dynamic')?.worstDay).toEqual({ date: '1970-01-05', shortfall: 5 });
    expect(of('dynamic')?.largestRise).toBeCloseTo(0.5, 12);
    expect(of('levels')).toMatchObject({ shortfall: 10, innocent: 10, carved: 1, grandfatheredDays: 0 });
    expect(figures?.levels).toEqual({ rises: 1, falls: 0, flaps: 0, raisedDays: 2 });
  });

  it('opens nothing where the level is reduce-only, and keeps collateral where it may not be taken out', () => {
    const late = { ...OWNER, from: 4 };
    const refused = replayed({ ...QUESTION, book: [late], observed: raisedTo(1) });
    expect(refused.policies[3]?.days[1]).toMatchObject({ gross: 100, refusedValue: 100 });
    expect(refused.policies[2]?.days[1]).toMatchObject({ gross: 200, refusedValue: 0 });
    const short = {
      ...OWNER,
      wish: 'isolated',
      from: 4,
      legs: [{ asset: 'A', value: -100 }],
    } as const;
    const held = replayed({ ...QUESTION, book: [short], observed: raisedTo(0.81) });
    // 20 held, 25 earned: 45 stay.
    expect(held.policies.map(({ days }) => days[2]?.capital)).toEqual([10, expect.anything(), 20, 45, 20]);
  });

  it('leaves out who has no rate before it ends', () => {
    const young = marketOf({ A: [0.01, -0.01, 0.01, -0.25], B: [0.01, -0.01, 0.01, 0] });
    const late = { ...young, assets: young.assets.map((one, at) => (at === 0 ? one : without(one, 3))) };
    const alone = [{ ...OWNER, legs: OWNER.legs.slice(0, 1) }];
    expect(replayed({ ...QUESTION, market: late, book: alone })).toMatchObject({
      leftOut: ['B'],
      assets: [{ asset: 'A' }],
    });
  });

  it('is the same from a later date on', () => {
    const later = replaySince(replay, '1970-01-06');
    expect(later?.dates).toEqual(replay.dates.slice(1));
    expect(later?.policies[3]?.days).toEqual(replay.policies[3]?.days.slice(1));
    expect([...(later?.assets[0]?.rates ?? [])]).toEqual([0.2, 0.2]);
    expect(later?.assets[0]?.levels).toEqual(['isolated', 'isolated']);
    expect(replaySince(replay, '1970-01-08')).toBeNull();
  });

  it('refuses a date before any rate, or after all', () => {
    expect(policyReplay({ ...QUESTION, fixedAt: '1970-01-02' })).toMatchObject({
      error: { code: 'bad_range', field: 'fixedAt' },
    });
    expect(policyReplay({ ...QUESTION, to: '1970-01-04' })).toMatchObject({ error: { code: 'bad_range' } });
    expect(policyReplay({ ...QUESTION, fixedAt: '1980-01-01' }).ok).toBe(false);
  });
});

describe('a replay over a made-up market', () => {
  const market = marketOf({ A: moves('a', 560), B: moves('b', 560), C: moves('c', 560) });
  const question: PolicyReplayQuestion = {
    market,
    model: filteredModel({ residualsMin: 150, residualsMax: 200 }),
    fixedAt: '1970-09-30',
    to: null,
    offsets: { confidence: '0.99', capShare: 0.8, joint: { residualsMin: 100, residualsMax: 200 } },
    book: { ...POLICY_BOOK, owners: 25 },
  };
  const replay = replayed(question);

  it('gives the same figures for the same inputs', () => {
    expect(replayFigures(replayed(question))).toEqual(replayFigures(replay));
  });

  it('knows nothing of what comes later', () => {
    const before = replayed({ ...question, market: cut(market, 400), book: bookOf() });
    const after = replayed({ ...question, book: bookOf() });
    for (const at of [0, 2, 3, 4]) {
      const days = before.policies[at]?.days ?? [];
      expect(days.length).toBeGreaterThan(50);
      expect(after.policies[at]?.days.slice(0, days.length)).toEqual(days);
    }
  });

  it('locks no less under levels than under the same rates without, for the same positions', () => {
    const [, , dynamic, levels] = replay.policies;
    for (const [at, day] of (levels?.days ?? []).entries()) {
      const without = dynamic?.days[at];
      expect(day.gross).toBe(without?.gross);
      expect(day.capital).toBeGreaterThanOrEqual((without?.capital ?? 0) * (1 - 1e-12));
    }
    expect(levels?.days.some((day, at) => day.capital > 1.01 * (dynamic?.days[at]?.capital ?? 0))).toBe(true);
  });

  it('holds the level a week before it falls, however the readings jump', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 6 }), (readings) => {
        const wild = replayed({
          ...QUESTION,
          market: marketOf({ A: Array(80).fill(0.01), B: Array(80).fill(-0.01) }),
          observed: (asset, timeMs) =>
            asset === 'A' ? { markUncertainty: readings[(timeMs / DAY) % readings.length] as number } : {},
        });
        const changes = wild.assets[0]?.timeline.changes ?? [];
        for (const [at, { level, timeMs, step }] of changes.entries())
          if (at > 0 && levelRank(level) < levelRank(step.from))
            expect(timeMs - (changes[at - 1]?.timeMs ?? 0)).toBeGreaterThanOrEqual(LEVEL_RULES.minimumMs);
      }),
      { numRuns: 30 },
    );
  });

  function bookOf(): Episode[] {
    return Array.from({ length: 12 }, (_, at) => ({
      owner: `o${at}`,
      wish: (['cross', 'portfolio', 'isolated'] as const)[at % 3]!,
      consents: at % 2 === 0,
      from: 270 + 10 * at,
      until: 300 + 12 * at,
      legs: [
        { asset: 'A', value: 100 },
        { asset: at % 2 === 0 ? 'B' : 'C', value: -70 },
      ],
    }));
  }
});

const REAL = process.env['BULKHEAD_MARKET_DATA'] ?? '';

describe.skipIf(!existsSync(REAL))('a replay of March 2020 (BULKHEAD_MARKET_DATA)', () => {
  it('shows what dynamic rates cover and levels do not', () => {
    const replay = replayed({
      market: realMarket(),
      model: filteredModel(),
      fixedAt: '2019-12-31',
      to: '2020-04-30',
      book: { ...POLICY_BOOK, owners: 60 },
    });
    const [march] = replayFigures(replay);
    const of = (policy: string) => march?.policies.find((one) => one.policy === policy);
    expect(march?.span.name).toBe('March 2020');
    expect(of('fixed')?.worstDay?.date).toBe('2020-03-12');
    expect(of('dynamic')?.shortfall).toBeLessThan(of('fixed')?.shortfall ?? 0);
    expect(of('levels')?.innocent).toBeLessThanOrEqual(of('dynamic')?.innocent ?? 0);
    expect(of('levels')?.capitalMean).toBeGreaterThan(of('dynamic')?.capitalMean ?? 0);
    expect(march?.levels).toMatchObject({ flaps: 0 });
  });
});

function raisedTo(markUncertainty: number): NonNullable<PolicyReplayQuestion['observed']> {
  return (asset, timeMs) => (asset === 'A' && timeMs > 4.5 * DAY ? { markUncertainty } : {});
}

function replayed(question: PolicyReplayQuestion): PolicyReplay {
  const replay = policyReplay(question);
  if (!replay.ok) throw new Error(`${replay.error.code} ${replay.error.field}`);
  return replay.value;
}

/** Shared shocks and own ones, with a storm towards the end. */
function moves(seed: string, days: number): number[] {
  const of = (name: string) =>
    steppedReturns({ ...VOLATILITY_STEP, daysBefore: days - 150, daysAfter: 60, seed: name });
  const [common, own, calm] = [of('common'), of(seed), of(`${seed}/calm`).subarray(0, 90)];
  return [...common.map((move, day) => (move + (own[day] as number)) / 2), ...calm];
}

function marketOf(returns: Readonly<Record<string, readonly number[]>>): AlignedMarket {
  const series = Object.entries(returns).map(([asset, own]) => {
    let close = 100;
    const closes = [close, ...own.map((move) => (close *= 1 + move))];
    const bars = closes.map((price, day) => ({
      timeMs: day * DAY,
      ...{ open: price, high: price, low: price, close: price, volume: null },
    }));
    return { asset, bars };
  });
  const market = alignMarket(series, { intervalMs: DAY });
  if (!market.ok) throw new Error(market.error.code);
  return market.value;
}

/** The first returns of an asset taken away. */
function without(one: AlignedMarket['assets'][number], days: number) {
  return { ...one, first: days, returns: one.returns.map((move, day) => (day < days ? Number.NaN : move)) };
}

function cut(market: AlignedMarket, days: number): AlignedMarket {
  return {
    ...market,
    timesMs: market.timesMs.slice(0, days),
    dates: market.dates.slice(0, days),
    assets: market.assets.map((one) => ({
      ...one,
      returns: one.returns.slice(0, days),
      lows: one.lows.slice(0, days),
      highs: one.highs.slice(0, days),
    })),
  };
}

function realMarket(): AlignedMarket {
  const names = ['bnb', 'btc', 'eth'];
  const read = readMarketFiles(
    names.map((name) => ({
      asset: name.toUpperCase(),
      text: readFileSync(join(REAL, `${name}-usd-daily.csv`), 'utf8'),
    })),
  );
  if (!read.ok) throw new Error(read.error.message);
  const market = alignMarket(read.value.series, { intervalMs: DAY });
  if (!market.ok) throw new Error(market.error.code);
  return cut(market.value, market.value.dates.filter((date) => date <= '2020-04-30').length);
}
