import { describe, expect, it } from 'vitest';
import { type OrderWorld, orderWorld } from '../../testkit/orderWorld.js';
import { HOUR_MS, linearPerpetual, times, usdt } from '../../testkit/world.js';
import { checkEverything } from '../rebuild.js';

const SELL = { side: 'sell' } as const;
const CAPPED = { instrument: 'CAP-PERP' } as const;

/** ada has 500 in an account at 10x, bob makes the market. CAP-PERP lets a client hold 100 lots on a side. */
function venue(mode: 'isolated' | 'cross' = 'isolated'): OrderWorld {
  const world = orderWorld();
  world.accept(linearPerpetual('CAP-PERP', { fillBandPpm: 100_000n, positionCapLots: 100n }));
  world.mark({ 'BTC-PERP': 400_000n, 'CAP-PERP': 400_000n });
  world.client('ada', { USDT: usdt(1_000) });
  world.open('ada', 'ada', mode, 10);
  world.accept({ kind: 'allocate', account: 'ada', asset: 'USDT', amountMinor: usdt(500) });
  rich(world, 'bob');
  return world;
}

function rich(world: OrderWorld, client: string, accounts: readonly string[] = [client]): void {
  world.client(client, { USDT: usdt(1_000_000) });
  for (const account of accounts) {
    world.open(account, client, 'cross', 10);
    world.accept({ kind: 'allocate', account, asset: 'USDT', amountMinor: usdt(200_000) });
  }
}

describe('orders that reduce', () => {
  it.each(['isolated', 'cross'] as const)(
    'reduce only as many lots as there are, all of them together: what goes beyond opens (ORD-03, %s)',
    (mode) => {
      const world = venue(mode);
      world.place('o', 'ada', {});
      world.place('s', 'bob', SELL);
      world.match('o', 's', 400_000n, 100n);
      world.timeMs += 3 * HOUR_MS;
      // The mark is stale: nothing may be opened on it, and the second order would open.
      expect(world.refuse(world.order('x1', 'ada', SELL))).toBe('accepted');
      expect(world.refuse(world.order('x2', 'ada', SELL))).toBe('mark_unusable');
    },
  );

  it('together stay within the cap of their client on the other side', () => {
    const world = venue();
    rich(world, 'cyd');
    world.place('o', 'cyd', CAPPED);
    world.place('s', 'bob', { ...CAPPED, ...SELL });
    world.match('o', 's', 400_000n, 100n);
    const answers = ['x1', 'x2', 'x3'].map((order) =>
      world.refuse(world.order(order, 'cyd', { ...CAPPED, ...SELL })),
    );
    expect(answers).toEqual(['accepted', 'accepted', 'position_cap']);
  });
});

describe('a position cap', () => {
  it('counts what rests in the other accounts of the client', () => {
    const world = venue();
    rich(world, 'cyd', ['c1', 'c2']);
    expect(world.refuse(world.order('o1', 'c1', { ...CAPPED, lots: 60n }))).toBe('accepted');
    const { outcome } = world.send(world.order('o2', 'c2', { ...CAPPED, lots: 60n })).record;
    expect(outcome.kind === 'rejected' && outcome.rejection).toMatchObject({
      code: 'position_cap',
      context: { heldLots: 0n, restingLots: 60n, wantedLots: 120n, capLots: 100n },
    });
    expect(world.refuse(world.order('o3', 'c2', { ...CAPPED, lots: 40n }))).toBe('accepted');
  });
});

describe('orders of an account that is merged into one with legs', () => {
  function merged(lots: bigint): OrderWorld {
    const world = venue();
    world.accept({
      kind: 'openAccount',
      account: 'legs',
      client: 'ada',
      marginMode: 'cross',
      instrument: null,
      pool: 'main',
      hasLegs: true,
      leveragePpm: times(10),
    });
    if (lots > 0n) {
      world.place('o', 'ada', { lots });
      world.place('s', 'bob', { ...SELL, lots });
      world.match('o', 's', 400_000n, lots);
    }
    return world;
  }

  it('reduce the leg their position became, and nothing beyond it: their fill is a fact (MAR-09, ORD-02)', () => {
    const world = merged(50n);
    world.place('flip', 'ada', { ...SELL, lots: 80n });
    world.accept({ kind: 'mergeAccount', account: 'ada', into: 'legs' });
    expect(world.left('flip')).toBe(50n);
    world.place('b', 'bob', {});
    world.match('b', 'flip', 400_000n, 50n);
    expect(world.position('legs', 'BTC-PERP', 'long').lots).toBe(0n);
    checkEverything(world.state);
  });

  it('become orders of the leg they open where there is no position', () => {
    const world = merged(0n);
    world.place('sell', 'ada', { ...SELL, lots: 50n });
    world.accept({ kind: 'mergeAccount', account: 'ada', into: 'legs' });
    world.place('b', 'bob', {});
    world.match('b', 'sell', 400_000n, 50n);
    expect(world.position('legs', 'BTC-PERP', 'short').lots).toBe(-50n);
    checkEverything(world.state);
  });
});

describe('an order backed by the wallet', () => {
  it('brings with its first fill the margin of what it opened and the fee of it (MAR-01)', () => {
    const world = orderWorld();
    world.accept(linearPerpetual('FEE-PERP', { fillBandPpm: 100_000n, takerFeePpm: 500n }));
    world.mark({ 'FEE-PERP': 400_000n });
    rich(world, 'bob');
    world.client('ada', { USDT: usdt(10_000) });
    world.open('ada', 'ada', 'isolated', 10, 'FEE-PERP');
    const order = { instrument: 'FEE-PERP', lots: 1_000n } as const;
    world.place('o', 'ada', { ...order, holdWallet: true });
    world.place('s', 'bob', { ...order, ...SELL });
    world.match('o', 's', 400_000n, 400n);
    expect(world.balance('ada')).toBe(usdt(1_600));
  });
});
