/** A venue that lends: cross accounts in a pool that values in USDT, with BTC as collateral and a spot pair. */

import { accountAssetOf } from '../engine/accountParts.js';
import type { CommandOf } from '../engine/command.js';
import { debtOf, lenderBook, lendingCash } from '../engine/lending.js';
import { claimFloor } from '../engine/lendingShares.js';
import { pairKey } from '../engine/state.js';
import { coins, createWorld, HOUR_MS, linearPerpetual, times, usdt, type World } from './world.js';

export const YEAR_MS = 365 * 24 * HOUR_MS;

/** Price of BTC in whole USDT, as the engine takes it: USDT minor units x 10^9 per BTC minor unit. */
export const btcPrice = (price: number) => BigInt(price) * 10_000_000n;

/** 2% a year, 10% at a utilisation of 80%, 100% when all is out; a tenth of interest for the fund. */
export function lendingOf(
  asset: string,
  changes: Partial<CommandOf<'openLending'>> = {},
): CommandOf<'openLending'> {
  return {
    kind: 'openLending',
    pool: 'main',
    asset,
    baseRatePpm: 20_000n,
    kinkPpm: 800_000n,
    slopeBelowPpm: 80_000n,
    slopeAbovePpm: 900_000n,
    reserveSharePpm: 100_000n,
    debtInitialPpm: 200_000n,
    debtMaintenancePpm: 100_000n,
    accountDebtCapMinor: 10n ** 15n,
    poolDebtCapMinor: 10n ** 15n,
    ...changes,
  };
}

/** A lot is 0.001 BTC; at a price of p ticks it costs p x 100 USDT minor units. */
export function spotBtc(changes: Partial<CommandOf<'listInstrument'>> = {}): CommandOf<'listInstrument'> {
  return linearPerpetual('BTC-USDT', {
    instrumentKind: 'spot',
    base: 'BTC',
    fundingRateMaxPpm: 0n,
    brackets: [],
    ...changes,
  });
}

export interface LendingWorld extends World {
  /** Marks everything and prices BTC, in whole USDT, at the present time. */
  price(price: number): void;
  cross(account: string, client: string, balances: Record<string, bigint>): void;
  debt(account: string, asset?: string): bigint;
  claim(client: string, asset?: string): bigint;
  lendingCash(asset?: string): bigint;
  /** Base for quote between two accounts; price in whole USDT, size in lots of 0.001 BTC. */
  spot(trade: {
    buyer: string;
    seller: string;
    price: number;
    lots: bigint;
    taker?: 'buyer' | 'seller';
  }): CommandOf<'fill'>;
}

export function lendingWorld({
  spot = {},
  collateral = {},
  workBudget = 10_000,
  isDesk = false,
  admission = 'fills',
}: {
  readonly spot?: Partial<CommandOf<'listInstrument'>>;
  readonly collateral?: Partial<CommandOf<'listCollateral'>>;
  readonly workBudget?: number;
  readonly isDesk?: boolean;
  readonly admission?: CommandOf<'openPool'>['admission'];
} = {}): LendingWorld {
  const world = createWorld();
  const { state } = world;
  const poolAsset = (asset: string) =>
    state.poolAssetRows.get(
      pairKey(state.pools.names.rowOf('main'), state.assets.names.rowOf(asset)),
    ) as number;
  const whole: LendingWorld = Object.assign(world, {
    price(price: number) {
      world.accept({
        kind: 'mark',
        sourceTimeMs: world.timeMs,
        marks: ['BTC-PERP', 'BTC-USDT'].map((instrument) => ({
          instrument,
          markTicks: BigInt(price) * 100n,
          indexTicks: BigInt(price) * 100n,
        })),
        assetPrices: [{ pool: 'main', asset: 'BTC', price: btcPrice(price) }],
      });
    },
    cross(account: string, client: string, balances: Record<string, bigint>) {
      world.accept({
        kind: 'openAccount',
        account,
        client,
        marginMode: 'cross',
        instrument: null,
        pool: 'main',
        hasLegs: false,
        leveragePpm: times(20),
      });
      for (const [asset, amountMinor] of Object.entries(balances))
        world.accept({ kind: 'allocate', account, asset, amountMinor });
    },
    debt(account: string, asset = 'USDT') {
      const row = accountAssetOf(state, world.row(account), poolAsset(asset));
      return row < 0 ? 0n : debtOf(state, row);
    },
    claim(client: string, asset = 'USDT') {
      const row = state.lenderRows.get(pairKey(state.clients.names.rowOf(client), poolAsset(asset)));
      return row === undefined
        ? 0n
        : claimFloor(state.lenders.shares.get(row), lenderBook(state, poolAsset(asset)));
    },
    lendingCash: (asset = 'USDT') => lendingCash(state, poolAsset(asset)),
    spot({
      buyer,
      seller,
      price,
      lots,
      taker = 'buyer',
    }: Parameters<LendingWorld['spot']>[0]): CommandOf<'fill'> {
      const side = (id: string) =>
        ({ party: 'account', id, leg: 'net', order: '', allocateMinor: 0n, allocateInitial: false }) as const;
      return {
        kind: 'fill',
        instrument: 'BTC-USDT',
        priceTicks: BigInt(price) * 10n,
        lots,
        buyer: side(buyer),
        seller: side(seller),
        taker,
      };
    },
  });
  world.accept({ kind: 'listAsset', asset: 'USDT', decimals: 6 });
  world.accept({ kind: 'listAsset', asset: 'BTC', decimals: 8 });
  world.accept({
    kind: 'openPool',
    admission,
    valuationAsset: 'USDT',
    legRule: 'larger',
    pool: 'main',
    isDesk,
    workBudget,
  });
  world.accept({
    kind: 'listCollateral',
    pool: 'main',
    asset: 'BTC',
    haircutPpm: 50_000n,
    countedCapMinor: null,
    peg: null,
    conversionRank: 1,
    conversionSpreadPpm: 10_000n,
    priceMaxAgeMs: HOUR_MS,
    priceMaxJumpPpm: 900_000n,
    priceConfirmations: 1,
    ...collateral,
  });
  world.accept(linearPerpetual('BTC-PERP', { markMaxJumpPpm: 900_000n, markConfirmations: 1 }));
  world.accept(spotBtc({ markMaxJumpPpm: 900_000n, markConfirmations: 1, ...spot }));
  whole.price(40_000);
  for (const client of ['ada', 'bob', 'eve', 'gil'])
    world.client(client, { USDT: usdt(1_000_000), BTC: coins(100) });
  return whole;
}
