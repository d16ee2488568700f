/**
 * Sizes and prices of a deleveraging question in whole numbers. Lots are whole; values are counted in minor units
 * as a fill counts them; what only its ratios matter of is counted finer, so that nothing is lost.
 */
import { assert } from '../base/assert.js';
import { divideExactly, formatMinor, multiplyDecimals, parseMinor } from '../base/decimal.js';
import { divFloor } from '../base/integers.js';
import type { DeleverageCandidate } from '../liquidation/index.js';
import type { Fraction } from '../market/payoff.js';
import type { AdlDocument, AdlPositionDocument } from './adlSchema.js';
import { decimalOf } from './calcDecimal.js';

/** What all positions of a document have in common. */
export interface AdlTerms {
  readonly payoff: 'linear' | 'inverse';
  readonly contractSize: string;
  readonly lotSize: string;
  readonly decimals: number;
}

export function termsOf(document: AdlDocument): AdlTerms {
  const { payoff = 'linear', contractSize = '1', lotSize, decimals = 6 } = document;
  return { payoff, contractSize, lotSize, decimals };
}

/** Whole lots, or null where the size is not a multiple of the lot. */
export function lotsOf({ lotSize }: AdlTerms, contracts: string): bigint | null {
  return divideExactly(decimalOf(contracts), decimalOf(lotSize));
}

/** Contracts as text. */
export function contractsText({ lotSize }: AdlTerms, lots: bigint): string {
  const { digits, scale } = decimalOf(lotSize);
  return formatMinor(digits * lots, scale);
}

/** Size of the value of lots at a price in minor units, exact: lots x lot x contract, times or over the price. */
export function valueAt(terms: AdlTerms, lots: bigint, price: string): Fraction {
  const lot = multiplyDecimals(decimalOf(terms.lotSize), decimalOf(terms.contractSize));
  const at = decimalOf(price);
  const minor = 10n ** BigInt(terms.decimals);
  return terms.payoff === 'linear'
    ? { numerator: lots * lot.digits * at.digits * minor, denominator: 10n ** BigInt(lot.scale + at.scale) }
    : {
        numerator: lots * lot.digits * minor * 10n ** BigInt(at.scale),
        denominator: 10n ** BigInt(lot.scale) * at.digits,
      };
}

/** Signed as the engine signs values: a linear long and an inverse short are worth something, the others owe. */
export function valueSignOf({ payoff }: AdlTerms, side: 'long' | 'short'): 1n | -1n {
  return (side === 'long') === (payoff === 'linear') ? 1n : -1n;
}

/** A position as a candidate, in units so fine that value, cost and balance are whole. */
export function candidateOf(
  terms: AdlTerms,
  markPrice: string,
  position: AdlPositionDocument,
  row: number,
): DeleverageCandidate {
  const sideSign = position.side === 'long' ? 1n : -1n;
  const lots = lotsOf(terms, position.contracts);
  assert(lots !== null, 'sizes were found to be whole lots');
  const sign = valueSignOf(terms, position.side);
  const cost = valueAt(terms, lots, position.entryPrice);
  const value = valueAt(terms, lots, markPrice);
  const fine = cost.denominator * value.denominator;
  const balance = parseMinor(position.balance, terms.decimals);
  assert(balance.ok, 'amounts were found to be whole units');
  const { leverage, netContracts } = position;
  const netLots = netContracts === undefined ? null : lotsOf(terms, netContracts);
  return {
    row,
    lots: sideSign * lots,
    cost: sign * cost.numerator * value.denominator,
    markValue: sign * value.numerator * cost.denominator,
    collateral: balance.value * fine,
    ...(netLots === null ? {} : { netLots: sideSign * netLots }),
    ...(leverage === undefined ? {} : { leveragePpm: ppmOf(leverage) }),
  };
}

/** The price at which so many lots have this size of value in minor units. */
export function priceAtValue(terms: AdlTerms, lots: bigint, valueMinor: Fraction): Fraction | null {
  const { numerator, denominator } = valueMinor;
  if (numerator <= 0n) return null;
  const one = valueAt(terms, lots, '1');
  return terms.payoff === 'linear'
    ? { numerator: numerator * one.denominator, denominator: denominator * one.numerator }
    : { numerator: one.numerator * denominator, denominator: one.denominator * numerator };
}

/** To whole minor units towards zero, as a fill is rounded. */
export function truncated({ numerator, denominator }: Fraction): bigint {
  return divFloor(numerator, denominator);
}

function ppmOf(text: string): bigint {
  const parsed = parseMinor(text, 6);
  assert(parsed.ok, 'leverages were found to have at most 6 decimals');
  return parsed.value;
}
