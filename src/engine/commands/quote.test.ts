import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hashText } from '../../base/index.js';
import {
  assetQuotes,
  fallenWorld,
  INDEX_RULE,
  indexQuote,
  ONE_BOOK_RULE,
  type SourceWorld,
  sourceWorld,
  usde,
} from '../../testkit/sourceWorld.js';
import { usdt } from '../../testkit/world.js';
import { hasUsablePrice } from '../assetPrice.js';
import type { EventOf } from '../event.js';
import { createEngine, decodeSnapshot, encodeSnapshot, type Recorded } from '../index.js';

const PPM = 1_000_000n;
const priceOf = ({ state }: SourceWorld) => state.poolAssets.price.get(usdeRow(state));
const isUsable = ({ state, timeMs }: SourceWorld) => hasUsablePrice(state, usdeRow(state), timeMs);
const isTakenOver = (world: SourceWorld) => world.position('ada', 'BTC-PERP').lots === 0n;

function usdeRow({ poolAssets, assets }: SourceWorld['state']): number {
  const asset = assets.names.rowOf('USDE');
  for (let row = 0; row < poolAssets.table.size; row++) if (poolAssets.asset.get(row) === asset) return row;
  throw new Error('USDE is no collateral');
}

function quoted({ record }: Recorded): EventOf<'quoted'> {
  if (record.outcome.kind === 'rejected') throw new Error(record.outcome.rejection.code);
  return record.outcome.events.find((event) => event.kind === 'quoted') as EventOf<'quoted'>;
}

const verdictsOf = (recorded: Recorded) =>
  quoted(recorded).assets.flatMap(({ sources }) =>
    sources.map(({ source, verdict, sharePpm }) => `${source} ${verdict} ${sharePpm}`),
  );

describe('10 October 2025: collateral printed at 0.65 on one book, 0.99 elsewhere', () => {
  it('liquidates nobody where its price is made of several sources (MAR-11, PRC-01)', () => {
    const world = fallenWorld();
    world.timeMs += 1_000;
    const recorded = world.quote({ own: 0.65, a: 0.99, b: 0.99 });
    expect(verdictsOf(recorded)).toEqual(['a used 500000', 'b used 500000', 'own outlier 0']);
    expect(priceOf(world)).toBe(usde(0.99));
    expect(isTakenOver(world)).toBe(false);
    // 10,000 x 0.99 x 95% is 9,405: less the loss of 7,500 far above maintenance margin.
    expect(world.balance('ada', 'USDE')).toBe(usdt(10_000));
  });

  it('liquidates where the own book decides alone', () => {
    const world = fallenWorld(ONE_BOOK_RULE);
    world.timeMs += 1_000;
    world.quote({ own: 0.65 });
    // 10,000 x 0.65 x 95% is 6,175: less than the loss of 7,500.
    expect(priceOf(world)).toBe(usde(0.65));
    expect(isTakenOver(world)).toBe(true);
  });

  it('decides nothing at all where only the own book still speaks (PRC-01)', () => {
    const world = fallenWorld();
    world.timeMs += 61_000;
    const recorded = world.quote({ own: 0.65 });
    expect(verdictsOf(recorded)).toEqual(['a stale 0', 'b stale 0', 'own ownBookAlone 0']);
    expect(quoted(recorded).assets[0]?.outcome).toBe('tooFewSources');
    expect([isUsable(world), isTakenOver(world), priceOf(world)]).toEqual([false, false, usde(1)]);
    world.timeMs += 1_000;
    world.quote({ a: 0.99, b: 0.991 });
    expect([isUsable(world), priceOf(world)]).toEqual([true, usde(0.9905)]);
  });
});

