import { describe, expect, it } from 'vitest';
import { hashText } from '../../base/index.js';
import { lendingWorld } from '../../testkit/lendingWorld.js';
import { layer, setWaterfall } from '../../testkit/waterfallProposals.js';
import { HOUR_MS, linearPerpetual, standardWorld, usdt, type World } from '../../testkit/world.js';
import { checkEverything, decodeSnapshot, encodeSnapshot } from '../index.js';
import { pairKey } from '../state.js';
import { accountHash, poolHash, wholeStateHash } from '../stateHash.js';

const move = (changes: { toPool?: string; fundSharePpm?: bigint | null; instrument?: string } = {}) =>
  ({
    kind: 'moveInstrument',
    instrument: 'X',
    toPool: 'q',
    fundSharePpm: null,
    ...changes,
  }) as const;

/** Pool p with X and Y and a fund, and an empty pool q. ada is long and bob short of X, cid long and dan short of Y. */
function twoMarkets(fund = 100): World {
  const world = standardWorld(0n);
  for (const pool of ['p', 'q']) {
    world.accept({
      kind: 'openPool',
      admission: 'fills',
      valuationAsset: null,
      legRule: 'larger',
      pool,
      isDesk: false,
      workBudget: 10_000,
    });
  }
  for (const id of ['X', 'Y']) world.accept(linearPerpetual(id, { pool: 'p', markMaxJumpPpm: 10_000_000n }));
  world.accept({ kind: 'injectCapital', asset: 'USDT', amountMinor: usdt(fund) });
  world.accept({ kind: 'topUpFund', pool: 'p', asset: 'USDT', amountMinor: usdt(fund) });
  world.mark({ X: 400_000n, Y: 400_000n });
  for (const [client, instrument] of Object.entries({ ada: 'X', bob: 'X', cid: 'Y', dan: 'Y' })) {
    world.client(client, { USDT: usdt(100_000) });
    world.account(client, client, instrument, 10);
  }
  world.trade({ buyer: 'ada', seller: 'bob', instrument: 'X', priceTicks: 390_000n, lots: 30n });
  world.trade({ buyer: 'cid', seller: 'dan', instrument: 'Y', priceTicks: 400_000n, lots: 10n });
  return world;
}

const cash = ({ state }: World, pool: string) =>
  state.totals.cash.get(state.poolAssetRows.get(pairKey(state.pools.names.rowOf(pool), 0)) as number);
const hashOf = ({ state }: World, pool: string) => hashText(poolHash(state, state.pools.names.rowOf(pool)));
const sound = (world: World, pool: string) =>
  world.state.pools.isSound.get(world.state.pools.names.rowOf(pool)) === 1;

/** bob buys back what is left of the takeover of ada. */
function unwind(world: World, priceTicks: bigint): void {
  const { takeovers, positions } = world.state;
  const lots = positions.lots.get(takeovers.position.get(0));
  const side = { leg: 'net', order: '', allocateMinor: 0n, allocateInitial: false } as const;
  if (lots === 0n) return;
  world.accept({
    kind: 'fill',
    instrument: 'X',
    priceTicks,
    lots,
    buyer: { ...side, party: 'account', id: 'bob' },
    seller: { ...side, party: 'liquidation', id: takeovers.names.nameOf(0) },
    taker: 'buyer',
  });
}

