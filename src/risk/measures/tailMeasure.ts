/**
 * Value at risk and expected shortfall of a sample of losses, with the members of the tail and their weights.
 *
 * VaR: the k-th worst loss, k = ceil(n x (1 - c)): type 1 of R. Hyndman, Y. Fan, The American Statistician 50 (1996).
 * ES: the mean of the worst n x (1 - c) losses, the k-th by the part of it that belongs there (C. Acerbi, D. Tasche,
 * Journal of Banking and Finance 26, 2002; R. T. Rockafellar, S. Uryasev, the same volume): coherent on any sample.
 */
import { err, ok, type Result } from '../../base/index.js';
import { type RiskFault, riskFault } from '../riskFault.js';
import { type Confidence, tailCount } from './tailCount.js';

/** Losses are positive; a profit is a loss below 0. */
export interface TailMeasure {
  readonly valueAtRisk: number;
  readonly expectedShortfall: number;
  /** Worst first; the last is the loss that is the VaR. */
  readonly tail: readonly TailMember[];
}

export interface TailMember {
  /** Place in the sample. */
  readonly index: number;
  readonly loss: number;
  /** Weights add up to 1: ES is the sum of weight x loss. */
  readonly weight: number;
}

/** Of losses that are equally likely. Equal losses keep the order of the sample. Refused: an empty sample, not finite. */
export function tailMeasure(
  losses: ArrayLike<number>,
  confidence: Confidence,
): Result<TailMeasure, RiskFault> {
  const fault = lossFault(losses);
  if (fault !== null) return err(fault);
  const { count, mass, lastPart } = tailCount(losses.length, confidence);
  const worst = worstOf(losses, count);
  const tail = worst.map((index, rank) => ({
    index,
    loss: losses[index] as number,
    weight: (rank === count - 1 ? lastPart : 1) / mass,
  }));
  return ok(measureOf(tail));
}

/** Of losses with probabilities in proportion to `weights`, none below 0. */
export function weightedTailMeasure(
  losses: ArrayLike<number>,
  weights: ArrayLike<number>,
  { tailProbability }: Confidence,
): Result<TailMeasure, RiskFault> {
  const fault = lossFault(losses) ?? weightFault(losses, weights);
  if (fault !== null) return err(fault);
  let total = 0;
  for (let i = 0; i < weights.length; i++) total += weights[i] as number;
  const mass = total * tailProbability;
  const tail: TailMember[] = [];
  let filled = 0;
  for (const index of worstFirst(losses)) {
    const part = Math.min(weights[index] as number, mass - filled);
    if (part > 0) tail.push({ index, loss: losses[index] as number, weight: part / mass });
    filled += part;
    // Weights that fill the tail but for a rounding fill it.
    if (filled >= mass * (1 - 1e-12)) break;
  }
  return ok(measureOf(tail));
}

/** Value at risk and shortfall of losses in order, worst first: for models that measure every day. */
export function sortedTail(
  losses: Float64Array,
  confidence: Confidence,
): { readonly valueAtRisk: number; readonly expectedShortfall: number } {
  const { count, mass, lastPart } = tailCount(losses.length, confidence);
  let sum = 0;
  for (let rank = 0; rank < count - 1; rank++) sum += losses[rank] as number;
  const valueAtRisk = losses[count - 1] as number;
  return { valueAtRisk, expectedShortfall: Math.max(valueAtRisk, (sum + lastPart * valueAtRisk) / mass) };
}

/** The first places of `worstFirst`, without putting the others in order. */
function worstOf(losses: ArrayLike<number>, count: number): number[] {
  const bound = Float64Array.from(losses).sort()[losses.length - count] as number;
  const places: number[] = [];
  for (let at = 0; at < losses.length; at++) if ((losses[at] as number) >= bound) places.push(at);
  // The sort is stable: equal losses keep the order of the sample.
  return places.sort((a, b) => (losses[b] as number) - (losses[a] as number)).slice(0, count);
}

/** Places of the losses, worst first. */
export function worstFirst(losses: ArrayLike<number>): number[] {
  return Array.from(losses, (_, index) => index).sort(
    (a, b) => (losses[b] as number) - (losses[a] as number) || a - b,
  );
}

function measureOf(tail: readonly TailMember[]): TailMeasure {
  const valueAtRisk = (tail.at(-1) as TailMember).loss;
  const mean = tail.reduce((sum, { loss, weight }) => sum + weight * loss, 0);
  // The mean of losses of at least VaR is at least VaR: the last digit of a sum of weights may say otherwise.
  return { valueAtRisk, expectedShortfall: Math.max(valueAtRisk, mean), tail };
}

function lossFault(losses: ArrayLike<number>): RiskFault | null {
  if (losses.length === 0) return riskFault('too_few', 'losses', { context: { got: '0', needed: '1' } });
  for (let i = 0; i < losses.length; i++)
    if (!Number.isFinite(losses[i])) return riskFault('not_finite', 'losses', { at: [i] });
  return null;
}

function weightFault(losses: ArrayLike<number>, weights: ArrayLike<number>): RiskFault | null {
  if (weights.length !== losses.length) return riskFault('length_differs', 'weights');
  let total = 0;
  for (let i = 0; i < weights.length; i++) {
    const weight = weights[i] as number;
    if (!(weight >= 0 && weight < Number.POSITIVE_INFINITY))
      return riskFault('bad_weight', 'weights', { at: [i] });
    total += weight;
  }
  return total > 0 && Number.isFinite(total) ? null : riskFault('bad_weight', 'weights');
}
