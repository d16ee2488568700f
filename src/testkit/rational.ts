/** Plain reduced quotients, for slow models that judge exact ones. Shares no code with what it judges. */
export interface Rational {
  readonly n: bigint;
  /** Positive. */
  readonly d: bigint;
}

export const ZERO: Rational = { n: 0n, d: 1n };

export function rational(n: bigint, d = 1n): Rational {
  const sign = d < 0n ? -1n : 1n;
  let [a, b] = [n < 0n ? -n : n, d * sign];
  while (b !== 0n) [a, b] = [b, a % b];
  return a === 0n ? ZERO : { n: (n * sign) / a, d: (d * sign) / a };
}

export function plus(...terms: readonly Rational[]): Rational {
  return terms.reduce((a, b) => rational(a.n * b.d + b.n * a.d, a.d * b.d), ZERO);
}

export function minus(a: Rational, b: Rational): Rational {
  return plus(a, { n: -b.n, d: b.d });
}

export function times(...factors: readonly Rational[]): Rational {
  return factors.reduce((a, b) => rational(a.n * b.n, a.d * b.d));
}

export function over(a: Rational, b: Rational): Rational {
  return rational(a.n * b.d, a.d * b.n);
}

export function size(a: Rational): Rational {
  return a.n < 0n ? { n: -a.n, d: a.d } : a;
}

export function compare(a: Rational, b: Rational): number {
  const difference = a.n * b.d - b.n * a.d;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

export function least(...values: readonly Rational[]): Rational {
  return values.reduce((a, b) => (compare(b, a) < 0 ? b : a));
}

export function most(...values: readonly Rational[]): Rational {
  return values.reduce((a, b) => (compare(b, a) > 0 ? b : a));
}

/** The largest whole number at or below. */
export function down({ n, d }: Rational): bigint {
  const quotient = n / d;
  return quotient * d > n ? quotient - 1n : quotient;
}

/** The smallest whole number at or above. */
export function up({ n, d }: Rational): bigint {
  return -down({ n: -n, d });
}
