import { describe, expect, it } from 'vitest';
import { eventsOf, HOUR_MS, linearPerpetual, standardWorld, usdt, type World } from '../../testkit/world.js';
import { isLiquidatableNow } from '../accountHealth.js';
import { checkEverything, decodeSnapshot, encodeSnapshot, parameterImpact } from '../index.js';
import { listingTerms } from '../listing.js';

/** The standing example: 0.1 BTC long from 40,000 with 400 behind it. */
function venue(): World {
  const world = standardWorld();
  for (const client of ['ada', 'bob']) {
    world.client(client, { USDT: usdt(10_000) });
    world.account(client, client, 'BTC-PERP', 10);
  }
  world.trade({ buyer: 'ada', seller: 'bob', instrument: 'BTC-PERP', priceTicks: 400_000n, lots: 100n });
  return world;
}

/** Maintenance 1% and initial 20% on everything. */
const stricter = () => {
  const { kind: _kind, ...definition } = linearPerpetual('BTC-PERP', {
    brackets: [
      {
        notionalCapMinor: null,
        initialMarginRatePpm: 200_000n,
        maintenanceMarginRatePpm: 10_000n,
        leverageMaxPpm: 5_000_000n,
      },
    ],
  });
  return definition;
};

const stricterBrackets = (maintenanceMarginRatePpm: bigint, initialMarginRatePpm = 200_000n) =>
  [
    {
      notionalCapMinor: null,
      initialMarginRatePpm,
      maintenanceMarginRatePpm,
      leverageMaxPpm: 1_000_000_000_000n / initialMarginRatePpm,
    },
  ] as const;

const schedule = (
  world: World,
  changes: { inMs?: number; graceMs?: number; liquidateAtOnce?: boolean } = {},
) => {
  const effectiveMs = world.timeMs + (changes.inMs ?? HOUR_MS / 2);
  return {
    kind: 'scheduleParameters',
    definition: stricter(),
    effectiveMs,
    graceUntilMs: effectiveMs + (changes.graceMs ?? HOUR_MS / 4),
    liquidateAtOnce: changes.liquidateAtOnce ?? false,
  } as const;
};

const release = { kind: 'release', account: 'bob', asset: null, amountMinor: 1n } as const;
const mark = (world: World, ticks: bigint) => world.mark({ 'BTC-PERP': ticks });

