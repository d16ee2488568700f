import { describe, expect, it } from 'vitest';
import { leg, refusedAmount, type SharedWorld, sharedWorld } from '../../testkit/sharedWorld.js';
import { coins, commandKinds, eventsOf, usdt } from '../../testkit/world.js';
import { checkEverything } from '../index.js';

const BTC = 'BTC-PERP';
const ETH = 'ETH-PERP';

/** ada buys lots of BTC-PERP (a lot is 0.001 BTC) from dan. */
const buys = (world: SharedWorld, lots: bigint, priceTicks = 400_000n) =>
  world.fill(BTC, { priceTicks, lots, buyer: 'ada', seller: 'dan' });
const sells = (world: SharedWorld, lots: bigint, priceTicks: bigint) =>
  world.fill(BTC, { priceTicks, lots, buyer: 'dan', seller: 'ada' });

describe('a cross account', () => {
  it('nets profit and loss of its instruments before it is judged: a hedge outlives the fall that takes an isolated twin (MAR-10)', () => {
    const world = sharedWorld({ fundMinor: usdt(10_000) });
    world.cross('ada', { USDT: usdt(800) });
    world.account('twin', 'bob', BTC, 10);
    world.accept(buys(world, 100n));
    world.accept(
      world.fill(BTC, {
        priceTicks: 400_000n,
        lots: 100n,
        buyer: { id: 'twin', allocateMinor: usdt(800) },
        seller: 'dan',
      }),
    );
    world.accept(world.fill(ETH, { priceTicks: 20_000n, lots: 2_000n, buyer: 'dan', seller: 'ada' }));
    // Each loses 800 on 0.1 BTC; ada gains 800 on 2 ETH sold.
    world.mark({ [ETH]: 16_000n });
    const { work } = world.mark({ [BTC]: 320_000n });
    expect(eventsOf(work, 'takenOver').map(({ accountRow }) => accountRow)).toEqual([world.row('twin')]);
    expect(world.position('ada', BTC).lots).toBe(100n);
    expect(world.balance('ada', 'USDT')).toBe(usdt(800));
  });

  it('opens on collateral after its haircut and not a lot more: 0.1 BTC at 40,000 less a tenth carries 36,000 at 10x (MAR-10, MAR-01)', () => {
    const world = sharedWorld();
    world.cross('ada', { BTC: coins(0.1) });
    // 901 lots ask for 3,604 of margin; 3,600 are there.
    expect(refusedAmount(world, buys(world, 901n), 'missing')).toBe(usdt(4));
    world.accept(buys(world, 900n));
    expect(world.position('ada', BTC).lots).toBe(900n);
    checkEverything(world.state);
  });

  it('brings in by itself just what is missing, out of the wallet (MAR-01)', () => {
    const world = sharedWorld();
    world.cross('ada', { BTC: coins(0.1) });
    const before = world.wallet('ada');
    const fill = world.fill(BTC, {
      priceTicks: 400_000n,
      lots: 901n,
      buyer: { id: 'ada', allocateInitial: true },
      seller: 'dan',
    });
    world.accept(fill);
    expect(before - world.wallet('ada')).toBe(usdt(4));
    expect(world.balance('ada', 'USDT')).toBe(usdt(4));
  });

  it('pays a loss with its own other collateral, through the facility at the guarded price less its spread (LED-03, ISO-02)', () => {
    const world = sharedWorld();
    world.accept({ kind: 'fundFacility', pool: 'main', asset: 'USDT', amountMinor: usdt(1_000) });
    world.cross('ada', { BTC: coins(0.1) });
    world.accept(buys(world, 100n));
    // 100 lots lose 396: at 40,000 x 0.99 that is 0.01 BTC to the unit.
    const { record } = world.accept(sells(world, 100n, 360_400n));
    expect(eventsOf([record], 'filled')[0]?.deficits).toEqual([]);
    expect([world.balance('ada', 'BTC'), world.balance('ada', 'USDT')]).toEqual([coins(0.09), 0n]);
    expect([world.facility('USDT'), world.facility('BTC')]).toEqual([usdt(604), coins(0.01)]);
    checkEverything(world.state);
  });

  it('rounds a conversion the facility’s way: a unit of loss costs the fewest units that are worth it (LED-03)', () => {
    const world = sharedWorld();
    world.accept({ kind: 'fundFacility', pool: 'main', asset: 'USDT', amountMinor: usdt(1_000) });
    world.cross('ada', { BTC: coins(0.1) });
    world.accept(buys(world, 1n));
    // A lot loses 1 USDT: 1 / 39,600 = 0.0000252525... BTC, rounded up.
    world.accept(sells(world, 1n, 390_000n));
    expect(world.balance('ada', 'BTC')).toBe(coins(0.1) - 2_526n);
  });

  it('carries what it cannot convert in the position that goes on: equity is what it was and nobody else pays (ISO-02)', () => {
    const world = sharedWorld();
    world.cross('ada', { BTC: coins(0.1) });
    world.accept(buys(world, 100n));
    const { record } = world.accept(sells(world, 50n, 360_000n));
    // 50 lots lost 200: the cost of the other 50 is 2,000 + 200.
    expect(world.position('ada', BTC)).toEqual({ lots: 50n, cost: usdt(2_200) });
    expect([world.balance('ada', 'BTC'), world.balance('ada', 'USDT')]).toEqual([coins(0.1), 0n]);
    expect(eventsOf([record], 'filled')[0]?.deficits).toEqual([]);
    checkEverything(world.state);
  });

  it('lets another position in the same asset carry it where the traded one is closed (ISO-02)', () => {
    const world = sharedWorld();
    world.cross('ada', { BTC: coins(0.1) });
    world.accept(buys(world, 100n));
    world.accept(world.fill(ETH, { priceTicks: 20_000n, lots: 100n, buyer: 'ada', seller: 'dan' }));
    world.accept(sells(world, 100n, 380_000n));
    expect(world.position('ada', BTC)).toEqual({ lots: 0n, cost: 0n });
    // 200 of 0.1 ETH's cost and 200 of BTC's loss.
    expect(world.position('ada', ETH)).toEqual({ lots: 100n, cost: usdt(400) });
    checkEverything(world.state);
  });

  it('with nothing else left gives collateral in kind at its haircut for the claim that the pool takes on (ISO-02)', () => {
    const world = sharedWorld({ fundMinor: usdt(1_000) });
    world.cross('ada', { BTC: coins(0.1) });
    world.accept(buys(world, 100n));
    // 360 lost and no facility: 360 / (40,000 x 0.9) = 0.01 BTC goes to the fund, which covers the claim.
    const { record, work } = world.accept(sells(world, 100n, 364_000n));
    expect(eventsOf([record], 'filled')[0]?.deficits).toMatchObject([{ cause: 'close', amount: usdt(360) }]);
    expect(eventsOf(work, 'covered').map(({ amount }) => amount)).toEqual([usdt(360)]);
    expect([world.balance('ada', 'BTC'), world.balance('ada', 'USDT')]).toEqual([coins(0.09), 0n]);
    expect([world.fund('main', 'BTC'), world.fund('main', 'USDT')]).toEqual([coins(0.01), usdt(640)]);
    checkEverything(world.state);
  });

  it('loses what it holds and nothing beside: neither its client’s wallet nor the other accounts of either (ISO-01)', () => {
    const world = sharedWorld();
    world.cross('ada', { USDT: usdt(400), BTC: coins(0.001) });
    world.cross('ada-2', { USDT: usdt(700) }, { client: 'ada' });
    world.account('ada-3', 'ada', BTC, 10);
    world.accept({ kind: 'allocate', account: 'ada-3', asset: null, amountMinor: usdt(300) });
    world.cross('bob', { USDT: usdt(900), BTC: coins(0.5) });
    world.accept(buys(world, 100n));
    const others = () => [
      world.wallet('ada'),
      world.wallet('ada', 'BTC'),
      world.wallet('bob'),
      world.balance('ada-2', 'USDT'),
      world.balance('ada-3'),
      world.balance('bob', 'USDT'),
      world.balance('bob', 'BTC'),
    ];
    const before = others();
    const { work } = world.mark({ [BTC]: 210_000n });
    expect(commandKinds(work)).toContain('takeOver');
    expect([world.balance('ada', 'USDT'), world.balance('ada', 'BTC')]).toEqual([0n, 0n]);
    expect(others()).toEqual(before);
    checkEverything(world.state);
  });

  it('gives nothing back beyond its own principal while the pool is not sound, asset by asset (ISO-06)', () => {
    const world = sharedWorld();
    world.cross('ada', { USDT: usdt(1_000), BTC: coins(0.1) });
    world.accept(buys(world, 100n));
    world.accept(sells(world, 100n, 404_000n));
    expect(world.balance('ada', 'USDT')).toBe(usdt(1_040));
    // Open interest at a mark too old to decide: the pool cannot say that it is sound.
    world.cross('bob', { USDT: usdt(1_000) });
    world.accept(world.fill(BTC, { priceTicks: 404_000n, lots: 1n, buyer: 'bob', seller: 'dan' }));
    world.timeMs += 3_600_001;
    const release = (asset: string, amountMinor: bigint) =>
      ({ kind: 'release', account: 'ada', asset, amountMinor }) as const;
    expect(refusedAmount(world, release('USDT', usdt(1_000) + 1n), 'most')).toBe(usdt(1_000));
    expect(world.refuse(release('USDT', usdt(1_000)))).toBe('accepted');
    expect(world.refuse(release('USDT', 1n))).toBe('pool_not_sound');
    expect(world.refuse(release('BTC', coins(0.1)))).toBe('accepted');
  });
});

