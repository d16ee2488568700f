/** Worked numbers: published examples of venues, and the edges of each rule on small round figures. */
import { describe, expect, it } from 'vitest';
import { PPM } from '../base/integers.js';
import { fillValueTowardsZero } from '../market/payoff.js';
import {
  type BracketInput,
  bankruptcyPrice,
  bracketIndexOfWhole,
  canOpen,
  deriveBrackets,
  equityFloor,
  healthPpm,
  type IsolatedView,
  initialMarginCeil,
  isFullyCovered,
  isLeverageAllowed,
  isLiquidatable,
  liquidationPrice,
  liquidationUnitValue,
  type MarginTerms,
  maintenanceMarginCeil,
  marginRatioCeil,
  maximumSizeLots,
  removableFloor,
  requirement,
} from './index.js';

describe('brackets', () => {
  it('derives the published maintenance amounts of a linear venue (MAR-07)', () => {
    const brackets = derived(ETHUSDT_TIERS, USDT);
    expect(brackets.map((bracket) => bracket.maintenanceAmount / (USDT * PPM))).toEqual([
      0n,
      15n,
      365n,
      5_365n,
      35_365n,
      135_365n,
      260_365n,
      510_365n,
      2_510_365n,
    ]);
  });

  it('derives the published maintenance amount of 11.605 BTC for 300 BTC on an inverse venue (MAR-07)', () => {
    const brackets = derived(BTCUSD_TIERS, BTC);
    const bracket = brackets[bracketIndexOfWhole(brackets, 300n * BTC)]!;
    expect(bracket.maintenanceMarginRate).toBe(125_000n);
    expect(bracket.maintenanceAmount).toBe(1_160_500_000n * PPM);
  });

  it('counts a notional exactly at a cap to the lower bracket and one unit more to the next', () => {
    const brackets = derived(ETHUSDT_TIERS, USDT);
    expect(bracketIndexOfWhole(brackets, 10_000n * USDT)).toBe(0);
    expect(bracketIndexOfWhole(brackets, 10_000n * USDT + 1n)).toBe(1);
    expect(bracketIndexOfWhole(brackets, 10n ** 30n)).toBe(brackets.length - 1);
  });

  it.each([
    ['no_brackets', []],
    ['bracket_floor_not_zero', [tier({ notionalFloor: 1n })]],
    ['bracket_hole', [tier({}), tier({ notionalFloor: 101n, notionalCap: 200n })]],
    ['bracket_overlap', [tier({}), tier({ notionalFloor: 99n, notionalCap: 200n })]],
    ['bracket_cap_missing', [tier({ notionalCap: null }), tier({ notionalCap: 200n })]],
    ['bracket_cap_not_above_floor', [tier({}), tier({ notionalCap: 100n })]],
    ['maintenance_rate_out_of_range', [tier({ maintenanceMarginRate: -1n })]],
    ['maintenance_rate_out_of_range', [tier({ maintenanceMarginRate: 999_500n, initialMarginRate: PPM })]],
    ['initial_rate_out_of_range', [tier({ initialMarginRate: PPM + 1n })]],
    ['maintenance_above_initial', [tier({ maintenanceMarginRate: 10_001n })]],
    ['maintenance_above_initial', [tier({ initialMarginRate: null, leverageMax: 201n * PPM })]],
    ['leverage_max_below_one', [tier({ leverageMax: PPM - 1n })]],
    ['maintenance_rate_falls', [tier({}), tier({ notionalCap: 200n, maintenanceMarginRate: 4_999n })]],
    ['initial_rate_falls', [tier({}), tier({ notionalCap: 200n, initialMarginRate: 9_999n })]],
    ['leverage_max_rises', [tier({}), tier({ notionalCap: 200n, leverageMax: 101n * PPM })]],
    ['leverage_max_rises', [tier({}), tier({ notionalCap: 200n, leverageMax: null })]],
    [
      'maintenance_amount_discontinuous',
      [tier({}), tier({ notionalCap: 200n, maintenanceMarginRate: 6_000n, maintenanceAmount: 99_999n })],
    ],
  ])('refuses %s', (code, tiers) => {
    const brackets = deriveBrackets(tiers as BracketInput[], { rateScale: PPM, closingRate: 500n });
    expect(brackets).toMatchObject({ ok: false, error: { code } });
  });

  it('says which amount would have been continuous', () => {
    const tiers = [
      tier({}),
      tier({ notionalCap: 200n, maintenanceMarginRate: 6_000n, maintenanceAmount: 1n }),
    ];
    expect(deriveBrackets(tiers, { rateScale: PPM, closingRate: 0n })).toEqual({
      ok: false,
      error: { code: 'maintenance_amount_discontinuous', index: 1, expected: 100_000n },
    });
  });
});

