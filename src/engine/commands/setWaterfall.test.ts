import { describe, expect, it } from 'vitest';
import { hashText, PPM } from '../../base/index.js';
import { trialBalance } from '../../ledger/index.js';
import { layer, QUEUE, setWaterfall } from '../../testkit/waterfallProposals.js';
import {
  commandKinds,
  eventsOf,
  linearPerpetual,
  standardWorld,
  usdt,
  type World,
} from '../../testkit/world.js';
import { checkEverything, decodeSnapshot, type EngineRecord, encodeSnapshot } from '../index.js';
import { venueLedgerRow } from '../state.js';
import { wholeStateHash } from '../stateHash.js';

/** A pool of two instruments with a fund, venue capital besides, and accounts by client with their leverage in X. */
function pool(money: { fund?: number; capital?: number }, accounts: Record<string, number>): World {
  const { fund = 0, capital = 0 } = money;
  const world = standardWorld(0n);
  world.accept({
    kind: 'openPool',
    admission: 'fills',
    valuationAsset: null,
    legRule: 'larger',
    pool: 'p',
    isDesk: false,
    workBudget: 10_000,
  });
  for (const id of ['X', 'Y']) world.accept(linearPerpetual(id, { pool: 'p', markMaxJumpPpm: 10_000_000n }));
  if (fund + capital > 0)
    world.accept({ kind: 'injectCapital', asset: 'USDT', amountMinor: usdt(fund + capital) });
  if (fund > 0) world.accept({ kind: 'topUpFund', pool: 'p', asset: 'USDT', amountMinor: usdt(fund) });
  if (capital > 0)
    world.accept({ kind: 'reserveCapital', pool: 'p', asset: 'USDT', amountMinor: usdt(capital) });
  world.mark({ X: 400_000n, Y: 400_000n });
  for (const [client, leverage] of Object.entries(accounts)) {
    world.client(client, { USDT: usdt(100_000) });
    world.account(client, client, 'X', leverage);
  }
  return world;
}

/** What losses of X have had of the fund of p. */
const fundUsed = ({ state }: World) =>
  state.totals.used.get('insuranceFund', {
    poolRow: state.pools.names.rowOf('p'),
    instrumentRow: state.instruments.names.rowOf('X'),
  });
const trade = (world: World, buyer: string, seller: string, lots: bigint, instrument = 'X') =>
  world.trade({ buyer, seller, instrument, priceTicks: 400_000n, lots });
const steps = (work: readonly EngineRecord[]) => commandKinds(work).filter((kind) => kind !== 'assess');
const fills = (world: World, work: readonly EngineRecord[]) =>
  eventsOf(work, 'deleveraged').map(({ fills }) =>
    fills.map(({ accountRow, lots, reason }) => [
      world.state.accounts.names.nameOf(accountRow),
      lots,
      reason,
    ]),
  );
const capital = (world: World) => world.state.ledger.balance(venueLedgerRow(world.state, 0, 'capital'));
const shares = (kind: 'proRata' | 'cappedProRata' | 'riskAware', maxSharePpm = PPM) =>
  ({ kind, score: null, maxSharePpm, maxLots: null }) as const;
const isBalanced = (world: World) => trialBalance(world.state.ledger).every(({ total }) => total === 0n);

/** ada is long 0.1 at 40,000 with 400 behind it: 400 short at 32,000. */
function fall(world: World, sellers: Record<string, bigint>) {
  for (const [seller, lots] of Object.entries(sellers)) trade(world, 'ada', seller, lots);
  return world.mark({ X: 320_000n }).work;
}

