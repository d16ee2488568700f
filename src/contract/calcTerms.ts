/**
 * From a checked account to the whole numbers of `margin`. The ledger's scales are too coarse for an average
 * entry price, so each account gets its own: money, price, size and rate units so fine that every number of
 * the document is whole. Nothing is rounded before the answer is.
 */
import { assert } from '../base/assert.js';
import type { PricedOrder } from '../margin/account/orderSide.js';
import { bracketIndex } from '../margin/brackets.js';
import { notionalOn } from '../margin/maintenanceMargin.js';
import type { Bracket, CloseFee, MarginTerms } from '../margin/terms.js';
import type { IsolatedView } from '../margin/view.js';
import { type Fraction, notionalAtMark, valueSign } from '../market/payoff.js';
import { decimalOf, finest, scaled } from './calcDecimal.js';
import type { CheckedDocument, CheckedInstrument, PlainPosition } from './calcDocument.js';
import { known, own } from './calcLookup.js';
import type { CalcAsset, CalcDocument, CalcMarginAccount, CalcTier } from './calcSchema.js';
import { flatBracket, flatRates, flatTier, tierBrackets, tierScale } from './calcTiers.js';

/** An account with a position, ready to be asked. */
export interface AccountTerms {
  readonly terms: MarginTerms;
  readonly view: IsolatedView;
  readonly orders: readonly PricedOrder[];
  readonly markTicks: bigint;
  readonly indexTicks: bigint;
  /** The grid of shown prices, in ticks of these terms. */
  readonly gridTicks: bigint;
  /** One tick of these terms is 10^-priceDecimals. */
  readonly priceDecimals: number;
  readonly accruedFunding: bigint;
  readonly priceRounding: PriceRounding;
  /** Which tier the position is in, from 0, and whether it is larger than the last one allows. */
  readonly tier: number;
  readonly isBeyondLast: boolean;
  readonly settle: Money;
  readonly valuation: Money;
}

export type PriceRounding = NonNullable<CalcDocument['priceRounding']>;

/** How amounts of an asset are read off internal units. */
export interface Money {
  readonly asset: string;
  readonly decimals: number;
  /** Internal units in 10^-decimals of the asset. */
  readonly unitsPerMinor: bigint;
}