describe('published worked examples', () => {
  it('charges 356512.5081 on 4918775.081 and 71200.81145 on 3500032.458 USDT (Binance, USD-M maintenance margin)', () => {
    const eth = linearTerms(ETHUSDT_TIERS, { maintenanceBasis: 'entry' });
    expect(maintenanceMarginCeil(eth, account({ lots: 1n, cost: 4_918_775_081_000n }), 1n)).toBe(
      356_512_508_100n,
    );
    const btc = linearTerms(BTCUSDT_TIERS, { maintenanceBasis: 'entry' });
    expect(maintenanceMarginCeil(btc, account({ lots: 1n, cost: 3_500_032_458_000n }), 1n)).toBe(
      71_200_811_450n,
    );
  });

  it('liquidates 3683.979 ETH long at 1153.26 and 109.488 BTC long at 26316.89 (Binance, USD-M liquidation price)', () => {
    // The wallet balance of the example less maintenance margin and loss of its other contract stands for the collateral.
    const eth = linearTerms(ETHUSDT_TIERS, {});
    const ethView = opened(eth, { lots: 3_683_979n, priceTicks: 145_684n, collateral: 1_407_887_628_560n });
    expect(liquidationPrice(eth, ethView)).toEqual({ kind: 'price', markTicks: 115_325n });
    expect(nearestCent(liquidationUnitValue(eth, ethView), eth.unit)).toBe(115_326n);
    const btc = linearTerms(BTCUSDT_TIERS, {});
    const btcView = opened(btc, { lots: 109_488n, priceTicks: 3_248_198n, collateral: 730_737_612_000n });
    expect(nearestCent(liquidationUnitValue(btc, btcView), btc.unit)).toBe(2_631_689n);
  });

  it('charges 0.0016 BTC on 100 contracts of 100 USD at 25000 (Binance, COIN-M maintenance margin)', () => {
    const terms = inverseTerms(BTCUSD_TIERS, {});
    const view = opened(terms, { lots: 100n * 100n, priceTicks: 250_000n, collateral: BTC });
    expect(maintenanceMarginCeil(terms, view, 250_000n)).toBe(160_000n);
  });

  it('liquidates 1 BTC at 20000 and 50x at 19700, and a short at 20300 (Bybit, isolated USDT contract)', () => {
    const terms = linearTerms(FLAT_TIER, { maintenanceBasis: 'entry' });
    const long = opened(terms, { lots: 1000n, priceTicks: 2_000_000n, collateral: 400n * USDT });
    expect(liquidationPrice(terms, long)).toEqual({ kind: 'price', markTicks: 1_970_000n });
    const short = opened(terms, { lots: -1000n, priceTicks: 2_000_000n, collateral: 400n * USDT });
    expect(liquidationPrice(terms, short)).toEqual({ kind: 'price', markTicks: 2_030_000n });
  });

  it('moves that price with added margin and with funding owed (FND-02)', () => {
    const terms = linearTerms(FLAT_TIER, { maintenanceBasis: 'entry' });
    const long = opened(terms, { lots: 1000n, priceTicks: 2_000_000n, collateral: 3400n * USDT });
    expect(liquidationPrice(terms, long)).toEqual({ kind: 'price', markTicks: 1_670_000n });
    // 200 USDT of funding on 1000 lots: 0.2 USDT a lot.
    const owing = { ...long, collateral: 400n * USDT, fundingPerLot: 200_000n * PPM };
    expect(liquidationPrice(terms, owing)).toEqual({ kind: 'price', markTicks: 1_990_000n });
  });

  it('liquidates 60000 USD inverse at 50000 and 10x at 45662.10 on the entry basis (Bybit, inverse contract)', () => {
    const terms = inverseTerms(FLAT_TIER, { maintenanceBasis: 'entry' });
    const view = opened(terms, { lots: 60_000n, priceTicks: 500_000n, collateral: 12_000_000n });
    expect(liquidationPrice(terms, view)).toEqual({ kind: 'price', markTicks: 456_621n });
    // Charged on the value there instead: 60000 x 1.005 / (1.2 + 0.12) = 45681.8.
    const onMark = inverseTerms(FLAT_TIER, {});
    expect(liquidationPrice(onMark, view)).toEqual({ kind: 'price', markTicks: 456_818n });
  });
});

