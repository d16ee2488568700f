import { describe, expect, it } from 'vitest';
import { ISOLATION_LEVELS, LEVEL_EFFECTS, SHARING_MODES } from '../../isolation/index.js';
import { DAY_MS, type LevelWorld, levelWorld, modesWorld } from '../../testkit/levelWorld.js';
import { eventsOf, HOUR_MS, usdt } from '../../testkit/world.js';
import { checkEverything, decodeSnapshot, encodeSnapshot, keptLevelOf } from '../index.js';

const levelNow = (world: LevelWorld) => keptLevelOf(world.state, 0).inForce.level;
const applied = (world: LevelWorld) =>
  eventsOf(world.records, 'isolationLevelApplied').map(({ level, applies }) => `${level} ${applies}`);
const resume = { kind: 'resume', pool: 'main' } as const;

describe('the isolation level of an instrument', () => {
  it('rises at once, in the record that asks for it, and keeps the numbers that decided (MAR-13)', () => {
    const world = levelWorld();
    expect(levelNow(world)).toBe('portfolio');
    const { record } = world.level('isolated', { graceUntilMs: world.timeMs + HOUR_MS });
    expect(record.outcome.kind === 'accepted' && record.outcome.events.map(({ kind }) => kind)).toEqual([
      'isolationLevelSet',
      'isolationLevelApplied',
    ]);
    const { inForce, isGraceOver, liquidationLevel } = keptLevelOf(world.state, 0);
    expect([inForce.level, inForce.revision, isGraceOver, liquidationLevel]).toEqual([
      'isolated',
      1,
      false,
      'portfolio',
    ]);
    expect(inForce.reasons).toEqual([
      { driver: 'volatilityRatio', readingPpm: 1_900_000n, stressPpm: 3_600_000n },
    ]);
    world.timeMs += HOUR_MS;
    world.accept(resume);
    expect(keptLevelOf(world.state, 0).liquidationLevel).toBe('isolated');
    expect(applied(world)).toEqual(['isolated opening', 'isolated graceOver']);
  });

  it('counts from its time on, before the first command about its pool is decided (MAR-08)', () => {
    const world = modesWorld();
    world.level('isolated', { effectiveMs: world.timeMs + HOUR_MS });
    expect(world.refuse(world.fill('cross', 'eve', 1n))).toBe('accepted');
    world.timeMs += HOUR_MS;
    expect(world.refuse(world.fill('portfolio', 'eve', 1n))).toBe('level_forbids_mode');
    // The refused command left it to the next one.
    expect(applied(world)).toEqual([]);
    world.accept(resume);
    expect(applied(world)).toEqual(['isolated atOnce']);
  });

  it('comes down only after 24 hours of notice (MAR-13)', () => {
    const world = levelWorld();
    world.level('isolated');
    const soon = world.levelCommand('cross', { effectiveMs: world.timeMs + DAY_MS - 1 });
    expect(world.refuse(soon)).toBe('notice_too_short');
    world.level('cross');
    expect(keptLevelOf(world.state, 0).next?.effectiveMs).toBe(world.timeMs + DAY_MS);
    world.timeMs += DAY_MS - 1;
    world.accept(resume);
    expect(levelNow(world)).toBe('isolated');
    world.timeMs += 1;
    world.accept(resume);
    expect(levelNow(world)).toBe('cross');
  });

  it('does not come down while somebody waits for liquidation or a loss is open (MAR-13)', () => {
    const world = modesWorld();
    world.accept(world.fill('isolated', 'eve', 200n));
    world.level('strictIsolated');
    world.level('isolated');
    world.mark({ 'BTC-PERP': 351_000n });
    const [taken] = eventsOf(world.records, 'takenOver');
    world.timeMs += DAY_MS;
    world.accept(resume);
    expect(levelNow(world)).toBe('strictIsolated');
    // The takeover is unwound to eve, and with it nothing stands against the change.
    const takeover = { ...world.fill('bob', taken?.takeover ?? '', 200n), priceTicks: 351_000n };
    world.accept({ ...takeover, seller: { ...takeover.seller, party: 'liquidation' } });
    world.accept(resume);
    expect(levelNow(world)).toBe('isolated');
    checkEverything(world.state);
  });

  it('is announced anew or taken back by the next change, one revision after the other', () => {
    const world = levelWorld();
    world.level('cross');
    expect(world.refuse(world.levelCommand('cross'))).toBe('nothing_to_do');
    expect(world.refuse(world.levelCommand('isolated', { revision: 1 }))).toBe('invalid_definition');
    world.level('isolated', { effectiveMs: world.timeMs + HOUR_MS });
    world.level('strictIsolated', { effectiveMs: world.timeMs + HOUR_MS });
    expect(keptLevelOf(world.state, 0).next?.level).toBe('strictIsolated');
    world.level('cross');
    expect(keptLevelOf(world.state, 0).next).toBe(null);
    expect(keptLevelOf(world.state, 0).revision).toBe(4);
    expect(world.refuse(world.levelCommand('isolated', { effectiveMs: 0 }))).toBe('time_backwards');
    expect(world.refuse(world.levelCommand('isolated', { reasons: [] }))).toBe('invalid_definition');
  });

  it('survives a snapshot in every phase, and audit and replay agree (OPS-02)', () => {
    for (const waitMs of [0, HOUR_MS, 2 * HOUR_MS]) {
      const world = levelWorld();
      world.level('isolated', {
        effectiveMs: world.timeMs + HOUR_MS,
        graceUntilMs: world.timeMs + 2 * HOUR_MS,
      });
      world.timeMs += waitMs;
      world.accept(resume);
      const copy = decodeSnapshot(encodeSnapshot(world.engine));
      expect([...copy.stateHash()]).toEqual([...world.engine.stateHash()]);
      const later = world.timeMs + HOUR_MS;
      const [a, b] = [world.engine, copy].map((engine) => engine.submit('next', resume, later));
      expect(a).toEqual(b);
      expect([...copy.stateHash()]).toEqual([...world.engine.stateHash()]);
    }
  });
});

