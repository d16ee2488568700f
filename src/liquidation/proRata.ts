/** Splits a whole amount over weights, exactly and within each one's cap. It does not know who pays whom. */
import { assert } from '../base/assert.js';

export interface Weighted {
  /** Not negative; zero gets nothing. */
  readonly weight: bigint;
  /** The most it can get; not negative. */
  readonly cap: bigint;
}

/**
 * The part of each item, in the items' order. The parts sum to the lesser of the amount and the caps of
 * the items that have a weight.
 *
 * An item whose share exceeds its cap gets its cap, and the others split what is left in the same way.
 * Shares are floored; the units left over go one each to the largest remainders (Hamilton's method), equal
 * remainders in the items' order. So while no cap binds, each part is less than one unit from its share.
 */
export function splitProRata(split: {
  readonly amount: bigint;
  readonly items: readonly Weighted[];
}): bigint[] {
  const { amount, items } = split;
  assert(amount >= 0n, `an amount to split is not negative: ${amount}`);
  for (const { weight, cap } of items) assert(weight >= 0n && cap >= 0n, 'weights and caps are not negative');
  const parts = items.map(() => 0n);
  const open = items.map((item, i) => ({ ...item, i })).filter(({ weight }) => weight > 0n);

  // In the order in which a rising share meets its cap, so that after the first cap not met none is.
  open.sort((a, b) => compare(a.cap * b.weight, b.cap * a.weight));
  let left = amount;
  let weights = open.reduce((sum, { weight }) => sum + weight, 0n);
  let capped = 0;
  for (const { weight, cap, i } of open) {
    if (left * weight < cap * weights) break;
    parts[i] = cap;
    left -= cap;
    weights -= weight;
    capped++;
  }

  const shared = open.slice(capped).map(({ weight, i }) => ({ numerator: left * weight, i }));
  for (const { numerator, i } of shared) parts[i] = numerator / weights;
  const units = shared.reduce((rest, { i }) => rest - parts[i]!, left);
  // The units are fewer than the remainders above zero, and a share that was floored is below its cap.
  shared.sort((a, b) => compare(b.numerator % weights, a.numerator % weights) || a.i - b.i);
  for (const { i } of shared.slice(0, Number(units))) parts[i]! += 1n;
  return parts;
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
