import { describe, expect, it } from 'vitest';
import { hashText } from '../../base/index.js';
import { leg, option, refusedAmount, type SharedWorld, sharedWorld } from '../../testkit/sharedWorld.js';
import { coins, commandKinds, eventsOf, HOUR_MS, usdt } from '../../testkit/world.js';
import type { CommandOf } from '../command.js';
import { checkEverything, createEngine, decodeSnapshot, encodeSnapshot } from '../index.js';

type OptionTerms = NonNullable<CommandOf<'listInstrument'>['option']>;

/** Calls at 40,000 and 44,000 and a put at 36,000, all worth 500 with BTC at 40,000; a lot is 0.01. */
function chain(options: Parameters<typeof sharedWorld>[0] = {}): SharedWorld {
  const world = sharedWorld(options);
  world.accept(option('C40', { optionType: 'call', strike: 40_000 }));
  world.accept(option('C44', { optionType: 'call', strike: 44_000 }));
  world.accept(option('P36', { optionType: 'put', strike: 36_000 }));
  world.markOptions(40_000, { C40: 500, C44: 500, P36: 500 });
  return world;
}

const trade = (world: SharedWorld, instrument: string, buyer: string, seller: string, premium = 500n) =>
  world.fill(instrument, { priceTicks: premium, lots: 100n, buyer, seller });

/** The account’s option position, with the premium it remembers. */
function held(world: SharedWorld, account: string, instrument: string) {
  const { positions } = world.state;
  for (let row = 0; row < positions.table.size; row++) {
    if (positions.account.get(row) !== world.row(account)) continue;
    if (world.state.instruments.names.nameOf(positions.instrument.get(row)) === instrument)
      return { lots: positions.lots.get(row), premium: positions.premium.get(row) };
  }
  return null;
}

describe('the premium of an option', () => {
  it('is paid when it trades, by the buyer to the seller, and nothing of it is cost (FND-05)', () => {
    const world = chain();
    world.cross('ada', { USDT: usdt(1_000) });
    world.cross('bob', { USDT: usdt(10_000) });
    const { record } = world.accept(trade(world, 'C40', 'ada', 'bob'));
    expect([world.balance('ada', 'USDT'), world.balance('bob', 'USDT')]).toEqual([usdt(500), usdt(10_500)]);
    expect([held(world, 'ada', 'C40'), held(world, 'bob', 'C40')]).toEqual([
      { lots: 100n, premium: usdt(500) },
      { lots: -100n, premium: -usdt(500) },
    ]);
    expect([world.position('ada', 'C40').cost, world.position('bob', 'C40').cost]).toEqual([0n, 0n]);
    const flows = eventsOf([record], 'filled')[0]!.transfers.map(({ flow, amount }) => [flow, amount]);
    expect(flows).toEqual([
      ['premiumPay', usdt(500)],
      ['premiumReceive', usdt(500)],
    ]);
    checkEverything(world.state);
  });

  it('is never on credit: without the cash other collateral does not buy, and no claim on the pool is made (MAR-01, ISO-02)', () => {
    const world = chain({ fundMinor: usdt(1_000) });
    world.cross('ada', { USDT: usdt(499), BTC: coins(1) });
    expect(refusedAmount(world, trade(world, 'C40', 'ada', 'dan'), 'missing')).toBe(usdt(1));
    expect(world.fund('main')).toBe(usdt(1_000));
    // The facility may turn collateral into what is missing: 1 / 39,600, rounded up.
    world.accept({ kind: 'fundFacility', pool: 'main', asset: 'USDT', amountMinor: usdt(10) });
    world.accept(trade(world, 'C40', 'ada', 'dan'));
    expect([world.balance('ada', 'USDT'), world.balance('ada', 'BTC')]).toEqual([0n, coins(1) - 2_526n]);
    checkEverything(world.state);
  });

  it('leaves with the lots it was paid for: half sold at 700 keeps half of it (FND-05)', () => {
    const world = chain();
    world.cross('ada', { USDT: usdt(1_000) });
    world.accept(trade(world, 'C40', 'ada', 'dan'));
    world.accept(world.fill('C40', { priceTicks: 700n, lots: 50n, buyer: 'dan', seller: 'ada' }));
    expect(held(world, 'ada', 'C40')).toEqual({ lots: 50n, premium: usdt(250) });
    expect(world.balance('ada', 'USDT')).toBe(usdt(850));
    checkEverything(world.state);
  });
});

