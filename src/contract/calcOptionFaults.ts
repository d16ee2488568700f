/** What a schema cannot say of options: that all they need is there, ahead of expiry, and that their marks agree. */
import { product, subtract } from './analyzeNumbers.js';
import { modelMarkText } from './bookOptions.js';
import { isAbove } from './calcDecimal.js';
import type { CheckedDocument, CheckedInstrument } from './calcDocument.js';
import { type CalcError, calcError, pointer } from './calcError.js';
import { firstOf, isShare, missingFault, positiveFault, ppmFault, rateFault } from './calcFaults.js';
import { own } from './calcLookup.js';

export function optionsFault(checked: CheckedDocument): CalcError | null {
  const { instruments } = checked.document;
  return (
    firstOf(instruments, (instrument, index) =>
      instrument.kind === 'option'
        ? optionFault(checked, instrument, pointer('instruments', index))
        : futureFault(checked, instrument, pointer('instruments', index)),
    ) ?? chainFault(checked)
  );
}

const ONLY_OPTIONS = [
  'optionType',
  'strike',
  'underlyingPrice',
  'impliedVolatility',
  'optionInitialRate',
  'optionInitialFloorRate',
  'optionMaintenanceRate',
] as const;

function futureFault(
  { document }: CheckedDocument,
  instrument: CheckedInstrument,
  path: string,
): CalcError | null {
  const field = ONLY_OPTIONS.find((name) => instrument[name] !== undefined);
  if (field !== undefined) {
    return calcError('option_contradiction', `${path}/${field}`, 'only options have it', {
      kind: instrument.kind,
    });
  }
  const dated = (['expiry', 'expiryMs'] as const).find((name) => instrument[name] !== undefined);
  if (instrument.kind === 'perpetual' && dated !== undefined) {
    return calcError('expiry_contradiction', `${path}/${dated}`, 'a perpetual has no expiry', {
      expiry: String(instrument.expiry),
    });
  }
  return expiryFault(document, instrument, path);
}

function optionFault(
  { document }: CheckedDocument,
  option: CheckedInstrument,
  path: string,
): CalcError | null {
  const missing = (['optionType', 'strike', 'expiry'] as const).find((field) => option[field] === undefined);
  if (missing !== undefined) return missingFault(`${path}/${missing}`, `an option needs ${missing}`);
  if (document.timestamp === undefined) {
    return missingFault('/timestamp', 'options need the moment of the prices');
  }
  for (const field of ['strike', 'underlyingPrice', 'impliedVolatility'] as const) {
    const text = option[field];
    const fault = text === undefined ? null : positiveFault(text, `${path}/${field}`);
    if (fault !== null) return fault;
  }
  if (option.underlyingPrice === undefined && own(document.indexPrices, option.id) === undefined) {
    return calcError(
      'missing_price',
      `${path}/underlyingPrice`,
      `${option.id} needs the price of its underlying, here or among indexPrices`,
      { instrument: option.id },
    );
  }
  return (
    expiryFault(document, option, path) ??
    optionRatesFault(option, path) ??
    markStepFault(document, option, path) ??
    markBoundFault(document, option)
  );
}

/** A mark by Black-76 is a double: steps that it cannot count are refused. */
function markStepFault(
  { marks, indexPrices }: CheckedDocument['document'],
  option: CheckedInstrument,
  path: string,
): CalcError | null {
  if (own(marks, option.id) !== undefined) return null;
  const field = option.markTick === undefined ? 'tickSize' : 'markTick';
  const step = option[field] ?? option.tickSize;
  const price = option.underlyingPrice ?? own(indexPrices, option.id) ?? '0';
  return Number(price) / Number(step) <= STEPS_MAX && Number(price) <= STEPS_MAX
    ? null
    : calcError('price_too_fine', `${path}/${field}`, 'a mark by Black-76 has fewer steps than this', {
        underlyingPrice: price,
        [field]: step,
      });
}

const STEPS_MAX = 1e15;

/** A call never pays more than the underlying, nor a put more than the strike; an inverse option pays it in coin. */
function markBoundFault(
  { marks, indexPrices }: CheckedDocument['document'],
  option: CheckedInstrument,
): CalcError | null {
  const mark = own(marks, option.id);
  const underlyingPrice = option.underlyingPrice ?? own(indexPrices, option.id) ?? '0';
  if (mark === undefined) return null;
  const { optionType, payoff, strike = '0' } = option;
  const value = payoff === 'inverse' ? product([mark, underlyingPrice]) : mark;
  const most = optionType === 'call' ? underlyingPrice : strike;
  if (!isAbove(value, most)) return null;
  return calcError(
    'impossible_mark',
    pointer('marks', option.id),
    `${option.id} is marked above all it can ever pay: ${optionType === 'call' ? 'its underlying' : 'its strike'}`,
    { mark, most, underlyingPrice },
  );
}

