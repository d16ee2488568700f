/** What a generated book is drawn from, as data, and an example. */
import type { MarkTicks, Minor, Ppm } from '../base/index.js';
import { ASSET_PRICE_SCALE } from '../margin/index.js';
import type { BookCollateral, BookInstrument } from './book.js';

export interface BookGenerator {
  readonly seed: string;
  readonly name: string;
  /** Instruments settle in it, and it is what accounts are valued in. */
  readonly valuationAsset: { readonly id: string; readonly decimals: number };
  readonly otherCollateral: readonly GeneratedCollateral[];
  readonly instruments: readonly GeneratedInstrument[];
  /** How many, each with one account. */
  readonly owners: number;
  /** Value of all positions of an owner: a power law between two sizes; a tail of 1 to 2 has few large ones. */
  readonly size: { readonly minMinor: Minor; readonly maxMinor: Minor; readonly tail: number };
  /** Value of positions over equity at the mark. */
  readonly leverages: readonly { readonly leveragePpm: Ppm; readonly weight: number }[];
  /** In how many instruments an owner is. */
  readonly overlaps: readonly { readonly instruments: number; readonly weight: number }[];
  /** Owners who are long, and how many of an owner's positions follow its side; the others hedge it. */
  readonly longPpm: Ppm;
  readonly convictionPpm: Ppm;
  /** Groups of owners who came in at one price each: the earlier, the farther back on the trend. */
  readonly cohorts: number;
  readonly makersPerCohort: number;
  readonly makerLeveragePpm: Ppm;
  /** Insurance money as a share of the value of all longs. */
  readonly fundPpm: Ppm;
}

export interface GeneratedInstrument {
  readonly definition: BookInstrument['definition'];
  readonly markTicks: MarkTicks;
  /** How the price came to where it is since the first cohort: 200,000 is up by a fifth. Above -1,000,000. */
  readonly trendPpm: Ppm;
  /** How often it is chosen. */
  readonly weight: number;
}

export interface GeneratedCollateral {
  readonly id: string;
  readonly decimals: number;
  readonly collateral: BookCollateral;
  /** Owners who hold some of it, and which share of their collateral it is. */
  readonly ownersPpm: Ppm;
  readonly sharePpm: Ppm;
}

/**
 * Eight perpetuals in dollars, two hundred owners, some of them on a synthetic dollar and on bitcoin. What a crisis
 * names beyond these comes in when asked for, so that each crisis of the library finds something to act on.
 */
export function exampleGenerator(seed: string, named: ReadonlySet<string> = new Set()): BookGenerator {
  return {
    seed,
    name: `Generated book ${seed}`,
    valuationAsset: { id: 'USDT', decimals: 6 },
    otherCollateral: [
      otherAsset('BTC', 8, {
        price: (122_000n * 10n ** 6n * ASSET_PRICE_SCALE) / 10n ** 8n,
        haircutPpm: 50_000n,
      }),
      otherAsset('USDe', 6, { price: ASSET_PRICE_SCALE, haircutPpm: 20_000n }),
      ...COLLATERAL_WHEN_NAMED.filter(({ id }) => named.has(id)),
    ],
    instruments: [
      perpetual('BTC', { price: 122_000n, decimals: 1, leverage: 100n, trendPpm: 60_000n, weight: 40 }),
      perpetual('ETH', { price: 4_360n, decimals: 2, leverage: 100n, trendPpm: 80_000n, weight: 25 }),
      perpetual('SOL', { price: 220n, decimals: 2, leverage: 50n, trendPpm: 100_000n, weight: 12 }),
      perpetual('DOGE', { price: 1n, decimals: 5, leverage: 50n, trendPpm: 50_000n, weight: 6 }),
      perpetual('SUI', { price: 4n, decimals: 4, leverage: 20n, trendPpm: 120_000n, weight: 5 }),
      perpetual('XRP', { price: 3n, decimals: 4, leverage: 50n, trendPpm: -40_000n, weight: 5 }),
      perpetual('AVAX', { price: 30n, decimals: 3, leverage: 20n, trendPpm: 90_000n, weight: 4 }),
      perpetual('JELLY', { price: 1n, decimals: 5, leverage: 20n, trendPpm: -100_000n, weight: 3 }),
      ...PERPETUALS_WHEN_NAMED.filter(({ definition }) => named.has(definition.base)),
    ],
    owners: 200,
    size: { minMinor: 500n * 10n ** 6n, maxMinor: 20_000_000n * 10n ** 6n, tail: 1.1 },
    leverages: [
      { leveragePpm: 2_000_000n, weight: 3 },
      { leveragePpm: 5_000_000n, weight: 4 },
      { leveragePpm: 10_000_000n, weight: 3 },
      { leveragePpm: 25_000_000n, weight: 2 },
    ],
    overlaps: [
      { instruments: 1, weight: 5 },
      { instruments: 2, weight: 3 },
      { instruments: 4, weight: 2 },
    ],
    longPpm: 700_000n,
    convictionPpm: 800_000n,
    cohorts: 5,
    makersPerCohort: 2,
    makerLeveragePpm: 1_500_000n,
    fundPpm: 2_000n,
  };
}

