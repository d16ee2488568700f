import { describe, expect, it } from 'vitest';
import { hashText } from '../../base/index.js';
import { trialBalance } from '../../ledger/index.js';
import { layer, setWaterfall } from '../../testkit/waterfallProposals.js';
import { eventsOf, linearPerpetual, standardWorld, usdt, type World } from '../../testkit/world.js';
import { checkEverything, createEngine, decodeSnapshot, encodeSnapshot } from '../index.js';
import { claimLeft, claimsOf } from '../lossClaims.js';
import { wholeStateHash } from '../stateHash.js';

/** ada is long 0.1 at 40,000 with 400 behind it, bob short 60 lots of it and eve 40: 400 short at 32,000. */
function pool(fund = 0): World {
  const world = standardWorld(0n);
  const opened = { admission: 'fills', valuationAsset: null, legRule: 'larger', isDesk: false } as const;
  world.accept({ kind: 'openPool', pool: 'p', workBudget: 10_000, ...opened });
  for (const id of ['X', 'Y']) world.accept(linearPerpetual(id, { pool: 'p', markMaxJumpPpm: 10_000_000n }));
  world.accept({ kind: 'injectCapital', asset: 'USDT', amountMinor: usdt(10_000) });
  if (fund > 0) world.accept({ kind: 'topUpFund', pool: 'p', asset: 'USDT', amountMinor: usdt(fund) });
  world.mark({ X: 400_000n, Y: 400_000n });
  for (const [client, leverage] of Object.entries({ ada: 10, bob: 5, eve: 5 })) {
    world.client(client, { USDT: usdt(100_000) });
    for (const id of ['X', 'Y']) world.account(id === 'X' ? client : `${client}-y`, client, id, leverage);
  }
  return world;
}

function fall(world: World, instrument: 'X' | 'Y' = 'X') {
  const name = (client: string) => (instrument === 'X' ? client : `${client}-y`);
  for (const [seller, lots] of [
    ['bob', 60n],
    ['eve', 40n],
  ] as const)
    world.trade({ buyer: name('ada'), seller: name(seller), instrument, priceTicks: 400_000n, lots });
  return world.mark({ [instrument]: 320_000n }).work;
}

/** Half of each winner may be taken: the other 50 lots are torn up, and their 200 shared among gains. */
function halves(): World {
  const world = pool();
  const layers = [layer('account'), layer('deleveraging'), layer('lossSharing')];
  const deleveraging = { kind: 'cappedProRata', score: null, maxSharePpm: 500_000n, maxLots: null } as const;
  world.accept(setWaterfall('p', { layers, deleveraging }));
  fall(world);
  return world;
}

const loss = (takeover: string) => ({ pool: 'p', asset: 'USDT', deficit: null, takeover }) as const;
const recover = (amount: number, takeover = 'p#1') =>
  ({ kind: 'recover', ...loss(takeover), amountMinor: usdt(amount) }) as const;
const writeOff = (takeover = 'p#1') => ({ kind: 'writeOffLoss', ...loss(takeover) }) as const;
const wallets = (world: World) => ['bob', 'eve'].map((client) => world.wallet(client));
const since = (world: World, before: readonly bigint[]) =>
  wallets(world).map((now, at) => now - (before[at] as bigint));
const claims = ({ state }: World, takeoverRow = 0) =>
  [...claimsOf(state, { of: 'takeovers', row: takeoverRow })].map((row) => [
    state.accounts.names.nameOf(state.lossClaims.account.get(row)),
    claimLeft(state, row),
  ]);

