/** Sums and comparisons of exact quotients with positive denominators, for amounts that are rounded only once. */
import { abs } from '../../base/integers.js';
import type { Fraction } from '../../market/payoff.js';

export const ZERO: Fraction = { numerator: 0n, denominator: 1n };

/** Denominators grow only where neither divides the other: legs at the same scale share theirs. */
export function addFractions(a: Fraction, b: Fraction): Fraction {
  if (b.numerator === 0n) return a;
  if (a.numerator === 0n) return b;
  if (a.denominator === b.denominator)
    return { numerator: a.numerator + b.numerator, denominator: a.denominator };
  if (a.denominator % b.denominator === 0n) return addToFiner(a, b);
  if (b.denominator % a.denominator === 0n) return addToFiner(b, a);
  return {
    numerator: a.numerator * b.denominator + b.numerator * a.denominator,
    denominator: a.denominator * b.denominator,
  };
}

export function sumFractions(terms: readonly Fraction[]): Fraction {
  return terms.reduce(addFractions, ZERO);
}

export function subtractFractions(a: Fraction, b: Fraction): Fraction {
  return addFractions(a, negated(b));
}

export function negated({ numerator, denominator }: Fraction): Fraction {
  return { numerator: -numerator, denominator };
}

export function isLess(a: Fraction, b: Fraction): boolean {
  return a.numerator * b.denominator < b.numerator * a.denominator;
}

export function smaller(a: Fraction, b: Fraction): Fraction {
  return isLess(b, a) ? b : a;
}

export function larger(a: Fraction, b: Fraction): Fraction {
  return isLess(a, b) ? b : a;
}

export function positivePart(a: Fraction): Fraction {
  return a.numerator > 0n ? a : ZERO;
}

export function whole(amount: bigint): Fraction {
  return { numerator: amount, denominator: 1n };
}

/** Of quotients over the least denominator that all of them have. */
export function commonNumerators(terms: readonly Fraction[]): {
  readonly numerators: readonly bigint[];
  readonly denominator: bigint;
} {
  const reduced = terms.map(inLowestTerms);
  const denominator = reduced.reduce((all, one) => {
    return all * (one.denominator / greatestCommonDivisor(all, one.denominator));
  }, 1n);
  const numerators = reduced.map((one) => one.numerator * (denominator / one.denominator));
  return { numerators, denominator };
}

export function inLowestTerms({ numerator, denominator }: Fraction): Fraction {
  const common = greatestCommonDivisor(abs(numerator), denominator);
  return { numerator: numerator / common, denominator: denominator / common };
}

function greatestCommonDivisor(a: bigint, b: bigint): bigint {
  let [left, right] = [a, b];
  while (right !== 0n) [left, right] = [right, left % right];
  return left;
}

function addToFiner(fine: Fraction, coarse: Fraction): Fraction {
  const { numerator, denominator } = fine;
  return { numerator: numerator + coarse.numerator * (denominator / coarse.denominator), denominator };
}
