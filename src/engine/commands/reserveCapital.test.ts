import { describe, expect, it } from 'vitest';
import { layer, setWaterfall } from '../../testkit/waterfallProposals.js';
import { linearPerpetual, standardWorld, usdt, type World } from '../../testkit/world.js';
import { reservedCapital, setReservedCapital } from '../capitalReserve.js';
import { checkEverything, decodeSnapshot, encodeSnapshot } from '../index.js';

/** Two pools that name the venue as a layer, up to 500 a loss, and 1,000 of venue capital. */
function twoPools(): World {
  const world = standardWorld(0n);
  world.accept({ kind: 'injectCapital', asset: 'USDT', amountMinor: usdt(1_000) });
  for (const pool of ['p', 'q']) {
    const opened = { admission: 'fills', valuationAsset: null, legRule: 'larger', isDesk: false } as const;
    world.accept({ kind: 'openPool', pool, workBudget: 10_000, ...opened });
    world.accept(linearPerpetual(pool.toUpperCase(), { pool, markMaxJumpPpm: 10_000_000n }));
    const layers = [
      layer('account'),
      layer('insuranceFund'),
      layer('topUp', { capMinor: usdt(500) }),
      layer('lossSharing'),
    ];
    world.accept(setWaterfall(pool, { layers }));
  }
  world.mark({ P: 400_000n, Q: 400_000n });
  for (const client of ['ada', 'bob', 'dan']) {
    world.client(client, { USDT: usdt(100_000) });
    for (const id of ['P', 'Q']) world.account(`${client}-${id}`, client, id, client === 'ada' ? 10 : 5);
  }
  return world;
}

/** ada closes 300 below what she has. */
function lose(world: World, instrument: 'P' | 'Q') {
  const trade = (buyer: string, seller: string, priceTicks: bigint) =>
    world.trade({
      buyer: `${buyer}-${instrument}`,
      seller: `${seller}-${instrument}`,
      instrument,
      priceTicks,
      lots: 100n,
    });
  trade('ada', 'bob', 400_000n);
  world.mark({ [instrument]: 365_000n });
  trade('dan', 'ada', 330_000n);
}

const reserve = (pool: string, amount: number) =>
  ({ kind: 'reserveCapital', pool, asset: 'USDT', amountMinor: usdt(amount) }) as const;
const toppedUp = ({ state }: World, deficit: number) => state.deficits.toppedUp.get(deficit);
const refusal = (world: World, command: Parameters<World['send']>[0]) => {
  const { outcome } = world.send(command).record;
  return outcome.kind === 'rejected' ? outcome.rejection : null;
};
const minor = (amount: number) => ({ minor: usdt(amount), assetRow: 0 });

describe('venue capital that is reserved for a pool', () => {
  it('is all that its top-ups may use: what another pool loses takes nothing of it (LIQ-05, ISO-03)', () => {
    // Given 1,000 of capital, of which 600 are kept for p and 250 for q.
    const world = twoPools();
    world.accept(reserve('p', 600));
    world.accept(reserve('q', 250));
    // When q loses 300, then it has its 250, and the rest is shared.
    lose(world, 'Q');
    expect([toppedUp(world, 0), world.state.deficits.shared.get(0)]).toEqual([250, 50].map(usdt));
    // And p has all of its own.
    lose(world, 'P');
    expect([toppedUp(world, 1), world.state.deficits.shared.get(1)]).toEqual([300, 0].map(usdt));
    expect(world.state.poolAssets.reservedCapital.get(1)).toBe(usdt(300));
    checkEverything(world.state);
  });

  it('without a reserve is nothing, whatever capital there is (LIQ-05)', () => {
    const world = twoPools();
    lose(world, 'P');
    expect([toppedUp(world, 0), world.state.deficits.shared.get(0)]).toEqual([0, 300].map(usdt));
  });

  it('is not reserved twice, and a refusal says how much is there (LIQ-05)', () => {
    const world = twoPools();
    world.accept(reserve('p', 600));
    expect(refusal(world, reserve('q', 401))).toEqual({
      code: 'insufficient_venue_funds',
      context: { required: minor(401), available: minor(400), missing: minor(1) },
    });
    world.accept(reserve('q', 400));
    // More for p: only the difference is asked for.
    expect(refusal(world, reserve('p', 601))?.context).toMatchObject({
      required: minor(1),
      available: minor(0),
    });
    expect(world.refuse(reserve('p', 600))).toBe('nothing_to_do');
    expect(world.refuse({ ...reserve('p', 1), amountMinor: -1n })).toBe('invalid_amount');
    expect(world.refuse(reserve('r', 1))).toBe('unknown_pool');
    expect(world.refuse({ ...reserve('p', 1), asset: 'EUR' })).toBe('unknown_asset');
  });

  it('is paid out for nothing else: funds, facilities and recoveries have what is free (LIQ-05, ISO-06)', () => {
    const world = twoPools();
    world.accept(reserve('p', 900));
    const paid = { pool: 'q', asset: 'USDT', amountMinor: usdt(101) } as const;
    for (const kind of ['topUpFund', 'fundFacility'] as const)
      expect(world.refuse({ kind, ...paid })).toBe('insufficient_venue_funds');
    lose(world, 'Q');
    const loss = { kind: 'recover', ...paid, deficit: 0, takeover: null } as const;
    expect(world.refuse(loss)).toBe('insufficient_venue_funds');
    expect(world.refuse({ ...loss, amountMinor: usdt(100) })).toBe('accepted');
    expect(world.refuse({ kind: 'topUpFund', ...paid, amountMinor: 1n })).toBe('insufficient_venue_funds');
    checkEverything(world.state);
  });

  it('is taken back only while nothing of the pool is open, and added to at any time (LIQ-09)', () => {
    const world = twoPools();
    world.accept(reserve('p', 100));
    world.accept(setWaterfall('p', { revision: 2, layers: [layer('account'), layer('insuranceFund')] }));
    lose(world, 'P');
    expect(world.state.totals.outstanding.get(1)).toBe(usdt(300));
    expect(world.refuse(reserve('p', 99))).toBe('losses_open');
    expect(world.refuse(reserve('p', 101))).toBe('accepted');
    world.accept({ kind: 'topUpFund', pool: 'p', asset: 'USDT', amountMinor: usdt(300) });
    expect(world.refuse(reserve('p', 0))).toBe('accepted');
  });

  it('is free again when the pool is closed, survives a snapshot, and breaks a law where it is not there (OPS-02, law 5)', () => {
    const world = twoPools();
    world.accept(reserve('p', 700));
    const loaded = decodeSnapshot(encodeSnapshot(world.engine));
    checkEverything(loaded.state);
    expect(loaded.submit('more', reserve('q', 301), world.timeMs)).toMatchObject({
      record: { outcome: { rejection: { code: 'insufficient_venue_funds' } } },
    });
    world.accept({ kind: 'windDownPool', pool: 'p' });
    world.accept({ kind: 'closePool', pool: 'p' });
    expect(world.refuse(reserve('p', 1))).toBe('pool_not_open');
    expect(world.refuse(reserve('q', 1_000))).toBe('accepted');
    const { state } = world;
    const row = state.poolAssets.table.size - 1;
    expect(reservedCapital(state, row)).toBe(usdt(1_000));
    setReservedCapital(state, row, usdt(1_001));
    expect(() => checkEverything(state)).toThrow('law 5: venue capital');
  });
});
