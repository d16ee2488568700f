/**
 * Random whole accounts, near their triggers more often than not: several assets with haircuts, caps, pegs and debts,
 * linear and inverse instruments with one or two legs, brackets, every basis, fee and leg rule; with options on request.
 */
import fc from 'fast-check';
import { PPM } from '../base/integers.js';
import {
  type AccountView,
  ASSET_PRICE_SCALE,
  type AssetView,
  accountEquityScaled,
  accountMaintenanceScaled,
  type CollateralTerms,
  deriveBrackets,
  LEG_RULES,
  type LegView,
  type MarginTerms,
  type OptionTerms,
  type OrderView,
  VALUE_SCALE,
} from '../margin/index.js';
import { fillValueTowardsZero } from '../market/payoff.js';

/** Assets by number; the first is the one that accounts are valued in. */
export const QUOTE = 0;
export const COIN = 1;
export const OTHER = 2;

export interface CaseOptions {
  readonly withOptions?: boolean;
  readonly withOrders?: boolean;
  /** Instruments, at most; legs are up to twice as many. */
  readonly instrumentsMax?: number;
}

export function accountCases(options: CaseOptions = {}): fc.Arbitrary<AccountView> {
  const { withOptions = false, withOrders = false, instrumentsMax = 3 } = options;
  return fc
    .record({
      legRule: fc.constantFrom(...LEG_RULES),
      quote: assetCases(QUOTE),
      coin: assetCases(COIN),
      other: assetCases(OTHER),
      instruments: fc.array(instrumentCases(), { minLength: 0, maxLength: instrumentsMax }),
      chain: withOptions ? optionCases() : fc.constant<readonly LegView[]>([]),
      orders: withOrders
        ? fc.array(orderCases(instrumentsMax), { maxLength: 8 })
        : fc.constant<OrderView[]>([]),
      gap: fc.option(fc.bigInt(-20n, 20n), { nil: null }),
      noise: fc.bigInt(-(10n ** 8n), 10n ** 8n),
    })
    .map(({ legRule, quote, coin, other, instruments, chain, orders, gap, noise }) => {
      const legs = instruments.flatMap((make, at) => make(at)).filter(({ lots }) => lots !== 0n);
      const terms = instruments.map((make, at) => ({ ...make(at)[0]!, lots: 0n, cost: 0n }));
      const view: AccountView = {
        mode: 'cross',
        legRule,
        assets: [{ ...quote, price: ASSET_PRICE_SCALE }, coin, other],
        legs: [...legs, ...chain],
        orders: orders.filter(({ instrument }) => instrument < instruments.length),
        orderTerms: terms,
      };
      return nearTrigger(view, gap ?? noise);
    });
}

/** Moves the valuation asset's balance so that equity is about maintenance margin plus the gap. */
function nearTrigger(view: AccountView, gapMinor: bigint): AccountView {
  const missing = (accountMaintenanceScaled(view) - accountEquityScaled(view)) / VALUE_SCALE + gapMinor;
  const balance = view.assets[0]!.balance + missing;
  const [quote, ...others] = view.assets as [AssetView, ...AssetView[]];
  return { ...view, assets: [{ ...quote, balance: balance < 0n ? 0n : balance }, ...others] };
}

const rate = (max: bigint) => fc.oneof(fc.constant(0n), fc.bigInt(0n, max));

export function assetCases(asset: number): fc.Arbitrary<AssetView> {
  return fc.record({
    asset: fc.constant(asset),
    balance: rate(10n ** 7n),
    debt: fc.oneof(
      { weight: 3, arbitrary: fc.constant(0n) },
      { weight: 1, arbitrary: fc.bigInt(0n, 10n ** 6n) },
    ),
    price: fc.bigInt(ASSET_PRICE_SCALE / 1000n, ASSET_PRICE_SCALE * 100n),
    terms: collateralTermCases(),
  });
}

export function collateralTermCases(): fc.Arbitrary<CollateralTerms> {
  return fc.record({
    haircutPpm: fc.oneof(fc.constant(0n), fc.bigInt(0n, PPM)),
    countedCapMinor: fc.option(fc.bigInt(0n, 10n ** 8n), { nil: null }),
    peg: fc.option(
      fc.record({
        price: fc.bigInt(ASSET_PRICE_SCALE / 2n, ASSET_PRICE_SCALE * 2n),
        tolerancePpm: fc.bigInt(0n, 50_000n),
        slopePpm: fc.bigInt(0n, 10n * PPM),
      }),
      { nil: null },
    ),
    debtInitialPpm: fc.bigInt(100_000n, 300_000n),
    debtMaintenancePpm: fc.bigInt(0n, 100_000n),
  });
}

type MakeLegs = (instrument: number) => LegView[];