describe('what winners forwent', () => {
  it('is a payment: cover, share and forgone sum to the loss, each with its name (LIQ-08, law 5)', () => {
    // Given a pool that may take half of each winner, and nothing else but gains.
    const world = halves();
    const { takeovers, deficits } = world.state;
    // Then of the 400 that ada was short, 200 were forgone and 200 shared.
    const [shared, forgone] = [deficits.shared.get(0), takeovers.forgone.get(0)];
    expect([forgone, shared, deficits.amount.get(0)]).toEqual([usdt(200), usdt(200), usdt(200)]);
    expect(forgone + shared).toBe(usdt(400));
    expect(claims(world)).toEqual([
      ['eve', usdt(80)],
      ['bob', usdt(120)],
    ]);
    checkEverything(world.state);
  });

  it('comes back after the gains that shared and before the fund, to the wallets of their clients (LIQ-08)', () => {
    const world = halves();
    const before = wallets(world);
    // When 250 come back: the 200 of the gains, then 50 of the 200 forgone, 3 to 2.
    const { record } = world.accept(recover(250));
    const [event] = eventsOf([record], 'lossRecovered');
    const sum = (parts: readonly { readonly amount: bigint }[]) =>
      parts.reduce((total, { amount }) => total + amount, 0n);
    expect([sum(event!.shares), sum(event!.forgone)]).toEqual([usdt(200), usdt(50)]);
    expect(claims(world)).toEqual([
      ['eve', usdt(60)],
      ['bob', usdt(90)],
    ]);
    // And the rest: 150, by the number of the deficit, which stands for its takeover.
    world.accept({ ...recover(150), takeover: null, deficit: 0 });
    expect(since(world, before).reduce((total, part) => total + part, 0n)).toBe(usdt(400));
    expect(claims(world)).toEqual([]);
    expect(world.state.takeovers.forgoneReturned.get(0)).toBe(usdt(200));
    checkEverything(world.state);
    expect(trialBalance(world.state.ledger).every(({ total }) => total === 0n)).toBe(true);
  });

  it('comes back before what the fund covered of the same loss, and no more than was paid (LIQ-08)', () => {
    // Given 100 in the fund: 75 lots forgo 300, and 25 lots are 100 short when they are sold at the mark.
    const world = pool(100);
    fall(world);
    const side = { leg: 'net', order: '', allocateMinor: 0n } as const;
    world.accept({
      kind: 'fill',
      instrument: 'X',
      priceTicks: 320_000n,
      lots: 25n,
      buyer: { ...side, party: 'account', id: 'eve', allocateInitial: true },
      seller: { ...side, party: 'liquidation', id: 'p#1', allocateInitial: false },
      taker: 'seller',
    });
    expect([world.state.takeovers.forgone.get(0), world.state.deficits.covered.get(0)]).toEqual(
      [300, 100].map(usdt),
    );
    const before = wallets(world);
    world.accept(recover(299));
    expect(world.fund('p')).toBe(0n);
    world.accept(recover(51));
    expect(since(world, before).reduce((total, part) => total + part, 0n)).toBe(usdt(300));
    expect(world.fund('p')).toBe(usdt(50));
    const { record } = world.send(recover(51));
    expect(record.outcome).toMatchObject({
      rejection: {
        code: 'invalid_amount',
        context: { amount: { minor: usdt(51) }, largest: { minor: usdt(50) } },
      },
    });
  });

  it('has a claim where no deficit was left, and a unit goes to the largest remainder (LIQ-08)', () => {
    // Given no fund and no caps: bob and eve close all 100 lots at 36,000, and nothing is left open.
    const world = pool();
    fall(world);
    expect(world.state.deficits.table.size).toBe(0);
    expect(claims(world)).toEqual([
      ['eve', usdt(160)],
      ['bob', usdt(240)],
    ]);
    const before = wallets(world);
    // Of 3 units 1.8 and 1.2.
    world.accept({ ...recover(0), amountMinor: 3n });
    expect(since(world, before)).toEqual([2n, 1n]);
    expect(world.refuse(recover(400))).toBe('invalid_amount');
    world.accept({ ...recover(0), amountMinor: usdt(400) - 3n });
    expect(since(world, before)).toEqual([240, 160].map(usdt));
  });

  it('is not asked for by another name: of another pool or asset, of both, of none (LIQ-08)', () => {
    const world = halves();
    expect(world.refuse(recover(1, 'p#7'))).toBe('unknown_takeover');
    expect(world.refuse({ ...recover(1), pool: 'main' })).toBe('unknown_takeover');
    expect(world.refuse({ ...recover(1), deficit: 0 })).toBe('invalid_definition');
    expect(world.refuse({ ...recover(1), takeover: null })).toBe('invalid_definition');
    expect(world.refuse({ ...recover(1), asset: 'EUR' })).toBe('unknown_asset');
    expect(world.refuse({ ...recover(1), pool: 'q' })).toBe('unknown_pool');
  });
});

