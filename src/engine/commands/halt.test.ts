import { describe, expect, it } from 'vitest';
import { eventsOf, HOUR_MS, linearPerpetual, standardWorld, usdt, type World } from '../../testkit/world.js';
import { checkEverything } from '../rebuild.js';

/** ada is long 0.1 BTC at 10x in BTC-PERP and in ETH-PERP alike, against bob; ETH-PERP trades in the same pool. */
function trading(): World {
  const world = standardWorld(usdt(1_000));
  world.accept(linearPerpetual('ETH-PERP'));
  world.mark({ 'ETH-PERP': 400_000n });
  for (const client of ['ada', 'bob']) world.client(client, { USDT: usdt(100_000) });
  for (const instrument of ['BTC-PERP', 'ETH-PERP']) {
    world.account(`ada-${instrument}`, 'ada', instrument, 10);
    world.account(`bob-${instrument}`, 'bob', instrument, 2);
    const parties = { buyer: `ada-${instrument}`, seller: `bob-${instrument}` };
    world.trade({ ...parties, instrument, priceTicks: 400_000n, lots: 100n });
  }
  return world;
}

const until = (world: World) => world.timeMs + 60_000;

describe('a halt', () => {
  it('closes nobody out in its instrument, while another market of the pool goes on (PRC-04)', () => {
    const world = trading();
    world.accept({ kind: 'halt', pool: 'main', instrument: 'BTC-PERP', untilMs: until(world) });
    world.mark({ 'BTC-PERP': 350_000n, 'ETH-PERP': 350_000n });
    expect(eventsOf(world.records, 'takenOver').map(({ accountRow }) => accountRow)).toEqual([
      world.row('ada-ETH-PERP'),
    ]);
    checkEverything(world.state);
  });

  it('lets nothing open and nothing leave on its mark, and takes money in (PRC-01, MAR-02)', () => {
    const world = trading();
    world.accept({ kind: 'halt', pool: 'main', instrument: 'BTC-PERP', untilMs: until(world) });
    const side = (id: string) =>
      ({ party: 'account', id, leg: 'net', order: '', allocateMinor: 0n, allocateInitial: true }) as const;
    const fill = {
      kind: 'fill',
      instrument: 'BTC-PERP',
      priceTicks: 400_000n,
      lots: 1n,
      taker: 'buyer',
    } as const;
    expect(world.refuse({ ...fill, buyer: side('ada-BTC-PERP'), seller: side('bob-BTC-PERP') })).toBe(
      'instrument_halted',
    );
    const account = { account: 'bob-BTC-PERP', asset: null, amountMinor: 1n };
    expect(world.refuse({ kind: 'release', ...account })).toBe('mark_unusable');
    expect(world.refuse({ kind: 'allocate', ...account })).toBe('accepted');
  });

  it('of a pool stops all its instruments and no other pool', () => {
    const world = trading();
    const pool = { admission: 'fills', valuationAsset: null, legRule: 'larger', isDesk: false } as const;
    world.accept({ kind: 'openPool', pool: 'other', workBudget: 1_000, ...pool });
    world.accept(linearPerpetual('SOL-PERP', { pool: 'other' }));
    world.mark({ 'SOL-PERP': 400_000n });
    for (const client of ['ada', 'bob']) world.account(`${client}-SOL`, client, 'SOL-PERP', 10);
    const parties = { buyer: 'ada-SOL', seller: 'bob-SOL' };
    world.trade({ ...parties, instrument: 'SOL-PERP', priceTicks: 400_000n, lots: 100n });
    world.accept({ kind: 'halt', pool: 'main', instrument: null, untilMs: until(world) });
    world.mark({ 'BTC-PERP': 350_000n, 'ETH-PERP': 350_000n, 'SOL-PERP': 350_000n });
    expect(eventsOf(world.records, 'takenOver').map(({ accountRow }) => accountRow)).toEqual([
      world.row('ada-SOL'),
    ]);
  });

  it('ends by itself, and the next mark decides; or when it is lifted', () => {
    for (const isLifted of [false, true]) {
      const world = trading();
      world.accept({ kind: 'halt', pool: 'main', instrument: 'BTC-PERP', untilMs: until(world) });
      world.mark({ 'BTC-PERP': 350_000n });
      expect(eventsOf(world.records, 'takenOver')).toEqual([]);
      if (isLifted) world.accept({ kind: 'liftHalt', pool: 'main', instrument: 'BTC-PERP' });
      else world.timeMs += 60_000;
      world.mark({ 'BTC-PERP': 350_000n });
      expect(eventsOf(world.records, 'takenOver')).toHaveLength(1);
      expect(world.refuse({ kind: 'liftHalt', pool: 'main', instrument: 'BTC-PERP' })).toBe('nothing_to_do');
    }
  });
});

