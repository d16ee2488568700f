/**
 * What an option needs beyond the exact side: a mark by Black-76 where none is given, the volatility its mark implies
 * where that is not given, and its Greeks. Floats enter money nowhere but through `optionMarkTicks`.
 */
import { assert } from '../base/assert.js';
import { formatMinor } from '../base/decimal.js';
import type { OptionTerms } from '../margin/index.js';
import {
  black76Greeks,
  black76InputOf,
  black76Price,
  impliedVolatility,
  optionMarkTicks,
  thetaPerDay,
  vegaPerPoint,
} from '../risk/index.js';
import { type InstrumentScale, underlyingPrices } from './bookScale.js';
import { decimalOf, scaled } from './calcDecimal.js';
import type { CheckedDocument, CheckedInstrument } from './calcDocument.js';
import { own } from './calcLookup.js';
import type { WholePositionAnswer } from './calcSchema.js';

export interface PricedByDocument {
  readonly markTicks: bigint;
  /** Per year; null where the mark implies none. */
  readonly volatility: number | null;
}

interface OptionContract {
  readonly option: OptionTerms;
  readonly scale: InstrumentScale;
  /** Of the premium. */
  readonly terms: { readonly unit: bigint; readonly markTicksPerTick: bigint };
}

export function pricedOption(
  checked: CheckedDocument,
  instrument: CheckedInstrument,
  contract: OptionContract,
): PricedByDocument {
  const mark = own(checked.document.marks, instrument.id);
  const volatility = optionVolatility(checked, instrument);
  if (mark !== undefined) {
    return { markTicks: scaled(decimalOf(mark), 10n ** BigInt(contract.scale.markDecimals)), volatility };
  }
  assert(volatility !== null, 'an option without a mark was checked to have a volatility');
  return { markTicks: modelMark(checked, instrument, { ...contract, volatility }), volatility };
}

/**
 * Per year: as given, or implied by the mark. Null where that is below what the option would pay now, above what it
 * ever can, or says nothing.
 */
export function optionVolatility(
  checked: Pick<CheckedDocument, 'document'>,
  instrument: CheckedInstrument,
): number | null {
  if (instrument.impliedVolatility !== undefined) return Number(instrument.impliedVolatility);
  const price = Number(own(checked.document.marks, instrument.id) ?? '0');
  const { volatility: _none, ...input } = optionInput(checked, instrument, 0);
  const found = impliedVolatility({ ...input, price });
  return found.ok && found.value > 0 ? found.value : null;
}

/** Sensitivities of a position, in whole contracts signed as it is held. */
export function positionGreeks(
  checked: CheckedDocument,
  instrument: CheckedInstrument,
  held: { readonly side: 'long' | 'short'; readonly quantity: string; readonly volatility: number | null },
): WholePositionAnswer['greeks'] {
  if (instrument.kind !== 'option' || held.volatility === null) return null;
  const size = Number(held.quantity) * Number(instrument.contractSize) * (held.side === 'long' ? 1 : -1);
  const greeks = black76Greeks(optionInput(checked, instrument, held.volatility));
  return {
    delta: size * greeks.delta,
    gamma: size * greeks.gamma,
    vega: size * vegaPerPoint(greeks),
    theta: size * thetaPerDay(greeks),
    rho: (size * greeks.rho) / 100,
  };
}

/** The mark of an option by Black-76 as decimal text, to the nearest step of its mark. */
export function modelMarkText(
  checked: Pick<CheckedDocument, 'document'>,
  instrument: CheckedInstrument,
): string {
  const step = decimalOf(instrument.markTick ?? instrument.tickSize);
  const price = black76Price(optionInput(checked, instrument, Number(instrument.impliedVolatility ?? '0')));
  const steps = BigInt(Math.max(1, Math.round(price / Number(instrument.markTick ?? instrument.tickSize))));
  return formatMinor(steps * step.digits, step.scale);
}

/** Black-76 to the nearest step of the mark, never under one. */
function modelMark(
  checked: CheckedDocument,
  instrument: CheckedInstrument,
  { option, scale, terms, volatility }: OptionContract & { readonly volatility: number },
): bigint {
  const step = scaled(
    decimalOf(instrument.markTick ?? instrument.tickSize),
    10n ** BigInt(scale.markDecimals),
  );
  const { forward } = underlyingPrices(checked, instrument);
  const priced = optionMarkTicks({
    option,
    forwardTicks: scaled(decimalOf(forward), 10n ** BigInt(scale.underlyingDecimals)),
    volatility,
    terms: { unit: terms.unit * step, markTicksPerTick: terms.markTicksPerTick },
    nowMs: checked.document.timestamp ?? 0,
  });
  assert(priced.ok, 'prices, strike and volatility were checked to be positive');
  return priced.value * step;
}

/** The option as Black-76 sees it, in quote. */
export function optionInput(
  checked: Pick<CheckedDocument, 'document'>,
  instrument: CheckedInstrument,
  volatility: number,
) {
  const { optionType = 'call', payoff, strike = '0', expiry = 0 } = instrument;
  const { timestamp = 0 } = checked.document;
  const { forward } = underlyingPrices(checked, instrument);
  const unitOption = {
    optionType,
    payoff,
    unit: 1n,
    strikeTicks: 1n,
    expiryMs: expiry,
  };
  return {
    ...black76InputOf({ option: unitOption, forwardTicks: 1n, volatility }, timestamp),
    forward: Number(forward),
    strike: Number(strike),
  };
}
