import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lendingWorld } from '../testkit/lendingWorld.js';
import { coins, usdt } from '../testkit/world.js';
import { isLiquidatableNow } from './accountHealth.js';

const step = fc.integer({ min: -40, max: 12 });
/** A calm, a crash and a rebound, in thousandths of the price. */
const path = fc
  .tuple(
    fc.array(fc.integer({ min: -2, max: 2 }), { minLength: 2, maxLength: 6 }),
    fc.array(step, { minLength: 5, maxLength: 40 }),
    fc.array(fc.integer({ min: -10, max: 30 }), { minLength: 2, maxLength: 10 }),
  )
  .map((parts) => parts.flat());

describe('boxes and hot accounts', () => {
  it('find in calm and crash whom a look at everybody finds, at the same mark (LIQ-11)', () => {
    let found = 0;
    fc.assert(
      fc.property(
        path,
        fc.array(fc.integer({ min: 1, max: 45 }), { minLength: 6, maxLength: 12 }),
        (steps, sizes) => {
          const world = lendingWorld();
          const { state } = world;
          world.cross('bob', 'bob', { USDT: usdt(900_000) });
          for (const [at, size] of sizes.entries()) {
            const account = `x${at}`;
            world.cross(account, 'ada', at % 3 === 0 ? { USDT: usdt(20_000) } : { BTC: coins(0.5) });
            const isLong = at % 4 !== 3;
            world.trade({
              buyer: isLong ? account : 'bob',
              seller: isLong ? 'bob' : account,
              instrument: 'BTC-PERP',
              priceTicks: 400_000n,
              lots: BigInt(size * 50),
              margin: 0n,
            });
          }
          // Accounts are found and queued, and nothing is done about them.
          world.accept({ kind: 'halt', pool: 'main', instrument: null, untilMs: world.timeMs + 10 ** 9 });
          let price = 40_000;
          for (const move of steps) {
            price = Math.max(1_000, Math.round((price * (1_000 + move)) / 1_000));
            world.price(price);
            for (let row = 0; row < state.accounts.table.size; row++) {
              const isQueued = state.accounts.isQueued.get(row) === 1;
              if (isQueued) found++;
              else expect(isLiquidatableNow(state, row)).toBe(false);
            }
          }
        },
      ),
      { numRuns: Number(process.env['FC_RUNS'] ?? 20) },
    );
    expect(found).toBeGreaterThan(0);
  });
});
