import { describe, expect, it } from 'vitest';
import { type OrderWorld, orderWorld } from '../../testkit/orderWorld.js';
import { eventsOf, usdt } from '../../testkit/world.js';
import { checkEverything, decodeSnapshot, encodeSnapshot } from '../index.js';

/** Ada: isolated, 0.1 BTC long from 40,000 with 400 behind it; and a flat cross account with 1,000. */
function venue(): OrderWorld {
  const world = orderWorld();
  world.client('ada', { USDT: usdt(3_000) });
  world.client('bob', { USDT: usdt(1_000_000) });
  world.open('ada', 'ada', 'isolated', 10);
  world.open('cross', 'ada', 'cross', 10);
  world.open('bob', 'bob', 'cross', 10);
  world.accept({ kind: 'allocate', account: 'bob', asset: 'USDT', amountMinor: usdt(500_000) });
  world.accept({ kind: 'allocate', account: 'cross', asset: 'USDT', amountMinor: usdt(1_000) });
  world.place('o', 'ada', { holdWallet: true });
  world.place('s', 'bob', { side: 'sell', lots: 500n });
  world.match('o', 's', 400_000n, 100n);
  return world;
}

const merge = { kind: 'mergeAccount', account: 'ada', into: 'cross' } as const;
const carve = (amountMinor: bigint) =>
  ({
    kind: 'carvePosition',
    account: 'cross',
    instrument: 'BTC-PERP',
    leg: 'net',
    into: 'ada',
    amountMinor,
  }) as const;
const toCross = { kind: 'switchMode', account: 'ada', marginMode: 'cross', instrument: null } as const;

describe('switching the mode', () => {
  it('keeps position, collateral and orders, moves no money and realizes nothing (MAR-09, LED-05)', () => {
    const world = venue();
    world.place('r', 'ada', { side: 'sell', lots: 50n, isReduceOnly: true });
    const before = [world.balance('ada'), world.wallet('ada'), world.position('ada')];
    world.accept(toCross);
    expect([world.balance('ada'), world.wallet('ada'), world.position('ada', 'BTC-PERP')]).toEqual(before);
    expect(world.left('r')).toBe(50n);
    world.accept({ ...toCross, marginMode: 'isolated', instrument: 'BTC-PERP' });
    expect([world.balance('ada'), world.wallet('ada'), world.position('ada')]).toEqual(before);
    checkEverything(world.state);
  });

  it('is refused with the exact missing amount: a loser is not dumped into cross (MAR-09)', () => {
    const world = venue();
    world.mark({ 'BTC-PERP': 380_000n, 'ETH-PERP': 20_000n });
    // Equity 200, initial margin 380.
    expect(world.send(toCross).record.outcome).toMatchObject({
      rejection: { code: 'insufficient_initial_margin', context: { missing: { minor: usdt(180) } } },
    });
    world.accept({ kind: 'allocate', account: 'ada', asset: null, amountMinor: usdt(180) - 1n });
    expect(world.refuse(toCross)).toBe('insufficient_initial_margin');
    world.accept({ kind: 'allocate', account: 'ada', asset: null, amountMinor: 1n });
    expect(world.refuse(toCross)).toBe('accepted');
  });

  it('to isolated takes an account with one position and one asset only', () => {
    const world = venue();
    world.place('b', 'cross', { lots: 200n });
    world.match('b', 's', 400_000n, 200n);
    const toIsolated = {
      kind: 'switchMode',
      account: 'cross',
      marginMode: 'isolated',
      instrument: 'ETH-PERP',
    } as const;
    expect(world.refuse(toIsolated)).toBe('not_isolatable');
    expect(world.refuse({ ...toIsolated, instrument: 'BTC-PERP' })).toBe('accepted');
    world.mark({ 'BTC-PERP': 350_000n, 'ETH-PERP': 20_000n });
    expect(eventsOf(world.records, 'takenOver').map(({ accountRow }) => accountRow)).toContain(
      world.row('cross'),
    );
    checkEverything(world.state);
  });

  it('to isolated, and carving, keep to the leverage that the bracket of the position allows (MAR-07)', () => {
    const world = venue();
    world.open('wide', 'bob', 'cross', 100);
    world.open('narrow', 'bob', 'isolated', 100);
    world.accept({ kind: 'allocate', account: 'wide', asset: 'USDT', amountMinor: usdt(50_000) });
    // 60,000 of notional are in the second bracket: 50x at most.
    world.place('big', 'wide', { lots: 1_500n });
    world.place('for', 'bob', { side: 'sell', lots: 1_500n });
    world.match('big', 'for', 400_000n, 1_500n);
    const isolate = {
      kind: 'switchMode',
      account: 'wide',
      marginMode: 'isolated',
      instrument: 'BTC-PERP',
    } as const;
    expect(world.refuse(isolate)).toBe('leverage_out_of_range');
    const out = { ...carve(usdt(10_000)), account: 'wide', into: 'narrow' };
    expect(world.refuse(out)).toBe('leverage_out_of_range');
    world.accept({ kind: 'setLeverage', account: 'wide', leveragePpm: 50_000_000n });
    expect(world.refuse(isolate)).toBe('accepted');
  });

  it('changes how the account is liquidated, and nothing else does: one mark inside it is healthy in either mode (LIQ-11)', () => {
    for (const shared of [false, true]) {
      const world = venue();
      if (shared) world.accept(toCross);
      // 36,180.90 by the closed form; tiers are those of the instrument in both modes.
      world.mark({ 'BTC-PERP': 361_810n, 'ETH-PERP': 20_000n });
      expect(world.position('ada', shared ? 'BTC-PERP' : undefined).lots).toBe(100n);
      world.mark({ 'BTC-PERP': 361_809n, 'ETH-PERP': 20_000n });
      expect(world.position('ada', shared ? 'BTC-PERP' : undefined).lots).toBe(0n);
    }
  });
});

