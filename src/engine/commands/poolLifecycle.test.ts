import { describe, expect, it } from 'vitest';
import { hashText } from '../../base/index.js';
import { lendingOf, lendingWorld } from '../../testkit/lendingWorld.js';
import { orderWorld } from '../../testkit/orderWorld.js';
import { coins, linearPerpetual, standardWorld, usdt, type World } from '../../testkit/world.js';
import { checkEverything, decodeSnapshot, encodeSnapshot } from '../index.js';
import { pairKey, venueLedgerRow } from '../state.js';
import { wholeStateHash } from '../stateHash.js';

/** Pool p with X and a fund of 100, ada long and bob short of 30 lots; pool q with Y for cid and dan. */
function twoPools(): World {
  const world = standardWorld(0n);
  for (const pool of ['p', 'q'])
    world.accept({
      kind: 'openPool',
      admission: 'fills',
      valuationAsset: null,
      legRule: 'larger',
      pool,
      isDesk: false,
      workBudget: 10_000,
    });
  world.accept(linearPerpetual('X', { pool: 'p', markMaxJumpPpm: 10_000_000n }));
  world.accept(linearPerpetual('Y', { pool: 'q', markMaxJumpPpm: 10_000_000n }));
  world.accept({ kind: 'injectCapital', asset: 'USDT', amountMinor: usdt(100) });
  world.accept({ kind: 'topUpFund', pool: 'p', asset: 'USDT', amountMinor: usdt(100) });
  world.mark({ X: 400_000n, Y: 400_000n });
  for (const [client, instrument] of Object.entries({ ada: 'X', bob: 'X', cid: 'Y', dan: 'Y' })) {
    world.client(client, { USDT: usdt(100_000) });
    world.account(client, client, instrument, 10);
  }
  world.trade({ buyer: 'ada', seller: 'bob', instrument: 'X', priceTicks: 400_000n, lots: 30n });
  return world;
}

const windDown = { kind: 'windDownPool', pool: 'p' } as const;
const close = { kind: 'closePool', pool: 'p' } as const;
const reopen = { kind: 'reopenPool', pool: 'p' } as const;
const closeOut = (world: World) =>
  world.trade({ buyer: 'bob', seller: 'ada', instrument: 'X', priceTicks: 410_000n, lots: 30n });
const cash = ({ state }: World, pool: string) =>
  state.totals.cash.get(state.poolAssetRows.get(pairKey(state.pools.names.rowOf(pool), 0)) as number);
const codeOf = (world: World, command: Parameters<World['send']>[0]) => {
  const { record } = world.send(command);
  return record.outcome.kind === 'rejected' ? record.outcome.rejection.code : null;
};