describe('a change of parameters', () => {
  it('counts for opening and removal from its time, and for liquidation when the grace is over (MAR-08)', () => {
    const world = venue();
    world.accept({ kind: 'allocate', account: 'bob', asset: null, amountMinor: usdt(100) });
    world.accept(schedule(world));
    expect(world.refuse(release)).toBe('accepted');

    world.timeMs += HOUR_MS / 2;
    expect(world.refuse(release)).toBe('removal_floor');
    // By the new rate the example would be gone at 36,363.63; the old one holds until 36,180.90.
    mark(world, 362_000n);
    expect(world.position('ada').lots).toBe(100n);

    world.timeMs += HOUR_MS / 4;
    // Nobody is liquidated by the change itself: the next mark finds it.
    world.accept({ kind: 'resume', pool: 'main' });
    expect(eventsOf(world.records, 'parametersApplied').map(({ applies }) => applies)).toEqual([
      'opening',
      'liquidation',
    ]);
    expect(world.position('ada').lots).toBe(100n);
    mark(world, 362_000n);
    expect(world.position('ada').lots).toBe(0n);
    checkEverything(world.state);
  });

  it('lets nothing open or leave into the former terms, by which liquidation judges until the grace is over (MAR-01, MAR-03, MAR-08)', () => {
    const world = standardWorld();
    world.accept(linearPerpetual('TIGHT', { brackets: [...stricterBrackets(150_000n)] }));
    world.mark({ TIGHT: 400_000n });
    for (const client of ['eve', 'fay']) {
      world.client(client, { USDT: usdt(100_000) });
      world.account(client, client, 'TIGHT', 5);
    }
    const { kind: _kind, ...looser } = linearPerpetual('TIGHT', {
      brackets: [...stricterBrackets(10_000n, 100_000n)],
    });
    const times = { effectiveMs: world.timeMs, graceUntilMs: world.timeMs + HOUR_MS };
    world.accept({ kind: 'scheduleParameters', definition: looser, ...times, liquidateAtOnce: false });
    world.accept({ kind: 'setLeverage', account: 'eve', leveragePpm: 10_000_000n });
    world.accept({ kind: 'setLeverage', account: 'fay', leveragePpm: 10_000_000n });
    const { engine } = world;
    // A tenth of 4,000 is initial margin now; liquidation begins under 15 % of it until the grace is over.
    world.trade({ buyer: 'eve', seller: 'fay', instrument: 'TIGHT', priceTicks: 400_000n, lots: 100n });
    expect(world.balance('eve')).toBe(usdt(600) + 1n);
    expect(isLiquidatableNow(engine.state, world.row('eve'))).toBe(false);
    world.accept({ kind: 'allocate', account: 'eve', asset: null, amountMinor: usdt(50) });
    const remove = (amountMinor: bigint) =>
      ({ kind: 'release', account: 'eve', asset: null, amountMinor }) as const;
    expect(world.refuse(remove(usdt(50) + 1n))).toBe('removal_floor');
    expect(world.refuse(remove(usdt(50)))).toBe('accepted');
    checkEverything(world.state);
  });

  it('liquidates in the very event only where it was asked to (MAR-08)', () => {
    const world = venue();
    mark(world, 362_000n);
    world.accept(schedule(world, { liquidateAtOnce: true }));
    world.timeMs += HOUR_MS - 1;
    world.accept({ kind: 'resume', pool: 'main' });
    expect(eventsOf(world.records, 'parametersApplied').flatMap(({ woken }) => woken)).toEqual([
      world.row('ada'),
    ]);
    expect(world.position('ada').lots).toBe(0n);
  });

  it('is in force before the first command past its time is decided, also where that one is refused (MAR-08)', () => {
    const world = venue();
    world.accept({ kind: 'allocate', account: 'bob', asset: null, amountMinor: usdt(100) });
    world.accept(schedule(world, { inMs: 0 }));
    expect(world.refuse(release)).toBe('removal_floor');
    expect(world.refuse(release)).toBe('removal_floor');
  });

  it('waits for a command about its pool: no other command moves it (law 4)', () => {
    const world = venue();
    mark(world, 362_000n);
    world.accept(schedule(world, { liquidateAtOnce: true }));
    world.timeMs += HOUR_MS - 1;
    world.accept({ kind: 'openClient', client: 'eve' });
    expect(eventsOf(world.records, 'parametersApplied')).toEqual([]);
    expect(world.position('ada').lots).toBe(100n);
    world.accept({ kind: 'resume', pool: 'main' });
    expect(world.position('ada').lots).toBe(0n);
  });

  it('can be taken back until it is in force, and there is one at a time', () => {
    const world = venue();
    world.accept(schedule(world));
    expect(world.refuse(schedule(world))).toBe('already_exists');
    world.accept({ kind: 'cancelParameters', instrument: 'BTC-PERP' });
    expect(world.refuse({ kind: 'cancelParameters', instrument: 'BTC-PERP' })).toBe('nothing_to_do');
    world.timeMs += HOUR_MS;
    world.accept({ kind: 'resume', pool: 'main' });
    expect(eventsOf(world.records, 'parametersApplied')).toEqual([]);
  });

  it('never changes what the instrument is, nor times that are over', () => {
    const world = venue();
    const wanted = schedule(world);
    const changed = { ...wanted, definition: { ...wanted.definition, contractSize: '10' } };
    expect(world.refuse(changed)).toBe('invalid_definition');
    expect(world.refuse({ ...wanted, effectiveMs: world.timeMs - 1 })).toBe('time_backwards');
    expect(world.refuse({ ...wanted, graceUntilMs: wanted.effectiveMs - 1 })).toBe('time_backwards');
  });

  it('says before whom it would concern, and with how much (MAR-08)', () => {
    const world = venue();
    mark(world, 362_000n);
    const listed = listingTerms(stricter(), 6);
    if (!listed.ok) throw new Error('stricter terms');
    const { state, derived } = world.engine;
    const impact = parameterImpact({ state, derived, timeMs: world.timeMs }, 0, listed.value);
    // Ada: equity 20, initial 724, maintenance 36.20, and 18.10 now. Bob has 780 and needs 724.
    expect(impact).toEqual([
      {
        accountRow: world.row('ada'),
        assetRow: 0,
        equity: usdt(20),
        initial: usdt(724),
        maintenance: usdt(36.2),
        missingInitial: usdt(704),
        isLiquidatable: true,
        wasLiquidatable: false,
      },
    ]);
  });

  it('survives a snapshot in every phase (OPS-02)', () => {
    for (const waitMs of [0, HOUR_MS / 2, HOUR_MS]) {
      const world = venue();
      world.accept(schedule(world));
      world.timeMs += waitMs;
      world.accept({ kind: 'resume', pool: 'main' });
      const copy = decodeSnapshot(encodeSnapshot(world.engine));
      expect([...copy.stateHash()]).toEqual([...world.engine.stateHash()]);
      const next = { kind: 'resume', pool: 'main' } as const;
      const [a, b] = [world.engine, copy].map((engine) =>
        engine.submit('next', next, world.timeMs + HOUR_MS),
      );
      expect(a).toEqual(b);
      expect([...copy.stateHash()]).toEqual([...world.engine.stateHash()]);
    }
  });
});

describe('taking an instrument off the market', () => {
  it('first lets positions only be reduced, then settles all of them at the guarded mark (FND-06)', () => {
    const world = venue();
    world.accept({ kind: 'setReduceOnly', instrument: 'BTC-PERP', isReduceOnly: true });
    const side = (id: string) =>
      ({ party: 'account', id, leg: 'net', order: '', allocateMinor: 0n, allocateInitial: true }) as const;
    const fill = (buyer: string, seller: string) =>
      world.refuse({
        kind: 'fill',
        instrument: 'BTC-PERP',
        priceTicks: 400_000n,
        lots: 10n,
        buyer: side(buyer),
        seller: side(seller),
        taker: 'buyer',
      });
    expect(fill('ada', 'bob')).toBe('instrument_reduce_only');
    expect(fill('bob', 'ada')).toBe('accepted');
    mark(world, 410_000n);
    world.accept({ kind: 'delist', instrument: 'BTC-PERP' });
    expect([world.position('ada').lots, world.position('bob').lots]).toEqual([0n, 0n]);
    expect([world.balance('ada'), world.balance('bob')]).toEqual([usdt(490), usdt(310)]);
    expect(world.refuse({ kind: 'delist', instrument: 'BTC-PERP' })).toBe('instrument_not_trading');
    checkEverything(world.state);
  });

  it('waits for a mark that may decide (PRC-01)', () => {
    const world = venue();
    world.timeMs += 2 * HOUR_MS;
    expect(world.refuse({ kind: 'delist', instrument: 'BTC-PERP' })).toBe('mark_unusable');
  });
});
