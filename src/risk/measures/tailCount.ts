/**
 * How many of n observations lie in the tail: k = ceil(n x (1 - confidence)), exact, because confidence is decimal text.
 * In doubles (1 - 0.99) x 500 is above 5 and a sixth loss would be picked.
 */
import { err, ok, parseDecimal, type Result } from '../../base/index.js';
import { type RiskFault, riskFault } from '../riskFault.js';

/** A confidence in (0, 1): `tail.numerator / tail.denominator` is exactly 1 - confidence. */
export interface Confidence {
  readonly text: string;
  readonly value: number;
  /** 1 - confidence, rounded once. */
  readonly tailProbability: number;
  readonly tail: { readonly numerator: bigint; readonly denominator: bigint };
}

/** Reads "0.99". Refused: other text, 0, 1 and what is outside. */
export function readConfidence(text: string): Result<Confidence, RiskFault> {
  const parsed = parseDecimal(text);
  const denominator = parsed.ok ? 10n ** BigInt(parsed.value.scale) : 1n;
  const digits = parsed.ok ? parsed.value.digits : 0n;
  if (!parsed.ok || digits <= 0n || digits >= denominator)
    return err(riskFault('bad_confidence', 'confidence', { context: { got: text.slice(0, 40) } }));
  const numerator = denominator - digits;
  return ok({
    text,
    value: Number(digits) / Number(denominator),
    tailProbability: Number(numerator) / Number(denominator),
    tail: { numerator, denominator },
  });
}

/** The tail of n observations of equal probability. */
export interface TailCount {
  /** k: observations that lie in the tail wholly or in part; at least 1. */
  readonly count: number;
  /** n x (1 - confidence): what the weights of the members add up to. */
  readonly mass: number;
  /** Part of the k-th worst that lies in the tail, in (0, 1]; all of the worse ones does. */
  readonly lastPart: number;
}

export function tailCount(n: number, { tail: { numerator, denominator } }: Confidence): TailCount {
  const mass = BigInt(n) * numerator;
  const count = (mass + denominator - 1n) / denominator;
  return {
    count: Number(count),
    mass: Number(mass) / Number(denominator),
    lastPart: Number(mass - (count - 1n) * denominator) / Number(denominator),
  };
}