function otherAsset(
  id: string,
  decimals: number,
  { price, haircutPpm }: Pick<BookCollateral, 'price' | 'haircutPpm'>,
): GeneratedCollateral {
  return {
    id,
    decimals,
    ownersPpm: 250_000n,
    sharePpm: 600_000n,
    collateral: {
      price,
      haircutPpm,
      countedCapMinor: null,
      peg: null,
      conversionRank: 1,
      conversionSpreadPpm: 10_000n,
    },
  };
}

interface PerpetualSketch {
  /** In dollars. */
  readonly price: bigint;
  /** Of its tick. */
  readonly decimals: number;
  readonly leverage: 100n | 50n | 20n;
  readonly trendPpm: Ppm;
  readonly weight: number;
}

function perpetual(base: string, of: PerpetualSketch): GeneratedInstrument {
  const tickSize = `0.${'1'.padStart(of.decimals, '0')}`;
  return {
    trendPpm: of.trendPpm,
    weight: of.weight,
    markTicks: of.price * 10n ** BigInt(of.decimals) * 10n,
    definition: {
      id: `${base}-PERP`,
      instrumentKind: 'perpetual',
      payoff: 'linear',
      base,
      quote: 'USDT',
      settle: 'USDT',
      contractSize: '1',
      tickSize,
      lotSize: of.price > 1_000n ? '0.001' : of.price > 10n ? '0.1' : '1',
      markTicksPerTick: 10n,
      makerFeePpm: 0n,
      takerFeePpm: 500n,
      maintenanceBasis: 'mark',
      initialBasis: 'mark',
      closeFee: 'none',
      unrealizedProfitSharePpm: 0n,
      removalFloorPpm: 100_000n,
      markMaxAgeMs: 3_600_000,
      markMaxJumpPpm: 100_000_000n,
      markConfirmations: 1,
      fillBandPpm: 1_000_000n,
      fundingRateMaxPpm: 10_000n,
      expiryMs: null,
      option: null,
      positionCapLots: null,
      openInterestCapLots: null,
      concentration: null,
      feeTiers: [],
      brackets: TIERS.filter(({ leverage }) => leverage <= of.leverage).map(
        ({ capDollars, leverage, initialMarginRatePpm }, at, tiers) => ({
          notionalCapMinor: at === tiers.length - 1 ? null : capDollars * 10n ** 6n,
          initialMarginRatePpm,
          maintenanceMarginRatePpm: initialMarginRatePpm / 2n,
          leverageMaxPpm: leverage * 1_000_000n,
        }),
      ),
    },
  };
}

const TIERS = [
  { capDollars: 100_000n, leverage: 100n, initialMarginRatePpm: 10_000n },
  { capDollars: 500_000n, leverage: 50n, initialMarginRatePpm: 20_000n },
  { capDollars: 5_000_000n, leverage: 20n, initialMarginRatePpm: 50_000n },
  { capDollars: 50_000_000n, leverage: 10n, initialMarginRatePpm: 100_000n },
] as const;

/** Dollars that may lose their peg, and coins that stand for staked ones. */
const COLLATERAL_WHEN_NAMED: readonly GeneratedCollateral[] = [
  otherAsset('USDC', 6, { price: ASSET_PRICE_SCALE, haircutPpm: 10_000n }),
  otherAsset('DAI', 6, { price: ASSET_PRICE_SCALE, haircutPpm: 20_000n }),
  otherAsset('UST', 6, { price: ASSET_PRICE_SCALE, haircutPpm: 20_000n }),
  otherAsset('BNSOL', 6, { price: 230n * ASSET_PRICE_SCALE, haircutPpm: 100_000n }),
  otherAsset('wBETH', 6, { price: 4_700n * ASSET_PRICE_SCALE, haircutPpm: 100_000n }),
];

const PERPETUALS_WHEN_NAMED: readonly GeneratedInstrument[] = [
  perpetual('BNB', { price: 600n, decimals: 2, leverage: 50n, trendPpm: 70_000n, weight: 8 }),
  perpetual('LUNA', { price: 65n, decimals: 3, leverage: 20n, trendPpm: -150_000n, weight: 10 }),
  perpetual('FTT', { price: 22n, decimals: 3, leverage: 20n, trendPpm: -60_000n, weight: 8 }),
  perpetual('MNGO', { price: 1n, decimals: 5, leverage: 20n, trendPpm: 30_000n, weight: 8 }),
];
