import { describe, expect, it } from 'vitest';
import { leg, refusedAmount, type SharedWorld, sharedWorld } from '../../testkit/sharedWorld.js';
import { coins, commandKinds, eventsOf, usdt } from '../../testkit/world.js';
import { checkEverything } from '../index.js';

const BTC = 'BTC-PERP';
const ETH = 'ETH-PERP';

/** ada is long 0.1 BTC from 40,000 and 1 ETH from 2,000 with 10x on what she holds. */
function twoPositions(
  balances: Record<string, bigint>,
  options: Parameters<typeof sharedWorld>[0] = {},
): SharedWorld {
  const world = sharedWorld({ fundMinor: usdt(10_000), ...options });
  world.cross('ada', balances);
  world.accept(world.fill(BTC, { priceTicks: 400_000n, lots: 100n, buyer: 'ada', seller: 'dan' }));
  world.accept(world.fill(ETH, { priceTicks: 20_000n, lots: 1_000n, buyer: 'ada', seller: 'dan' }));
  return world;
}

/** BTC loses 400 at 36,000, ETH 174 at 1,826. */
const fall = (world: SharedWorld) => world.mark({ [BTC]: 360_000n, [ETH]: 18_260n });

const nothing = { lots: 0n, cost: 0n };

describe('taking over a whole account', () => {
  it('makes each position a takeover with its part of the collateral: its result plus equity by maintenance margin (LIQ-03)', () => {
    const world = twoPositions({ USDT: usdt(600) });
    const { work } = fall(world);
    const [event] = eventsOf(work, 'accountTakenOver');
    // 26 of equity, 27.13 of maintenance: 18 for BTC, 9.13 for ETH. 26 x 18 / 27.13 = 17.250276, and 400 of its loss.
    expect([event?.equity, event?.maintenance]).toEqual([usdt(26), usdt(27.13)]);
    expect(event?.parts.map(({ takeover, collateral }) => [takeover, collateral])).toEqual([
      ['main#1', usdt(417.250277)],
      ['main#2', usdt(182.749723)],
    ]);
    expect(event?.parts.reduce((sum, { collateral }) => sum + collateral, 0n)).toBe(usdt(600));
    checkEverything(world.state);
  });

  it('leaves the account exactly zero in every asset and every position, at no price and without a fee (LIQ-03)', () => {
    const world = twoPositions({ USDT: usdt(570), BTC: coins(0.001) });
    const { work } = world.mark({ [BTC]: 350_000n, [ETH]: 18_000n });
    const [event] = eventsOf(work, 'accountTakenOver');
    expect([world.balance('ada', 'USDT'), world.balance('ada', 'BTC')]).toEqual([0n, 0n]);
    expect([world.position('ada', BTC), world.position('ada', ETH)]).toEqual([nothing, nothing]);
    expect(event?.deficits).toEqual([]);
    expect(event?.transfers.some(({ flow }) => flow === 'fee' || flow === 'realizeLoss')).toBe(false);
    const moved = (flow: string) =>
      event!.transfers.reduce((sum, each) => sum + (each.flow === flow ? each.amount : 0n), 0n);
    expect([moved('takeOver'), moved('seize')]).toEqual([usdt(570), coins(0.001)]);
    checkEverything(world.state);
  });

  it('converts what no position settles in as far as the facility has it, and seizes the rest for the fund (LIQ-03, LED-03)', () => {
    const world = twoPositions({ USDT: usdt(570), BTC: coins(0.001) });
    world.accept({ kind: 'fundFacility', pool: 'main', asset: 'USDT', amountMinor: usdt(19.8) });
    const { work } = world.mark({ [BTC]: 350_000n, [ETH]: 18_000n });
    const [event] = eventsOf(work, 'accountTakenOver');
    // 19.8 USDT at 39,600 is 0.0005 BTC; the other 0.0005 goes to the fund as it is.
    expect(event?.parts.reduce((sum, { collateral }) => sum + collateral, 0n)).toBe(usdt(589.8));
    expect([world.facility('BTC'), world.fund('main', 'BTC')]).toEqual([coins(0.0005), coins(0.0005)]);
    expect(world.balance('ada', 'BTC')).toBe(0n);
    checkEverything(world.state);
  });

  it('leaves the wallet of its client and everybody else alone, and the pool holds what it held (ISO-01, LIQ-03)', () => {
    const world = twoPositions({ USDT: usdt(600) }, { workBudget: 1 });
    const others = () => [world.wallet('ada'), world.wallet('ada', 'BTC'), world.balance('dan', 'USDT')];
    const before = others();
    const cash = world.state.totals.cash.get(0);
    expect(commandKinds(fall(world).work)).toEqual(['takeOver']);
    expect(others()).toEqual(before);
    expect(world.state.totals.cash.get(0)).toBe(cash);
    checkEverything(world.state);
  });

  it('takes a position that gains along with one that loses, and the loser is the better for it (LIQ-03, MAR-10)', () => {
    const world = sharedWorld({ fundMinor: usdt(10_000), workBudget: 1 });
    world.cross('ada', { USDT: usdt(600) });
    world.accept(world.fill(BTC, { priceTicks: 400_000n, lots: 100n, buyer: 'ada', seller: 'dan' }));
    world.accept(world.fill(ETH, { priceTicks: 20_000n, lots: 1_000n, buyer: 'dan', seller: 'ada' }));
    // BTC loses 980, ETH gains 400: 20 of equity; 15.1 and 8 of maintenance.
    const { work } = world.mark({ [BTC]: 302_000n, [ETH]: 16_000n });
    const [event] = eventsOf(work, 'accountTakenOver');
    expect(event?.equity).toBe(usdt(20));
    // 20 x 15.1 / 23.1 = 13.074: BTC's part is 993.07, more than all the account held; ETH's is owed by its gain.
    expect(event?.parts.map(({ collateral }) => collateral)).toEqual([usdt(993.073594), usdt(-393.073594)]);
    checkEverything(world.state);
  });

  it('takes both legs of an instrument, which then close against each other at the mark (LIQ-03)', () => {
    const world = sharedWorld({ fundMinor: usdt(10_000) });
    world.cross('ada', { USDT: usdt(600) }, { hasLegs: true });
    world.accept(
      world.fill(BTC, { priceTicks: 400_000n, lots: 100n, buyer: leg('ada', 'long'), seller: 'dan' }),
    );
    world.accept(
      world.fill(BTC, { priceTicks: 400_000n, lots: 50n, buyer: 'dan', seller: leg('ada', 'short') }),
    );
    // Half of it is hedged: 586 lost at 28,280, 14 left, 14.14 asked of the larger side.
    const { work } = world.mark({ [BTC]: 282_800n });
    expect(eventsOf(work, 'accountTakenOver')[0]?.parts).toHaveLength(2);
    const [netted] = eventsOf(work, 'unwound');
    expect([netted?.lots, netted?.markTicks]).toEqual([50n, 2_828_000n]);
    expect(world.balance('ada', 'USDT')).toBe(0n);
    checkEverything(world.state);
  });

  it('is cured only in full, by any collateral that counts (MAR-02)', () => {
    const world = twoPositions({ USDT: usdt(600) }, { workBudget: 1 });
    // Deeper under water and first in the queue, bob uses up the one step.
    world.cross('bob', { USDT: usdt(400) });
    world.accept(world.fill(BTC, { priceTicks: 400_000n, lots: 100n, buyer: 'bob', seller: 'dan' }));
    fall(world);
    expect(world.state.accounts.isQueued.get(world.row('ada'))).toBe(1);
    const topUp = (asset: string, amountMinor: bigint) =>
      ({ kind: 'allocate', account: 'ada', asset, amountMinor }) as const;
    // 1.13 short of being at maintenance; in BTC that is 1.13 / 36,000, and a unit to be above it.
    const missing = refusedAmount(world, topUp('BTC', 1n), 'missing');
    expect(missing).toBe(3_139n);
    expect(world.refuse(topUp('BTC', missing - 1n))).toBe('top_up_must_cure');
    world.accept(topUp('BTC', missing));
    expect(world.state.accounts.isQueued.get(world.row('ada'))).toBe(0);
    expect(world.position('ada', BTC).lots).toBe(100n);
  });

  it('finds the account recovered where a price came back before its turn (LIQ-04)', () => {
    const world = twoPositions({ USDT: usdt(600) }, { workBudget: 1 });
    world.cross('bob', { USDT: usdt(400) });
    world.accept(world.fill(BTC, { priceTicks: 400_000n, lots: 100n, buyer: 'bob', seller: 'dan' }));
    fall(world);
    const { work } = world.mark({ [ETH]: 18_300n });
    expect(eventsOf(work, 'recovered').map(({ accountRow }) => accountRow)).toEqual([world.row('ada')]);
    expect(world.position('ada', ETH).lots).toBe(1_000n);
  });
});

describe('a cross account as a winner', () => {
  it('gives up lots of the one position that wins against the takeover, at the price where that has nothing left (LIQ-06)', () => {
    const world = sharedWorld();
    world.cross('ada', { USDT: usdt(400) });
    world.cross('bob', { USDT: usdt(2_000) });
    world.accept(world.fill(BTC, { priceTicks: 400_000n, lots: 100n, buyer: 'ada', seller: 'bob' }));
    world.accept(world.fill(ETH, { priceTicks: 20_000n, lots: 100n, buyer: 'bob', seller: 'dan' }));
    // ada has lost 500 of 400: bob's short closes where her 400 are used up, 100 short of his 500.
    const { work } = world.mark({ [BTC]: 350_000n });
    const [event] = eventsOf(work, 'deleveraged');
    expect(event).toMatchObject({ isTearUp: false, forgoneMinor: usdt(100) });
    expect(event?.fills).toMatchObject([{ accountRow: world.row('bob'), lots: 100n }]);
    expect([world.balance('bob', 'USDT'), world.position('bob', BTC), world.position('bob', ETH)]).toEqual([
      usdt(2_400),
      nothing,
      { lots: 100n, cost: usdt(200) },
    ]);
    checkEverything(world.state);
  });
});
