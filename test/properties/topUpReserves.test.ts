/**
 * Law 4b with venue capital as a layer: two pools whose losses may use the venue's capital, in random falls. With every
 * command of the one erased the other ends with the same hash, as long as what it asked of the venue is still granted.
 */
import { describe, expect, it } from 'vitest';
import { hashText } from '../../src/base/index.js';
import { type Random, seededRandom } from '../../src/base/random.js';
import { checkEverything, createEngine, type ExternalCommand, type State } from '../../src/engine/index.js';
import { poolHash } from '../../src/engine/stateHash.js';
import { forSeeds } from '../../src/testkit/runs.js';
import { drawWaterfall } from '../../src/testkit/waterfallProposals.js';
import { linearPerpetual, standardWorld, usdt, type World } from '../../src/testkit/world.js';

const POOLS = ['p', 'q'] as const;
type PoolName = (typeof POOLS)[number];
const CLIENTS = ['a', 'b', 'c', 'd', 'e'];

/** A command, when it came, whose it is (null: the venue's), and whether it was accepted. */
interface Step {
  readonly command: ExternalCommand;
  readonly timeMs: number;
  readonly pool: PoolName | null;
  readonly isAccepted: boolean;
}

describe('a pool with top-ups', () => {
  it('ends with the same hash when every command of the other is erased (law 4b, ISO-03, LIQ-05)', () => {
    const seen = { toppedUp: 0, refused: 0 };
    forSeeds(40, (seed) => {
      const { world, steps } = play(seed);
      checkEverything(world.state);
      for (const pool of POOLS) {
        const alone = createEngine();
        for (const [at, { command, timeMs, isAccepted, pool: of }] of steps.entries()) {
          // What was refused for want of capital might be granted alone: it is left out, as allocations are.
          if ((of !== null && of !== pool) || !isAccepted) continue;
          const sent = alone.submit(`${at}`, command, timeMs);
          const kind = sent.kind === 'recorded' ? sent.record.outcome.kind : sent.kind;
          expect(kind, `${command.kind} of ${pool} alone`).toBe('accepted');
        }
        // Time is the venue's.
        alone.submit('end', { kind: 'openClient', client: 'end' }, world.timeMs);
        expect(hashOf(alone.state, pool), pool).toBe(hashOf(world.state, pool));
      }
      const { deficits } = world.state;
      for (let row = 0; row < deficits.table.size; row++)
        if (deficits.toppedUp.get(row) > 0n) seen.toppedUp++;
      seen.refused += steps.filter(
        ({ command, isAccepted }) => command.kind === 'reserveCapital' && !isAccepted,
      ).length;
    });
    expect(seen.toppedUp).toBeGreaterThan(10);
    expect(seen.refused).toBeGreaterThan(5);
  });
});

const hashOf = (state: State, pool: PoolName) => hashText(poolHash(state, state.pools.names.rowOf(pool)));

function play(seed: string): { readonly world: World; readonly steps: readonly Step[] } {
  const random = seededRandom(seed);
  const world = standardWorld(0n);
  const ticks = { p: 400_000, q: 400_000 };
  const pools = new Map<number, PoolName>();
  const own = (pool: PoolName, run: () => void) => {
    pools.set(world.records.length, pool);
    run();
  };
  const act = (pool: PoolName, command: ExternalCommand) => own(pool, () => world.send(command));
  world.accept({ kind: 'injectCapital', asset: 'USDT', amountMinor: usdt(3_000) });
  for (const client of CLIENTS) world.client(client, { USDT: usdt(1_000_000) });
  for (const pool of POOLS) {
    const opened = { admission: 'fills', valuationAsset: null, legRule: 'larger', isDesk: false } as const;
    act(pool, { kind: 'openPool', pool, workBudget: 10_000, ...opened });
    act(pool, linearPerpetual(pool.toUpperCase(), { pool, markMaxJumpPpm: 10_000_000n }));
    act(pool, drawn(random, pool, 1));
    act(pool, reserve(random, pool));
    mark(pool);
    for (const client of CLIENTS) {
      const leverage = random.pick([3, 10, 20, 50]);
      own(pool, () => world.account(`${client}-${pool}`, client, pool.toUpperCase(), leverage));
    }
  }
  for (let step = 0; step < 60; step++) {
    const pool = random.pick(POOLS);
    const roll = random.unit();
    world.timeMs += 1_000;
    if (roll < 0.45) trade(pool);
    else if (roll < 0.75) {
      ticks[pool] = Math.max(50_000, Math.round((ticks[pool] * random.between(75, 128)) / 100));
      mark(pool);
    } else if (roll < 0.85) act(pool, reserve(random, pool));
    else if (roll < 0.9) {
      const { state } = world;
      const row = state.instruments.poolAsset.get(state.instruments.names.rowOf(pool.toUpperCase()));
      act(pool, drawn(random, pool, state.poolAssets.waterfallRevision.get(row) + 1));
    } else recover(pool);
  }
  const external = world.records.flatMap((record, at) =>
    record.commandId === ''
      ? []
      : [
          {
            command: record.command as ExternalCommand,
            timeMs: record.timeMs,
            pool: pools.get(at) ?? null,
            isAccepted: record.outcome.kind === 'accepted',
          },
        ],
  );
  return { world, steps: external };

  function mark(pool: PoolName) {
    own(pool, () => world.mark({ [pool.toUpperCase()]: BigInt(ticks[pool]) }));
  }

  function trade(pool: PoolName) {
    const [buyer, seller] = [random.pick(CLIENTS), random.pick(CLIENTS)];
    if (buyer === seller) return;
    const side = (id: string) =>
      ({
        party: 'account',
        id: `${id}-${pool}`,
        leg: 'net',
        order: '',
        allocateMinor: 0n,
        allocateInitial: true,
      }) as const;
    act(pool, {
      kind: 'fill',
      instrument: pool.toUpperCase(),
      priceTicks: BigInt(ticks[pool]),
      lots: BigInt(random.between(1, 120)),
      buyer: side(buyer),
      seller: side(seller),
      taker: 'buyer',
    });
  }

  /** Of a takeover: deficits have numbers of the venue, which are others alone. */
  function recover(pool: PoolName) {
    const takeover = `${pool}#${random.between(1, 3)}`;
    const loss = { pool, asset: 'USDT', deficit: null, takeover };
    if (random.unit() < 0.2) act(pool, { kind: 'writeOffLoss', ...loss });
    else act(pool, { kind: 'recover', ...loss, amountMinor: usdt(random.between(1, 60)) });
  }
}

const drawn = (random: Random, pool: PoolName, revision: number) =>
  drawWaterfall(random, { pool, asset: 'USDT', revision, unitMinor: usdt(200) });

const reserve = (random: Random, pool: PoolName) =>
  ({
    kind: 'reserveCapital',
    pool,
    asset: 'USDT',
    amountMinor: usdt(random.pick([0, random.between(1, 300), random.between(1, 3_000)])),
  }) as const;
