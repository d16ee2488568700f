import { describe, expect, it } from 'vitest';
import { hashText } from '../../base/index.js';
import { trialBalance } from '../../ledger/index.js';
import { layer, setWaterfall } from '../../testkit/waterfallProposals.js';
import { eventsOf, linearPerpetual, standardWorld, usdt, type World } from '../../testkit/world.js';
import { checkEverything, createEngine, decodeSnapshot, encodeSnapshot } from '../index.js';
import { outstandingOf } from '../state.js';

const PRICE = 400_000n;
const OWN_LIST = ['account', 'insuranceFund', 'deleveraging', 'lossSharing'] as const;

/** A pool with a fund; ada and her friend are one group, bob and cleo are strangers. */
function venue({ fund = 1_000, isClawing = true, leverage = 10 } = {}): World {
  const world = standardWorld(0n);
  const open = { kind: 'openPool', admission: 'fills', valuationAsset: null, legRule: 'larger' } as const;
  world.accept({ ...open, pool: 'p', isDesk: false, workBudget: 1_000 });
  world.accept(linearPerpetual('X', { pool: 'p', markMaxJumpPpm: 10_000_000n }));
  world.accept({ kind: 'injectCapital', asset: 'USDT', amountMinor: usdt(10_000) });
  if (fund > 0) world.accept({ kind: 'topUpFund', pool: 'p', asset: 'USDT', amountMinor: usdt(fund) });
  if (!isClawing) world.accept(setWaterfall('p', { layers: OWN_LIST.map((kind) => layer(kind)) }));
  world.mark({ X: PRICE });
  for (const client of ['ada', 'friend', 'bob', 'cleo']) {
    world.client(client, { USDT: usdt(100_000) });
    world.account(client, client, 'X', client === 'ada' ? 10 : leverage);
  }
  for (const client of ['ada', 'friend']) world.accept({ kind: 'setGroup', client, group: 'desk' });
  return world;
}

const trade = (world: World, buyer: string, seller: string, lots = 100n, priceTicks = PRICE) =>
  world.trade({ buyer, seller, instrument: 'X', priceTicks, lots });

/** What was taken over of ada is sold to cleo. */
const sellTakeover = (world: World, lots: bigint, priceTicks: bigint) => {
  const side = { leg: 'net', order: '', allocateMinor: 0n } as const;
  const takeover = world.state.takeovers.names.nameOf(0);
  world.accept({
    kind: 'fill',
    instrument: 'X',
    priceTicks,
    lots,
    taker: 'seller',
    buyer: { party: 'account', id: 'cleo', allocateInitial: true, ...side },
    seller: { party: 'liquidation', id: takeover, allocateInitial: false, ...side },
  });
};

/** ada buys 0.1 BTC from her friend at 40,000 with 400 behind it, and the market falls to 32,000: 400 are missing. */
function attacked(options: Parameters<typeof venue>[0] = {}): World {
  const world = venue(options);
  trade(world, 'ada', 'friend');
  world.mark({ X: 320_000n });
  sellTakeover(world, 100n, 320_000n);
  return world;
}

const isSound = (world: World) => {
  checkEverything(world.state);
  return trialBalance(world.state.ledger).every(({ total }) => total === 0n);
};