describe('the waterfall of a pool', () => {
  it('is the default one spelled out, with the same steps and money as without it (LIQ-05)', () => {
    const play = (isSet: boolean) => {
      const world = pool({ fund: 100 }, { ada: 10, bob: 5, eve: 3 });
      if (isSet) world.accept(setWaterfall('p'));
      const work = fall(world, { bob: 60n, eve: 40n });
      return { steps: steps(work), fills: fills(world, work), fund: world.fund('p') };
    };
    expect(play(true)).toEqual(play(false));
  });

  it('comes with a revision that counts, is refused while losses are open, and goes back to none (LIQ-05)', () => {
    const world = pool({ fund: 100 }, { ada: 10, bob: 5 });
    expect(world.refuse(setWaterfall('p', { revision: 2 }))).toBe('invalid_definition');
    world.accept(setWaterfall('p'));
    expect(world.refuse(setWaterfall('p'))).toBe('invalid_definition');
    world.accept(setWaterfall('p', { revision: 2, layers: [layer('account'), layer('lossSharing')] }));
    trade(world, 'ada', 'bob', 100n);
    world.mark({ X: 355_000n });
    expect(world.state.openTakeovers.get(world.state.pools.names.rowOf('p'))?.size).toBe(1);
    expect(world.refuse(setWaterfall('p', { revision: 3 }))).toBe('losses_open');
    expect(world.refuse({ kind: 'setWaterfall', pool: 'p', asset: 'USDT', policy: null })).toBe(
      'losses_open',
    );
  });

  it('is refused where a list may not be, or where an engine cannot do what it says (LIQ-05)', () => {
    const world = pool({}, { ada: 10 });
    const refused = (command: Parameters<World['refuse']>[0]) => {
      const { record } = world.send(command);
      if (record.outcome.kind === 'accepted') throw new Error('accepted');
      return record.outcome.rejection.context;
    };
    const list = (...layers: ReturnType<typeof layer>[]) => refused(setWaterfall('p', { layers }));
    const own = layer('account');
    expect(list(layer('insuranceFund'))).toEqual({ field: 'policy.layers[0]', rule: 'own_account_missing' });
    expect(list(own, layer('lossSharing'), layer('deleveraging'))['rule']).toBe('out_of_order');
    expect(list(own, layer('topUp', { capMinor: 5n }))['rule']).toBe('top_up_without_fund');
    expect(list(own, layer('insuranceFund'), layer('topUp'))['rule']).toBe('top_up_without_cap');
    expect(list(own, layer('insuranceFund', { scope: 'venue' }))['rule']).toBe('scope_does_not_fit');
    expect(list(layer('account', { capMinor: 5n }))['rule']).toBe('the own account gives all it has');
    expect(list(own, layer('lenders', { causes: [] }))['rule']).toBe('lenders bear losses of debts alone');
    expect(list(own, layer('deleveraging', { sizePpm: 1n }))['field']).toBe('policy.layers[1]');
    expect(refused(setWaterfall('p', { deleveraging: { ...QUEUE, score: null } }))['field']).toBe(
      'policy.deleveraging.score',
    );
    expect(refused(setWaterfall('p', { deleveraging: shares('cappedProRata') }))['rule']).toBe(
      'cap_is_missing',
    );
    expect(world.refuse(setWaterfall('nowhere'))).toBe('unknown_pool');
    expect(world.refuse(setWaterfall('p', { asset: 'EUR' }))).toBe('unknown_asset');
    expect(world.refuse({ kind: 'setWaterfall', pool: 'p', asset: 'USDT', policy: null })).toBe(
      'nothing_to_do',
    );
  });

  it('is in the state hash, survives a snapshot, and is the same on replay (OPS-02)', () => {
    const world = pool({ fund: 100 }, { ada: 10, bob: 5 });
    const before = hashText(world.engine.stateHash());
    world.accept(setWaterfall('p', { deleveraging: shares('riskAware', 500_000n) }));
    const after = hashText(world.engine.stateHash());
    expect(after).not.toBe(before);
    const again = decodeSnapshot(encodeSnapshot(world.engine));
    expect(hashText(again.stateHash())).toBe(after);
    expect([...again.state.waterfalls]).toEqual([...world.state.waterfalls]);
    expect(hashText(wholeStateHash(world.state))).toBe(after);
  });
});

