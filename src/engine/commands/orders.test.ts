import { describe, expect, it } from 'vitest';
import { type OrderWorld, orderWorld } from '../../testkit/orderWorld.js';
import { eventsOf, times, usdt } from '../../testkit/world.js';
import { checkEverything } from '../index.js';

/** Ada with an isolated account at 10x, bob with a cross account that can carry anything. */
function venue(wallet = 1_000): OrderWorld {
  const world = orderWorld();
  world.client('ada', { USDT: usdt(wallet) });
  world.client('bob', { USDT: usdt(1_000_000) });
  world.open('ada', 'ada', 'isolated', 10);
  world.open('bob', 'bob', 'cross', 10);
  world.accept({ kind: 'allocate', account: 'bob', asset: 'USDT', amountMinor: usdt(500_000) });
  return world;
}

const sell = { side: 'sell' } as const;

describe('an order', () => {
  it('moves no money: 400 are held of the wallet for 0.1 BTC at 10x, and cannot leave it (LED-02, MAR-06)', () => {
    const world = venue();
    world.place('o', 'ada', { holdWallet: true });
    expect([world.wallet('ada'), world.balance('ada')]).toEqual([usdt(1_000), 0n]);
    const withdraw = (amountMinor: bigint) =>
      world.refuse({
        kind: 'requestWithdrawal',
        withdrawal: `w${amountMinor}`,
        client: 'ada',
        asset: 'USDT',
        amountMinor,
      });
    expect(withdraw(usdt(600) + 1n)).toBe('insufficient_wallet_balance');
    expect(withdraw(usdt(600))).toBe('accepted');
  });

  it('is refused with the missing amount where neither account nor wallet carries it (MAR-06)', () => {
    const world = venue(399);
    expect(world.refuse(world.order('a', 'ada', {}))).toBe('insufficient_order_margin');
    const { outcome } = world.send(world.order('b', 'ada', { holdWallet: true })).record;
    expect(outcome).toMatchObject({
      rejection: {
        code: 'insufficient_order_margin',
        context: {
          required: { minor: usdt(400) },
          available: { minor: usdt(399) },
          missing: { minor: usdt(1) },
        },
      },
    });
  });

  it('is charged the larger side only, and nothing for what reduces (MAR-06, ORD-03)', () => {
    const world = venue();
    world.place('o', 'ada', { holdWallet: true });
    world.place('s', 'bob', sell);
    world.match('o', 's', 400_000n, 100n);
    const held = () => world.state.accounts.walletHold.get(world.row('ada'));
    // 100 lots long: a sale of 100 only closes; 60 more open 0.06 BTC.
    world.place('close', 'ada', { ...sell, holdWallet: true });
    expect(held()).toBe(0n);
    world.place('more', 'ada', { ...sell, lots: 60n, holdWallet: true });
    expect(held()).toBe(0n);
    world.place('buy', 'ada', { lots: 50n, holdWallet: true });
    // Sells open nothing beyond what they close on net margin now; the larger side is the buy of 0.05 BTC.
    expect(held()).toBe(usdt(200));
  });

  it('brings what is held in with the fill, in the same event (MAR-01)', () => {
    const world = venue();
    world.place('o', 'ada', { holdWallet: true, lots: 100n });
    world.place('s', 'bob', sell);
    world.match('o', 's', 400_000n, 40n);
    expect([world.balance('ada'), world.wallet('ada'), world.left('o')]).toEqual([usdt(160), usdt(840), 60n]);
    expect(world.state.accounts.walletHold.get(world.row('ada'))).toBe(usdt(240));
    world.match('o', 's', 400_000n, 60n);
    expect([world.balance('ada'), world.left('o')]).toEqual([usdt(400), 0n]);
    expect(world.state.accounts.walletHold.get(world.row('ada'))).toBe(0n);
    checkEverything(world.state);
  });

  it('is a fact once accepted: its fill is not refused when the mark has gone against it (MAR-06)', () => {
    const world = venue();
    world.place('o', 'ada', { holdWallet: true });
    world.place('s', 'bob', sell);
    world.mark({ 'BTC-PERP': 365_000n, 'ETH-PERP': 20_000n });
    world.match('o', 's', 400_000n, 100n);
    expect(world.position('ada').lots).toBe(100n);
    // 400 came in, 350 of it is lost already: liquidatable would be at or under 18.25.
    expect(world.balance('ada')).toBe(usdt(400));
  });

  it('is required for a fill in a pool that trades by orders, and must be the one the fill says', () => {
    const world = venue();
    world.place('o', 'ada', { holdWallet: true });
    world.place('s', 'bob', sell);
    const side = (id: string, order: string) =>
      ({ party: 'account', id, leg: 'net', order, allocateMinor: 0n, allocateInitial: true }) as const;
    const fill = (priceTicks: bigint, lots: bigint, buyer = side('ada', 'o')) =>
      world.refuse({
        kind: 'fill',
        instrument: 'BTC-PERP',
        priceTicks,
        lots,
        buyer,
        seller: side('bob', 's'),
        taker: 'buyer',
      });
    expect(fill(400_000n, 10n, side('ada', ''))).toBe('order_required');
    expect(fill(400_000n, 10n, side('ada', 'nobody'))).toBe('unknown_order');
    expect(fill(400_000n, 10n, side('ada', 's'))).toBe('wrong_order');
    expect(fill(400_000n, 101n)).toBe('wrong_order');
    expect(fill(400_001n, 10n)).toBe('wrong_order');
    expect(fill(400_000n, 100n)).toBe('accepted');
    expect(fill(400_000n, 1n)).toBe('order_closed');
  });

  it('may not be priced beyond the band on the side that would trade at once (ISO-05)', () => {
    const world = venue(1_000_000);
    const refusal = (changes: Parameters<OrderWorld['order']>[2]) =>
      world.refuse(world.order('x', 'ada', { holdWallet: true, ...changes }));
    expect(refusal({ priceTicks: 440_001n })).toBe('order_outside_band');
    expect(refusal({ ...sell, priceTicks: 359_999n })).toBe('order_outside_band');
    expect(refusal({ priceTicks: null, slippagePpm: 100_001n })).toBe('order_outside_band');
    expect(refusal({ priceTicks: 300_000n })).toBe('accepted');
  });

  it('at market is charged its slippage and the open loss it could have (MAR-06)', () => {
    const world = venue();
    // Up to 40,400: 0.1 BTC at 10x needs 400 at the mark, and could open 40 under water.
    world.place('m', 'ada', { priceTicks: null, slippagePpm: 10_000n, holdWallet: true });
    expect(world.state.accounts.walletHold.get(world.row('ada'))).toBe(usdt(440));
  });

  it('is tested anew as a whole when it is amended, and let go when it is cancelled', () => {
    const world = venue();
    world.place('o', 'ada', { holdWallet: true });
    expect(world.refuse({ kind: 'amendOrder', order: 'o', priceTicks: 400_000n, lots: 251n })).toBe(
      'insufficient_order_margin',
    );
    world.accept({ kind: 'amendOrder', order: 'o', priceTicks: 400_000n, lots: 250n });
    expect(world.state.accounts.walletHold.get(world.row('ada'))).toBe(usdt(1_000));
    world.accept({ kind: 'cancelOrder', order: 'o' });
    expect(world.state.accounts.walletHold.get(world.row('ada'))).toBe(0n);
    expect(world.refuse({ kind: 'cancelOrder', order: 'o' })).toBe('order_closed');
  });
});