describe('a pool that is wound down', () => {
  it('takes nothing new, while reducing, margin, releases and wallets go on (ISO-03, ISO-06, MAR-02)', () => {
    const world = twoPools();
    world.accept(windDown);
    const opening = {
      kind: 'openAccount',
      marginMode: 'isolated',
      pool: null,
      hasLegs: false,
      account: 'new',
      client: 'cid',
      instrument: 'X',
      leveragePpm: 1_000_000n,
    } as const;
    expect(codeOf(world, opening)).toBe('pool_not_open');
    expect(codeOf(world, linearPerpetual('Z', { pool: 'p' }))).toBe('pool_not_open');
    expect(() =>
      world.trade({ buyer: 'ada', seller: 'bob', instrument: 'X', priceTicks: 400_000n, lots: 1n }),
    ).toThrow('pool_not_open');
    world.accept({ kind: 'allocate', account: 'ada', asset: null, amountMinor: usdt(5) });
    world.trade({ buyer: 'bob', seller: 'ada', instrument: 'X', priceTicks: 400_000n, lots: 10n });
    world.accept({ kind: 'release', account: 'ada', asset: null, amountMinor: usdt(5) });
    world.accept({
      kind: 'requestWithdrawal',
      withdrawal: 'w',
      client: 'ada',
      asset: 'USDT',
      amountMinor: usdt(1),
    });
    // The other pool does not notice.
    world.trade({ buyer: 'cid', seller: 'dan', instrument: 'Y', priceTicks: 400_000n, lots: 1n });
    expect(codeOf(world, windDown)).toBe('nothing_to_do');
    world.accept(reopen);
    world.trade({ buyer: 'ada', seller: 'bob', instrument: 'X', priceTicks: 400_000n, lots: 1n });
    checkEverything(world.state);
  });

  it('takes back the orders that could open, with what they held, and lets in reduce-only ones alone (ISO-03, ORD-02, MAR-06)', () => {
    const world = orderWorld();
    for (const client of ['ada', 'bob', 'cid']) {
      world.client(client, { USDT: usdt(100_000) });
      world.open(client, client, 'isolated', 10);
    }
    for (const account of ['ada', 'bob'])
      world.accept({ kind: 'allocate', account, asset: null, amountMinor: usdt(50_000) });
    world.place('buy', 'ada', {});
    world.place('sell', 'bob', { side: 'sell' });
    world.match('buy', 'sell', 400_000n, 60n);
    // Held of the wallet; one that would reduce, and one that can only reduce.
    world.place('held', 'cid', { holdWallet: true, lots: 10n });
    world.place('turning', 'ada', { side: 'sell', lots: 60n });
    world.place('reducing', 'ada', { side: 'sell', lots: 20n, isReduceOnly: true });
    const held = () => world.state.accounts.walletHold.get(world.row('cid'));
    expect(held()).toBeGreaterThan(0n);
    world.accept({ kind: 'windDownPool', pool: 'main' });
    const left = ['buy', 'sell', 'held', 'turning', 'reducing'].map((order) => world.left(order));
    expect(left).toEqual([0n, 0n, 0n, 0n, 20n]);
    expect(held()).toBe(0n);
    expect(() => world.match('buy', 'sell', 400_000n, 40n)).toThrow('order_closed');
    expect(codeOf(world, world.order('late', 'ada', { side: 'sell', lots: 1n }))).toBe('pool_not_open');
    // Money comes only to what is open.
    expect(codeOf(world, { kind: 'allocate', account: 'cid', asset: null, amountMinor: 1n })).toBe(
      'pool_not_open',
    );
    world.accept({ kind: 'allocate', account: 'ada', asset: null, amountMinor: 1n });
    world.place('cover', 'bob', { lots: 80n, isReduceOnly: true });
    expect(world.left('cover')).toBe(60n);
    world.match('cover', 'reducing', 400_000n, 20n);
    world.place('rest', 'ada', { side: 'sell', lots: 99n, isReduceOnly: true });
    world.match('cover', 'rest', 400_000n, 40n);
    expect([world.position('ada').lots, world.position('bob').lots]).toEqual([0n, 0n]);
    world.accept({ kind: 'closePool', pool: 'main' });
    expect(world.wallet('cid')).toBe(usdt(100_000));
    checkEverything(world.state);
  });

  it('is closed when nothing is open: money goes to its owners, the fund to the venue, and cash is nothing (ISO-04, LIQ-09)', () => {
    const world = twoPools();
    expect(codeOf(world, close)).toBe('pool_open');
    world.accept(windDown);
    const { record } = world.send(close);
    expect(record.outcome).toMatchObject({
      rejection: { code: 'pool_not_empty', context: { accountsWithPositions: 2, accountsWithOrders: 0 } },
    });
    closeOut(world);
    const total = world.wallet('ada') + world.balance('ada') + world.wallet('bob') + world.balance('bob');
    const before = hashText(world.engine.stateHash());
    world.accept(close);
    expect(hashText(world.engine.stateHash())).not.toBe(before);
    expect(world.wallet('ada') + world.wallet('bob')).toBe(total);
    expect([world.balance('ada'), world.balance('bob'), world.fund('p'), cash(world, 'p')]).toEqual([
      0n,
      0n,
      0n,
      0n,
    ]);
    const { state } = world;
    expect(state.ledger.balance(venueLedgerRow(state, 0, 'capital'))).toBe(usdt(100));
    expect(codeOf(world, { kind: 'topUpFund', pool: 'p', asset: 'USDT', amountMinor: 1n })).toBe(
      'pool_not_open',
    );
    // What may still come back of a loss is not shut in.
    const out = { kind: 'drawDownFund', pool: 'p', asset: 'USDT', amountMinor: 1n } as const;
    expect(codeOf(world, out)).toBe('insufficient_venue_funds');
    expect(codeOf(world, { kind: 'allocate', account: 'ada', asset: null, amountMinor: 1n })).toBe(
      'account_closed',
    );
    expect(codeOf(world, close)).toBe('nothing_to_do');
    checkEverything(state);
    expect(hashText(wholeStateHash(state))).toBe(hashText(world.engine.stateHash()));
    expect(hashText(decodeSnapshot(encodeSnapshot(world.engine)).stateHash())).toBe(
      hashText(world.engine.stateHash()),
    );
    world.accept(reopen);
    world.account('ada/2', 'ada', 'X', 10);
    checkEverything(world.state);
  });

  it('is neither closed nor opened again while it is short, or has a queue; it may begin to be wound down (LIQ-09)', () => {
    const world = twoPools();
    // ada closes by herself far below her bankruptcy price: the fund does not reach, bob has no gain left.
    world.mark({ X: 300_000n });
    world.accept(windDown);
    expect(codeOf(world, close)).toBe('pool_not_empty');
    expect(codeOf(world, reopen)).toBe('losses_open');
    checkEverything(world.state);
  });

  it('is not closed while somebody lends to it or owes it, and gives what lenders left over to the venue (LED-03)', () => {
    const world = lendingWorld();
    world.accept(lendingOf('USDT'));
    const eve = { client: 'eve', pool: 'main', asset: 'USDT' } as const;
    world.accept({ kind: 'supply', ...eve, amountMinor: usdt(5_000) });
    world.cross('ada', 'ada', { BTC: coins(1) });
    world.accept({ kind: 'borrow', account: 'ada', asset: 'USDT', amountMinor: usdt(5_000) });
    const ends = { kind: 'closePool', pool: 'main' } as const;
    world.accept({ kind: 'windDownPool', pool: 'main' });
    expect(codeOf(world, { kind: 'borrow', account: 'ada', asset: 'USDT', amountMinor: 1n })).toBe(
      'pool_not_open',
    );
    expect(codeOf(world, { kind: 'supply', ...eve, amountMinor: 1n })).toBe('pool_not_open');
    expect(world.send(ends).record.outcome).toMatchObject({
      rejection: { context: { accountsWithDebts: 1, assetsLent: 1 } },
    });
    world.timeMs += 86_400_000;
    world.price(40_000);
    world.accept({ kind: 'allocate', account: 'ada', asset: 'USDT', amountMinor: usdt(100) });
    world.accept({ kind: 'repay', account: 'ada', asset: 'USDT', amountMinor: null });
    // Everything was lent when interest accrued: the fund's share of it could not be paid, and is left over.
    world.accept({ kind: 'withdrawSupply', ...eve, amountMinor: null });
    const left = world.lendingCash();
    expect(left).toBeGreaterThan(0n);
    world.accept(ends);
    expect([world.lendingCash(), world.fund('main'), world.balance('ada', 'BTC')]).toEqual([0n, 0n, 0n]);
    checkEverything(world.state);
  });
});