describe('a circuit breaker', () => {
  const breaker = { bandPpm: 100_000n, windowMs: 60_000, coolDownMs: 30_000 };

  it('halts its instrument for the cool-down when the mark leaves its band inside the window (PRC-04)', () => {
    const world = trading();
    world.accept({ kind: 'setBreaker', instrument: 'BTC-PERP', breaker });
    world.mark({ 'BTC-PERP': 400_000n });
    world.timeMs += 10_000;
    // 10 % is inside the band; a little more trips it, and liquidates nobody at that mark.
    world.mark({ 'BTC-PERP': 362_000n });
    expect(eventsOf(world.records, 'halted')).toEqual([]);
    world.mark({ 'BTC-PERP': 359_900n });
    expect(eventsOf(world.records, 'halted')).toMatchObject([
      { cause: 'breaker', fromTicks: 4_000_000n, toTicks: 3_599_000n, untilMs: world.timeMs + 30_000 },
    ]);
    expect(eventsOf(world.records, 'takenOver')).toEqual([]);
    world.timeMs += 30_000;
    world.mark({ 'BTC-PERP': 359_900n });
    expect(eventsOf(world.records, 'takenOver')).toHaveLength(1);
  });

  it('does not end the halt of an operator sooner (PRC-04)', () => {
    const world = trading();
    world.accept({ kind: 'setBreaker', instrument: 'BTC-PERP', breaker });
    world.mark({ 'BTC-PERP': 400_000n });
    const untilMs = world.timeMs + HOUR_MS;
    world.accept({ kind: 'halt', pool: 'main', instrument: 'BTC-PERP', untilMs });
    world.mark({ 'BTC-PERP': 350_000n });
    expect(eventsOf(world.records, 'halted')).toMatchObject([
      { cause: 'operator' },
      { cause: 'breaker', untilMs },
    ]);
    world.timeMs += 30_000;
    world.mark({ 'BTC-PERP': 350_000n });
    expect(eventsOf(world.records, 'takenOver')).toEqual([]);
  });

  it('measures from the first mark of each window', () => {
    const world = trading();
    world.accept({ kind: 'setBreaker', instrument: 'BTC-PERP', breaker });
    // Each less than a tenth below the one before, and the last 15 % below the first.
    for (const ticks of [400_000n, 370_000n, 340_000n]) {
      world.mark({ 'BTC-PERP': ticks });
      world.timeMs += 60_000;
    }
    expect(eventsOf(world.records, 'halted')).toEqual([]);
  });

  it.each([
    [{ bandPpm: 0n }, 'breaker.bandPpm'],
    [{ bandPpm: 1_000_001n }, 'breaker.bandPpm'],
    [{ windowMs: 0 }, 'breaker.windowMs'],
    [{ coolDownMs: 0 }, 'breaker.coolDownMs'],
  ] as const)('that breaks a rule is refused with its field: %o', (change, field) => {
    const world = standardWorld();
    const command = {
      kind: 'setBreaker',
      instrument: 'BTC-PERP',
      breaker: { ...breaker, ...change },
    } as const;
    const { outcome } = world.send(command).record;
    expect(outcome.kind === 'rejected' && outcome.rejection.context).toMatchObject({ field });
  });
});