describe('options and margin', () => {
  it('leave an account of long options alone whatever they are worth: nothing more can be lost (FND-07)', () => {
    const world = chain();
    world.cross('ada', { USDT: usdt(500) });
    world.accept(trade(world, 'C40', 'ada', 'dan'));
    expect(world.balance('ada', 'USDT')).toBe(0n);
    const { work } = world.markOptions(20_000, { C40: 1, C44: 1, P36: 16_000 });
    expect(commandKinds(work)).not.toContain('takeOver');
    expect(held(world, 'ada', 'C40')?.lots).toBe(100n);
  });

  it('ask of a short call max(15% S - out of the money, 10% S) + mark, to the unit (MAR-10)', () => {
    const world = chain();
    // 44,000 is 4,000 out of the money: max(6,000 - 4,000, 4,000) + 500 = 4,500, of which the premium brings 500.
    world.cross('ada', { USDT: usdt(4_000) - 1n });
    expect(refusedAmount(world, trade(world, 'C44', 'dan', 'ada'), 'missing')).toBe(1n);
    world.accept({ kind: 'allocate', account: 'ada', asset: 'USDT', amountMinor: 1n });
    world.accept(trade(world, 'C44', 'dan', 'ada'));
    // At the money it is max(6,000, 4,000) + 500.
    world.cross('bob', { USDT: usdt(6_000) - 1n });
    expect(refusedAmount(world, trade(world, 'C40', 'dan', 'bob'), 'missing')).toBe(1n);
  });

  it('cap a spread at its greatest loss: 44,000 sold behind 40,000 bought asks for nothing, the other way 4,000 (MAR-10)', () => {
    const world = chain();
    world.cross('ada', { USDT: usdt(500) });
    world.accept(trade(world, 'C40', 'ada', 'dan'));
    world.accept(trade(world, 'C44', 'dan', 'ada'));
    expect(held(world, 'ada', 'C44')?.lots).toBe(-100n);
    world.cross('bob', { USDT: usdt(4_500) });
    world.accept(trade(world, 'C44', 'bob', 'dan'));
    // 4,000 are left and 500 come in for 40,000 sold; 500 of it was the price of 44,000: 4,000 stay.
    world.accept(trade(world, 'C40', 'dan', 'bob'));
    const release = (amountMinor: bigint) =>
      ({ kind: 'release', account: 'bob', asset: 'USDT', amountMinor }) as const;
    expect(refusedAmount(world, release(usdt(4_500)), 'removable')).toBe(usdt(500));
  });

  it('liquidate a short whose mark outgrows its margin, and its claim names the option’s account (LIQ-03, LIQ-11)', () => {
    const world = chain({ fundMinor: usdt(100_000) });
    world.cross('ada', { USDT: usdt(4_000) });
    world.accept(trade(world, 'C44', 'dan', 'ada'));
    // 4,500 held; the mark 1,200 and 7.5% of 44,000 make 4,500.
    expect(commandKinds(world.markOptions(44_000, { C44: 1_199 }).work)).not.toContain('takeOver');
    expect(commandKinds(world.markOptions(44_000, { C44: 1_200 }).work)).toContain('takeOver');
    expect([world.balance('ada', 'USDT'), held(world, 'ada', 'C44')]).toEqual([
      0n,
      { lots: 0n, premium: 0n },
    ]);
    checkEverything(world.state);
  });

  it('hold a mark whose underlying jumps, however quiet the premium is (PRC-01)', () => {
    const world = sharedWorld();
    const guarded = { markMaxJumpPpm: 500_000n, markConfirmations: 2 };
    world.accept(option('C40', { optionType: 'call', strike: 40_000 }, guarded));
    world.markOptions(40_000, { C40: 500 });
    world.timeMs += 1_000;
    const { record } = world.markOptions(400_000, { C40: 500 });
    expect(eventsOf([record], 'marked')[0]?.marks[0]).toMatchObject({
      verdict: 'heldJump',
      indexTicks: 40_000n,
    });
  });

  it('confirm such a jump only where the underlying agrees with the one that waits, not by the premium alone (PRC-01)', () => {
    const world = sharedWorld();
    const guarded = { markMaxJumpPpm: 500_000n, markConfirmations: 2 };
    world.accept(option('C40', { optionType: 'call', strike: 40_000 }, guarded));
    world.markOptions(40_000, { C40: 500 });
    const next = (spot: number, premium: number) => {
      world.timeMs += 1_000;
      return eventsOf([world.markOptions(spot, { C40: premium }).record], 'marked')[0]?.marks[0];
    };
    expect(next(400_000, 500)).toMatchObject({ verdict: 'heldJump', pendingIndexTicks: 400_000n });
    expect(next(4_000_000, 500)).toMatchObject({ verdict: 'heldJump', pendingIndexTicks: 4_000_000n });
    // What waits is now the second jump: the first does not confirm it either.
    expect(next(400_000, 500)?.verdict).toBe('heldJump');
    const copy = decodeSnapshot(encodeSnapshot(world.engine));
    expect(hashText(copy.stateHash())).toBe(hashText(world.engine.stateHash()));
    expect(next(410_000, 500)).toMatchObject({
      verdict: 'confirmed',
      indexTicks: 410_000n,
      pendingIndexTicks: 0n,
    });
    // A premium that jumps alone waits with its underlying: that one moving away starts the count anew.
    expect(next(410_000, 5_000)).toMatchObject({ verdict: 'heldJump', pendingIndexTicks: 410_000n });
    expect(next(4_100_000, 5_000)?.verdict).toBe('heldJump');
    expect(next(410_000, 5_000)?.verdict).toBe('heldJump');
    expect(next(410_000, 5_000)?.verdict).toBe('confirmed');
  });

  it('count one underlying in the same steps: a pool lists no other step beside (FND-05)', () => {
    const world = chain();
    const listed = (id: string, underlyingTickSize: string, changes: Partial<OptionTerms> = {}) => {
      const { option: terms, ...definition } = option(id, { optionType: 'call', strike: 46_000 });
      return world.send({ ...definition, option: { ...terms!, ...changes, underlyingTickSize } }).record
        .outcome;
    };
    expect(listed('C46', '0.5')).toMatchObject({
      kind: 'rejected',
      rejection: {
        code: 'invalid_definition',
        context: { field: 'option.underlyingTickSize', listed: 'C40', expected: '1' },
      },
    });
    expect(listed('C46', '1.0').kind).toBe('accepted');
    expect(listed('E46', '0.5', { underlying: 'ETH' }).kind).toBe('accepted');
  });

  it('have no funding (FND-01)', () => {
    const world = chain();
    const funding = { kind: 'applyFunding', instrument: 'C40', ratePpm: 1n } as const;
    expect(world.refuse({ ...funding, fundingTimeMs: world.timeMs })).toBe('no_funding');
  });
});