describe('liquidation price', () => {
  it('has none for an inverse short at 1x, and one as soon as a unit is missing (FND-07)', () => {
    const terms = inverseTerms(BTCUSD_TIERS, {});
    const covered = opened(terms, { lots: -100_000n, priceTicks: 500_000n, collateral: 2n * BTC });
    expect(isFullyCovered(terms, covered)).toBe(true);
    expect(liquidationPrice(terms, covered)).toEqual({ kind: 'none' });
    expect(bankruptcyPrice(terms, covered)).toEqual({ kind: 'none' });
    expect(isLiquidatable(terms, covered, 10n ** 12n)).toBe(false);
    expect(liquidationPrice(terms, { ...covered, collateral: 2n * BTC - 1n }).kind).toBe('price');
  });

  it('has none for a linear long at 1x, whatever the basis (FND-07)', () => {
    for (const maintenanceBasis of ['entry', 'mark'] as const) {
      const terms = linearTerms(FLAT_TIER, { maintenanceBasis });
      const view = opened(terms, { lots: 1000n, priceTicks: 2_000_000n, collateral: 20_000n * USDT });
      expect(liquidationPrice(terms, view)).toEqual({ kind: 'none' });
      expect(isLiquidatable(terms, view, 1n)).toBe(false);
    }
  });

  it('has none where the exact price is under the smallest mark', () => {
    const terms = linearTerms(FLAT_TIER, {});
    const view = opened(terms, { lots: 1000n, priceTicks: 2_000_000n, collateral: 20_000n * USDT - 1n });
    expect(isFullyCovered(terms, view)).toBe(false);
    expect(liquidationPrice(terms, view)).toEqual({ kind: 'none' });
  });

  it('says always where funding has eaten a short whole, and none without a position (LIQ-10)', () => {
    const terms = linearTerms(FLAT_TIER, {});
    const short = opened(terms, { lots: -1n, priceTicks: 2_000_000n, collateral: USDT });
    const eaten = { ...short, fundingPerLot: -(21n * USDT + 1n) * PPM };
    expect(liquidationPrice(terms, eaten)).toEqual({ kind: 'always' });
    expect(bankruptcyPrice(terms, eaten)).toEqual({ kind: 'none' });
    expect(isLiquidatable(terms, eaten, 1n)).toBe(true);
    expect(liquidationPrice(terms, account({}))).toEqual({ kind: 'none' });
    expect(isLiquidatable(terms, account({}), 1n)).toBe(false);
    expect(isLiquidatable(terms, account({ collateral: 0n }), 1n)).toBe(false);
  });

  it('charges the rate of the bracket the price is in, not of the one it started in (MAR-07)', () => {
    // A short whose notional grows over the cap of 10000 on the way: 0.5% below it, 0.65% above.
    const terms = linearTerms(ETHUSDT_TIERS, {});
    const view = opened(terms, { lots: -9_000n, priceTicks: 100_000n, collateral: 2_000n * USDT });
    const price = liquidationPrice(terms, view);
    // (9000 + 2000 + 15) / (9 x 1.0065) = 1215.985, where the notional is above 10000.
    expect(price).toEqual({ kind: 'price', markTicks: 121_599n });
  });

  it('answers on a coarser grid when asked: the first multiple that is liquidatable', () => {
    const terms = linearTerms(FLAT_TIER, { maintenanceBasis: 'entry' });
    const long = opened(terms, { lots: 1000n, priceTicks: 2_000_000n, collateral: 400n * USDT });
    expect(liquidationPrice(terms, long, 30_000n)).toEqual({ kind: 'price', markTicks: 1_950_000n });
    expect(bankruptcyPrice(terms, long, 30_000n)).toEqual({ kind: 'price', markTicks: 1_950_000n });
  });

  it('moves by the closing fee in rate and in margin', () => {
    const query = { lots: 1000n, priceTicks: 2_000_000n, collateral: 400n * USDT };
    const price = (closeFee: MarginTerms['closeFee']) => {
      const terms = linearTerms(FLAT_TIER, { closeFee });
      return liquidationPrice(terms, opened(terms, query));
    };
    // 19600 / (1 - 0.005), / (1 - 0.005 - 0.0004), and (19600 + 0.0004 x 19600) / (1 - 0.005).
    expect(price('none')).toEqual({ kind: 'price', markTicks: 1_969_849n });
    expect(price('inRate')).toEqual({ kind: 'price', markTicks: 1_970_641n });
    expect(price('inMargin')).toEqual({ kind: 'price', markTicks: 1_970_637n });
  });
});