describe('an instrument that moves to another pool', () => {
  it('takes its accounts along with all they hold, at no price and equity as it was (ISO-03, LED-01)', () => {
    const world = twoMarkets();
    const before = ['ada', 'bob'].map((id) => [world.balance(id), world.position(id), world.wallet(id)]);
    world.accept(move());
    expect(['ada', 'bob'].map((id) => [world.balance(id), world.position(id), world.wallet(id)])).toEqual(
      before,
    );
    const { accounts, pools } = world.state;
    const poolOf = (id: string) => pools.names.nameOf(accounts.pool.get(world.row(id)));
    expect(['ada', 'bob', 'cid', 'dan'].map(poolOf)).toEqual(['q', 'q', 'p', 'p']);
    checkEverything(world.state);
    expect(hashText(wholeStateHash(world.state))).toBe(hashText(world.engine.stateHash()));
  });

  it('divides the fund by the value of open interest, 3 of 4 here, the rest stays (LIQ-09)', () => {
    const world = twoMarkets(101);
    // 30 lots of X and 10 of Y, both at 40,000: 3/4 of 101 is 75.75.
    world.accept(move());
    expect([world.fund('p'), world.fund('q')]).toEqual([usdt(25.25), usdt(75.75)]);
  });

  it('divides it by a stated share, rounded down (LIQ-09)', () => {
    const world = twoMarkets();
    world.accept(move({ fundSharePpm: 333_333n }));
    expect([world.fund('p'), world.fund('q')]).toEqual([usdt(66.6667), usdt(33.3333)]);
    expect(world.refuse(move({ toPool: 'p', fundSharePpm: 1_000_001n }))).toBe('invalid_definition');
    expect(world.refuse(move({ toPool: 'p', fundSharePpm: -1n }))).toBe('invalid_definition');
  });

  it('leaves its losses to the other pool alone from then on (ISO-03, LIQ-05)', () => {
    const world = twoMarkets();
    world.accept(move({ fundSharePpm: 500_000n }));
    const stays = hashOf(world, 'p');
    // ada, long 0.03 at 39,000 with 117 behind it, is short 63 at 33,000; the other fund pays.
    world.mark({ X: 330_000n });
    expect(world.balance('ada')).toBe(0n);
    unwind(world, 330_000n);
    expect(world.fund('q')).toBeLessThan(usdt(50));
    expect(hashOf(world, 'p')).toBe(stays);
    checkEverything(world.state);
  });

  it('trades, accrues, closes and pays out in its other pool, and can come back (LED-05, FND-01)', () => {
    const world = twoMarkets();
    const pay = (ratePpm: bigint) => {
      world.timeMs += HOUR_MS / 2;
      world.mark({ X: 400_000n, Y: 400_000n });
      world.accept({ kind: 'applyFunding', instrument: 'X', fundingTimeMs: world.timeMs, ratePpm });
    };
    pay(333n);
    world.accept(move());
    pay(777n);
    world.trade({ buyer: 'bob', seller: 'ada', instrument: 'X', priceTicks: 401_000n, lots: 7n });
    world.accept(move({ toPool: 'p' }));
    checkEverything(world.state);
    world.accept(move());
    world.trade({ buyer: 'bob', seller: 'ada', instrument: 'X', priceTicks: 402_000n, lots: 23n });
    for (const account of ['ada', 'bob']) world.accept({ kind: 'closeAccount', account });
    checkEverything(world.state);
    // Funding of 30 lots moves 0.4 and 0.93 from ada to bob, and what they made of each other is settled; funds are as they were.
    expect(world.wallet('ada') + world.wallet('bob')).toBeLessThanOrEqual(usdt(200_000));
    expect(usdt(200_000) - world.wallet('ada') - world.wallet('bob')).toBeLessThan(10n);
    expect(cash(world, 'q')).toBe(
      world.fund('q') + usdt(200_000) - world.wallet('ada') - world.wallet('bob'),
    );
  });

  it('is refused while a pool has losses open or a stale mark, and changes nothing (law 8, LIQ-09)', () => {
    const world = twoMarkets(0.5);
    world.timeMs += HOUR_MS + 1;
    const before = hashText(world.engine.stateHash());
    expect(world.refuse(move())).toBe('losses_open');
    expect(hashText(world.engine.stateHash())).toBe(before);
    world.mark({ X: 400_000n, Y: 400_000n });
    expect(world.refuse(move())).toBe('accepted');
    expect([sound(world, 'p'), sound(world, 'q')]).toEqual([true, true]);
  });

  it("is refused with the rule that ties it: a desk's pool, another admission (ISO-03)", () => {
    const world = twoMarkets();
    const open = { kind: 'openPool', valuationAsset: null, legRule: 'larger', workBudget: 10 } as const;
    world.accept({ ...open, pool: 'd', isDesk: true, admission: 'fills' });
    world.accept({ ...open, pool: 'o', isDesk: false, admission: 'orders' });
    for (const toPool of ['d', 'o', 'p']) expect(world.refuse(move({ toPool }))).toBe('pools_unlike');
    expect(world.refuse(move({ toPool: 'nowhere' }))).toBe('unknown_pool');
    expect(world.refuse(move({ instrument: 'nothing' }))).toBe('unknown_instrument');
  });

  it('leaves what its losses have used of a fund with the pool whose fund it was (LIQ-05, law 4b)', () => {
    const world = twoMarkets(20);
    const capped = layer('insuranceFund', { instrumentCapMinor: usdt(1) });
    for (const pool of ['p'])
      world.accept(
        setWaterfall(pool, {
          layers: [layer('account'), capped, layer('deleveraging'), layer('lossSharing')],
        }),
      );
    world.mark({ X: 340_000n });
    unwind(world, 340_000n);
    const instrumentRow = world.state.instruments.names.rowOf('X');
    const usedOf = (pool: string) =>
      world.state.totals.used.get('insuranceFund', {
        poolRow: world.state.pools.names.rowOf(pool),
        instrumentRow,
      });
    expect([usedOf('p'), usedOf('q')]).toEqual([usdt(1), 0n]);
    world.accept(move());
    expect([usedOf('p'), usedOf('q')]).toEqual([usdt(1), 0n]);
    // A recovery of the one pool gives the other no more room under its own cap.
    world.accept({ kind: 'injectCapital', asset: 'USDT', amountMinor: usdt(1_000) });
    const { deficits, takeovers } = world.state;
    let amountMinor = takeovers.forgone.get(0);
    for (let row = 0; row < deficits.table.size; row++) amountMinor += deficits.amount.get(row);
    world.accept({ kind: 'recover', pool: 'p', asset: 'USDT', deficit: 0, takeover: null, amountMinor });
    expect([usedOf('p'), usedOf('q')]).toEqual([0n, 0n]);
    checkEverything(world.state);
  });

  it('is not noticed in a third pool, with its commands erased or without (law 4b, ISO-03)', () => {
    const play = (isMoving: boolean) => {
      const world = twoMarkets();
      world.accept({
        kind: 'openPool',
        admission: 'fills',
        valuationAsset: null,
        legRule: 'larger',
        pool: 's',
        isDesk: false,
        workBudget: 10_000,
      });
      world.accept(linearPerpetual('S', { pool: 's', markMaxJumpPpm: 10_000_000n }));
      world.mark({ S: 400_000n });
      for (const id of ['eve', 'fay']) {
        world.client(id, { USDT: usdt(100_000) });
        world.account(id, id, 'S', 10);
      }
      world.trade({ buyer: 'eve', seller: 'fay', instrument: 'S', priceTicks: 390_000n, lots: 30n });
      if (isMoving) world.accept(move());
      world.mark({ S: 420_000n });
      if (isMoving) world.accept(move({ toPool: 's' }));
      if (isMoving) world.accept(move({ toPool: 'p' }));
      world.mark({ S: 380_000n });
      return world;
    };
    // X was in s meanwhile and left again: what it brought along of a fund is all that may differ.
    const [moving, still] = [play(true), play(false)];
    const accounts = ({ state }: World) =>
      ['eve', 'fay'].map((id) => hashText(accountHash(state, state.accounts.names.rowOf(id))));
    expect(accounts(moving)).toEqual(accounts(still));
    const other = play(false);
    other.accept(move());
    expect(hashOf(other, 's')).toBe(hashOf(still, 's'));
    expect(hashOf(other, 'q')).not.toBe(hashOf(still, 'q'));
  });

  it('names the cross accounts that hold it, and goes once its position is carved out (ISO-03, MAR-09)', () => {
    const world = lendingWorld();
    for (const id of ['ada', 'bob']) world.cross(id, id, { USDT: usdt(10_000) });
    world.trade({
      buyer: 'ada',
      seller: 'bob',
      instrument: 'BTC-PERP',
      priceTicks: 400_000n,
      lots: 10n,
      margin: 0n,
    });
    world.accept({
      kind: 'openPool',
      admission: 'fills',
      valuationAsset: null,
      legRule: 'larger',
      pool: 'q',
      isDesk: false,
      workBudget: 10_000,
    });
    const { outcome } = world.send(move({ instrument: 'BTC-PERP' })).record;
    expect(outcome).toMatchObject({
      rejection: { code: 'shared_holders', context: { count: 2, accounts: 'ada, bob' } },
    });
    for (const id of ['ada', 'bob']) {
      world.account(`${id}-own`, id, 'BTC-PERP', 5);
      world.accept({
        kind: 'carvePosition',
        account: id,
        instrument: 'BTC-PERP',
        leg: 'net',
        into: `${id}-own`,
        amountMinor: usdt(100),
      });
    }
    world.accept(move({ instrument: 'BTC-PERP' }));
    const { accounts, pools } = world.state;
    const poolOf = (id: string) => pools.names.nameOf(accounts.pool.get(world.row(id)));
    expect(['ada', 'ada-own', 'bob-own'].map(poolOf)).toEqual(['main', 'q', 'q']);
    checkEverything(world.state);
  });

  it('is previewed by a dry run, which leaves no trace (MAR-08)', () => {
    const world = twoMarkets();
    const before = hashText(world.engine.stateHash());
    const seen = world.engine.dryRun(move(), world.timeMs, ({ record }) => record.outcome);
    expect(seen).toMatchObject({
      kind: 'accepted',
      events: [{ kind: 'poolAssetOpened' }, { fundMovedMinor: usdt(75) }],
    });
    expect(hashText(world.engine.stateHash())).toBe(before);
    expect(world.engine.derived.instrumentsOf(world.state.pools.names.rowOf('q'))).toEqual([]);
  });

  it('is in a snapshot as it is in the engine, and replays (LED-01)', () => {
    const world = twoMarkets();
    world.accept(move());
    const loaded = decodeSnapshot(encodeSnapshot(world.engine));
    expect(hashText(loaded.stateHash())).toBe(hashText(world.engine.stateHash()));
    checkEverything(loaded.state);
    expect(loaded.state.instruments.listed[loaded.state.instruments.names.rowOf('X')]?.definition.pool).toBe(
      'q',
    );
  });
});

