/** Worked numbers for whole accounts: a venue's published example, and each rule on small round figures. */
import { describe, expect, it } from 'vitest';
import { PPM } from '../../base/integers.js';
import {
  account,
  BTC,
  btc,
  inverseTerms,
  leg,
  linearTerms,
  PLAIN,
  type TierRow,
  USDT,
  usdt,
} from '../../testkit/accountFixture.js';
import {
  type AccountView,
  ASSET_PRICE_SCALE,
  accountAvailableFloor,
  accountEquityByAsset,
  accountEquityFloor,
  accountFreeFloor,
  accountHealthPpm,
  accountLiquidationPrice,
  accountMarginRatioCeil,
  accountRemovableFloor,
  accountRequirement,
  collateralLiquidationPrice,
  collateralValueScaled,
  isAccountLiquidatable,
  LEG_RULES,
  missingForInitial,
  missingToCureAccount,
  VALUE_SCALE,
} from '../index.js';

const ETHUSDT: readonly TierRow[] = [
  [10_000n, 5_000n, 100n],
  [100_000n, 6_500n, 75n],
  [500_000n, 10_000n, 50n],
  [1_000_000n, 20_000n, 25n],
  [2_000_000n, 50_000n, 10n],
  [5_000_000n, 100_000n, 5n],
  [10_000_000n, 125_000n, 4n],
];
const BTCUSDT: readonly TierRow[] = [
  [50_000n, 4_000n, 125n],
  [250_000n, 5_000n, 100n],
  [1_000_000n, 10_000n, 50n],
  [5_000_000n, 25_000n, 20n],
  [20_000_000n, 50_000n, 10n],
];

describe('a published cross account (Binance, USD-M liquidation price of two contracts)', () => {
  const view = account({
    assets: [usdt(1_535_443_010_000n)],
    legs: [
      leg(linearTerms({}, ETHUSDT), {
        ...{ instrument: 0, lots: 3_683_979n, entryTicks: 145_684n, markTicks: 133_518n },
      }),
      leg(linearTerms({}, BTCUSDT), {
        ...{ instrument: 1, lots: 109_488n, entryTicks: 3_248_198n, markTicks: 3_196_727n },
      }),
    ],
  });

  it('requires 356512.5081 and 71200.81145 USDT, a line each with its maintenance amount (MAR-12)', () => {
    const { maintenance, lines } = accountRequirement(view);
    const ofMaintenance = (instrument: number) =>
      lines
        .filter((line) => line.of === 'maintenance' && line.instrument === instrument)
        .reduce((sum, { amount }) => sum + amount, 0n);
    expect(ofMaintenance(0)).toBe(356_512_508_122n);
    expect(ofMaintenance(1)).toBe(71200811444n);
    expect(maintenance).toBe(427713319566n);
  });

  it('is liquidated at 1153.26 for ETH and 26316.89 for BTC, each with the other held (LIQ-11)', () => {
    expect(accountLiquidationPrice(view, 0)).toEqual({
      below: { kind: 'price', markTicks: 115_325n },
      above: { kind: 'none' },
    });
    expect(accountLiquidationPrice(view, 1)).toEqual({
      below: { kind: 'price', markTicks: 2_631_689n },
      above: { kind: 'none' },
    });
  });
});

describe('collateral', () => {
  it('counts 1 BTC at 60,000 with a haircut of 10% for 54,000, a debt of 1 BTC in full', () => {
    const held = btc(BTC, { price: 60_000n, terms: { haircutPpm: 100_000n } });
    expect(accountEquityFloor(account({ assets: [usdt(0n), held] }))).toBe(54_000n * USDT);
    const owed = { ...held, balance: 0n, debt: BTC };
    expect(accountEquityFloor(account({ assets: [usdt(0n), owed] }))).toBe(-60_000n * USDT);
  });

  it('nets profit with balance in the same asset before the haircut, and counts up to the cap (MAR-10)', () => {
    const short = leg(inverseTerms(), { lots: -60_000n, entryTicks: 6_000_000n, markTicks: 5_000_000n });
    const held = btc(BTC, { price: 50_000n, terms: { haircutPpm: 100_000n } });
    const view = account({ assets: [usdt(0n), held], legs: [short] });
    // The short of 60,000 USD was worth 1 BTC and is worth 1.2 BTC: a loss of 0.2 for who bought, a gain here.
    expect(accountEquityByAsset(view)[1]).toMatchObject({ valueScaled: 54_000n * USDT * VALUE_SCALE });
    const capped = { ...held, terms: { ...held.terms, countedCapMinor: 30_000n * USDT } };
    expect(accountEquityFloor({ ...view, assets: [usdt(0n), capped] })).toBe(27_000n * USDT);
  });

  it.each([
    [1_000_000n, 1_000_000n],
    [990_000n, 990_000n],
    [980_000n, 960_400n],
    [970_000n, 931_200n],
    [700_000n, 294_000n],
    [500_000n, 10_000n],
    [490_000n, 0n],
  ])('counts a coin pegged to 1 at %s ppm for %s ppm: no cliff (MAR-11)', (price, counted) => {
    const peg = { price: ASSET_PRICE_SCALE, tolerancePpm: 10_000n, slopePpm: 2n * PPM };
    const asset = { price: (price * ASSET_PRICE_SCALE) / PPM, terms: { ...PLAIN, peg } };
    expect(collateralValueScaled(asset, { numerator: 1n, denominator: 1n })).toBe(counted);
  });
});