describe('requirement', () => {
  it('explains itself with the closing fee at the bankruptcy price in both margins (MAR-12)', () => {
    const terms = linearTerms(ETHUSDT_TIERS, { closeFee: 'inMargin' });
    const view = opened(terms, {
      lots: 20_000n,
      priceTicks: 100_000n,
      collateral: 2_000n * USDT,
      leverage: 10n,
    });
    // Bankruptcy at 900: fee 0.0004 x 18000 = 7.2.
    expect(requirement(terms, view, 100_000n)).toEqual({
      initial: 2_007_200_000n,
      maintenance: 122_200_000n,
      order: 0n,
      lines: [
        { of: 'initial', part: 'position', amount: 2_000_000_000n },
        { of: 'initial', part: 'closeFee', amount: 7_200_000n },
        { of: 'maintenance', part: 'position', amount: 130_000_000n },
        { of: 'maintenance', part: 'maintenanceAmount', amount: -15_000_000n },
        { of: 'maintenance', part: 'closeFee', amount: 7_200_000n },
      ],
    });
  });

  it('takes the initial rate of the bracket where it asks more than the leverage', () => {
    const terms = linearTerms(ETHUSDT_TIERS, {});
    const view = opened(terms, { lots: 1000n, priceTicks: 100_000n, collateral: 0n, leverage: 100n });
    expect(initialMarginCeil(terms, view, 100_000n)).toBe(10n * USDT);
    const high = opened(terms, { lots: 60_000n, priceTicks: 100_000n, collateral: 0n, leverage: 100n });
    // 75x is a rate of 1.3334%, rounded up to a ppm: 800.04 on 60000.
    expect(initialMarginCeil(terms, high, 100_000n)).toBe(800_040_000n);
  });

  it('rounds a third of a unit up, not down (LED-03)', () => {
    const terms = linearTerms(FLAT_TIER, { maintenanceBasis: 'entry', initialBasis: 'entry' });
    expect(initialMarginCeil(terms, account({ lots: 1n, cost: 100n, leverage: 3n * PPM }), 1n)).toBe(34n);
    expect(maintenanceMarginCeil(terms, account({ lots: 1n, cost: 201n }), 1n)).toBe(2n);
  });

  it('is nothing without a position', () => {
    expect(requirement(linearTerms(FLAT_TIER, {}), account({ collateral: 5n }), 1n)).toEqual({
      initial: 0n,
      maintenance: 0n,
      order: 0n,
      lines: [],
    });
  });
});

