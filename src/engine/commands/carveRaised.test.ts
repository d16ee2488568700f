import { describe, expect, it } from 'vitest';
import type { IsolationLevel } from '../../isolation/index.js';
import { type LevelWorld, type levelWorld, modesWorld } from '../../testkit/levelWorld.js';
import { eventsOf, HOUR_MS, times, usdt } from '../../testkit/world.js';
import { checkEverything, createEngine, decodeSnapshot, encodeSnapshot, playLevel } from '../index.js';

const consent = (account: string, leverage: number | null) =>
  ({
    kind: 'setCarveConsent',
    account,
    leveragePpm: leverage === null ? null : times(leverage),
  }) as const;

/** Long 10 lots of BTC-PERP from 40,000 and 100 of ETH-PERP from 2,000 in a cross account; BTC-PERP has fallen to 39,000. */
function held(amount: number, options: Parameters<typeof levelWorld>[0] = {}): LevelWorld {
  const world = modesWorld(options);
  world.open('pair', 'ada', 'cross', amount);
  world.accept(world.fill('pair', 'eve', 10n));
  world.accept(world.fill('pair', 'eve-eth', 100n, 'ETH-PERP'));
  world.mark({ 'BTC-PERP': 390_000n });
  return world;
}

const stays = (world: LevelWorld) =>
  eventsOf(world.records, 'holdersGrandfathered').flatMap(({ grandfathered }) =>
    grandfathered.map(({ accountRow, reason, missingMinor }) => [
      world.state.accounts.names.nameOf(accountRow),
      reason,
      missingMinor,
    ]),
  );

describe('a position whose instrument is raised beyond cross', () => {
  it('is carved out by consent: initial margin after its loss, from where the loss arose (MAR-13)', () => {
    const world = held(1_000);
    world.accept(consent('pair', 10));
    world.level('isolated', { graceUntilMs: world.timeMs + HOUR_MS });
    // At 39,000 the 390 ask for 39 at leverage 10, and 10 are lost: 49 go along.
    expect(world.position('pair', 'BTC-PERP').lots).toBe(0n);
    expect(world.position('pair/BTC-PERP')).toEqual({ lots: 10n, cost: usdt(400) });
    expect([world.balance('pair/BTC-PERP'), world.balance('pair', 'USDT')]).toEqual([usdt(49), usdt(951)]);
    expect(world.position('pair', 'ETH-PERP').lots).toBe(100n);
    expect(stays(world)).toEqual([]);
    checkEverything(world.state);
  });

  it('stays without consent, also where it was taken back (MAR-13)', () => {
    const world = held(1_000);
    world.accept(consent('pair', 10));
    world.accept(consent('pair', null));
    expect(world.refuse(consent('pair', null))).toBe('nothing_to_do');
    world.level('isolated');
    expect(stays(world)).toEqual([['pair', 'noConsent', 0n]]);
    expect(world.position('pair', 'BTC-PERP').lots).toBe(10n);
  });

  it('stays where what is left could not stand, with the amount it lacks (MAR-13)', () => {
    // 49 of 60 go along; the 200 of ETH-PERP ask for 20 at leverage 10, and 11 are left.
    const world = held(60);
    world.accept(consent('pair', 10));
    world.level('isolated');
    expect(stays(world)).toEqual([['pair', 'remainderShort', usdt(9)]]);
    const enough = held(69);
    enough.accept(consent('pair', 10));
    enough.level('isolated');
    expect(enough.balance('pair', 'USDT')).toBe(usdt(20));
  });

  it('stays where its bracket does not allow the leverage, or the level allows cross (MAR-13)', () => {
    const world = held(1_000);
    world.accept(consent('pair', 200));
    world.accept(world.fill('portfolio', 'eve', 10n));
    world.level('cross');
    expect(stays(world)).toEqual([['portfolio', 'levelAllowsCross', 0n]]);
    world.level('isolated');
    expect(stays(world).slice(1)).toEqual([
      ['pair', 'leverage', 0n],
      ['portfolio', 'noConsent', 0n],
    ]);
  });

  it('stays while the account waits for liquidation: its loss goes to no other account (MAR-13)', () => {
    const world = held(60);
    world.accept(consent('pair', 10));
    world.accept({ kind: 'halt', pool: 'main', instrument: null, untilMs: world.timeMs + HOUR_MS });
    world.mark({ 'BTC-PERP': 342_000n });
    expect(world.state.accounts.isQueued.get(world.row('pair'))).toBe(1);
    world.level('strictIsolated');
    expect(stays(world)).toEqual([['pair', 'inLiquidation', 0n]]);
    expect(world.position('pair', 'BTC-PERP').lots).toBe(10n);
    checkEverything(world.state);
  });

  it('takes its orders along, and the next account of its name gets a number', () => {
    const world = held(1_000);
    world.open('pair/BTC-PERP', 'eve', 'isolated', 0);
    world.accept({
      kind: 'placeOrder',
      order: 'more',
      account: 'pair',
      instrument: 'BTC-PERP',
      leg: 'net',
      side: 'buy',
      priceTicks: 390_000n,
      slippagePpm: null,
      lots: 10n,
      isReduceOnly: false,
      holdWallet: false,
    });
    world.accept(consent('pair', 10));
    world.level('isolated', { graceUntilMs: world.timeMs + HOUR_MS });
    // 39 more for the order.
    expect(world.balance('pair/BTC-PERP/2')).toBe(usdt(88));
    const orderRow = world.state.orders.names.rowOf('more');
    expect(world.state.orders.account.get(orderRow)).toBe(world.row('pair/BTC-PERP/2'));
  });

  it('is carved step by step within the budget of its pool, and what is left with the next command (OPS-02)', () => {
    const world = modesWorld({ workBudget: 1 });
    for (const name of ['a', 'b', 'c']) {
      world.open(name, 'ada', 'cross', 1_000);
      world.accept(world.fill(name, 'eve', 10n));
      if (name !== 'b') world.accept(consent(name, 10));
    }
    const carved = () => eventsOf(world.records, 'positionMoved').length;
    world.level('isolated');
    expect([carved(), stays(world).length]).toEqual([1, 0]);
    const copy = decodeSnapshot(encodeSnapshot(world.engine));
    world.accept({ kind: 'resume', pool: 'main' });
    expect([carved(), stays(world).length]).toEqual([1, 1]);
    world.accept({ kind: 'resume', pool: 'main' });
    expect([carved(), stays(world).length]).toEqual([2, 1]);
    for (const id of ['x', 'y']) copy.submit(id, { kind: 'resume', pool: 'main' }, world.timeMs);
    expect([...copy.stateHash()]).toEqual([...world.engine.stateHash()]);
    const replayed = createEngine();
    for (const record of world.records) replayed.replay(record);
    expect([...replayed.stateHash()]).toEqual([...world.engine.stateHash()]);
  });
});

