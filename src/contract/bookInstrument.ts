/** An instrument of a checked account as the margin model has it: payoff, tiers, rates and prices in whole numbers. */

import { assert } from '../base/assert.js';
import { abs, divCeil } from '../base/integers.js';
import { bracketIndex, type LegView, type MarginTerms, type OptionTerms } from '../margin/index.js';
import type { Bracket } from '../margin/terms.js';
import { pricedOption } from './bookOptions.js';
import { type AssetScale, type BookScale, instrumentsUsed, underlyingPrices } from './bookScale.js';
import { leverageOf } from './calcAccountFaults.js';
import { decimalOf, scaled } from './calcDecimal.js';
import type { CheckedDocument, CheckedInstrument } from './calcDocument.js';
import { known, own } from './calcLookup.js';
import { optionRates } from './calcOptionFaults.js';
import type { CalcMarginAccount, CalcPosition, CalcTier } from './calcSchema.js';
import { settingsOf } from './calcTerms.js';
import {
  flatBracket,
  flatRates,
  flatTier,
  leastCommonMultiple,
  type SizedPosition,
  tierBrackets,
  tierScale,
} from './calcTiers.js';

/** What the legs of one account share. */
export interface BookContext {
  readonly checked: CheckedDocument;
  readonly account: CalcMarginAccount;
  readonly scale: BookScale;
  /** Rates and leverage are whole counts of 1 / rateScale, of every instrument. */
  readonly rateScale: bigint;
}

export interface InstrumentLeg {
  /** Of 0 lots. */
  readonly view: LegView;
  readonly volatility: number | null;
  /** Null: the tiers alone decide. */
  readonly leverage: string | null;
  /** The tier of the whole position, from 0; null where tiers are marginal. */
  readonly flat: { readonly tier: number; readonly isBeyondLast: boolean } | null;
}

/** What a position or an order is for: a flat tier is chosen by its size. */
type Sized = Pick<CalcPosition, 'instrument' | 'quantity' | 'entryPrice' | 'leverage'>;

export function instrumentLeg(
  context: BookContext,
  instrument: CheckedInstrument,
  position: Sized,
): InstrumentLeg {
  const { checked, account } = context;
  const scale = known(context.scale.instruments, instrument.id);
  const settle = known(context.scale.assets, instrument.settle);
  const { markDecimals, tickDecimals, sizeDecimals, underlyingDecimals } = scale;
  const perMark = 10n ** BigInt(markDecimals);
  const markTicksPerTick = 10n ** BigInt(markDecimals - tickDecimals);
  const perLot = scaled(
    decimalOf(instrument.contractSize),
    10n ** BigInt(settle.unitDecimals - sizeDecimals),
  );
  const isOption = instrument.kind === 'option';
  const isQuotient = instrument.payoff === 'inverse' && !isOption;
  const unit = isQuotient ? perLot * 10n ** BigInt(tickDecimals) : perLot / 10n ** BigInt(tickDecimals);
  const option = isOption ? optionTermsOf(instrument, perLot, underlyingDecimals) : null;
  const priced =
    option === null
      ? null
      : pricedOption(checked, instrument, { option, scale, terms: { unit, markTicksPerTick } });
  const mark = own(checked.document.marks, instrument.id);
  const markTicks = priced?.markTicks ?? scaled(decimalOf(mark ?? '0'), perMark);
  const { index } = underlyingPrices(checked, instrument);
  const indexTicks = isOption
    ? scaled(decimalOf(index), 10n ** BigInt(underlyingDecimals))
    : scaled(decimalOf(own(checked.document.indexPrices, instrument.id) ?? mark ?? '0'), perMark);
  const { brackets, flat } = bracketsOf(context, instrument, position);
  const settings = settingsOf(checked.document, instrument, account);
  const rate = (text: string) => scaled(decimalOf(text), context.rateScale);
  const terms: MarginTerms = {
    payoff: isOption ? 'linear' : instrument.payoff,
    unit,
    markTicksPerTick,
    maintenanceBasis: instrument.maintenanceBasis,
    initialBasis: instrument.initialBasis ?? instrument.maintenanceBasis,
    closeFee: instrument.closeFee === 'atBankruptcy' ? 'inMargin' : (instrument.closeFee ?? 'none'),
    takerFeeRate: rate(instrument.takerFeeRate ?? '0'),
    rateScale: context.rateScale,
    fundingScale: 1n,
    roundingStep: 1n,
    brackets,
    unrealizedProfitShare: rate(settings.unrealizedProfitShare),
    removalFloorRate: rate(settings.removalFloorRate),
  };
  const leverage = leverageOf(checked.instruments, position);
  const view: LegView = {
    instrument: instrumentNumber(checked, instrument.id),
    leg: 'net',
    settleAsset: assetNumber(checked, instrument.settle),
    terms,
    option,
    lots: 0n,
    cost: 0n,
    fundingPerLot: 0n,
    leverage:
      leverage === undefined ? mostLeverage(terms, costOf(instrument, settle, position)) : rate(leverage),
    markTicks,
    indexTicks,
  };
  return { view, volatility: priced?.volatility ?? null, leverage: leverage ?? null, flat };
}

