import { describe, expect, it } from 'vitest';
import { lendingWorld } from '../../testkit/lendingWorld.js';
import { coins, commandKinds, eventsOf, usdt } from '../../testkit/world.js';
import { checkEverything } from '../rebuild.js';

/** ada has 1 BTC and no USDT, and has closed 0.4 BTC-PERP against bob with a loss of 4,000 USDT; the facility is empty. */
function closedAtALoss() {
  const world = lendingWorld();
  world.cross('ada', 'ada', { BTC: coins(1) });
  world.cross('bob', 'bob', { USDT: usdt(50_000) });
  const fill = { instrument: 'BTC-PERP', lots: 400n, margin: 0n } as const;
  world.trade({ ...fill, buyer: 'ada', seller: 'bob', priceTicks: 400_000n });
  world.price(30_000);
  world.trade({ ...fill, buyer: 'bob', seller: 'ada', priceTicks: 300_000n });
  return world;
}

describe('a solvent account without the asset it owes', () => {
  it('pays in kind, and nobody’s gain is shared while that covers the claim (LIQ-05, MAR-10)', () => {
    const world = closedAtALoss();
    // 4,000 USDT at 30,000 less a haircut of 5 %: 0.14035 BTC.
    expect(eventsOf(world.records, 'filled').at(-1)?.deficits).toMatchObject([{ amount: usdt(4_000) }]);
    expect(world.balance('ada', 'BTC')).toBe(coins(1) - world.fund('main', 'BTC'));
    expect(eventsOf(world.records, 'shared')).toEqual([]);
    expect(world.balance('bob', 'USDT')).toBe(usdt(54_000));
    // What the pool cannot pay yet does not leave it (ISO-06).
    const release = (amountMinor: bigint) =>
      world.refuse({ kind: 'release', account: 'bob', asset: 'USDT', amountMinor });
    expect([release(usdt(50_001)), release(usdt(50_000))]).toEqual(['pool_not_sound', 'accepted']);
    checkEverything(world.state);
  });

  it('has its claim paid as soon as the facility has the asset, at the guarded price less its spread', () => {
    const world = closedAtALoss();
    world.accept({ kind: 'injectCapital', asset: 'USDT', amountMinor: usdt(5_000) });
    const { work } = world.accept({
      kind: 'fundFacility',
      pool: 'main',
      asset: 'USDT',
      amountMinor: usdt(5_000),
    });
    expect(commandKinds(work)).toEqual(['convertFund', 'cover', 'assess']);
    const { transfers } = eventsOf(work, 'fundConverted')[0] ?? { transfers: [] };
    // 4,000 / (30,000 x 0.99), rounded up.
    expect(transfers.map(({ amount }) => amount)).toEqual([13_468_014n, usdt(4_000)]);
    expect(world.refuse({ kind: 'release', account: 'bob', asset: 'USDT', amountMinor: usdt(54_000) })).toBe(
      'accepted',
    );
    checkEverything(world.state);
  });

  it('leaves to the gains only what its collateral does not cover any more when its price falls (LIQ-07)', () => {
    const world = closedAtALoss();
    world.cross('gil', 'gil', { USDT: usdt(50_000) });
    world.cross('eve', 'eve', { USDT: usdt(50_000) });
    world.trade({
      buyer: 'gil',
      seller: 'eve',
      instrument: 'BTC-PERP',
      priceTicks: 300_000n,
      lots: 400n,
      margin: 0n,
    });
    world.price(20_000);
    const shared = eventsOf(world.records, 'shared');
    const backed = (world.fund('main', 'BTC') * 20_000n * 99n) / 10_000n;
    expect(shared.reduce((sum, { amount }) => sum + amount, 0n)).toBe(usdt(4_000) - backed);
    checkEverything(world.state);
  });
});
