/** Exact quotients as decimal text, cut off after so many decimals, with the fraction itself where that loses something. */

import { formatMinor } from '../base/decimal.js';
import type { Fraction } from '../market/payoff.js';

export interface ExactText {
  /** Cut off towards zero. */
  readonly text: string;
  /** "10/3", in lowest terms; null where the text is the whole value. */
  readonly fraction: string | null;
}

/** A quotient in lowest terms, of units of 10^-scale. */
export function exactText({ numerator, denominator }: Fraction, scale: number, digits: number): ExactText {
  const raised = numerator * 10n ** BigInt(digits);
  const divisor = denominator * 10n ** BigInt(scale);
  const text = formatMinor(raised / divisor, digits);
  if (raised % divisor === 0n) return { text, fraction: null };
  const [above, below] = lowestTerms(numerator, denominator * 10n ** BigInt(scale));
  return { text, fraction: `${above}/${below}` };
}

/** An object's exact values as text, and under `fractions` those that were cut off. */
export function exactFields<Name extends string>(
  values: Readonly<Record<Name, Fraction>>,
  { scale, digits }: { readonly scale: number; readonly digits: number },
): { texts: Record<Name, string>; fractions: Record<string, string> } {
  const texts = {} as Record<Name, string>;
  const fractions: Record<string, string> = {};
  for (const [name, value] of Object.entries(values) as [Name, Fraction][]) {
    const found = exactText(value, scale, digits);
    texts[name] = found.text;
    if (found.fraction !== null) fractions[name] = found.fraction;
  }
  return { texts, fractions };
}

function lowestTerms(numerator: bigint, denominator: bigint): [bigint, bigint] {
  let [a, b] = [numerator < 0n ? -numerator : numerator, denominator];
  while (b !== 0n) [a, b] = [b, a % b];
  return [numerator / a, denominator / a];
}
