/** Round numbers for tests of whole accounts: USDT of 6 decimals, BTC of 8, instruments with ticks of 0.01. */
import { PPM } from '../base/integers.js';
import {
  type AccountView,
  ASSET_PRICE_SCALE,
  type AssetView,
  type CollateralTerms,
  deriveBrackets,
  type LegView,
  type MarginTerms,
  type OptionTerms,
  type OrderView,
} from '../margin/index.js';
import { fillValueTowardsZero } from '../market/payoff.js';
import { COIN, QUOTE } from './accountCases.js';

export const USDT = 1_000_000n;
export const BTC = 100_000_000n;

/** Cap in whole units of the settlement asset, maintenance rate in ppm, largest leverage. */
export type TierRow = readonly [cap: bigint | null, maintenanceRatePpm: bigint, leverageMax: bigint];

const FLAT: readonly TierRow[] = [[null, 5_000n, 100n]];

/** Tick 0.01, lot 0.001: a lot at a tick is 10 minor units of USDT. */
export function linearTerms(fields: Partial<MarginTerms> = {}, rows = FLAT): MarginTerms {
  return { ...commonTerms(rows, USDT), payoff: 'linear', unit: 10n, ...fields };
}

/** Contracts of 1 USD, tick 0.01, settled in BTC. */
export function inverseTerms(fields: Partial<MarginTerms> = {}, rows = FLAT): MarginTerms {
  return { ...commonTerms(rows, BTC), payoff: 'inverse', unit: 100n * BTC, ...fields };
}

function commonTerms(rows: readonly TierRow[], minorPerUnit: bigint) {
  const brackets = deriveBrackets(
    rows.map(([cap, maintenanceMarginRate, leverageMax]) => ({
      notionalCap: cap === null ? null : cap * minorPerUnit,
      initialMarginRate: (PPM + leverageMax - 1n) / leverageMax,
      maintenanceMarginRate,
      leverageMax: leverageMax * PPM,
    })),
    { rateScale: PPM, closingRate: 0n },
  );
  if (!brackets.ok) throw new Error(brackets.error.code);
  return {
    markTicksPerTick: 1n,
    maintenanceBasis: 'mark' as const,
    initialBasis: 'mark' as const,
    closeFee: 'none' as const,
    takerFeeRate: 500n,
    rateScale: PPM,
    fundingScale: PPM,
    roundingStep: 1n,
    brackets: brackets.value,
    unrealizedProfitShare: 0n,
    removalFloorRate: 100_000n,
  };
}

export const PLAIN: CollateralTerms = {
  haircutPpm: 0n,
  countedCapMinor: null,
  peg: null,
  debtInitialPpm: 100_000n,
  debtMaintenancePpm: 50_000n,
};

export function usdt(balance: bigint, debt = 0n): AssetView {
  return { asset: QUOTE, balance, debt, price: ASSET_PRICE_SCALE, terms: PLAIN };
}

/** At a price in USDT. */
export function btc(
  balance: bigint,
  { price, debt = 0n, terms = {} }: { price: bigint; debt?: bigint; terms?: Partial<CollateralTerms> },
): AssetView {
  const scaled = (price * USDT * ASSET_PRICE_SCALE) / BTC;
  return { asset: COIN, balance, debt, price: scaled, terms: { ...PLAIN, ...terms } };
}

/** Opened at a price and marked at another, both in ticks. */
export function leg(
  terms: MarginTerms,
  fields: {
    readonly lots: bigint;
    readonly entryTicks: bigint;
    readonly markTicks: bigint;
  } & Partial<LegView>,
): LegView {
  const { entryTicks, ...rest } = fields;
  const { lots, markTicks } = fields;
  return {
    instrument: 0,
    leg: 'net',
    settleAsset: terms.payoff === 'linear' ? QUOTE : COIN,
    terms,
    option: null,
    cost: fillValueTowardsZero(terms, { lots, priceTicks: entryTicks }),
    fundingPerLot: 0n,
    leverage: 10n * PPM,
    indexTicks: markTicks,
    ...rest,
  };
}

/** Of 0.001 BTC a lot, prices in ticks of 0.01 USDT (linear) or of 0.00001 BTC (inverse). */
export function optionLeg(
  fields: Pick<OptionTerms, 'optionType' | 'strikeTicks'> &
    Pick<LegView, 'lots' | 'markTicks' | 'indexTicks'> &
    Partial<Pick<LegView, 'instrument' | 'leg'>> &
    Partial<Pick<OptionTerms, 'payoff' | 'expiryMs'>>,
): LegView {
  const { optionType, strikeTicks, lots, markTicks, indexTicks, payoff = 'linear', expiryMs = 1000 } = fields;
  const isLinear = payoff === 'linear';
  return {
    instrument: fields.instrument ?? 50,
    leg: fields.leg ?? 'net',
    settleAsset: isLinear ? QUOTE : COIN,
    terms: linearTerms({ unit: isLinear ? 10n : 1n }),
    option: {
      ...{ optionType, payoff, strikeTicks, expiryMs, underlying: 'BTC' },
      unit: isLinear ? 10n : BTC / 1000n,
      margin: { initialRatePpm: 150_000n, initialFloorRatePpm: 100_000n, maintenanceRatePpm: 75_000n },
    },
    lots,
    cost: 0n,
    fundingPerLot: 0n,
    leverage: PPM,
    markTicks,
    indexTicks,
  };
}

export function order(
  fields: Pick<OrderView, 'side' | 'lots' | 'priceTicks'> & Partial<OrderView>,
): OrderView {
  return { instrument: 0, leg: 'net', isReduceOnly: false, ...fields };
}

export function account(fields: Partial<AccountView>): AccountView {
  return {
    mode: 'cross',
    legRule: 'both',
    assets: [usdt(0n)],
    legs: [],
    orders: [],
    orderTerms: [],
    ...fields,
  };
}