describe('health', () => {
  const terms = linearTerms(FLAT_TIER, {});
  const view = opened(terms, { lots: 1000n, priceTicks: 2_000_000n, collateral: 400n * USDT });

  it('shows maintenance over equity rounded up, and equity over maintenance in ppm rounded down', () => {
    expect(marginRatioCeil(terms, view, 2_000_000n)).toBe(250_000n);
    expect(healthPpm(terms, view, 2_000_000n)).toBe(4_000_000n);
    expect(marginRatioCeil(terms, view, 1_970_000n, 100_000_000n)).toBe(98_500_000n);
  });

  it('has a ratio of 0 when nothing is required and none when equity is gone', () => {
    expect(marginRatioCeil(terms, account({ collateral: 0n }), 1n)).toBe(0n);
    expect(healthPpm(terms, account({ collateral: 0n }), 1n)).toBeNull();
    expect(marginRatioCeil(terms, view, 1_960_000n)).toBeNull();
    expect(healthPpm(terms, view, 1_950_000n)).toBeLessThan(0n);
  });

  it('is liquidatable at exactly maintenance margin and not one mark tick above (LIQ-11)', () => {
    // At 20000 maintenance is 100 USDT; collateral of exactly that is not enough, one minor unit more is.
    expect(isLiquidatable(terms, { ...view, collateral: 100n * USDT }, 2_000_000n)).toBe(true);
    expect(isLiquidatable(terms, { ...view, collateral: 100n * USDT + 1n }, 2_000_000n)).toBe(false);
    expect(equityFloor(terms, { ...view, collateral: 100n * USDT }, 2_000_000n)).toBe(100n * USDT);
  });
});

describe('removable', () => {
  const terms = linearTerms(FLAT_TIER, {});
  const view = opened(terms, {
    lots: 1000n,
    priceTicks: 2_000_000n,
    collateral: 5_000n * USDT,
    leverage: 20n,
  });
  const at = (markTicks: bigint, indexTicks = markTicks) => ({ markTicks, indexTicks });

  it('leaves max(initial margin, 10% of notional) behind (MAR-03)', () => {
    expect(removableFloor(terms, view, at(2_000_000n))).toBe(3_000n * USDT);
    expect(removableFloor(terms, { ...view, leverage: 5n * PPM }, at(2_000_000n))).toBe(1_000n * USDT);
  });

  it('counts a loss in full and a profit at its share (MAR-03)', () => {
    expect(removableFloor(terms, view, at(1_900_000n))).toBe(2_100n * USDT);
    expect(removableFloor(terms, view, at(2_100_000n))).toBe(2_900n * USDT);
    expect(removableFloor({ ...terms, unrealizedProfitShare: PPM / 2n }, view, at(2_100_000n))).toBe(
      3_400n * USDT,
    );
  });

  it('takes the index where it leaves less than the mark (MAR-03)', () => {
    expect(removableFloor(terms, view, at(2_000_000n, 1_900_000n))).toBe(2_100n * USDT);
    expect(removableFloor(terms, view, at(1_900_000n, 2_000_000n))).toBe(2_100n * USDT);
  });

  it('counts funding owed as gone, and never lets out more than the collateral', () => {
    const owing = { ...view, fundingPerLot: 1_000_000n * PPM };
    expect(removableFloor(terms, owing, at(2_000_000n))).toBe(2_000n * USDT);
    const rich = { ...terms, unrealizedProfitShare: PPM };
    expect(removableFloor(rich, view, at(4_000_000n))).toBe(5_000n * USDT);
    expect(removableFloor(terms, account({ collateral: 7n }), at(1n))).toBe(7n);
  });

  it('lets nothing out of an account in liquidation, and nothing that would put it there (MAR-03)', () => {
    expect(removableFloor(terms, { ...view, collateral: 100n * USDT }, at(2_000_000n))).toBe(0n);
    // A short grown from 20000 to 2000000: initial margin of 2000 on its cost, maintenance of 10000 on its value.
    const grown = linearTerms(FLAT_TIER, { initialBasis: 'entry', removalFloorRate: 0n });
    const query = { lots: -1000n, priceTicks: 2_000_000n, collateral: 2_000_000n * USDT, leverage: 10n };
    const short = opened(grown, query);
    expect(removableFloor(grown, short, at(200_000_000n))).toBe(10_000n * USDT - 1n);
  });
});

