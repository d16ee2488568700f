import { describe, expect, it } from 'vitest';
import { type SharedWorld, sharedWorld } from '../../testkit/sharedWorld.js';
import { coins, eventsOf, linearPerpetual, usdt } from '../../testkit/world.js';
import { checkEverything } from '../index.js';

/** A facility that keeps a tenth of what it converts, of an asset that counts in full; a perpetual with a fee of 5%. */
function dear(changes: { readonly haircutPpm?: bigint; readonly spreadPpm?: bigint } = {}): SharedWorld {
  const { haircutPpm = 0n, spreadPpm = 100_000n } = changes;
  const world = sharedWorld({ collateral: { haircutPpm, conversionSpreadPpm: spreadPpm } });
  world.accept({ kind: 'fundFacility', pool: 'main', asset: 'USDT', amountMinor: usdt(10_000) });
  world.accept(linearPerpetual('FEE-PERP', { takerFeePpm: 50_000n }));
  world.mark({ 'FEE-PERP': 400_000n });
  return world;
}

const open = (world: SharedWorld, with_: { allocateMinor: bigint } | { allocateInitial: true }) =>
  world.fill('FEE-PERP', {
    priceTicks: 400_000n,
    lots: 100n,
    buyer: { id: 'ada', ...with_ },
    seller: 'dan',
  });

/** What came in with the last fill. */
const broughtIn = (world: SharedWorld) =>
  eventsOf(world.records, 'filled')
    .at(-1)
    ?.allocations.map(({ amount }) => amount);

describe('initial margin that comes along with a fill', () => {
  it('is just what the account needs once nothing has to be converted for it: not a unit of the spread (MAR-01)', () => {
    const world = dear();
    world.cross('ada', { BTC: coins(0.01) });
    // 400 of bitcoin are the initial margin of 4,000 at 10x; the fee of 200 comes in, and is not converted.
    expect(world.refuse(open(world, { allocateMinor: usdt(200) - 1n }))).toBe('insufficient_initial_margin');
    world.accept(open(world, { allocateInitial: true }));
    expect(broughtIn(world)).toEqual([usdt(200)]);
    expect([world.balance('ada', 'USDT'), world.balance('ada', 'BTC')]).toEqual([0n, coins(0.01)]);
    checkEverything(world.state);
  });

  it('is asked of the wallet only as far as it is needed', () => {
    const world = dear();
    world.client('eve', { USDT: usdt(200), BTC: coins(0.01) });
    world.cross('eve', { BTC: coins(0.01) });
    const buyer = { id: 'eve', allocateInitial: true };
    world.accept(world.fill('FEE-PERP', { priceTicks: 400_000n, lots: 100n, buyer, seller: 'dan' }));
    expect([broughtIn(world), world.wallet('eve')]).toEqual([[usdt(200)], 0n]);
  });

  it.each([
    [0n, 100_000n, 0.012],
    [100_000n, 10_000n, 0.0107],
    [30_000n, 33_333n, 0.00987],
    [0n, 1n, 0.0123],
    [123_457n, 123_457n, 0.01],
  ])('is the least that is accepted: haircut %s, spread %s, %s BTC', (haircutPpm, spreadPpm, bitcoin) => {
    const world = dear({ haircutPpm, spreadPpm });
    world.cross('ada', { BTC: coins(bitcoin) });
    const brought = world.engine.dryRun(open(world, { allocateInitial: true }), world.timeMs, ({ record }) =>
      eventsOf([record], 'filled').flatMap(({ allocations }) => allocations.map(({ amount }) => amount)),
    );
    const amount = brought.reduce((sum, each) => sum + each, 0n);
    const isAccepted = (allocateMinor: bigint) =>
      world.engine.dryRun(open(world, { allocateMinor }), world.timeMs, ({ record }) => record.outcome.kind);
    expect(isAccepted(amount)).toBe('accepted');
    if (amount > 0n) expect(isAccepted(amount - 1n)).toBe('rejected');
  });
});