describe('reduce-only', () => {
  it('is clamped at arrival to what resting ones leave, and after each fill to what is left (ORD-02)', () => {
    const world = venue();
    world.place('o', 'ada', { holdWallet: true, lots: 110n });
    world.place('s', 'bob', { ...sell, lots: 110n });
    world.match('o', 's', 400_000n, 110n);
    const reduce = { ...sell, lots: 80n, isReduceOnly: true };
    world.place('r1', 'ada', reduce);
    world.place('r2', 'ada', reduce);
    expect([world.left('r1'), world.left('r2')]).toEqual([80n, 30n]);
    expect(world.refuse(world.order('r3', 'ada', reduce))).toBe('nothing_to_reduce');
    // Closing 50 by another order leaves 60: the latest gives way first.
    world.place('c', 'ada', { ...sell, lots: 50n });
    world.place('b', 'bob', { lots: 50n });
    world.match('b', 'c', 400_000n, 50n);
    expect([world.left('r1'), world.left('r2')]).toEqual([60n, 0n]);
  });
});

describe('when margin runs short', () => {
  it('orders are cancelled, latest first, and positions stay (MAR-06)', () => {
    const world = venue();
    world.open('eve', 'ada', 'cross', 10);
    world.accept({ kind: 'allocate', account: 'eve', asset: 'USDT', amountMinor: usdt(1_000) });
    world.place('a', 'eve', { lots: 100n });
    world.place('b', 'eve', { lots: 100n });
    world.place('c', 'eve', { lots: 50n, priceTicks: 390_000n });
    world.place('s', 'bob', sell);
    world.mark({ 'BTC-PERP': 395_000n, 'ETH-PERP': 20_000n });
    world.match('a', 's', 400_000n, 100n);
    expect(world.position('eve', 'BTC-PERP').lots).toBe(100n);
    expect([world.left('b'), world.left('c')]).toEqual([100n, 0n]);
  });

  it('liquidation cancels the orders of that account and of no other (ORD-04)', () => {
    const world = venue(2_000);
    world.open('ada-2', 'ada', 'isolated', 10);
    world.place('o', 'ada', { holdWallet: true });
    world.place('s', 'bob', { ...sell, lots: 300n });
    world.match('o', 's', 400_000n, 100n);
    world.place('more', 'ada', { holdWallet: true, priceTicks: 300_000n, lots: 20n });
    world.place('other', 'ada-2', { holdWallet: true, priceTicks: 300_000n, lots: 20n });
    world.mark({ 'BTC-PERP': 361_000n, 'ETH-PERP': 20_000n });
    expect(eventsOf(world.records, 'takenOver')).toHaveLength(1);
    expect([world.left('more'), world.left('other'), world.left('s')]).toEqual([0n, 20n, 200n]);
    expect(world.state.accounts.walletHold.get(world.row('ada'))).toBe(0n);
    checkEverything(world.state);
  });
});

