import { describe, expect, it } from 'vitest';
import { HOUR_MS, linearPerpetual, standardWorld, times, usdt, type World } from '../../testkit/world.js';

/** ada long and bob short 100 lots (0.1 BTC, 4,000 USDT) at 40,000, at 10x and 5x. */
function traded(changes: Parameters<typeof linearPerpetual>[1] = {}): World {
  const world = standardWorld();
  world.accept(linearPerpetual('X-PERP', changes));
  world.mark({ 'X-PERP': 400_000n });
  for (const client of ['ada', 'bob']) world.client(client, { USDT: usdt(10_000) });
  world.account('ada', 'ada', 'X-PERP', 10);
  world.account('bob', 'bob', 'X-PERP', 5);
  world.trade({ buyer: 'ada', seller: 'bob', instrument: 'X-PERP', priceTicks: 400_000n, lots: 100n });
  return world;
}

/** The number of a refusal's context, in minor units. */
function numberOf(world: World, command: Parameters<World['send']>[0], name: string): bigint {
  const { outcome } = world.send(command).record;
  if (outcome.kind !== 'rejected') throw new Error(`${command.kind} was accepted`);
  const value = outcome.rejection.context[name];
  if (typeof value !== 'object') throw new Error(`${outcome.rejection.code} has no ${name}`);
  return value.minor;
}

describe('opening a margin account', () => {
  const open = {
    kind: 'openAccount',
    marginMode: 'isolated',
    pool: null,
    hasLegs: false,
    account: 'new',
    client: 'ada',
    instrument: 'X-PERP',
    leveragePpm: times(10),
  } as const;

  it.each([
    ['as it should be', {}, 'accepted'],
    ['with 1x', { leveragePpm: times(1) }, 'accepted'],
    ['with the largest leverage', { leveragePpm: times(100) }, 'accepted'],
    ['with a ppm more', { leveragePpm: times(100) + 1n }, 'leverage_out_of_range'],
    ['with less than 1x', { leveragePpm: times(1) - 1n }, 'leverage_out_of_range'],
    ['with a negative leverage', { leveragePpm: -times(1) }, 'leverage_out_of_range'],
    ['for nobody', { client: 'nobody' }, 'unknown_client'],
    ['on nothing', { instrument: 'none' }, 'unknown_instrument'],
    ['under a taken id', { account: 'ada' }, 'already_exists'],
  ] as const)('%s: %s is %s', (_name, changes, outcome) => {
    expect(traded().refuse({ ...open, ...changes })).toBe(outcome);
  });

  it('gives several accounts of one client on one instrument, each its own (ISO-01)', () => {
    const world = traded();
    world.account('ada-2', 'ada', 'X-PERP', 2);
    world.trade({ buyer: 'bob', seller: 'ada-2', instrument: 'X-PERP', priceTicks: 400_000n, lots: 50n });
    expect([world.position('ada').lots, world.position('ada-2').lots]).toEqual([100n, -50n]);
    expect([world.balance('ada'), world.balance('ada-2')]).toEqual([usdt(400), usdt(1_000)]);
  });

  it('opens the wallet that its gains will go to', () => {
    const world = traded();
    world.accept({ kind: 'openClient', client: 'eve' });
    world.account('eve', 'eve', 'X-PERP', 1);
    expect(world.wallet('eve')).toBe(0n);
    expect(world.refuse({ kind: 'closeAccount', account: 'eve' })).toBe('accepted');
  });
});

