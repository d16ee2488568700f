import { describe, expect, it } from 'vitest';
import { hashText } from '../base/index.js';
import { trialBalance } from '../ledger/index.js';
import { commandKinds, eventsOf, standardWorld, times, usdt } from '../testkit/world.js';

describe('liquidation of an isolated margin account', () => {
  it('takes over one account and leaves the wallet and the other account of its client untouched (ISO-01)', () => {
    const world = standardWorld();
    world.client('ada', { USDT: usdt(10_000) });
    world.client('bob', { USDT: usdt(100_000) });
    world.account('ada-10x', 'ada', 'BTC-PERP', 10);
    world.account('ada-2x', 'ada', 'BTC-PERP', 2);
    world.account('bob-1', 'bob', 'BTC-PERP', 5);
    world.trade({
      buyer: 'ada-10x',
      seller: 'bob-1',
      instrument: 'BTC-PERP',
      priceTicks: 400_000n,
      lots: 100n,
    });
    world.trade({
      buyer: 'ada-2x',
      seller: 'bob-1',
      instrument: 'BTC-PERP',
      priceTicks: 400_000n,
      lots: 100n,
    });
    expect(world.balance('ada-10x')).toBe(usdt(400));
    const wallet = world.wallet('ada');
    const neighbour = world.balance('ada-2x');

    const { work } = world.mark({ 'BTC-PERP': 361_000n });
    expect(commandKinds(work)).toEqual(['takeOver']);
    expect(world.balance('ada-10x')).toBe(0n);
    expect(world.position('ada-10x')).toEqual({ lots: 0n, cost: 0n });
    expect(world.wallet('ada')).toBe(wallet);
    expect(world.balance('ada-2x')).toBe(neighbour);
    expect(trialBalance(world.state.ledger).map(({ total }) => total)).toEqual([0n, 0n]);
  });

  it('covers a deficit by the fund, then by deleveraging exactly the lots the fund cannot cover (LIQ-05)', () => {
    const world = standardWorld(usdt(100));
    world.client('ada', { USDT: usdt(10_000) });
    world.client('bob', { USDT: usdt(100_000) });
    world.account('ada-10x', 'ada', 'BTC-PERP', 10);
    world.account('bob-1', 'bob', 'BTC-PERP', 5);
    world.trade({
      buyer: 'ada-10x',
      seller: 'bob-1',
      instrument: 'BTC-PERP',
      priceTicks: 400_000n,
      lots: 100n,
    });
    // Equity of ada-10x at 32,000: 400 - 800 = -400; the fund holds 100.
    const { work } = world.mark({ 'BTC-PERP': 320_000n });
    expect(commandKinds(work)).toEqual(['assess', 'takeOver', 'deleverage', 'assess']);
    const [event] = eventsOf(work, 'deleveraged');
    expect(event?.neededLots).toBe(75n);
    expect(event?.lossMinor).toBe(usdt(300));
    expect(event?.forgoneMinor).toBe(usdt(300));
    expect(world.position('bob-1').lots).toBe(-25n);
  });

  it('shares what a tear-up left among the gains it realized itself (LIQ-07)', () => {
    const world = standardWorld(0n);
    for (const client of ['ada', 'bob', 'cleo']) world.client(client, { USDT: usdt(100_000) });
    world.account('ada-10x', 'ada', 'BTC-PERP', 10);
    world.account('bob-1', 'bob', 'BTC-PERP', 5);
    world.account('cleo-1', 'cleo', 'BTC-PERP', 5);
    world.trade({
      buyer: 'ada-10x',
      seller: 'bob-1',
      instrument: 'BTC-PERP',
      priceTicks: 400_000n,
      lots: 100n,
    });
    world.mark({ 'BTC-PERP': 365_000n });
    world.trade({
      buyer: 'bob-1',
      seller: 'cleo-1',
      instrument: 'BTC-PERP',
      priceTicks: 359_000n,
      lots: 100n,
    });
    // ada is short of 400 at 32,000; cleo gains 390, too little for the price at which ada has nothing left.
    const { work } = world.mark({ 'BTC-PERP': 320_000n });
    expect(eventsOf(work, 'deleveraged')[0]?.isTearUp).toBe(true);
    expect(eventsOf(work, 'shared')[0]?.payers).toMatchObject([
      { gainMinor: usdt(390), paysMinor: usdt(390) },
    ]);
    expect(world.balance('cleo-1')).toBe(usdt(790));
  });

  it('lets the open profit of a position that goes on answer for its funding, not the fund (FND-01)', () => {
    const world = standardWorld(usdt(10_000));
    for (const c of ['a', 'b', 'c']) world.client(c, { USDT: usdt(1_000_000) });
    world.account('long', 'a', 'BTC-PERP', 10);
    world.account('short', 'b', 'BTC-PERP', 1);
    world.account('other', 'c', 'BTC-PERP', 1);
    // 1 BTC at 40,000: margin 4,000. The price rises by 10 x 10 %: profit 60,000.
    world.trade({
      buyer: 'long',
      seller: 'short',
      instrument: 'BTC-PERP',
      priceTicks: 400_000n,
      lots: 1_000n,
    });
    world.accept({ kind: 'allocate', asset: null, account: 'short', amountMinor: usdt(200_000) });
    for (const ticks of [500_000n, 600_000n, 700_000n, 800_000n, 900_000n, 1_000_000n])
      world.mark({ 'BTC-PERP': ticks });
    for (let i = 1; i <= 10; i++) {
      world.timeMs += 1000;
      world.accept({
        kind: 'applyFunding',
        instrument: 'BTC-PERP',
        fundingTimeMs: world.timeMs,
        ratePpm: 10_000n,
      });
    }
    // Owes 10,000 of funding, has 4,000 of margin and 60,000 of open profit; closes a hundredth.
    world.trade({
      buyer: 'other',
      seller: 'long',
      instrument: 'BTC-PERP',
      priceTicks: 1_000_000n,
      lots: 10n,
    });
    expect(eventsOf(world.records, 'filled').flatMap(({ deficits }) => deficits)).toEqual([]);
    expect(world.fund('main')).toBe(usdt(10_000));
  });
});

