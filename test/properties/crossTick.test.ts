/**
 * The ways of watching cross accounts that `bench/crossTick.ts` compares: the same accounts at the same ticks as a look at
 * everybody tells, in calm and in crashes. A figure for a way that misses somebody would be worth nothing.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { createBook } from '../../bench/crossTickBook.js';
import { createIntervalWatch } from '../../bench/crossTickBoxes.js';
import { createHotCold } from '../../bench/crossTickHotCold.js';
import { createPath, type Path, type Stretch } from '../../bench/crossTickMarket.js';
import {
  createFullScan,
  createPush,
  createReevaluation,
  startOf,
  type Watch,
} from '../../bench/crossTickPlain.js';
import { forSeeds } from '../../src/testkit/runs.js';

const CALM: Stretch = { ticks: 20_000, volatility: 0.0005, drift: 0 };
const CRASH: Stretch = { ticks: 700, volatility: 0.01, drift: -0.06 };
const REBOUND: Stretch = { ticks: 700, volatility: 0.02, drift: 0.05 };
const LONG_CALM: Stretch = { ticks: 60_000, volatility: 0.0001, drift: 0 };

const BOOK = createBook({ accounts: 1_500, instruments: 20, seed: 'small cross book' });

const MARKETS: Readonly<Record<string, readonly Stretch[]>> = {
  calm: [CALM],
  restless: [{ ticks: 3_000, volatility: 0.004, drift: 0 }],
  'a crash and a rebound': [CALM, CRASH, REBOUND],
  'a crash, calm again, and the next crash': [CRASH, LONG_CALM, CRASH],
};

describe.each(Object.entries(MARKETS))('watching cross accounts, market %s', (name, stretches) => {
  let path: Path;
  let judged: readonly number[][];
  beforeAll(() => {
    path = createPath(BOOK, name, stretches);
    judged = toldBy(createFullScan(BOOK, startOf(BOOK)), path);
  });

  it('somebody becomes liquidatable', () => {
    expect(judged.flat().length).toBeGreaterThan(0);
  });

  it.each([
    ['re-evaluation of holders', createReevaluation],
    ['push to holders', createPush],
    ['intervals', createIntervalWatch],
    ['intervals, near the edge by push', createHotCold],
  ])('%s tells at each tick whom a full scan tells', (_, create) => {
    expect(toldBy(create(BOOK, startOf(BOOK)), path)).toEqual(judged);
  });
});

describe('intervals with push near the edge', () => {
  it('change over to push in a crash, find the way back in the calm, and change over again', () => {
    const path = createPath(BOOK, 'two crashes', [CRASH, LONG_CALM, CRASH]);
    const watch = createHotCold(BOOK, startOf(BOOK));
    toldBy(watch, path);
    expect(watch.counts.switches).toBe(2);
    expect(watch.counts.pushTicks).toBeLessThan(path.prices.length / 2);
  });

  it('know of every account, at any time, why it is safe', () => {
    forSeeds(4, (seed) => {
      const restless: Stretch = { ticks: 20_000, volatility: 0.001, drift: 0 };
      const { instruments, prices, keys } = createPath(BOOK, seed, [CRASH, restless, REBOUND, LONG_CALM]);
      const watch = createHotCold(BOOK, startOf(BOOK));
      let wasPushing = false;
      for (let tick = 0; tick < prices.length; tick++) {
        watch.tick(instruments[tick]!, prices[tick]!, keys[tick]!, () => {});
        // Above all where intervals take over again.
        if (tick % 100 !== 0 && wasPushing === watch.isPushing) continue;
        wasPushing = watch.isPushing;
        for (let account = 0; account < BOOK.accounts; account++)
          if (!watch.isWatched(account)) expect.fail(`${account} at ${tick}`);
      }
      expect(watch.isPushing).toBe(false);
      expect(watch.counts.switches).toBeGreaterThan(0);
    });
  });

  it('never push to everybody in the calm', () => {
    const watch = createHotCold(BOOK, startOf(BOOK));
    toldBy(watch, createPath(BOOK, 'calm', [CALM]));
    expect(watch.counts.switches).toBe(0);
  });
});

/** By tick, ascending. */
function toldBy(watch: Watch, { instruments, prices, keys }: Path): number[][] {
  return Array.from(prices, (price, tick) => {
    const told: number[] = [];
    watch.tick(instruments[tick]!, price, keys[tick]!, (account) => told.push(account));
    return told.sort((a, b) => a - b);
  });
}