describe('a grandfathered position', () => {
  const grandfathered = () => {
    const world = held(1_000);
    world.level('isolated', { graceUntilMs: world.timeMs + HOUR_MS });
    return world;
  };

  it('trades as before until the grace is over, and nobody joins it (MAR-13)', () => {
    const world = grandfathered();
    expect(world.refuse(world.fill('pair', 'eve', 1n))).toBe('accepted');
    expect(world.refuse(world.fill('cross', 'eve', 1n))).toBe('level_forbids_mode');
  });

  it('is reduced or carved out afterwards, never enlarged, and once closed not opened again (MAR-13)', () => {
    const world = grandfathered();
    world.timeMs += HOUR_MS;
    expect(world.refuse(world.fill('pair', 'eve', 1n))).toBe('level_forbids_mode');
    expect(world.refuse(world.fill('bob', 'pair', 4n))).toBe('accepted');
    world.open('apart', 'ada', 'isolated', 0);
    const carve = {
      kind: 'carvePosition',
      account: 'pair',
      instrument: 'BTC-PERP',
      leg: 'net',
      into: 'apart',
      amountMinor: usdt(40),
    } as const;
    expect(world.refuse(carve)).toBe('accepted');
    expect(world.position('apart').lots).toBe(6n);
    expect(world.refuse(world.fill('pair', 'eve', 1n))).toBe('level_forbids_mode');
    expect(world.refuse(world.fill('apart', 'eve', 1n))).toBe('accepted');
  });

  it('keeps its orders until then; an account without a position loses them at once (MAR-13)', () => {
    const world = held(1_000);
    const place = (order: string, account: string, isReduceOnly: boolean) =>
      world.accept({
        kind: 'placeOrder',
        order,
        account,
        instrument: 'BTC-PERP',
        leg: 'net',
        side: isReduceOnly ? 'sell' : 'buy',
        priceTicks: 390_000n,
        slippagePpm: null,
        lots: 5n,
        isReduceOnly,
        holdWallet: false,
      });
    place('held', 'pair', false);
    place('closing', 'pair', true);
    place('flat', 'cross', false);
    place('apart', 'isolated', false);
    const left = () =>
      ['held', 'closing', 'flat', 'apart'].map((id) =>
        world.state.orders.lots.get(world.state.orders.names.rowOf(id)),
      );
    world.level('isolated', { graceUntilMs: world.timeMs + HOUR_MS });
    expect(left()).toEqual([5n, 5n, 0n, 5n]);
    world.timeMs += HOUR_MS;
    world.accept({ kind: 'resume', pool: 'main' });
    expect(left()).toEqual([0n, 5n, 0n, 5n]);
    world.level('reduceOnly');
    expect(left()).toEqual([0n, 5n, 0n, 0n]);
  });

  it('is liquidated by the offsets of the former level until the grace is over (MAR-08)', () => {
    const world = modesWorld();
    world.open('folio', 'ada', 'portfolio', 45);
    world.accept(world.fill('folio', 'eve', 10n));
    world.accept(world.fill('bob-eth', 'folio', 200n, 'ETH-PERP'));
    world.level('isolated', { graceUntilMs: world.timeMs + HOUR_MS });
    // 80 alone, of which 0.8 x 80 = 64 are maintenance without offsets, and 12.80 with those of the set.
    world.mark({ 'BTC-PERP': 400_000n, 'ETH-PERP': 20_000n });
    expect(world.position('folio', 'BTC-PERP').lots).toBe(10n);
    world.timeMs += HOUR_MS;
    world.accept({ kind: 'resume', pool: 'main' });
    expect(world.position('folio', 'BTC-PERP').lots).toBe(10n);
    world.mark({ 'BTC-PERP': 400_000n, 'ETH-PERP': 20_000n });
    expect(world.position('folio', 'BTC-PERP').lots).toBe(0n);
  });
});