function optionRatesFault(option: CheckedInstrument, path: string): CalcError | null {
  const rates = optionRates(option);
  for (const [field, rate] of Object.entries(rates)) {
    const fault = ppmFault(rate, `${path}/${field}`);
    if (fault !== null) return fault;
    if (!isShare(rate)) return rateFault(`${path}/${field}`, rate, 'from 0 to 1');
  }
  return isAbove(rates.optionMaintenanceRate, rates.optionInitialFloorRate)
    ? rateFault(
        `${path}/optionMaintenanceRate`,
        rates.optionMaintenanceRate,
        'at most optionInitialFloorRate',
      )
    : null;
}

/** Short options: as given, else Deribit's standard margin of 2024. */
export function optionRates(option: CheckedInstrument) {
  const {
    optionInitialRate = '0.15',
    optionInitialFloorRate = '0.1',
    optionMaintenanceRate = '0.075',
  } = option;
  return { optionInitialRate, optionInitialFloorRate, optionMaintenanceRate };
}

function expiryFault(
  { timestamp }: CheckedDocument['document'],
  { id, kind, expiry, expiryMs = expiry }: CheckedInstrument,
  path: string,
): CalcError | null {
  if (expiry === undefined) return null;
  if (expiryMs !== expiry) {
    return calcError('expiry_contradiction', `${path}/expiry`, 'expiry and expiryMs are the same moment', {
      expiry: String(expiry),
      expiryMs: String(expiryMs),
    });
  }
  if (kind === 'perpetual' || timestamp === undefined || expiry > timestamp) return null;
  return calcError('expired_instrument', `${path}/expiry`, `${id} has expired: expiry lies after timestamp`, {
    expiry: String(expiry),
    timestamp: String(timestamp),
  });
}

/**
 * Of options that differ in strike alone, a call never is worth more at a higher strike, nor a put at a lower one, and
 * at one strike both are worth the same. Marks are those given or those of Black-76, as the answer has them.
 */
function chainFault({ document }: CheckedDocument): CalcError | null {
  const chains = new Map<string, CheckedInstrument[]>();
  const marks: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const option of document.instruments) {
    if (option.kind !== 'option') continue;
    const mark = own(document.marks, option.id);
    if (mark === undefined && option.impliedVolatility === undefined) continue;
    marks[option.id] = mark ?? modelMarkText({ document }, option);
    const { optionType, expiry, payoff, base, quote, underlying = base } = option;
    const key = [optionType, expiry, payoff, base, quote, underlying].join(' ');
    chains.set(key, [...(chains.get(key) ?? []), option]);
  }
  return firstOf([...chains.values()], (chain) => crossedFault(chain, marks));
}

function crossedFault(
  chain: readonly CheckedInstrument[],
  marks: Readonly<Record<string, string>>,
): CalcError | null {
  const strikeOf = ({ strike = '0' }: CheckedInstrument) => strike;
  const byStrike = chain.toSorted((a, b) =>
    isAbove(strikeOf(a), strikeOf(b)) ? 1 : isAbove(strikeOf(b), strikeOf(a)) ? -1 : 0,
  );
  return firstOf(byStrike.slice(1), (higher, at) => {
    const lower = byStrike[at] as CheckedInstrument;
    if (!isAbove(strikeOf(higher), strikeOf(lower))) return unlikeFault(lower, higher, marks);
    const [dear, cheap] = higher.optionType === 'call' ? [lower, higher] : [higher, lower];
    if (!isAbove(own(marks, cheap.id) ?? '0', own(marks, dear.id) ?? '0')) return null;
    return calcError(
      'crossed_strikes',
      pointer('marks', cheap.id),
      `marks are crossed: ${cheap.id} is marked above ${dear.id}, which can never pay less`,
      { mark: own(marks, cheap.id) ?? '', other: own(marks, dear.id) ?? '' },
    );
  });
}

/** Two of one strike, type, expiry and underlying pay the same: a step of the mark between them is rounding. */
function unlikeFault(
  one: CheckedInstrument,
  other: CheckedInstrument,
  marks: Readonly<Record<string, string>>,
): CalcError | null {
  const [a, b] = [own(marks, one.id) ?? '0', own(marks, other.id) ?? '0'];
  const steps = [one, other].map(({ markTick, tickSize }) => markTick ?? tickSize);
  const [low, high] = isAbove(a, b) ? [b, a] : [a, b];
  if (steps.some((step) => !isAbove(subtract(high, low), step))) return null;
  return calcError(
    'crossed_strikes',
    pointer('marks', other.id),
    `${other.id} and ${one.id} pay the same and are marked apart`,
    { mark: b, other: a },
  );
}