describe('caps and fee tiers', () => {
  it('hold what a client may have over all its accounts, and the open interest of an instrument', () => {
    const world = orderWorld();
    world.client('ada', { USDT: usdt(100_000) });
    world.client('bob', { USDT: usdt(1_000_000) });
    const { kind: _kind, ...definition } = {
      kind: 'x',
      ...(world.state.instruments.listed[0]?.definition as object),
    } as never as { kind: string };
    world.accept({
      kind: 'listInstrument',
      ...(definition as never as object),
      id: 'CAPPED',
      positionCapLots: 150n,
      openInterestCapLots: 200n,
    } as never);
    world.mark({ CAPPED: 400_000n });
    world.open('a1', 'ada', 'isolated', 10, 'CAPPED');
    world.open('a2', 'ada', 'isolated', 10, 'CAPPED');
    world.open('b', 'bob', 'isolated', 10, 'CAPPED');
    const at = { instrument: 'CAPPED', holdWallet: true };
    world.place('o1', 'a1', { ...at, lots: 100n });
    world.place('s1', 'b', { ...at, ...sell, lots: 100n });
    world.match('o1', 's1', 400_000n, 100n);
    expect(world.refuse(world.order('o2', 'a2', { ...at, lots: 51n }))).toBe('position_cap');
    expect(world.refuse(world.order('o2', 'a2', { ...at, lots: 50n }))).toBe('accepted');
    expect(world.refuse(world.order('s2', 'b', { ...at, ...sell, lots: 51n }))).toBe('position_cap');
    world.client('eve', { USDT: usdt(100_000) });
    world.open('e', 'eve', 'isolated', 10, 'CAPPED');
    expect(world.refuse(world.order('s3', 'e', { ...at, ...sell, lots: 101n }))).toBe('open_interest_cap');
    expect(world.refuse(world.order('s3', 'e', { ...at, ...sell, lots: 100n }))).toBe('accepted');
  });

  it('charge a client the fees of its tier', () => {
    const world = orderWorld();
    const definition = world.state.instruments.listed[0]?.definition;
    world.accept({
      kind: 'listInstrument',
      ...definition,
      id: 'TIERED',
      takerFeePpm: 500n,
      makerFeePpm: 200n,
      feeTiers: [{ makerFeePpm: -50n, takerFeePpm: 100n }],
    } as never);
    world.mark({ TIERED: 400_000n });
    for (const client of ['ada', 'bob']) {
      world.client(client, { USDT: usdt(100_000) });
      world.open(client, client, 'isolated', 10, 'TIERED');
    }
    const at = { instrument: 'TIERED', holdWallet: true };
    const feesOf = () => {
      const [fill] = eventsOf(world.records, 'filled').slice(-1);
      return fill?.transfers
        .filter(({ flow }) => flow === 'fee' || flow === 'rebate')
        .map(({ amount }) => amount);
    };
    world.place('b1', 'ada', at);
    world.place('s1', 'bob', { ...at, ...sell });
    world.match('b1', 's1', 400_000n, 50n);
    expect(feesOf()).toEqual([usdt(1), usdt(0.4)]);
    world.accept({ kind: 'setFeeTier', client: 'ada', tier: 7 });
    world.accept({ kind: 'setFeeTier', client: 'bob', tier: 1 });
    world.match('b1', 's1', 400_000n, 50n);
    expect(feesOf()).toEqual([usdt(0.2), usdt(0.1)]);
  });
});

