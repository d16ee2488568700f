import { describe, expect, it } from 'vitest';
import { linearPerpetual, standardWorld, usdt, type World } from '../../testkit/world.js';
import { venueLedgerRow } from '../state.js';

const venue = (world: World, kind: 'capital' | 'fees' | 'external') =>
  world.state.ledger.balance(venueLedgerRow(world.state, world.state.assets.names.rowOf('USDT'), kind));

describe("the venue's money", () => {
  it('comes in as capital, backs a fund and goes back while the pool is sound (LIQ-09)', () => {
    const world = standardWorld(0n);
    world.accept({ kind: 'injectCapital', asset: 'USDT', amountMinor: 10n });
    world.accept({ kind: 'topUpFund', pool: 'main', asset: 'USDT', amountMinor: 7n });
    expect([venue(world, 'capital'), world.fund('main')]).toEqual([3n, 7n]);
    world.accept({ kind: 'drawDownFund', pool: 'main', asset: 'USDT', amountMinor: 2n });
    expect([venue(world, 'capital'), world.fund('main'), venue(world, 'external')]).toEqual([5n, 5n, -10n]);
  });

  it('takes earned fees as capital, and no more than was earned', () => {
    const world = standardWorld(0n);
    world.accept(linearPerpetual('FEE-PERP', { takerFeePpm: 1_000n }));
    world.mark({ 'FEE-PERP': 10_000n });
    for (const client of ['ada', 'bob']) {
      world.client(client, { USDT: usdt(1_000) });
      world.account(client, client, 'FEE-PERP', 10);
    }
    world.trade({ buyer: 'ada', seller: 'bob', instrument: 'FEE-PERP', priceTicks: 10_000n, lots: 100n });
    // 100 lots of 0.001 at 1,000 USDT are worth 100 USDT; a thousandth of it is the fee.
    expect(venue(world, 'fees')).toBe(usdt(0.1));
    expect(world.refuse({ kind: 'feesToCapital', asset: 'USDT', amountMinor: usdt(0.1) + 1n })).toBe(
      'insufficient_venue_funds',
    );
    world.accept({ kind: 'feesToCapital', asset: 'USDT', amountMinor: usdt(0.1) });
    expect([venue(world, 'fees'), venue(world, 'capital')]).toEqual([0n, usdt(0.1)]);
  });

  it.each([
    [
      'a top-up beyond the capital',
      { kind: 'topUpFund', pool: 'main', asset: 'USDT', amountMinor: 1n },
      'insufficient_venue_funds',
    ],
    [
      'a draw-down beyond the fund',
      { kind: 'drawDownFund', pool: 'main', asset: 'USDT', amountMinor: 1n },
      'insufficient_venue_funds',
    ],
    [
      'a fund in an asset the pool does not settle in',
      { kind: 'topUpFund', pool: 'main', asset: 'BTC', amountMinor: 1n },
      'asset_not_in_pool',
    ],
    ['an unknown pool', { kind: 'topUpFund', pool: 'none', asset: 'USDT', amountMinor: 1n }, 'unknown_pool'],
    ['an unknown asset', { kind: 'injectCapital', asset: 'EUR', amountMinor: 1n }, 'unknown_asset'],
    ['nothing', { kind: 'injectCapital', asset: 'USDT', amountMinor: 0n }, 'invalid_amount'],
    ['less than nothing', { kind: 'feesToCapital', asset: 'USDT', amountMinor: -1n }, 'invalid_amount'],
    ['a resume of no pool', { kind: 'resume', pool: 'none' }, 'unknown_pool'],
  ] as const)('refuses %s', (_name, command, code) => {
    expect(standardWorld(0n).refuse(command)).toBe(code);
  });

  it('leaves no fund while a takeover is open, a mark is stale or an account is queued (LIQ-09)', () => {
    const draw = { kind: 'drawDownFund', pool: 'main', asset: 'USDT', amountMinor: 1n } as const;
    const world = standardWorld(usdt(1_000));
    for (const client of ['ada', 'bob']) {
      world.client(client, { USDT: usdt(10_000) });
      world.account(client, client, 'BTC-PERP', 10);
    }
    world.trade({ buyer: 'ada', seller: 'bob', instrument: 'BTC-PERP', priceTicks: 400_000n, lots: 100n });
    expect(world.refuse(draw)).toBe('accepted');
    world.timeMs += 2 * 3_600_000;
    expect(world.refuse(draw)).toBe('pool_not_sound');
    world.mark({ 'BTC-PERP': 400_000n });
    expect(world.refuse(draw)).toBe('accepted');
    world.mark({ 'BTC-PERP': 361_000n });
    expect(world.state.openTakeovers.get(0)?.size).toBe(1);
    expect(world.refuse(draw)).toBe('pool_not_sound');
  });

  const HOUR_MS = 3_600_000;
  const draw = (pool: string) => ({ kind: 'drawDownFund', pool, asset: 'USDT', amountMinor: 1n }) as const;
  const restsUntil = (world: World, pool: string) =>
    world.state.pools.fundRestsUntilMs.get(world.state.pools.names.rowOf(pool)) - world.timeMs;

  it('lets a fund rest before the first draw-down as before every other (LIQ-09)', () => {
    const world = standardWorld(usdt(1_000));
    world.accept({ kind: 'setFundCoolDown', pool: 'main', coolDownMs: HOUR_MS });
    expect(world.send(draw('main')).record.outcome).toEqual({
      kind: 'rejected',
      rejection: { code: 'fund_at_rest', context: { pool: 'main', untilMs: world.timeMs + HOUR_MS } },
    });
    world.timeMs += HOUR_MS - 1;
    expect(world.refuse(draw('main'))).toBe('fund_at_rest');
    world.timeMs += 1;
    expect([world.refuse(draw('main')), world.refuse(draw('main'))]).toEqual(['accepted', 'fund_at_rest']);
    expect(restsUntil(world, 'main')).toBe(HOUR_MS);
  });

  it('lets it rest anew from its last use, and a shorter rest begin when the longer has passed (LIQ-09)', () => {
    const world = standardWorld(usdt(1_000));
    for (const client of ['ada', 'bob']) {
      world.client(client, { USDT: usdt(10_000) });
      world.account(client, client, 'BTC-PERP', 10);
    }
    world.trade({ buyer: 'ada', seller: 'bob', instrument: 'BTC-PERP', priceTicks: 400_000n, lots: 100n });
    world.accept({ kind: 'setFundCoolDown', pool: 'main', coolDownMs: HOUR_MS });
    world.timeMs += HOUR_MS / 2;
    world.mark({ 'BTC-PERP': 350_000n });
    const side = { leg: 'net', order: '', allocateMinor: 0n, allocateInitial: false } as const;
    world.accept({
      kind: 'fill',
      instrument: 'BTC-PERP',
      priceTicks: 350_000n,
      lots: 100n,
      buyer: { ...side, party: 'account', id: 'bob' },
      seller: { ...side, party: 'liquidation', id: 'main#1' },
      taker: 'seller',
    });
    expect([world.fund('main') < usdt(1_000), restsUntil(world, 'main')]).toEqual([true, HOUR_MS]);
    world.accept({ kind: 'setFundCoolDown', pool: 'main', coolDownMs: 0 });
    expect(restsUntil(world, 'main')).toBe(HOUR_MS);
    expect(world.refuse(draw('main'))).toBe('fund_at_rest');
    world.timeMs += HOUR_MS;
    world.mark({ 'BTC-PERP': 350_000n });
    expect([world.refuse(draw('main')), world.refuse(draw('main'))]).toEqual(['accepted', 'accepted']);
  });

  it.each([
    ['of no pool', { pool: 'none', coolDownMs: 1 }, 'unknown_pool'],
    ['of more than a year', { pool: 'main', coolDownMs: 366 * 24 * HOUR_MS + 1 }, 'invalid_definition'],
    ['that is in force', { pool: 'main', coolDownMs: 0 }, 'nothing_to_do'],
  ] as const)('refuses a rest %s', (_name, fields, code) => {
    expect(standardWorld(0n).refuse({ kind: 'setFundCoolDown', ...fields })).toBe(code);
  });
});