export function accountTerms(
  checked: CheckedDocument,
  account: CalcMarginAccount,
  position: PlainPosition,
): AccountTerms {
  const { document, assets } = checked;
  const instrument = known(checked.instruments, position.instrument);
  const settleAsset = known(assets, instrument.settle);
  const settings = settingsOf(document, instrument, account);
  const mark = own(document.marks, position.instrument);
  assert(mark !== undefined, 'marks were checked with the document');
  const index = own(document.indexPrices, position.instrument) ?? mark;
  const gridStep = instrument.markTick ?? instrument.tickSize;

  const { orders = [] } = account;
  const priceDecimals = finest([
    mark,
    index,
    gridStep,
    position.entryPrice,
    ...orders.map(({ price }) => price),
  ]);
  const ticksPerPrice = 10n ** BigInt(priceDecimals);
  const entryTicks = scaled(decimalOf(position.entryPrice), ticksPerPrice);
  const sizeDecimals = finest([position.quantity, ...orders.map(({ quantity }) => quantity)]);
  const flat = flatChoice(instrument, position, mark);
  const closing = closingTerms(instrument, position);
  const { amountDecimals, rateScale } = tierScale(
    instrument,
    [position.leverage, settings.unrealizedProfitShare, settings.removalFloorRate],
    [
      closing.rate.denominator,
      ...(flat === null ? [] : [flat.rates.initial.denominator, flat.rates.maintenance.denominator]),
    ],
  );
  const collateralText = own(account.collateral, settleAsset.id) ?? '0';
  const fundingText = position.accruedFunding ?? '0';

  // Fine enough for tiers, for collateral after its haircut, for funding, and for the value of a unit size
  // one tick wide; a multiple of the entry price too where values are divided by it.
  const moneyDecimals = Math.max(
    amountDecimals,
    settleAsset.decimals,
    finest([collateralText]) + finest([settleAsset.haircut]),
    finest([fundingText]),
    priceDecimals + sizeDecimals + finest([instrument.contractSize]),
  );
  const fine = 10n ** BigInt(moneyDecimals) * (instrument.payoff === 'inverse' ? entryTicks : 1n);
  const money = moneyUnits(checked, settleAsset, fine);
  const { unitsPerAsset } = money;

  const listed = tierBrackets(instrument, { unitsPerAsset, rateScale });
  assert(listed.ok, 'the tiers were checked with the document');
  const brackets = flat === null ? listed.value : [flatBracket(flat.tier, flat.rates, rateScale)];
  const rate = (text: string) => scaled(decimalOf(text), rateScale);
  const perSize = scaled(decimalOf(instrument.contractSize), unitsPerAsset) / 10n ** BigInt(sizeDecimals);
  const lots = scaled(decimalOf(position.quantity), 10n ** BigInt(sizeDecimals));
  const signedLots = position.side === 'long' ? lots : -lots;
  const unit = instrument.payoff === 'linear' ? perSize / ticksPerPrice : perSize * ticksPerPrice;
  const cost =
    instrument.payoff === 'linear' ? signedLots * entryTicks * unit : (-signedLots * unit) / entryTicks;
  const accruedFunding = scaled(decimalOf(fundingText), unitsPerAsset);
  const counted = subtractFromOne(settleAsset.haircut ?? '0');
  const collateral =
    (scaled(decimalOf(collateralText), unitsPerAsset) * counted.numerator) / counted.denominator;
  const { maintenanceBasis, initialBasis = maintenanceBasis } = instrument;
  const markTicks = scaled(decimalOf(mark), ticksPerPrice);
  const terms: MarginTerms = {
    payoff: instrument.payoff,
    unit,
    markTicksPerTick: 1n,
    maintenanceBasis,
    initialBasis,
    closeFee: closing.closeFee,
    takerFeeRate: (closing.rate.numerator * rateScale) / closing.rate.denominator,
    rateScale,
    // Accrued funding is given as an amount, which is that of an index counted in parts of the whole position.
    fundingScale: accruedFunding === 0n ? 1n : lots,
    roundingStep: money.valuation.unitsPerMinor,
    brackets,
    unrealizedProfitShare: rate(settings.unrealizedProfitShare),
    removalFloorRate: rate(settings.removalFloorRate),
  };
  const view: IsolatedView = {
    collateral,
    lots: signedLots,
    cost,
    fundingPerLot: position.side === 'long' ? -accruedFunding : accruedFunding,
    leverage: rate(position.leverage),
  };

  return {
    terms,
    view,
    ...(flat === null
      ? marginalTier(terms, view, markTicks)
      : { tier: flat.index, isBeyondLast: flat.isBeyondLast }),
    orders: orders.map(({ side, quantity, price, reduceOnly = false }) => ({
      side,
      lots: scaled(decimalOf(quantity), 10n ** BigInt(sizeDecimals)),
      priceTicks: scaled(decimalOf(price), ticksPerPrice),
      isReduceOnly: reduceOnly,
    })),
    markTicks,
    indexTicks: scaled(decimalOf(index), ticksPerPrice),
    gridTicks: scaled(decimalOf(gridStep), ticksPerPrice),
    priceDecimals,
    accruedFunding,
    priceRounding: settings.priceRounding,
    settle: money.settle,
    valuation: money.valuation,
  };
}

interface FlatChoice {
  readonly tier: CalcTier;
  readonly index: number;
  readonly isBeyondLast: boolean;
  readonly rates: { readonly initial: Fraction; readonly maintenance: Fraction };
}

/** Null: the tiers are marginal, and all of them are brackets. */
function flatChoice(instrument: CheckedInstrument, position: PlainPosition, mark: string): FlatChoice | null {
  if (instrument.tierMethod !== 'flat') return null;
  const { index, isBeyondLast } = flatTier(instrument, position, mark);
  const tier = instrument.tiers[index] as CalcTier;
  return { tier, index, isBeyondLast, rates: flatRates(instrument, tier, { position, mark }) };
}