export function instrumentNumber({ instruments }: CheckedDocument, id: string): number {
  return [...instruments.keys()].indexOf(id);
}

export function assetNumber({ assets }: CheckedDocument, id: string): number {
  return [...assets.keys()].indexOf(id);
}

/** Signed, as a long or a short is; exact for linear instruments, else rounded up, against the account. */
export function costOf(
  { payoff, contractSize }: CheckedInstrument,
  { unitDecimals }: AssetScale,
  {
    quantity,
    side = 'long',
    entryPrice = '0',
  }: Pick<Sized, 'quantity' | 'entryPrice'> & { readonly side?: 'long' | 'short' },
): bigint {
  const [size, per, entry] = [quantity, contractSize, entryPrice].map(decimalOf);
  assert(size !== undefined && per !== undefined && entry !== undefined, 'three texts make three decimals');
  const sign = side === 'long' ? 1n : -1n;
  const one = 10n ** BigInt(unitDecimals);
  const contracts = sign * size.digits * per.digits;
  const decimals = BigInt(size.scale + per.scale);
  if (payoff === 'linear') return (contracts * entry.digits * one) / 10n ** (decimals + BigInt(entry.scale));
  if (entry.digits === 0n) return 0n;
  return divCeil(-contracts * one * 10n ** BigInt(entry.scale), entry.digits * 10n ** decimals);
}

/** The most that the tier of the cost allows; where no tier says, so much that 1 / leverage is below any rate. */
function mostLeverage({ brackets, rateScale }: MarginTerms, cost: bigint): bigint {
  const at = bracketIndex(brackets, { numerator: abs(cost), denominator: 1n });
  return (brackets[at] as Bracket).leverageMax ?? NO_LEVERAGE * rateScale;
}

const NO_LEVERAGE = 10n ** 30n;

function bracketsOf(
  { checked, scale, rateScale }: BookContext,
  instrument: CheckedInstrument,
  position: Sized,
): { readonly brackets: readonly Bracket[]; readonly flat: InstrumentLeg['flat'] } {
  const { unitDecimals } = known(scale.assets, instrument.settle);
  const listed = tierBrackets(instrument, { unitsPerAsset: 10n ** BigInt(unitDecimals), rateScale });
  assert(listed.ok, 'the tiers were checked with the document');
  const chosen = flatChoice(checked, instrument, position);
  if (chosen === null) return { brackets: listed.value, flat: null };
  const { tier, rates, index, isBeyondLast } = chosen;
  return { brackets: [flatBracket(tier, rates, rateScale)], flat: { tier: index, isBeyondLast } };
}

/** Null: the tiers are marginal. */
function flatChoice(
  { document }: CheckedDocument,
  instrument: CheckedInstrument,
  { quantity, entryPrice = '0' }: Sized,
) {
  if (instrument.tierMethod !== 'flat' || instrument.kind === 'option') return null;
  const position: SizedPosition = { quantity, entryPrice };
  const mark = own(document.marks, instrument.id) ?? entryPrice;
  const { index, isBeyondLast } = flatTier(instrument, position, mark);
  const tier = instrument.tiers[index] as CalcTier;
  return { tier, index, isBeyondLast, rates: flatRates(instrument, tier, { position, mark }) };
}

/** One scale in which every rate and leverage of the account is whole. */
export function commonRateScale(checked: CheckedDocument, account: CalcMarginAccount): bigint {
  const { positions, orders = [] } = account;
  const sized: readonly Sized[] = [
    ...positions,
    ...orders.map(({ instrument, quantity, price }) => ({ instrument, quantity, entryPrice: price })),
  ];
  const scales = instrumentsUsed(checked, account).map((instrument) => {
    const own = sized.filter((position) => position.instrument === instrument.id);
    const settings = settingsOf(checked.document, instrument, account);
    const quotients = own.flatMap((position) => {
      const chosen = flatChoice(checked, instrument, position);
      return chosen === null ? [] : [chosen.rates.initial.denominator, chosen.rates.maintenance.denominator];
    });
    const texts = [settings.unrealizedProfitShare, settings.removalFloorRate];
    const leverages = own.map((position) => leverageOf(checked.instruments, position));
    return tierScale(instrument, [...texts, ...leverages], quotients).rateScale;
  });
  return scales.reduce(leastCommonMultiple, 1_000_000n);
}

function optionTermsOf(
  instrument: CheckedInstrument,
  perLot: bigint,
  underlyingDecimals: number,
): OptionTerms {
  const perTick = 10n ** BigInt(underlyingDecimals);
  const { optionType = 'call', strike = '0', expiry = 0, payoff, underlying = instrument.base } = instrument;
  const ppm = (text: string) => scaled(decimalOf(text), 1_000_000n);
  const { optionInitialRate, optionInitialFloorRate, optionMaintenanceRate } = optionRates(instrument);
  return {
    optionType,
    payoff,
    underlying,
    expiryMs: expiry,
    strikeTicks: scaled(decimalOf(strike), perTick),
    unit: payoff === 'linear' ? perLot / perTick : perLot,
    margin: {
      initialRatePpm: ppm(optionInitialRate),
      initialFloorRatePpm: ppm(optionInitialFloorRate),
      maintenanceRatePpm: ppm(optionMaintenanceRate),
    },
  };
}