describe('a trial', () => {
  it('plays several commands on one another and leaves nothing behind (OPS-04)', () => {
    const world = standardWorld();
    world.client('ada', { USDT: usdt(1_000) });
    const before = hashText(world.engine.stateHash());
    const codes = world.engine.trial(world.timeMs, (run) => {
      const open = run({
        kind: 'openAccount',
        marginMode: 'isolated',
        pool: null,
        hasLegs: false,
        account: 'a',
        client: 'ada',
        instrument: 'BTC-PERP',
        leveragePpm: times(10),
      });
      const allocate = run({ kind: 'allocate', asset: null, account: 'a', amountMinor: usdt(600) });
      const tooMuch = run({ kind: 'allocate', asset: null, account: 'a', amountMinor: usdt(600) });
      return [open, allocate, tooMuch].map(({ record }) => record.outcome.kind);
    });
    expect(codes).toEqual(['accepted', 'accepted', 'rejected']);
    expect(hashText(world.engine.stateHash())).toBe(before);
    expect(world.refuse({ kind: 'allocate', asset: null, account: 'a', amountMinor: 1n })).toBe(
      'unknown_account',
    );
  });

  it('refuses a command that is submitted from inside it, which would stay without a record', () => {
    const { engine, timeMs } = standardWorld();
    expect(() =>
      engine.trial(timeMs, () => engine.submit('x', { kind: 'openClient', client: 'x' }, timeMs)),
    ).toThrow(/inside a dry run/);
    expect(engine.submit('x', { kind: 'openClient', client: 'x' }, timeMs).kind).toBe('recorded');
  });
});