export function marginalTier(terms: MarginTerms, view: IsolatedView, markTicks: bigint) {
  const tier = bracketIndex(terms.brackets, notionalOn(terms.maintenanceBasis, terms, view, markTicks));
  const notional = notionalAtMark(terms, view.lots, markTicks);
  const { notionalCap } = terms.brackets[bracketIndex(terms.brackets, notional)] as Bracket;
  return {
    tier,
    isBeyondLast: notionalCap !== null && notional.numerator > notionalCap * notional.denominator,
  };
}

/**
 * Where the closing fee is kept, and its rate. At bankruptcy means at the value V where equity just pays the
 * fee, t x V: V = B / (1 - t) where the value of the position is positive and B / (1 + t) in size where it is
 * negative (B: the value at which equity is zero). That is a fee of t / (1 -+ t) x |B|, one in margin.
 */
function closingTerms(
  instrument: CheckedInstrument,
  position: PlainPosition,
): { readonly closeFee: CloseFee; readonly rate: Fraction } {
  const { takerFeeRate = '0', closeFee = 'none', payoff } = instrument;
  const { digits, scale } = decimalOf(takerFeeRate);
  const one = 10n ** BigInt(scale);
  if (closeFee !== 'atBankruptcy') return { closeFee, rate: { numerator: digits, denominator: one } };
  const sign = valueSign({ payoff }, position.side === 'long' ? 1n : -1n);
  return { closeFee: 'inMargin', rate: { numerator: digits, denominator: one - sign * digits } };
}

type Settings = Pick<CalcDocument, 'unrealizedProfitShare' | 'removalFloorRate' | 'priceRounding'>;

/** What an account may set for itself, an instrument for its accounts and a document for all. */
export function settingsOf(document: Settings, instrument: Settings, account: Settings) {
  const levels = [account, instrument, document];
  const nearest = <T>(pick: (level: (typeof levels)[number]) => T | undefined): T | undefined =>
    levels.map(pick).find((value) => value !== undefined);
  return {
    unrealizedProfitShare: nearest((level) => level.unrealizedProfitShare) ?? '0',
    removalFloorRate: nearest((level) => level.removalFloorRate) ?? '0.1',
    priceRounding: nearest((level) => level.priceRounding) ?? ('tick' as const),
  };
}

/**
 * Internal units of both assets of an account, so that one settlement asset is worth price x one valuation
 * asset exactly: with price = digits x 10^-scale, one of the settlement asset is digits x fine x 10^decimals
 * units and one of the valuation asset 10^scale x fine x 10^decimals.
 */
export function moneyUnits(
  { document, assets }: CheckedDocument,
  settleAsset: CalcAsset,
  fine: bigint,
): { readonly unitsPerAsset: bigint; readonly settle: Money; readonly valuation: Money } {
  const valuationAsset = known(assets, document.valuationAsset ?? settleAsset.id);
  const price = decimalOf(valuationAsset.id === settleAsset.id ? '1' : (settleAsset.price ?? '1'));
  const unitsPerAsset = price.digits * fine * 10n ** BigInt(valuationAsset.decimals);
  return {
    unitsPerAsset,
    settle: {
      asset: settleAsset.id,
      decimals: settleAsset.decimals,
      unitsPerMinor: unitsPerAsset / 10n ** BigInt(settleAsset.decimals),
    },
    valuation: {
      asset: valuationAsset.id,
      decimals: valuationAsset.decimals,
      unitsPerMinor: 10n ** BigInt(price.scale) * fine,
    },
  };
}

/** 1 - a share, as a quotient. */
function subtractFromOne(share: string): { readonly numerator: bigint; readonly denominator: bigint } {
  const { digits, scale } = decimalOf(share);
  const denominator = 10n ** BigInt(scale);
  return { numerator: denominator - digits, denominator };
}
