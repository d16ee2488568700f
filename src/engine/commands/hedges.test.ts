/** A trade that closes one position and lays another bare is tested as an opening, reduce-only or not (ORD-03, FND-05). */
import { describe, expect, it } from 'vitest';
import { option, type SharedWorld, sharedWorld } from '../../testkit/sharedWorld.js';
import { usdt } from '../../testkit/world.js';
import type { CommandOf } from '../command.js';

const order = (changes: Partial<CommandOf<'placeOrder'>>): CommandOf<'placeOrder'> => ({
  kind: 'placeOrder',
  order: 'o1',
  account: 'ada',
  instrument: 'BTC-PERP',
  leg: 'net',
  side: 'sell',
  priceTicks: 400_000n,
  slippagePpm: null,
  lots: 100n,
  isReduceOnly: true,
  holdWallet: false,
  ...changes,
});

/** ada is long and short 0.1 BTC in legs margined net, with so much behind them. */
function hedged(leavesUsdt: number): SharedWorld {
  const world = sharedWorld({ legRule: 'net', fundMinor: usdt(10_000) });
  world.cross('ada', { USDT: usdt(10_000) }, { hasLegs: true });
  const trade = { priceTicks: 400_000n, lots: 100n };
  world.accept(world.fill('BTC-PERP', { ...trade, buyer: { id: 'ada', leg: 'long' }, seller: 'dan' }));
  world.accept(world.fill('BTC-PERP', { ...trade, buyer: 'dan', seller: { id: 'ada', leg: 'short' } }));
  world.accept({ kind: 'release', account: 'ada', asset: 'USDT', amountMinor: usdt(10_000 - leavesUsdt) });
  return world;
}

describe('closing one leg of two that are margined net', () => {
  it('is refused without the margin of the leg that is laid bare, as an order and as a fill (ORD-03, MAR-06, ISO-05)', () => {
    const world = hedged(0);
    expect(world.refuse(order({ leg: 'long' }))).toBe('insufficient_order_margin');
    expect(world.refuse(order({ leg: 'short', side: 'buy' }))).toBe('insufficient_order_margin');
    const low = {
      priceTicks: 380_000n,
      lots: 100n,
      buyer: 'dan',
      seller: { id: 'ada', leg: 'long' as const },
    };
    expect(world.refuse(world.fill('BTC-PERP', low))).toBe('insufficient_initial_margin');
  });

  it('needs the margin of what is left and the loss to the mark, to the last unit (MAR-06)', () => {
    // 4,000 USDT at the leverage of 10: 400; 20 more where it is sold 200 under the mark.
    expect(hedged(400).refuse(order({ leg: 'long' }))).toBe('accepted');
    expect(hedged(399.999999).refuse(order({ leg: 'long' }))).toBe('insufficient_order_margin');
    const low = order({ leg: 'long', priceTicks: 398_000n });
    expect(hedged(420).refuse(low)).toBe('accepted');
    expect(hedged(419.999999).refuse(low)).toBe('insufficient_order_margin');
    const fill = {
      priceTicks: 398_000n,
      lots: 100n,
      buyer: 'dan',
      seller: { id: 'ada', leg: 'long' as const },
    };
    const asFill = (world: SharedWorld) => world.refuse(world.fill('BTC-PERP', fill));
    expect(asFill(hedged(420))).toBe('accepted');
    expect(asFill(hedged(419.999999))).toBe('insufficient_initial_margin');
  });

  it('is free for the larger leg, down to the smaller one (ORD-03)', () => {
    const world = hedged(1_000);
    const more = {
      priceTicks: 400_000n,
      lots: 100n,
      buyer: { id: 'ada', leg: 'long' as const },
      seller: 'dan',
    };
    world.accept(world.fill('BTC-PERP', more));
    world.accept({ kind: 'release', account: 'ada', asset: 'USDT', amountMinor: usdt(600) });
    expect(world.refuse(order({ leg: 'long', lots: 100n }))).toBe('accepted');
    // Both legs may be ordered closed: the larger of what buys and sells would make of them counts, not the sum.
    expect(world.refuse(order({ order: 'o2', leg: 'short', side: 'buy', lots: 1n }))).toBe(
      'insufficient_order_margin',
    );
  });
});

describe('selling the option that covers a short one', () => {
  it('is refused without the margin of the naked short, reduce-only or not (FND-05)', () => {
    const world = sharedWorld();
    for (const [id, strike] of [
      ['C44', 44_000],
      ['C48', 48_000],
    ] as const)
      world.accept(option(id, { optionType: 'call', strike }));
    world.markOptions(40_000, { C44: 1_500, C48: 600 });
    world.cross('ada', { USDT: usdt(20_000) });
    const lots = 100n;
    world.accept(world.fill('C44', { priceTicks: 1_500n, lots, buyer: 'ada', seller: 'dan' }));
    world.accept(world.fill('C48', { priceTicks: 600n, lots, buyer: 'dan', seller: 'ada' }));
    const left = usdt(20_000 - 1_500 + 600);
    world.accept({ kind: 'release', account: 'ada', asset: 'USDT', amountMinor: left - usdt(600) });
    const sale = { instrument: 'C44', priceTicks: 1_500n, lots };
    expect(world.refuse(order(sale))).toBe('insufficient_order_margin');
    expect(world.refuse(order({ ...sale, isReduceOnly: false }))).toBe('insufficient_order_margin');
    const fill = world.fill('C44', { priceTicks: 1_500n, lots, buyer: 'dan', seller: 'ada' });
    expect(world.refuse(fill)).toBe('insufficient_initial_margin');
  });
});