describe('a pool that is split', () => {
  const split = (changes: { toPool?: string; instruments?: string[]; fundSharePpm?: bigint | null } = {}) =>
    ({
      kind: 'splitPool',
      pool: 'p',
      toPool: 'r',
      instruments: ['X', 'Y'],
      fundSharePpm: null,
      ...changes,
    }) as const;
  const poolOf = ({ state }: World, id: string) =>
    state.pools.names.nameOf(state.instruments.pool.get(state.instruments.names.rowOf(id)));

  it('opens the other pool as it is itself, and the instruments share the fund by open interest (ISO-03, LIQ-09)', () => {
    const world = twoMarkets(101);
    world.accept(linearPerpetual('Z', { pool: 'p' }));
    world.mark({ Z: 400_000n });
    world.client('eve', { USDT: usdt(100_000) });
    world.client('fay', { USDT: usdt(100_000) });
    for (const id of ['eve', 'fay']) world.account(id, id, 'Z', 10);
    world.trade({ buyer: 'eve', seller: 'fay', instrument: 'Z', priceTicks: 400_000n, lots: 10n });
    world.accept(split());
    expect(['X', 'Y', 'Z'].map((id) => poolOf(world, id))).toEqual(['r', 'r', 'p']);
    // 30 and 10 of 50 lots at one price: 60.6 and 20.2 of 101.
    expect([world.fund('p'), world.fund('r')]).toEqual([usdt(20.2), usdt(80.8)]);
    checkEverything(world.state);
  });

  it('takes a stated share of the fund once, however many instruments go (LIQ-09)', () => {
    const world = twoMarkets();
    world.accept(split({ fundSharePpm: 300_000n }));
    expect([world.fund('p'), world.fund('r')]).toEqual([usdt(70), usdt(30)]);
    checkEverything(world.state);
  });

  it('gives its cool-down to the new pool, and no share of the fund is free of it before (LIQ-09)', () => {
    const draw = (pool: string) => ({ kind: 'drawDownFund', pool, asset: 'USDT', amountMinor: 1n }) as const;
    const world = twoMarkets();
    world.accept({ kind: 'setFundCoolDown', pool: 'p', coolDownMs: HOUR_MS / 2 });
    world.accept(move({ fundSharePpm: 300_000n }));
    world.accept(split({ instruments: ['Y'], fundSharePpm: 300_000n }));
    expect(['p', 'q', 'r'].map((pool) => world.refuse(draw(pool)))).toEqual(Array(3).fill('fund_at_rest'));
    world.timeMs += HOUR_MS / 2;
    const again = (pool: string) => [world.refuse(draw(pool)), world.refuse(draw(pool))];
    expect(again('r')).toEqual(['accepted', 'fund_at_rest']);
    expect(again('q')).toEqual(['accepted', 'accepted']);
  });

  it('moves all or none, and a refused one opens no pool (ISO-03)', () => {
    const world = twoMarkets();
    const { size } = world.state.pools.table;
    const before = hashText(world.engine.stateHash());
    expect(world.refuse(split({ instruments: ['X', 'nothing'] }))).toBe('unknown_instrument');
    expect(world.refuse(split({ instruments: [] }))).toBe('invalid_definition');
    expect(world.refuse(split({ instruments: ['X', 'X'] }))).toBe('invalid_definition');
    expect(world.refuse(split({ toPool: 'not an id' }))).toBe('invalid_id');
    expect(world.refuse(split({ fundSharePpm: 2_000_000n }))).toBe('invalid_definition');
    expect(world.state.pools.table.size).toBe(size);
    expect(hashText(world.engine.stateHash())).toBe(before);
    world.accept(move());
    expect(world.refuse(split())).toBe('instrument_not_in_pool');
  });
});