describe('a batch of quotes', () => {
  it('clips a source and gives the own book its share at most (MAR-11)', () => {
    const world = sourceWorld();
    world.timeMs += 1_000;
    const recorded = world.quote({ own: 0.96, a: 0.99, b: 0.99 });
    // Own 0.96 counts as 0.9801, with a tenth: 0.9 x 0.99 + 0.1 x 0.9801.
    expect(verdictsOf(recorded)).toEqual(['a used 450000', 'b used 450000', 'own clipped 100000']);
    expect(priceOf(world)).toBe(usde(0.98901));
  });

  it('goes through the guard of a finished price: a jump waits, and one source more confirms it (PRC-01)', () => {
    const world = sourceWorld(INDEX_RULE, { priceMaxJumpPpm: 100_000n });
    world.timeMs += 1_000;
    world.quote({ own: 0.8, a: 0.8, b: 0.8 });
    expect([priceOf(world), isUsable(world)]).toEqual([usde(1), false]);
    world.timeMs += 1_000;
    world.quote({ a: 0.8 });
    expect([priceOf(world), isUsable(world)]).toEqual([usde(0.8), true]);
  });

  it('does not make the price newer with quotes that do not count, or that are no newer (PRC-01, PRC-03)', () => {
    const world = sourceWorld();
    const { timeMs } = world;
    world.timeMs += 1_000;
    const recorded = world.quote({ own: 0.65 });
    expect(quoted(recorded).assets[0]?.outcome).toBe('nothingNew');
    expect(world.state.poolAssets.priceTimeMs.get(usdeRow(world.state))).toBe(timeMs);
    const again = { kind: 'quote', assets: assetQuotes({ a: 1, b: 1 }, timeMs), instruments: [] } as const;
    expect(world.refuse(again)).toBe('time_backwards');
    const ahead = assetQuotes({ a: 1 }, world.timeMs + 5_001);
    expect(world.refuse({ ...again, assets: ahead })).toBe('source_time_ahead');
    const twice = assetQuotes({ a: 1 }, world.timeMs);
    expect(world.refuse({ ...again, assets: [...twice, ...twice] })).toBe('invalid_definition');
    const huge = twice.map((quote) => ({ ...quote, price: 2n ** 62n + 1n }));
    expect(world.refuse({ ...again, assets: huge })).toBe('invalid_price');
    expect(world.refuse({ kind: 'quote', assets: [], instruments: [] })).toBe('nothing_to_do');
  });

  it('is worth what redeeming pays while it is open, and its index when that closes (MAR-11)', () => {
    const redemption = { price: usde(1), feePpm: 2_000n, isOpen: true };
    const world = sourceWorld({ ...INDEX_RULE, redemption });
    world.timeMs += 1_000;
    world.quote({ own: 0.97, a: 0.97, b: 0.97 });
    expect(priceOf(world)).toBe(usde(0.998));
    world.accept(world.setSources({ ...INDEX_RULE, redemption: { ...redemption, isOpen: false } }, 2));
    world.timeMs += 1_000;
    world.quote({ a: 0.97, b: 0.97 });
    expect(priceOf(world)).toBe(usde(0.97));
  });

  it('leaves the same state in any order of quotes and of sources (PRC-02)', () => {
    const prices = { own: 0.96, a: 0.99, b: 0.992 };
    const hashes = new Set<string>();
    fc.assert(
      fc.property(
        fc.shuffledSubarray(Object.keys(prices), { minLength: 3 }),
        fc.shuffledSubarray([...INDEX_RULE.sources], { minLength: 3 }),
        (order, sources) => {
          const world = fallenWorld({ ...INDEX_RULE, sources });
          world.timeMs += 1_000;
          world.quote(Object.fromEntries(order.map((source) => [source, prices[source as 'own']])));
          hashes.add(hashText(world.engine.stateHash()));
        },
      ),
      { numRuns: 12 },
    );
    expect(hashes.size).toBe(1);
  });

  it('cannot be moved by one source of three further than the clip (MAR-11)', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('own', 'a', 'b'),
        fc.double({ min: 0.000001, max: 50, noNaN: true }),
        (rogue, wild) => {
          const world = sourceWorld();
          world.timeMs += 1_000;
          world.quote({ own: 0.99, a: 0.99, b: 0.99, [rogue]: wild });
          const moved = priceOf(world) - usde(0.99);
          expect((moved < 0n ? -moved : moved) * PPM).toBeLessThanOrEqual(usde(0.99) * INDEX_RULE.clipPpm);
        },
      ),
      { numRuns: 25 },
    );
  });

  it('is replayed, and comes out of a snapshot the same (OPS-02)', () => {
    const world = fallenWorld();
    const replayed = createEngine();
    for (const record of world.records) replayed.replay(record);
    expect(hashText(replayed.stateHash())).toBe(hashText(world.engine.stateHash()));
    const loaded = decodeSnapshot(encodeSnapshot(world.engine));
    const command = {
      kind: 'quote',
      assets: assetQuotes({ own: 0.65, a: 0.985, b: 0.99 }, world.timeMs + 500),
      instruments: [],
    } as const;
    for (const engine of [loaded, replayed, world.engine]) engine.submit('next', command, world.timeMs + 500);
    expect(hashText(loaded.stateHash())).toBe(hashText(world.engine.stateHash()));
    expect(hashText(replayed.stateHash())).toBe(hashText(world.engine.stateHash()));
  });
});