describe('a claim', () => {
  it('is kept until it is paid or written off, and its row is used again: the table does not grow (LIQ-08)', () => {
    const world = halves();
    const { lossClaims } = world.state;
    const { size } = lossClaims.table;
    expect(size).toBe(4);
    world.accept(recover(400));
    expect([0, 1, 2, 3].map((row) => lossClaims.table.isFree(row))).toEqual([true, true, true, true]);
    fall(world, 'Y');
    expect(lossClaims.table.size).toBe(size);
    expect(claims(world, 1)).toEqual([
      ['eve-y', usdt(80)],
      ['bob-y', usdt(120)],
    ]);
    checkEverything(world.state);
    expect(hashText(wholeStateHash(world.state))).toBe(hashText(world.engine.stateHash()));
  });

  it('is written off only of a loss that is over, and then nothing comes back of it (LIQ-08)', () => {
    // Given a takeover that waits for the market with a fund that may cover it.
    const waiting = pool(1_000);
    fall(waiting);
    expect(waiting.refuse(writeOff())).toBe('losses_open');
    // Given one that is closed and paid.
    const world = halves();
    world.accept(recover(100));
    const { record } = world.accept(writeOff());
    const [event] = eventsOf([record], 'lossWrittenOff');
    expect([event?.sharedMinor, event?.forgoneMinor]).toEqual([100, 200].map(usdt));
    const { takeovers, deficits, lossClaims } = world.state;
    // Then who paid which part stays in sum, and who is out of what is gone.
    expect([takeovers.forgone.get(0), deficits.shared.get(0), deficits.sharesReturned.get(0)]).toEqual(
      [200, 200, 100].map(usdt),
    );
    expect([0, 1, 2, 3].every((row) => lossClaims.table.isFree(row))).toBe(true);
    expect(world.refuse(recover(1))).toBe('loss_written_off');
    expect(world.refuse({ ...recover(1), takeover: null, deficit: 0 })).toBe('loss_written_off');
    expect(world.refuse(writeOff())).toBe('loss_written_off');
    checkEverything(world.state);
  });

  it('has nothing to be written off where nobody paid (LIQ-08)', () => {
    const world = pool(1_000);
    // A surplus: taken over at 36,100, sold at 36,150.
    world.trade({ buyer: 'ada', seller: 'bob', instrument: 'X', priceTicks: 400_000n, lots: 100n });
    world.mark({ X: 361_000n });
    const side = { leg: 'net', order: '', allocateMinor: 0n } as const;
    world.accept({
      kind: 'fill',
      instrument: 'X',
      priceTicks: 361_500n,
      lots: 100n,
      buyer: { ...side, party: 'account', id: 'eve', allocateInitial: true },
      seller: { ...side, party: 'liquidation', id: 'p#1', allocateInitial: false },
      taker: 'seller',
    });
    expect(world.refuse(writeOff())).toBe('nothing_to_do');
  });

  it('survives a snapshot with free rows, and a replay, to the same rows and hash (OPS-02)', () => {
    const world = halves();
    world.accept(recover(370));
    const loaded = decodeSnapshot(encodeSnapshot(world.engine));
    const replayed = createEngine();
    for (const record of world.records) replayed.replay(record);
    for (const engine of [world.engine, loaded, replayed]) {
      expect(engine.submit('back', recover(30), world.timeMs).kind).toBe('recorded');
      expect(hashText(engine.stateHash())).toBe(hashText(world.engine.stateHash()));
      expect(engine.state.lossClaims.table.size).toBe(4);
    }
  });

  it('that does not add up breaks the law of losses (law 5)', () => {
    const world = halves();
    world.state.lossClaims.paid.set(0, 1n);
    expect(() => checkEverything(world.state)).toThrow('law 5: what');
  });
});
