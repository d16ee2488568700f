/** What venues did wrong, each as a short scenario: given, when, and that this engine does not do it. */
import { describe, expect, it } from 'vitest';
import { decodeSnapshot, encodeSnapshot } from '../../src/engine/index.js';
import { poolLedgerRow } from '../../src/engine/state.js';
import { trialBalance } from '../../src/ledger/index.js';
import {
  commandKinds,
  eventsOf,
  linearPerpetual,
  show,
  standardWorld,
  times,
  usdt,
  type World,
} from '../../src/testkit/world.js';

const PRICE = 400_000n;

/** Pools a and b with instruments A and B at 40,000, so much in each fund, and clients with one account each. */
function venue(
  funds: Record<string, number>,
  accounts: Record<string, { readonly instrument: string; readonly leverage: number }>,
  { workBudget = 10_000, fillBandPpm = 1_000_000n } = {},
): World {
  const world = standardWorld(0n);
  for (const [pool, fund] of Object.entries(funds)) {
    const open = { kind: 'openPool', admission: 'fills', valuationAsset: null, legRule: 'larger' } as const;
    world.accept({ ...open, pool, isDesk: false, workBudget });
    world.accept(linearPerpetual(pool.toUpperCase(), { pool, markMaxJumpPpm: 10_000_000n, fillBandPpm }));
    topUp(world, pool, fund);
  }
  mark(world, PRICE, Object.keys(funds));
  for (const [client, { instrument, leverage }] of Object.entries(accounts)) {
    world.client(client, { USDT: usdt(100_000) });
    world.account(client, client, instrument, leverage);
  }
  return world;
}

function topUp(world: World, pool: string, amount: number) {
  if (amount === 0) return;
  world.accept({ kind: 'injectCapital', asset: 'USDT', amountMinor: usdt(amount) });
  world.accept({ kind: 'topUpFund', pool, asset: 'USDT', amountMinor: usdt(amount) });
}

const mark = (world: World, ticks: bigint, pools = ['a']) =>
  world.mark(Object.fromEntries(pools.map((pool) => [pool.toUpperCase(), ticks])));

const trade = (
  world: World,
  buyer: string,
  seller: string,
  { lots = 100n, priceTicks = PRICE, instrument = 'A' } = {},
) => world.trade({ buyer, seller, instrument, priceTicks, lots });

const release = (account: string, amountMinor: bigint) =>
  ({ kind: 'release', account, asset: null, amountMinor }) as const;

/** Lots of an instrument that deleveraging took, by account. */
function taken(world: World): Record<string, bigint> {
  const lots: Record<string, bigint> = {};
  for (const { fills } of eventsOf(world.records, 'deleveraged'))
    for (const fill of fills) {
      const account = world.state.accounts.names.nameOf(fill.accountRow);
      lots[account] = (lots[account] ?? 0n) + fill.lots;
    }
  return lots;
}

const openDeficit = (world: World, instrument = 'A') => {
  const row = world.state.instruments.poolAsset.get(world.state.instruments.names.rowOf(instrument));
  return -world.state.ledger.balance(poolLedgerRow(world.state, row, 'receivable'));
};

const isBalanced = (world: World) => trialBalance(world.state.ledger).every(({ total }) => total === 0n);

