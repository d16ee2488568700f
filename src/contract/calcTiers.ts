/**
 * The tiers of an instrument as brackets of `margin`. Marginal tiers become its brackets as they are. Of flat
 * tiers one is chosen for the position and becomes a single bracket without an amount: where its rate jumps,
 * no price changes it any more. Rates are whole counts of a scale made so that quotients are whole too.
 */
import type { Result } from '../base/result.js';
import { type BracketFault, type BracketInput, deriveBrackets } from '../margin/brackets.js';
import { isAtMost } from '../margin/rounding.js';
import type { Bracket } from '../margin/terms.js';
import type { Fraction } from '../market/payoff.js';
import { decimalOf, finest, scaled } from './calcDecimal.js';
import type { CheckedInstrument } from './calcDocument.js';
import type { CalcTier } from './calcSchema.js';

/** What a flat tier is chosen by. */
export interface SizedPosition {
  readonly quantity: string;
  readonly entryPrice: string;
}

/** Scales that hold every number of an instrument's tiers. */
export interface TierScale {
  readonly amountDecimals: number;
  /** Whole counts of 1 / rateScale hold every rate; a multiple of 10^rateDecimals. */
  readonly rateScale: bigint;
  readonly rateDecimals: number;
}

/** `others` are more decimals in the scale of rates, `quotients` more denominators. */
export function tierScale(
  instrument: CheckedInstrument,
  others: readonly (string | undefined)[] = [],
  quotients: readonly bigint[] = [],
): TierScale {
  const { tiers, takerFeeRate } = instrument;
  const rateDecimals = Math.max(
    6,
    finest([
      takerFeeRate,
      ...others,
      ...tiers.flatMap((tier) => [
        tier.initialMarginRate,
        tier.maintenanceMarginRate,
        tier.initialMarginRateStep,
        tier.maintenanceMarginRateStep,
        tier.maxLeverage,
      ]),
    ]),
  );
  const halves = tiers.flatMap((tier) =>
    tier.maintenanceMarginRate === undefined ? [halfOfInitial(tier)] : [],
  );
  return {
    amountDecimals: finest(
      tiers.flatMap((tier) => [tier.notionalFloor, tier.notionalCap ?? undefined, tier.maintenanceAmount]),
    ),
    rateDecimals,
    rateScale: [...halves.map(({ denominator }) => denominator), ...quotients].reduce(
      leastCommonMultiple,
      10n ** BigInt(rateDecimals),
    ),
  };
}

/** All tiers in order, checked; of flat tiers the bounds are what they count. */
export function tierBrackets(
  instrument: CheckedInstrument,
  { unitsPerAsset, rateScale }: { readonly unitsPerAsset: bigint; readonly rateScale: bigint },
): Result<readonly Bracket[], BracketFault> {
  const amount = (text: string) => scaled(decimalOf(text), unitsPerAsset);
  const rate = (text: string) => scaled(decimalOf(text), rateScale);
  const inputs = instrument.tiers.map((tier, index): BracketInput => {
    const { notionalCap, initialMarginRate, maintenanceAmount, maxLeverage } = tier;
    const notionalFloor = floorOf(instrument, index);
    return {
      notionalCap: typeof notionalCap === 'string' ? amount(notionalCap) : null,
      initialMarginRate: initialMarginRate === undefined ? null : rate(initialMarginRate),
      maintenanceMarginRate: whole(maintenanceRate(tier), rateScale),
      leverageMax: maxLeverage === undefined ? null : rate(maxLeverage),
      ...(notionalFloor === undefined ? {} : { notionalFloor: amount(notionalFloor) }),
      ...(maintenanceAmount === undefined || instrument.tierMethod === 'flat'
        ? {}
        : { maintenanceAmount: amount(maintenanceAmount) * rateScale }),
    };
  });
  const closingRate = instrument.closeFee === 'inRate' ? rate(instrument.takerFeeRate ?? '0') : 0n;
  return deriveBrackets(inputs, { rateScale, closingRate });
}

/** The flat tier of a position, and whether the position is larger than the last one allows. */
export function flatTier(
  instrument: CheckedInstrument,
  position: SizedPosition,
  mark: string,
): { readonly index: number; readonly isBeyondLast: boolean } {
  const counted = countedBy(instrument, position, mark);
  const holds = ({ notionalCap }: CalcTier) =>
    typeof notionalCap !== 'string' || isAtMost(counted, fractionOf(notionalCap));
  const index = instrument.tiers.findIndex(holds);
  return index >= 0
    ? { index, isBeyondLast: false }
    : { index: instrument.tiers.length - 1, isBeyondLast: true };
}

