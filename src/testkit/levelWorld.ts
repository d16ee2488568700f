/** A venue for isolation levels: BTC-PERP and ETH-PERP in one pool valued in USDT, with scenarios, and an account in each mode. */
import type { CommandOf } from '../engine/command.js';
import type { Recorded } from '../engine/index.js';
import type { IsolationLevel } from '../isolation/index.js';
import { MARGIN_MODES, type MarginMode } from '../margin/index.js';
import { createWorld, HOUR_MS, linearPerpetual, times, usdt, type World } from './world.js';

export const DAY_MS = 24 * HOUR_MS;
const PPM = 1_000_000n;
const SCALE = 1_000_000n;

export interface LevelWorld extends World {
  open(account: string, client: string, mode: MarginMode, amount: number, instrument?: string): void;
  /** Sets the level with one reason; at once, without grace, unless stated. */
  level(level: IsolationLevel, changes?: Partial<CommandOf<'setIsolationLevel'>>): Recorded;
  levelCommand(
    level: IsolationLevel,
    changes?: Partial<CommandOf<'setIsolationLevel'>>,
  ): CommandOf<'setIsolationLevel'>;
  /** A fill between two accounts that bring nothing: at the mark. */
  fill(buyer: string, seller: string, lots: bigint, instrument?: string): CommandOf<'fill'>;
  /** A tenth of the price either way for both instruments, made now. */
  scenarios(): void;
}

const side = (id: string) =>
  ({ party: 'account', id, leg: 'net', order: '', allocateMinor: 0n, allocateInitial: false }) as const;

/** Both at their marks: BTC-PERP 40,000, ETH-PERP 2,000; a lot is 0.001 of the coin. */
export function levelWorld({
  admission = 'fills' as CommandOf<'openPool'>['admission'],
  workBudget = 10_000,
} = {}): LevelWorld {
  const base = createWorld();
  const { state } = base;
  const price: Record<string, bigint> = { 'BTC-PERP': 400_000n, 'ETH-PERP': 20_000n };
  const world: LevelWorld = Object.assign(base, {
    open(account: string, client: string, marginMode: MarginMode, amount: number, instrument = 'BTC-PERP') {
      const isIsolated = marginMode === 'isolated';
      base.accept({
        kind: 'openAccount',
        account,
        client,
        marginMode,
        instrument: isIsolated ? instrument : null,
        pool: isIsolated ? null : 'main',
        hasLegs: false,
        leveragePpm: times(10),
      });
      if (amount > 0) base.accept({ kind: 'allocate', account, asset: 'USDT', amountMinor: usdt(amount) });
    },
    levelCommand(level: IsolationLevel, changes: Partial<CommandOf<'setIsolationLevel'>> = {}) {
      const instrument = changes.instrument ?? 'BTC-PERP';
      const revision = (state.levels.get(state.instruments.names.rowOf(instrument))?.revision ?? 0) + 1;
      return {
        kind: 'setIsolationLevel' as const,
        instrument,
        level,
        revision,
        reasons: [{ driver: 'volatilityRatio', readingPpm: 1_900_000n, stressPpm: 3_600_000n }],
        effectiveMs: null,
        graceUntilMs: 0,
        ...changes,
      };
    },
    level(level: IsolationLevel, changes: Partial<CommandOf<'setIsolationLevel'>> = {}) {
      return base.accept(world.levelCommand(level, changes));
    },
    fill(buyer: string, seller: string, lots: bigint, instrument = 'BTC-PERP') {
      return {
        kind: 'fill' as const,
        instrument,
        priceTicks: price[instrument] as bigint,
        lots,
        buyer: side(buyer),
        seller: side(seller),
        taker: 'buyer' as const,
      };
    },
    scenarios() {
      base.accept({
        kind: 'sendScenarios',
        pool: 'main',
        set: 'grid',
        sourceTimeMs: base.timeMs,
        instruments: Object.entries(price).map(([instrument, ticks]) => ({
          instrument,
          referenceTicks: ticks * 10n,
          deltaPpm: PPM,
          pnlPerLot: [-ticks * 10_000n * SCALE, ticks * 10_000n * SCALE].map((each) => each / 1_000n),
          shortMinimumPerLot: 0n,
          halfSpreadPpm: 0n,
          liquidity: [],
          concentration: [],
        })),
        assets: [],
      });
    },
  });
  base.accept({ kind: 'listAsset', asset: 'USDT', decimals: 6 });
  base.accept({
    kind: 'openPool',
    admission,
    valuationAsset: 'USDT',
    legRule: 'larger',
    pool: 'main',
    isDesk: false,
    workBudget,
  });
  for (const id of Object.keys(price))
    base.accept(linearPerpetual(id, { markMaxAgeMs: 30 * DAY_MS, removalFloorPpm: 0n }));
  base.mark(price);
  base.accept({
    kind: 'defineScenarios',
    pool: 'main',
    set: {
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
      maxAgeMs: 30 * DAY_MS,
      driftPpm: 500_000n,
    },
  });
  world.scenarios();
  for (const client of ['ada', 'bob', 'eve']) base.client(client, { USDT: usdt(100_000) });
  return world;
}

/**
 * Ada has an account in each mode, named after it, with 1,000 USDT. Eve is long and bob short 1,000 lots of each, so that
 * eve can sell to whoever opens and opens nothing herself.
 */
export function modesWorld(options: Parameters<typeof levelWorld>[0] = {}): LevelWorld {
  const world = levelWorld(options);
  for (const mode of MARGIN_MODES) world.open(mode, 'ada', mode, 1_000);
  for (const client of ['eve', 'bob']) {
    world.open(client, client, 'isolated', 20_000);
    world.open(`${client}-eth`, client, 'isolated', 20_000, 'ETH-PERP');
  }
  world.accept(world.fill('eve', 'bob', 1_000n));
  world.accept(world.fill('eve-eth', 'bob-eth', 1_000n, 'ETH-PERP'));
  return world;
}