describe('carving and merging', () => {
  it('move a position with its cost, at no price, and leave the sum of equity as it was (LED-05, MAR-09)', () => {
    const world = venue();
    world.mark({ 'BTC-PERP': 410_000n, 'ETH-PERP': 20_000n });
    world.accept(merge);
    expect([world.balance('ada'), world.position('ada').lots]).toEqual([0n, 0n]);
    expect([world.balance('cross'), world.position('cross', 'BTC-PERP')]).toEqual([
      usdt(1_400),
      { lots: 100n, cost: usdt(4_000) },
    ]);
    world.accept(carve(usdt(400)));
    expect([world.balance('cross'), world.position('cross', 'BTC-PERP').lots]).toEqual([usdt(1_000), 0n]);
    expect([world.balance('ada'), world.position('ada')]).toEqual([
      usdt(400),
      { lots: 100n, cost: usdt(4_000) },
    ]);
    expect(
      eventsOf(world.records, 'positionMoved').flatMap(({ transfers }) => transfers.map(({ flow }) => flow)),
    ).toEqual(['carve', 'carve']);
    checkEverything(world.state);
  });

  it('take the orders of the leg along', () => {
    const world = venue();
    world.place('r', 'ada', { side: 'sell', lots: 50n, isReduceOnly: true });
    world.accept(merge);
    expect(world.state.orders.account.get(world.state.orders.names.rowOf('r'))).toBe(world.row('cross'));
    world.accept(carve(usdt(400)));
    expect(world.state.orders.account.get(world.state.orders.names.rowOf('r'))).toBe(world.row('ada'));
  });

  it('are refused where one of the two could not stand, with what it lacks (MAR-09)', () => {
    const world = venue();
    world.accept(merge);
    expect(world.send(carve(usdt(300))).record.outcome).toMatchObject({
      rejection: {
        code: 'insufficient_initial_margin',
        context: { account: 'ada', missing: { minor: usdt(100) } },
      },
    });
    expect(world.refuse(carve(usdt(1_401)))).toBe('invalid_amount');
    expect(world.refuse(carve(usdt(400)))).toBe('accepted');
    expect(world.refuse(carve(0n))).toBe('no_position');
  });

  it('stay between accounts of one client, of the modes they are for', () => {
    const world = venue();
    expect(world.refuse({ ...merge, into: 'bob' })).toBe('not_own_account');
    expect(world.refuse({ ...merge, account: 'cross', into: 'ada' })).toBe('wrong_mode');
    world.place('b', 'cross', { lots: 10n });
    world.match('b', 's', 400_000n, 10n);
    expect(world.refuse(merge)).toBe('leg_occupied');
  });

  it('move nothing while the pool is not sound: a gain that may have to share a loss stays (ISO-06)', () => {
    const world = venue();
    world.timeMs += 2 * 3_600_000;
    world.mark({ 'ETH-PERP': 20_000n });
    expect(world.refuse(merge)).toBe('pool_not_sound');
  });
});