describe('a shared account that a level locks', () => {
  it('lets the position that locks it go with collateral, and another one only without (MAR-13, MAR-03)', () => {
    const world = held(1_000);
    world.level('strictIsolated');
    world.open('eth', 'ada', 'isolated', 20, 'ETH-PERP');
    world.open('btc', 'ada', 'isolated', 0);
    const carve = (instrument: string, into: string, amount: number) =>
      world.refuse({
        kind: 'carvePosition',
        account: 'pair',
        instrument,
        leg: 'net',
        into,
        amountMinor: usdt(amount),
      });
    expect(carve('ETH-PERP', 'eth', 1)).toBe('margin_locked');
    expect(carve('ETH-PERP', 'eth', 0)).toBe('accepted');
    expect(carve('BTC-PERP', 'btc', 100)).toBe('accepted');
    expect(world.refuse({ kind: 'release', account: 'pair', asset: 'USDT', amountMinor: usdt(900) })).toBe(
      'accepted',
    );
  });

  it('keeps its position where its pool is being wound down: no account opens there (MAR-13)', () => {
    const world = held(1_000);
    world.accept(consent('pair', 10));
    world.accept({ kind: 'windDownPool', pool: 'main' });
    world.level('isolated');
    expect(stays(world)).toEqual([['pair', 'poolWindingDown', 0n]]);
  });
});

describe('the preview of a level', () => {
  it('says who would be carved out, grandfathered, blocked and locked, and keeps nothing (MAR-08)', () => {
    const world = held(1_000, { workBudget: 1 });
    world.accept(consent('pair', 10));
    world.accept(world.fill('portfolio', 'eve', 1n));
    world.accept(world.fill('isolated', 'eve', 1n));
    world.accept({
      kind: 'placeOrder',
      order: 'flat',
      account: 'cross',
      instrument: 'BTC-PERP',
      leg: 'net',
      side: 'buy',
      priceTicks: 390_000n,
      slippagePpm: null,
      lots: 5n,
      isReduceOnly: false,
      holdWallet: false,
    });
    const { engine, state, timeMs } = world;
    const before = [...engine.stateHash()];
    const preview = (level: IsolationLevel) =>
      engine.trial(timeMs, (run) =>
        playLevel(run, { state, derived: engine.derived, timeMs }, { instrument: 'BTC-PERP', level }),
      );
    const impact = preview('strictIsolated');
    if ('code' in impact) throw new Error(impact.code);
    const [row, into] = [world.row('pair'), state.accounts.table.size];
    expect(impact.carved).toEqual([{ fromRow: row, toRow: into, amount: usdt(49) }]);
    expect(impact.grandfathered.map(({ accountRow, reason }) => [accountRow, reason])).toEqual([
      [world.row('portfolio'), 'noConsent'],
    ]);
    expect(impact.blocked).toEqual([{ accountRow: world.row('cross'), orders: 1 }]);
    const locked = ['isolated', 'eve', 'bob'].map((id) => world.row(id));
    expect(impact.lockedRows).toEqual([...locked, into].sort((a, b) => a - b));
    expect([...engine.stateHash()]).toEqual(before);
    expect(preview('portfolio')).toMatchObject({ code: 'nothing_to_do' });
  });
});