describe('who is deleveraged', () => {
  const SELLERS = { bob: 40n, eve: 40n, low: 20n };
  const players = { ada: 10, bob: 5, eve: 20, low: 2 };
  const under = (deleveraging: typeof QUEUE | ReturnType<typeof shares>, fund = 100) => {
    const world = pool({ fund }, players);
    world.accept(setWaterfall('p', { deleveraging }));
    const work = fall(world, SELLERS);
    expect(isBalanced(world)).toBe(true);
    checkEverything(world.state);
    return { world, work, fills: fills(world, work) };
  };

  it('a queue takes down the ranking, exactly what is needed (LIQ-06)', () => {
    expect(under(QUEUE).fills).toEqual([
      [
        ['eve', 40n, 'whole'],
        ['bob', 35n, 'part'],
      ],
    ]);
  });

  it('pro rata takes the same share of all, exactly what is needed (LIQ-06)', () => {
    expect(under(shares('proRata')).fills).toEqual([
      [
        ['bob', 30n, 'part'],
        ['eve', 30n, 'part'],
        ['low', 15n, 'part'],
      ],
    ]);
  });

  it('a capped share leaves the rest to be torn up at the mark, at once, and asks nobody twice (LIQ-06, LIQ-07)', () => {
    const { world, work, fills: taken } = under(shares('cappedProRata', 500_000n));
    expect(taken[0]).toEqual([
      ['bob', 20n, 'capped'],
      ['eve', 20n, 'capped'],
      ['low', 10n, 'capped'],
    ]);
    const [first, second, ...more] = eventsOf(work, 'deleveraged');
    expect([first?.neededLots, first?.tearUpLots, second?.isTearUp, second?.tearUpLots]).toEqual([
      75n,
      25n,
      true,
      0n,
    ]);
    expect(second?.fills.reduce((sum, { lots }) => sum + lots, 0n)).toBe(25n);
    // The fund has paid for those, and covers no others now: the rest is torn up too, and shared.
    expect(more.map(({ isTearUp, neededLots }) => [isTearUp, neededLots])).toEqual([[true, 25n]]);
    expect(steps(work)).toContain('share');
    expect(
      world.state.totals.outstanding.get(
        world.state.instruments.poolAsset.get(world.state.instruments.names.rowOf('X')),
      ),
    ).toBe(0n);
  });

  it('by risk takes more of who leans harder (LIQ-06)', () => {
    const [event] = under(shares('riskAware')).fills;
    const lots = Object.fromEntries((event ?? []).map(([name, part]) => [name as string, part as bigint]));
    expect((lots['eve'] as bigint) > (lots['bob'] as bigint)).toBe(true);
    expect(Object.values(lots).reduce((sum, part) => sum + part, 0n)).toBe(75n);
  });

  it('a queue capped in lots asks each once, up to its cap (LIQ-06)', () => {
    const { fills: taken } = under({ ...QUEUE, maxLots: 30n });
    expect(taken).toEqual([
      [
        ['eve', 30n, 'capped'],
        ['bob', 30n, 'capped'],
        ['low', 15n, 'part'],
      ],
    ]);
  });

  it('shares once and exactly among more accounts than one step of a queue closes (LIQ-06)', () => {
    const many = Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`s${i}`, 5]));
    const world = pool({}, { ada: 10, ...many });
    world.accept(setWaterfall('p', { deleveraging: shares('proRata') }));
    for (const seller of Object.keys(many)) trade(world, 'ada', seller, 2n);
    const { work } = world.mark({ X: 320_000n });
    const [event, ...more] = eventsOf(work, 'deleveraged');
    expect([event?.fills.length, event?.isTearUp, more.length]).toEqual([300, false, 0]);
    expect(event?.fills.every(({ lots }) => lots === 2n)).toBe(true);
  });

  it('gains nothing from an account that is split in ten (LIQ-06)', () => {
    const taken = (parts: number) => {
      const names = Array.from({ length: parts }, (_, i) => `b${i}`);
      const world = pool(
        { fund: 100 },
        { ada: 10, eve: 5, ...Object.fromEntries(names.map((name) => [name, 5])) },
      );
      world.accept(setWaterfall('p', { deleveraging: shares('proRata') }));
      const work = fall(world, {
        eve: 50n,
        ...Object.fromEntries(names.map((name) => [name, BigInt(50 / parts)])),
      });
      return fills(world, work)
        .flat()
        .filter(([name]) => (name as string).startsWith('b'))
        .reduce((sum, [, lots]) => sum + (lots as bigint), 0n);
    };
    // 75 of 100 lots: 37 or 38 of 50, however they are held; whole lots may move one to each part.
    const whole = taken(1);
    for (const parts of [2, 5, 10]) expect(taken(parts) >= whole - 1n).toBe(true);
  });

  it('says of each its rank, and who was passed over (LIQ-06)', () => {
    const { work, world } = under(QUEUE);
    const [event] = eventsOf(work, 'deleveraged');
    expect(event?.fills.map(({ rank }) => rank)).toEqual([1, 2]);
    expect(event?.passedOver).toEqual([]);
    // late sold low: at ada's bankruptcy price of 39,200 it would lose, at the mark it gains.
    const late = pool({}, { ada: 50, bob: 5, late: 50 });
    trade(late, 'ada', 'bob', 100n);
    late.mark({ X: 396_000n });
    late.trade({ buyer: 'bob', seller: 'late', instrument: 'X', priceTicks: 390_100n, lots: 40n });
    const after = late.mark({ X: 390_000n }).work;
    const [closed] = eventsOf(after, 'deleveraged');
    expect(closed?.passedOver).toEqual([{ accountRow: late.row('late'), rank: 2 }]);
    expect(world.row('bob')).toBeGreaterThan(0);
  });
});

