import { describe, expect, it } from 'vitest';
import { type OrderWorld, orderWorld } from '../../testkit/orderWorld.js';
import { eventsOf, HOUR_MS, linearPerpetual, usdt } from '../../testkit/world.js';
import type { CommandOf } from '../command.js';
import { checkEverything, decodeSnapshot, encodeSnapshot } from '../index.js';

const PPM = 1_000_000n;
const SCALE = 1_000_000n;

const set: CommandOf<'defineScenarios'>['set'] = {
  id: 'grid',
  scenarios: [
    { id: 'down', tier: 'core', dampingPpm: PPM },
    { id: 'up', tier: 'core', dampingPpm: PPM },
  ],
  parameters: {
    initialFactorPpm: PPM,
    maintenanceFactorPpm: 800_000n,
    tailNumerator: 1n,
    tailDenominator: 100n,
    offsetCapPpm: 800_000n,
    minimumChargePpm: 0n,
    basisRatePpm: 0n,
  },
  maxAgeMs: HOUR_MS,
  driftPpm: 100_000n,
};

/** P&L of a lot in USDT, down and up. */
const vectors = (instrument: string, referenceTicks: bigint, [down, up]: readonly [number, number]) => ({
  instrument,
  referenceTicks: referenceTicks * 10n,
  deltaPpm: PPM,
  pnlPerLot: [usdt(down) * SCALE, usdt(up) * SCALE],
  shortMinimumPerLot: 0n,
  halfSpreadPpm: 0n,
  liquidity: [],
  concentration: [],
});

type Sent = CommandOf<'sendScenarios'>;

const send = (
  world: OrderWorld,
  instruments: Sent['instruments'],
  assets: Sent['assets'] = [],
  id = set.id,
): Sent => ({
  kind: 'sendScenarios',
  pool: 'main',
  set: id,
  sourceTimeMs: world.timeMs,
  instruments,
  assets,
});
/** A tenth of the price either way; the two go together. */
const both = [vectors('BTC-PERP', 400_000n, [-4, 4]), vectors('ETH-PERP', 20_000n, [-0.2, 0.2])];

function venue(): OrderWorld {
  const world = orderWorld();
  world.client('ada', { USDT: usdt(10_000) });
  world.client('bob', { USDT: usdt(1_000_000) });
  world.open('p', 'ada', 'portfolio', 100);
  world.open('bob', 'bob', 'cross', 10);
  world.accept({ kind: 'allocate', account: 'bob', asset: 'USDT', amountMinor: usdt(500_000) });
  world.accept({ kind: 'allocate', account: 'p', asset: 'USDT', amountMinor: usdt(500) });
  world.place('s', 'bob', { side: 'sell', lots: 500n });
  world.place('b', 'bob', { instrument: 'ETH-PERP', priceTicks: 20_000n, lots: 5_000n });
  return world;
}