describe('long and short legs of one instrument', () => {
  // Maintenance 0.5%: 20 USDT of 4,000 long, 10 USDT of 2,000 short.
  const long = leg(linearTerms(), { leg: 'long', lots: 100n, entryTicks: 4_000_000n, markTicks: 4_000_000n });
  const short = leg(linearTerms(), {
    leg: 'short',
    lots: -50n,
    entryTicks: 4_000_000n,
    markTicks: 4_000_000n,
  });

  it.each([
    ['larger', 20n, 400n],
    ['both', 30n, 600n],
    ['net', 10n, 200n],
  ] as const)(
    'require under the rule %s %s USDT of maintenance and %s of initial margin (MAR-10)',
    (legRule, maintenance, initial) => {
      const view = account({ legRule, assets: [usdt(1000n * USDT)], legs: [long, short] });
      const expected = { maintenance: maintenance * USDT, initial: initial * USDT };
      expect(accountRequirement(view)).toMatchObject(expected);
    },
  );

  it('require nothing under net where they are equal, and their common loss is fixed', () => {
    const view = account({
      legRule: 'net',
      assets: [usdt(0n)],
      legs: [long, { ...short, lots: -100n, cost: -long.cost }],
    });
    expect(accountRequirement(view)).toMatchObject({ initial: 0n, maintenance: 0n });
    expect(accountLiquidationPrice(view, 0)).toEqual({ below: { kind: 'none' }, above: { kind: 'none' } });
  });

  it('are charged under net on the larger leg at its share of the cost, on the basis entry', () => {
    const entry = linearTerms({ maintenanceBasis: 'entry', initialBasis: 'entry' });
    const legs = [
      leg(entry, { leg: 'long', lots: 3n, entryTicks: 4_000_000n, markTicks: 1n }),
      leg(entry, { leg: 'short', lots: -1n, entryTicks: 9_000_000n, markTicks: 1n }),
    ];
    expect(accountRequirement(account({ legRule: 'net', legs })).maintenance).toBe((80n * USDT * 5n) / 1000n);
  });
});

describe('liquidation', () => {
  const long = leg(linearTerms(), { lots: 100n, entryTicks: 4_000_000n, markTicks: 3_600_000n });

  it('comes at equity = maintenance margin, 418 against 18 + 400 of loss (LIQ-11)', () => {
    const at = (balance: bigint) => account({ assets: [usdt(balance)], legs: [long] });
    expect(isAccountLiquidatable(at(418n * USDT))).toBe(true);
    expect(isAccountLiquidatable(at(418n * USDT + 1n))).toBe(false);
    expect(missingToCureAccount(at(400n * USDT), 0)).toBe(18n * USDT + 1n);
    expect(accountMarginRatioCeil(at(436n * USDT))).toBe(500_000n);
    expect(accountHealthPpm(at(436n * USDT))).toBe(2n * PPM);
    expect(accountMarginRatioCeil(at(400n * USDT))).toBeNull();
  });

  it('never comes to an account without position and debt, however empty (LIQ-10)', () => {
    expect(isAccountLiquidatable(account({}))).toBe(false);
    expect(accountMarginRatioCeil(account({}))).toBe(0n);
    expect(accountHealthPpm(account({}))).toBeNull();
  });

  it('never comes to a short of 1x whose coin covers it, at any mark (FND-07)', () => {
    const short = leg(inverseTerms(), { lots: -60_000n, entryTicks: 6_000_000n, markTicks: 6_000_000n });
    const view = account({ assets: [usdt(0n), btc(BTC, { price: 60_000n })], legs: [short] });
    expect(accountLiquidationPrice(view, 0)).toEqual({ below: { kind: 'none' }, above: { kind: 'none' } });
    const thinner = account({ assets: [usdt(0n), btc(BTC - 1n, { price: 60_000n })], legs: [short] });
    expect(accountLiquidationPrice(thinner, 0).above.kind).toBe('price');
  });

  it('comes to a debt when its collateral falls, at 11,052.631 for 10,000 owed against 1 BTC less 5%', () => {
    const view = account({
      assets: [usdt(0n, 10_000n * USDT), btc(BTC, { price: 20_000n, terms: { haircutPpm: 50_000n } })],
    });
    expect(accountRequirement(view)).toMatchObject({ initial: 1000n * USDT, maintenance: 500n * USDT });
    const { below, above } = collateralLiquidationPrice(view, 1);
    // 0.95 x P = 10,500
    expect(below).toEqual({
      kind: 'price',
      price: (10_500n * USDT * ASSET_PRICE_SCALE * 100n) / (95n * BTC),
    });
    expect(above).toEqual({ kind: 'none' });
    expect(isAccountLiquidatable(account({ assets: [usdt(100n, 100n)] }))).toBe(false);
    expect(isAccountLiquidatable(account({ assets: [usdt(99n, 100n)] }))).toBe(true);
  });

  it('comes to a linear short from above, the price of its collateral in coin held', () => {
    const short = leg(linearTerms(), { lots: -1000n, entryTicks: 4_000_000n, markTicks: 4_000_000n });
    const view = account({ assets: [usdt(0n), btc(BTC, { price: 40_000n })], legs: [short] });
    const { below, above } = accountLiquidationPrice(view, 0);
    // 40,000 + 40,000 - P = 0.005 x P
    expect([below, above]).toEqual([{ kind: 'none' }, { kind: 'price', markTicks: 7_960_200n }]);
  });
});

