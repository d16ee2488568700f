/**
 * A venue whose collateral is a stablecoin priced of three sources, one of them the venue's own book. BTC-PERP is at 40,000;
 * ada holds 10,000 USDE and nothing else, dan stands on the other side.
 */
import type { CommandOf } from '../engine/command.js';
import type { Recorded } from '../engine/index.js';
import type { AssetSourceRules } from '../engine/sourceFields.js';
import { createWorld, HOUR_MS, linearPerpetual, times, usdt, type World } from './world.js';

/** Price of one USDE in USDT, as the engine takes it. */
export const usde = (price: number) => BigInt(Math.round(price * 1e9));
export const START_MS = 1_700_000_000_000;

/** The own book has a tenth at most; two of three sources make a price. */
export const INDEX_RULE: AssetSourceRules = {
  sources: [
    { source: 'own', weight: 1, maxAgeMs: 60_000, isOwnBook: true },
    { source: 'a', weight: 1, maxAgeMs: 60_000, isOwnBook: false },
    { source: 'b', weight: 1, maxAgeMs: 60_000, isOwnBook: false },
  ],
  sourcesMin: 2,
  outlierPpm: 50_000n,
  clipPpm: 10_000n,
  ownBookSharePpm: 100_000n,
  redemption: null,
};

/** The venue's own book decides alone. */
export const ONE_BOOK_RULE: AssetSourceRules = {
  ...INDEX_RULE,
  sources: INDEX_RULE.sources.slice(0, 1),
  sourcesMin: 1,
  ownBookSharePpm: 1_000_000n,
};

/** The quotes of USDE by source, made at the time stated, in the order given. */
export function assetQuotes(prices: Readonly<Record<string, number>>, timeMs: number) {
  return Object.entries(prices).map(([source, price]) => ({
    pool: 'main',
    asset: 'USDE',
    source,
    price: usde(price),
    timeMs,
  }));
}

export function indexQuote(source: string, indexTicks: bigint, timeMs: number) {
  return { instrument: 'BTC-PERP', source, indexTicks, timeMs };
}

export interface SourceWorld extends World {
  /** Quotes of USDE made now. */
  quote(prices: Readonly<Record<string, number>>): Recorded;
  setSources(rules: AssetSourceRules | null, revision: number): CommandOf<'setAssetSources'>;
}

export function sourceWorld(
  rule: AssetSourceRules = INDEX_RULE,
  collateral: Partial<CommandOf<'listCollateral'>> = {},
): SourceWorld {
  const base = createWorld();
  const world: SourceWorld = Object.assign(base, {
    quote(prices: Readonly<Record<string, number>>) {
      return base.accept({ kind: 'quote', assets: assetQuotes(prices, base.timeMs), instruments: [] });
    },
    setSources(rules: AssetSourceRules | null, revision: number) {
      return { kind: 'setAssetSources' as const, pool: 'main', asset: 'USDE', revision, rules };
    },
  });
  world.accept({ kind: 'listAsset', asset: 'USDT', decimals: 6 });
  world.accept({ kind: 'listAsset', asset: 'USDE', decimals: 6 });
  world.accept({
    kind: 'openPool',
    pool: 'main',
    isDesk: false,
    workBudget: 10_000,
    admission: 'fills',
    valuationAsset: 'USDT',
    legRule: 'larger',
  });
  world.accept({
    kind: 'listCollateral',
    pool: 'main',
    asset: 'USDE',
    haircutPpm: 50_000n,
    countedCapMinor: null,
    peg: null,
    conversionRank: 1,
    conversionSpreadPpm: 10_000n,
    priceMaxAgeMs: HOUR_MS,
    priceMaxJumpPpm: 500_000n,
    priceConfirmations: 2,
    ...collateral,
  });
  world.accept(linearPerpetual('BTC-PERP', { markMaxAgeMs: HOUR_MS }));
  world.mark({ 'BTC-PERP': 400_000n });
  world.accept(world.setSources(rule, 1));
  world.quote(Object.fromEntries(rule.sources.map(({ source }) => [source, 1])));
  for (const client of ['ada', 'dan']) {
    world.client(client, { USDT: usdt(200_000), USDE: usdt(200_000) });
    world.accept({
      kind: 'openAccount',
      account: client,
      client,
      marginMode: 'cross',
      instrument: null,
      pool: 'main',
      hasLegs: false,
      leveragePpm: times(10),
    });
  }
  world.accept({ kind: 'allocate', account: 'ada', asset: 'USDE', amountMinor: usdt(10_000) });
  world.accept({ kind: 'allocate', account: 'dan', asset: 'USDT', amountMinor: usdt(100_000) });
  return world;
}

/** Ada buys 1.5 BTC at 40,000, and BTC falls to 35,000: her loss is 7,500. */
export function fallenWorld(rule: AssetSourceRules = INDEX_RULE): SourceWorld {
  const world = sourceWorld(rule);
  const side = (id: string) =>
    ({ party: 'account', id, leg: 'net', order: '', allocateMinor: 0n, allocateInitial: false }) as const;
  world.accept({
    kind: 'fill',
    instrument: 'BTC-PERP',
    priceTicks: 400_000n,
    lots: 1_500n,
    buyer: side('ada'),
    seller: side('dan'),
    taker: 'buyer',
  });
  world.timeMs += 1_000;
  const marks = [{ instrument: 'BTC-PERP', markTicks: 350_000n * 10n, indexTicks: 0n }];
  world.accept({ kind: 'mark', sourceTimeMs: world.timeMs, marks, assetPrices: [] });
  return world;
}