describe('the layers', () => {
  const own = layer('account');
  const rest = [layer('deleveraging'), layer('lossSharing')];

  it('the fund is asked for no more than its part of one loss, and winners for the rest (LIQ-05)', () => {
    for (const limits of [{ sizePpm: 500_000n }, { capMinor: usdt(100) }]) {
      const world = pool({ fund: 200 }, { ada: 10, bob: 5 });
      world.accept(setWaterfall('p', { layers: [own, layer('insuranceFund', limits), ...rest] }));
      const work = fall(world, { bob: 100n });
      expect(fills(world, work)).toEqual([[['bob', 75n, 'part']]]);
      expect(world.fund('p')).toBe(usdt(200));
    }
  });

  it('one instrument may use no more of the fund than its cap, however much is there: its own inventory triggers deleveraging (LIQ-05)', () => {
    const capped = layer('insuranceFund', { instrumentCapMinor: usdt(100) });
    const world = pool({ fund: 10_000 }, { ada: 10, bob: 5 });
    world.accept(setWaterfall('p', { layers: [own, capped, ...rest] }));
    const work = fall(world, { bob: 100n });
    expect(fills(world, work)).toEqual([[['bob', 75n, 'part']]]);
    // The 25 that stay are sold: the fund pays its 100, and this instrument has used its cap.
    world.client('cleo', { USDT: usdt(10_000) });
    world.account('cleo', 'cleo', 'X', 5);
    world.accept(sale('p#1', 'cleo', 25n));
    expect(world.fund('p')).toBe(usdt(9_900));
    expect(fundUsed(world)).toBe(usdt(100));
    for (const client of ['ada', 'dan']) if (client === 'dan') world.client(client, { USDT: usdt(1_000) });
    world.account('dan', 'dan', 'X', 10);
    world.trade({ buyer: 'dan', seller: 'cleo', instrument: 'X', priceTicks: 320_000n, lots: 50n });
    const second = world.mark({ X: 280_000n }).work;
    // Nothing is left of the cap: all of dan's lots are deleveraged.
    expect(eventsOf(second, 'deleveraged').map(({ neededLots }) => neededLots)).toEqual([50n]);
    expect(world.fund('p')).toBe(usdt(9_900));
  });

  it('two takeovers of one instrument share its cap, the shallower first (LIQ-05)', () => {
    const capped = layer('insuranceFund', { instrumentCapMinor: usdt(300) });
    const world = pool({ fund: 10_000 }, { ada: 10, dan: 10, bob: 3, cleo: 3 });
    world.accept(setWaterfall('p', { layers: [own, capped, ...rest] }));
    trade(world, 'ada', 'bob', 100n);
    trade(world, 'dan', 'cleo', 50n);
    // At 32,000 dan's takeover is 200 short, ada's 400: of 300 the first has 200, and 100 of ada's 400 are left.
    const { work } = world.mark({ X: 320_000n });
    expect(
      eventsOf(work, 'deleveraged').map(({ neededLots, takeoverLots }) => [neededLots, takeoverLots]),
    ).toEqual([[75n, 100n]]);
  });

  it('what was taken over in another instrument never delays it, and hastens it only where the fund is short (LIQ-05)', () => {
    const capped = layer('insuranceFund', { instrumentCapMinor: usdt(100) });
    const both = (isWithOther: boolean, fund = 500) => {
      const world = pool({ fund }, { ada: 10, bob: 5 });
      world.accept(setWaterfall('p', { layers: [own, capped, ...rest] }));
      for (const client of ['yve', 'zoe']) {
        world.client(client, { USDT: usdt(10_000) });
        world.account(client, client, 'Y', 10);
      }
      trade(world, 'yve', 'zoe', 100n, 'Y');
      trade(world, 'ada', 'bob', 100n);
      // In Y the takeover wins or loses a lot; X falls after it.
      if (isWithOther) world.mark({ Y: 320_000n });
      const { work } = world.mark({ X: 320_000n });
      return fills(world, work);
    };
    expect(both(true)).toEqual(both(false));
    expect(both(true)).toEqual([[['bob', 75n, 'part']]]);
    // 150 are less than two caps of 100: the shallower takeover has its 100 first, 50 are left for this one.
    expect([both(false, 150), both(true, 150)]).toEqual([[[['bob', 75n, 'part']]], [[['bob', 88n, 'part']]]]);
  });

  it('the venue adds to the fund, up to its cap, before the fund pays; then winners (LIQ-05)', () => {
    const world = pool({ fund: 100, capital: 1_000 }, { ada: 10, bob: 5, cleo: 5 });
    const venue = layer('topUp', { capMinor: usdt(50) });
    world.accept(setWaterfall('p', { layers: [own, layer('insuranceFund'), venue, ...rest] }));
    const work = fall(world, { bob: 100n });
    // 100 of the fund and 50 of the venue pay for 37 lots of 100.
    expect(fills(world, work)).toEqual([[['bob', 63n, 'part']]]);
    const sold = world.accept(sale('p#1', 'cleo', 37n)).work;
    const covers = eventsOf(sold, 'covered');
    expect(covers.map(({ amount, toppedUpMinor }) => [amount, toppedUpMinor])).toEqual([
      [usdt(100), 0n],
      [usdt(48), usdt(48)],
    ]);
    expect(covers[1]?.transfers.map(({ flow }) => flow)).toEqual(['fundTopUp', 'cover']);
    expect([world.fund('p'), capital(world)]).toEqual([0n, usdt(952)]);
    checkEverything(world.state);
  });

  it('a layer is for its causes alone, and only above its floor (LIQ-05)', () => {
    const onlyCloses = layer('insuranceFund', { causes: ['close'] });
    const world = pool({ fund: 10_000 }, { ada: 10, bob: 5 });
    world.accept(setWaterfall('p', { layers: [own, onlyCloses, ...rest] }));
    expect(fills(world, fall(world, { bob: 100n }))).toEqual([[['bob', 100n, 'whole']]]);
    const patient = pool({ fund: 100 }, { ada: 10, bob: 5 });
    const late = layer('deleveraging', { lossAboveMinor: usdt(300) });
    patient.accept(setWaterfall('p', { layers: [own, layer('insuranceFund'), late, layer('lossSharing')] }));
    // 400 short, 100 by the fund: 300 are left, not more than 300.
    expect(steps(fall(patient, { bob: 100n }))).toEqual(['takeOver']);
  });

  it('shares among more than one step can hold at one rate: whoever was asked is not asked again before the others (LIQ-07)', () => {
    const world = pool({}, { ada: 10, dan: 5 });
    world.accept(setWaterfall('p', { layers: [own, layer('lossSharing')] }));
    const shorts = Array.from({ length: 1_030 }, (_, at) => `s${at}`);
    for (const short of shorts) {
      world.client(short, { USDT: usdt(20) });
      world.account(short, short, 'X', 5);
      trade(world, 'ada', short, 1n);
    }
    world.mark({ X: 365_000n });
    // 5,150 lost, 4,120 there: 1,030 of gains of 3.5 each, and of dan's 1,545.
    world.trade({ buyer: 'dan', seller: 'ada', instrument: 'X', priceTicks: 350_000n, lots: 1_030n });
    const events = eventsOf(world.records, 'shared');
    expect(events.map(({ payers }) => payers.length)).toEqual([1_024, 7]);
    const paid = new Map(
      events.flatMap(({ payers }) => payers).map((payer) => [payer.accountRow, payer.paysMinor]),
    );
    expect(shorts.map((short) => paid.get(world.row(short)))).toEqual(shorts.map(() => usdt(0.7)));
    expect(paid.get(world.row('dan'))).toBe(usdt(309));
    checkEverything(world.state);
  });

  it('without a layer of winners lots wait for the market, and gains share what the sale leaves (LIQ-05)', () => {
    const world = pool({ fund: 100 }, { ada: 10, bob: 5, cleo: 5 });
    world.accept(setWaterfall('p', { layers: [own, layer('insuranceFund'), layer('lossSharing')] }));
    expect(steps(fall(world, { bob: 100n }))).toEqual(['takeOver']);
    const { work } = world.accept(sale('p#1', 'cleo', 100n));
    expect(steps(work)).toEqual(['cover', 'share']);
    expect(eventsOf(work, 'shared').map(({ amount }) => amount)).toEqual([usdt(300)]);
  });

  it('gains are asked for no more than their part of one loss; the rest stays open in the pool (LIQ-05, LIQ-07)', () => {
    const half = layer('lossSharing', { sizePpm: 100_000n });
    const world = pool({}, { ada: 10, bob: 5, cleo: 5 });
    world.accept(setWaterfall('p', { layers: [own, layer('insuranceFund'), half] }));
    fall(world, { bob: 100n });
    const { work } = world.accept(sale('p#1', 'cleo', 100n));
    // bob has gained 800.
    expect(eventsOf(work, 'shared').map(({ amount }) => amount)).toEqual([usdt(80)]);
    const row = world.state.instruments.poolAsset.get(world.state.instruments.names.rowOf('X'));
    expect(world.state.totals.outstanding.get(row)).toBe(usdt(320));
    expect(eventsOf(world.mark({ X: 320_000n }).work, 'shared')).toEqual([]);
  });

  const sale = (takeover: string, buyer: string, lots: bigint) =>
    ({
      kind: 'fill',
      instrument: 'X',
      priceTicks: 320_000n,
      lots,
      buyer: { party: 'account', id: buyer, leg: 'net', order: '', allocateMinor: 0n, allocateInitial: true },
      seller: {
        party: 'liquidation',
        id: takeover,
        leg: 'net',
        order: '',
        allocateMinor: 0n,
        allocateInitial: false,
      },
      taker: 'buyer',
    }) as const;
});