describe('a payout before the insurance is in', () => {
  // A seller at a price far below the mark leaves his buyer a gain that he himself cannot pay for.
  function unpaid(): World {
    const world = venue(
      { a: 0 },
      {
        ada: { instrument: 'A', leverage: 50 },
        late: { instrument: 'A', leverage: 5 },
        bob: { instrument: 'A', leverage: 5 },
      },
    );
    trade(world, 'ada', 'bob');
    mark(world, 396_000n);
    trade(world, 'bob', 'late', { priceTicks: 390_100n });
    mark(world, 390_000n);
    return world;
  }

  it('does not happen: while a deficit is open a winner takes out no more than he brought in (ISO-06, LIQ-05)', () => {
    // Given a deficit that neither the fund nor any gain has paid yet.
    const world = unpaid();
    expect(openDeficit(world)).toBe(usdt(19));
    // When the winner asks for all he has in the account, then his gain stays until the pool can pay.
    const all = world.balance('bob');
    expect(world.refuse(release('bob', all))).toBe('pool_not_sound');
    // And when the insurance is in, it is paid into the pool first, and the gain out of it after.
    const { work } = world.accept({ kind: 'injectCapital', asset: 'USDT', amountMinor: usdt(19) });
    expect(work).toEqual([]);
    const funded = world.accept({ kind: 'topUpFund', pool: 'a', asset: 'USDT', amountMinor: usdt(19) });
    expect(commandKinds(funded.work)).toEqual(['cover', 'assess']);
    expect([openDeficit(world), world.fund('a')]).toEqual([0n, 0n]);
    expect(world.refuse(release('bob', all))).toBe('accepted');
    expect(isBalanced(world)).toBe(true);
  });

  it('does not stop a wallet: what is outside the pool may leave the venue at any time (ISO-03, ISO-06)', () => {
    const world = unpaid();
    const withdrawal = { kind: 'requestWithdrawal', withdrawal: 'w', client: 'bob', asset: 'USDT' } as const;
    expect(world.refuse({ ...withdrawal, amountMinor: world.wallet('bob') })).toBe('accepted');
  });
});

describe('a fund that is not rolled over', () => {
  it('does not happen: what one loss leaves of it pays the next, also after a restart (FND-04, LIQ-05, OPS-02)', () => {
    // Given a fund of 700, of which a first loss of 400 has taken its part.
    const world = venue(
      { a: 700 },
      {
        ada: { instrument: 'A', leverage: 10 },
        bob: { instrument: 'A', leverage: 5 },
        eve: { instrument: 'A', leverage: 10 },
        dan: { instrument: 'A', leverage: 5 },
      },
    );
    trade(world, 'ada', 'bob');
    mark(world, 320_000n);
    trade(world, 'eve', 'dan', { priceTicks: 320_000n });
    const kept = world.fund('a');
    expect(openFundOf(world)).toBe(usdt(300));
    const restarted = decodeSnapshot(encodeSnapshot(world.engine));
    expect(show(restarted.state.ledger.balance(fundRow(world)))).toBe(show(kept));
    // When a second loss comes, then the fund has 300 for it and deleveraging takes only what is beyond.
    mark(world, 280_000n);
    const events = eventsOf(world.records, 'deleveraged');
    expect(events.length).toBeGreaterThan(0);
    const forgone = events.reduce((sum, { forgoneMinor }) => sum + forgoneMinor, 0n);
    const shortOf = heldShort(world);
    // Two longs of 0.1 BTC: 400 behind the one and 320 behind the other, 1,200 and 400 lost.
    expect(forgone + shortOf).toBe(usdt(800) + usdt(80));
    expect(shortOf <= usdt(700)).toBe(true);
    expect(shortOf > usdt(690)).toBe(true);
  });

  it('cannot be emptied by the venue while a loss may still come to it (LIQ-09)', () => {
    const world = venue(
      { a: 700 },
      { ada: { instrument: 'A', leverage: 10 }, bob: { instrument: 'A', leverage: 5 } },
    );
    trade(world, 'ada', 'bob');
    mark(world, 361_000n);
    const draw = { kind: 'drawDownFund', pool: 'a', asset: 'USDT', amountMinor: 1n } as const;
    expect(world.refuse(draw)).toBe('pool_not_sound');
  });

  /** The fund less what takeovers are short of: what is left of it for the next loss. */
  const openFundOf = (world: World) => world.fund('a') - heldShort(world);
  const fundRow = (world: World) =>
    poolLedgerRow(
      world.state,
      world.state.instruments.poolAsset.get(world.state.instruments.names.rowOf('A')),
      'insuranceFund',
    );
});