describe('long and short legs of one instrument', () => {
  it.each([
    ['larger', 400],
    ['both', 600],
    ['net', 200],
  ] as const)(
    'ask under the rule %s for %d at 10x with 0.1 long and 0.05 short (MAR-10)',
    (legRule, required) => {
      const world = sharedWorld({ legRule });
      world.cross('ada', { USDT: usdt(10_000) }, { hasLegs: true });
      const fills = [
        world.fill(BTC, { priceTicks: 400_000n, lots: 100n, buyer: leg('ada', 'long'), seller: 'dan' }),
        world.fill(BTC, { priceTicks: 400_000n, lots: 50n, buyer: 'dan', seller: leg('ada', 'short') }),
      ];
      for (const fill of fills) world.accept(fill);
      expect([world.position('ada', BTC, 'long').lots, world.position('ada', BTC, 'short').lots]).toEqual([
        100n,
        -50n,
      ]);
      const release = (amountMinor: bigint) =>
        ({ kind: 'release', account: 'ada', asset: 'USDT', amountMinor }) as const;
      // Its floor of a tenth of the notional is the same amount.
      expect(world.refuse(release(usdt(10_000 - required) + 1n))).toBe('removal_floor');
      expect(world.refuse(release(usdt(10_000 - required)))).toBe('accepted');
    },
  );

  it('stay on their side: a long leg is never sold short (ORD-01)', () => {
    const world = sharedWorld();
    world.cross('ada', { USDT: usdt(10_000) }, { hasLegs: true });
    world.accept(
      world.fill(BTC, { priceTicks: 400_000n, lots: 10n, buyer: leg('ada', 'long'), seller: 'dan' }),
    );
    const sell = (lots: bigint) =>
      world.fill(BTC, { priceTicks: 400_000n, lots, buyer: 'dan', seller: leg('ada', 'long') });
    expect(world.refuse(sell(11n))).toBe('leg_overdrawn');
    expect(world.refuse(sell(10n))).toBe('accepted');
  });
});