describe('a definition of sources', () => {
  it('lets finished prices be taken again once the sources are taken back (MAR-11)', () => {
    const world = sourceWorld();
    const assetPrices = [{ pool: 'main', asset: 'USDE', price: usde(0.98) }];
    const finished = { kind: 'mark', sourceTimeMs: world.timeMs, marks: [], assetPrices } as const;
    expect(world.refuse(finished)).toBe('price_from_sources');
    world.accept(world.setSources(null, 2));
    world.accept(finished);
    expect(priceOf(world)).toBe(usde(0.98));
    expect(world.refuse(world.setSources(null, 3))).toBe('nothing_to_do');
    const unasked = { kind: 'quote', assets: assetQuotes({ a: 1 }, world.timeMs), instruments: [] } as const;
    expect(world.refuse(unasked)).toBe('unknown_source');
  });

  it('is refused where it breaks its own rules, and above all where the own book would be alone (MAR-11)', () => {
    const world = sourceWorld();
    const [own, a, b] = INDEX_RULE.sources as [Source, Source, Source];
    const broken: Partial<typeof INDEX_RULE>[] = [
      { sources: [] },
      { sources: [own], sourcesMin: 1 },
      { sources: [own, { ...a, isOwnBook: true }, b] },
      { sources: [a, a, b] },
      { sources: [{ ...a, weight: 0 }, b] },
      { sources: [{ ...a, maxAgeMs: 0 }, b] },
      { sourcesMin: 4 },
      { sourcesMin: 0 },
      { outlierPpm: 0n },
      { clipPpm: 60_000n },
      { clipPpm: -1n },
      { ownBookSharePpm: PPM + 1n },
      { redemption: { price: 0n, feePpm: 0n, isOpen: true } },
      { redemption: { price: 1n, feePpm: PPM + 1n, isOpen: true } },
    ];
    for (const changes of broken)
      expect(
        world.refuse(world.setSources({ ...INDEX_RULE, ...changes }, 2)),
        JSON.stringify(Object.keys(changes)),
      ).toBe('invalid_definition');
    expect(world.refuse(world.setSources(INDEX_RULE, 3))).toBe('invalid_definition');
    const spaced = { ...INDEX_RULE, sources: [{ ...a, source: 'no id' }, b] };
    expect(world.refuse(world.setSources(spaced, 2))).toBe('invalid_id');
  });
});

type Source = (typeof INDEX_RULE)['sources'][number];

describe('an index of an instrument', () => {
  const { redemption: _none, ...rules } = INDEX_RULE;
  const indexed = () => {
    const world = sourceWorld();
    world.accept({ kind: 'setIndexSources', instrument: 'BTC-PERP', revision: 1, rules });
    return world;
  };
  const markOf = (world: SourceWorld, indexTicks = 0n) =>
    ({
      kind: 'mark',
      sourceTimeMs: world.timeMs,
      marks: [{ instrument: 'BTC-PERP', markTicks: 4_000_000n, indexTicks }],
      assetPrices: [],
    }) as const;
  const indexOf = ({ state }: SourceWorld) => state.instruments.indexTicks.get(0);

  it('comes of its sources with the next mark, and no finished one is taken (PRC-01, MAR-11)', () => {
    const world = indexed();
    world.timeMs += 1_000;
    const at = world.timeMs;
    const instruments = [
      indexQuote('own', 3_000_000n, at),
      indexQuote('a', 3_990_000n, at),
      indexQuote('b', 3_980_000n, at),
    ];
    world.accept({ kind: 'quote', assets: [], instruments });
    expect(indexOf(world)).toBe(4_000_000n);
    expect(world.refuse(markOf(world, 4_000_000n))).toBe('price_from_sources');
    world.accept(markOf(world));
    expect(indexOf(world)).toBe(3_985_000n);
  });

  it('releases nothing of an isolated position while it has no price (PRC-01)', () => {
    const world = indexed();
    world.account('iso', 'ada', 'BTC-PERP', 10);
    world.account('iso-dan', 'dan', 'BTC-PERP', 10);
    const trade = { instrument: 'BTC-PERP', priceTicks: 400_000n, lots: 10n, margin: usdt(200) };
    world.trade({ buyer: 'iso', seller: 'iso-dan', ...trade });
    const release = { kind: 'release', account: 'iso', asset: null, amountMinor: usdt(10) } as const;
    expect(world.refuse(release)).toBe('mark_unusable');
    const made = ['a', 'b'].map((source) => indexQuote(source, 4_000_000n, world.timeMs));
    world.accept({ kind: 'quote', assets: [], instruments: made });
    expect(world.refuse(release)).toBe('accepted');
  });

  it('stays the last one where too few sources are left, and is never the mark instead (PRC-01)', () => {
    const world = indexed();
    world.timeMs += 1_000;
    const made = ['a', 'b'].map((source) => indexQuote(source, 3_900_000n, world.timeMs));
    world.accept({ kind: 'quote', assets: [], instruments: made });
    world.accept(markOf(world));
    expect(indexOf(world)).toBe(3_900_000n);
    world.timeMs += 61_000;
    world.accept({ kind: 'quote', assets: [], instruments: [indexQuote('own', 4_000_000n, world.timeMs)] });
    world.accept(markOf(world));
    expect(indexOf(world)).toBe(3_900_000n);
  });
});
