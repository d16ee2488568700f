import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LiquiditySnapshot } from '../market/index.js';
import { LIQUIDITY_DRIVER_SETTINGS, liquidityReadings } from './liquidityDrivers.js';

const DAY = 86_400_000;
const SETTINGS = { ...LIQUIDITY_DRIVER_SETTINGS, daysMin: 4 };

/** A day's snapshot: 100 on each side, half a spread of 0.1%, a volume of 1000. */
const snapshot = (day: number, fields: Partial<LiquiditySnapshot> = {}): LiquiditySnapshot => ({
  timeMs: day * DAY,
  venue: 'own',
  instrument: 'BTC-PERP',
  volume: 1000,
  bestBid: 99.9,
  bestAsk: 100.1,
  openInterest: null,
  largestPosition: null,
  depths: [{ basisPoints: 50, bid: 100, ask: 100 }],
  ...fields,
});
const usual = (days: number, fields: Partial<LiquiditySnapshot> = {}) =>
  Array.from({ length: days }, (_, day) => snapshot(day, fields));
const within50 = (bid: number | null, ask: number | null) => [{ basisPoints: 50, bid, ask }];
const at = (snapshots: readonly LiquiditySnapshot[], day: number) =>
  liquidityReadings(snapshots, SETTINGS)(day * DAY);

describe('what liquidity tells of a market', () => {
  it('is depth on the thinner side and spread against their medians', () => {
    const now = snapshot(5, { depths: within50(400, 25), bestBid: 99.7, bestAsk: 100.3 });
    const read = at([...usual(5), now], 5);
    expect(read.depthShortfall).toBe(4);
    expect(read.spreadRatio).toBeCloseTo(3, 9);
    expect(read).toMatchObject({ openInterestDays: null, concentrationDays: null, fundingStress: null });
  });

  it('is open interest and the largest position over the volume of a bad day', () => {
    // Of twenty volumes one is worse than the second lowest: 200.
    const volumes = [100, 200, ...Array<number>(18).fill(1000)];
    const days = volumes.map((volume, day) =>
      snapshot(day, { volume, openInterest: 300, largestPosition: 40 }),
    );
    expect(at(days, 19)).toMatchObject({ openInterestDays: 1.5, concentrationDays: 0.2 });
    expect(at(usual(20), 19)).toMatchObject({ openInterestDays: null, concentrationDays: null });
  });

  it('adds venues up, and takes one that has gone, or has just come, for no change of depth', () => {
    const two = (day: number) => [
      snapshot(day),
      snapshot(day, { venue: 'other', depths: within50(300, 300) }),
    ];
    const past = [0, 1, 2, 3, 4].flatMap(two);
    const halved = two(5).map((one) => ({ ...one, depths: within50(50, 150) }));
    expect(at([...past, ...halved], 5).depthShortfall).toBe(4);
    expect(at([...past, snapshot(5)], 5).depthShortfall).toBe(1);
    const third = snapshot(5, { venue: 'third', depths: within50(9, 9), bestBid: 99.99, bestAsk: 100.01 });
    expect(at([...past, ...two(5), third], 5)).toMatchObject({ depthShortfall: 1 });
    expect(at([...past, ...two(5), third], 5).spreadRatio).toBeCloseTo(1, 9);
  });

  it('reads the widest distance that is known of both sides', () => {
    const deep = (bid: number, ask: number | null) => [
      { basisPoints: 10, bid, ask: 10 },
      { basisPoints: 50, bid: 100, ask },
    ];
    const past = usual(5, { depths: deep(10, 100) });
    expect(at([...past, snapshot(5, { depths: deep(5, 80) })], 5).depthShortfall).toBe(1.25);
    expect(at([...past, snapshot(5, { depths: deep(5, null) })], 5).depthShortfall).toBe(2);
    expect(at([...past, snapshot(5, { depths: [] })], 5).depthShortfall).toBeNull();
  });

  it('is nothing without snapshots, with too few before, or with one that is a day old', () => {
    expect(Object.values(at([], 5)).every((reading) => reading === null)).toBe(true);
    expect(at(usual(4), 3).depthShortfall).toBeNull();
    expect(at(usual(5), 4).depthShortfall).toBe(1);
    expect(at(usual(5), 4.9).depthShortfall).toBe(1);
    expect(at(usual(5), 5).depthShortfall).toBeNull();
    expect(at(usual(5), -1).depthShortfall).toBeNull();
  });

  it('forgets what is older than its window', () => {
    const old = usual(300, { depths: within50(1000, 1000) });
    const young = Array.from({ length: 251 }, (_, day) => snapshot(300 + day));
    expect(at([...old, ...young], 550).depthShortfall).toBe(1);
    expect(at([...old, ...young], 400).depthShortfall).toBe(10);
  });

  it('takes one snapshot of each day before, of about the same hour', () => {
    // Six a day: books are ten times as deep at noon. At midnight they are compared with midnights.
    const hours = Array.from({ length: 60 }, (_, at) => {
      const deep = at % 6 === 3 ? 1000 : 100;
      return snapshot(at / 6, { depths: within50(deep, deep) });
    });
    expect(at(hours, 9).depthShortfall).toBe(1);
    expect(at(hours, 9.5).depthShortfall).toBe(1);
    // Many of one day are not many days.
    const minutes = Array.from({ length: 100 }, (_, minute) => snapshot(minute / 1440));
    expect(at(minutes, 0.06).depthShortfall).toBeNull();
    // A few seconds too early or late is the same hour.
    const jittered = usual(6).map((one, day) => ({ ...one, timeMs: one.timeMs + (day % 2) * 3000 }));
    const thin = { ...(jittered[5] as LiquiditySnapshot), depths: within50(50, 50) };
    expect(at([...jittered.slice(0, 5), thin], 5.1).depthShortfall).toBe(2);
  });

  it('is worst for an empty book and for bad days without trades', () => {
    const empty = at([...usual(5), snapshot(5, { depths: within50(0, 7) })], 5);
    expect(empty.depthShortfall).toBeGreaterThan(1e6);
    const still = at(usual(5, { volume: 0, openInterest: 5 }), 4);
    expect(still.openInterestDays).toBeGreaterThan(1e6);
  });

  it('looks at nothing that comes later', () => {
    const depth = fc.integer({ min: 0, max: 1000 });
    fc.assert(
      fc.property(fc.array(depth, { minLength: 8, maxLength: 30 }), fc.nat(29), (depths, cut) => {
        const all = depths.map((bid, day) => snapshot(day, { depths: within50(bid, 500) }));
        const read = at(all, cut);
        expect(read).toEqual(at(all.slice(0, cut + 1), cut));
        const bids = depths
          .slice(0, cut)
          .map((bid) => Math.min(bid, 500))
          .sort((a, b) => a - b);
        const now = depths[cut];
        const middle = bids.length / 2 - 0.5;
        const median = ((bids[Math.floor(middle)] ?? 0) + (bids[Math.ceil(middle)] ?? 0)) / 2;
        if (now === undefined || bids.length < 4 || median === 0) expect(read.depthShortfall).toBeNull();
        else expect(read.depthShortfall).toBeCloseTo(median / (Math.min(now, 500) || 1e-9), 6);
      }),
      { numRuns: 100, seed: 5 },
    );
  });
});