/** One leg of its own, or a long and a short one; the first gives the terms. */
function instrumentCases(): fc.Arbitrary<MakeLegs> {
  return fc
    .record({
      terms: termCases(),
      isHedged: fc.boolean(),
      lots: fc.tuple(fc.bigInt(-60n, 60n), fc.bigInt(0n, 60n), fc.bigInt(0n, 60n)),
      entryTicks: fc.tuple(fc.bigInt(1n, 400n), fc.bigInt(1n, 400n)),
      markShare: fc.oneof(fc.bigInt(700_000n, 1_300_000n), fc.bigInt(1n, 5_000_000n)),
      fundingPerLot: fc.tuple(rate(10n ** 8n), fc.bigInt(-(10n ** 8n), 0n)),
      leverageTimes: fc.bigInt(1n, 100n),
      coin: fc.boolean(),
    })
    .map(({ terms, isHedged, lots, entryTicks, markShare, fundingPerLot, leverageTimes, coin }) => {
      const markTicks = (entryTicks[0] * terms.markTicksPerTick * markShare) / PPM || 1n;
      const isCoin = terms.payoff === 'inverse' || coin;
      const make = (instrument: number, leg: LegView['leg'], size: bigint, at: 0 | 1): LegView => ({
        instrument,
        leg,
        settleAsset: isCoin ? COIN : QUOTE,
        terms,
        option: null,
        lots: size,
        cost: fillValueTowardsZero(terms, { lots: size, priceTicks: entryTicks[at] }),
        fundingPerLot: fundingPerLot[at],
        leverage: leverageTimes * PPM,
        markTicks,
        indexTicks: markTicks,
      });
      return (instrument) =>
        isHedged
          ? [make(instrument, 'long', lots[1], 0), make(instrument, 'short', -lots[2], 1)]
          : [make(instrument, 'net', lots[0], 0)];
    });
}

export function termCases(): fc.Arbitrary<MarginTerms> {
  return fc
    .record({
      payoff: fc.constantFrom('linear' as const, 'inverse' as const),
      unitRaw: fc.bigInt(1n, 2000n),
      markTicksPerTick: fc.constantFrom(1n, 3n, 10n),
      maintenanceBasis: fc.constantFrom('entry' as const, 'mark' as const),
      initialBasis: fc.constantFrom('entry' as const, 'mark' as const),
      closeFee: fc.constantFrom('none' as const, 'inRate' as const, 'inMargin' as const),
      takerFeeRate: fc.bigInt(0n, 3000n),
      rates: fc.array(fc.bigInt(0n, 150_000n), { minLength: 1, maxLength: 4 }),
      caps: fc.array(fc.bigInt(1n, 4n * 10n ** 6n), { minLength: 4, maxLength: 4 }),
      unrealizedProfitShare: fc.bigInt(0n, PPM),
      removalFloorRate: fc.bigInt(0n, 200_000n),
    })
    .map(({ unitRaw, rates, caps, ...raw }): MarginTerms => {
      const rising = [...rates].sort((a, b) => Number(a - b));
      let cap = 0n;
      const brackets = deriveBrackets(
        rising.map((maintenanceMarginRate, at) => {
          cap += caps[at]!;
          const notionalCap = at === rising.length - 1 ? null : cap;
          const initialMarginRate = maintenanceMarginRate * 2n;
          return { notionalCap, initialMarginRate, maintenanceMarginRate, leverageMax: null };
        }),
        { rateScale: PPM, closingRate: raw.closeFee === 'inRate' ? raw.takerFeeRate : 0n },
      );
      if (!brackets.ok) throw new Error(`the generator made bad brackets: ${brackets.error.code}`);
      return {
        ...raw,
        unit: raw.payoff === 'linear' ? unitRaw : unitRaw * 10n ** 4n,
        rateScale: PPM,
        fundingScale: PPM,
        roundingStep: 1n,
        brackets: brackets.value,
      };
    });
}

/** Options on one underlying, of two expiries and both types, settled in the valuation asset or in coin. */
export function optionCases(): fc.Arbitrary<readonly LegView[]> {
  return fc
    .record({
      payoff: fc.constantFrom('linear' as const, 'inverse' as const),
      indexTicks: fc.bigInt(1n, 300n),
      options: fc.array(
        fc.record({
          optionType: fc.constantFrom('call' as const, 'put' as const),
          strikeTicks: fc.bigInt(1n, 300n),
          expiryMs: fc.constantFrom(1000, 2000),
          lots: fc.bigInt(-20n, 20n).filter((lots) => lots !== 0n),
          markTicks: fc.bigInt(1n, 400n),
        }),
        { maxLength: 4 },
      ),
      margin: fc.record({
        initialRatePpm: fc.bigInt(100_000n, 200_000n),
        initialFloorRatePpm: fc.bigInt(50_000n, 100_000n),
        maintenanceRatePpm: fc.bigInt(0n, 50_000n),
      }),
      unit: fc.bigInt(1n, 1000n),
      terms: termCases(),
    })
    .map(({ payoff, indexTicks, options, margin, unit, terms }) =>
      options.map(({ optionType, strikeTicks, expiryMs, lots, markTicks }, at): LegView => {
        const option: OptionTerms = {
          ...{ optionType, payoff, underlying: 'X', expiryMs, strikeTicks, margin },
          unit: payoff === 'linear' ? unit : unit * 1000n,
        };
        return {
          instrument: 100 + at,
          leg: 'net',
          settleAsset: payoff === 'linear' ? QUOTE : COIN,
          terms: { ...terms, payoff: 'linear', unit: option.payoff === 'linear' ? unit : unit * 10n },
          option,
          lots,
          cost: 0n,
          fundingPerLot: 0n,
          leverage: PPM,
          markTicks,
          indexTicks,
        };
      }),
    );
}

function orderCases(instrumentsMax: number): fc.Arbitrary<OrderView> {
  return fc.record({
    instrument: fc.nat({ max: instrumentsMax - 1 }),
    leg: fc.constantFrom('net' as const, 'long' as const, 'short' as const),
    side: fc.constantFrom('buy' as const, 'sell' as const),
    lots: fc.bigInt(1n, 80n),
    priceTicks: fc.bigInt(1n, 400n),
    isReduceOnly: fc.boolean(),
  });
}
