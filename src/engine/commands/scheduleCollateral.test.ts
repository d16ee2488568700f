import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { accountEquityFloor, accountRequirement } from '../../margin/index.js';
import { btcCollateral, type SharedWorld, sharedWorld } from '../../testkit/sharedWorld.js';
import { coins, eventsOf, HOUR_MS, usdt } from '../../testkit/world.js';
import { isLiquidatableNow } from '../accountHealth.js';
import { openingBases, wholeAccountView } from '../accountMargin.js';
import type { CommandOf } from '../command.js';
import {
  checkEverything,
  collateralImpact,
  decodeSnapshot,
  encodeSnapshot,
  type Situation,
} from '../index.js';
import { pairKey } from '../state.js';

const HALF = 500_000n;

/** ada is long 80 ETH from 2,000 on half a bitcoin: 20,000, of which 18,000 count at a haircut of 10%. */
function venue(): SharedWorld {
  const world = sharedWorld();
  world.cross('ada', { BTC: coins(0.5) });
  world.accept(world.fill('ETH-PERP', { priceTicks: 20_000n, lots: 80_000n, buyer: 'ada', seller: 'dan' }));
  return world;
}

const schedule = (
  world: SharedWorld,
  changes: Partial<CommandOf<'scheduleCollateral'>> & { inMs?: number; graceMs?: number } = {},
): CommandOf<'scheduleCollateral'> => {
  const { inMs = HOUR_MS / 2, graceMs = HOUR_MS / 4, ...fields } = changes;
  const effectiveMs = world.timeMs + inMs;
  return {
    kind: 'scheduleCollateral',
    pool: 'main',
    asset: 'BTC',
    haircutPpm: HALF,
    countedCapMinor: null,
    effectiveMs,
    graceUntilMs: effectiveMs + graceMs,
    ...fields,
  };
};

const CANCEL = { kind: 'cancelCollateral', pool: 'main', asset: 'BTC' } as const;
const release = (amountMinor: bigint) =>
  ({ kind: 'release', account: 'ada', asset: 'BTC', amountMinor }) as const;
const touch = (world: SharedWorld) => world.accept({ kind: 'resume', pool: 'main' });
const btcRow = ({ state }: SharedWorld) =>
  state.poolAssetRows.get(pairKey(0, state.assets.names.rowOf('BTC'))) as number;