/** What open takeovers are short of at their marks. */
function heldShort(world: World): bigint {
  const { takeovers, positions, instruments } = world.state;
  let short = 0n;
  for (let row = 0; row < takeovers.table.size; row++) {
    const positionRow = takeovers.position.get(row);
    const lots = positions.lots.get(positionRow);
    if (lots === 0n) continue;
    // A lot at a price of p ticks is worth p x 100 minor units; marks are tenths of a tick.
    const value = lots * instruments.markTicks.get(takeovers.instrument.get(row)) * 10n;
    const equity = takeovers.collateral.get(row) + value - positions.cost.get(positionRow);
    if (equity < 0n) short -= equity;
  }
  return short;
}

describe("a liquidator's vault that all markets share", () => {
  it('does not happen: deleveraging begins when the fund of that pool is used up, and other funds stay (LIQ-05, ISO-01)', () => {
    // Given a pool with little and one with a lot of insurance money.
    const world = venue(
      { a: 100, b: 1_000_000 },
      {
        ada: { instrument: 'A', leverage: 10 },
        bob: { instrument: 'A', leverage: 5 },
        eve: { instrument: 'B', leverage: 10 },
        dan: { instrument: 'B', leverage: 5 },
      },
    );
    trade(world, 'ada', 'bob');
    trade(world, 'eve', 'dan', { instrument: 'B' });
    const other = ['eve', 'dan'].map((account) => [world.balance(account), world.position(account)]);
    // When a loss of 400 comes to the small one.
    mark(world, 320_000n);
    // Then three quarters of the lots are deleveraged in it at once, and nothing of the other is touched.
    expect(taken(world)).toEqual({ bob: 75n });
    expect(world.fund('b')).toBe(usdt(1_000_000));
    expect(['eve', 'dan'].map((account) => [world.balance(account), world.position(account)])).toEqual(other);
  });
});

describe('an affiliate that is exempt from liquidation', () => {
  it('does not exist: in a group, on the same terms, it is taken over with the same mark and owes nothing after (ISO-02, LIQ-10)', () => {
    const world = venue(
      { a: 1_000 },
      {
        affiliate: { instrument: 'A', leverage: 10 },
        client: { instrument: 'A', leverage: 10 },
        bob: { instrument: 'A', leverage: 5 },
      },
    );
    world.accept({ kind: 'setGroup', client: 'affiliate', group: 'venue' });
    trade(world, 'affiliate', 'bob', { lots: 50n });
    trade(world, 'client', 'bob', { lots: 50n });
    const { work } = mark(world, 350_000n);
    const names = eventsOf(work, 'takenOver').map(({ accountRow }) =>
      world.state.accounts.names.nameOf(accountRow),
    );
    expect(names.sort()).toEqual(['affiliate', 'client']);
    for (const account of names)
      expect([world.balance(account), world.position(account).lots]).toEqual([0n, 0n]);
  });
});