describe('a deficit of an account that traded with its own kind', () => {
  it('is paid by what the other side gained on that fill, before the fund (ISO-05)', () => {
    const world = attacked();
    const [clawed] = eventsOf(world.records, 'clawedBack');
    expect(clawed).toMatchObject({
      amount: usdt(400),
      payers: [{ claimMinor: usdt(800), paysMinor: usdt(400) }],
    });
    expect(clawed!.payers[0]!.accountRow).toBe(world.row('friend'));
    expect([world.fund('p'), outstandingOf(world.state, 0)]).toEqual([usdt(1_000), 0n]);
    expect(eventsOf(world.records, 'covered')).toEqual([]);
    // Of 800 on the fill 400 are left; lots and principal are as they were.
    expect(world.position('friend')).toEqual({ lots: -100n, cost: usdt(-3_600) });
    expect(world.balance('friend')).toBe(usdt(400));
    expect([world.wallet('friend'), world.wallet('ada')]).toEqual([usdt(99_600), usdt(99_600)]);
    expect(isSound(world)).toBe(true);
  });

  it('is pushed to the fund in a pool whose list leaves the layer out: the same attack (ISO-05)', () => {
    const world = attacked({ isClawing: false });
    expect(eventsOf(world.records, 'clawedBack')).toEqual([]);
    expect(world.fund('p')).toBe(usdt(600));
    expect(world.position('friend').cost).toBe(usdt(-4_000));
    expect(isSound(world)).toBe(true);
  });

  it('deleverages nobody for what the other side can give back, though the fund is empty (ISO-05, LIQ-06)', () => {
    const world = venue({ fund: 0, leverage: 2 });
    trade(world, 'bob', 'cleo');
    trade(world, 'ada', 'friend');
    world.mark({ X: 320_000n });
    expect(eventsOf(world.records, 'deleveraged')).toEqual([]);
    // Beyond 400 below the mark it gives back all it gained, and that is what ada lost: still nobody else is asked.
    sellTakeover(world, 40n, 320_000n);
    world.mark({ X: 310_000n });
    sellTakeover(world, 60n, 310_000n);
    const [clawed] = eventsOf(world.records, 'clawedBack');
    // 40 lots lost 320 and 60 lots 540, of which ada had 400.
    expect(clawed).toMatchObject({ amount: usdt(460), payers: [{ claimMinor: usdt(860) }] });
    expect(['deleveraged', 'shared'].flatMap((kind) => eventsOf(world.records, kind as 'shared'))).toEqual(
      [],
    );
    expect(isSound(world)).toBe(true);
  });

  it('deleverages strangers without it (ISO-05)', () => {
    const world = venue({ fund: 0, leverage: 2, isClawing: false });
    trade(world, 'bob', 'cleo');
    trade(world, 'ada', 'friend');
    world.mark({ X: 320_000n });
    expect(eventsOf(world.records, 'deleveraged')).toHaveLength(1);
  });

  it('is paid back too where the account closes by itself, far from its mark (ISO-05)', () => {
    const world = venue();
    trade(world, 'ada', 'friend');
    world.mark({ X: 365_000n });
    // She sells at 35,000 what was bought at 40,000, with 400 behind it; at the mark her friend is 350 up on the fill.
    trade(world, 'cleo', 'ada', 100n, 350_000n);
    const [clawed] = eventsOf(world.records, 'clawedBack');
    expect(clawed).toMatchObject({ amount: usdt(100), payers: [{ claimMinor: usdt(350) }] });
    expect(world.fund('p')).toBe(usdt(1_000));
    expect(world.position('cleo').lots).toBe(100n);
  });

  it('asks nobody who was a stranger when the fill happened (ISO-05)', () => {
    const world = venue();
    trade(world, 'ada', 'bob');
    world.mark({ X: 320_000n });
    sellTakeover(world, 100n, 320_000n);
    expect(eventsOf(world.records, 'clawedBack')).toEqual([]);
    expect(world.fund('p')).toBe(usdt(600));
  });

  it('asks whoever was of the group then, whatever it is now, and any account of the same client (ISO-05)', () => {
    const world = venue();
    world.account('ada-2', 'ada', 'X', 5);
    trade(world, 'ada', 'friend', 50n);
    trade(world, 'ada', 'ada-2', 50n);
    for (const client of ['ada', 'friend']) world.accept({ kind: 'setGroup', client, group: null });
    world.mark({ X: 320_000n });
    sellTakeover(world, 100n, 320_000n);
    const [clawed] = eventsOf(world.records, 'clawedBack');
    expect(clawed!.payers.map(({ paysMinor }) => paysMinor)).toEqual([usdt(200), usdt(200)]);
    expect(clawed!.payers.map(({ accountRow }) => accountRow).sort()).toEqual(
      [world.row('friend'), world.row('ada-2')].sort(),
    );
  });
});