describe('a change of how much collateral counts', () => {
  it('counts for opening and removal from its time, and for liquidation when the grace is over (MAR-08)', () => {
    const world = venue();
    world.accept(schedule(world));
    // 2,000 of the 18,000 are free: 0.05 BTC and a little.
    expect(world.refuse(release(coins(0.01)))).toBe('accepted');

    world.timeMs += HOUR_MS / 2;
    expect(world.refuse(release(1n))).toBe('removal_floor');
    // 11,960 of loss: by the former haircut 5,680 are left, by the new one less than nothing.
    world.mark({ 'ETH-PERP': 18_505n });
    expect(isLiquidatableNow(world.state, world.row('ada'))).toBe(false);

    world.timeMs += HOUR_MS / 4;
    // Nobody is liquidated by the change itself: the next price finds it.
    touch(world);
    expect(eventsOf(world.records, 'collateralApplied').map(({ applies }) => applies)).toEqual([
      'opening',
      'liquidation',
    ]);
    expect(world.position('ada', 'ETH-PERP').lots).toBe(80_000n);
    world.mark({ 'ETH-PERP': 18_505n });
    expect(world.position('ada', 'ETH-PERP').lots).toBe(0n);
    checkEverything(world.state);
  });

  it('lets nothing leave into the former terms, by which liquidation judges until the grace is over (MAR-03, MAR-08)', () => {
    const world = sharedWorld({ collateral: { haircutPpm: 900_000n } });
    world.cross('ada', { BTC: coins(1), USDT: usdt(13_000) });
    world.accept(world.fill('ETH-PERP', { priceTicks: 20_000n, lots: 80_000n, buyer: 'ada', seller: 'dan' }));
    world.accept(schedule(world, { haircutPpm: 0n, inMs: 0, graceMs: HOUR_MS }));
    const remove = { kind: 'release', account: 'ada', asset: 'USDT', amountMinor: usdt(2_000) } as const;
    expect(world.refuse(remove)).toBe('removal_floor');
    world.timeMs += HOUR_MS;
    world.mark({ 'ETH-PERP': 20_000n });
    world.priceBtc(40_000);
    expect(world.refuse(remove)).toBe('accepted');
  });

  it('is taken back until it begins, and no longer (MAR-08)', () => {
    const world = venue();
    const wanted = schedule(world);
    expect(world.refuse(CANCEL)).toBe('nothing_to_do');
    world.accept(wanted);
    expect(world.refuse(schedule(world, { haircutPpm: 0n }))).toBe('already_exists');
    world.accept(CANCEL);
    world.accept(wanted);
    world.timeMs += HOUR_MS / 2;
    touch(world);
    expect(world.refuse(CANCEL)).toBe('nothing_to_do');
    expect(world.state.poolAssets.haircutPpm.get(btcRow(world))).toBe(HALF);
    checkEverything(world.state);
  });

  it('waits for a command about its pool: another pool moves nothing of it (law 4)', () => {
    const world = venue();
    world.accept({
      kind: 'openPool',
      pool: 'other',
      isDesk: false,
      workBudget: 10,
      admission: 'fills',
      valuationAsset: 'USDT',
      legRule: 'larger',
    });
    world.accept(schedule(world));
    world.timeMs += HOUR_MS;
    world.accept({ kind: 'resume', pool: 'other' });
    expect(eventsOf(world.records, 'collateralApplied')).toEqual([]);
    touch(world);
    expect(eventsOf(world.records, 'collateralApplied').map(({ applies }) => applies)).toEqual([
      'liquidation',
    ]);
  });

  it('is in a snapshot, before and after it begins (OPS-02)', () => {
    const world = venue();
    const loaded = () => decodeSnapshot(encodeSnapshot(world.engine)).state;
    world.accept(schedule(world, { countedCapMinor: usdt(9_000) }));
    expect(loaded().scheduledCollateral).toEqual(new Set([btcRow(world)]));
    world.timeMs += HOUR_MS / 2;
    touch(world);
    const state = loaded();
    expect(state.scheduledCollateral).toEqual(new Set([btcRow(world)]));
    expect(state.poolAssets.liquidationHaircutPpm.get(btcRow(world))).toBe(100_000n);
    expect(isLiquidatableNow(state, world.row('ada'))).toBe(false);
    world.timeMs += HOUR_MS / 4;
    touch(world);
    expect(loaded().scheduledCollateral.size).toBe(0);
    expect(loaded().poolAssets.liquidationCountedCap.get(btcRow(world))).toBe(usdt(9_000));
  });

  it('judges after its grace as if the asset had been listed so (MAR-08)', () => {
    const ppm = fc.integer({ min: 0, max: 1_000_000 }).map(BigInt);
    const cap = fc.option(fc.integer({ min: 0, max: 30_000 }).map(usdt), { nil: null });
    const ticks = fc.integer({ min: 15_000, max: 21_000 }).map(BigInt);
    const outcomes = new Set<boolean>();
    fc.assert(
      fc.property(ppm, cap, ticks, (haircutPpm, countedCapMinor, markTicks) => {
        const counted = { haircutPpm, countedCapMinor };
        const open = (world: SharedWorld) => {
          world.cross('ada', { BTC: coins(0.5), USDT: usdt(20_000) });
          world.accept(
            world.fill('ETH-PERP', { priceTicks: 20_000n, lots: 80_000n, buyer: 'ada', seller: 'dan' }),
          );
          return world;
        };
        const listed = open(sharedWorld({ collateral: counted }));
        const changed = open(sharedWorld());
        changed.refuse(schedule(changed, { ...counted, inMs: 0, graceMs: 0 }));
        touch(changed);
        for (const world of [listed, changed]) world.mark({ 'ETH-PERP': markTicks });
        const judged = ({ state, row, timeMs }: SharedWorld) =>
          openingBases(timeMs).map((prices) => {
            const view = wholeAccountView(state, row('ada'), { prices });
            return [
              accountEquityFloor(view),
              accountRequirement(view),
              view.assets.map(({ terms }) => terms),
            ];
          });
        expect(judged(changed)).toEqual(judged(listed));
        const lots = ({ position }: SharedWorld) => position('ada', 'ETH-PERP').lots;
        expect(lots(changed)).toBe(lots(listed));
        outcomes.add(lots(changed) === 0n);
      }),
      { numRuns: 25 },
    );
    // Some were taken over and some were not.
    expect(outcomes.size).toBe(2);
  });

  it.each([
    ['an unknown pool', { pool: 'none' }, 'unknown_pool'],
    ['an asset that is none', { asset: 'EUR' }, 'unknown_asset'],
    ['an asset that is no collateral', { asset: 'USDT' }, 'unknown_asset'],
    ['a haircut above one', { haircutPpm: 1_000_001n }, 'invalid_definition'],
    ['a haircut below nothing', { haircutPpm: -1n }, 'invalid_definition'],
    ['a cap below nothing', { countedCapMinor: -1n }, 'invalid_definition'],
    ['a time that is over', { effectiveMs: 1 }, 'time_backwards'],
    ['a grace that is over before it begins', { graceUntilMs: 1 }, 'time_backwards'],
    ['what is in force', { haircutPpm: btcCollateral().haircutPpm }, 'nothing_to_do'],
  ] as const)('refuses %s', (_name, changes, code) => {
    const world = sharedWorld();
    expect(world.refuse(schedule(world, changes))).toBe(code);
  });
});

describe('the preview of how much collateral counts', () => {
  it('names who would lack margin, and how much, and changes nothing (MAR-08)', () => {
    const world = venue();
    world.mark({ 'ETH-PERP': 18_505n });
    const { engine } = world;
    const situation = { state: engine.state, derived: engine.derived, timeMs: world.timeMs } as Situation;
    const of = (haircutPpm: bigint) =>
      collateralImpact(situation, btcRow(world), { haircutPpm, countedCapMinor: null });
    expect(of(100_000n)).toMatchObject([{ accountRow: world.row('ada'), isLiquidatable: false }]);
    // 10,000 counted less 11,960 of loss.
    expect(of(HALF)).toMatchObject([
      { accountRow: world.row('ada'), equity: -usdt(1_960), isLiquidatable: true, wasLiquidatable: false },
    ]);
  });
});