describe('an auction won with a bid of zero', () => {
  function reduced(): World {
    const world = venue(
      { a: 1_000 },
      {
        ada: { instrument: 'A', leverage: 10 },
        bob: { instrument: 'A', leverage: 5 },
        shark: { instrument: 'A', leverage: 2 },
      },
    );
    world.accept({
      kind: 'setLiquidation',
      pool: 'a',
      policy: {
        warningHealthPpm: 0n,
        callHealthPpm: 0n,
        targetHealthPpm: 1_500_000n,
        closeOutHealthPpm: 300_000n,
        stepPpm: 1_000_000n,
        minStepLots: 1n,
        slippagePpm: 20_000n,
        feePpm: 0n,
        orderLifeMs: 5_000,
        pauseMs: 1_000,
      },
    });
    trade(world, 'ada', 'bob');
    mark(world, 361_500n);
    return world;
  }

  const bid = (world: World, priceTicks: bigint) => {
    const [ordered] = eventsOf(world.records, 'reductionOrdered');
    const side = { party: 'account', leg: 'net', allocateMinor: 0n } as const;
    return {
      kind: 'fill',
      instrument: 'A',
      priceTicks,
      lots: ordered!.lots,
      buyer: { ...side, id: 'shark', order: '', allocateInitial: true },
      seller: { ...side, id: 'ada', order: ordered!.order, allocateInitial: false },
      taker: 'seller',
    } as const;
  };

  it('wins nothing: no fill of a liquidation is further from the mark than its order says (LIQ-02, PRC-01)', () => {
    const world = reduced();
    const [ordered] = eventsOf(world.records, 'reductionOrdered');
    expect(ordered!.priceTicks * 1_000_000n >= 361_500n * 980_000n).toBe(true);
    for (const priceTicks of [1n, ordered!.priceTicks - 1n])
      expect(world.refuse(bid(world, priceTicks))).not.toBe('accepted');
    expect(world.position('shark').lots).toBe(0n);
  });

  it('is not needed: without a bidder the pool takes the position over as it is, with what stands behind it (LIQ-01, LIQ-03)', () => {
    const world = reduced();
    const collateral = world.balance('ada');
    world.timeMs += 5_000;
    const { work } = mark(world, 361_500n);
    expect(eventsOf(work, 'takenOver')).toMatchObject([{ collateral }]);
    expect(world.fund('a')).toBe(usdt(1_000));
  });

  /** What shark offers for all of the first takeover. */
  const bidOfTakeover = (priceTicks: bigint, order: string) =>
    ({
      kind: 'fill',
      instrument: 'A',
      priceTicks,
      lots: 100n,
      buyer: {
        party: 'account',
        id: 'shark',
        leg: 'net',
        order: '',
        allocateMinor: 0n,
        allocateInitial: true,
      },
      seller: {
        party: 'liquidation',
        id: 'a#1',
        leg: 'net',
        order,
        allocateMinor: 0n,
        allocateInitial: false,
      },
      taker: 'seller',
    }) as const;

  it('wins no takeover: it sells no lower than its order says (LIQ-02, PRC-01)', () => {
    const world = reduced();
    world.timeMs += 5_000;
    mark(world, 361_500n);
    world.timeMs += 1_000;
    mark(world, 361_500n);
    const [ordered] = eventsOf(world.records, 'unwindingOrdered');
    const limit = ordered!.priceTicks;
    expect(limit).toBe((361_500n * 98n) / 100n);
    for (const priceTicks of [1n, limit - 1n])
      expect(world.refuse(bidOfTakeover(priceTicks, ordered!.order))).not.toBe('accepted');
    expect(world.refuse(bidOfTakeover(limit, ordered!.order))).toBe('accepted');
  });

  it('wins no takeover of a pool without a policy: the fill band of the instrument is the limit (PRC-01)', () => {
    const world = venue(
      { a: 1_000 },
      {
        ada: { instrument: 'A', leverage: 10 },
        bob: { instrument: 'A', leverage: 5 },
        shark: { instrument: 'A', leverage: 2 },
      },
      { fillBandPpm: 50_000n },
    );
    trade(world, 'ada', 'bob');
    mark(world, 361_000n);
    const lowest = (361_000n * 95n) / 100n;
    for (const priceTicks of [1n, lowest - 1n])
      expect(world.refuse(bidOfTakeover(priceTicks, ''))).toBe('fill_outside_band');
    expect(world.refuse(bidOfTakeover(lowest, ''))).toBe('accepted');
  });
});

describe('a trade with oneself that pushes a loss to the fund', () => {
  it('is refused, between accounts of one client and between clients of one group (ISO-05)', () => {
    const world = venue(
      { a: 1_000 },
      {
        ada: { instrument: 'A', leverage: 10 },
        friend: { instrument: 'A', leverage: 10 },
        bob: { instrument: 'A', leverage: 5 },
      },
    );
    world.account('ada-2', 'ada', 'A', 10);
    for (const client of ['ada', 'friend']) world.accept({ kind: 'setGroup', client, group: 'desk' });
    trade(world, 'ada', 'bob', { lots: 70n });
    const side = (id: string) =>
      ({ party: 'account', id, leg: 'net', order: '', allocateMinor: 0n, allocateInitial: true }) as const;
    // ada has 280 behind 0.07 BTC; sold at 34,000 they lose 420, which the other account would gain.
    for (const buyer of ['ada-2', 'friend']) {
      const fill = {
        kind: 'fill',
        instrument: 'A',
        priceTicks: 340_000n,
        lots: 70n,
        taker: 'buyer',
      } as const;
      expect(world.refuse({ ...fill, buyer: side(buyer), seller: side('ada') })).toBe('self_trade_deficit');
    }
    expect([world.fund('a'), openDeficit(world)]).toEqual([usdt(1_000), 0n]);
  });
});