describe('legs apart', () => {
  it('are two positions of one instrument, of which the larger side is charged and neither turns (MAR-10)', () => {
    const world = venue();
    world.accept({
      kind: 'openAccount',
      account: 'hedge',
      client: 'ada',
      marginMode: 'cross',
      instrument: null,
      pool: 'main',
      hasLegs: true,
      leveragePpm: 10_000_000n,
    });
    world.accept({ kind: 'allocate', account: 'hedge', asset: 'USDT', amountMinor: usdt(800) });
    expect(world.refuse(world.order('n', 'hedge', {}))).toBe('wrong_leg');
    world.place('l', 'hedge', { leg: 'long' });
    world.match('l', 's', 400_000n, 100n);
    world.place('bb', 'bob', { lots: 100n });
    // The order is charged by itself; once it is filled, the larger side of 400 is all that is asked for.
    world.place('h', 'hedge', { leg: 'short', side: 'sell' });
    world.match('bb', 'h', 400_000n, 100n);
    expect([
      world.position('hedge', 'BTC-PERP', 'long').lots,
      world.position('hedge', 'BTC-PERP', 'short').lots,
    ]).toEqual([100n, -100n]);
    world.accept({ kind: 'release', account: 'hedge', asset: 'USDT', amountMinor: usdt(400) });
    // Against its own leg an order only reduces.
    world.place('c', 'hedge', { leg: 'long', side: 'sell', lots: 300n });
    expect(world.left('c')).toBe(100n);
    for (const price of [800_000n, 100_000n]) {
      world.mark({ 'BTC-PERP': price, 'ETH-PERP': 20_000n });
      world.mark({ 'BTC-PERP': price, 'ETH-PERP': 20_000n });
    }
    expect(world.position('hedge', 'BTC-PERP', 'long').lots).toBe(100n);
    checkEverything(world.state);
  });
});

describe('a snapshot', () => {
  it('carries modes, legs, orders and holds: the engine goes on from it as if there had been none (OPS-02)', () => {
    const world = venue();
    world.place('hold', 'ada', { lots: 50n, holdWallet: true, priceTicks: 390_000n });
    world.accept({ kind: 'allocate', account: 'ada', asset: null, amountMinor: usdt(200) });
    world.accept(toCross);
    world.place('p', 'cross', { lots: 20n, priceTicks: 390_000n });
    const copy = decodeSnapshot(encodeSnapshot(world.engine));
    expect([...copy.stateHash()]).toEqual([...world.engine.stateHash()]);
    const command = { kind: 'cancelOrder', order: 'p' } as const;
    const [a, b] = [world.engine, copy].map((engine) => engine.submit('next', command, world.timeMs));
    expect(a).toEqual(b);
    expect([...copy.stateHash()]).toEqual([...world.engine.stateHash()]);
  });
});
