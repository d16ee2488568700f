import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isLiquidatableBy } from '../margin/index.js';
import { lendingWorld } from '../testkit/lendingWorld.js';
import { coins, eventsOf, standardWorld, usdt, type World } from '../testkit/world.js';
import { LAST_GOOD, wholeAccountView } from './accountMargin.js';
import type { LiquidationPolicy } from './liquidationPolicy.js';

const POLICY: LiquidationPolicy = {
  warningHealthPpm: 3_000_000n,
  callHealthPpm: 1_500_000n,
  targetHealthPpm: 1_200_000n,
  closeOutHealthPpm: 1_000_000n,
  stepPpm: 1_000_000n,
  minStepLots: 0n,
  slippagePpm: 0n,
  feePpm: 0n,
  orderLifeMs: 1_000,
  pauseMs: 0,
};

/** ada is long 0.1 BTC at 40,000 with 400, against bob. */
function trading(policy: LiquidationPolicy | null = POLICY): World {
  const world = standardWorld(usdt(1_000));
  for (const client of ['ada', 'bob']) world.client(client, { USDT: usdt(100_000) });
  world.account('ada', 'ada', 'BTC-PERP', 10);
  world.account('bob', 'bob', 'BTC-PERP', 2);
  world.trade({ buyer: 'ada', seller: 'bob', instrument: 'BTC-PERP', priceTicks: 400_000n, lots: 100n });
  world.accept({ kind: 'setLiquidation', pool: 'main', policy });
  return world;
}

const told = (world: World) =>
  eventsOf(world.records, 'noticeGiven').map(
    ({ accountRow, level }) => `${world.state.accounts.names.nameOf(accountRow)} ${level}`,
  );

describe('a notice', () => {
  it('is given at the warning and at the call level, once each, with the numbers that decided (LIQ-01)', () => {
    const world = trading();
    // Equity 400 - 100 x (40,000 - mark) / 1,000; maintenance margin half a percent of the value.
    world.mark({ 'BTC-PERP': 370_000n });
    expect(told(world)).toEqual([]);
    world.mark({ 'BTC-PERP': 365_000n });
    expect(told(world)).toEqual(['ada warning']);
    expect(eventsOf(world.records, 'noticeGiven')[0]?.judged).toMatchObject({
      equity: usdt(50),
      maintenance: usdt(18.25),
    });
    world.mark({ 'BTC-PERP': 364_000n });
    expect(told(world)).toEqual(['ada warning']);
    world.mark({ 'BTC-PERP': 362_500n });
    expect(told(world)).toEqual(['ada warning', 'ada call']);
  });

  it('is taken back when health is well above the level again, not at the edge', () => {
    const world = trading();
    world.mark({ 'BTC-PERP': 365_000n });
    // Equity 55.8 over 18.279: health 3.0527, over the level of 3 and within 2 % of it.
    world.mark({ 'BTC-PERP': 365_580n });
    expect(told(world)).toEqual(['ada warning']);
    world.mark({ 'BTC-PERP': 375_000n });
    expect(told(world)).toEqual(['ada warning', 'ada none']);
    world.mark({ 'BTC-PERP': 365_000n });
    expect(told(world)).toEqual(['ada warning', 'ada none', 'ada warning']);
  });

  it('follows the account: a top-up ends it with the next mark', () => {
    const world = trading();
    world.mark({ 'BTC-PERP': 365_000n });
    world.accept({ kind: 'allocate', account: 'ada', asset: null, amountMinor: usdt(500) });
    world.mark({ 'BTC-PERP': 365_000n });
    expect(told(world)).toEqual(['ada warning', 'ada none']);
  });

  it('is not given in a pool without levels, and begins with them', () => {
    const world = trading(null);
    world.mark({ 'BTC-PERP': 365_000n });
    expect(told(world)).toEqual([]);
    world.accept({ kind: 'setLiquidation', pool: 'main', policy: POLICY });
    world.mark({ 'BTC-PERP': 364_900n });
    expect(told(world)).toEqual(['ada warning']);
  });

  it('reaches every account that comes to a level, whatever the path of prices: none is missed (LIQ-11)', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 22_000, max: 46_000 }), { minLength: 2, maxLength: 12 }),
        fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 3, maxLength: 6 }),
        (prices, sizes) => {
          const world = lendingWorld();
          world.cross('bob', 'bob', { USDT: usdt(900_000) });
          world.accept({
            kind: 'setLiquidation',
            pool: 'main',
            policy: { ...POLICY, closeOutHealthPpm: 0n },
          });
          for (const [at, size] of sizes.entries()) {
            const account = `x${at}`;
            const isIsolated = at % 2 === 0;
            if (isIsolated) world.account(account, 'ada', 'BTC-PERP', 5);
            else world.cross(account, 'ada', { BTC: coins(1) });
            world.trade({
              buyer: account,
              seller: 'bob',
              instrument: 'BTC-PERP',
              priceTicks: 400_000n,
              lots: BigInt(size * 20),
              ...(isIsolated ? {} : { margin: 0n }),
            });
          }
          for (const price of prices) {
            world.price(price);
            for (let row = 0; row < world.state.accounts.table.size; row++) {
              if (world.state.accounts.isQueued.get(row) === 1) continue;
              const view = wholeAccountView(world.state, row, { prices: LAST_GOOD });
              const isAtWarning = view.legs.length > 0 && isLiquidatableBy(view, POLICY.warningHealthPpm);
              if (isAtWarning) expect(world.state.accounts.noticeLevel.get(row)).toBeGreaterThan(0);
              const isAtCall = view.legs.length > 0 && isLiquidatableBy(view, POLICY.callHealthPpm);
              if (isAtCall) expect(world.state.accounts.noticeLevel.get(row)).toBe(2);
            }
          }
        },
      ),
      { numRuns: Number(process.env['FC_RUNS'] ?? 25) },
    );
  });
});