describe('adding margin', () => {
  it('is allowed before, with and after a position, also under maintenance at a mark that may not decide (MAR-02)', () => {
    const world = traded({ markConfirmations: 2, markMaxJumpPpm: 10_000n });
    world.account('ada-2', 'ada', 'X-PERP', 2);
    expect(world.refuse({ kind: 'allocate', asset: null, account: 'ada-2', amountMinor: 5n })).toBe(
      'accepted',
    );
    expect(world.refuse({ kind: 'allocate', asset: null, account: 'ada', amountMinor: 5n })).toBe('accepted');
    world.mark({ 'X-PERP': 300_000n });
    expect(world.refuse({ kind: 'allocate', asset: null, account: 'ada', amountMinor: 5n })).toBe('accepted');
    world.timeMs += 2 * HOUR_MS;
    expect(world.refuse({ kind: 'allocate', asset: null, account: 'ada', amountMinor: 5n })).toBe('accepted');
  });

  it.each([
    ['nothing', 0n, 'invalid_amount'],
    ['less than nothing', -1n, 'invalid_amount'],
    ['more than the wallet', usdt(9_600) + 1n, 'insufficient_wallet_balance'],
    ['all of the wallet', usdt(9_600), 'accepted'],
    ['more than any command may', 2n ** 62n, 'invalid_amount'],
  ] as const)('of %s (%s) is %s (LED-05)', (_name, amountMinor, outcome) => {
    expect(traded().refuse({ kind: 'allocate', asset: null, account: 'ada', amountMinor })).toBe(outcome);
  });

  it('that comes and goes makes no equity, and leaves every balance as it was (LED-05)', () => {
    const world = traded();
    const before = [world.wallet('ada'), world.balance('ada')];
    for (let i = 0; i < 5; i++) {
      world.accept({ kind: 'allocate', asset: null, account: 'ada', amountMinor: usdt(7) });
      world.accept({ kind: 'release', asset: null, account: 'ada', amountMinor: usdt(7) });
    }
    expect([world.wallet('ada'), world.balance('ada')]).toEqual(before);
  });

  it('once liquidation has begun must cure in full: a unit less than the missing amount is refused, that amount is enough (MAR-02)', () => {
    for (const closeFee of ['none', 'inRate', 'inMargin'] as const)
      for (const side of ['long', 'short'] as const) {
        const { world, queued } = withQueued(closeFee, side);
        const missing = numberOf(
          world,
          { kind: 'allocate', asset: null, account: queued, amountMinor: 1n },
          'missing',
        );
        expect(
          world.refuse({ kind: 'allocate', asset: null, account: queued, amountMinor: missing - 1n }),
        ).toBe('top_up_must_cure');
        world.accept({ kind: 'allocate', asset: null, account: queued, amountMinor: missing });
        expect(world.state.accounts.isQueued.get(world.row(queued))).toBe(0);
        // The same mark again, now fresh, finds it healthy.
        world.mark({ 'X-PERP': side === 'long' ? 330_000n : 470_000n });
        expect(world.position(queued).lots, `${closeFee} ${side}`).not.toBe(0n);
      }
  });
});

/** Two accounts are liquidatable, the budget is for one: the other waits in the queue, then its mark grows stale. */
function withQueued(closeFee: 'none' | 'inRate' | 'inMargin', side: 'long' | 'short') {
  const world = standardWorld(usdt(1_000));
  world.accept({
    kind: 'openPool',
    admission: 'fills',
    valuationAsset: null,
    legRule: 'larger',
    pool: 'slow',
    isDesk: false,
    workBudget: 1,
  });
  world.accept(linearPerpetual('X-PERP', { pool: 'slow', closeFee, takerFeePpm: 20_000n }));
  world.mark({ 'X-PERP': 400_000n });
  for (const client of ['ada', 'bob', 'eve']) {
    world.client(client, { USDT: usdt(100_000) });
    world.account(client, client, 'X-PERP', client === 'bob' ? 2 : 10);
  }
  for (const [client, lots] of [
    ['ada', 100n],
    ['eve', 50n],
  ] as const) {
    const [buyer, seller] = side === 'long' ? [client, 'bob'] : ['bob', client];
    world.trade({ buyer, seller, instrument: 'X-PERP', priceTicks: 400_000n, lots });
  }
  world.mark({ 'X-PERP': side === 'long' ? 330_000n : 470_000n });
  world.timeMs += 2 * HOUR_MS;
  const queued = ['ada', 'eve'].find(
    (id) => world.state.accounts.isQueued.get(world.row(id)) === 1,
  ) as string;
  expect(queued).toBeDefined();
  return { world, queued };
}

