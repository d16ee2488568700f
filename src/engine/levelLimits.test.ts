import { describe, expect, it } from 'vitest';
import { ISOLATION_LEVELS, type IsolationLevel, LEVEL_EFFECTS } from '../isolation/index.js';
import { commandKinds, eventsOf, standardWorld, usdt, type World } from '../testkit/world.js';
import { checkEverything, decodeSnapshot, encodeSnapshot } from './index.js';

/** Ada is long 100 lots at leverage 10 from 40,000 against bob: at 32,000 she is short of 400. */
function venue(fund: number): World {
  const world = standardWorld(usdt(fund));
  for (const [client, leverage] of [
    ['ada', 10],
    ['bob', 5],
  ] as const) {
    world.client(client, { USDT: usdt(100_000) });
    world.account(client, client, 'BTC-PERP', leverage);
  }
  world.trade({ buyer: 'ada', seller: 'bob', instrument: 'BTC-PERP', priceTicks: 400_000n, lots: 100n });
  return world;
}

function raise(world: World, level: IsolationLevel, graceUntilMs = 0): void {
  world.accept({
    kind: 'setIsolationLevel',
    instrument: 'BTC-PERP',
    level,
    revision: (world.state.levels.get(0)?.revision ?? 0) + 1,
    reasons: [{ driver: 'score', readingPpm: null, stressPpm: 2_600_000n }],
    effectiveMs: null,
    graceUntilMs,
  });
}

const deleveragedLots = (world: World) =>
  eventsOf(world.records, 'deleveraged').reduce(
    (sum, { fills }) => sum + fills.reduce((lots, fill) => lots + fill.lots, 0n),
    0n,
  );

/** Sells all of ada's takeover to bob at the price. */
function unwind(world: World, priceTicks: bigint): void {
  const [taken] = eventsOf(world.records, 'takenOver');
  const side = { leg: 'net', order: '', allocateMinor: 0n, allocateInitial: false } as const;
  world.accept({
    kind: 'fill',
    instrument: 'BTC-PERP',
    priceTicks,
    lots: 100n,
    buyer: { party: 'account', id: 'bob', ...side },
    seller: { party: 'liquidation', id: taken?.takeover ?? '', ...side },
    taker: 'buyer',
  });
}

const sumOf = (world: World, kind: 'covered' | 'shared') =>
  eventsOf(world.records, kind).reduce((sum, { amount }) => sum + amount, 0n);

describe.each(ISOLATION_LEVELS)('a loss at level %s', (level) => {
  const { fundCapPpm, deleveragingAbovePpm } = LEVEL_EFFECTS[level];
  const at = (fund: number) => {
    const world = venue(fund);
    if (level !== 'portfolio') raise(world, level);
    return world;
  };

  it('has its part of the fund, and the rest is deleveraged by the trigger of the level (LIQ-05, LIQ-06)', () => {
    const part = (Number(fundCapPpm) / 1e6) * (Number(deleveragingAbovePpm) / 1e6);
    const marked = (fund: number) => {
      const world = at(fund);
      world.mark({ 'BTC-PERP': 320_000n });
      checkEverything(world.state);
      return world;
    };
    if (part === 0) return expect(deleveragedLots(marked(1_000_000))).toBe(100n);
    expect(deleveragedLots(marked(400 / part))).toBe(0n);
    expect(deleveragedLots(marked(200 / part))).toBe(50n);
  });

  it('is covered up to the cap of the level and shared beyond it (LIQ-05, law 5)', () => {
    const world = at(1_600);
    world.mark({ 'BTC-PERP': 360_000n });
    if (deleveragedLots(world) > 0n) throw new Error('nothing is short at 36,000');
    // Unwound 20 below: 2,000 short, of which the fund has 1,600.
    unwind(world, 340_000n - 200_000n + 20_000n);
    const most = (usdt(1_600) * fundCapPpm) / 1_000_000n;
    expect(sumOf(world, 'covered')).toBe(most);
    expect(sumOf(world, 'shared')).toBe(usdt(2_000) - most);
    checkEverything(world.state);
  });
});

describe('a loss that is there', () => {
  it('is paid as before, whatever level comes after it (MAR-13, LIQ-05)', () => {
    const world = venue(400);
    world.mark({ 'BTC-PERP': 320_000n });
    world.timeMs += 1;
    raise(world, 'reduceOnly');
    world.accept({ kind: 'resume', pool: 'main' });
    expect(deleveragedLots(world)).toBe(0n);
    unwind(world, 320_000n);
    expect(sumOf(world, 'covered')).toBe(usdt(400));
  });

  it('is limited only when the grace is over, and the same out of a snapshot (MAR-08, OPS-02)', () => {
    const world = venue(400);
    raise(world, 'reduceOnly', world.timeMs + 1_000);
    const copy = decodeSnapshot(encodeSnapshot(world.engine));
    world.mark({ 'BTC-PERP': 320_000n });
    expect(deleveragedLots(world)).toBe(0n);
    const late = copy.submit(
      'late',
      {
        kind: 'mark',
        sourceTimeMs: world.timeMs + 1_000,
        marks: [{ instrument: 'BTC-PERP', markTicks: 3_200_000n, indexTicks: 3_200_000n }],
        assetPrices: [],
      },
      world.timeMs + 1_000,
    );
    const work = late.kind === 'recorded' ? late.work : [];
    expect(commandKinds(work)).toContain('deleverage');
  });
});