describe('what an account may use', () => {
  // A gain of 400 USDT, initial margin 440, removal floor 440.
  const gain = (share: bigint): AccountView =>
    account({
      assets: [usdt(500n * USDT)],
      legs: [
        leg(linearTerms({ unrealizedProfitShare: share }), {
          ...{ lots: 100n, entryTicks: 4_000_000n, markTicks: 4_400_000n },
        }),
      ],
    });

  it.each([
    [0n, 60n],
    [500_000n, 260n],
    [PPM, 460n],
  ])('counts unrealized profit at its share of %s ppm: %s USDT are free and available', (share, free) => {
    expect(accountFreeFloor(gain(share))).toBe(free * USDT);
    expect(accountAvailableFloor(gain(share))).toBe(free * USDT);
  });

  it('lets go what both prices and the floor leave (MAR-03)', () => {
    const atMark = gain(PPM);
    expect(accountRemovableFloor({ atMark, atIndex: atMark }, 0)).toBe(460n * USDT);
    const fallen = { ...atMark.legs[0]!, markTicks: 4_200_000n };
    // 500 + 200 - 420
    expect(accountRemovableFloor({ atMark, atIndex: { ...atMark, legs: [fallen] } }, 0)).toBe(280n * USDT);
    const floored = {
      ...atMark.legs[0]!,
      terms: linearTerms({ unrealizedProfitShare: PPM, removalFloorRate: 150_000n }),
    };
    const thick = { ...atMark, legs: [floored] };
    expect(accountRemovableFloor({ atMark: thick, atIndex: thick }, 0)).toBe(240n * USDT);
    const empty = account({ assets: [usdt(7n)] });
    expect(accountRemovableFloor({ atMark: empty, atIndex: empty }, 0)).toBe(7n);
  });

  it('names what is missing for initial margin, or that no amount will do (MAR-04)', () => {
    const view = {
      ...gain(0n),
      assets: [usdt(400n * USDT), btc(0n, { price: 50_000n, terms: { haircutPpm: 500_000n } })],
    };
    expect(missingForInitial(view, 0)).toBe(40n * USDT);
    expect(missingForInitial(view, 1)).toBe((40n * BTC) / 25_000n);
    const worthless = {
      ...view,
      assets: [view.assets[0]!, btc(0n, { price: 50_000n, terms: { haircutPpm: PPM } })],
    };
    expect(missingForInitial(worthless, 1)).toBeNull();
    expect(missingForInitial(gain(0n), 0)).toBe(0n);
  });

  it.each(LEG_RULES)('nets a hedge before it counts profit, under the rule %s', (legRule) => {
    const terms = linearTerms();
    const view = account({
      legRule,
      assets: [usdt(10_000n * USDT)],
      legs: [
        leg(terms, { leg: 'long', lots: 100n, entryTicks: 4_000_000n, markTicks: 5_000_000n }),
        leg(terms, { leg: 'short', lots: -100n, entryTicks: 4_000_000n, markTicks: 5_000_000n }),
      ],
    });
    const { initial } = accountRequirement(view);
    expect(accountFreeFloor(view)).toBe(10_000n * USDT - initial);
  });
});