describe('removing margin', () => {
  const release = (amountMinor: bigint) =>
    ({ kind: 'release', asset: null, account: 'ada', amountMinor }) as const;

  it('stops at the floor: max of initial margin and a share of notional, to the unit (MAR-03)', () => {
    // Notional 4,000; at 10x initial margin is 400, the floor a tenth of notional: 400 stay.
    const world = traded();
    world.accept({ kind: 'allocate', asset: null, account: 'ada', amountMinor: usdt(100) });
    expect(numberOf(world, release(usdt(100) + 1n), 'removable')).toBe(usdt(100));
    world.accept(release(usdt(100)));
    expect(world.refuse(release(1n))).toBe('removal_floor');
  });

  it('keeps the larger floor when leverage asks for less (MAR-03)', () => {
    const world = traded({ removalFloorPpm: 150_000n });
    world.accept({ kind: 'allocate', asset: null, account: 'ada', amountMinor: usdt(300) });
    expect(numberOf(world, release(usdt(300)), 'removable')).toBe(usdt(100));
  });

  it('counts unrealized profit at its share, loss in full, at the worse of mark and index (MAR-03)', () => {
    for (const sharePpm of [0n, 500_000n, 1_000_000n]) {
      const world = traded({ unrealizedProfitSharePpm: sharePpm, removalFloorPpm: 0n });
      // Profit 100 at 41,000; initial margin 410 there. At the index of 40,850 profit is 85, margin 408.5: the worse.
      world.timeMs += 1;
      const marks = [{ instrument: 'X-PERP', markTicks: 4_100_000n, indexTicks: 4_085_000n }];
      world.accept({ kind: 'mark', assetPrices: [], sourceTimeMs: world.timeMs, marks });
      const free = (profit: number, margin: number) => 400 + (profit * Number(sharePpm)) / 1e6 - margin;
      const expected = Math.max(0, Math.min(free(100, 410), free(85, 408.5)));
      expect(numberOf(world, release(usdt(400)), 'removable')).toBe(usdt(expected));
    }
  });

  it('is refused at a stale, suspect or waiting mark, with a position; a flat account is free (PRC-01, PRC-04)', () => {
    const spoil: ((world: World) => void)[] = [
      (world) => {
        world.timeMs += 2 * HOUR_MS;
      },
      (world) =>
        world.accept({
          kind: 'mark',
          assetPrices: [],
          sourceTimeMs: world.timeMs,
          marks: [{ instrument: 'X-PERP', markTicks: 0n, indexTicks: 1n }],
        }),
      (world) =>
        world.accept({
          kind: 'mark',
          assetPrices: [],
          sourceTimeMs: world.timeMs,
          marks: [{ instrument: 'X-PERP', markTicks: -1n, indexTicks: 1n }],
        }),
      (world) => void world.mark({ 'X-PERP': 900_000n }),
    ];
    for (const act of spoil) {
      const world = traded();
      world.account('flat', 'ada', 'X-PERP', 5);
      world.accept({ kind: 'allocate', asset: null, account: 'ada', amountMinor: usdt(100) });
      world.accept({ kind: 'allocate', asset: null, account: 'flat', amountMinor: usdt(100) });
      act(world);
      expect(world.refuse(release(1n))).toBe('mark_unusable');
      expect(world.refuse({ kind: 'release', asset: null, account: 'flat', amountMinor: usdt(100) })).toBe(
        'accepted',
      );
      expect(
        world.refuse({
          kind: 'requestWithdrawal',
          withdrawal: 'w',
          client: 'ada',
          asset: 'USDT',
          amountMinor: 1n,
        }),
      ).toBe('accepted');
    }
  });

  it('is refused in liquidation, whatever the balance (MAR-03)', () => {
    const { world, queued } = withQueued('none', 'long');
    expect(world.refuse({ kind: 'release', asset: null, account: queued, amountMinor: 1n })).toBe(
      'account_in_liquidation',
    );
  });

  it('is capped at its own principal while the pool is not sound, and by the cash of the pool always (ISO-06)', () => {
    const world = standardWorld(0n);
    for (const client of ['ada', 'bob', 'eve', 'dan']) {
      world.client(client, { USDT: usdt(10_000) });
      world.account(client, client, 'BTC-PERP', client === 'ada' ? 10 : 5);
    }
    world.trade({ buyer: 'ada', seller: 'bob', instrument: 'BTC-PERP', priceTicks: 400_000n, lots: 100n });
    // eve gains 100 and is flat again while everything is sound; dan pays it.
    world.trade({ buyer: 'eve', seller: 'dan', instrument: 'BTC-PERP', priceTicks: 390_000n, lots: 100n });
    world.trade({ buyer: 'dan', seller: 'eve', instrument: 'BTC-PERP', priceTicks: 400_000n, lots: 100n });
    expect(world.balance('eve')).toBe(usdt(900));
    const { accounts, accountAssets } = world.state;
    const principal = accountAssets.netPrincipal.get(accounts.firstAsset.get(world.row('eve')));
    world.timeMs += 2 * HOUR_MS; // open interest at a stale mark: not sound
    const most = numberOf(
      world,
      { kind: 'release', asset: null, account: 'eve', amountMinor: world.balance('eve') },
      'most',
    );
    expect(most).toBe(principal);
    expect(world.refuse({ kind: 'closeAccount', account: 'eve' })).toBe('pool_not_sound');
    world.accept({ kind: 'release', asset: null, account: 'eve', amountMinor: principal });
    expect(world.refuse({ kind: 'release', asset: null, account: 'eve', amountMinor: 1n })).toBe(
      'pool_not_sound',
    );
    world.mark({ 'BTC-PERP': 400_000n });
    world.accept({ kind: 'closeAccount', account: 'eve' });
  });
});