describe('auto-margin', () => {
  it('tops an account up by its client’s consent before it is liquidated, within its cap, and only if that cures', () => {
    const world = venue(2_000);
    world.place('o', 'ada', { holdWallet: true });
    world.place('s', 'bob', sell);
    world.match('o', 's', 400_000n, 100n);
    world.accept({ kind: 'setAutoMargin', account: 'ada', capMinor: usdt(400), expiresMs: null });
    world.mark({ 'BTC-PERP': 361_000n, 'ETH-PERP': 20_000n });
    // Initial margin at 36,100 is 361; equity was 10.
    const [added] = eventsOf(world.records, 'autoMarginAdded');
    expect(added?.amount).toBe(usdt(351));
    expect([world.balance('ada'), world.position('ada').lots]).toEqual([usdt(751), 100n]);
    expect(world.state.accounts.autoMarginLeft.get(world.row('ada'))).toBe(usdt(49));
    // The rest of the cap does not cure the next fall: nothing moves, and the account is taken over.
    const before = world.wallet('ada');
    world.mark({ 'BTC-PERP': 320_000n, 'ETH-PERP': 20_000n });
    expect(eventsOf(world.records, 'takenOver')).toHaveLength(1);
    expect(world.wallet('ada')).toBe(before);
  });

  it('stops when it has expired, and is for isolated accounts only', () => {
    const world = venue(2_000);
    const consent = { kind: 'setAutoMargin', account: 'ada', capMinor: usdt(400) } as const;
    expect(world.refuse({ ...consent, account: 'bob', expiresMs: null })).toBe('wrong_mode');
    expect(world.refuse({ ...consent, expiresMs: world.timeMs })).toBe('time_backwards');
    world.place('o', 'ada', { holdWallet: true });
    world.place('s', 'bob', sell);
    world.match('o', 's', 400_000n, 100n);
    world.accept({ ...consent, expiresMs: world.timeMs + 1_000 });
    world.timeMs += 1_000;
    world.mark({ 'BTC-PERP': 361_000n, 'ETH-PERP': 20_000n });
    expect(eventsOf(world.records, 'autoMarginAdded')).toEqual([]);
    expect(eventsOf(world.records, 'takenOver')).toHaveLength(1);
  });
});

describe('leverage of a shared account', () => {
  it('is lowered only where equity meets what its positions then ask for (MAR-04)', () => {
    const world = venue();
    world.open('eve', 'ada', 'cross', 10);
    world.accept({ kind: 'allocate', account: 'eve', asset: 'USDT', amountMinor: usdt(500) });
    world.place('a', 'eve', { lots: 100n });
    world.place('s', 'bob', sell);
    world.match('a', 's', 400_000n, 100n);
    const set = (leverage: number) =>
      ({ kind: 'setLeverage', account: 'eve', leveragePpm: times(leverage) }) as const;
    expect(world.send(set(5)).record.outcome).toMatchObject({
      rejection: { code: 'insufficient_margin_for_leverage', context: { missing: { minor: usdt(300) } } },
    });
    expect(world.refuse(set(8))).toBe('accepted');
  });
});