/** The rates of a flat tier for a position: its own, and its steps for each unit of base held. */
export function flatRates(
  instrument: CheckedInstrument,
  tier: CalcTier,
  { position, mark }: { readonly position: SizedPosition; readonly mark: string },
): { readonly initial: Fraction; readonly maintenance: Fraction } {
  const held = baseHeld(instrument, position, mark);
  const stepped = (rate: Fraction, step: string | undefined): Fraction =>
    step === undefined ? rate : sum(rate, product(fractionOf(step), held));
  return {
    initial: stepped(fractionOf(tier.initialMarginRate ?? '0'), tier.initialMarginRateStep),
    maintenance: stepped(maintenanceRate(tier), tier.maintenanceMarginRateStep),
  };
}

/** One bracket without bounds: the tier's rates over the whole position. */
export function flatBracket(
  tier: CalcTier,
  rates: { readonly initial: Fraction; readonly maintenance: Fraction },
  rateScale: bigint,
): Bracket {
  return {
    notionalFloor: 0n,
    notionalCap: null,
    initialMarginRate: whole(rates.initial, rateScale),
    maintenanceMarginRate: whole(rates.maintenance, rateScale),
    maintenanceAmount: 0n,
    leverageMax: tier.maxLeverage === undefined ? null : scaled(decimalOf(tier.maxLeverage), rateScale),
  };
}

/**
 * A tier counted in contracts may begin one lot above the one before, as venues list them; between the two
 * there is nothing that could be held.
 */
function floorOf(instrument: CheckedInstrument, index: number): string | undefined {
  const floor = instrument.tiers[index]?.notionalFloor;
  const before = instrument.tiers[index - 1]?.notionalCap;
  if (instrument.tierBasis !== 'contracts' || floor === undefined || typeof before !== 'string') return floor;
  const next = sum(fractionOf(before), fractionOf(instrument.lotSize));
  const begins = fractionOf(floor);
  return next.numerator * begins.denominator === begins.numerator * next.denominator ? before : floor;
}

function countedBy(instrument: CheckedInstrument, position: SizedPosition, mark: string): Fraction {
  const { tierBasis = instrument.maintenanceBasis } = instrument;
  if (tierBasis === 'contracts') return fractionOf(position.quantity);
  const price = fractionOf(tierBasis === 'entry' ? position.entryPrice : mark);
  const size = product(fractionOf(position.quantity), fractionOf(instrument.contractSize));
  return instrument.payoff === 'linear' ? product(size, price) : quotient(size, price);
}

/** Units of base held: of an inverse position its value at the mark. */
function baseHeld(instrument: CheckedInstrument, position: SizedPosition, mark: string): Fraction {
  const size = product(fractionOf(position.quantity), fractionOf(instrument.contractSize));
  return instrument.payoff === 'linear' ? size : quotient(size, fractionOf(mark));
}

function maintenanceRate(tier: CalcTier): Fraction {
  return tier.maintenanceMarginRate === undefined
    ? halfOfInitial(tier)
    : fractionOf(tier.maintenanceMarginRate);
}

/** Half of the initial rate, or of 1 / the largest leverage: the document has at least one of them. */
function halfOfInitial({ initialMarginRate, maxLeverage = '1' }: CalcTier): Fraction {
  const initial =
    initialMarginRate === undefined
      ? quotient(fractionOf('1'), fractionOf(maxLeverage))
      : fractionOf(initialMarginRate);
  return { numerator: initial.numerator, denominator: 2n * initial.denominator };
}

/** A fraction whose denominator the scale was chosen for. */
function whole({ numerator, denominator }: Fraction, scale: bigint): bigint {
  return (numerator * scale) / denominator;
}

function fractionOf(text: string): Fraction {
  const { digits, scale } = decimalOf(text);
  return { numerator: digits, denominator: 10n ** BigInt(scale) };
}

function sum(a: Fraction, b: Fraction): Fraction {
  return {
    numerator: a.numerator * b.denominator + b.numerator * a.denominator,
    denominator: a.denominator * b.denominator,
  };
}

function product(a: Fraction, b: Fraction): Fraction {
  return { numerator: a.numerator * b.numerator, denominator: a.denominator * b.denominator };
}

/** `b` is above zero. */
function quotient(a: Fraction, b: Fraction): Fraction {
  return { numerator: a.numerator * b.denominator, denominator: a.denominator * b.numerator };
}

export function leastCommonMultiple(a: bigint, b: bigint): bigint {
  let [x, y] = [a, b];
  while (y !== 0n) [x, y] = [y, x % y];
  return (a / x) * b;
}