describe('maximum size', () => {
  it('spends free collateral on margin and the taker fee, to the last lot', () => {
    // Per 0.001 BTC at 20000: 2 USDT of margin at 10x and 0.008 of fee; 1000 / 2.008 = 498.007.
    const terms = linearTerms(FLAT_TIER, {});
    const opening = {
      side: 'long',
      priceTicks: 2_000_000n,
      markTicks: 2_000_000n,
      freeCollateral: 1000n * USDT,
      leverage: 10n * PPM,
    } as const;
    expect(maximumSizeLots(terms, opening)).toBe(498n);
    expect(maximumSizeLots(terms, { ...opening, side: 'short' })).toBe(498n);
    expect(maximumSizeLots(terms, { ...opening, freeCollateral: 2_007_999n })).toBe(0n);
    expect(maximumSizeLots(terms, { ...opening, freeCollateral: 2_008_000n })).toBe(1n);
  });

  it('charges an open loss to the mark at entry, and lends no profit', () => {
    const terms = linearTerms(FLAT_TIER, {});
    const opening = {
      side: 'long',
      priceTicks: 2_000_000n,
      markTicks: 2_000_000n,
      freeCollateral: 1000n * USDT,
      leverage: 10n * PPM,
    } as const;
    const worse = maximumSizeLots(terms, { ...opening, markTicks: 1_990_000n });
    // 0.1 of loss a lot and 1.99 of margin: 1000 / 2.098.
    expect(worse).toBe(476n);
    expect(maximumSizeLots(terms, { ...opening, markTicks: 2_010_000n })).toBe(1000_000n / 2_018n);
  });

  it('stops at the bracket that no longer allows the leverage, and at the last cap', () => {
    const terms = linearTerms(ETHUSDT_TIERS, {});
    const opening = {
      side: 'long',
      priceTicks: 100_000n,
      markTicks: 100_000n,
      freeCollateral: 10n ** 9n * USDT,
    } as const;
    expect(maximumSizeLots(terms, { ...opening, leverage: 100n * PPM })).toBe(10_000n);
    expect(maximumSizeLots(terms, { ...opening, leverage: 75n * PPM })).toBe(100_000n);
    expect(maximumSizeLots(terms, { ...opening, leverage: PPM })).toBe(40_000_000n);
    expect(canOpen(terms, { ...opening, leverage: PPM }, 40_000_001n)).toBe(false);
    expect(isLeverageAllowed(terms.brackets, 10_000n * USDT, 100n * PPM)).toBe(true);
    expect(isLeverageAllowed(terms.brackets, 10_000n * USDT + 1n, 100n * PPM)).toBe(false);
  });
});

// Fixtures ------------------------------------------------------------------------------------------------

const USDT = 1_000_000n;
const BTC = 100_000_000n;

/** Notional cap in whole units, maintenance rate in ppm, largest leverage. */
type TierRow = readonly [cap: bigint, maintenancePpm: bigint, leverageMax: bigint];