describe('portfolio margin', () => {
  it('needs a set whose vectors cover the whole pool before anything is opened on it', () => {
    const world = venue();
    expect(world.refuse(world.order('o', 'p', {}))).toBe('scenarios_stale');
    expect(world.refuse(send(world, both))).toBe('unknown_scenarios');
    world.accept({ kind: 'defineScenarios', pool: 'main', set });
    expect(world.refuse(send(world, both.slice(0, 1)))).toBe('scenarios_incomplete');
    world.accept(send(world, both));
    expect(world.refuse(world.order('o', 'p', {}))).toBe('accepted');
  });

  it('charges the worst scenario of the whole account: a hedge asks for little more than its offset cap (MAR-10)', () => {
    const world = venue();
    world.accept({ kind: 'defineScenarios', pool: 'main', set });
    world.accept(send(world, both));
    // 0.1 BTC long loses 400 in "down"; with it 2 ETH short gain 400. A fifth of 400 + 400 is asked for in any case.
    world.place('o', 'p', {});
    world.match('o', 's', 400_000n, 100n);
    expect(world.refuse({ kind: 'release', account: 'p', asset: 'USDT', amountMinor: usdt(100) + 1n })).toBe(
      'removal_floor',
    );
    world.place('h', 'p', { instrument: 'ETH-PERP', side: 'sell', priceTicks: 20_000n, lots: 2_000n });
    world.match('b', 'h', 20_000n, 2_000n);
    expect(world.refuse({ kind: 'release', account: 'p', asset: 'USDT', amountMinor: usdt(340) })).not.toBe(
      'mark_unusable',
    );
    checkEverything(world.state);
  });

  it('opens and releases nothing on vectors that are old or far from the mark, and liquidates on the last ones', () => {
    const world = venue();
    world.accept({ kind: 'defineScenarios', pool: 'main', set });
    world.accept(send(world, both));
    world.place('o', 'p', {});
    world.match('o', 's', 400_000n, 100n);
    world.accept({ kind: 'allocate', account: 'p', asset: 'USDT', amountMinor: usdt(500) });
    world.mark({ 'BTC-PERP': 359_000n, 'ETH-PERP': 20_000n });
    expect(world.refuse({ kind: 'release', account: 'p', asset: 'USDT', amountMinor: 1n })).toBe(
      'scenarios_stale',
    );
    // Equity 310, maintenance 320 by the last vectors: it is gone.
    world.mark({ 'BTC-PERP': 331_000n, 'ETH-PERP': 20_000n });
    expect(eventsOf(world.records, 'accountTakenOver')).toHaveLength(1);
    expect(world.balance('p', 'USDT')).toBe(0n);
  });

  it('finds whom new vectors put under maintenance margin, at unchanged marks', () => {
    const world = venue();
    world.accept({ kind: 'defineScenarios', pool: 'main', set });
    world.accept(send(world, both));
    world.place('o', 'p', {});
    world.match('o', 's', 400_000n, 100n);
    world.accept(send(world, [vectors('BTC-PERP', 400_000n, [-6.2, 6.2])]));
    expect(eventsOf(world.records, 'accountTakenOver')).toEqual([]);
    world.accept(send(world, [vectors('BTC-PERP', 400_000n, [-6.3, 6.3])]));
    expect(eventsOf(world.records, 'scenariosSent').at(-1)?.woken).toEqual([world.row('p')]);
    expect(eventsOf(world.records, 'accountTakenOver')).toHaveLength(1);
  });

  it('is switched to from cross and back where the account can stand either way (MAR-09)', () => {
    const world = venue();
    world.accept({ kind: 'defineScenarios', pool: 'main', set });
    world.accept(send(world, both));
    world.open('x', 'ada', 'cross', 100);
    world.accept({ kind: 'allocate', account: 'x', asset: 'USDT', amountMinor: usdt(300) });
    world.place('o', 'x', {});
    world.match('o', 's', 400_000n, 100n);
    const toPortfolio = {
      kind: 'switchMode',
      account: 'x',
      marginMode: 'portfolio',
      instrument: null,
    } as const;
    // Cross at 100x asks for 40, the scenarios for 400.
    expect(world.send(toPortfolio).record.outcome).toMatchObject({
      rejection: { code: 'insufficient_initial_margin', context: { missing: { minor: usdt(100) } } },
    });
    world.accept({ kind: 'allocate', account: 'x', asset: 'USDT', amountMinor: usdt(100) });
    expect(world.refuse(toPortfolio)).toBe('accepted');
    expect(world.refuse({ ...toPortfolio, marginMode: 'cross' })).toBe('accepted');
  });

  it('is not switched to while an order waits in an instrument without scenarios (MAR-09, PRC-04)', () => {
    const world = venue();
    world.accept({ kind: 'defineScenarios', pool: 'main', set });
    world.accept(send(world, both));
    world.accept(linearPerpetual('SOL-PERP'));
    world.mark({ 'SOL-PERP': 1_000n });
    world.open('x', 'ada', 'cross', 100);
    world.accept({ kind: 'allocate', account: 'x', asset: 'USDT', amountMinor: usdt(300) });
    world.place('o', 'x', { instrument: 'SOL-PERP', priceTicks: 900n, lots: 1n });
    const command = { kind: 'switchMode', account: 'x', marginMode: 'portfolio', instrument: null } as const;
    expect(world.refuse(command)).toBe('scenarios_stale');
    world.accept({ kind: 'cancelOrder', order: 'o' });
    expect(world.refuse(command)).toBe('accepted');
  });

  it('keeps its scenarios in a snapshot, under the state hash (OPS-02)', () => {
    const world = venue();
    world.accept({ kind: 'defineScenarios', pool: 'main', set });
    const before = [...world.engine.stateHash()];
    world.accept(send(world, both));
    expect([...world.engine.stateHash()]).not.toEqual(before);
    const copy = decodeSnapshot(encodeSnapshot(world.engine));
    expect([...copy.stateHash()]).toEqual([...world.engine.stateHash()]);
    const [a, b] = [world.engine, copy].map((engine) =>
      engine.submit('next', world.order('o', 'p', {}), world.timeMs),
    );
    expect(a).toEqual(b);
  });

  it('brings a set into force once, also when a snapshot was taken in between (law 7)', () => {
    const world = venue();
    world.accept({ kind: 'defineScenarios', pool: 'main', set });
    world.accept(send(world, both));
    const copy = decodeSnapshot(encodeSnapshot(world.engine));
    // One instrument is enough for a set that is in force.
    const [a, b] = [world.engine, copy].map((engine) =>
      engine.submit('next', send(world, both.slice(0, 1)), world.timeMs),
    );
    expect(b).toEqual(a);
    expect(a).toMatchObject({
      record: { outcome: { events: [{ kind: 'scenariosSent', isInForce: false }] } },
    });
  });

  it('leaves nothing of an old set behind where one of another length comes into force (MAR-10, OPS-01)', () => {
    const world = venue();
    listBitcoin(world);
    world.accept({ kind: 'defineScenarios', pool: 'main', set });
    // The valuation asset cannot move against itself.
    expect(world.refuse(send(world, both, [shocks('BTC', 0n, 0n), shocks('USDT', 0n, 0n)]))).toBe(
      'invalid_definition',
    );
    world.accept(send(world, both, [shocks('BTC', 0n, 0n)]));
    world.place('o', 'p', {});
    world.match('o', 's', 400_000n, 100n);
    const flat = { id: 'flat', tier: 'core', dampingPpm: PPM } as const;
    world.accept({
      kind: 'defineScenarios',
      pool: 'main',
      set: { ...set, id: 'longer', scenarios: [...set.scenarios, flat] },
    });
    const longer = both.map((row) => ({ ...row, pnlPerLot: [...row.pnlPerLot, 0n] }));
    expect(world.refuse(send(world, longer, [], 'longer'))).toBe('scenarios_incomplete');
    world.accept(send(world, longer, [shocks('BTC', 0n, 0n, 0n)], 'longer'));
    const { scenarios } = world.state;
    expect([...scenarios.assets.values()].map(({ shocksPpm }) => shocksPpm.length)).toEqual([3]);
    expect([...scenarios.instruments.values()].map(({ pnlPerLot }) => pnlPerLot.length)).toEqual([3, 3]);
    expect(world.refuse({ kind: 'openClient', client: 'zed' })).toBe('accepted');
    checkEverything(world.state);
  });

  it('opens and releases nothing on collateral that no scenario speaks of, or none that is fresh (MAR-10)', () => {
    const world = venue();
    world.accept({ kind: 'defineScenarios', pool: 'main', set });
    world.accept(send(world, both));
    // Listed after the set came into force: it would stand still in every scenario.
    listBitcoin(world);
    world.client('cyd', { BTC: 10_000_000n, USDT: usdt(1_000) });
    world.open('q', 'cyd', 'portfolio', 100);
    world.accept({ kind: 'allocate', account: 'q', asset: 'USDT', amountMinor: usdt(1_000) });
    const order = (id: string) => world.refuse(world.order(`q-${id}`, 'q', { lots: 10n }));
    const release = () => world.refuse({ kind: 'release', account: 'q', asset: 'USDT', amountMinor: 1n });
    expect([order('a'), release()]).toEqual(['accepted', 'accepted']);
    world.accept({ kind: 'allocate', account: 'q', asset: 'BTC', amountMinor: 10_000_000n });
    expect([order('b'), release()]).toEqual(['scenarios_stale', 'scenarios_stale']);
    world.accept(send(world, [], [shocks('BTC', -500_000n, 500_000n)]));
    expect([order('c'), release()]).toEqual(['accepted', 'accepted']);
    // 900 lots lose 3,600 in "down", where 0.1 BTC brings 2,000 instead of 4,000.
    expect(world.refuse(world.order('z', 'q', { lots: 900n }))).toBe('insufficient_order_margin');
    // The vectors of instruments alone are sent anew: what is known of the asset grows old.
    world.timeMs += HOUR_MS + 1;
    world.mark({ 'BTC-PERP': 400_000n, 'ETH-PERP': 20_000n });
    priceBitcoin(world);
    world.accept(send(world, both));
    expect([order('d'), release()]).toEqual(['scenarios_stale', 'scenarios_stale']);
    world.accept(send(world, [], [shocks('BTC', -500_000n, 500_000n)]));
    expect([order('e'), release()]).toEqual(['accepted', 'accepted']);
  });

  it('takes the shocks of an asset once in a batch, and none older than those it has', () => {
    const world = venue();
    listBitcoin(world);
    world.accept({ kind: 'defineScenarios', pool: 'main', set });
    const bitcoin = shocks('BTC', -500_000n, 500_000n);
    expect(world.refuse(send(world, both, [bitcoin, bitcoin]))).toBe('invalid_definition');
    world.accept(send(world, both, [bitcoin]));
    const older = { ...send(world, [], [bitcoin]), sourceTimeMs: world.timeMs - 1 };
    expect(world.refuse(older)).toBe('time_backwards');
    expect(world.refuse(send(world, [], [bitcoin]))).toBe('accepted');
  });
});

function shocks(asset: string, ...shocksPpm: bigint[]): Sent['assets'][number] {
  return { asset, shocksPpm };
}

function listBitcoin(world: OrderWorld): void {
  world.accept({ kind: 'listAsset', asset: 'BTC', decimals: 8 });
  world.accept({
    kind: 'listCollateral',
    pool: 'main',
    asset: 'BTC',
    haircutPpm: 0n,
    countedCapMinor: null,
    peg: null,
    conversionRank: 1,
    conversionSpreadPpm: 10_000n,
    priceMaxAgeMs: HOUR_MS,
    priceMaxJumpPpm: 900_000n,
    priceConfirmations: 1,
  });
  priceBitcoin(world);
}

/** 40,000 USDT. */
function priceBitcoin(world: OrderWorld): void {
  const price = 40_000n * 10_000_000n;
  const sourceTimeMs = world.timeMs;
  world.accept({
    kind: 'mark',
    sourceTimeMs,
    marks: [],
    assetPrices: [{ pool: 'main', asset: 'BTC', price }],
  });
}