describe('leverage', () => {
  const set = (leverage: number) =>
    ({ kind: 'setLeverage', account: 'ada', leveragePpm: times(leverage) }) as const;

  it('raised never moves money; lowered needs margin, or is refused with the exact missing amount (MAR-04)', () => {
    const world = traded();
    const before = [world.wallet('ada'), world.balance('ada')];
    world.accept(set(50));
    expect([world.wallet('ada'), world.balance('ada')]).toEqual(before);
    const missing = numberOf(world, set(5), 'missing');
    expect(missing).toBe(usdt(400));
    world.accept({ kind: 'allocate', asset: null, account: 'ada', amountMinor: missing - 1n });
    expect(world.refuse(set(5))).toBe('insufficient_margin_for_leverage');
    world.accept({ kind: 'allocate', asset: null, account: 'ada', amountMinor: 1n });
    world.accept(set(5));
  });

  it('of a winning position is not refused because its requirement grew with the mark (MAR-04)', () => {
    const world = traded();
    world.mark({ 'X-PERP': 500_000n });
    // Equity 400 + 1,000; at 5x the requirement is 1,000 at this mark.
    expect(world.refuse(set(5))).toBe('accepted');
    expect(world.refuse(set(2))).toBe('insufficient_margin_for_leverage');
  });

  it.each([
    [0.999999, 'leverage_out_of_range'],
    [1, 'insufficient_margin_for_leverage'],
    [100, 'accepted'],
    [100.000001, 'leverage_out_of_range'],
  ] as const)('of %f is %s', (leverage, outcome) => {
    expect(traded().refuse(set(leverage))).toBe(outcome);
  });

  it('allowed is that of the bracket the position is in (MAR-07)', () => {
    const world = traded();
    world.client('eve', { USDT: usdt(1_000_000) });
    world.account('big', 'eve', 'X-PERP', 10);
    world.accept({ kind: 'allocate', asset: null, account: 'bob', amountMinor: usdt(1_000) });
    world.client('fay', { USDT: usdt(1_000_000) });
    world.account('other', 'fay', 'X-PERP', 10);
    // 1,300 lots at 40,000 are worth 52,000: the second bracket, at most 50x.
    world.trade({ buyer: 'big', seller: 'other', instrument: 'X-PERP', priceTicks: 400_000n, lots: 1_300n });
    expect(world.refuse({ kind: 'setLeverage', account: 'big', leveragePpm: times(50) + 1n })).toBe(
      'leverage_out_of_range',
    );
    expect(world.refuse({ kind: 'setLeverage', account: 'big', leveragePpm: times(50) })).toBe('accepted');
  });

  it('is lowered at no unusable mark with a position, and freely without one (PRC-01)', () => {
    const world = traded();
    world.account('flat', 'ada', 'X-PERP', 50);
    world.timeMs += 2 * HOUR_MS;
    expect(world.refuse(set(5))).toBe('mark_unusable');
    expect(world.refuse(set(20))).toBe('accepted');
    expect(world.refuse({ kind: 'setLeverage', account: 'flat', leveragePpm: times(1) })).toBe('accepted');
  });
});

describe('closing a margin account', () => {
  it('sweeps a flat one to the wallet, for good: the id is never used again and nothing moves in it (ISO-04)', () => {
    const world = traded();
    world.account('flat', 'ada', 'X-PERP', 5);
    const wallet = world.wallet('ada');
    world.accept({ kind: 'allocate', asset: null, account: 'flat', amountMinor: usdt(3) });
    world.accept({ kind: 'closeAccount', account: 'flat' });
    expect([world.wallet('ada'), world.balance('flat')]).toEqual([wallet, 0n]);
    expect(
      world.refuse({
        kind: 'openAccount',
        marginMode: 'isolated',
        pool: null,
        hasLegs: false,
        account: 'flat',
        client: 'ada',
        instrument: 'X-PERP',
        leveragePpm: times(5),
      }),
    ).toBe('already_exists');
    for (const command of [
      { kind: 'allocate', asset: null, account: 'flat', amountMinor: 1n },
      { kind: 'release', asset: null, account: 'flat', amountMinor: 1n },
      { kind: 'setLeverage', account: 'flat', leveragePpm: times(2) },
      { kind: 'closeAccount', account: 'flat' },
    ] as const)
      expect(world.refuse(command), command.kind).toBe('account_closed');
  });

  it('is refused with a position, and for an account that is not there', () => {
    const world = traded();
    expect(world.refuse({ kind: 'closeAccount', account: 'ada' })).toBe('account_not_flat');
    expect(world.refuse({ kind: 'closeAccount', account: 'nobody' })).toBe('unknown_account');
  });

  it('works with nothing in it', () => {
    const world = traded();
    world.account('flat', 'ada', 'X-PERP', 5);
    expect(world.refuse({ kind: 'closeAccount', account: 'flat' })).toBe('accepted');
  });
});