describe('an exit just before deleveraging', () => {
  const winners = {
    ada: { instrument: 'A', leverage: 10 },
    bob: { instrument: 'A', leverage: 5 },
    eve: { instrument: 'A', leverage: 2 },
  };

  it('finds no moment: mark, takeover and deleveraging are one answer to one command (LIQ-04, LIQ-06)', () => {
    const world = venue({ a: 0 }, winners);
    trade(world, 'ada', 'bob');
    mark(world, 320_000n);
    expect(taken(world)).toEqual({ bob: 100n });
  });

  it('takes no gain along when the work is cut short before it: what is not paid for stays in the pool (ISO-06)', () => {
    // Given a pool whose work stops after the takeover, before anybody is deleveraged.
    const world = venue({ a: 0 }, winners, { workBudget: 1 });
    trade(world, 'ada', 'bob');
    const [principal, wallet] = [world.balance('bob'), world.wallet('bob')];
    mark(world, 320_000n);
    expect(eventsOf(world.records, 'deleveraged')).toEqual([]);
    // When the winner closes at the mark against a friend and asks for all he has.
    const side = (id: string, allocateInitial: boolean) =>
      ({ party: 'account', id, leg: 'net', order: '', allocateMinor: 0n, allocateInitial }) as const;
    const exit = { kind: 'fill', instrument: 'A', priceTicks: 320_000n, lots: 100n, taker: 'buyer' } as const;
    world.accept({ ...exit, buyer: side('bob', false), seller: side('eve', true) });
    expect(world.refuse(release('bob', world.balance('bob')))).toBe('pool_not_sound');
    for (let i = 0; i < 6; i++) world.accept({ kind: 'resume', pool: 'a' });
    world.send(release('bob', world.balance('bob')));
    // Then he has at most what he brought in and what of his gain is paid for; what is not lies where it can answer.
    expect(world.wallet('bob') - wallet <= principal + usdt(400)).toBe(true);
    expect(world.balance('bob') >= openDeficit(world)).toBe(true);
    expect(isBalanced(world)).toBe(true);
  });
});

describe('an account split to be ranked lower', () => {
  /** Lots taken from the winner, in one account or in parts on the same terms, beside another winner with less leverage. */
  function takenFromParts(parts: number): bigint {
    const world = venue(
      { a: 100 },
      {
        ada: { instrument: 'A', leverage: 10 },
        other: { instrument: 'A', leverage: 2 },
        bob: { instrument: 'A', leverage: 5 },
      },
    );
    const accounts = ['bob'];
    for (let part = 2; part <= parts; part++) {
      world.account(`bob-${part}`, 'bob', 'A', 5);
      accounts.push(`bob-${part}`);
    }
    world.accept({ kind: 'setLeverage', account: 'ada', leveragePpm: times(10) });
    for (const account of accounts) trade(world, 'ada', account, { lots: 60n / BigInt(parts) });
    trade(world, 'ada', 'other', { lots: 40n });
    mark(world, 320_000n);
    const lots = taken(world);
    return accounts.reduce((sum, account) => sum + (lots[account] ?? 0n), 0n);
  }

  it('is ranked as it was: its parts give up as many lots as the whole did (LIQ-06)', () => {
    const whole = takenFromParts(1);
    expect(whole).toBe(60n);
    expect([2, 3, 4, 6].map(takenFromParts)).toEqual([whole, whole, whole, whole]);
  });
});