describe('what an account gives back', () => {
  /** The friend buys back at 38,000 from bob: 200 realized, 400 brought. */
  function realized(): World {
    const world = venue({ leverage: 10 });
    trade(world, 'ada', 'friend');
    world.mark({ X: 380_000n });
    trade(world, 'friend', 'bob', 100n, 380_000n);
    return world;
  }

  it('is its gain alone: what it brought stays, and the fund pays the rest (ISO-05, ISO-01)', () => {
    const world = realized();
    world.mark({ X: 320_000n });
    sellTakeover(world, 100n, 320_000n);
    const [clawed] = eventsOf(world.records, 'clawedBack');
    expect(clawed).toMatchObject({
      amount: usdt(200),
      payers: [{ claimMinor: usdt(800), paysMinor: usdt(200) }],
    });
    expect([world.balance('friend'), world.fund('p')]).toEqual([usdt(400), usdt(800)]);
    expect(isSound(world)).toBe(true);
  });

  it('does not reach what went to the wallet while the pool was sound (ISO-05, ISO-06)', () => {
    const world = realized();
    world.accept({ kind: 'release', account: 'friend', asset: null, amountMinor: usdt(600) });
    const before = world.wallet('friend');
    world.mark({ X: 320_000n });
    sellTakeover(world, 100n, 320_000n);
    expect(eventsOf(world.records, 'clawedBack')).toEqual([]);
    expect([world.wallet('friend'), world.fund('p')]).toEqual([before, usdt(600)]);
  });

  it('cannot be taken out before it is asked for once the pool is short (ISO-05, ISO-06)', () => {
    const world = venue({ fund: 0 });
    trade(world, 'ada', 'friend');
    world.mark({ X: 320_000n });
    const most = { kind: 'release', account: 'friend', asset: null, amountMinor: usdt(401) } as const;
    expect(['pool_not_sound', 'removal_floor']).toContain(world.refuse(most));
  });

  it('is nothing once the account has closed and paid for the fill itself (ISO-05)', () => {
    const world = venue({ leverage: 2 });
    trade(world, 'ada', 'friend');
    world.mark({ X: 390_000n });
    trade(world, 'cleo', 'ada', 100n, 390_000n);
    const { lots, value } = world.state.relatedGains;
    expect([lots.get(0), value.get(0), lots.get(1), value.get(1)]).toEqual([0n, 0n, -100n, usdt(-4_000)]);
    trade(world, 'ada', 'bob', 100n, 390_000n);
    world.mark({ X: 310_000n });
    expect(world.state.takeovers.table.size).toBe(1);
    trade(world, 'bob', 'cleo', 1n, 310_000n);
    sellTakeover(world, 100n, 310_000n);
    expect(eventsOf(world.records, 'clawedBack')).toEqual([]);
  });

  it('is one row for two accounts and an instrument, however often they trade, netted (ISO-05)', () => {
    const world = venue();
    for (let i = 0; i < 20; i++) {
      trade(world, 'ada', 'friend', 10n);
      trade(world, 'friend', 'ada', 5n, 399_000n);
    }
    const { table, lots, value } = world.state.relatedGains;
    expect(table.size).toBe(2);
    // 50 or 100 lots at 40,000 less what they sold back a hundred below the mark.
    expect([lots.get(0), value.get(0)]).toEqual([100n, usdt(4_000 + 20 * 0.5)]);
  });

  it('returns to it, after the fund, when the loss is recovered (ISO-05, LIQ-08)', () => {
    const world = realized();
    world.mark({ X: 320_000n });
    sellTakeover(world, 100n, 320_000n);
    const recover = {
      kind: 'recover',
      pool: 'p',
      asset: 'USDT',
      deficit: 0,
      takeover: null,
      amountMinor: usdt(250),
    } as const;
    const wallet = world.wallet('friend');
    world.accept(recover);
    expect([world.fund('p'), world.wallet('friend') - wallet]).toEqual([usdt(1_000), usdt(50)]);
    expect(world.refuse({ ...recover, amountMinor: usdt(151) })).toBe('invalid_amount');
    world.accept({ ...recover, amountMinor: usdt(150) });
    expect(world.wallet('friend') - wallet).toBe(usdt(200));
    expect(isSound(world)).toBe(true);
  });
});

describe('the memory of fills inside a group', () => {
  it('is in the state: snapshot and replay have it, and go on alike (ISO-05, OPS-02)', () => {
    const world = venue();
    trade(world, 'ada', 'friend');
    const copy = decodeSnapshot(encodeSnapshot(world.engine));
    const replayed = createEngine();
    for (const record of world.records) replayed.replay(record);
    for (const engine of [copy, replayed]) {
      expect(hashText(engine.stateHash())).toBe(hashText(world.engine.stateHash()));
      expect(engine.state.relatedGains.value.get(0)).toBe(usdt(4_000));
    }
  });
});