describe('the expiry of an option', () => {
  const atExpiry = (world: SharedWorld, spot: number, premiums: Record<string, number>) => {
    world.timeMs += 24 * HOUR_MS;
    world.mark({ 'BTC-PERP': 400_000n, 'ETH-PERP': 20_000n });
    world.priceBtc(40_000);
    world.markOptions(spot, premiums);
  };

  it('pays what is inside: 2,000 for a call at 40,000 with BTC at 42,000, nothing for what is outside (FND-05)', () => {
    const world = chain();
    world.cross('ada', { USDT: usdt(1_500) });
    world.cross('bob', { USDT: usdt(20_000) });
    for (const instrument of ['C40', 'C44', 'P36']) world.accept(trade(world, instrument, 'ada', 'bob'));
    expect([world.balance('ada', 'USDT'), world.balance('bob', 'USDT')]).toEqual([0n, usdt(21_500)]);
    atExpiry(world, 42_000, { C40: 2_100, C44: 10, P36: 1 });
    // One stands for the series: all three expire.
    world.accept({ kind: 'expire', instrument: 'C44' });
    expect(world.refuse({ kind: 'expire', instrument: 'C40' })).toBe('instrument_not_trading');
    // At the price of the underlying, not at the last premium.
    expect([world.balance('ada', 'USDT'), world.balance('bob', 'USDT')]).toEqual([usdt(2_000), usdt(19_500)]);
    for (const instrument of ['C40', 'C44', 'P36'])
      for (const account of ['ada', 'bob'])
        expect(held(world, account, instrument), `${account} ${instrument}`).toEqual({
          lots: 0n,
          premium: 0n,
        });
    checkEverything(world.state);
  });

  it('of an inverse one pays in coin: (50,000 - 40,000) / 50,000 = 0.2 BTC (FND-05)', () => {
    const world = sharedWorld();
    world.accept(
      option(
        'XC40',
        { optionType: 'call', strike: 40_000 },
        { payoff: 'inverse', quote: 'USD', settle: 'BTC', tickSize: '0.0001' },
      ),
    );
    world.markOptions(40_000, { XC40: 100 });
    world.cross('ada', { BTC: coins(0.01) });
    // A premium of 0.01 BTC for one contract.
    world.accept(world.fill('XC40', { priceTicks: 100n, lots: 100n, buyer: 'ada', seller: 'dan' }));
    expect(world.balance('ada', 'BTC')).toBe(0n);
    atExpiry(world, 50_000, { XC40: 2_000 });
    world.accept({ kind: 'expire', instrument: 'XC40' });
    expect([world.balance('ada', 'BTC'), world.balance('dan', 'BTC')]).toEqual([coins(0.2), coins(49.81)]);
    checkEverything(world.state);
  });

  it('settles two legs of one account with each other and leaves it as it was (FND-05)', () => {
    const world = chain();
    world.cross('ada', { USDT: usdt(20_000) }, { hasLegs: true });
    world.accept(
      world.fill('C40', { priceTicks: 500n, lots: 10n, buyer: leg('ada', 'long'), seller: 'dan' }),
    );
    world.accept(
      world.fill('C40', { priceTicks: 500n, lots: 10n, buyer: 'dan', seller: leg('ada', 'short') }),
    );
    const before = world.balance('ada', 'USDT');
    atExpiry(world, 43_000, { C40: 3_000 });
    world.accept({ kind: 'expire', instrument: 'C40' });
    expect(world.balance('ada', 'USDT')).toBe(before);
    checkEverything(world.state);
  });

  it('leaves what a writer cannot pay as the pool’s claim with its cause (ISO-02, FND-05)', () => {
    const world = chain({ fundMinor: usdt(100_000) });
    world.cross('ada', { USDT: usdt(6_000) });
    world.accept(trade(world, 'C40', 'dan', 'ada'));
    // Nobody marks while BTC rises to 48,000: at the expiry 8,000 are owed and 6,500 are there.
    world.timeMs += 24 * HOUR_MS;
    world.mark({ 'BTC-PERP': 400_000n, 'ETH-PERP': 20_000n });
    world.priceBtc(40_000);
    const { work: liquidated } = world.markOptions(48_000, { C40: 8_000 });
    const { work } = world.accept({ kind: 'expire', instrument: 'C40' });
    const all = [...liquidated, ...work];
    expect(eventsOf(all, 'covered').reduce((sum, { amount }) => sum + amount, 0n)).toBe(usdt(1_500));
    expect([world.balance('ada', 'USDT'), world.fund('main')]).toEqual([0n, usdt(98_500)]);
    expect(world.balance('dan', 'USDT')).toBe(usdt(507_500));
    checkEverything(world.state);
  });

  it('settles a spread as one amount: with just its greatest loss in cash nothing is converted, borrowed or claimed (FND-05)', () => {
    const world = chain({ fundMinor: usdt(1_000) });
    world.accept({ kind: 'fundFacility', pool: 'main', asset: 'USDT', amountMinor: usdt(100_000) });
    world.cross('bob', { USDT: usdt(4_500), BTC: coins(1) });
    world.accept(trade(world, 'C44', 'bob', 'dan'));
    world.accept(trade(world, 'C40', 'dan', 'bob'));
    world.accept({ kind: 'release', account: 'bob', asset: 'USDT', amountMinor: usdt(500) });
    // 10,000 are due for the call sold, 6,000 for the one bought: 4,000, which is all the cash there is.
    atExpiry(world, 50_000, { C40: 10_100, C44: 6_100 });
    const { work } = world.accept({ kind: 'expire', instrument: 'C40' });
    expect([world.balance('bob', 'USDT'), world.balance('bob', 'BTC')]).toEqual([0n, coins(1)]);
    expect(eventsOf(work, 'expirySettled').map(({ deficits }) => deficits)).toEqual([[]]);
    expect([world.facility('BTC'), world.fund('main')]).toEqual([0n, usdt(1_000)]);
    checkEverything(world.state);
  });

  it('takes one price of the underlying for all of a series, that of its latest mark (FND-05)', () => {
    const world = chain();
    world.cross('bob', { USDT: usdt(4_500) });
    world.accept(trade(world, 'C44', 'bob', 'dan'));
    world.accept(trade(world, 'C40', 'dan', 'bob'));
    atExpiry(world, 48_000, { C40: 8_100, C44: 4_100 });
    world.timeMs += 1_000;
    // Only one of them is marked again: by its own price of 41,000 the call bought would be worth nothing.
    world.markOptions(41_000, { C44: 10 });
    world.accept({ kind: 'expire', instrument: 'C40' });
    expect(world.balance('bob', 'USDT')).toBe(usdt(3_500));
    checkEverything(world.state);
  });

  describe('of a series with many holders', () => {
    const ACCOUNTS = 80;
    const INTRINSIC = { C40: 10_000, C44: 6_000, P36: 0 } as const;

    /**
     * Spreads with just their greatest loss in cash: C40 sold behind C44 bought, or the other way, where nothing can be
     * lost. Others have nothing but C40: in a spread's two options its account comes in different steps.
     */
    function crowd(workBudget?: number): SharedWorld {
      const world = chain(workBudget === undefined ? {} : { workBudget });
      world.accept({ kind: 'fundFacility', pool: 'main', asset: 'USDT', amountMinor: usdt(1_000_000) });
      for (let at = 0; at < 50; at++) {
        world.client(`b${at}`, { USDT: usdt(10) });
        world.cross(`b${at}`, { USDT: usdt(10) });
        world.accept(world.fill('C40', { priceTicks: 500n, lots: 1n, buyer: `b${at}`, seller: 'dan' }));
      }
      for (let at = 0; at < ACCOUNTS; at++) {
        const account = `a${at}`;
        world.client(account, { USDT: usdt(1_000), BTC: coins(0.01) });
        world.cross(account, { USDT: usdt(600), BTC: coins(0.01) });
        const [long, short] = at % 3 === 0 ? (['C40', 'C44'] as const) : (['C44', 'C40'] as const);
        const lots = BigInt(1 + (at % 7));
        const part = { priceTicks: 500n, lots };
        world.accept(world.fill(long, { ...part, buyer: account, seller: 'dan' }));
        world.accept(world.fill(short, { ...part, buyer: 'dan', seller: account }));
        const kept = at % 3 === 0 ? 0n : usdt(40) * lots;
        const spare = world.balance(account, 'USDT') - kept;
        world.accept({ kind: 'release', account, asset: 'USDT', amountMinor: spare });
      }
      return world;
    }

    const balances = (world: SharedWorld) =>
      [...Array(ACCOUNTS).keys()].map((at) => [
        world.balance(`a${at}`, 'USDT'),
        world.balance(`a${at}`, 'BTC'),
      ]);

    const lotsOf = (world: SharedWorld, account: string, instrument: string) =>
      held(world, account, instrument)?.lots ?? 0n;

    it('pays every account what its options are worth together, in steps of a bounded size (FND-05)', () => {
      const world = crowd();
      const due = balances(world).map(([cash, bitcoin], at) => {
        const worth = (['C40', 'C44'] as const).reduce(
          (sum, id) => sum + (lotsOf(world, `a${at}`, id) * usdt(INTRINSIC[id])) / 100n,
          0n,
        );
        return [(cash as bigint) + worth, bitcoin];
      });
      atExpiry(world, 50_000, { C40: 10_100, C44: 6_100, P36: 1 });
      const { work } = world.accept({ kind: 'expire', instrument: 'P36' });
      const steps = eventsOf(work, 'expirySettled');
      expect(steps.length).toBeGreaterThan(1);
      expect(Math.max(...steps.map(({ positions }) => positions.length))).toBeLessThan(400);
      expect(steps.flatMap(({ deficits, debts }) => [...deficits, ...debts])).toEqual([]);
      expect(balances(world)).toEqual(due);
      checkEverything(world.state);
    });

    it('is the same where it is cut short: by its budget, by a crash, by a snapshot (OPS-02)', () => {
      const whole = crowd();
      atExpiry(whole, 50_000, { C40: 10_100, C44: 6_100, P36: 1 });
      whole.accept({ kind: 'expire', instrument: 'C40' });
      const world = crowd(2);
      atExpiry(world, 50_000, { C40: 10_100, C44: 6_100, P36: 1 });
      const { work } = world.accept({ kind: 'expire', instrument: 'C40' });
      expect(work).toHaveLength(2);
      expect(balances(world)).not.toEqual(balances(whole));
      const copy = decodeSnapshot(encodeSnapshot(world.engine));
      checkEverything(copy.state);

      // A journal that ends after the first of two steps goes on with the second.
      const replayed = createEngine();
      for (const record of world.records.slice(0, -1)) replayed.replay(record);
      replayed.finishReplay();
      expect(hashText(replayed.stateHash())).toBe(hashText(world.engine.stateHash()));

      for (let at = 0; at < 20; at++) {
        world.accept({ kind: 'resume', pool: 'main' });
        copy.submit(`r${at}`, { kind: 'resume', pool: 'main' }, world.timeMs);
      }
      expect(hashText(copy.stateHash())).toBe(hashText(world.engine.stateHash()));
      expect(balances(world)).toEqual(balances(whole));
      checkEverything(world.state);
    });
  });
});
