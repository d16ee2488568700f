import { describe, expect, it } from 'vitest';
import { leg, type Side, sharedWorld } from '../testkit/sharedWorld.js';
import { layer, setWaterfall } from '../testkit/waterfallProposals.js';
import { eventsOf, standardWorld, usdt, type World } from '../testkit/world.js';
import { accountView } from './accountView.js';
import { eventJson } from './eventView.js';
import { poolView } from './poolView.js';
import { readCommand } from './wireCommand.js';

const BTC = 'BTC-PERP';

const rankOf = (world: World, account: string) => {
  const situation = { state: world.state, derived: world.engine.derived, timeMs: world.timeMs };
  const view = accountView(situation, world.row(account));
  return 'position' in view ? view.position?.deleveraging : view.positions[0]?.deleveraging;
};

/** ada is long against bob at 5 times and eve at 20 times; dan sold lower. */
function sides(): World {
  const world = standardWorld();
  for (const [client, leverage] of Object.entries({ ada: 10, bob: 5, eve: 20, dan: 5 })) {
    world.client(client, { USDT: usdt(50_000) });
    world.account(client, client, 'BTC-PERP', leverage);
  }
  const trade = (seller: string, lots: bigint, priceTicks = 400_000n) =>
    world.trade({ buyer: 'ada', seller, instrument: 'BTC-PERP', priceTicks, lots });
  trade('bob', 60n);
  trade('eve', 20n);
  world.mark({ 'BTC-PERP': 390_000n });
  trade('dan', 20n, 385_000n);
  return world;
}

describe('the place of a position in a deleveraging', () => {
  it('is its rank among winners, with a light and what is ahead of it; losers have none (LIQ-06)', () => {
    const world = sides();
    expect(rankOf(world, 'eve')).toEqual({
      rank: 1,
      light: 5,
      quantile: '0.25',
      ahead: '0',
      reason: 'placed',
    });
    expect(rankOf(world, 'bob')).toEqual({
      rank: 2,
      light: 1,
      quantile: '1',
      ahead: '0.02',
      reason: 'placed',
    });
    expect(rankOf(world, 'dan')).toMatchObject({ rank: null, light: 0, reason: 'noProfit' });
    expect(rankOf(world, 'ada')).toMatchObject({ rank: null, reason: 'noProfit' });
  });

  it('is the order in which lots are taken then, and moves with marks and with the policy of the pool (LIQ-06)', () => {
    const world = sides();
    expect(rankOf(world, 'bob')?.rank).toBe(2);
    const by = { kind: 'proRata', score: null, maxSharePpm: 1_000_000n, maxLots: null } as const;
    world.accept(setWaterfall('main', { deleveraging: by }));
    expect(rankOf(world, 'bob')).toMatchObject({ rank: 1, ahead: '0' });
    world.mark({ 'BTC-PERP': 402_000n });
    expect(rankOf(world, 'bob')).toMatchObject({ rank: null, reason: 'noProfit' });
    expect(rankOf(world, 'ada')).toMatchObject({ rank: 1 });
    const fallen = sides();
    const { work } = fallen.mark({ [BTC]: 200_000n });
    const [event] = eventsOf(work, 'deleveraged');
    expect(event?.fills[0]).toMatchObject({ accountRow: fallen.row('eve'), rank: 1, reason: 'whole' });
    expect(event?.fills.map(({ rank }) => rank)).toEqual([1, 2]);
  });

  it('leaves the hedged part of a position for last (LIQ-06)', () => {
    const world = sharedWorld({ fundMinor: usdt(100) });
    world.client('eve', { USDT: usdt(10_000) });
    const trade = (buyer: Side, seller: Side, lots: bigint) =>
      world.accept(world.fill(BTC, { priceTicks: 400_000n, lots, buyer, seller }));
    world.cross('eve', { USDT: usdt(2_000) }, { hasLegs: true });
    for (const client of ['ada', 'bob', 'dan'])
      world.account(`${client}-1`, client, BTC, client === 'ada' ? 10 : 3);
    const side = (id: string) => ({ id, allocateInitial: true });
    trade(side('ada-1'), leg('eve', 'short'), 30n);
    trade(side('ada-1'), side('bob-1'), 30n);
    trade(leg('eve', 'long'), side('dan-1'), 20n);
    // 240 short on 60 lots, 100 by the fund: 35 needed, and 10 of eve's 30 are not hedged.
    const { work } = world.mark({ [BTC]: 320_000n });
    const [event] = eventsOf(work, 'deleveraged');
    expect(event?.neededLots).toBe(35n);
    const ofEve = event?.fills.find(({ accountRow }) => accountRow === world.row('eve'));
    expect(ofEve === undefined || ofEve.lots <= 10n).toBe(true);
    expect(event?.fills.reduce((sum, { lots }) => sum + lots, 0n)).toBe(35n);
  });
});

describe('a waterfall on the wire', () => {
  const sent = {
    kind: 'setWaterfall',
    pool: 'main',
    asset: 'USDT',
    policy: {
      revision: 1,
      layers: [
        { name: 'own', kind: 'account', scope: 'account', payers: 'ownAccount', allocation: 'single' },
        {
          name: 'fund',
          kind: 'insuranceFund',
          scope: 'pool',
          payers: 'poolFund',
          share: '0.5',
          instrumentCap: '250.5',
          allocation: 'single',
        },
        { name: 'gains', kind: 'lossSharing', scope: 'pool', payers: 'poolGains', allocation: 'proRata' },
      ],
      deleveraging: { kind: 'cappedProRata', maxShare: '0.4' },
    },
  };

  it('is read in the units of its asset, checked, and shown by its hash and in its event (LIQ-05)', () => {
    const world = standardWorld();
    const read = readCommand(world.state, sent);
    if (!read.ok) throw new Error(JSON.stringify(read.error));
    const situation = () => ({ state: world.state, derived: world.engine.derived, timeMs: world.timeMs });
    const [before] = poolView(situation(), 0).assets;
    const { record } = world.accept(read.value);
    const [after] = poolView(situation(), 0).assets;
    expect([before?.waterfallRevision, after?.waterfallRevision]).toEqual([0, 1]);
    expect(after?.waterfallHash).toMatch(/^[0-9a-f]{32}$/);
    expect(after?.waterfallHash).not.toBe(before?.waterfallHash);
    const [event] = eventsOf([record], 'waterfallSet');
    expect(eventJson(world.state, event as NonNullable<typeof event>)).toMatchObject({
      kind: 'waterfallSet',
      pool: 'main',
      asset: 'USDT',
      policy: {
        revision: 1,
        layers: [{ name: 'own' }, { name: 'fund', share: '0.5', instrumentCap: '250.5', cap: null }, {}],
        deleveraging: { kind: 'cappedProRata', maxShare: '0.4', maxLots: null },
      },
    });
    expect(after?.fund).toMatchObject({ injected: '1000', drawn: '0', closing: '1000' });
  });

  it('never has a word for a wallet or another pool (ISO-03)', () => {
    const world = standardWorld();
    const [, fund] = sent.policy.layers;
    for (const payers of ['wallet', 'otherPool', 'client'])
      expect(
        readCommand(world.state, { ...sent, policy: { ...sent.policy, layers: [{ ...fund, payers }] } }).ok,
      ).toBe(false);
    expect(layer('insuranceFund').payers).toBe('poolFund');
  });
});