/** The table, cell by cell: what is accepted at the level and what is refused. */
describe.each(ISOLATION_LEVELS)('at level %s', (level) => {
  const { positionModes, opening, removal, offsetCapPpm } = LEVEL_EFFECTS[level];
  const raise = (world: LevelWorld) => {
    if (level !== 'portfolio') world.level(level);
  };
  const refusalOf = (mode: (typeof SHARING_MODES)[number]) => {
    if (positionModes.includes(mode)) return 'accepted';
    return opening === 'closingOnly' ? 'instrument_reduce_only' : 'level_forbids_mode';
  };

  it.each(SHARING_MODES)(
    'a position opens in mode %s, or is refused, by a fill and by an order (MAR-13)',
    (mode) => {
      const world = modesWorld();
      raise(world);
      expect(world.refuse(world.fill(mode, 'eve', 1n))).toBe(refusalOf(mode));
      expect(world.refuse(order(mode))).toBe(refusalOf(mode));
    },
  );

  it.each(SHARING_MODES)('a position in mode %s is closed whatever the level (ORD-03)', (mode) => {
    const world = modesWorld();
    world.accept(world.fill(mode, 'eve', 10n));
    raise(world);
    expect(world.refuse(world.fill('bob', mode, 10n))).toBe('accepted');
  });

  it.each(['cross', 'portfolio'] as const)(
    'a position comes into mode %s, or is refused (MAR-09)',
    (mode) => {
      const arrives = positionModes.includes(mode) ? 'accepted' : 'level_forbids_mode';
      for (const command of [
        { kind: 'switchMode', account: 'isolated', marginMode: mode, instrument: null },
        { kind: 'mergeAccount', account: 'isolated', into: mode },
      ] as const) {
        const world = modesWorld();
        world.accept(world.fill('isolated', 'eve', 10n));
        raise(world);
        expect(world.refuse(command)).toBe(arrives);
      }
    },
  );

  it('a position goes to a mode that shares less whatever the level (MAR-09)', () => {
    const world = modesWorld();
    world.accept(world.fill('portfolio', 'eve', 10n));
    raise(world);
    const to = (marginMode: 'cross' | 'isolated') =>
      ({ kind: 'switchMode', account: 'portfolio', marginMode, instrument: 'BTC-PERP' }) as const;
    expect(world.refuse(to('cross'))).toBe('accepted');
    expect(world.refuse(to('isolated'))).toBe('accepted');
  });

  it('margin leaves the account that holds a position, or is locked; others of the client are free (MAR-03)', () => {
    for (const mode of SHARING_MODES) {
      const world = modesWorld();
      world.accept(world.fill(mode, 'eve', 10n));
      raise(world);
      const release = (account: string) =>
        world.refuse({ kind: 'release', account, asset: 'USDT', amountMinor: usdt(1) });
      expect(release(mode)).toBe(removal === 'locked' ? 'margin_locked' : 'accepted');
      for (const other of SHARING_MODES.filter((each) => each !== mode))
        expect(release(other)).toBe('accepted');
      world.accept(world.fill('bob', mode, 10n));
      expect(release(mode)).toBe('accepted');
    }
  });

  it('offsets take no more off a portfolio account than the lower of the set and the level (MAR-10)', () => {
    // 10 lots long and 200 of the other short: 40 each alone, in every scenario nothing together.
    const world = modesWorld();
    world.open('folio', 'ada', 'portfolio', 100);
    world.accept(world.fill('folio', 'eve', 10n));
    world.accept(world.fill('bob-eth', 'folio', 200n, 'ETH-PERP'));
    raise(world);
    const capPpm = offsetCapPpm < 800_000n ? offsetCapPpm : 800_000n;
    const release = (amountMinor: bigint) =>
      world.refuse({ kind: 'release', account: 'folio', asset: 'USDT', amountMinor });
    if (removal === 'aboveFloor') {
      const required = (usdt(80) * (1_000_000n - capPpm)) / 1_000_000n;
      expect(release(usdt(100) - required + 1n)).toBe('removal_floor');
      expect(release(usdt(100) - required)).toBe('accepted');
      return;
    }
    // No offset and nothing removable: with 100 more lots of the other, which is at no level, all 100 are needed.
    const sell = (lots: bigint) => world.refuse(world.fill('bob-eth', 'folio', lots, 'ETH-PERP'));
    world.accept(world.fill('eve-eth', 'bob-eth', 1_000n, 'ETH-PERP'));
    expect(sell(101n)).toBe('insufficient_initial_margin');
    expect(sell(100n)).toBe('accepted');
  });
});

const order = (account: string) =>
  ({
    kind: 'placeOrder',
    order: 'o1',
    account,
    instrument: 'BTC-PERP',
    leg: 'net',
    side: 'buy',
    priceTicks: 400_000n,
    slippagePpm: null,
    lots: 1n,
    isReduceOnly: false,
    holdWallet: false,
  }) as const;
