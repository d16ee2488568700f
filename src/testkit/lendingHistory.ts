/** Random commands of a venue that lends: supply, borrowing, spot trades, prices that move and time that passes. */
import type { Random } from '../base/index.js';
import type { ExternalCommand } from '../engine/index.js';
import { type LendingWorld, lendingOf, lendingWorld } from './lendingWorld.js';
import { coins, HOUR_MS, usdt } from './world.js';

export const LENT_ASSETS = ['USDT', 'BTC'] as const;
export type Lent = (typeof LENT_ASSETS)[number];
const CLIENTS = ['ada', 'bob', 'eve', 'gil'];
const CROSS = ['ada-x', 'bob-x', 'eve-x'];
const PAIR = ['ada-s', 'gil-s'];

/** Cross accounts and isolated pairs with something in them; caps, reserves, fund and facility differ. */
export function lendingVenue(random: Random): LendingWorld {
  const world = lendingWorld({ workBudget: random.pick([2, 10_000]) });
  for (const asset of LENT_ASSETS)
    world.accept(
      lendingOf(asset, {
        reserveSharePpm: random.pick([0n, 100_000n, 1_000_000n]),
        debtInitialPpm: 150_000n,
        accountDebtCapMinor: asset === 'USDT' ? usdt(150_000) : coins(6),
      }),
    );
  world.accept({ kind: 'injectCapital', asset: 'USDT', amountMinor: usdt(200_000) });
  if (random.unit() < 0.5)
    world.accept({ kind: 'topUpFund', pool: 'main', asset: 'USDT', amountMinor: usdt(3_000) });
  if (random.unit() < 0.7)
    world.accept({ kind: 'fundFacility', pool: 'main', asset: 'USDT', amountMinor: usdt(30_000) });
  for (const account of CROSS) world.cross(account, account.slice(0, 3), {});
  for (const account of PAIR) world.account(account, account.slice(0, 3), 'BTC-USDT', 1);
  for (const account of [...CROSS, ...PAIR]) {
    world.accept({ kind: 'allocate', account, asset: 'USDT', amountMinor: usdt(random.between(1, 60_000)) });
    world.accept({ kind: 'allocate', account, asset: 'BTC', amountMinor: coins(0.1 + 2 * random.unit()) });
  }
  for (const account of [...CROSS, ...PAIR])
    if (random.unit() < 0.8) world.accept({ kind: 'setAutoBorrow', account, autoBorrow: true });
  return world;
}

export function nextCommand(
  world: LendingWorld,
  random: Random,
  price: number,
): { command: ExternalCommand; price: number } {
  const asset = random.pick(LENT_ASSETS);
  const account = random.pick([...CROSS, ...PAIR]);
  const amountMinor = amountOf(asset, random);
  const orAll = random.unit() < 0.3 ? null : amountMinor;
  const at = { asset, account, amountMinor };
  world.timeMs += random.pick([0, 1, 1_000, 60_000, 60_000, HOUR_MS / 2, 90 * 24 * HOUR_MS]);
  const isStale = world.timeMs - lastPriceMs(world) > HOUR_MS;
  const command = random.pick<() => ExternalCommand>([
    () => ({ kind: 'supply', client: random.pick(CLIENTS), pool: 'main', asset, amountMinor }),
    () => ({ kind: 'supply', client: random.pick(CLIENTS), pool: 'main', asset, amountMinor }),
    () => ({ kind: 'withdrawSupply', client: random.pick(CLIENTS), pool: 'main', asset, amountMinor: orAll }),
    () => ({ kind: 'borrow', ...at }),
    () => ({ kind: 'borrow', ...at }),
    () => ({ kind: 'repay', ...at, amountMinor: orAll }),
    () => ({ kind: 'allocate', ...at }),
    () => ({ kind: 'allocate', ...at }),
    () => ({ kind: 'release', ...at }),
    () => ({ kind: 'release', ...at }),
    () => ({ kind: 'accrueInterest', pool: 'main', asset, accrualTimeMs: world.timeMs }),
    () => spotTrade(world, random, price),
    () => spotTrade(world, random, price),
    () => perpetualTrade(random, price),
  ]);
  // Most of the time prices are fresh: a stale one stops nearly everything.
  if (random.unit() < (isStale ? 0.9 : 0.15)) {
    const moved = Math.max(1_000, Math.round(price * random.pick([1, 1, 0.99, 1.01, 0.9, 1.1, 0.7, 1.3])));
    return { command: priceCommand(world, moved), price: moved };
  }
  return { command: command(), price };
}

function lastPriceMs({ state }: LendingWorld): number {
  return state.poolAssets.priceTimeMs.get(state.poolAssetRows.get(state.assets.names.rowOf('BTC')) as number);
}

function amountOf(asset: Lent, random: Random): bigint {
  const units = random.pick([0.000001, 100, 3_000, 10_000, 20_000, 40_000, 100_000]) * (1 + random.unit());
  return asset === 'USDT' ? usdt(units) : coins(units / 40_000) + 1n;
}

function priceCommand(world: LendingWorld, price: number): ExternalCommand {
  const ticks = BigInt(price) * 100n;
  return {
    kind: 'mark',
    sourceTimeMs: world.timeMs,
    marks: ['BTC-PERP', 'BTC-USDT'].map((instrument) => ({
      instrument,
      markTicks: ticks,
      indexTicks: ticks,
    })),
    assetPrices: [{ pool: 'main', asset: 'BTC', price: BigInt(price) * 10_000_000n }],
  };
}

function spotTrade(world: LendingWorld, random: Random, price: number): ExternalCommand {
  return world.spot({
    buyer: random.pick([...CROSS, ...PAIR]),
    seller: random.pick([...CROSS, ...PAIR]),
    price: Math.round(price * (0.97 + 0.06 * random.unit())),
    lots: BigInt(random.between(1, 2_000)),
    taker: random.pick(['buyer', 'seller']),
  });
}

function perpetualTrade(random: Random, price: number): ExternalCommand {
  const side = (id: string) =>
    ({
      party: 'account',
      id,
      leg: 'net',
      order: '',
      allocateMinor: 0n,
      allocateInitial: random.unit() < 0.3,
    }) as const;
  return {
    kind: 'fill',
    instrument: 'BTC-PERP',
    priceTicks: BigInt(Math.round(price * (9.8 + 0.4 * random.unit()))),
    lots: BigInt(random.between(1, 3_000)),
    buyer: side(random.pick(CROSS)),
    seller: side(random.pick(CROSS)),
    taker: 'buyer',
  };
}