/** ETHUSDT and BTCUSDT as Binance listed them in 2021, BTCUSD (COIN-M) likewise, in BTC. */
const ETHUSDT_TIERS: readonly TierRow[] = [
  [10_000n, 5_000n, 100n],
  [100_000n, 6_500n, 75n],
  [500_000n, 10_000n, 50n],
  [1_000_000n, 20_000n, 25n],
  [2_000_000n, 50_000n, 10n],
  [5_000_000n, 100_000n, 5n],
  [10_000_000n, 125_000n, 4n],
  [20_000_000n, 150_000n, 3n],
  [40_000_000n, 250_000n, 2n],
];
const BTCUSDT_TIERS: readonly TierRow[] = [
  [50_000n, 4_000n, 125n],
  [250_000n, 5_000n, 100n],
  [1_000_000n, 10_000n, 50n],
  [5_000_000n, 25_000n, 20n],
  [20_000_000n, 50_000n, 10n],
];
const BTCUSD_TIERS: readonly TierRow[] = [
  [5n, 4_000n, 125n],
  [10n, 5_000n, 100n],
  [20n, 10_000n, 50n],
  [50n, 25_000n, 20n],
  [100n, 50_000n, 10n],
  [200n, 100_000n, 5n],
  [400n, 125_000n, 4n],
];
const FLAT_TIER: readonly TierRow[] = [[1_000_000_000n, 5_000n, 100n]];

function derived(rows: readonly TierRow[], minorPerUnit: bigint, closingRate = 0n) {
  const brackets = deriveBrackets(
    rows.map(([cap, maintenanceMarginRate, leverageMax]) => ({
      notionalCap: cap * minorPerUnit,
      initialMarginRate: (PPM + leverageMax - 1n) / leverageMax,
      maintenanceMarginRate,
      leverageMax: leverageMax * PPM,
    })),
    { rateScale: PPM, closingRate },
  );
  if (!brackets.ok) throw new Error(brackets.error.code);
  return brackets.value;
}

type Options = Partial<
  Pick<MarginTerms, 'maintenanceBasis' | 'initialBasis' | 'closeFee' | 'removalFloorRate'>
>;

/** Tick 0.01, lot 0.001, USDT of 6 decimals: a lot at a tick is 10 minor units. */
function linearTerms(rows: readonly TierRow[], options: Options): MarginTerms {
  return { ...common(rows, USDT, options), payoff: 'linear', unit: 10n };
}

/** Contracts of 1 USD, tick 0.1, BTC of 8 decimals. */
function inverseTerms(rows: readonly TierRow[], options: Options): MarginTerms {
  return { ...common(rows, BTC, options), payoff: 'inverse', unit: 1_000_000_000n };
}

function common(rows: readonly TierRow[], minorPerUnit: bigint, options: Options) {
  return {
    markTicksPerTick: 1n,
    maintenanceBasis: 'mark' as const,
    initialBasis: 'mark' as const,
    closeFee: 'none' as const,
    takerFeeRate: 400n,
    rateScale: PPM,
    fundingScale: PPM,
    roundingStep: 1n,
    brackets: derived(rows, minorPerUnit),
    unrealizedProfitShare: 0n,
    removalFloorRate: 100_000n,
    ...options,
  };
}

function account(fields: Partial<IsolatedView>): IsolatedView {
  return { collateral: 0n, lots: 0n, cost: 0n, fundingPerLot: 0n, leverage: PPM, ...fields };
}

function opened(
  terms: MarginTerms,
  {
    lots,
    priceTicks,
    collateral,
    leverage = 1n,
  }: { lots: bigint; priceTicks: bigint; collateral: bigint; leverage?: bigint },
): IsolatedView {
  return account({
    lots,
    collateral,
    cost: fillValueTowardsZero(terms, { lots, priceTicks }),
    leverage: leverage * PPM,
  });
}

function tier(fields: Partial<BracketInput>): BracketInput {
  return {
    notionalCap: 100n,
    initialMarginRate: 10_000n,
    maintenanceMarginRate: 5_000n,
    leverageMax: 100n * PPM,
    ...fields,
  };
}

/** The linear mark of a unit value, to the nearest tick, as venues print it. */
function nearestCent(
  { numerator, denominator }: { numerator: bigint; denominator: bigint },
  unit: bigint,
): bigint {
  return (2n * numerator + denominator * unit) / (2n * denominator * unit);
}
